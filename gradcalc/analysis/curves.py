"""A formula over a range of a variable: its values, its slopes, and where to lift the
pen.

Between two samples there may be a jump or a pole. Whether there is one is asked of the
function itself: an interval in which it changes is halved, again and again, towards
where it changes most. A continuous function changes less and less; one that still
changes as much between neighbouring doubles has jumped.
"""

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from gradcalc.errors import BindingError, FormulaError, ShapeError
from gradcalc.language.bindings import BoundProgram
from gradcalc.shapes import described, shape_of

if TYPE_CHECKING:
    from gradcalc.engine.compiled import Gradient

# What changes by less than this part of what is seen cannot be told from a slope.
_VISIBLE = 0.01
# From here on a peak that keeps growing is a pole.
_POLE = 1e4
# So much higher than a sample is what has no top, when nothing is left to halve.
_SLOW_POLE = 8.0
# How far beyond the middle values a pole may reach and still be shown whole.
_FAR = 3.0
# Enough to halve any interval down to neighbouring doubles.
_HALVINGS = 1100


class Range:
    """A range of a variable: `start` and `stop` are finite, and `start` is less."""

    __slots__ = ("start", "stop")

    def __init__(self, start: float, stop: float) -> None:
        if not (math.isfinite(start) and math.isfinite(stop)):
            raise BindingError("a range needs two finite ends")
        if start == stop:
            raise BindingError("the range is empty: it starts where it ends")
        if start > stop:
            raise BindingError("the range is reversed: it starts above its end")
        self.start = start
        self.stop = stop

    def points(self, count: int) -> list[float]:
        """That many numbers from start to stop, evenly spaced, none twice."""
        last = count - 1
        # Not start + k*step: the range may be wider than the largest double.
        between = [
            self.start * ((last - k) / last) + self.stop * (k / last)
            for k in range(1, last)
        ]
        return sorted({self.start, *between, self.stop})


class Curve:
    """Numbers over a range, and where they do not hang together.

    x       where they were taken
    y       the numbers, perhaps not finite
    breaks  the positions k at which nothing joins x[k] to x[k + 1]
    poles   whether it grows without bound at one of them
    """

    __slots__ = ("breaks", "poles", "x", "y")

    def __init__(
        self, x: Sequence[float], y: Sequence[float], function: Callable[[float], float]
    ) -> None:
        self.x = x
        self.y = y
        self.breaks: set[int] = set()
        self.poles = False
        self._find_breaks(function)

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
        finite = sorted(y for y in self.y if math.isfinite(y))
        if not finite:
            return None
        low, high = finite[0], finite[-1]
        if self.poles:
            tenth = len(finite) // 10
            middle_low, middle_high = finite[tenth], finite[-1 - tenth]
            spread = (middle_high - middle_low) or 1.0
            if middle_low - low > _FAR * spread:
                low = middle_low - spread / 2
            if high - middle_high > _FAR * spread:
                high = middle_high + spread / 2
        return low, high

    def _find_breaks(self, function: Callable[[float], float]) -> None:
        x, y = self.x, self.y
        finite = sorted(value for value in y if math.isfinite(value))
        if not finite:
            self.breaks = set(range(len(y) - 1))
            return
        tenth = len(finite) // 10
        # The middle of the values: a pole may have made the extremes huge.
        seen = finite[-1 - tenth] - finite[tenth] or finite[-1] - finite[0]
        for k in range(len(y) - 1):
            start, end = (x[k], y[k]), (x[k + 1], y[k + 1])
            if not (math.isfinite(y[k]) and math.isfinite(y[k + 1])) or (
                abs(y[k + 1] - y[k]) > _VISIBLE * seen and _jumps(function, start, end)
            ):
                self.breaks.add(k)
        most = max(abs(finite[tenth]), abs(finite[-1 - tenth]), seen)
        for k in range(1, len(y) - 1):
            if abs(y[k]) > 2 * most and abs(y[k - 1]) <= abs(y[k]) >= abs(y[k + 1]):
                self._find_pole(function, k)
        self.poles = self.poles or any(
            not math.isfinite(y[j]) or abs(y[j]) > 2 * most
            for k in self.breaks
            for j in (k, k + 1)
            if y[j] == y[j]
        )

    def _find_pole(self, function: Callable[[float], float], k: int) -> None:
        """Break the curve beside the peak at the position if it has no top."""
        low, high = self.x[k - 1], self.x[k + 1]
        peak = highest = abs(self.y[k])
        place = self.x[k]
        for _ in range(_HALVINGS):
            left, right = low + (high - low) / 3, high - (high - low) / 3
            if not low < left < right < high:
                break
            at_left, at_right = abs(function(left)), abs(function(right))
            if at_left < at_right:
                low = place = left
                highest = max(highest, at_right)
            else:
                # Also where one of them is NaN, which no comparison holds for.
                high = place = right
                highest = max(highest, at_left)
            if highest > _POLE * peak:
                break
        # A logarithm grows without bound too, but slowly.
        if highest > _SLOW_POLE * peak:
            self.breaks.add(k if place > self.x[k] else k - 1)
            self.poles = True


def _jumps(
    function: Callable[[float], float],
    start: tuple[float, float],
    end: tuple[float, float],
) -> bool:
    """Whether the function is not continuous between the two points."""
    (a, at_a), (b, at_b) = start, end
    change = abs(at_b - at_a)
    for _ in range(_HALVINGS):
        middle = a / 2 + b / 2
        if not a < middle < b:
            return True
        value = function(middle)
        if not math.isfinite(value):
            return True
        if abs(value - at_a) > abs(at_b - value):
            b, at_b = middle, value
        else:
            a, at_a = middle, value
        if abs(at_b - at_a) < 0.3 * change:
            return False
    return True


class Plotted:
    """A formula over one range.

    name        the variable
    value       the formula's values
    derivative  its derivatives with respect to the variable
    """

    __slots__ = ("derivative", "name", "value")

    def __init__(self, name: str, value: Curve, derivative: Curve) -> None:
        self.name = name
        self.value = value
        self.derivative = derivative


def curve(bound: BoundProgram, name: str, over: Range, points: int) -> Plotted:
    """The value of the bound program and its derivative at so many points of the range.

    Raises ShapeError for a result that is a list, FormulaError where no value is
    finite.
    """
    function = compiled_program(bound, [name])
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
        Curve(x, y, lambda place: function(place)[0][0]),
        Curve(x, slopes, lambda place: function(place)[1][0][0]),
    )


def compiled_program(bound: BoundProgram, names: Sequence[str]) -> "Gradient":
    """The program as a function of the named variables, with its gradient.

    Raises ShapeError for a result that is a list.
    """
    from gradcalc.engine.compiled import compile_gradient

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
