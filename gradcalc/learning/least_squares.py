"""Linear equations, as many as unknowns or more: where their squares are least."""

import math
import sys
from collections.abc import Sequence
from operator import mul


def least_squares(
    rows: Sequence[Sequence[float]], *rights: Sequence[float]
) -> tuple[list[list[float]], list[float]]:
    """The solution for each right side, and the equations' pivots, the largest first.

    There are as many pivots as the rank, 1 being a column's length. Where that is less
    than the number of unknowns, those that are not told are 0.
    By modified Gram-Schmidt with column pivoting on the equations with their right
    side, which is as accurate as reflections (Björck, 1967).
    """
    size = len(rows[0])
    columns = [[row[place] for row in rows] for place in range(size)]
    scales = [math.hypot(*column) or 1.0 for column in columns]
    columns = [
        [entry / scale for entry in column]
        for column, scale in zip(columns, scales, strict=True)
    ]
    rests = [list(right) for right in rights]
    order = list(range(size))
    triangle: list[list[float]] = []
    sides: list[list[float]] = [[] for _ in rights]
    least = size * sys.float_info.epsilon
    for first in range(min(size, len(rows))):
        norms = [math.hypot(*columns[place]) for place in order[first:]]
        top = max(norms)
        if not top > least:
            break
        pivot = first + norms.index(top)
        order[first], order[pivot] = order[pivot], order[first]
        for row in triangle:
            row[first], row[pivot] = row[pivot], row[first]
        unit = [entry / top for entry in columns[order[first]]]
        row = [0.0] * size
        row[first] = top
        for place in range(first + 1, size):
            column = columns[order[place]]
            row[place] = along = sum(map(mul, unit, column))
            columns[order[place]] = [
                entry - along * other for entry, other in zip(column, unit, strict=True)
            ]
        triangle.append(row)
        for place, rest in enumerate(rests):
            along = sum(map(mul, unit, rest))
            sides[place].append(along)
            rests[place] = [
                entry - along * other for entry, other in zip(rest, unit, strict=True)
            ]
    solutions = []
    for side in sides:
        found = _solved(triangle, side)
        solution = [0.0] * size
        for value, place in zip(found, order, strict=False):
            solution[place] = value / scales[place]
        solutions.append(solution)
    return solutions, [row[k] for k, row in enumerate(triangle)]


def _solved(triangle: Sequence[Sequence[float]], side: Sequence[float]) -> list[float]:
    """The solution of the triangle's equations, the last first."""
    rank = len(triangle)
    found = [0.0] * rank
    for k in range(rank - 1, -1, -1):
        row = triangle[k]
        known = sum(map(mul, row[k + 1 : rank], found[k + 1 :]))
        found[k] = (side[k] - known) / row[k]
    return found
