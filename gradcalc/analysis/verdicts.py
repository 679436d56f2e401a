"""The verdict on one partial derivative.

Three numbers are compared: the gradient that backpropagation found in doubles, the
slope of the formula by differences in sixty digits and more, and backpropagation in as
many digits. A rule is wrong if the last two differ; if they agree and the first does
not, rounding has spoilt it.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext
from typing import Any

from gradcalc.analysis.slopes import MOST_DIGITS, ONE_SLOPE, Side, quick_slope, side
from gradcalc.engine.decimal_arithmetic import DIGITS, ONE, ZERO, arithmetic
from gradcalc.engine.surroundings import Variation

# A right gradient and the slope agree to this share of the larger.
AGREEMENT = Decimal("1e-8")
# Of a right rule's gradient rounding may take as much.
_ROUNDING = 1e-6
# What cancels to less than this share of its terms is 0: in doubles, and in decimals.
_CANCELLED, _VANISHED = Decimal("1e-12"), Decimal("1e-30")
# Doubles around 0 are this far from one another.
_TINIEST = Decimal("5e-324")

OK, DIFFERS, KINK, UNSURE = "ok", "differs", "kink", "unsure"


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
    # or "unsure" (rounding decides, or there is nothing to compare with), and what lies
    # behind it if it is not "ok".
    verdict: str
    reason: str = ""
    # What differences give, None where they give nothing; how much the gradient differs
    # from it, relative to the larger.
    difference: float | None = None
    error: float = 0.0
    # The slopes on the two sides, where they are not the same.
    left: float | None = None
    right: float | None = None
    # Whether it differs because something in the formula is meant to make it.
    meant: bool = False

    @property
    def agrees(self) -> bool:
        """Whether nothing speaks against the gradient."""
        return self.verdict != DIFFERS and not (
            self.verdict == UNSURE and not self.error <= _ROUNDING
        )


def agree(a: Decimal, b: Decimal, share: Decimal = AGREEMENT) -> bool:
    """Whether two numbers are the same to a share of the larger, or to a double."""
    if not (a.is_finite() and b.is_finite()):
        return float(a) == float(b)
    distance = abs(a - b)
    return distance <= max(share * max(abs(a), abs(b)), 4 * _TINIEST)


@dataclass(frozen=True, slots=True)
class Claim:
    """A gradient to check, and the formula whose slope it claims to be."""

    variable: str
    element: str
    # Of the variable, of the result, and of the gradient of the result by the variable.
    value: float
    result: float
    gradient: float
    # The variable moved, and the node of the result.
    variation: Variation
    output: int
    # The slope, if it is known already.
    slope: Decimal | None = None

    def exact(self, digits: int = DIGITS) -> Decimal:
        """The gradient in decimals."""
        return self.variation.gradient(self.output, digits)

    def row(self, verdict: str, reason: str = "", **found: Any) -> Row:
        """The row with this verdict, and the slopes that were found."""
        about = self.variable, self.element, self.value, self.gradient
        return Row(*about, verdict, reason, **found)

    def measured(self, slope: Decimal, verdict: str, reason: str = "") -> Row:
        """The row with the slope and its distance from the gradient."""
        gradient = Decimal(self.gradient)
        distance = abs(slope - gradient)
        error = ZERO
        if float(slope) != self.gradient and not distance <= 4 * _TINIEST:
            error = distance / max(abs(slope), abs(gradient))
            error = ONE if distance.is_infinite() else error
        return self.row(verdict, reason, difference=float(slope), error=float(error))


def compared(claim: Claim) -> Row:
    """The row that says whether the claim holds."""
    if not math.isfinite(claim.value):
        return claim.row(UNSURE, "the variable is not finite")
    if not math.isfinite(claim.result):
        return claim.row(UNSURE, "the value is not finite")
    if not claim.variation.surroundings.values(DIGITS)[claim.output].is_finite():
        return claim.row(UNSURE, "rounding alone gives the formula a value here")
    slope = claim.slope
    if slope is None:
        slope = quick_slope(claim.variation, claim.output)
    with localcontext(arithmetic()):
        if slope is not None and agree(Decimal(claim.gradient), slope):
            return claim.measured(slope, OK)
    left, right = (side(claim.variation, claim.output, each) for each in (-1, 1))
    with localcontext(arithmetic()):
        return _between(claim, left, right)


def _between(claim: Claim, left: Side, right: Side) -> Row:
    """The row for what the formula is on both sides."""
    there = [each for each in (left, right) if each.exists]
    slopes = [each.slope for each in there]
    jumps = [each for each in there if each.jumps]
    if not there:
        return claim.row(UNSURE, "the function has no value on either side")
    if any(slope.is_nan() for slope in slopes):
        return claim.row(UNSURE, "differences do not settle")
    if len(there) == 2 and not jumps and agree(left.slope, right.slope, ONE_SLOPE):
        return _at_slope(claim, slopes[0])
    infinite = any(slope.is_infinite() for slope in slopes)
    if jumps:
        reason = "the function jumps here"
    elif len(there) == 1:
        where = "right" if right.exists else "left"
        reason = f"the function has values on the {where} only"
    elif infinite:
        reason = "the slope grows without bound on one side"
    else:
        reason = "the slopes on the two sides differ"
    found = {
        "left": float(left.slope),
        "right": float(right.slope),
        "difference": float(slopes[0]) if len(there) == 1 else None,
    }
    gradient = Decimal(claim.gradient)
    if _is_among(gradient, slopes):
        return claim.row(KINK, reason, **found)
    if _is_among(claim.exact(), slopes) or len(jumps) == 2:
        return claim.row(UNSURE, "" if len(jumps) < 2 else reason, **found)
    nearest = min(slopes, key=lambda slope: abs(slope - gradient))
    found["error"] = claim.measured(nearest, DIFFERS).error
    return claim.row(DIFFERS, "outside the slopes on the two sides", **found)


def _at_slope(claim: Claim, slope: Decimal) -> Row:
    """The row where the formula has one slope."""
    gradient = Decimal(claim.gradient)
    if agree(gradient, slope):
        return claim.measured(slope, OK)
    exact, terms = claim.exact(), claim.variation.terms(claim.output)
    if exact.is_nan():
        reason = "the gradient is NaN, but a slope exists"
        if slope.is_infinite():
            reason = "the slope grows without bound"
            return claim.row(KINK, reason, difference=float(slope))
        return claim.measured(slope, DIFFERS, reason)
    least = _VANISHED * terms if terms.is_finite() else ZERO
    vanishes = max(abs(exact), abs(slope)) <= least
    if vanishes and abs(gradient) <= _CANCELLED * terms:
        return claim.row(OK, difference=float(slope))
    # A rule may cancel in sixty digits, too.
    if not (agree(exact, slope) or agree(claim.exact(MOST_DIGITS), slope) or vanishes):
        return claim.measured(slope, DIFFERS)
    row = claim.measured(slope, UNSURE)
    return replace(row, verdict=OK) if row.error <= _ROUNDING else row


def _is_among(gradient: Decimal, slopes: Sequence[Decimal]) -> bool:
    """Whether the gradient is one of the slopes or between them; NaN claims nothing."""
    low, high = min(slopes), max(slopes)
    return (
        gradient.is_nan()
        or low <= gradient <= high
        or any(agree(gradient, slope) for slope in slopes)
    )
