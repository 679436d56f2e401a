"""Slopes of a function of one number, measured by differences, and how far they hold.

A difference quotient errs in two ways: the step is too long for the function's curve,
or so short that rounding swallows the change. Extrapolating to step 0 (Richardson, in
the tableau of Ridders, "Accurate computation of F'(x) and F'(x) F''(x)", Advances in
Engineering Software 4(2), 1982) takes care of the first and estimates it; a bound on
the rounding of the function's value gives the second. Steps are tried from short to
long: a longer one may sharpen what the shorter ones found, but never contradict it,
so that what lies further off (a kink, a pole, another oscillation) does not count.
"""

import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

Function = Callable[[float], float]
# The quotient over a step, and a bound on its rounding error.
Quotient = Callable[[float], tuple[float, float]]

# Halvings of the step within one extrapolation.
_LEVELS = 6
# Bits of the step between one extrapolation and the next.
_STRIDE = 4
_FAR_STRIDE = 20
# The longest step, as a power of two, for numbers around 1 or below.
_LONGEST = 10
_SHORTEST = -1000
# Where the quotient is this good, longer steps have nothing to add.
_SHARP = 1e-12
_EPSILON = sys.float_info.epsilon


@dataclass(frozen=True, slots=True)
class Slope:
    """A measured slope: its value, and how far from it the true one may be."""

    value: float
    error: float

    def admits(self, value: float, share: float = 0.0) -> bool:
        """Whether the true slope may be this value, give or take a relative share."""
        largest = max(abs(self.value), abs(value))
        return abs(self.value - value) <= max(self.error, share * largest)


def exponent(x: float) -> int:
    """The power of two just above the number, 0 for zero."""
    return math.frexp(x)[1] if x else 0


def steps(x: float) -> Iterator[int]:
    """The powers of two to try as steps at x, from short to long."""
    low = exponent(x) if x else _SHORTEST
    if x:
        # After the halvings not below one unit in the last place.
        yield from range(max(low - 48, _SHORTEST), low, _STRIDE)
    while low <= _LONGEST or low <= exponent(x) - 2:
        yield low
        low += _FAR_STRIDE if low < -60 - _FAR_STRIDE else _STRIDE


def central_quotient(function: Function, x: float, noise: float) -> Quotient:
    """The quotients around x; `noise` bounds the rounding error of the values."""

    value = function(x)

    def quotient(step: float) -> tuple[float, float]:
        high, low = x + step, x - step
        width = high - low
        # A step below the smallest double is 0.
        if width == 0:
            return math.nan, math.inf
        above, below = function(high), function(low)
        # x may be lost in the rounding of x + step: then the quotient is about a point
        # beside x, where the slope is another by as much as the function bends.
        bend = abs((above - value) - (value - below)) / step
        beside = max(abs((high - step) - x), abs((low + step) - x))
        rounding = 2 * noise + bend * beside
        return (above - below) / width, rounding / width

    return quotient


def central(
    function: Function, x: float, noise: float, longest: int | None = None
) -> Slope | None:
    """The slope at x from both sides; None if differences do not settle.

    `longest` is the power of two that bounds the steps, None for no bound.
    """
    return _scanned(central_quotient(function, x, noise), x, 4.0, longest)


def every_central(function: Function, x: float, noise: float) -> Iterator[Slope]:
    """The slope at x over each of the steps, whether the others agree or not."""
    quotient = central_quotient(function, x, noise)
    for power in steps(x):
        slope = extrapolated(quotient, math.ldexp(1.0, power), 4.0)
        if slope is not None:
            yield slope


def one_sided(
    function: Function, x: float, noise: float, direction: int, *, start: float = 0.0
) -> Slope | None:
    """The slope at x on the right (direction 1) or on the left (-1).

    `start` is how far from x the measuring begins, for a function that jumps at x.
    """
    first = x + direction * start
    value = function(first)

    def quotient(step: float) -> tuple[float, float]:
        other = first + direction * step
        width = other - first
        if width == 0:
            return math.nan, math.inf
        return (function(other) - value) / width, 2 * noise / abs(width)

    return _scanned(quotient, x, 2.0)


def _scanned(
    quotient: Quotient, x: float, factor: float, longest: int | None = None
) -> Slope | None:
    """The sharpest slope that no shorter step contradicts."""
    best: Slope | None = None
    contradictions = 0
    for power in steps(x):
        if longest is not None and power > longest:
            break
        found = extrapolated(quotient, math.ldexp(1.0, power), factor)
        if found is None:
            # The end of the domain: what lies beyond is another function.
            if best is not None:
                break
            continue
        if best is None:
            best = found
        elif abs(found.value - best.value) > best.error + found.error:
            contradictions += 1
            if contradictions == 2:
                break
        elif found.error < best.error:
            best = found
        if best.error <= _SHARP * abs(best.value):
            break
    return best if best is not None and math.isfinite(best.error) else None


def extrapolated(quotient: Quotient, step: float, factor: float) -> Slope | None:
    """The quotient extrapolated to step 0; None if it is not finite all the way.

    Halving the step divides the leading error by `factor`: 4 for central quotients,
    whose error has even powers of the step alone, 2 for one-sided ones. Where it does
    not shrink as it should, the error is that of a geometric series at its own pace.
    """
    best: Slope | None = None
    row: list[float] = []
    quotients: list[float] = []
    rounding = 0.0
    for _ in range(_LEVELS):
        value, rounding = quotient(step)
        if not math.isfinite(value):
            return None
        quotients.append(value)
        above, row = row, [value]
        power = 1.0
        for before in above:
            power *= factor
            refined = row[-1] + (row[-1] - before) / (power - 1)
            error = max(abs(refined - row[-1]), abs(refined - before))
            error += 3 * rounding + 8 * _EPSILON * abs(refined)
            if best is None or error < best.error:
                best = Slope(refined, error)
            row.append(refined)
        step /= 2
    if best is None:
        return None
    return Slope(best.value, max(best.error, _rest(quotients, rounding, factor)))


def _rest(quotients: list[float], rounding: float, factor: float) -> float:
    """How far a slowly converging series of quotients is from its end."""
    first, second, third = quotients[-3:]
    change, before = abs(third - second), abs(second - first)
    if change <= 8 * rounding + 32 * _EPSILON * abs(third):
        return 0.0
    pace = change / before if before else math.inf
    if pace <= 1.3 / factor:
        return 0.0
    return change * pace / (1 - pace) if pace < 1 else math.inf


def shortest_step(x: float) -> float:
    """The shortest step worth taking from x."""
    return max(math.ulp(x), math.ldexp(1.0, _SHORTEST))


def jump(function: Function, x: float, noise: float, direction: int) -> float:
    """How far the function jumps between x and the numbers beside it; 0 if it does not.

    What changes as much over the shortest step as over far longer ones is a jump.
    """
    value = function(x)
    near, *far = (
        abs(function(x + direction * math.ldexp(shortest_step(x), power)) - value)
        for power in (0, 4, 8, 16)
    )
    if not 100 * noise < near < math.inf:
        return 0.0
    return near if all(near >= 0.8 * change for change in far) else 0.0


def diverging(function: Function, x: float, noise: float, direction: int) -> float:
    """An infinity if the slope on that side grows without bound towards x, else 0.

    As the step shrinks, the function's change shrinks with it, but its slope grows by
    no less each time, be it by a factor (a power) or by a term (a logarithm); the
    slopes of a smooth function settle. Steps start where rounding lets one see them.
    """
    value = function(x)

    def change(power: int) -> float:
        step = math.ldexp(shortest_step(x), power)
        return abs(function(x + direction * step) - value)

    # How many times the shortest step may be doubled and still be short.
    most = 20 if x else -_SHORTEST - 40
    visible = (power for power in range(1, most, 8) if change(power) > 1e3 * noise)
    first = next(visible, None)
    if first is None:
        return 0.0
    powers = range(first, first + 29, 7)
    changes = [change(power) for power in powers]
    if not all(math.isfinite(found) and found for found in changes):
        return 0.0
    found = [
        math.ldexp(far, -power) for far, power in zip(changes, powers, strict=True)
    ]
    shrinks = all(1.5 * near < far for near, far in pairwise(changes))
    growth = [near - far for near, far in pairwise(found)]
    grows = all(near > max(0.5 * far, 0) for near, far in pairwise(growth))
    if not shrinks or not grows or growth[0] < 1e-3 * found[0]:
        return 0.0
    rises = function(x + direction * math.ldexp(shortest_step(x), first)) > value
    return math.inf if rises == (direction > 0) else -math.inf
