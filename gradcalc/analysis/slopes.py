"""Slopes of a formula on both sides of a point, by differences in decimal arithmetic.

A quotient errs by the step times the curvature, and by the rounding of the values
divided by the step. With so many digits both are far below what a double can show: a
step of 1e-18 leaves some forty of sixty digits to the quotient, and no extrapolation is
needed. Where the quotients of three steps, each 1e16 times shorter than the one before,
do not settle, they tell what there is instead: a jump, a slope without bound, the end
of the domain.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from random import Random

from gradcalc.engine.decimal_arithmetic import DIGITS, INFINITY, NAN, ZERO, arithmetic
from gradcalc.engine.surroundings import Surroundings, Variation

# The digits that decide where fewer do not.
MOST_DIGITS = 1_000
# The digits of the values, and the steps as powers of ten. The last line reaches as
# far as doubles do: 1e-308 beside 1e308.
_LEVELS = (
    (120, (-18, -34, -50)),
    (300, (-60, -76, -92)),
    (MOST_DIGITS, (-330, -346, -362)),
)
QUICK_STEP = -18
# Quotients that differ by less than this share are one slope.
ONE_SLOPE = Decimal("1e-9")
# Rounding that is more than this share of a value leaves nothing to see of its change.
_CLEAR = Decimal("1e-20")
# A change that shrinks by less than this while the step shrinks 1e16 times is a jump.
_JUMP = Decimal("0.999")
# The gradients of several variables are right together if what they add up to is the
# change to this share of the terms, and each has a part in it that would be noticed.
_TOGETHER, _NOTICED = Decimal("1e-25"), Decimal("1e-12")
# Fewer variables are moved one by one.
_FEWEST = 8


@dataclass(frozen=True, slots=True)
class Side:
    """The formula on one side of a point."""

    # Its slope; an infinity if that grows without bound, NaN if there is none.
    slope: Decimal
    # Whether it has values there, and whether it jumps to them.
    exists: bool = True
    jumps: bool = False


def quick_slope(variation: Variation, output: int) -> Decimal | None:
    """The slope where both sides agree on it over a single step, else None."""
    with localcontext(arithmetic()):
        step = variation.step(QUICK_STEP)
        changes = [variation.change(each, DIGITS) for each in (step, -step)]
        right, left = (change.of.get(output, ZERO) for change in changes)
        gap, width = abs(right + left), max(abs(right), abs(left))
        if not all(change.is_resolved for change in changes):
            return None
        return (right - left) / (2 * step) if gap <= ONE_SLOPE * width else None


def true_gradients(
    surroundings: Surroundings, nodes: Sequence[int], outputs: Sequence[int]
) -> dict[tuple[int, int], Decimal]:
    """The gradients in decimals that are slopes, by variable and output.

    Many variables are moved at once, each by its own random part of a step: what that
    changes is what all gradients say together only if every one is right. Where it is
    not, each half of the variables is tried. So a list is checked in proportion to its
    length; what is not found this way may still be right.
    """
    found: dict[tuple[int, int], Decimal] = {}
    chance = Random(0)
    pending = [(list(nodes), list(outputs))]
    while pending:
        group, unsettled = pending.pop()
        if len(group) < _FEWEST:
            continue
        with localcontext(arithmetic()):
            moves = {
                node: surroundings.unit(node) * Decimal(chance.uniform(1, 2))
                for node in group
            }
        variation = Variation(surroundings, moves)
        failed = [each for each in unsettled if not _add_true(found, variation, each)]
        if failed:
            half = len(group) // 2
            pending += [(group[:half], failed), (group[half:], failed)]
    return found


def _add_true(
    found: dict[tuple[int, int], Decimal], variation: Variation, output: int
) -> bool:
    """Whether the gradients add up to the slope along the moves; adds them if so."""
    slope, terms = quick_slope(variation, output), variation.terms(output)
    with localcontext(arithmetic()):
        error = slope and slope - variation.gradient(output, DIGITS)
        if error is None or not abs(error) <= _TOGETHER * terms:
            return False
        gradients = variation.surroundings.gradients(output)
        for node, size in variation.moves.items():
            gradient = gradients[node] or ZERO
            if gradient == 0 or abs(gradient * size) >= _NOTICED * terms:
                found[node, output] = gradient
    return True


def side(variation: Variation, output: int, direction: int) -> Side:
    """The formula on the right of the point (direction 1) or on its left (-1)."""
    found = None
    for digits, powers in _LEVELS:
        with localcontext(arithmetic(digits)):
            found = _side(variation, output, direction, digits, powers)
        # What oscillates faster than the steps are short may seem to have no bound.
        if found is not None and not found.slope.is_infinite():
            break
    return found or Side(NAN)


def _side(
    variation: Variation,
    output: int,
    direction: int,
    digits: int,
    powers: Sequence[int],
) -> Side | None:
    """The side as these steps show it; None if they do not."""
    steps = [direction * variation.step(power) for power in powers]
    changes = [variation.change(step, digits) for step in steps]
    near = [change.of.get(output, ZERO) for change in changes]
    # What rounding may add to a change.
    noise = variation.rounding(output, digits)
    size = max(abs(variation.values(digits)[output]), abs(near[0]))
    is_clear = noise <= _CLEAR * size and all(each.is_resolved for each in changes)
    if digits < MOST_DIGITS and near[0].is_finite() and not is_clear:
        return None
    if not near[-1].is_finite():
        return Side(NAN, exists=False)
    if _stays(near, noise):
        far = [
            variation.change(2 * step, digits).of.get(output, ZERO) for step in steps
        ]
        beyond = [b - a for a, b in zip(near, far, strict=True)]
        slope = _limit(beyond, steps, noise, digits)
        return None if slope is None else Side(slope, jumps=True)
    slope = _limit(near, steps, noise, digits)
    return None if slope is None else Side(slope)


def _stays(changes: Sequence[Decimal], noise: Decimal) -> bool:
    """Whether the changes are as large over short steps as over long ones."""
    far, middle, near = map(abs, changes)
    return near > noise and near >= _JUMP * middle and middle >= _JUMP * far


def _limit(
    changes: Sequence[Decimal], steps: Sequence[Decimal], noise: Decimal, digits: int
) -> Decimal | None:
    """What the quotients go to as the step goes to 0; None if that cannot be seen."""
    if all(abs(change) <= noise for change in changes):
        return ZERO
    far, middle, near = (a / b for a, b in zip(changes, steps, strict=True))
    rounding = noise / abs(steps[-1])
    if abs(near - middle) <= ONE_SLOPE * max(abs(near), abs(middle)) + rounding:
        return near
    if abs(near) < abs(middle) / 2 < abs(far) / 4:
        # Over shorter steps they may come to a slope that is not 0 after all.
        return ZERO if digits == MOST_DIGITS else None
    last, before = near - middle, middle - far
    if (
        abs(near) > abs(middle) > abs(far)
        and last * before > 0
        and abs(last) > abs(before) / 2
    ):
        return INFINITY.copy_sign(near)
    return None
