"""Linear least squares as exact as doubles allow."""

from typing import Any

from gradcalc.engine.columns import sum_and_rest
from gradcalc.errors import extra_module

_NEGLIGIBLE = 1e-13
_REFINEMENTS = 30


def linear_least_squares(matrix: Any, right: Any) -> Any:
    """The x for which the sum of squares of `matrix` x - `right` is least.

    The QR decomposition is refined: what is left of the equations for x and the
    residuals together is computed with twice as many digits and solved for again
    (Björck, Iterative refinement of linear least squares solutions, BIT 7, 1967). Where
    columns depend on each other it is the smallest x, in the scale of the columns.
    """
    np = extra_module("numpy", "fit", "fits")
    sizes = np.abs(matrix).max(axis=0, initial=0.0)
    scales = np.array([_power_of_two(np, size) for size in sizes])
    scale = _power_of_two(np, np.abs(right).max(initial=0.0))
    matrix, right = matrix / scales, right / scale
    lengths = np.sqrt((matrix**2).sum(axis=0))
    lengths[lengths == 0] = 1.0
    left, singular, across = np.linalg.svd(matrix / lengths, full_matrices=False)
    kept = singular > singular[0] * _NEGLIGIBLE
    if not kept.all():
        part = (left[:, kept].T @ right) / singular[kept]
        return (across[kept].T @ part) / lengths / scales * scale
    orthogonal, triangle = np.linalg.qr(matrix)
    values, residuals = np.zeros(matrix.shape[1]), np.zeros(len(right))
    last = np.inf
    for _ in range(_REFINEMENTS):
        rest = _remaining(np, matrix, values, residuals, right)
        met = np.linalg.solve(triangle.T, -_products(np, matrix, residuals))
        part = orthogonal.T @ rest - met
        step = np.linalg.solve(triangle, part)
        size = np.max(np.abs(step) / np.maximum(np.abs(values + step), 1e-300))
        # Rounding alone is left when steps do not get smaller.
        if not size < last:
            break
        values, last = values + step, size
        residuals = residuals + (rest - orthogonal @ part)
    return values / scales * scale


def _power_of_two(np: Any, size: float) -> float:
    if not size:
        return 1.0
    return float(np.ldexp(1.0, np.clip(np.frexp(size)[1] - 1, -1000, 1000)))


def _remaining(np: Any, matrix: Any, values: Any, residuals: Any, right: Any) -> Any:
    """`right` - `residuals` - `matrix` `values`, with twice as many digits."""
    total, rest = _two_sum(right, -residuals)
    for column, value in zip(matrix.T, values, strict=True):
        product, lost = _two_product(np, column, -value)
        total, more = _two_sum(total, product)
        rest = rest + (more + lost)
    return total + rest


def _products(np: Any, matrix: Any, numbers: Any) -> Any:
    """The transposed matrix times the numbers, with twice as many digits."""
    found = []
    for column in matrix.T:
        product, lost = _two_product(np, column, numbers)
        total, rest = sum_and_rest(product)
        found.append(total + (rest + float(lost.sum())))
    return np.array(found)


def _two_sum(a: Any, b: Any) -> tuple[Any, Any]:
    """The sum, and what is lost of it to rounding (Knuth)."""
    total = a + b
    part = total - a
    return total, (a - (total - part)) + (b - part)


def _two_product(np: Any, a: Any, b: Any) -> tuple[Any, Any]:
    """The product, and what is lost of it to rounding (Dekker, Veltkamp)."""
    product = a * b
    high_a, low_a = _halves(a)
    high_b, low_b = _halves(np.asarray(b))
    return product, low_a * low_b - (
        ((product - high_a * high_b) - low_a * high_b) - high_a * low_b
    )


def _halves(a: Any) -> tuple[Any, Any]:
    """Two numbers of 26 digits each whose sum is `a`."""
    large = 134217729.0 * a
    high = large - (large - a)
    return high, a - high


def bounded_least_squares(matrix: Any, right: Any, low: Any, high: Any) -> Any:
    """The x between `low` and `high` for which the sum of squares is least.

    Which numbers sit on their bounds is found with numbers of the size 1; the others
    are then solved for as if these were known.
    """
    from scipy.optimize import lsq_linear

    np = extra_module("numpy", "fit", "fits")
    sizes = np.abs(matrix).max(axis=0, initial=0.0)
    sizes[sizes == 0] = 1.0
    scale = np.abs(right).max(initial=0.0) or 1.0
    triangle = np.linalg.qr(np.c_[matrix / sizes, right / scale], mode="r")
    found = lsq_linear(
        triangle[:, :-1],
        triangle[:, -1],
        (low * sizes / scale, high * sizes / scale),
        method="bvls",
        tol=1e-15,
    )
    values = np.where(found.active_mask < 0, low, high)
    is_free = found.active_mask == 0
    if is_free.any():
        held = right - matrix[:, ~is_free] @ values[~is_free]
        values[is_free] = linear_least_squares(matrix[:, is_free], held)
    return np.clip(values, low, high)
