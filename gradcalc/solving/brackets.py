"""Roots of one equation between two numbers.

Numbers are tried all over the range. Between two of different sign, steps of Newton's
method that stay inside, and halvings where they do not get on, end at neighbouring
doubles: there is a root, a pole or a jump between these.
"""

import math
import struct
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from gradcalc.solving.roots import (
    JUMP,
    MINIMUM,
    OUTSIDE,
    POLE,
    ROOT,
    STRETCH,
    Equations,
    Found,
    Place,
    differ,
    judged,
)

# A change that is as large over so many doubles as over a thousand times as many does
# not come from a slope.
_NEAR, _FAR = 2**8, 2**24


def roots_between(
    equations: Equations, numbers: Sequence[float]
) -> tuple[list[Found], list[Found]]:
    """The roots between the numbers, in order; and what was found that is none.

    Two roots between neighbouring numbers are found only where the slope shows them.
    """
    places = [equations.place([x]) for x in numbers]
    roots: list[Found] = []
    others: list[Found] = []
    for found in _found(equations, list(_parted(equations, places))):
        if not found.solves:
            others.append(found)
        elif not roots or not _same(roots[-1], found):
            roots.append(found)
    if not roots and not others:
        others.append(_nearest(equations, places))
    return roots, others


def _parted(equations: Equations, places: Sequence[Place]) -> Iterator[Place]:
    """The places, and where the value is 0 one a little before and one after it.

    They have the signs that the value has beside its root.
    """
    for place in places:
        if place.residuals[0] != 0:
            yield place
            continue
        (x,) = place.values
        far = _FAR * math.ulp(x)
        before, after = equations.place([x - far]), equations.place([x + far])
        if place is not places[0] and before.residuals[0] != 0:
            yield before
        yield place
        if place is not places[-1] and after.residuals[0] != 0:
            yield after


def _same(one: Found, other: Found) -> bool:
    """Whether two roots, the first before the other, are one within rounding."""
    (a,), (b,) = one.end.values, other.end.values
    return b <= a or b - a <= 4 * sum([*one.within, *other.within])


def _nearest(equations: Equations, places: Sequence[Place]) -> Found:
    """The place that is nearest to a root, where there is none."""
    known = [place for place in places if place.distance == place.distance]
    if not known:
        return Found(
            OUTSIDE,
            places[:1],
            reason="the formula has no value anywhere in the bracket",
        )
    least = min(known, key=lambda place: place.distance)
    reason = (
        f"of {len(places):,} numbers tried, {equations.named(least)} comes nearest:"
        f" {least.distance:.6g} away from 0"
    )
    return Found(MINIMUM, [least], reason=reason)


def _found(equations: Equations, places: Sequence[Place]) -> Iterator[Found]:
    """What is found at and between the places, in order."""
    zeros: list[Place] = []
    for here, there in pairwise([None, *places, None]):
        if there is not None and there.residuals[0] == 0:
            zeros.append(there)
        elif zeros:
            yield from _at(equations, zeros)
            zeros = []
        elif here is None or there is None:
            continue
        elif differ(here, there):
            yield refined(equations, here, there)
        else:
            yield from _touching(equations, here, there)


def _at(equations: Equations, zeros: Sequence[Place]) -> Iterator[Found]:
    """What is at neighbouring places where the value is 0."""
    found = judged(equations, zeros[:1])
    if found is None:
        return
    if found.kind == STRETCH and len(zeros) > 1:
        ends = equations.named(zeros[0]), equations.named(zeros[-1])
        found = replace(found, reason=f"0 from {ends[0]} to {ends[1]}")
    yield found


def _touching(equations: Equations, here: Place, there: Place) -> Iterator[Found]:
    """What is between two places of one sign, if the slope turns between them."""
    sign = math.copysign(1.0, here.residuals[0])
    slopes = [sign * equations.at(*place.values)[1][0][0] for place in (here, there)]
    if not (
        math.isfinite(here.distance + there.distance) and slopes[0] < 0 <= slopes[1]
    ):
        return
    low, high = here, there
    while (between := _middle(low.values[0], high.values[0])) is not None:
        (value,), ((slope,),) = equations.at(between)
        place = Place([between], [value])
        if differ(here, place):
            yield refined(equations, here, place)
            yield refined(equations, place, there)
            return
        if slope != slope:
            return
        if sign * slope < 0:
            low = place
        else:
            high = place
    least = min(high, low, key=lambda place: place.distance)
    found = judged(equations, [here, least])
    reason = (
        f"the value comes no nearer to 0 than {least.distance:.6g}, at"
        f" {equations.named(least)}"
    )
    yield found or Found(MINIMUM, [here, least], reason=reason)


def refined(equations: Equations, one: Place, other: Place) -> Found:
    """What is between two places at which the only equation has different signs.

    Steps of Newton's method that stay between them and at least halve, and halvings of
    what is between them where they do not, end at neighbouring doubles.
    """
    low, high = sorted((one, other), key=lambda place: place.values[0])
    here = min(low, high, key=lambda place: place.distance)
    path, reach, last = [here], 1.0, math.inf
    while (middle := _middle(low.values[0], high.values[0])) is not None:
        x = here.values[0]
        (value,), ((slope,),) = equations.at(x)
        step = -value / slope if slope else math.nan
        shrinks = abs(step) <= last / 2
        last = abs(step) if shrinks else math.inf
        there = x + step if shrinks else middle
        if abs(step) <= 2 * math.ulp(x):
            # Beside the root: the other end comes near, too.
            there = x + (reach if here is low else -reach) * math.ulp(x)
            reach *= 2
        if not low.values[0] < there < high.values[0]:
            there = middle
        place = equations.place([there], 1.0 if there == x + step else None)
        if place.residuals[0] != place.residuals[0]:
            reason = f"the formula has no value at {equations.named(place)}"
            return Found(OUTSIDE, [*path, place], reason=reason)
        path.append(place)
        if place.residuals[0] == 0:
            return judged(equations, path) or Found(ROOT, path)
        low, high = (low, place) if differ(low, place) else (place, high)
        here = min(low, high, key=lambda each: each.distance)
    path = path if here is path[-1] else [*path, here]
    grown = max(low.distance, high.distance) > max(one.distance, other.distance)
    found = _no_root(equations, low, high, grown=grown)
    if found is not None:
        kind, reason = found
        return Found(kind, path, reason=reason)
    return judged(equations, path) or Found(ROOT, path)


def _no_root(
    equations: Equations, low: Place, high: Place, *, grown: bool
) -> tuple[str, str] | None:
    """What is between neighbouring doubles of different signs, if no root.

    `grown` says that the values there are larger than where the search began.
    """
    near, far = (
        abs(
            equations.at(high.values[0] + count * math.ulp(high.values[0]))[0][0]
            - equations.at(low.values[0] - count * math.ulp(low.values[0]))[0][0]
        )
        for count in (_NEAR, _FAR)
    )
    where = equations.named(min(low, high, key=lambda place: abs(place.values[0])))
    if math.isinf(near) or (grown and not near < 4 * far):
        return POLE, f"the sign changes at the pole {where}, and not at a root"
    if near < far / 4 or equations.hold(low) or equations.hold(high):
        return None
    before, after = low.residuals[0], high.residuals[0]
    return JUMP, f"the value jumps over 0, from {before:.6g} to {after:.6g}, at {where}"


def edge_of_domain(equations: Equations, inside: Place, outside: Place) -> Place:
    """The last place, on the way to one without a value, where there is one."""
    while True:
        ends = sorted([inside.values[0], outside.values[0]])
        middle = _middle(*ends)
        if middle is None:
            return inside
        place = equations.place([middle])
        if math.isfinite(place.residuals[0]):
            inside = place
        else:
            outside = place


def _middle(low: float, high: float) -> float | None:
    """A number between, with about as many doubles on each side; None for none."""
    if low < 0 < high:
        return 0.0
    ratio = high / low if low > 0 else low / high if high < 0 else math.inf
    middle = low / 2 + high / 2
    if not ratio <= 4:
        middle = _double((_place(low) + _place(high)) // 2)
    if not low < middle < high:
        middle = math.nextafter(low, high)
    return middle if low < middle < high else None


def _place(x: float) -> int:
    """The number of doubles from 0 to x, negative below 0."""
    (bits,) = struct.unpack("<q", struct.pack("<d", abs(x)))
    return int(math.copysign(1, x)) * int(bits)


def _double(place: int) -> float:
    """The double at this place."""
    (x,) = struct.unpack("<d", struct.pack("<q", abs(place)))
    return math.copysign(x, place)
