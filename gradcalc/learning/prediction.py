"""A model's prediction for a row and, if asked, its gradient."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from gradcalc.data.additions import Addition, Additions
from gradcalc.data.cells import cells_of
from gradcalc.engine.compiled import compile_forward, compile_gradient
from gradcalc.errors import UsageError
from gradcalc.learning.measures import largest
from gradcalc.learning.model import Model
from gradcalc.learning.objective import loss_called
from gradcalc.shapes import element_names, flatten, leaves_of, shape_of, unflatten


@dataclass(slots=True)
class Prediction:
    """The model's prediction for one row."""

    # The number or list predicted, or the name of a class.
    answer: Any
    # For classes: the model's own result.
    score: Any
    # By input, the partial derivatives of the model's result, shaped like the input;
    # for a list result a list of those. None if it was not asked for.
    gradient: dict[str, Any] | None

    @property
    def finite(self) -> bool:
        """Whether all of its numbers are, also those that a class was chosen by."""
        numbers = [*cells_of(self.score), *cells_of(self.gradient or {})]
        return all(map(math.isfinite, numbers))


Predictor = Callable[[Sequence[float]], Prediction]


def predictor(model: Model, *, gradient: bool = False) -> Predictor:
    """A function from the numbers of the inputs, list by list, to the prediction."""
    graph, result = model.program.graph, model.result
    leaves = leaves_of(graph.variables, model.inputs)
    outputs = flatten(result)
    known = model.known
    threshold = loss_called(model.loss).threshold

    def answer(values: Sequence[float]) -> Any:
        if model.classes is None:
            return unflatten(result, iter(values))
        if len(values) > 1:
            return model.classes[largest(values)]
        return model.classes[1 if values[0] > threshold else 0]

    if gradient:
        backward = compile_gradient(graph, outputs, leaves, leaves, known)
    else:
        forward = compile_forward(graph, outputs, leaves, known)

    def predict(numbers: Sequence[float]) -> Prediction:
        slopes = None
        if gradient:
            values, rows = backward(*numbers)
            remaining = [iter(row) for row in rows]
            slopes = {
                name: unflatten(
                    result,
                    iter([unflatten(graph.variables[name], row) for row in remaining]),
                )
                for name in model.inputs
            }
        else:
            values = forward(*numbers)
        return Prediction(answer(values), unflatten(result, iter(values)), slopes)

    return predict


def prediction_additions(
    model: Model, name: str, *, scores: bool, gradient: bool
) -> Additions:
    """What predictions add to rows; `name` is that of the prediction itself.

    `scores` adds the model's own result where the prediction is the name of a class.
    Raises UsageError where two additions would have one name.
    """
    shape = shape_of(model.result)
    # What tells the elements of the result apart: "" for a number.
    outputs = element_names("", shape)
    for names in (model.classes, model.target):
        if shape and names is not None and len(names) == shape[0]:
            outputs = [f".{each}" for each in names]
            break

    def cells(prefix: str) -> Any:
        return unflatten(model.result, iter([prefix + output for output in outputs]))

    added = [Addition(name, name if model.classes else cells(name))]
    if scores and model.classes is not None:
        added.append(Addition("score", cells("score")))
    if gradient:
        slopes = {
            input_: unflatten(
                model.result,
                iter(
                    [
                        unflatten(
                            model.program.graph.variables[input_],
                            iter(
                                f"gradient{output}.{leaf}"
                                for leaf in element_names(input_, each)
                            ),
                        )
                        for output in (outputs if shape else [""])
                    ]
                ),
            )
            for input_, each in model.inputs.items()
        }
        added.append(Addition("gradient", slopes))
    additions = Additions(added, "give the new one another name with --column NAME")
    for names in ([each.name for each in added], additions.columns):
        twice = [name for name, count in Counter(names).items() if count > 1]
        if twice:
            raise UsageError(
                f"there would be two columns called {twice[0]}",
                hint="give the prediction another name with --column NAME",
            )
    return additions


def values_of(prediction: Prediction, *, scores: bool) -> list[Any]:
    """The values of the additions for a row with this prediction."""
    found = [prediction.answer]
    if scores:
        found.append(prediction.score)
    return cells_of([*found, prediction.gradient or {}])
