"""A model's prediction for a row, how sure it is and, if asked, its gradient."""

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
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
    # The standard deviation that the uncertainty of the parameters gives each number,
    # without the noise of a measurement there; None if nothing is known of it.
    sigma: Any = None
    # The ends of the interval of each number; None if it was not asked for.
    lower: Any = None
    upper: Any = None

    @property
    def finite(self) -> bool:
        """Whether all of its numbers are, also those that a class was chosen by."""
        found = (self.score, self.gradient, self.sigma)
        numbers = cells_of([each for each in found if each is not None])
        return all(map(math.isfinite, numbers))


Predictor = Callable[[Sequence[float]], Prediction]


def predictor(
    model: Model, *, gradient: bool = False, reach: float | None = None
) -> Predictor:
    """A function from the numbers of the inputs, list by list, to the prediction.

    Its interval reaches so many sigmas to each side, where `reach` is given.
    """
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

    uncertainty = model.uncertainty if model.classes is None else None
    wanted = leaves if gradient else []
    by_input = len(wanted)
    if uncertainty is not None:
        wanted = wanted + model.uncertain
    if wanted:
        backward = compile_gradient(graph, outputs, leaves, wanted, known)
    else:
        forward = compile_forward(graph, outputs, leaves, known)

    def shaped(numbers: Iterable[float]) -> Any:
        return unflatten(result, iter(numbers))

    def predict(numbers: Sequence[float]) -> Prediction:
        if not wanted:
            values = forward(*numbers)
            return Prediction(answer(values), shaped(values), {} if gradient else None)
        values, rows = backward(*numbers)
        found = Prediction(answer(values), shaped(values), None)
        if gradient:
            remaining = [iter(row) for row in rows]
            found.gradient = {
                name: unflatten(
                    result,
                    iter([unflatten(graph.variables[name], row) for row in remaining]),
                )
                for name in model.inputs
            }
        if uncertainty is not None:
            sigmas = [uncertainty.covariance.sigma(row[by_input:]) for row in rows]
            found.sigma = shaped(sigmas)
            if reach is not None:
                pairs = list(zip(values, sigmas, strict=True))
                found.lower = shaped(x - reach * sigma for x, sigma in pairs)
                found.upper = shaped(x + reach * sigma for x, sigma in pairs)
        return found

    return predict


def spread_names(model: Model, *, interval: bool) -> tuple[str, ...]:
    """The fields of a prediction that say how sure it is; none if nothing is known."""
    if model.uncertainty is None or model.classes is not None:
        return ()
    return ("sigma", "lower", "upper") if interval else ("sigma",)


def prediction_additions(
    model: Model,
    name: str,
    *,
    scores: bool,
    gradient: bool,
    spread: Sequence[str] = (),
    taken: Collection[str] = (),
) -> Additions:
    """What predictions add to rows; `name` is that of the prediction itself.

    `scores` adds the model's own result where the prediction is the name of a class.
    `spread` has the fields that say how sure it is; "sigma" is "prediction_sigma" where
    such a column is `taken`. Raises UsageError where two additions would have one name.
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
    for each in spread:
        own = f"{name}_{each}" if each in taken else each
        added.append(Addition(own, cells(own)))
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


def values_of(
    prediction: Prediction, *, scores: bool, spread: Sequence[str] = ()
) -> list[Any]:
    """The values of the additions for a row with this prediction."""
    found = [prediction.answer]
    if scores:
        found.append(prediction.score)
    found += [getattr(prediction, name) for name in spread]
    return cells_of([*found, prediction.gradient or {}])
