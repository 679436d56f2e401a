"""A symmetric matrix as L D L', which tells where it curves up and where down.

D has blocks of one or two rows, chosen by complete pivoting (Bunch and Parlett, 1971).
The signs of their eigenvalues are those of the matrix (Sylvester's law of inertia), and
with other eigenvalues in D the matrix is made positive definite where it is not (Cheng
and Higham, A modified Cholesky algorithm based on a symmetric indefinite factorization,
1998).
"""

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from operator import mul

# A pivot of one row is taken if it is at least this part of the largest entry.
_SINGLE = (1 + math.sqrt(17)) / 8

# The rows of a block, by their places in L, and its eigenvalues with their vectors.
Block = tuple[range, list[tuple[float, tuple[float, ...]]]]


@dataclass(frozen=True)
class SymmetricFactors:
    """The factors of a matrix whose rows and columns are scaled and put in order."""

    # By which its rows and columns are multiplied, in their own order.
    scales: Sequence[float]
    # The row of the matrix that each row of the factors stands for.
    order: Sequence[int]
    # L, whose rows end with a 1 that is not kept.
    lower: Sequence[Sequence[float]]
    blocks: Sequence[Block]

    @property
    def eigenvalues(self) -> list[float]:
        """Those of D; what is 0 within rounding is 0."""
        found = [value for _, pairs in self.blocks for value, _ in pairs]
        least = self._least
        return [value if abs(value) > least else 0.0 for value in found]

    @property
    def definite(self) -> bool:
        """Whether the matrix is positive definite, and not by rounding alone."""
        return all(value > 0 for value in self.eigenvalues)

    @property
    def _largest(self) -> float:
        return max(abs(value) for _, pairs in self.blocks for value, _ in pairs)

    @property
    def _least(self) -> float:
        return 8 * len(self.order) * sys.float_info.epsilon * self._largest

    def solved(self, right: Sequence[float]) -> list[float]:
        """The solution of a system with this right side and a positive definite matrix.

        Where the matrix curves down it is taken to curve up as much; where it does not
        curve, as much as where it curves most.
        """
        z = [self.scales[row] * right[row] for row in self.order]
        for k, row in enumerate(self.lower):
            z[k] -= sum(map(mul, row, z))
        least, largest = self._least, self._largest or 1.0
        for rows, pairs in self.blocks:
            part = [z[k] for k in rows]
            new = [0.0] * len(part)
            for value, vector in pairs:
                size = abs(value) if abs(value) > least else largest
                along = sum(map(mul, vector, part)) / size
                new = [n + along * v for n, v in zip(new, vector, strict=True)]
            z[rows.start : rows.stop] = new
        return self._back(z)

    def downward(self) -> list[float] | None:
        """A direction in which the matrix curves down; None if there is none."""
        least, rows, vector = min(
            (value, rows, vector)
            for rows, pairs in [(tuple(r), p) for r, p in self.blocks]
            for value, vector in pairs
        )
        if least >= -self._least:
            return None
        z = [0.0] * len(self.order)
        for k, entry in zip(rows, vector, strict=True):
            z[k] = entry
        return self._back(z)

    def _back(self, z: list[float]) -> list[float]:
        """The solution for L' and z, in the matrix's own order and scale."""
        for k in range(len(z) - 1, -1, -1):
            row, last = self.lower[k], z[k]
            for j in range(len(row)):
                z[j] -= row[j] * last
        found = [0.0] * len(z)
        for k, row_of_matrix in enumerate(self.order):
            found[row_of_matrix] = self.scales[row_of_matrix] * z[k]
        return found


def symmetric_factors(matrix: Sequence[Sequence[float]]) -> SymmetricFactors:
    """The factors of a symmetric matrix of finite numbers, which has a row at least."""
    scales = [1 / math.sqrt(max(map(abs, row)) or 1.0) for row in matrix]
    rest = [
        [a * entry * b for entry, b in zip(row, scales, strict=True)]
        for row, a in zip(matrix, scales, strict=True)
    ]
    size = len(rest)
    order = list(range(size))
    lower: list[list[float]] = [[] for _ in order]
    blocks: list[Block] = []
    first = 0
    while first < size:
        pivots = _pivots(rest, first)
        for place, pivot in enumerate(pivots, start=first):
            rest[place], rest[pivot] = rest[pivot], rest[place]
            order[place], order[pivot] = order[pivot], order[place]
            lower[place], lower[pivot] = lower[pivot], lower[place]
            for row in rest:
                row[place], row[pivot] = row[pivot], row[place]
        rows = range(first, first + len(pivots))
        block = [[rest[i][j] for j in rows] for i in rows]
        pairs = _eigenpairs(block)
        blocks.append((rows, pairs))
        for i in range(rows.stop, size):
            row = rest[i]
            factors = _divided([row[j] for j in rows], block)
            lower[i] += factors
            for factor, j in zip(factors, rows, strict=True):
                if factor:
                    above = rest[j]
                    row[rows.stop :] = [
                        entry - factor * other
                        for entry, other in zip(
                            row[rows.stop :], above[rows.stop :], strict=True
                        )
                    ]
        for i in rows[1:]:
            lower[i] += [0.0] * (i - first)
        first = rows.stop
    return SymmetricFactors(scales, order, lower, blocks)


def _pivots(rest: Sequence[Sequence[float]], first: int) -> list[int]:
    """The row that comes next, or the two; to be swapped with the first in turn."""
    size = len(rest)
    single = max(range(first, size), key=lambda i: abs(rest[i][i]))
    largest, pair = 0.0, (first, first)
    for i in range(first + 1, size):
        row = list(map(abs, rest[i][first:i]))
        if (top := max(row)) > largest:
            largest, pair = top, (first + row.index(top), i)
    if abs(rest[single][single]) >= _SINGLE * largest:
        return [single]
    return list(pair)


def _eigenpairs(
    block: Sequence[Sequence[float]],
) -> list[tuple[float, tuple[float, ...]]]:
    """The eigenvalues of a block with their vectors, which have the length 1."""
    if len(block) == 1:
        return [(block[0][0], (1.0,))]
    (a, b), (_, d) = block
    half = (a - d) / 2
    angle = math.atan2(b, half) / 2
    cosine, sine = math.cos(angle), math.sin(angle)
    middle, radius = (a + d) / 2, math.hypot(half, b)
    return [(middle + radius, (cosine, sine)), (middle - radius, (-sine, cosine))]


def _divided(entries: Sequence[float], block: Sequence[Sequence[float]]) -> list[float]:
    """The entries of a row of L: those of the matrix times the inverse of the block."""
    if len(block) == 1:
        pivot = block[0][0]
        return [entries[0] / pivot if pivot else 0.0]
    (a, b), (_, d) = block
    # Divided by b first: b is the largest, and the determinant may be too small.
    x, y, determinant = entries[0] / b, entries[1] / b, (a / b) * (d / b) - 1
    return [(x * (d / b) - y) / determinant, (y * (a / b) - x) / determinant]
