"""What a softmax is made of: exp(x - logsumexp(..., x, ...)), which has the sum 1.

Such a share stays whole, where other exponentials are powers of e: p*(1 - p) would
become exp(x - y) - exp(2*(x - y)).
"""

from collections import Counter
from typing import TypeGuard

from gradcalc.algebra.forms import Call, Forms, Product, Sum, ratio
from gradcalc.algebra.sums import add, multiply_in
from gradcalc.operations import EXP, LOGSUMEXP


def is_share(base: object) -> TypeGuard[Call]:
    """Whether it is a share: no other exponential is a call."""
    return isinstance(base, Call) and base.operation is EXP


def total_of(forms: Forms, exponent: Sum) -> tuple[Call, Sum] | None:
    """The logsumexp in the exponent of a share and its operand; None of what is none.

    exp(x - logsumexp(x, y)) has logsumexp(x, y) and x.
    """
    for product, factor in exponent.terms.items():
        (base, power), *others = product.powers.items() or [(None, None)]
        if (
            isinstance(base, Call)
            and base.operation is LOGSUMEXP
            and (factor, power, others) == (-1, forms.one, [])
        ):
            rest = {p: f for p, f in exponent.terms.items() if p is not product}
            operand = forms.known(rest)
            if operand in base.operands:
                return base, operand
    return None


def added_up(forms: Forms, form: Sum) -> Sum:
    """The sum with 1 in the place of the shares that have the sum 1."""
    for product in form.terms:
        for base, power in product.powers.items():
            if is_share(base) and power is forms.one:
                fewer = _without_shares(forms, form, product, base)
                if fewer is not None:
                    return added_up(forms, fewer)
    return form


def _without_shares(
    forms: Forms, form: Sum, product: Product, share: Call
) -> Sum | None:
    """The sum with 1 for a share of one of its products and for all those beside it.

    None if one of these is missing.
    """
    found = total_of(forms, share.operands[0])
    assert found is not None
    total, own = found
    # Equal operands have equal shares.
    counts = Counter(total.operands)
    factor = ratio(form.terms[product], counts[own])
    others = {
        base: power for base, power in product.powers.items() if base is not share
    }
    remaining = dict(form.terms)
    for operand, count in counts.items():
        exponent = add(forms, [(1, operand), (-1, forms.power(total, forms.one))])
        powers = dict(others)
        multiply_in(forms, powers, forms.base(EXP, [exponent]), forms.one)
        if remaining.pop(forms.product(powers), None) != factor * count:
            return None
    rest = forms.term(forms.product(others), factor)
    return add(forms, [(1, forms.sum(remaining)), (1, rest)])
