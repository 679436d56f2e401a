"""Decimal numbers of any precision: their arithmetic, and series.

Python's `decimal` has exp, log, sqrt and powers of any precision, and exponents that
never run out.
"""

from collections.abc import Callable
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, getcontext, localcontext
from functools import lru_cache

# The digits of a number.
DIGITS = 60

NAN, INFINITY = Decimal("nan"), Decimal("inf")
ZERO, ONE, TWO = Decimal(0), Decimal(1), Decimal(2)


def arithmetic(digits: int = DIGITS) -> Context:
    """The arithmetic of everything here, to be used as `localcontext(arithmetic())`.

    Like that of doubles it gives infinity and NaN and never raises.
    """
    return Context(prec=digits, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])


def series(first: Decimal, ratio: Callable[[int], Decimal]) -> Decimal:
    """The sum of terms: the first, and each one times ratio(1), ratio(2), ..."""
    term = total = first
    least = abs(first).scaleb(-getcontext().prec - 1)
    place = 0
    # Also ends at a NaN.
    while abs(term) > least:
        place += 1
        term *= ratio(place)
        total += term
    return total


def odd_powers(x: Decimal, square: Decimal) -> Decimal:
    """x*(1 + square/3 + square^2/5 + ...): atanh of x, and atan where it is -x^2."""
    return series(x, lambda n: square * (2 * n - 1) / (2 * n + 1))


def pi() -> Decimal:
    """Pi to the digits of the context."""
    return +_pi_to(-(-getcontext().prec // 100) * 100)


@lru_cache(maxsize=16)
def _pi_to(digits: int) -> Decimal:
    """Pi by Machin's formula."""
    with localcontext() as context:
        context.prec = digits + 5
        large, small = (odd_powers(x, -x * x) for x in (ONE / 5, ONE / 239))
        return 16 * large - 4 * small
