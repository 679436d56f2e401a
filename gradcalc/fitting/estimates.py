"""The covariance of fitted parameters, and what the rows do not tell of them."""

import math
from dataclasses import dataclass
from typing import Any

from gradcalc.errors import extra_module

# A singular value this much smaller than the largest is rounding, where the columns of
# the Jacobian have the size 1.
_NEGLIGIBLE = 1e-13
# The part of a direction that nothing is known of, from which on it is a parameter's.
_PART = 1e-6


@dataclass(frozen=True, eq=False)
class Estimates:
    """How well the rows tell the parameters."""

    # The standard error of each number: infinite where the rows do not tell it. They
    # are not the roots of variances, which may be beyond the range of doubles.
    errors: list[float]
    # For each two numbers.
    covariance: list[list[float]]
    # The places of those without influence on any row, and groups of places of those
    # that the rows do not tell apart.
    flat: list[int]
    confounded: list[list[int]]


def estimates(jacobian: Any, deviation: float) -> Estimates:
    """The estimates of a Jacobian (or the triangle of it) and residuals.

    `deviation` is the standard deviation of the residuals, infinite if it is not known.

    The covariance is the inverse of J^T J, from the singular values of J whose columns
    are scaled to the size 1: J^T J itself would lose half of the digits.
    """
    np = extra_module("numpy", "fit", "fits")
    count = jacobian.shape[1]
    largest = np.abs(jacobian).max(axis=0, initial=0.0)
    largest[largest == 0] = 1.0
    columns = jacobian / largest
    sizes = np.sqrt((columns**2).sum(axis=0))
    flat = [place for place in range(count) if not sizes[place]]
    sizes[sizes == 0] = 1.0
    _, singular, right = np.linalg.svd(columns / sizes, full_matrices=True)
    singular = np.append(singular, np.zeros(count - len(singular)))
    kept = singular > (singular[0] if count else 0.0) * _NEGLIGIBLE
    lost = np.abs(right[~kept])
    unknown = (lost > _PART).any(axis=0)
    with np.errstate(all="ignore"):
        rows = right[kept] / singular[kept, None]
        scales = deviation / (largest * sizes)
        errors = np.sqrt((rows**2).sum(axis=0)) * scales
        matrix = (rows.T @ rows) * scales[:, None] * scales[None, :]
        if not math.isfinite(deviation):
            unknown[:] = True
        matrix[unknown, :] = math.nan
        matrix[:, unknown] = math.nan
        matrix[unknown, unknown] = math.inf
        errors[unknown] = math.inf
    groups = _groups(lost > _PART, flat)
    return Estimates(errors.tolist(), matrix.tolist(), flat, groups)


def _groups(directions: Any, flat: list[int]) -> list[list[int]]:
    """The places that share a direction, those of one group together."""
    groups: list[set[int]] = []
    for direction in directions:
        group = {place for place, is_in in enumerate(direction) if is_in} - {*flat}
        for other in [each for each in groups if each & group]:
            groups.remove(other)
            group |= other
        if group:
            groups.append(group)
    return sorted(map(sorted, groups))
