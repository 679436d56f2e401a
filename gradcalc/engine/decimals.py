"""The table's operations over decimal numbers of any precision.

They are defined by series that converge for every operand. What an operation is at
infinities, NaN, poles and zeros is what the table says.

Methods: M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions, 1964.
"""

from collections.abc import Callable, Sequence
from decimal import (
    ROUND_CEILING,
    ROUND_FLOOR,
    ROUND_HALF_EVEN,
    Decimal,
    getcontext,
    localcontext,
)
from functools import partial, reduce

from gradcalc.engine import special_decimals
from gradcalc.engine.decimal_arithmetic import (
    INFINITY,
    NAN,
    ONE,
    TWO,
    ZERO,
    odd_powers,
    pi,
    series,
)
from gradcalc.operations import COMPARISONS, OPERATIONS

# The digits kept besides within the definitions below, so that cbrt(27) is 3 to the
# last digit.
_SPARE = 20
# Angles and quotients above 10 to this power are taken for unknown: they would need as
# many digits of pi, or of the quotient.
_LARGEST_POWER = 1_000

Definition = Callable[..., Decimal]


# --- exponentials and logarithms ------------------------------------------------------


def _expm1(x: Decimal) -> Decimal:
    return x.exp() - 1 if abs(x) > ONE / 2 else series(x, lambda n: x / (n + 1))


def _log1p(x: Decimal) -> Decimal:
    if abs(x) > ONE / 8:
        return (1 + x).ln()
    half = x / (2 + x)
    return 2 * odd_powers(half, half * half)


def _power(a: Decimal, b: Decimal) -> Decimal:
    if b == 0 or a == 1:
        return ONE
    if b.is_infinite() and abs(a) == 1:
        return ONE
    whole = b == b.to_integral_value()
    if a < 0 and not whole and a.is_finite():
        return NAN
    size = abs(a) ** b
    # A number too long to be divided is even: it ends in zeros.
    return size.copy_negate() if a.is_signed() and whole and abs(b) % 2 == 1 else size


def _cbrt(x: Decimal) -> Decimal:
    if x == 0 or not x.is_finite():
        return x
    return (abs(x).ln() / 3).exp().copy_sign(x)


def _hypot(*v: Decimal) -> Decimal:
    if any(map(Decimal.is_infinite, v)):
        return INFINITY
    return sum((x * x for x in v), ZERO).sqrt()


def _sigmoid(x: Decimal) -> Decimal:
    return 1 / (1 + (-x).exp())


def _softplus(x: Decimal) -> Decimal:
    return max(x, ZERO) + _log1p((-abs(x)).exp()) if x == x else x


def _excess(v: Sequence[Decimal]) -> tuple[Decimal, Decimal]:
    """The largest operand, and how much logsumexp is above it."""
    if any(map(Decimal.is_nan, v)):
        return NAN, NAN
    rest = list(v)
    peak = max(rest)
    rest.remove(peak)
    others = sum(((each - peak).exp() for each in rest), ZERO)
    return peak, _log1p(others) if peak.is_finite() else ZERO


def _bce_logits(z: Decimal, t: Decimal) -> Decimal:
    # Of the two forms the one whose terms do not cancel.
    if z > 0:
        return _softplus(-z) + ((1 - t) * z if t != 1 else 0)
    return _softplus(z) - (t * z if t != 0 else 0)


def _cross_entropy_logits(*operands: Decimal) -> Decimal:
    half = len(operands) // 2
    z, t = operands[:half], operands[half:]
    peak, excess = _excess(z)
    terms = [b * (peak - a + excess) for a, b in zip(z, t, strict=True) if b != 0]
    return sum(terms, ZERO)


# --- angles and hyperbolas ------------------------------------------------------------


def _quadrant(x: Decimal) -> tuple[int, Decimal]:
    """The multiple of pi/2 next to x, modulo 4, and the rest.

    x may agree with the multiple in all its digits: then the rest has as many digits
    after these, for which pi must be known to twice the precision.
    """
    if abs(x) < ONE / 2:
        return 0, x
    if not x.is_finite() or x.adjusted() > _LARGEST_POWER:
        return 0, NAN
    with localcontext() as context:
        context.prec = max(x.adjusted(), 0) + 2 * getcontext().prec + 5
        right = pi() / 2
        times = (x / right).to_integral_value(ROUND_HALF_EVEN)
        return int(times % 4), x - times * right


def _turned(x: Decimal, quarters: int) -> Decimal:
    """The sine of x and a number of right angles."""
    quadrant, rest = _quadrant(x)
    quadrant = (quadrant + quarters) % 4
    square = rest * rest
    if quadrant % 2:
        size = series(ONE + 0 * rest, lambda n: -square / (2 * n * (2 * n - 1)))
    else:
        size = series(rest, lambda n: -square / (2 * n * (2 * n + 1)))
    return -size if quadrant > 1 else size


def _sin(x: Decimal) -> Decimal:
    return _turned(x, 0) if x else x


def _cos(x: Decimal) -> Decimal:
    return _turned(x, 1)


def _sinc_derivative(n: Decimal, x: Decimal) -> Decimal:
    """By the power series, or from the sine on by the recurrence of x*sinc = sin."""
    order = special_decimals.order(n)
    if order is None or x != x:
        return NAN
    if x.is_infinite():
        return ZERO
    if abs(x) > max(order, 10):
        value = _sin(x) / x
        for k in range(1, order + 1):
            value = (_turned(x, k) - k * value) / x
        return value
    odd = order % 2
    first = (-1) ** ((order + odd) // 2) * (x if odd else ONE) / (order + odd + 1)
    with localcontext() as context:
        # Its terms may be larger than their sum.
        context.prec += int(abs(x)) + 5

        def ratio(place: int) -> Decimal:
            power = odd + 2 * place
            return -x * x / (power * (power - 1)) * (1 - TWO / (power + order + 1))

        return series(first, ratio) + ZERO


def _atan(x: Decimal) -> Decimal:
    if abs(x) > 1:
        return (pi() / 2 - _atan(1 / abs(x))).copy_sign(x)
    # Halved three times, the angle is small enough for the series.
    for _ in range(3):
        x /= 1 + (1 + x * x).sqrt()
    return 8 * odd_powers(x, -x * x)


def _atan2(y: Decimal, x: Decimal) -> Decimal:
    if y != y or x != x:
        return NAN
    # The quotient of two infinities is 1, that of two zeros 0.
    size = abs(y / x) if abs(y) != abs(x) else Decimal(y != 0)
    angle = _atan(size)
    return (pi() - angle if x.is_signed() else angle).copy_sign(y)


def _asin(x: Decimal) -> Decimal:
    return _atan2(x, ((1 - x) * (1 + x)).sqrt())


def _acos(x: Decimal) -> Decimal:
    return _atan2(((1 - x) * (1 + x)).sqrt(), x)


def _sinh(x: Decimal) -> Decimal:
    if abs(x) > 1:
        return (x.exp() - (-x).exp()) / 2
    more = _expm1(x)
    return (more + more / (1 + more)) / 2


def _tanh(x: Decimal) -> Decimal:
    less = _expm1(-2 * abs(x))
    return (-less / (2 + less)).copy_sign(x)


def _asinh(x: Decimal) -> Decimal:
    if abs(x) > 1:
        # For large x the square is not needed and might overflow.
        return (abs(x).ln() + (1 + (1 + 1 / x / x).sqrt()).ln()).copy_sign(x)
    return _log1p(abs(x) + x * x / (1 + (1 + x * x).sqrt())).copy_sign(x)


def _acosh(x: Decimal) -> Decimal:
    if x < 1:
        return NAN
    if x > 2:
        return x.ln() + (1 + (1 - 1 / x / x).sqrt()).ln()
    above = x - 1
    return _log1p(above + (above * (above + 2)).sqrt())


def _atanh(x: Decimal) -> Decimal:
    return _log1p(2 * abs(x) / (1 - abs(x))).copy_sign(x) / 2


# --- whole numbers --------------------------------------------------------------------


def _mod(a: Decimal, b: Decimal) -> Decimal:
    if not a.is_finite() or b == 0 or b != b:
        return NAN
    # Dividing by an infinity leaves the number as it is.
    length = 0 if b.is_infinite() else a.adjusted() - b.adjusted()
    if length > _LARGEST_POWER:
        return NAN
    with localcontext() as context:
        context.prec += max(length, 0)
        rest = a % b
    if rest == 0:
        return ZERO.copy_sign(b)
    return rest if (rest < 0) == (b < 0) else rest + b


# The named constants to all digits, as the rules of the table mean them.
CONSTANTS: dict[str, Callable[[], Decimal]] = {
    "pi": lambda: pi(),
    "tau": lambda: 2 * pi(),
    "e": ONE.exp,
}


# --- the table ------------------------------------------------------------------------


def _in_any_arithmetic(evaluate: Callable[..., float]) -> Definition:
    """The table's own function, which may answer with a double."""
    return lambda *operands: Decimal(evaluate(*operands))


def _with_spare_digits(definition: Definition) -> Definition:
    """The definition, computed with more digits than are asked for."""

    def computed(*operands: Decimal) -> Decimal:
        context = getcontext()
        context.prec += _SPARE
        value = definition(*operands)
        context.prec -= _SPARE
        return context.create_decimal(value)

    return computed


_EVERYWHERE = "+ - * sum where max min clip relu abs stop_gradient sign"
_IN_ANY_ARITHMETIC = COMPARISONS.union(OPERATIONS[name] for name in _EVERYWHERE.split())

# fmt: off
_PRECISE: dict[str, Definition] = {
    "/": lambda a, b: a / b,
    "prod": lambda *v: reduce(Decimal.__mul__, v),
    "^": _power,
    "neg": Decimal.copy_negate,
    "floor": partial(Decimal.to_integral_value, rounding=ROUND_FLOOR),
    "ceil": partial(Decimal.to_integral_value, rounding=ROUND_CEILING),
    "round": partial(Decimal.to_integral_value, rounding=ROUND_HALF_EVEN),
    "mod": _mod,
    "exp": Decimal.exp,
    "expm1": _expm1,
    "log": Decimal.ln,
    "log2": lambda x: x.ln() / TWO.ln(),
    "log10": Decimal.log10,
    "log1p": _log1p,
    "sqrt": Decimal.sqrt,
    "cbrt": _cbrt,
    "hypot": _hypot,
    "xlogx": lambda x: x * x.ln() if x else ZERO,
    "sin": _sin,
    "cos": _cos,
    "tan": lambda x: _sin(x) / _cos(x),
    "asin": _asin,
    "acos": _acos,
    "atan": _atan,
    "atan2": _atan2,
    "sinh": _sinh,
    "cosh": lambda x: (x.exp() + (-x).exp()) / 2,
    "tanh": _tanh,
    "asinh": _asinh,
    "acosh": _acosh,
    "atanh": _atanh,
    "sigmoid": _sigmoid,
    "softplus": _softplus,
    "logsigmoid": lambda x: _softplus(-x).copy_negate(),
    "softsign": lambda x: ONE.copy_sign(x) if x.is_infinite() else x / (1 + abs(x)),
    "logsumexp": lambda *v: sum(_excess(v), ZERO),
    "logaddexp": lambda a, b: sum(_excess((a, b)), ZERO),
    "bce_logits": _bce_logits,
    "cross_entropy_logits": _cross_entropy_logits,
    "erf": special_decimals.erf,
    "erfc": special_decimals.erfc,
    "erfinv": special_decimals.erfinv,
    "gamma": special_decimals.gamma,
    "lgamma": special_decimals.lgamma,
    "digamma": lambda x: special_decimals.polygamma(ZERO, x),
    "polygamma": special_decimals.polygamma,
    "sinc": lambda x: _sinc_derivative(ZERO, x),
    "sinc_derivative": _sinc_derivative,
}
# fmt: on

# How each operation is computed with Decimals.
DEFINITIONS: dict[str, Definition] = {
    **{row.name: _in_any_arithmetic(row.evaluate) for row in _IN_ANY_ARITHMETIC},
    **{name: _with_spare_digits(each) for name, each in _PRECISE.items()},
}
