"""Linear least squares of most rows: those with the largest residuals do not count.

That is least trimmed squares (Rousseeuw, Least median of squares regression, Journal of
the American Statistical Association 79, 1984): a fit of it follows outliers only where
they are more than a third of the rows, so that a robust fit may start there (as MM
estimates do: Yohai, The Annals of Statistics 15, 1987).
"""

from typing import Any

# The share of the rows that count.
_SHARE = 2 / 3
_ROUNDS = 12
# The least size of a residual that is large, where the largest target has the size 1.
_NOTHING = 1e-12


def least_trimmed(np: Any, blocks: Any, ridge: float) -> tuple[Any, Any]:
    """For each matrix [J r] the x that makes J x + r small in most rows, and its cost.

    The numbers are of the size 1. The cost is the least sum of squares of two thirds of
    the rows, and of `ridge` times x. The rows are weighted anew in each round, by their
    residuals (Holland and Welsch, Communications in Statistics A6, 1977).
    """
    matrices, right = blocks[:, :, :-1], blocks[:, :, -1]
    count, rows, width = matrices.shape
    kept = max(1, int(rows * _SHARE))
    best, costs = np.zeros((count, width)), np.full(count, np.inf)
    weights = np.ones((count, rows))
    steadied = ridge**2 * np.eye(width)
    for _ in range(_ROUNDS if width else 1):
        weighted = matrices.transpose(0, 2, 1) * weights[:, None, :]
        squares, products = weighted @ matrices, weighted @ right[:, :, None]
        x = np.linalg.solve(squares + steadied, -products)
        sizes = np.abs((matrices @ x)[:, :, 0] + right)
        least = np.partition(sizes, kept - 1, axis=1)
        cost = (least[:, :kept] ** 2).sum(axis=1)
        cost += ridge**2 * (x[:, :, 0] ** 2).sum(axis=1)
        is_better = cost < costs
        costs[is_better], best[is_better] = cost[is_better], x[is_better, :, 0]
        large = np.maximum(least[:, kept - 1], _NOTHING)
        weights = 1 / (1 + (sizes / large[:, None]) ** 2) ** 2
    return best, costs


def trimmed_square(np: Any, residuals: Any) -> float:
    """The least sum of squares of two thirds of the residuals."""
    kept = max(1, int(len(residuals) * _SHARE))
    return float((np.partition(np.abs(residuals), kept - 1)[:kept] ** 2).sum())
