"""The residuals at the end of a fit: in decimals where doubles hide them.

Where a formula meets its target to ten digits or more, the residuals consist of what
rounding leaves. The numbers of the data are then taken for what they are written as,
and the residuals are computed with thirty digits.
"""

from decimal import Decimal
from typing import Any

from gradcalc.engine.high_precision import forward
from gradcalc.fitting.residuals import Residuals, largest

_DIGITS = 30
# Residuals of this share of the target are hidden by rounding.
_HIDDEN = 1e-9
# More operations than these in decimals take too long.
_MOST_OPERATIONS = 100_000
_STEPS = 3
# Of more rows derivatives that leave the range of doubles are not looked for.
_MANY_ROWS = 100_000

# The values of the parameters; for each number of the target an array of what it is
# larger by than the prediction; the sum of squares of the residuals, in their unit; and
# the triangle of the Jacobian.
Exact = tuple[Any, list[Any], float, Any]


def exact_residuals(residuals: Residuals, values: Any, linear_at: Any) -> Exact:
    """The residuals at these values, or at those that they show to be better.

    The Jacobian is taken from `linear_at` if that is not None: of a linear model it is
    the same there.
    """
    np = residuals.np
    observations, count = residuals.observations, residuals.count
    careful = observations.rows < _MANY_ROWS
    at = values if linear_at is None else linear_at
    block = residuals.triangle(at, np.ones(count + 1), careful=careful)
    with np.errstate(all="ignore"):
        differences = [
            np.subtract(target, found, out=found)
            for target, found in zip(
                observations.targets, residuals.predictions(values), strict=True
            )
        ]
        size = max(map(largest, observations.targets))
        rest = max(map(largest, differences))
    square = residuals.square(differences)
    operations = len(residuals.graph) * observations.rows
    if rest > _HIDDEN * size or operations > _MOST_OPERATIONS:
        return values, differences, square, block[:, :count]
    best: Exact | None = None
    for _ in range(_STEPS):
        differences = _in_decimals(residuals, values)
        square = residuals.square(differences)
        if not np.isfinite(square) or (best is not None and not square < best[2]):
            break
        matrix = residuals.whole(values)
        best = values, differences, square, np.linalg.qr(matrix[:, :count], mode="r")
        right = np.concatenate(residuals.weighted(differences))
        sizes = np.abs(matrix[:, :count]).max(axis=0)
        sizes[sizes == 0] = 1.0
        step = np.linalg.lstsq(matrix[:, :count] / sizes, right, rcond=1e-13)[0] / sizes
        values = values + step
    assert best is not None
    return best


def _in_decimals(residuals: Residuals, values: Any) -> list[Any]:
    """What the target is larger by than the prediction, to all digits of a double."""
    np, graph = residuals.np, residuals.graph
    observations, outputs = residuals.observations, residuals.outputs
    given = {node: Decimal(repr(each)) for node, each in residuals.known.items()}
    for node, value in zip(residuals.free, values, strict=True):
        given[node] = Decimal(float(value))
    found = np.empty((len(outputs), observations.rows))
    for row in range(observations.rows):
        for node, column in zip(residuals.arguments, observations.inputs, strict=True):
            given[node] = Decimal(repr(float(column[row])))
        results = forward(graph, given, _DIGITS)
        for place, (output, target) in enumerate(
            zip(outputs, observations.targets, strict=True)
        ):
            number = Decimal(repr(float(target[row])))
            found[place, row] = float(number - results[output])
    return list(found)
