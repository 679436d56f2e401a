"""The error function, the gamma function and their relatives over decimal numbers.

Methods: M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions, 1964,
chapters 6 and 7.
"""

from decimal import ROUND_FLOOR, Decimal, getcontext, localcontext
from functools import cache
from math import factorial

from gradcalc.engine.decimal_arithmetic import INFINITY, NAN, ONE, TWO, ZERO, pi, series
from gradcalc.special_functions import HIGHEST_ORDER

# --- the bell curve -------------------------------------------------------------------

# Beyond this the continued fraction converges fast, and before it 1 - erf loses no
# more than a dozen digits.
_FAR = 5


def erf(x: Decimal) -> Decimal:
    """The error function: Abramowitz and Stegun 7.1.6."""
    if abs(x) > _FAR:
        return (1 - erfc(abs(x))).copy_sign(x)
    scale = 2 / pi().sqrt() * (-x * x).exp()
    return scale * series(x, lambda n: 2 * x * x / (2 * n + 1))


def erfc(x: Decimal) -> Decimal:
    """One minus erf: Abramowitz and Stegun 7.1.14."""
    if not x > _FAR:
        return 1 - erf(x)
    # The error falls like exp(-2*x*sqrt(8*terms)), found by trial against mpmath.
    terms = 10 + int((TWO.ln() * 4 * getcontext().prec / x) ** 2 / 8)
    fraction = x
    for place in range(terms, 0, -1):
        fraction = x + Decimal(place) / 2 / fraction
    return (-x * x).exp() / pi().sqrt() / fraction


def erfinv(x: Decimal) -> Decimal:
    """By S. Winitzki's approximation and Halley's method."""
    size = abs(x)
    if not size < 1:
        return INFINITY.copy_sign(x) if size == 1 else NAN
    if size == 0:
        return x
    y, beyond = size, (1 - size) * (1 + size)
    if size > ONE / 2:
        log, slope = beyond.ln(), Decimal("0.147")
        middle = 2 / (pi() * slope) + log / 2
        y = ((middle * middle - log / slope).sqrt() - middle).sqrt()
    least = y.scaleb(-getcontext().prec // 2)
    step = y
    while abs(step) > least:
        error = erf(y) - size if size < ONE / 2 else (1 - size) - erfc(y)
        step = error * pi().sqrt() / 2 * (y * y).exp()
        step /= 1 + y * step
        y -= step
    return y.copy_sign(x)


# --- the gamma function ---------------------------------------------------------------

# Above 10 to this power gamma has an exponent that no decimal number has.
_LARGEST_GAMMA = 20


def _is_pole(x: Decimal) -> bool:
    return x <= 0 and x == x.to_integral_value()


def _sin_pi(x: Decimal) -> Decimal:
    """The sine of pi*x."""
    whole = x.to_integral_value()
    angle = pi() * (x - whole)
    sine = series(angle, lambda n: -angle * angle / (2 * n * (2 * n + 1)))
    return -sine if whole % 2 else sine


@cache
def _tangent_numbers(count: int) -> list[int]:
    """The first of the numbers 1, 2, 16, 272 ..., which give the Bernoulli numbers."""
    numbers = [factorial(k) for k in range(count)]
    for k in range(1, count):
        for j in range(k, count):
            numbers[j] = (j - k) * numbers[j - 1] + (j - k + 2) * numbers[j]
    return numbers


def _bernoulli(place: int) -> Decimal:
    """The Bernoulli number B2, B4, B6 ... of the place 1, 2, 3 ..."""
    count = -(-place // 100) * 100
    tangent, power = _tangent_numbers(count)[place - 1], int(4**place)
    number = Decimal(2 * place * tangent) / (power * (power - 1))
    return number if place % 2 else -number


def _far(order: int) -> int:
    """From where on Stirling's series has all digits of the context."""
    return getcontext().prec // 2 + order + 2


def _stirling(order: int, x: Decimal) -> Decimal:
    """The sum of B2k*(2k + n - 1)!/(2k)!/x^2k for the order n: 6.1.40, 6.3.18, 6.4.11.

    x must be at least `_far(n)`. For lgamma n is -1, for digamma it is 0.
    """
    total, square = ZERO, x * x
    factor = Decimal(factorial(order + 1)) / 2 / square
    least = factor.scaleb(-getcontext().prec)
    term, place = factor, 1
    while abs(term) > least:
        term = _bernoulli(place) * factor
        total += term
        even = 2 * place
        factor *= Decimal((even + order) * (even + order + 1))
        factor /= (even + 1) * (even + 2) * square
        place += 1
    return total


def gamma(x: Decimal) -> Decimal:
    if x == 0:
        return INFINITY.copy_sign(x)
    if _is_pole(x) or x != x:
        return NAN
    if x < ONE / 2:
        below = gamma(1 - x)
        return ZERO if below.is_infinite() else pi() / (_sin_pi(x) * below)
    if x.adjusted() > _LARGEST_GAMMA:
        return INFINITY
    with localcontext() as context:
        # As many digits more as the logarithm has before its point.
        context.prec += max(x.adjusted(), 0) + 5
        return lgamma(x).exp()


def lgamma(x: Decimal) -> Decimal:
    if x.is_infinite() or _is_pole(x):
        return INFINITY
    if x in (1, 2) or x != x:
        return x * 0
    if x < ONE / 2:
        return (pi() / abs(_sin_pi(x))).ln() - lgamma(1 - x)
    product = ONE
    while x < _far(-1):
        product *= x
        x += 1
    value = (x - ONE / 2) * x.ln() - x + (2 * pi()).ln() / 2
    return value + x * _stirling(-1, x) - product.ln()


def order(n: Decimal) -> int | None:
    """The order of a derivative; None for what is no whole number, or too large."""
    return int(n) if 0 <= n <= HIGHEST_ORDER and n == n.to_integral_value() else None


def polygamma(n: Decimal, x: Decimal) -> Decimal:
    """The derivative of digamma of the order n."""
    k = order(n)
    if k is None or x != x or x == -INFINITY:
        return NAN
    if x > 0:
        return _polygamma(k, x)
    if _is_pole(x):
        if k % 2:
            return INFINITY
        return INFINITY.copy_sign(x.copy_negate()) if x == 0 else NAN
    below = x.to_integral_value(ROUND_FLOOR)
    others = _polygamma(k, below + 1 - x) - _polygamma(k, 1 - x)
    return _polygamma(k, x - below) + (others if k % 2 else -others)


def _polygamma(order: int, x: Decimal) -> Decimal:
    """polygamma for x above 0."""
    near = ZERO
    while x < _far(order):
        near += 1 / x ** (order + 1)
        x += 1
    if x.is_infinite():
        return x if order == 0 else ZERO if order % 2 else ZERO.copy_negate()
    first = factorial(order - 1) / x**order if order else -x.ln()
    first += _stirling(order, x) / x**order
    value = first + factorial(order) * (near + 1 / x ** (order + 1) / 2)
    return value if order % 2 else -value
