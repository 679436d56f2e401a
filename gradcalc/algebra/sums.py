"""Sums in normal form: like terms meet, and what the terms have in common comes out."""

from collections.abc import Iterable
from math import gcd, lcm

from gradcalc.algebra.forms import (
    MOST_SHARED,
    Base,
    Forms,
    Leaf,
    Powers,
    Product,
    Rational,
    Sum,
    magnitude,
    ratio,
)

# Where a factor of a sum is multiplied into it, so that like terms meet, it is at most
# so many times their factor: what is small beside the terms would lose digits.
_MOST_TIMES = 1000


def add(forms: Forms, items: Iterable[tuple[Rational, Sum]]) -> Sum:
    """The sum of the forms times their factors.

    A sum among the products is multiplied out where like terms meet so.
    """
    terms: dict[Product, Rational] = {}
    opened = False

    def gather(product: Product, factor: Rational) -> None:
        nonlocal opened
        opened = opened or product in terms
        terms[product] = terms.get(product, 0) + factor

    items = list(items)
    bases = {
        base
        for _, form in items
        for product in form.terms
        if len(product.powers) > 1
        for base in product.powers
    }
    for factor, form in items:
        if len(form.terms) > 1 and form in bases:
            # x*(a + b) + a + b -> (x + 1)*(a + b)
            gather(forms.product({form: forms.one}), factor)
            continue
        for product, each in form.terms.items():
            inner = _short(product)
            if (
                inner is not None
                and inner not in bases
                and magnitude(each * factor) == 1
            ):
                opened = True
                for own, times in inner.terms.items():
                    gather(own, times * each * factor)
            else:
                gather(product, each * factor)
    for product in [product for product in terms if _short(product) is not None]:
        inner, factor = _short(product), terms[product]
        assert inner is not None
        if (
            inner not in bases
            and factor
            and (magnitude(factor) == 1 or _meets(inner, factor, terms))
        ):
            opened = True
            del terms[product]
            for own, times in inner.terms.items():
                gather(own, times * factor)
    if opened:
        terms = _by_degree(terms)
    form = forms.sum(terms)
    if 1 < len(form.terms) <= MOST_SHARED:
        # (1 + x)^2 + (1 - x)^2 -> 2*x^2 + 2
        other = multiplied_out(forms, form)
        if other is not None and len(other.terms) <= len(form.terms):
            return other
    return form


def _meets(inner: Sum, factor: Rational, terms: dict[Product, Rational]) -> bool:
    """Whether terms of the sum times the factor meet like ones of about their size."""
    return any(
        magnitude(times * factor) <= _MOST_TIMES * magnitude(terms[own])
        for own, times in inner.terms.items()
        if terms.get(own)
    )


def _short(product: Product) -> Sum | None:
    """The sum that is the product's only factor, if it has few terms."""
    inner = product.whole
    if inner is None or not 1 < len(inner.terms) <= MOST_SHARED:
        return None
    return inner


def plus(forms: Forms, first: Sum, second: Sum) -> Sum:
    if first.number is not None and second.number is not None:
        return forms.number(first.number + second.number)
    return add(forms, [(1, first), (1, second)])


def scaled(forms: Forms, factor: Rational, form: Sum) -> Sum:
    """The form times a number, term by term."""
    if factor == 1:
        return form
    return forms.sum({product: each * factor for product, each in form.terms.items()})


def negated(forms: Forms, form: Sum) -> Sum:
    """The form with each sign turned."""
    return forms.sum({product: -each for product, each in form.terms.items()})


def is_negative(forms: Forms, form: Sum) -> bool:
    """Whether a form is written with a minus sign before it.

    Of a sum it is the one of its two signs that was met last.
    """
    if all(factor < 0 for factor in form.terms.values()):
        return bool(form.terms)
    if len(form.terms) == 1 or all(factor > 0 for factor in form.terms.values()):
        return False
    known = forms.known({product: -each for product, each in form.terms.items()})
    return known is not None and known.place < form.place


# --- common factors


def factored(
    forms: Forms, form: Sum, *, over: bool = False, nearest: bool = False
) -> tuple[Rational, Powers, Sum]:
    """The sum as a number times powers times a sum whose terms have nothing in common.

    If `over`, all terms are brought over their common denominator. If `nearest`, the
    terms keep what they can: 1/x + 1/x^2 is (1 + 1/x)/x, and not (x + 1)/x^2.
    """
    key = form, over, nearest
    if key not in forms.factorings:
        forms.factorings[key] = _factored(forms, form, over=over, nearest=nearest)
    return forms.factorings[key]


def _factored(
    forms: Forms, form: Sum, *, over: bool, nearest: bool
) -> tuple[Rational, Powers, Sum]:
    number: Rational = 1
    powers: Powers = {}
    while len(form.terms) > 1:
        common = _common(forms, form, over=over, nearest=nearest)
        content = _content(forms, form)
        if not common and content == 1:
            break
        number *= content
        for base, exponent in common.items():
            multiply_in(forms, powers, base, exponent)
        form = quotient(forms, form, content, common)
    if len(form.terms) == 1:
        ((product, factor),) = form.terms.items()
        number *= factor
        for base, exponent in product.powers.items():
            multiply_in(forms, powers, base, exponent)
        form = forms.one
    elif not form.terms:
        number = 0
    return number, powers, form


def multiply_in(forms: Forms, powers: Powers, base: Base, exponent: Sum) -> None:
    """Multiply the power into others."""
    total = plus(forms, powers.get(base, forms.zero), exponent)
    if total is forms.zero:
        powers.pop(base, None)
    else:
        powers[base] = total


def quotient(forms: Forms, form: Sum, content: Rational, common: Powers) -> Sum:
    """The sum divided by a number and powers; a number in it stands last."""
    items = []
    for product, factor in form.terms.items():
        powers = dict(product.powers)
        for base, exponent in common.items():
            multiply_in(forms, powers, base, scaled(forms, -1, exponent))
        single = forms.term(forms.product(powers), 1)
        items.append((ratio(factor, content), single))
    if common:
        items.sort(key=lambda item: item[1].number is not None)
    return add(forms, items)


def _by_degree(terms: dict[Product, Rational]) -> dict[Product, Rational]:
    """The terms of a polynomial by falling degree; of others as they are."""
    degrees = {product: _degree(product) for product in terms}
    if any(degree < 0 for degree in degrees.values()):
        return terms
    return {
        product: terms[product]
        for product in sorted(terms, key=lambda each: -degrees[each])
    }


def _degree(product: Product) -> Rational:
    """The sum of the exponents; -1 of what is no product of whole powers of names."""
    total: Rational = 0
    for base, exponent in product.powers.items():
        times = exponent.number
        if not isinstance(base, Leaf) or times is None or times.denominator != 1:
            return -1
        total += times
    return total


def _content(forms: Forms, form: Sum) -> Rational:
    """The greatest number that all coefficients are whole multiples of.

    Its sign is that of the sum.
    """
    factors = form.terms.values()
    size = ratio(
        gcd(*[factor.numerator for factor in factors]),
        lcm(*[factor.denominator for factor in factors]),
    )
    if forms.decimal and size.denominator > 1:
        sizes = {magnitude(factor) for factor in factors}
        size = sizes.pop() if len(sizes) == 1 else 1
    if size != 1:
        turned = {
            product: ratio(factor, size) for product, factor in form.terms.items()
        }
        form = forms.sum(turned)
    return -size if is_negative(forms, form) else size


def _common(forms: Forms, form: Sum, *, over: bool, nearest: bool) -> Powers:
    """The powers that all terms have; if `over`, and their common denominator."""
    products = list(form.terms)
    found: Powers = dict(products[0].powers)
    for product in products[1:]:
        if over:
            for base, exponent in product.powers.items():
                if base not in found and _is_below(exponent):
                    found[base] = exponent
        for base in list(found):
            other = product.powers.get(base, forms.zero)
            shared = _shared(forms, found[base], other, over=over, nearest=nearest)
            if shared is forms.zero:
                del found[base]
            else:
                found[base] = shared
        if not found and not over:
            break
    return found


def _is_below(exponent: Sum) -> bool:
    return exponent.number is not None and exponent.number < 0


def _shared(forms: Forms, first: Sum, second: Sum, *, over: bool, nearest: bool) -> Sum:
    """The exponent that two powers of one base have in common; 0 if none."""
    a, b = first.number, second.number
    if a is not None and b is not None:
        if over:
            return first if a < b else second
        if a * b <= 0:
            return forms.zero
        if nearest:
            return first if magnitude(a) < magnitude(b) else second
        return first if a < b else second
    if first is second:
        return first
    shared = {}
    for product, factor in first.terms.items():
        other = second.terms.get(product, 0)
        if factor * other > 0:
            shared[product] = factor if magnitude(factor) < magnitude(other) else other
    return forms.sum(shared)


# --- products multiplied out

_MOST_TERMS = 12


def multiplied_out(forms: Forms, form: Sum) -> Sum | None:
    """The sum with its products of sums multiplied out; None if it is too long."""
    if len(form.terms) > _MOST_TERMS:
        return None
    if form not in forms.expansions:
        forms.expansions[form] = _expanded(forms, form)
    return forms.expansions[form]


def _expanded(forms: Forms, form: Sum) -> Sum | None:
    powers = [item for product in form.terms for item in product.powers.items()]
    if not any(_is_opened(base, exponent) for base, exponent in powers):
        return form
    total: dict[Product, Rational] = {}
    count = 0
    for product, factor in form.terms.items():
        parts = _multiplied_out(forms, product)
        if parts is None:
            return None
        count += len(parts)
        if count > _MOST_TERMS:
            return None
        for own, times in parts:
            total[own] = total.get(own, 0) + times * factor
    return forms.sum(_by_degree(total))


def _is_opened(base: Base, exponent: Sum) -> bool:
    """Whether the power is a product of sums."""
    times = exponent.number
    return (
        isinstance(base, Sum)
        and times is not None
        and times > 0
        and times.denominator == 1
        and len(base.terms) > 1
    )


def _multiplied_out(
    forms: Forms, product: Product
) -> list[tuple[Product, Rational]] | None:
    plain: Powers = {}
    sums: list[Sum] = []
    for base, exponent in product.powers.items():
        times = exponent.number
        if times is not None and _is_opened(base, exponent):
            assert isinstance(base, Sum)
            if len(base.terms) ** times > _MOST_TERMS:
                return None
            sums += [base] * int(times)
        else:
            plain[base] = exponent
    parts: list[tuple[Powers, Rational]] = [(plain, 1)]
    for each in sums:
        if len(parts) * len(each.terms) > _MOST_TERMS:
            return None
        longer = []
        for powers, factor in parts:
            for own, times in each.terms.items():
                merged = dict(powers)
                for base, exponent in own.powers.items():
                    multiply_in(forms, merged, base, exponent)
                longer.append((merged, factor * times))
        parts = longer
    return [(forms.product(powers), factor) for powers, factor in parts]
