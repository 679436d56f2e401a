"""Products in normal form: like factors meet, and their powers add.

Where a power is not a whole number, its base has to stay what it is: (x^2)^0.5 is
abs(x), and sqrt(x*y) is not sqrt(x)*sqrt(y) where both are negative. A law may extend a
formula (x^0.5*x^0.5 is x) and never change a finite value.
"""

from collections.abc import Iterable
from fractions import Fraction
from math import isqrt

from gradcalc.algebra.forms import (
    MOST_SHARED,
    Base,
    Call,
    Forms,
    Leaf,
    Powers,
    Product,
    Rational,
    Sum,
    exact,
    magnitude,
)
from gradcalc.algebra.sums import factored, is_negative, plus, scaled
from gradcalc.operations import ABS, COMPARISONS, CONSTANTS, LOG, OPERATIONS

# Whose values are nowhere negative.
_NEVER_NEGATIVE = COMPARISONS | {
    OPERATIONS[name] for name in ("abs", "cosh", "sigmoid", "softplus", "erfc", "hypot")
}

# A number to a larger power is left as it is.
_MOST_DIGITS = 300

Factor = tuple[Sum, Sum]


def multiply(forms: Forms, factors: Iterable[Factor]) -> Sum:
    """The product of bases to their exponents."""
    number: Rational = 1
    powers: Powers = {}
    for form, exponent in factors:
        number *= _gather(forms, powers, form, exponent)
    # What has met may be more than a power: sqrt(2*x)*sqrt(2*x).
    for base, exponent in list(powers.items()):
        times = exponent.number
        if isinstance(base, Leaf) or times is None or times.denominator != 1:
            continue
        if isinstance(base, Call):
            if base.operation in COMPARISONS and times > 1:
                powers[base] = forms.one
            elif base.operation is ABS and times % 2 == 0:
                del powers[base]
                number *= _gather(forms, powers, base.operands[0], exponent)
        elif isinstance(base, Sum) and len(base.terms) < 2 and not is_long(forms, base):
            del powers[base]
            number *= _gather(forms, powers, base, exponent)
    number *= _meet_over_denominators(forms, powers)
    if number == 0:
        return forms.zero
    product = forms.product(powers)
    inner = product.whole
    if number == 1 and inner is not None and len(inner.terms) > 1:
        return inner
    return forms.term(product, number)


def is_long(forms: Forms, base: Sum) -> bool:
    """Whether it has too many common factors to be opened wherever it is used."""
    # So many have all terms, or none.
    powers = next((product.powers for product in base.terms), {})
    if len(powers) > MOST_SHARED and len(base.terms) > 1:
        _, powers, _ = factored(forms, base)
    return len(powers) > MOST_SHARED or any(
        len(exponent.terms) > MOST_SHARED for exponent in powers.values()
    )


def _gather(forms: Forms, powers: Powers, base: Sum, exponent: Sum) -> Rational:
    """Multiply the power into others; the number that comes out of it."""
    number: Rational
    if exponent is forms.one and len(base.terms) == 1:
        ((product, number),) = base.terms.items()
        parts: Iterable[tuple[Base, Sum]] = product.powers.items()
    else:
        number, parts = _raised(forms, base, exponent)
    for each, own in parts:
        total = plus(forms, powers[each], own) if each in powers else own
        if total is forms.zero:
            powers.pop(each, None)
        else:
            powers[each] = total
    return number


def _meet_over_denominators(forms: Forms, powers: Powers) -> Rational:
    """Bring a sum over its denominator if a factor cancels so: (1 + 1/x)*x -> x + 1."""
    number: Rational = 1
    if not any(isinstance(base, Sum) for base in powers):
        return number
    for base, exponent in list(powers.items()):
        times = exponent.number
        if (
            not isinstance(base, Sum)
            or not 1 < len(base.terms) <= MOST_SHARED
            or times is None
            or times.denominator != 1
            or not any(
                e.number is not None and e.number < 0
                for product in base.terms
                for e in product.powers.values()
            )
        ):
            continue
        factor, below, above = factored(forms, base, over=True)
        meets = above in powers or any(
            each in powers and (powers[each].number or 0) * times > 0 for each in below
        )
        value = _number_power(factor, times)
        if meets and value is not None and powers.get(base) is exponent:
            del powers[base]
            number *= value
            for each, own in [*below.items(), (above, forms.one)]:
                single = forms.power(each, own) if each is not above else above
                number *= _gather(forms, powers, single, exponent)
    return number


def _raised(
    forms: Forms, base: Sum, exponent: Sum
) -> tuple[Rational, list[tuple[Base, Sum]]]:
    """The power as a number and powers that cannot be simplified alone."""
    times = exponent.number
    if times == 0:
        return 1, []
    if base.number is not None:
        value = None if times is None else _number_power(base.number, times)
        if value is not None:
            return value, []
        return 1, [(base, exponent)]
    only = base.only()
    is_whole = times is not None and times.denominator == 1
    if only is None:
        if times is None or not is_whole or len(base.terms) > 100 * MOST_SHARED:
            return 1, [(base, exponent)]
        number, powers, rest = factored(forms, base)
        value = _number_power(number, times)
        if value is None:
            return 1, [(base, exponent)]
        parts = [(each, scaled(forms, times, own)) for each, own in powers.items()]
        if rest is not forms.one:
            parts.append((rest, exponent))
        return value, parts
    product, factor = only
    if is_whole:
        assert times is not None
        value = _number_power(factor, times)
        if value is not None:
            return value, [
                (each, scaled(forms, times, own))
                for each, own in product.powers.items()
            ]
        return 1, [(base, exponent)]
    value = _number_power(factor, times) if times is not None and factor > 0 else None
    if factor == 1:
        value = 1
    if value is None:
        return 1, [(base, exponent)]
    if all(_is_positive(each) for each in product.powers):
        return value, [
            (each, times_exponent(forms, own, exponent))
            for each, own in product.powers.items()
        ]
    if len(product.powers) == 1:
        ((inner, own),) = product.powers.items()
        power = _power_of_power(forms, inner, own, exponent)
        if power is not None:
            return value, [power]
    rest = forms.term(product, 1)
    return value, [(rest, exponent)]


def _power_of_power(
    forms: Forms, base: Base, own: Sum, exponent: Sum
) -> tuple[Base, Sum] | None:
    """A power of the base that is (base^own)^exponent, which is no whole power of it.

    (x^3)^0.5 is x^1.5, but (x^2)^0.5 is abs(x).
    """
    inner = own.number
    if own is forms.one:
        return base, exponent
    if inner is None:
        return None
    total = times_exponent(forms, own, exponent)
    if inner.denominator != 1 or inner.numerator % 2:
        return base, total
    number = total.number
    if number is not None and number.denominator == 1 and number % 2 == 0:
        return base, total
    if exponent.number is None:
        return None
    absolute = forms.call(ABS, [_as_sum(forms, base)]).only()
    assert absolute is not None
    (call,) = absolute[0].powers
    return call, total


def _as_sum(forms: Forms, base: Base) -> Sum:
    return forms.power(base, forms.one)


def _is_positive(base: Base) -> bool:
    """Whether a base is known to be nowhere negative."""
    if isinstance(base, Leaf):
        return base.name in CONSTANTS and base.value > 0
    if isinstance(base, Call):
        return base.operation in _NEVER_NEGATIVE
    return base.number is not None and base.number > 0


def times_exponent(forms: Forms, first: Sum, second: Sum) -> Sum:
    """The product of two exponents."""
    for one, other in ((first, second), (second, first)):
        if one.number is not None and len(other.terms) == 1:
            return scaled(forms, one.number, other)
    return multiply(forms, [(first, forms.one), (second, forms.one)])


def _number_power(base: Rational, exponent: Rational) -> Rational | None:
    """The power of a number if it is exact and not too long, or None."""
    if base == 1 or exponent == 1:
        return base
    if exponent.denominator == 1:
        if base == 0:
            return 0 if exponent > 0 else None
        size = max(base.numerator.bit_length(), base.denominator.bit_length())
        if size * magnitude(exponent) > 4 * _MOST_DIGITS and magnitude(base) != 1:
            return None
        return exact(Fraction(base) ** int(exponent))
    if exponent.denominator == 2 and base > 0:
        root = Fraction(isqrt(base.numerator), isqrt(base.denominator))
        if root * root == base:
            return _number_power(root, exponent * 2)
    return None


def exponential(forms: Forms, e: Leaf, exponent: Sum) -> Sum:
    """The power of the constant e: exp(n*log(x)) is x^n."""
    only = exponent.only()
    if only is not None:
        product, factor = only
        for base, times in product.powers.items():
            if isinstance(base, Call) and base.operation is LOG and times is forms.one:
                others = {b: t for b, t in product.powers.items() if b is not base}
                power = forms.term(forms.product(others), factor)
                return multiply(forms, [(base.operands[0], power)])
    return multiply(forms, [(_as_sum(forms, e), exponent)])


def divided(forms: Forms, product: Product, divisor: Product) -> Product | None:
    """The product without the powers of another, or None if it does not have them."""
    powers = dict(product.powers)
    for base, exponent in divisor.powers.items():
        own, taken = powers.get(base), exponent.number
        if own is exponent:
            del powers[base]
            continue
        if own is None or own.number is None or taken is None:
            return None
        if own.number * taken < 0 or magnitude(own.number) < magnitude(taken):
            return None
        powers[base] = forms.number(own.number - taken)
    return forms.product(powers)


def multiplicity(product: Product, divisor: Product) -> int:
    """How often the product has the powers of another."""
    often: list[int] = []
    for base, exponent in divisor.powers.items():
        own, taken = product.powers.get(base), exponent.number
        if own is exponent:
            often.append(1)
        elif own is None or own.number is None or taken is None:
            return 0
        else:
            often.append(max(0, int(Fraction(own.number, taken))))
    return min(often)


def without_sign(forms: Forms, form: Sum) -> Sum | None:
    """The form with its sign turned if it is written with a minus sign."""
    if not is_negative(forms, form):
        return None
    return forms.sum({product: -factor for product, factor in form.terms.items()})
