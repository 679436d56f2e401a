"""The curve of a fit over its one input, with the band of its standard deviation."""

from collections.abc import Sequence
from dataclasses import dataclass

from gradcalc.learning.model import Model
from gradcalc.learning.prediction import predictor
from gradcalc.shapes import flatten

_POINTS = 401


@dataclass(frozen=True)
class FittedCurve:
    """One number of a model's result over a range of its input."""

    x: list[float]
    y: list[float]
    # The standard deviation of y that the uncertainty of the parameters makes.
    sigma: list[float]


def fitted_curves(model: Model, low: float, high: float) -> list[FittedCurve]:
    """A curve for each number that a model of one number's input, or none, predicts."""
    predict = predictor(model)
    step = (high / 2 - low / 2) / (_POINTS - 1) * 2
    x = [low + k * step for k in range(_POINTS - 1)] + [high]
    found = [predict([place] if model.inputs else []) for place in x]

    def sides(numbers: Sequence[object]) -> list[list[float]]:
        return [list(each) for each in zip(*map(flatten, numbers), strict=True)]

    values = sides([each.score for each in found])
    sigmas = sides([each.sigma for each in found])
    return [FittedCurve(x, y, s) for y, s in zip(values, sigmas, strict=True)]
