"""The laws of simplification, each a function that states it.

A law never changes the value beyond rounding, nor where the formula is defined: 0*x is
not 0, because x may be infinite.
"""

from gradcalc.algebra.terms import MOST_FACTORS, Law, Terms, is_short
from gradcalc.operations import COMPARISONS, OPERATIONS, Operation

_TIMES = OPERATIONS["*"]
_PLUS = OPERATIONS["+"]
_MINUS = OPERATIONS["-"]
_OVER = OPERATIONS["/"]
_POWER = OPERATIONS["^"]
_NEG = OPERATIONS["neg"]
_WHERE = OPERATIONS["where"]

# --- sums


def _plus_zero(terms: Terms, a: int, b: int) -> int | None:
    # x + 0 -> x, 0 + x -> x
    if terms.number(b) == 0:
        return a
    return b if terms.number(a) == 0 else None


def _plus_negative(terms: Terms, a: int, b: int) -> int | None:
    # a + -b -> a - b, -a + b -> b - a
    negative = terms.parts(b, _NEG)
    if negative is not None:
        return terms.make(_MINUS, a, negative[0])
    negative = terms.parts(a, _NEG)
    if negative is not None:
        return terms.make(_MINUS, b, negative[0])
    return None


def _plus_negative_number(terms: Terms, a: int, b: int) -> int | None:
    # a + (-2)*b -> a - 2*b, (-2)*a + b -> b - 2*a
    for first, second in ((a, b), (b, a)):
        factor, term = terms.split(second)
        if factor < 0:
            return terms.make(_MINUS, first, terms.scaled(-factor, term))
    return None


def _plus_like(terms: Terms, a: int, b: int) -> int | None:
    # 2*x + 3*x -> 5*x, (a + 2*x) + 3*x -> a + 5*x
    (m, x), (n, y) = terms.split(a), terms.split(b)
    if x == y and x is not None and is_short(m + n) and m + n != 0:
        return terms.scaled(m + n, x)
    total = terms.parts(a, _PLUS)
    if total is not None and y is not None:
        m, x = terms.split(total[1])
        if x == y and is_short(m + n) and m + n != 0:
            return terms.make(_PLUS, total[0], terms.scaled(m + n, x))
    return None


def _minus_like(terms: Terms, a: int, b: int) -> int | None:
    # 3*x - 2*x -> x, (a - 3*x) - 2*x -> a - 5*x
    (m, x), (n, y) = terms.split(a), terms.split(b)
    if x == y and x is not None and is_short(m - n) and m != n:
        return terms.scaled(m - n, x)
    difference = terms.parts(a, _MINUS)
    if difference is not None and y is not None:
        m, x = terms.split(difference[1])
        if x == y and is_short(m + n):
            return terms.make(_MINUS, difference[0], terms.scaled(m + n, x))
    return None


def _minus_zero(terms: Terms, a: int, b: int) -> int | None:
    # x - 0 -> x, 0 - x -> -x
    if terms.number(b) == 0:
        return a
    return terms.make(_NEG, b) if terms.number(a) == 0 else None


def _minus_negative(terms: Terms, a: int, b: int) -> int | None:
    # a - -b -> a + b
    negative = terms.parts(b, _NEG)
    return terms.make(_PLUS, a, negative[0]) if negative is not None else None


# --- products


def _times_one(terms: Terms, a: int, b: int) -> int | None:
    # 1*x -> x, x*1 -> x
    if terms.number(a) == 1:
        return b
    return a if terms.number(b) == 1 else None


def _times_minus_one(terms: Terms, a: int, b: int) -> int | None:
    # -1*x -> -x, x*-1 -> -x
    if terms.number(a) == -1:
        return terms.make(_NEG, b)
    return terms.make(_NEG, a) if terms.number(b) == -1 else None


def _times_negative(terms: Terms, a: int, b: int) -> int | None:
    # -a*b -> -(a*b), a*-b -> -(a*b)
    negative = terms.parts(a, _NEG)
    if negative is not None:
        return terms.make(_NEG, terms.make(_TIMES, negative[0], b))
    negative = terms.parts(b, _NEG)
    if negative is not None:
        return terms.make(_NEG, terms.make(_TIMES, a, negative[0]))
    return None


def _times_quotient(terms: Terms, a: int, b: int) -> int | None:
    # a*(b/c) -> (a*b)/c, (a/b)*c -> (a*c)/b
    for factor, quotient in ((a, b), (b, a)):
        parts = terms.parts(quotient, _OVER)
        if parts is not None:
            return terms.make(_OVER, terms.make(_TIMES, factor, parts[0]), parts[1])
    return None


def _times_zero_condition(terms: Terms, a: int, b: int) -> int | None:
    # 0*(x > y) -> 0, a comparison being always finite
    for zero, condition in ((a, b), (b, a)):
        if terms.number(zero) == 0 and terms.graph.operations[condition] in COMPARISONS:
            return zero
    return None


def _times_factors(terms: Terms, a: int, b: int) -> int | None:
    # x*2 -> 2*x, 2*(3*x) -> 6*x, (-2)*x -> -(2*x), f(x)*w -> w*f(x)
    # x*x -> x^2, x^2*x -> x^3, (x > y)*(x > y) -> x > y
    factors = terms.factors(a) + terms.factors(b)
    if len(factors) > MOST_FACTORS:
        return None
    coefficient = 1.0
    numbers: list[int] = []
    exponents: dict[int, float] = {}
    for factor in factors:
        value = terms.number(factor)
        if value is None:
            base, exponent = terms.power(factor)
            if terms.graph.operations[base] in COMPARISONS:
                exponents[base] = 1.0
            else:
                exponents[base] = exponents.get(base, 0.0) + exponent
        elif is_short(coefficient * value):
            coefficient *= value
        else:
            numbers.append(factor)
    negative = coefficient < 0
    if abs(coefficient) != 1:
        numbers.insert(0, terms.literal(abs(coefficient)))
    ordered = numbers + [
        terms.make(_POWER, base, terms.literal(exponents[base]))
        for base in sorted(exponents, key=terms.rank)
    ]
    product = ordered[0]
    for factor in ordered[1:]:
        product = terms.node(_TIMES, (product, factor))
    return terms.make(_NEG, product) if negative else product


# --- quotients, powers and the rest


def _over_one(terms: Terms, a: int, b: int) -> int | None:
    # x/1 -> x
    return a if terms.number(b) == 1 else None


def _over_negative(terms: Terms, a: int, b: int) -> int | None:
    # -a/b -> -(a/b), a/-b -> -(a/b)
    negative = terms.parts(a, _NEG)
    if negative is not None:
        return terms.make(_NEG, terms.make(_OVER, negative[0], b))
    negative = terms.parts(b, _NEG)
    if negative is not None:
        return terms.make(_NEG, terms.make(_OVER, a, negative[0]))
    return None


def _over_twice(terms: Terms, a: int, b: int) -> int | None:
    # (x/y)/y -> x/y^2, (x/y^2)/y -> x/y^3
    quotient = terms.parts(a, _OVER)
    if quotient is None or terms.number(b) is not None:
        return None
    (y, m), (z, n) = terms.power(quotient[1]), terms.power(b)
    if y != z:
        return None
    power = terms.make(_POWER, y, terms.literal(m + n))
    return terms.make(_OVER, quotient[0], power)


def _power_one(terms: Terms, a: int, b: int) -> int | None:
    # x^1 -> x
    return a if terms.number(b) == 1 else None


def _power_zero(terms: Terms, _a: int, b: int) -> int | None:
    # x^0 -> 1, also where x is 0 or not finite
    return terms.literal(1.0) if terms.number(b) == 0 else None


def _power_power(terms: Terms, a: int, b: int) -> int | None:
    # (x^2)^3 -> x^6
    base, inner = terms.power(a)
    exponent = terms.number(b)
    if inner == 1 or exponent is None:
        return None
    if exponent > 0 and exponent.is_integer():
        return terms.make(_POWER, base, terms.literal(inner * exponent))
    return None


def _power_even(terms: Terms, a: int, b: int) -> int | None:
    # (-x)^2 -> x^2
    negative = terms.parts(a, _NEG)
    exponent = terms.number(b)
    if negative is not None and exponent is not None and exponent % 2 == 0:
        return terms.make(_POWER, negative[0], b)
    return None


def _neg_neg(terms: Terms, a: int) -> int | None:
    # --x -> x
    negative = terms.parts(a, _NEG)
    return negative[0] if negative is not None else None


def _neg_difference(terms: Terms, a: int) -> int | None:
    # -(a - b) -> b - a
    difference = terms.parts(a, _MINUS)
    if difference is not None:
        return terms.make(_MINUS, difference[1], difference[0])
    return None


def _where_known(terms: Terms, c: int, a: int, b: int) -> int | None:
    # where(1, a, b) -> a, where(0, a, b) -> b
    condition = terms.number(c)
    if condition is not None:
        return a if condition != 0 else b
    return None


def _where_same(_terms: Terms, _c: int, a: int, b: int) -> int | None:
    # where(c, a, a) -> a
    return a if a == b else None


def _log_e(terms: Terms, x: int) -> int | None:
    # log(e) -> 1
    return terms.literal(1.0) if terms.graph.names.get(x) == "e" else None


def _sum_two(terms: Terms, *operands: int) -> int | None:
    # sum(a, b) -> a + b
    return terms.make(_PLUS, *operands) if len(operands) == 2 else None


def _unequal_zero(terms: Terms, a: int, b: int) -> int | None:
    # (x > y) != 0 -> x > y
    if terms.number(b) == 0 and terms.graph.operations[a] in COMPARISONS:
        return a
    return None


LAWS: dict[Operation, tuple[Law, ...]] = {
    _PLUS: (_plus_zero, _plus_negative, _plus_negative_number, _plus_like),
    _MINUS: (_minus_zero, _minus_negative, _minus_like),
    _TIMES: (
        _times_one,
        _times_minus_one,
        _times_negative,
        _times_zero_condition,
        _times_quotient,
        _times_factors,
    ),
    _OVER: (_over_one, _over_negative, _over_twice),
    _POWER: (_power_zero, _power_one, _power_power, _power_even),
    _NEG: (_neg_neg, _neg_difference),
    _WHERE: (_where_known, _where_same),
    OPERATIONS["!="]: (_unequal_zero,),
    OPERATIONS["log"]: (_log_e,),
    OPERATIONS["sum"]: (_sum_two,),
}
