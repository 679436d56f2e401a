"""A formula over a grid of two variables: its values and its gradient."""

import math

from gradcalc.analysis.curves import Range, compiled_program
from gradcalc.errors import FormulaError
from gradcalc.language.bindings import BoundProgram


class Surface:
    """A formula over a grid of two variables, with rows along the second.

    names    the two variables
    x, y     the values that they take
    values   the formula's values: a row for each y, a column for each x
    slopes   its derivatives with respect to the two, each arranged like the values
    """

    __slots__ = ("names", "slopes", "values", "x", "y")

    def __init__(
        self,
        names: tuple[str, str],
        x: list[float],
        y: list[float],
        values: list[list[float]],
        slopes: tuple[list[list[float]], list[list[float]]],
    ) -> None:
        self.names = names
        self.x = x
        self.y = y
        self.values = values
        self.slopes = slopes


def surface(
    bound: BoundProgram,
    names: tuple[str, str],
    over: tuple[Range, Range],
    points: int,
) -> Surface:
    """The bound program and its gradient over a grid of so many points each way.

    Raises ShapeError for a result that is a list, FormulaError where no value is
    finite.
    """
    function = compiled_program(bound, names)
    x, y = (axis.points(points) for axis in over)
    rows = [[function(a, b) for a in x] for b in y]
    values = [[value for (value,), _ in row] for row in rows]
    if not any(math.isfinite(value) for row in values for value in row):
        raise FormulaError("the formula is not finite anywhere in the two ranges")
    along_x = [[slopes[0] for _, (slopes,) in row] for row in rows]
    along_y = [[slopes[1] for _, (slopes,) in row] for row in rows]
    return Surface(names, x, y, values, (along_x, along_y))
