"""Nonlinear least squares: SciPy's trust region, and steps that polish its answer."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gradcalc.errors import extra_module
from gradcalc.fitting.fits import CONVERGED, USED_UP

# The triangle R of [J r] at values of the parameters; None where it is not finite.
Triangle = Callable[[Any], Any]

# As small as doubles allow: what is left is polished.
_TOLERANCE = 1e-15
# Evaluations for each parameter, and for all.
_EVALUATIONS = 400
# The share of the residuals that a step could still explain, dimensionless, below which
# nothing is left to gain (Bates and Watts, Nonlinear Regression Analysis, 1988, 2.2.3).
_OFFSET = 1e-12
# And where it is as good as reached.
_NEAR = 1e-7
_POLISHING = 30
# What rounding may add to a sum of squares, as a share of it.
_SLACK = 1e-9


@dataclass(frozen=True, eq=False)
class Solution:
    """Where the search ended."""

    # In the scaled variables.
    values: Any
    stopped: str


def solve(
    triangle: Triangle,
    start: Any,
    lower: Any,
    upper: Any,
    evaluations: int | None = None,
    *,
    is_near: bool = False,
) -> Solution:
    """The least sum of squares that is reached from the start, within the bounds.

    At the start the triangle must be finite. If that `is_near`, a few steps may do.
    """
    np = extra_module("numpy", "fit", "fits")
    from scipy import optimize

    count = len(start)

    def residuals(values: Any) -> Any:
        # The rotation that makes the triangle leaves sizes and products as they are.
        found = triangle(values)
        return np.full(count + 1, math.inf) if found is None else found[:, count]

    def jacobian(values: Any) -> Any:
        return triangle(values)[:, :count]

    with np.errstate(all="ignore"):
        if is_near:
            values, offset = polished(np, triangle, start, lower, upper)
            if offset <= _NEAR:
                return Solution(values, CONVERGED)
            start = values
        found = optimize.least_squares(
            residuals,
            start,
            jacobian,
            bounds=(lower, upper),
            method="trf",
            x_scale="jac",
            ftol=_TOLERANCE,
            xtol=_TOLERANCE,
            gtol=_TOLERANCE,
            max_nfev=evaluations or _EVALUATIONS * (count + 1),
        )
        start = np.where(found.active_mask < 0, lower, found.x)
        start = np.where(found.active_mask > 0, upper, start)
        # The search stays within the bounds, and comes close to them at most.
        if triangle(start) is None or _cost(triangle(start)) > _cost(
            triangle(found.x)
        ) * (1 + _SLACK):
            start = found.x
        values, _ = polished(np, triangle, start, lower, upper)
    return Solution(values, CONVERGED if found.status > 0 else USED_UP)


def _cost(triangle: Any) -> float:
    """The sum of squares that the triangle of [J r] tells."""
    return float(triangle[:, -1] @ triangle[:, -1])


def polished(
    np: Any, triangle: Triangle, values: Any, lower: Any, upper: Any
) -> tuple[Any, float]:
    """The values after Gauss-Newton steps that gain, and what is left to gain.

    A step is taken if it leaves less that another could explain, and no more squares
    than rounding allows.
    """
    count = len(values)
    here = triangle(values)
    cost, offset, step = _state(np, here, count, values, lower, upper)
    for _ in range(_POLISHING):
        if not offset > _OFFSET:
            break
        trial = np.clip(values + step, lower, upper)
        found = triangle(trial)
        if found is None or (trial == values).all():
            break
        new, left, further = _state(np, found, count, trial, lower, upper)
        if not (new <= cost * (1 + _SLACK) and left < offset):
            break
        values, cost, offset, step = trial, new, left, further
    return values, offset


def _state(
    np: Any, found: Any, count: int, values: Any, lower: Any, upper: Any
) -> tuple[float, float, Any]:
    """The sum of squares, the share that a step explains, and this step."""
    residuals = found[:, count]
    cost = float(residuals @ residuals)
    gradient = found[:, :count].T @ residuals
    # A parameter on its bound that would go beyond it stays.
    free = ~(
        ((values <= lower) & (gradient > 0)) | ((values >= upper) & (gradient < 0))
    )
    step = np.zeros(count)
    explained = 0.0
    if free.any():
        columns = found[:, :count][:, free]
        sizes = np.sqrt((columns**2).sum(axis=0))
        sizes[sizes == 0] = 1.0
        left, singular, right = np.linalg.svd(columns / sizes, full_matrices=False)
        kept = singular > singular[0] * 1e-13
        part = left[:, kept].T @ residuals
        step[free] = -(right[kept].T @ (part / singular[kept])) / sizes
        explained = math.sqrt(float(part @ part))
        residuals = residuals - left[:, kept] @ part
    rest = math.sqrt(float(residuals @ residuals))
    return cost, explained / rest if rest else explained, step
