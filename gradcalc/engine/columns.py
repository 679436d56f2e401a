"""What is asked of columns of numbers, with NumPy alone.

These functions travel to machines that have no gradcalc, so they use nothing of it.
"""

import math
from collections.abc import Sequence
from typing import Any


def columns_of(rows: Sequence[Sequence[float]]) -> list[Any]:
    """The columns of a table of numbers that has rows."""
    import numpy as np

    return list(np.ascontiguousarray(np.array(rows, float).T))


def empty_columns(count: int, rows: int) -> list[Any]:
    """So many arrays for a number in each row."""
    import numpy as np

    return [np.empty(rows) for _ in range(count)]


def finite_rows(arrays: Sequence[Any]) -> Any:
    """For each row whether its number in every array is finite; None if all are."""
    import numpy as np

    with np.errstate(all="ignore"):
        # A finite sum is of finite numbers.
        if all(math.isfinite(array.sum()) for array in arrays):
            return None
        return np.logical_and.reduce([np.isfinite(array) for array in arrays])


def odd_rows(arrays: Sequence[Any], missing: Any = None) -> tuple[int, int | None]:
    """How many rows have a number that is not finite, and the first of them.

    Rows that are `missing`, an array that says so of each, are not among them.
    """
    finite = finite_rows(arrays)
    if finite is None:
        return 0, None
    odd = ~finite if missing is None else ~(finite | missing)
    return int(odd.sum()), int(odd.argmax()) if odd.any() else None


def sum_and_rest(array: Any) -> tuple[float, float]:
    """The sum of the numbers, and what it is too small by.

    Pairs are added up with their rounding errors (Knuth's two-sum), level by level.
    """
    import numpy as np

    with np.errstate(all="ignore"):
        rest = 0.0
        sums = np.asarray(array, float)
        while sums.size > 1:
            if sums.size % 2:
                sums = np.append(sums, 0.0)
            a, b = sums[::2], sums[1::2]
            sums = a + b
            part = sums - a
            rest += float(((a - (sums - part)) + (b - part)).sum())
        total = float(sums[0]) if sums.size else 0.0
    if math.isfinite(total) and math.isfinite(rest):
        return total, rest
    with np.errstate(all="ignore"):
        return float(np.sum(array)), 0.0
