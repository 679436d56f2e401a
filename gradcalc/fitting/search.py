"""The search for the least sum of squares: in one step, or from one or many starts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from gradcalc.errors import DataError, extra_module
from gradcalc.fitting.fits import SOLVED
from gradcalc.fitting.linear_solver import linear_least_squares
from gradcalc.fitting.residuals import Residuals
from gradcalc.fitting.separation import derivative_contents
from gradcalc.fitting.solver import power_of_two, solve

# SciPy's losses that count large residuals less.
ROBUST = ("soft_l1", "huber", "cauchy", "arctan")

# A larger matrix than of so many numbers is not kept.
_MOST_NUMBERS = 1_000_000


@dataclass(frozen=True)
class Asked:
    """How to search."""

    # For each number the value to start from, None where there is none; and its bounds.
    start: Sequence[float | None]
    bounds: Sequence[tuple[float, float]]
    robust: str | None
    # How many more starts are drawn at random.
    starts: int
    seed: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Found:
    """Where the sum of squares is least."""

    values: list[float]
    start: list[float]
    chi_square: float
    # The Jacobian there, or the triangle of its QR decomposition.
    jacobian: Any
    # What the inverse of J^T J is to be multiplied by for the covariance; None for what
    # the residuals say.
    variance_factor: float | None = None
    robust_scale: float | None = None
    stopped: str
    linear: bool
    notes: list[str] = field(default_factory=list)


def search(residuals: Residuals, asked: Asked) -> Found:
    """The least squares. Raises DataError if the model is not finite at the start."""
    np = extra_module("numpy", "fit", "fits")
    count = residuals.count
    lower, upper = (np.array(side, float) for side in zip(*asked.bounds, strict=True))
    contents = derivative_contents(residuals.graph, residuals.outputs, residuals.free)
    linear = not any(contents)
    if linear and residuals.rows * count < _MOST_NUMBERS:
        block = residuals.whole([0.0] * count)
        values = linear_least_squares(block[:, :count], -block[:, count])
        triangle = residuals.triangle(values, np.ones(count + 1), careful=True)
        rest = triangle[:, count]
        return Found(
            values=list(values),
            start=list(values),
            chi_square=float(rest @ rest),
            jacobian=triangle[:, :count],
            stopped=SOLVED,
            linear=True,
        )
    start = np.array([1.0 if each is None else each for each in asked.start])
    start = np.clip(start, lower, upper)
    scales = np.ones(count + 1)
    triangle = residuals.triangle(start, scales)
    if triangle is None:
        raise DataError("the model is not finite at the start")
    scales = np.array([power_of_two(each) for each in np.abs(triangle).max(axis=0)])
    units = scales[count] / scales[:count]

    def at(values: Any) -> Any:
        return residuals.triangle(values * units, scales)

    found = solve(at, start / units, lower / units, upper / units, None)
    values = found.values * units
    triangle = residuals.triangle(values, np.ones(count + 1), careful=True)
    rest = triangle[:, count]
    return Found(
        values=list(values),
        start=list(start),
        chi_square=float(rest @ rest),
        jacobian=triangle[:, :count],
        stopped=found.stopped,
        linear=False,
    )
