"""The gamma function and its relatives, erfinv and sinc, as functions of doubles.

They never raise, and have the poles, infinities and signed zeros of C's functions.
Python's own gamma and lgamma raise, and are off by several units in the last place.

Between 1 and 2 stand polynomials with the zeros as factors, so that no digits are lost
beside these. Other numbers are brought there by whole steps, which are exact; for large
ones there is Stirling's series.

Source: M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions, 1964,
chapters 6, 7 and 10. The polynomials are Chebyshev interpolations of 60 digits.
"""

import math
from collections.abc import Sequence

INF = math.inf
NAN = math.nan

# From here on Stirling's series has all digits of a double.
_LARGE = 8.0
# From here on gamma is infinite.
_LARGEST_GAMMA = 172.0
# The derivatives of digamma and sinc of a higher order are not computed.
HIGHEST_ORDER = 1000

# The square root of 2*pi, and what this double lacks of it.
_SQRT_TAU, _SQRT_TAU_REST = 2.5066282746310007, -1.8328579980459167e-16
# The Bernoulli numbers B2, B4, B6 ...
_BERNOULLI = (
    1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510,
    43867 / 798, -174611 / 330, 854513 / 138,
)  # fmt: skip

# lgamma(1 + x)/(x*(x - 1)) for x between -0.2 and 1.2: the coefficients of the powers
# of x - 1/2, from the highest down.
_LGAMMA = (
    -1.4272712152208634e-06, 2.2091204117757587e-06, 1.472749106358674e-06,
    -2.2681877909460326e-06, -4.000807483761455e-06, 6.212261358670216e-06,
    -2.900062051547241e-06, 4.577496535868493e-06, -1.1227072008210129e-05,
    1.7656904688991773e-05, -2.622317112997638e-05, 4.1504210973027976e-05,
    -6.634973630883694e-05, 0.00010567954992858832, -0.00016888918887046116,
    0.0002712691643694456, -0.0004379956134067816, 0.0007115230188589463,
    -0.0011644144436307074, 0.001922916093217745, -0.0032120740783203156,
    0.005446457846290175, -0.00942562244844816, 0.016797098631153418,
    -0.03130848750101116, 0.06291140107456519, -0.14595989591430608, 0.4831289505409809,
)  # fmt: skip

# The positive zero of digamma, less 1, and what this double lacks of it.
_ZERO, _ZERO_REST = 0.46163214496836236, -1.5522348162858677e-17
# digamma(1 + x)/(x - zero) for x between 0 and 1, likewise.
_DIGAMMA = (
    0.00011881232908510335, -0.0001782188548855923, 9.653646261410062e-05,
    -0.00014480643368061614, 0.00032395945401345196, -0.00048595039220036254,
    0.0006909255761282986, -0.0010364584817312839, 0.0015633696313653504,
    -0.0023454947397380833, 0.003518106563802472, -0.005279937255532708,
    0.007927021796868154, -0.011908220105959716, 0.017907248317313294,
    -0.026975796659787055, 0.040760833940846085, -0.06192213327548831,
    0.09498872445289039, -0.14840492305388092, 0.24054248424078697, -0.4236274212814606,
    0.9510558760318328,
)  # fmt: skip


def _polynomial(coefficients: Sequence[float], x: float) -> float:
    total = 0.0
    for coefficient in coefficients:
        total = total * x + coefficient
    return total


def _is_pole(x: float) -> bool:
    return x <= 0 and x % 1 == 0


def _sin_pi(x: float) -> float:
    """The sine of pi*x without its sign."""
    return math.sin(math.pi * abs(x - round(x)))


def _bernoulli_sum(order: int, first: float, x: float) -> float:
    """The sum in Stirling's series for the derivative of digamma of the order.

    It is that of B2k*(2k + n - 1)!/(2k)!/x^2k. `first` is (n + 1)!/2, or that divided
    by what all is divided by. For lgamma, of which digamma is the derivative, n is -1.
    """
    total, factor, square = 0.0, first, x * x
    for place, number in enumerate(_BERNOULLI):
        factor /= square
        total += number * factor
        even = 2 * place + 2
        factor *= (even + order) * (even + order + 1) / ((even + 1) * (even + 2))
    return total


# --- gamma and its logarithm ----------------------------------------------------------


def gamma(x: float) -> float:
    if not x < _LARGEST_GAMMA:
        return x if x != x else INF
    if x == 0:
        return math.copysign(INF, x)
    if _is_pole(x) or x == -INF:
        return NAN
    if x % 1 == 0:
        return float(math.factorial(int(x) - 1))
    if abs(x) >= _LARGE:
        return _large_gamma(x)
    whole = math.floor(x)
    value = math.exp(_lgamma_above_1(x - whole))
    product, lost = _product([x - step for step in range(1, whole)])
    below, lost_below = _product([x + step for step in range(1 - whole)])
    return (value * product + value * lost) / (below + lost_below)


def _large_gamma(x: float) -> float:
    size = min(abs(x), _LARGEST_GAMMA + 28)
    series = math.expm1(size * _bernoulli_sum(-1, 0.5, size))
    series = _SQRT_TAU + (_SQRT_TAU * series + _SQRT_TAU_REST)
    # The whole power overflows before gamma does.
    halves = 2 if size > 140 else 1
    power = math.pow(size, (size - 0.5) / halves)
    factors = [series, math.exp(-size), *[power] * halves]
    if x > 0:
        return sum(_product(factors))
    last = factors.pop()
    value = math.pi / sum(_product([size, _sin_pi(x), *factors])) / last
    return value if math.floor(x) % 2 == 0 else -value


def _product(factors: Sequence[float]) -> tuple[float, float]:
    """The product, and what its rounding lost, by Dekker's method."""
    product, lost = 1.0, 0.0
    for factor in factors:
        rounded = product * factor
        product_high, factor_high = _high(product), _high(factor)
        product_low, factor_low = product - product_high, factor - factor_high
        error = product_high * factor_high - rounded
        error += product_high * factor_low + product_low * factor_high
        lost = lost * factor + (error + product_low * factor_low)
        product = rounded
    return product, lost


def _high(x: float) -> float:
    """The number without the second half of its digits."""
    split = 134217729.0 * x
    return split - (split - x)


def _lgamma_above_1(x: float) -> float:
    """lgamma(1 + x) for x between -0.2 and 1.2."""
    return 0.0 - x * (1 - x) * _polynomial(_LGAMMA, x - 0.5)


def lgamma(x: float) -> float:
    if _is_pole(x) or math.isinf(x):
        return INF
    if 0.8 < x < 2.2:
        return _lgamma_above_1(x - 1)
    if not abs(x) < _LARGE:
        return _large_lgamma(x)
    whole = math.floor(x)
    rest = x - whole
    near = _lgamma_above_1(rest)
    if whole > 0:
        return near + math.log(math.prod([x - step for step in range(1, whole)]))
    product, lost = _product([x + step for step in range(1 - whole)])
    if 0.5 < abs(product) < 2:
        return near - math.log1p((abs(product) - 1) + math.copysign(1, product) * lost)
    return near - math.log(abs(product))


def _large_lgamma(x: float) -> float:
    size = abs(x)
    value = (size - 0.5) * (math.log(size) - 1) + 0.4189385332046727
    value += size * _bernoulli_sum(-1, 0.5, size)
    return value if x != x or x > 0 else math.log(math.pi / (size * _sin_pi(x))) - value


# --- digamma and its derivatives ------------------------------------------------------


def digamma(x: float) -> float:
    return polygamma(0.0, x)


def polygamma(n: float, x: float) -> float:
    """The derivative of digamma of order n; NaN unless that is a whole number."""
    if not (0 <= n <= HIGHEST_ORDER and n % 1 == 0) or x != x or x == -INF:
        return NAN
    order = int(n)
    if x > 0:
        return _polygamma(order, x)
    if x == 0 or _is_pole(x):
        # Of an odd order it goes to infinity on both sides.
        if order % 2:
            return INF
        return -math.copysign(INF, x) if x == 0 else NAN
    # The poles on the right of x, those on its left, and those that are not there.
    above, below, beyond = x - math.floor(x), math.ceil(x) - x, 1 - x
    others = _polygamma(order, below) - _polygamma(order, beyond)
    return _polygamma(order, above) + (others if order % 2 else -others)


def _polygamma(order: int, x: float) -> float:
    """polygamma for x above 0."""
    return _digamma(x) if order == 0 else _derived(order, x)


def _digamma(x: float) -> float:
    if x >= _LARGE:
        return math.log(x) - 0.5 / x - _bernoulli_sum(0, 0.5, x)
    whole = math.floor(x)
    rest = x - whole
    value = (rest - _ZERO - _ZERO_REST) * _polynomial(_DIGAMMA, rest - 0.5)
    if x < 1:
        return value - 1 / x
    for step in range(1, whole):
        value += 1 / (x - step)
    return value


def _derived(order: int, x: float) -> float:
    if math.isinf(x):
        return 0.0 if order % 2 else -0.0
    # All is divided by (order - 1)!/x^order, which may leave the range of doubles.
    scale = 1 / x
    for factor in range(1, order):
        scale *= factor / x
    total, far = 0.0, x
    while far < order + _LARGE + 2:
        term = order * math.pow(x / far, order) / far
        total += term
        far += 1
    tail = _bernoulli_sum(order, order * (order + 1) / 2, far)
    total += math.pow(x / far, order) * (1 + order / (2 * far) + tail)
    return scale * total if order % 2 else -scale * total


# --- erfinv ---------------------------------------------------------------------------


def erfinv(x: float) -> float:
    size = abs(x)
    if not size < 1:
        return math.copysign(INF, x) if size == 1 else NAN
    # S. Winitzki's approximation, and then Halley's method.
    log = math.log1p(-size * size) if size < 0.5 else math.log((1 - size) * (1 + size))
    middle = 2 / (math.pi * 0.147) + log / 2
    y = math.sqrt(-log / 0.147 / (middle + math.sqrt(middle * middle - log / 0.147)))
    for _ in range(3):
        error = math.erf(y) - size if size < 0.5 else (1 - size) - math.erfc(y)
        step = error * math.sqrt(math.pi) / 2 * math.exp(y * y)
        y -= step / (1 + y * step)
    return math.copysign(y, x)


# --- sinc -----------------------------------------------------------------------------


def sinc(x: float) -> float:
    if math.isinf(x):
        return 0.0
    return math.sin(x) / x if x else 1.0


def sinc_derivative(n: float, x: float) -> float:
    """The derivative of sinc of order n; NaN unless that is a whole number."""
    if not (0 <= n <= HIGHEST_ORDER and n % 1 == 0) or x != x:
        return NAN
    order, size = int(n), abs(x)
    if math.isinf(x):
        return 0.0
    value = _sinc_derivative(order, size)
    return -value if x < 0 and order % 2 else value


def _sinc_derivative(order: int, x: float) -> float:
    if order == 0:
        return sinc(x)
    if x < 2:
        return _sinc_series(order, x)
    # x times that of order n, and n times the one before, is the derivative of sine.
    sines = math.sin(x), math.cos(x), -math.sin(x), -math.cos(x)
    if order <= x:
        value = sines[0] / x
        for n in range(1, order + 1):
            value = (sines[n % 4] - n * value) / x
        return value
    # The other way round an error shrinks: it starts where nothing is left of it.
    last, share = order, 1.0
    while share > 1e-20:
        last += 1
        share *= x / last
    value = 0.0
    for n in range(last, order, -1):
        value = (sines[n % 4] - x * value) / n
    return value


def _sinc_series(order: int, x: float) -> float:
    """The power series of sinc, differentiated term by term."""
    odd = order % 2
    power = x if odd else 1.0
    if (order + odd) % 4:
        power = -power
    total = 0.0
    for exponent in range(odd, odd + 28, 2):
        total += power / (exponent + order + 1)
        power *= -x * x / ((exponent + 1) * (exponent + 2))
    return total
