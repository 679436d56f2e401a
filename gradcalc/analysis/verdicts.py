"""The verdict on one partial derivative, reached by differences.

A gradient is plainly right if differences agree at once. If not, the two sides are
examined one by one (a jump, the end of the domain, a slope without bound, a kink), and
then the whole. "differs" is said only where nothing else explains the difference.
"""

import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

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


@dataclass(frozen=True, slots=True)
class Row:
    """One partial derivative checked."""

    # The variable, or its element "v[0]", and the element of the result, "[0]", or ""
    # if the result is a number.
    variable: str
    element: str
    value: float
    gradient: float
    # "ok", "differs", "kink" (the slopes on the two sides differ, or there is only one)
    # or "unsure" (differences cannot tell), and what lies behind it if it is not "ok".
    verdict: str
    reason: str = ""
    # What differences give, None where they give nothing; how much the gradient differs
    # from it, relative to the larger.
    difference: float | None = None
    error: float = 0.0
    # The slopes on the two sides, where they are not the same.
    left: float | None = None
    right: float | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """A gradient to check, and the function whose slope it claims to be."""

    variable: str
    element: str
    value: float
    gradient: float
    # The result as a function of the variable, and a bound on its rounding error.
    line: Line
    noise: float
    # How much the gradient varies within its own rounding.
    jitter: Callable[[], float]

    def row(self, verdict: str, reason: str = "", **found: Any) -> Row:
        """The row with this verdict, and the slopes that were found."""
        about = self.variable, self.element, self.value, self.gradient
        return Row(*about, verdict, reason, **found)

    def measured(self, slope: Slope, verdict: str, reason: str = "") -> Row:
        """The row with the slope by differences and its distance from the gradient."""
        largest = max(abs(slope.value), abs(self.gradient))
        distance = abs(slope.value - self.gradient)
        # Two numbers that are 0 within their certainty do not differ.
        negligible = largest <= 4 * slope.error or distance == 0
        error = 0.0 if negligible else distance / largest
        if self.gradient != self.gradient:
            error = math.nan
        return self.row(verdict, reason, difference=slope.value, error=error)


def compared(claim: Claim) -> Row:
    """The row that says whether the claim holds."""
    line, x, value = claim.line, claim.value, claim.line(claim.value)
    if not math.isfinite(value) or not math.isfinite(x):
        what = "the value" if math.isfinite(x) else "the variable"
        return claim.row(UNSURE, f"{what} is not finite")
    claim = replace(claim, noise=claim.noise + _EPSILON * abs(value))
    quick = _plainly_right(claim, value)
    if quick is not None:
        return claim.measured(quick, OK)
    sides = [_side(claim, direction) for direction in (-1, 1)]
    left, right = (side.slope_value for side in sides)
    if any(side.jump for side in sides):
        return claim.row(KINK, "the function jumps here", left=left, right=right)
    if not any(side.exists for side in sides):
        return claim.row(UNSURE, "the function has no value on either side")
    if any(side.exists and math.isnan(side.slope_value) for side in sides):
        hidden = _is_hidden(line, x, claim.noise)
        reason = "rounding hides the change" if hidden else "differences do not settle"
        return claim.row(UNSURE, reason)
    if not all(side.exists for side in sides) or any(side.infinite for side in sides):
        return _at_an_edge(claim, left, right)
    return _between_slopes(claim, sides)


def _plainly_right(claim: Claim, value: float) -> Slope | None:
    """The slope by differences if these agree with the gradient at once.

    Besides the extrapolated slope, two short steps must show neither another slope nor
    a kink; everything that is not as plain as that is left to the longer examination.
    """
    line, x = claim.line, claim.value
    gradient, noise = claim.gradient, claim.noise
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


@dataclass(frozen=True, slots=True)
class _Side:
    """The function on one side of the point."""

    # How far it jumps from the point.
    jump: float
    # Its slope there, None if it has none.
    slope: Slope | None
    # An infinity if the slope grows without bound, else 0.
    infinite: float
    # Whether it has values there.
    exists: bool

    @property
    def slope_value(self) -> float:
        if self.infinite and not self.jump:
            return self.infinite
        if self.slope is None:
            return math.nan
        # What may be 0 and is found to be nothing else is 0.
        return self.slope.value if abs(self.slope.value) > self.slope.error else 0.0


def _side(claim: Claim, direction: int) -> _Side:
    """What differences say of the right (direction 1) or of the left (-1)."""
    line, x, noise = claim.line, claim.value, claim.noise
    jump = slopes.jump(line, x, noise, direction)
    start = slopes.shortest_step(x) if jump else 0.0
    slope = slopes.one_sided(line, x, noise, direction, start=start)
    # A slope within its own error of 0 is no more than rounding, or does not settle.
    if slope is not None and slope.error > abs(slope.value):
        blurred = slope.error * (abs(x) or 1.0) > 1e-6 * _size(line, x)
        slope = None if blurred else slope
    return _Side(
        jump,
        slope,
        slopes.diverging(line, x, noise, direction),
        math.isfinite(line(x + direction * slopes.shortest_step(x))),
    )


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


def _at_an_edge(claim: Claim, left: float, right: float) -> Row:
    """The row at the end of the domain, or where a slope grows without bound."""
    if left == right:
        if claim.gradient == left:
            return claim.row(OK, difference=left)
        return claim.row(KINK, "the slope grows without bound", difference=left)
    present = [slope for slope in (left, right) if not math.isnan(slope)]
    if len(present) == 2:
        reason, difference = "the slope grows without bound on one side", None
    else:
        where = "right" if math.isnan(left) else "left"
        reason, difference = f"the function has values on the {where} only", present[0]
    return claim.row(KINK, reason, difference=difference, left=left, right=right)


def _between_slopes(claim: Claim, sides: Sequence[_Side]) -> Row:
    """The row where both sides have a finite slope."""
    left, right = (side.slope for side in sides)
    assert left is not None
    assert right is not None
    x, gradient = claim.value, claim.gradient
    gap = abs(left.value - right.value)
    largest = max(abs(left.value), abs(right.value))
    if gap > 4 * (left.error + right.error) + _ONE_SLOPE * largest:
        low, high = sorted((left.value, right.value))
        margin = 4 * (left.error + right.error) + AGREEMENT * largest
        verdict, reason = KINK, "the slopes on the two sides differ"
        if gradient < low - margin or gradient > high + margin:
            verdict, reason = DIFFERS, "outside the slopes on the two sides"
        return claim.row(verdict, reason, left=left.value, right=right.value)
    central = slopes.central(claim.line, x, claim.noise)
    if central is None:
        return claim.row(UNSURE, "the function has gaps around this point")
    # Both sides are less sharp than the whole, but they must at least be known: around
    # a hidden tip differences would agree on 0.
    size = _size(claim.line, x)
    rounding = 64 * _EPSILON * size / (abs(x) or 1.0)
    known = max(central.error, min(left.error, right.error) / 1000, rounding)
    slope = Slope(central.value, known)
    distance = abs(slope.value - gradient)
    if slope.admits(gradient, AGREEMENT) or distance <= 4 * slope.error:
        if _is_drowned(claim, slope, size):
            return claim.measured(slope, UNSURE, "rounding hides the change")
        return claim.measured(slope, OK)
    if math.isnan(gradient):
        reason = "the gradient is NaN, but a slope exists"
        return claim.measured(slope, DIFFERS, reason)
    doubt = _doubt(claim, distance)
    return claim.measured(slope, UNSURE if doubt else DIFFERS, doubt)


def _is_drowned(claim: Claim, slope: Slope, size: float) -> bool:
    """Whether the slope is too uncertain for its agreement to mean anything."""
    if claim.gradient == 0:
        # A slope that cannot be told from 0 by the function's own digits is 0.
        return slope.error * (abs(claim.value) or 1.0) > 1e-6 * size
    return slope.error > _CERTAINTY * max(abs(slope.value), abs(claim.gradient))


def _doubt(claim: Claim, distance: float) -> str:
    """Why a slope that is not the gradient need not speak against it; or ""."""
    line, x = claim.line, claim.value
    gradient, noise = claim.gradient, claim.noise
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
    if distance <= 4 * claim.jitter():
        return "rounding varies the gradient as much"
    agree = any(
        slope.error < AGREEMENT / 10 * abs(gradient)
        and slope.admits(gradient, AGREEMENT)
        for slope in slopes.every_central(line, x, noise)
    )
    return "the two agree over longer steps only" if agree else ""
