"""What a model says of rows: its prediction and, if asked, its gradient."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from gradcalc.engine.compiled import compile_forward, compile_gradient
from gradcalc.learning.measures import largest
from gradcalc.learning.model import Model
from gradcalc.learning.objective import threshold
from gradcalc.shapes import element_names, flatten, shape_of, unflatten


class Prediction:
    """What the model says of one row.

    answer    the number or list predicted, or the name of a class
    score     for classes: the model's own result
    gradient  by input, the partial derivative of the model's result, shaped like the
              input; for a list result a list of those; None if it was not asked for
    """

    __slots__ = ("answer", "gradient", "score")

    def __init__(
        self, answer: Any, score: Any, gradient: dict[str, Any] | None
    ) -> None:
        self.answer = answer
        self.score = score
        self.gradient = gradient


Predictor = Callable[[Sequence[float]], Prediction]


def predictor(model: Model, *, gradient: bool = False) -> Predictor:
    """A function from the numbers of the inputs, list by list, to the prediction."""
    graph, result = model.program.graph, model.result
    leaves = [node for name in model.inputs for node in flatten(graph.variables[name])]
    outputs = flatten(result)
    known = model.known

    def answer(values: Sequence[float]) -> Any:
        if model.classes is None:
            return unflatten(result, iter(values))
        if len(values) > 1:
            return model.classes[largest(values)]
        return model.classes[1 if values[0] > threshold(model.loss) else 0]

    if not gradient:
        forward = compile_forward(graph, outputs, leaves, known)

        def predict(numbers: Sequence[float]) -> Prediction:
            values = forward(*numbers)
            return Prediction(answer(values), unflatten(result, iter(values)), None)

        return predict

    function = compile_gradient(graph, outputs, leaves, leaves, known)

    def predict_with_gradient(numbers: Sequence[float]) -> Prediction:
        values, rows = function(*numbers)
        remaining = [iter(row) for row in rows]
        slopes = {
            name: unflatten(
                result,
                iter([unflatten(graph.variables[name], row) for row in remaining]),
            )
            for name in model.inputs
        }
        return Prediction(answer(values), unflatten(result, iter(values)), slopes)

    return predict_with_gradient


class Columns:
    """The columns that predictions add to a table, and their cells.

    `name` is that of the prediction's column; `scores` adds the model's own result
    where the prediction is the name of a class.
    """

    def __init__(
        self, model: Model, name: str, *, scores: bool, gradient: bool
    ) -> None:
        self.scores = scores and model.classes is not None
        result = model.result
        outputs = self._output_names(model)
        self.names = (
            [name] if model.classes else [f"{name}{output}" for output in outputs]
        )
        if self.scores:
            self.names += [f"score{output}" for output in outputs]
        if gradient:
            self.names += [
                f"gradient{output}.{leaf}"
                for input_, shape in model.inputs.items()
                for output in (outputs if isinstance(result, list) else [""])
                for leaf in element_names(input_, shape)
            ]

    def _output_names(self, model: Model) -> list[str]:
        """What tells the elements of the result apart: "" for a number."""
        shape = shape_of(model.result)
        for names in (model.classes, model.target):
            if shape and names is not None and len(names) == shape[0]:
                return [f".{name}" for name in names]
        return element_names("", shape)

    def cells(self, prediction: Prediction) -> Iterator[Any]:
        """The cells of a row, in the order of the names."""
        yield from flatten(prediction.answer)
        if self.scores:
            yield from flatten(prediction.score)
        for slopes in (prediction.gradient or {}).values():
            yield from _all_leaves(slopes)


def _all_leaves(nested: Any) -> Iterator[float]:
    """The numbers in lists however deep: a Jacobian nests a list for each output."""
    if isinstance(nested, list):
        for item in nested:
            yield from _all_leaves(item)
    else:
        yield nested
