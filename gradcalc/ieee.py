"""Functions of doubles as IEEE arithmetic defines them, for the table's values.

Python's math raises where IEEE arithmetic gives an infinity or NaN. These never raise,
and take the forms that keep their digits for large, small and nearly equal operands.
"""

import math
from collections.abc import Callable

INF = math.inf
NAN = math.nan


def divide(a: float, b: float) -> float:
    try:
        return a / b
    except ZeroDivisionError:
        if a == 0 or a != a:
            return NAN
        return math.copysign(INF, a) * math.copysign(1.0, b)


def power(a: float, b: float) -> float:
    if b == 2.0:
        return a * a
    try:
        return math.pow(a, b)
    except OverflowError:
        return -INF if a < 0 and b % 2 == 1 else INF
    except ValueError:
        if a != 0:
            return NAN
        # 0 to a negative power: the sign of the zero survives an odd power.
        return math.copysign(INF, a) if b % 2 == 1 else INF


def _guarded(
    function: Callable[[float], float], fallback: Callable[[float], float]
) -> Callable[[float], float]:
    """The function, with `fallback` where Python's math raises."""

    def guarded(x: float) -> float:
        try:
            return function(x)
        except (ValueError, OverflowError):
            return fallback(x)

    guarded.__name__ = function.__name__
    return guarded


def _nan(_x: float) -> float:
    return NAN


def _infinite(_x: float) -> float:
    return INF


def _infinite_like(x: float) -> float:
    return math.copysign(INF, x)


def _infinite_at(pole: float, value: float = -INF) -> Callable[[float], float]:
    return lambda x: value if x == pole else NAN


def _atanh_outside(x: float) -> float:
    return math.copysign(INF, x) if abs(x) == 1 else NAN


def sign(x: float) -> float:
    return NAN if x != x else float((x > 0) - (x < 0))


def _whole(function: Callable[[float], float]) -> Callable[[float], float]:
    """The rounding function, as a float of the operand's sign, defined everywhere."""

    def rounded(x: float) -> float:
        if not math.isfinite(x):
            return x
        return math.copysign(float(function(x)), x)

    return rounded


def mod(a: float, b: float) -> float:
    try:
        return a % b
    except ZeroDivisionError:
        return NAN


def cbrt(x: float) -> float:
    """The real cube root, closer than the platform's, for which cbrt(27) is not 3."""
    if x == 0 or not math.isfinite(x):
        return x
    root = math.copysign(abs(x) ** (1 / 3), x)
    # One Newton step removes the error of the rounded exponent 1/3.
    return root - (root - x / (root * root)) / 3


def sigmoid(x: float) -> float:
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    power = math.exp(x)
    return power / (1 + power)


def softplus(x: float) -> float:
    if x != x:
        return x
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def logsigmoid(x: float) -> float:
    return -softplus(-x)


def softsign(x: float) -> float:
    return math.copysign(1.0, x) if math.isinf(x) else x / (1 + abs(x))


def relu(x: float) -> float:
    return x if x > 0 or x != x else 0.0


def clip(x: float, lo: float, hi: float) -> float:
    return smallest(largest(x, lo), hi)


def largest(*operands: float) -> float:
    found = operands[0]
    for operand in operands:
        if operand != operand:
            return NAN
        if operand > found:
            found = operand
    return found


def smallest(*operands: float) -> float:
    found = operands[0]
    for operand in operands:
        if operand != operand:
            return NAN
        if operand < found:
            found = operand
    return found


def total(*operands: float) -> float:
    # From left to right, as the sum typed out; Python's own sum() compensates for
    # rounding from 3.12 on and would differ between versions.
    result = operands[0]
    for operand in operands[1:]:
        result += operand
    return result


def product(*operands: float) -> float:
    """The product from left to right, also if that leaves the range on its way."""
    result = operands[0]
    for operand in operands[1:]:
        result *= operand
        if not 1e-290 < abs(result) < 1e290:
            return _scaled_product(operands)
    return result


def _scaled_product(operands: tuple[float, ...]) -> float:
    mantissa, exponent = 1.0, 0
    for operand in operands:
        fraction, power = math.frexp(operand)
        mantissa, more = math.frexp(mantissa * fraction)
        exponent += power + more
    try:
        return math.ldexp(mantissa, exponent)
    except OverflowError:
        return math.copysign(INF, mantissa)


def xlogx(x: float) -> float:
    return 0.0 if x == 0 else x * log(x)


def _excess(operands: tuple[float, ...]) -> tuple[float, float]:
    """The largest operand m, and log(sum(exp(operand - m))) without losing small terms.

    The largest term is exactly 1, so log1p of the others keeps their digits.
    """
    peak = largest(*operands)
    if not math.isfinite(peak):
        return peak, 0.0
    rest = 0.0
    skipped = False
    for operand in operands:
        if operand == peak and not skipped:
            skipped = True
        else:
            rest += math.exp(operand - peak)
    return peak, math.log1p(rest)


def logsumexp(*operands: float) -> float:
    peak, rest = _excess(operands)
    return peak + rest


def bce_logits(z: float, t: float) -> float:
    value = 0.0
    if t != 1:
        value += (1 - t) * softplus(z)
    if t != 0:
        value += t * softplus(-z)
    return value


def cross_entropy_logits(*operands: float) -> float:
    half = len(operands) // 2
    logits, targets = operands[:half], operands[half:]
    peak, rest = _excess(logits)
    loss = 0.0
    for z, t in zip(logits, targets, strict=True):
        if t != 0:
            loss += t * ((peak - z) + rest)
    return loss


exp = _guarded(math.exp, _infinite)
log = _guarded(math.log, _infinite_at(0.0))
log1p = _guarded(math.log1p, _infinite_at(-1.0))
expm1 = _guarded(math.expm1, _infinite)
log2 = _guarded(math.log2, _infinite_at(0.0))
log10 = _guarded(math.log10, _infinite_at(0.0))
sqrt = _guarded(math.sqrt, _nan)
sin = _guarded(math.sin, _nan)
cos = _guarded(math.cos, _nan)
tan = _guarded(math.tan, _nan)
asin = _guarded(math.asin, _nan)
acos = _guarded(math.acos, _nan)
sinh = _guarded(math.sinh, _infinite_like)
cosh = _guarded(math.cosh, _infinite)
acosh = _guarded(math.acosh, _nan)
atanh = _guarded(math.atanh, _atanh_outside)
floor = _whole(math.floor)
ceil = _whole(math.ceil)
nearest = _whole(round)
