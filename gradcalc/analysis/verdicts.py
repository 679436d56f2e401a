"""The verdict on one partial derivative: what differences say of it.

A gradient is plainly right if differences agree at once. If not, the two sides are
examined one by one (a jump, the end of the domain, a slope without bound, a kink), and
then the whole. "differs" is said only where nothing else explains the difference.
"""

import math
import sys
from collections.abc import Callable, Sequence

from gradcalc.analysis import slopes
from gradcalc.analysis.slopes import Slope

# A right gradient and the extrapolated differences agree to this.
AGREEMENT = 1e-8
# One-sided slopes that differ by less than this share are one slope.
_ONE_SLOPE = 1e-6
# Differences that are less certain than this share of the gradient decide nothing.
_CERTAINTY = 0.01

_EPSILON = sys.float_info.epsilon

OK, DIFFERS, KINK, UNSURE = "ok", "differs", "kink", "unsure"

Line = Callable[[float], float]


class Row:
    """One partial derivative checked.

    variable    the variable, or its element "v[0]"
    element     the element of the result, "[0]", or "" if the result is a number
    value       the variable's value
    gradient    what backpropagation gives
    difference  what differences give, None where they give nothing
    error       how much the two differ, relative to the larger
    left        the slope on the left, where it is not the one on the right, else None
    right       the slope on the right
    verdict     "ok", "differs", "kink" (the slopes on the two sides differ, or there is
                only one) or "unsure" (differences cannot tell)
    reason      what lies behind a verdict that is not "ok", in a phrase, or ""
    """

    __slots__ = (
        "difference",
        "element",
        "error",
        "gradient",
        "left",
        "reason",
        "right",
        "value",
        "variable",
        "verdict",
    )

    def __init__(self, variable: str, element: str, value: float, gradient: float):
        self.variable = variable
        self.element = element
        self.value = value
        self.gradient = gradient
        self.difference: float | None = None
        self.error = 0.0
        self.left: float | None = None
        self.right: float | None = None
        self.verdict = OK
        self.reason = ""

    def decide(self, verdict: str, reason: str = "") -> "Row":
        """The row with its verdict."""
        self.verdict = verdict
        self.reason = reason
        return self


def compared(
    row: Row,
    line: Line,
    noise: float,
    jitter: Callable[[], float],
) -> Row:
    """The row with its verdict.

    `line` is the result as a function of the variable, `noise` a bound on its rounding
    error, and `jitter` gives how much the gradient varies within its own rounding.
    """
    x = row.value
    value = line(x)
    if not math.isfinite(value) or not math.isfinite(x):
        what = "the value" if math.isfinite(x) else "the variable"
        return row.decide(UNSURE, f"{what} is not finite")
    noise += _EPSILON * abs(value)
    quick = _plainly_right(row, line, value, noise)
    if quick is not None:
        return _measured(row, quick).decide(OK)
    sides = [_Side(line, x, noise, direction) for direction in (-1, 1)]
    if any(side.jump for side in sides):
        row.left, row.right = (side.slope_value for side in sides)
        return row.decide(KINK, "the function jumps here")
    if not any(side.exists for side in sides):
        return row.decide(UNSURE, "the function has no value on either side")
    if any(side.exists and side.slope_value != side.slope_value for side in sides):
        hidden = _is_hidden(line, x, noise)
        reason = "rounding hides the change" if hidden else "differences do not settle"
        return row.decide(UNSURE, reason)
    if not all(side.exists for side in sides) or any(side.infinite for side in sides):
        return _at_an_edge(row, sides)
    return _between_slopes(row, line, noise, sides, jitter)


def _plainly_right(row: Row, line: Line, value: float, noise: float) -> Slope | None:
    """The slope by differences if these agree with the gradient at once.

    Besides the extrapolated slope, two short steps must show neither another slope nor
    a kink; everything that is not as plain as that is left to the longer examination.
    """
    x, gradient = row.value, row.gradient
    scale = slopes.exponent(x)

    quotient = slopes.central_quotient(line, x, noise)
    slope = slopes.extrapolated(quotient, math.ldexp(1.0, scale - 6), 4.0)
    if slope is None or not math.isfinite(gradient):
        return None
    largest = max(abs(slope.value), abs(gradient))
    if abs(slope.value - gradient) > AGREEMENT / 10 * largest:
        return None
    bends = []
    for power in (scale - 20, scale - 28):
        step = max(math.ldexp(1.0, power), slopes.shortest_step(x))
        high, low = line(x + step), line(x - step)
        rounding = 4 * noise / step
        if not abs((high - low) / (2 * step) - gradient) <= rounding + 1e-6 * largest:
            return None
        bends.append((abs((high - value) - (value - low)) / step, rounding))
    (far, _), (near, rounding) = bends
    # Without a kink the bend shrinks with the step, here 256 times.
    return slope if near <= far / 16 + rounding else None


class _Side:
    """The function on one side of the point.

    jump        how far it jumps from the point
    slope       its slope there, None if it has none
    infinite    an infinity if the slope grows without bound, else 0
    exists      whether it has values there
    """

    def __init__(
        self,
        line: Line,
        x: float,
        noise: float,
        direction: int,
    ) -> None:
        self.jump = slopes.jump(line, x, noise, direction)
        self.infinite = slopes.diverging(line, x, noise, direction)
        start = slopes.shortest_step(x) if self.jump else 0.0
        self.slope = slopes.one_sided(line, x, noise, direction, start=start)
        if self.slope is not None and _is_blurred(self.slope, x, _size(line, x)):
            self.slope = None
        self.exists = math.isfinite(line(x + direction * slopes.shortest_step(x)))

    @property
    def slope_value(self) -> float:
        if self.infinite and not self.jump:
            return self.infinite
        if self.slope is None:
            return math.nan
        # What may be 0 and is found to be nothing else is 0.
        return self.slope.value if abs(self.slope.value) > self.slope.error else 0.0


def _is_blurred(slope: Slope, x: float, size: float) -> bool:
    """Whether a one-sided slope is no more than rounding and what cannot settle."""
    blurred = slope.error > abs(slope.value)
    return blurred and slope.error * (abs(x) or 1.0) > 1e-6 * size


def _around(line: Line, x: float) -> list[float]:
    """The function's finite values at x and a part of x away."""
    step = math.ldexp(1.0, slopes.exponent(x) - 6)
    return list(filter(math.isfinite, map(line, (x, x - step, x + step))))


def _size(line: Line, x: float) -> float:
    """The size of the function's values around x."""
    return max(map(abs, _around(line, x)))


def _is_hidden(line: Line, x: float, noise: float) -> bool:
    """Whether even a change of x by a part of itself is hardly above rounding."""
    value, *others = _around(line, x)
    return not any(abs(other - value) > 1e3 * noise for other in others)


def _at_an_edge(row: Row, sides: Sequence[_Side]) -> Row:
    """The row at the end of the domain, or where a slope grows without bound."""
    left, right = row.left, row.right = [side.slope_value for side in sides]
    if left == right:
        row.left = row.right = None
        row.difference = left
        if row.gradient == left:
            return row.decide(OK)
        return row.decide(KINK, "the slope grows without bound")
    present = [slope for slope in (left, right) if slope == slope]
    if len(present) == 1:
        row.difference = present[0]
        where = "left" if left == left else "right"
        return row.decide(KINK, f"the function has values on the {where} only")
    return row.decide(KINK, "the slope grows without bound on one side")


def _between_slopes(
    row: Row,
    line: Line,
    noise: float,
    sides: Sequence[_Side],
    jitter: Callable[[], float],
) -> Row:
    """The row where both sides have a finite slope."""
    left, right = (side.slope for side in sides)
    assert left is not None
    assert right is not None
    gap = abs(left.value - right.value)
    largest = max(abs(left.value), abs(right.value))
    if gap > 4 * (left.error + right.error) + _ONE_SLOPE * largest:
        row.left, row.right = left.value, right.value
        low, high = sorted((left, right), key=lambda slope: slope.value)
        margin = 4 * (low.error + high.error) + AGREEMENT * largest
        outside = (
            row.gradient < low.value - margin or row.gradient > high.value + margin
        )
        if outside:
            return row.decide(DIFFERS, "outside the slopes on the two sides")
        return row.decide(KINK, "the slopes on the two sides differ")
    slope = slopes.central(line, row.value, noise)
    if slope is None:
        return row.decide(UNSURE, "the function has gaps around this point")
    # Both sides are less sharp than the whole, but they must at least be known: around
    # a hidden tip differences would be 0 with every appearance of certainty.
    size = _size(line, row.value)
    rounding = 64 * _EPSILON * size / (abs(row.value) or 1.0)
    known = max(slope.error, min(left.error, right.error) / 1000, rounding)
    slope = Slope(slope.value, known)
    _measured(row, slope)
    distance = abs(slope.value - row.gradient)
    if slope.admits(row.gradient, AGREEMENT) or distance <= 4 * slope.error:
        if _is_drowned(row, slope, size):
            return row.decide(UNSURE, "rounding hides the change")
        return row.decide(OK)
    doubt = _doubt(row, line, noise, distance, jitter)
    if doubt:
        return row.decide(UNSURE, doubt)
    missing = row.gradient != row.gradient
    return row.decide(DIFFERS, "the gradient is NaN, but a slope exists" * missing)


def _is_drowned(row: Row, slope: Slope, size: float) -> bool:
    """Whether the slope is too uncertain for its agreement to mean anything."""
    if row.gradient == 0:
        # What is 0 for all that the function's own digits can tell is 0.
        return slope.error * (abs(row.value) or 1.0) > 1e-6 * size
    return slope.error > _CERTAINTY * max(abs(slope.value), abs(row.gradient))


def _doubt(
    row: Row,
    line: Line,
    noise: float,
    distance: float,
    jitter: Callable[[], float],
) -> str:
    """Why a slope that is not the gradient need not speak against it, or ""."""
    x, gradient = row.value, row.gradient
    if gradient != gradient:
        return ""
    spacing = slopes.shortest_step(x)
    values = [abs(line(near)) for near in (x - spacing, x, x + spacing)]
    largest = max(value for value in values if value == value)
    if noise > 0.1 * largest:
        return "rounding hides the change"
    if abs(gradient) * spacing > 0.1 * largest:
        return "the function changes faster than numbers are spaced"
    if gradient == 0 and spacing >= 1:
        return "numbers this large are all whole"
    # Steps longer than the variable itself may see another part of the function.
    short = slopes.central(line, x, noise, slopes.exponent(x) + 6)
    if x and short is not None and abs(short.value - gradient) <= 4 * short.error:
        return "rounding hides the change"
    near = x + spacing * 2.0**20
    if gradient == 0 and line(near) == line(x) == line(2 * x - near):
        return "the function does not change over short steps"
    if distance <= 4 * jitter():
        return "rounding varies the gradient as much"
    for slope in slopes.every_central(line, x, noise):
        sharp = slope.error < AGREEMENT / 10 * abs(gradient)
        if sharp and slope.admits(gradient, AGREEMENT):
            return "the two agree over longer steps only"
    return ""


def _measured(row: Row, slope: Slope) -> Row:
    """The row with the slope by differences and its distance from the gradient."""
    row.difference = slope.value
    largest = max(abs(slope.value), abs(row.gradient))
    distance = abs(slope.value - row.gradient)
    # Two numbers that are 0 within their certainty do not differ.
    negligible = largest <= 4 * slope.error or distance == 0
    row.error = 0.0 if negligible else distance / largest
    if row.gradient != row.gradient:
        row.error = math.nan
    return row
