"""The laws of formulas that will be evaluated: IN_RANGE.

They change no finite value beyond rounding, for every double, and none makes a formula
defined in fewer places (0*x is not 0: x may be infinite). Formulas for the reader have
a normal form instead.
"""

from collections.abc import Sequence

from gradcalc.language.exact_laws import TO_THE_BIT, Table, laws
from gradcalc.language.terms import Laws, Terms
from gradcalc.operations import (
    COMPARISONS,
    MINUS,
    NEG,
    OVER,
    POWER,
    TIMES,
    WHERE,
    Operation,
)


def is_short(value: float) -> bool:
    """Whether a number is as short as one that somebody types."""
    return value == value and abs(value) < 1e15 and len(repr(value)) <= 8


# --- numbers


def _folded_if_short(
    terms: Terms, operation: Operation, operands: Sequence[int]
) -> float | None:
    """The value of an operator on numbers, if it is as short as a typed one."""
    if operation.written == "call" and operation is not WHERE:
        return None
    # A constant keeps its name, but what it compares to is known.
    known = terms.graph.literals.get if operation in COMPARISONS else terms.number
    values = [value for operand in operands if (value := known(operand)) is not None]
    if len(values) < len(operands):
        return None
    value = operation.evaluate(*values)
    return value if is_short(value) else None


# --- laws that count


def _plus_negative_number(terms: Terms, a: int, b: int) -> int | None:
    # a + (-2)*b -> a - 2*b, (-2)*a + b -> b - 2*a
    for first, second in ((a, b), (b, a)):
        factor, term = terms.split(second)
        if factor < 0:
            return terms.make(MINUS, first, terms.scaled(-factor, term))
    return None


def _plus_same(terms: Terms, a: int, b: int) -> int | None:
    # 2*x + 3*x -> 5*x
    (m, x), (n, y) = terms.split(a), terms.split(b)
    if x == y and x is not None and is_short(m + n) and m + n != 0:
        return terms.scaled(m + n, x)
    return None


def _minus_same(terms: Terms, a: int, b: int) -> int | None:
    # 3*x - 2*x -> x
    (m, x), (n, y) = terms.split(a), terms.split(b)
    if x == y and x is not None and is_short(m - n) and m != n:
        return terms.scaled(m - n, x)
    return None


def _times_in_order(terms: Terms, a: int, b: int) -> int | None:
    # x*2 -> 2*x, 2*(3*x) -> 6*x, y*(2*x) -> 2*x*y, f(x)*w -> w*f(x), x*x -> x^2
    (m, x), (n, y) = terms.split(a), terms.split(b)
    if x is None or y is None:
        if is_short(m * n) and (m, n).count(1.0) == 0:
            return terms.scaled(m * n, x if y is None else y)
        return terms.node(TIMES, (b, a)) if y is None and n != 1 else None
    if a == b:
        return terms.make(POWER, a, terms.literal(2.0))
    simple = terms.parts(x, TIMES) is None and terms.parts(y, TIMES) is None
    if m == 1 and (n != 1 or (simple and terms.rank(b) < terms.rank(a))):
        return terms.node(TIMES, (b, a))
    return None


def _number_over_twice(terms: Terms, a: int, b: int) -> int | None:
    # (2/y)/y -> 2/y^2, (2/y^2)/y -> 2/y^3, which is out of range where y^2 is
    numerator, *denominator = terms.parts(a, OVER) or (a,)
    value = terms.number(numerator)
    if not denominator or value is None or not 0.5 <= abs(value) <= 4:
        return None
    (y, m), (z, n) = terms.power(denominator[0]), terms.power(b)
    if y != z or terms.number(b) is not None:
        return None
    power = terms.make(POWER, y, terms.literal(m + n))
    return terms.make(OVER, numerator, power)


def _power_power(terms: Terms, a: int, b: int) -> int | None:
    # (x^2)^3 -> x^6
    base, inner = terms.power(a)
    exponent = terms.number(b)
    if inner == 1 or exponent is None:
        return None
    if exponent > 0 and exponent.is_integer():
        return terms.make(POWER, base, terms.literal(inner * exponent))
    return None


def _power_even(terms: Terms, a: int, b: int) -> int | None:
    # (-x)^2 -> x^2
    negative = terms.parts(a, NEG)
    exponent = terms.number(b)
    if negative is not None and exponent is not None and exponent % 2 == 0:
        return terms.make(POWER, negative[0], b)
    return None


# --- the tables

_WITHIN_ROUNDING: Table = {
    "+": (
        "a + -b -> a - b",
        "-a + b -> b - a",
        _plus_negative_number,
        _plus_same,
    ),
    "-": ("a - -b -> a + b", _minus_same),
    "*": ("(-a)*b -> -(a*b)", "a*-b -> -(a*b)"),
    "/": ("(-a)/b -> -(a/b)", "a/-b -> -(a/b)"),
    "^": (_power_power, _power_even),
    "neg": ("-(-x) -> x",),
    "log": ("log(e) -> 1",),
    "sum": ("sum(a, b) -> a + b",),
}

_IN_PLACE: Table = {
    "*": ("(1/b)*c -> c/b", "c*(1/b) -> c/b", _times_in_order),
    "/": (_number_over_twice,),
}

IN_RANGE = Laws(
    laws(TO_THE_BIT, _WITHIN_ROUNDING, _IN_PLACE),
    fold=_folded_if_short,
    named_constants=True,
)

# No laws: equal terms are one, and nothing else is done.
AS_IS = Laws({}, fold=lambda *_: None, named_constants=True)
