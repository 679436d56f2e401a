"""A formula over the range of one variable, with the gaps of its curve, or of two.

Between two samples there may be a jump or a pole. Whether there is one is asked of the
function itself: an interval in which it changes is halved, again and again, towards
where it changes most. A continuous function changes less and less; one that still
changes as much between neighbouring doubles has jumped.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from gradcalc.engine.compiled import Gradient, compile_gradient
from gradcalc.errors import BindingError, FormulaError, ShapeError
from gradcalc.language.bindings import BoundProgram
from gradcalc.shapes import described, shape_of

Function = Callable[[float], float]

# A change by less than this part of the plot's height cannot be told from a slope.
_VISIBLE = 0.01
# From here on a peak that keeps growing is a pole.
_POLE = 1e4
# A peak this much higher than its sample, with nothing left to halve, has no top.
_SLOW_POLE = 8.0
# How far beyond the middle values a pole may reach and still be shown whole.
_FAR = 3.0
# Enough to halve any interval down to neighbouring doubles.
_HALVINGS = 1100


@dataclass(frozen=True)
class Range:
    """A range of a variable: `start` and `stop` are finite, and `start` is less."""

    start: float
    stop: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.start) and math.isfinite(self.stop)):
            raise BindingError("a range needs two finite ends")
        if self.start == self.stop:
            raise BindingError("the range is empty: it starts where it ends")
        if self.start > self.stop:
            raise BindingError("the range is reversed: it starts above its end")

    def points(self, count: int) -> list[float]:
        """That many numbers from start to stop, evenly spaced, none twice."""
        last = count - 1
        # Not start + k*step: the range may be wider than the largest double.
        between = [
            self.start * ((last - k) / last) + self.stop * (k / last)
            for k in range(1, last)
        ]
        return sorted({self.start, *between, self.stop})


@dataclass(frozen=True)
class Curve:
    """Numbers over a range, and where nothing joins them."""

    # Where they were taken, and the numbers, perhaps not finite.
    x: Sequence[float]
    y: Sequence[float]
    # The positions k at which nothing joins x[k] to x[k + 1].
    breaks: set[int]
    # Whether it grows without bound at one of them.
    poles: bool

    def segments(self) -> list[tuple[list[float], list[float]]]:
        """The connected pieces, each as its x and its y."""
        pieces: list[tuple[list[float], list[float]]] = [([], [])]
        for position, (x, y) in enumerate(zip(self.x, self.y, strict=True)):
            if math.isfinite(y):
                pieces[-1][0].append(x)
                pieces[-1][1].append(y)
            if position in self.breaks:
                pieces.append(([], []))
        return [piece for piece in pieces if piece[0]]

    def limits(self) -> tuple[float, float] | None:
        """The lowest and highest number to show; None if none is finite.

        Where there are poles, what only they reach is left out.
        """
        finite = sorted(filter(math.isfinite, self.y))
        if not finite:
            return None
        low, high = finite[0], finite[-1]
        if self.poles:
            middle_low, middle_high = _middle(finite)
            spread = (middle_high - middle_low) or 1.0
            if middle_low - low > _FAR * spread:
                low = middle_low - spread / 2
            if high - middle_high > _FAR * spread:
                high = middle_high + spread / 2
        return low, high

    @property
    def is_cut(self) -> bool:
        """Whether some of its finite numbers are left out of what is shown."""
        finite = list(filter(math.isfinite, self.y))
        return bool(finite) and self.limits() != (min(finite), max(finite))


@dataclass(frozen=True)
class Plotted:
    """A formula over one range: the variable, its values and its derivatives."""

    name: str
    value: Curve
    derivative: Curve


@dataclass(frozen=True)
class Surface:
    """A formula over a grid of two variables, with rows along the second."""

    names: tuple[str, str]
    # The values that the two variables take.
    x: list[float]
    y: list[float]
    # The formula's values: a row for each y, a column for each x.
    values: list[list[float]]
    # Its derivatives with respect to the two, each arranged like the values.
    slopes: tuple[list[list[float]], list[list[float]]]


def curve(bound: BoundProgram, name: str, over: Range, points: int) -> Plotted:
    """The value of the bound program and its derivative at so many points of the range.

    Raises ShapeError for a result that is a list, FormulaError where no value is
    finite.
    """
    function = _compiled(bound, [name])
    x = over.points(points)
    rows = [function(place) for place in x]
    y = [values[0] for values, _ in rows]
    if not any(map(math.isfinite, y)):
        raise FormulaError(
            f"the formula is not finite anywhere in the range of {name}: it is"
            f" {'NaN' if y[0] != y[0] else y[0]} at {x[0]:g}"
        )
    slopes = [gradients[0][0] for _, gradients in rows]
    return Plotted(
        name,
        joined(x, y, lambda place: function(place)[0][0]),
        joined(x, slopes, lambda place: function(place)[1][0][0]),
    )


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
    function = _compiled(bound, names)
    x, y = (axis.points(points) for axis in over)
    rows = [[function(a, b) for a in x] for b in y]
    values = [[value for (value,), _ in row] for row in rows]
    if not any(math.isfinite(value) for row in values for value in row):
        raise FormulaError("the formula is not finite anywhere in the two ranges")
    along_x, along_y = (
        [[slopes[k] for _, (slopes,) in row] for row in rows] for k in range(2)
    )
    return Surface(names, x, y, values, (along_x, along_y))


def _compiled(bound: BoundProgram, names: Sequence[str]) -> Gradient:
    """The program as a function of the named variables, with its gradient.

    Raises ShapeError for a result that is a list.
    """
    shape = shape_of(bound.output)
    if shape:
        raise ShapeError(
            f"plot draws one number, but the formula gives {described(shape)}",
            hint="put an index such as [0] behind it, or name a label with --output",
        )
    nodes = [bound.program.graph.variables[name] for name in names]
    return compile_gradient(
        bound.program.graph, [bound.output], nodes, nodes, known=bound.given
    )


def _middle(finite: Sequence[float]) -> tuple[float, float]:
    """The range of the middle values: a pole may have made the extremes huge."""
    tenth = len(finite) // 10
    return finite[tenth], finite[-1 - tenth]


def joined(x: Sequence[float], y: Sequence[float], function: Function) -> Curve:
    """The curve through the function's values y at x, with its gaps."""
    finite = sorted(filter(math.isfinite, y))
    if not finite:
        return Curve(x, y, set(range(len(y) - 1)), poles=False)
    low, high = _middle(finite)
    seen = high - low or finite[-1] - finite[0]
    breaks = {
        k
        for k, (start, end) in enumerate(pairwise(zip(x, y, strict=True)))
        if not (math.isfinite(start[1]) and math.isfinite(end[1]))
        or (abs(end[1] - start[1]) > _VISIBLE * seen and _jumps(function, start, end))
    }
    huge = 2 * max(abs(low), abs(high), seen)
    poles = False
    for k in range(1, len(y) - 1):
        peak = abs(y[k])
        if peak > huge and abs(y[k - 1]) <= peak >= abs(y[k + 1]):
            place = _pole(function, x[k - 1 : k + 2], peak)
            if place is not None:
                breaks.add(k if place > x[k] else k - 1)
                poles = True
    for end, beside in ((0, 1), (-1, -2)):
        # Beyond the end it cannot be asked.
        poles = poles or abs(y[end]) > max(huge, _POLE * abs(y[beside]))
    poles = poles or any(
        math.isinf(y[j]) or abs(y[j]) > huge for k in breaks for j in (k, k + 1)
    )
    return Curve(x, y, breaks, poles)


def _pole(function: Function, around: Sequence[float], peak: float) -> float | None:
    """The place of the pole near the peak in the middle, or None if it has a top."""
    low, place, high = around
    highest = peak
    for _ in range(_HALVINGS):
        left, right = low + (high - low) / 3, high - (high - low) / 3
        if not low < left < right < high:
            break
        at_left, at_right = abs(function(left)), abs(function(right))
        if at_left < at_right:
            low = place = left
            highest = max(highest, at_right)
        else:
            # One of them may be NaN, which no comparison holds for.
            high = place = right
            highest = max(highest, at_left)
        if highest > _POLE * peak:
            break
    # A logarithm grows without bound too, but slowly.
    return place if highest > _SLOW_POLE * peak else None


def _jumps(
    function: Function, start: tuple[float, float], end: tuple[float, float]
) -> bool:
    """Whether the function is not continuous between the two points."""
    (a, at_a), (b, at_b) = start, end
    change = abs(at_b - at_a)
    for _ in range(_HALVINGS):
        middle = a / 2 + b / 2
        if not (a < middle < b and math.isfinite(value := function(middle))):
            return True
        if abs(value - at_a) > abs(at_b - value):
            b, at_b = middle, value
        else:
            a, at_a = middle, value
        if abs(at_b - at_a) < 0.3 * change:
            return False
    return True
