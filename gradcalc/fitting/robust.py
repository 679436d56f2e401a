"""Robust fits: large residuals count less than their squares.

The residual from which on they do is 1 where each is divided by its sigma; else it is
the standard deviation of most of them, told by the median of their sizes. Errors are
those of M-estimators: Huber, Robust Statistics, 1981, section 7.6.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from gradcalc.fitting.fits import CONVERGED, USED_UP
from gradcalc.fitting.residuals import Residuals, power_of_two

# The standard deviation of a normal distribution, in medians of sizes.
_OF_MEDIAN = 1.482602218505602
_ROUNDS, _SETTLED = 30, 1e-9
_TOLERANCE = 1e-15


@dataclass(frozen=True, eq=False)
class RobustFit:
    """Where the robust loss is least."""

    values: Any
    stopped: str
    # As in `Found`: the variance in the unit of the residuals, the scale in their own.
    variance: float
    scale: float


def robust_fit(
    residuals: Residuals,
    loss: str,
    start: Any,
    bounds: Sequence[tuple[float, float]],
) -> RobustFit:
    """The least robust loss that is reached from the start."""
    from scipy.optimize import least_squares

    np, count = residuals.np, residuals.count
    low, high = (np.array(side, float) for side in zip(*bounds, strict=True))
    block = residuals.whole(start)
    units = np.array([1 / power_of_two(each) for each in np.abs(block).max(axis=0)])
    unit = 1 / units[count]
    units = units[:count] * unit
    known: dict[bytes, Any] = {}

    def at(values: Any) -> Any:
        key = values.tobytes()
        if key not in known:
            known.clear()
            found = residuals.whole(values * units, careful=False)
            found[:, :count] *= units
            known[key] = found / unit
        return known[key]

    def rest(values: Any) -> Any:
        found = at(values)
        if np.isfinite(found).all():
            return found[:, count]
        return np.full(len(found), np.inf)

    values, stopped = start / units, CONVERGED
    weighted = residuals.observations.sigmas is not None
    scale = 1 / unit / residuals.unit if weighted else _scale(np, rest(values))
    with np.errstate(all="ignore"):
        for _ in range(_ROUNDS):
            if not scale:
                # More than half of the rows are met exactly.
                break
            found = least_squares(
                rest, np.clip(values, low / units, high / units),
                lambda values: at(values)[:, :count],
                bounds=(low / units, high / units), method="trf", x_scale="jac",
                ftol=_TOLERANCE, xtol=_TOLERANCE, gtol=_TOLERANCE,
                loss=loss, f_scale=scale, max_nfev=400 * (count + 1),
            )  # fmt: skip
            values, stopped = found.x, CONVERGED if found.status > 0 else USED_UP
            last, scale = scale, scale if weighted else _scale(np, rest(values))
            if abs(scale - last) <= _SETTLED * last:
                break
        variance = _variance(np, loss, rest(values), scale, count) * unit**2
    values = np.clip(values * units, low, high)
    return RobustFit(values, stopped, variance, scale * unit * residuals.unit)


def _scale(np: Any, residuals: Any) -> float:
    return _OF_MEDIAN * float(np.median(np.abs(residuals)))


def _variance(np: Any, loss: str, residuals: Any, scale: float, count: int) -> float:
    """The factor of the inverse of J^T J in the covariance; NaN without freedom."""
    freedom = len(residuals) - count
    if not scale:
        return 0.0
    if freedom < 1:
        return float("nan")
    square = (residuals / scale) ** 2
    first, second = ROBUST[loss](np, square)
    # The influence of a residual, and its slope.
    influence = first * (residuals / scale)
    slope = float(np.mean(first + 2 * square * second))
    return scale**2 * float(influence @ influence) / freedom / slope**2


def _soft_l1(np: Any, square: Any) -> tuple[Any, Any]:
    root = 1 / np.sqrt(1 + square)
    return root, -0.5 * root**3


def _huber(np: Any, square: Any) -> tuple[Any, Any]:
    is_small = square <= 1
    safe = np.where(is_small, 1.0, square)
    first = np.where(is_small, 1.0, safe**-0.5)
    return first, np.where(is_small, 0.0, -0.5 * safe**-1.5)


def _cauchy(_: Any, square: Any) -> tuple[Any, Any]:
    return 1 / (1 + square), -1 / (1 + square) ** 2


def _arctan(_: Any, square: Any) -> tuple[Any, Any]:
    return 1 / (1 + square**2), -2 * square / (1 + square**2) ** 2


# The losses as SciPy calls them, the usual one first: the first two derivatives of each
# by the squared residual.
ROBUST: dict[str, Callable[[Any, Any], tuple[Any, Any]]] = {
    "soft_l1": _soft_l1,
    "huber": _huber,
    "cauchy": _cauchy,
    "arctan": _arctan,
}
