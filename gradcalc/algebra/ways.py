"""Other ways to write a form: as products, multiplied out, by the laws, with names.

They are equal forms, of which rendering takes the one with least operations.
"""

from collections.abc import Collection, Iterator

from gradcalc.algebra.forms import (
    MOST_SHARED,
    Base,
    Leaf,
    Powers,
    Product,
    Rational,
    Sum,
    is_e,
    magnitude,
    ratio,
)
from gradcalc.algebra.identities import Algebra
from gradcalc.algebra.products import divided, multiplicity, multiply
from gradcalc.algebra.shares import is_share
from gradcalc.algebra.sums import (
    add,
    factored,
    is_negative,
    multiplied_out,
    multiply_in,
    negated,
    quotient,
    scaled,
)
from gradcalc.operations import LITERAL


class Ways:
    """The other ways to write forms, in which the named ones may stand as names."""

    def __init__(self, algebra: Algebra, named: Collection[Sum]) -> None:
        self.algebra = algebra
        self.forms = algebra.forms
        # The named products, by one of their factors.
        self._named_products: dict[Base, list[Sum]] = {}
        for form in named:
            if (only := form.only()) and only[0].powers:
                factor = max(only[0].powers, key=lambda base: base.place)
                self._named_products.setdefault(factor, []).append(form)

    # --- of sums

    def of_sum(self, form: Sum) -> Iterator[Sum]:
        """A sum as products, and with its products multiplied out."""
        forms, seen = self.forms, {form}
        short = len(form.terms) <= MOST_SHARED
        ways = [(False, False)]
        if short and (self.algebra.raised or self._has_denominator(form)):
            ways += [(True, False), (False, True)]
        for over, nearest in ways:
            number, powers, rest = factored(forms, form, over=over, nearest=nearest)
            if rest is form:
                continue
            made = self._product(number, powers, rest)
            if made not in seen:
                seen.add(made)
                yield made
            fewer = self._less_raised(powers) if nearest else None
            if fewer is not None:
                rest = quotient(forms, form, number, fewer)
                product = forms.product({**fewer, rest: forms.one})
                yield forms.term(product, number)
        if short:
            for way in (
                multiplied_out(forms, form),
                self.algebra.shorter(form),
                self._gathered(form),
            ):
                if way is not None and way not in seen:
                    seen.add(way)
                    yield way

    def _gathered(self, form: Sum) -> Sum | None:
        """The sum with terms that have a factor in common as one product, or None.

        The factor is the share of a softmax, or the denominator, that most terms have
        but not all: 1/(x - 1) + y + 1/(x - 1)^2 is x/(x - 1)^2 + y. Of other calls it
        would keep like terms from meeting when the formula is differentiated again.
        """
        having: dict[object, list[Product]] = {}
        for product in form.terms:
            for base, exponent in product.powers.items():
                if is_share(base):
                    having.setdefault((base, exponent), []).append(product)
                elif isinstance(base, Sum) and (exponent.number or 0) < 0:
                    having.setdefault(base, []).append(product)
        key = max(having, key=lambda each: len(having[each]), default=None)
        found = having.get(key, [])
        if not 1 < len(found) < len(form.terms):
            return None
        group = self.forms.sum({product: form.terms[product] for product in found})
        made = self._product(*factored(self.forms, group, over=isinstance(key, Sum)))
        parts = {
            product: made if product is found[0] else self.forms.term(product, factor)
            for product, factor in form.terms.items()
            if product is found[0] or product not in found
        }
        return add(self.forms, [(1, part) for part in parts.values()])

    def _less_raised(self, powers: Powers) -> Powers | None:
        """The powers without those of a product that was raised, such as (x/y)^6."""
        for product in self.algebra.raised:
            times = [
                ratio(powers[base].number or 0, exponent.number)
                for base, exponent in product.powers.items()
                if base in powers and exponent.number
            ]
            if len(times) < max(2, len(product.powers)) or min(times) <= 0:
                continue
            fewer = dict(powers)
            for base, exponent in product.powers.items():
                multiply_in(
                    self.forms, fewer, base, scaled(self.forms, -min(times), exponent)
                )
            return fewer
        return None

    def _product(self, number: Rational, powers: Powers, rest: Sum) -> Sum:
        forms = self.forms
        factors = [(forms.power(b, forms.one), e) for b, e in powers.items()]
        rest = self.algebra.sum([(1, rest)])
        made = multiply(forms, [*factors, (rest, forms.one)])
        if len(made.terms) == 1:
            return scaled(forms, number, made)
        return multiply(forms, [(forms.number(number), forms.one), (made, forms.one)])

    def _has_denominator(self, form: Sum) -> bool:
        """Whether a term has a power that stands in a denominator."""
        return any(
            is_negative(self.forms, exponent)
            for product in form.terms
            for exponent in product.powers.values()
        )

    # --- of products

    def of_product(self, form: Sum) -> Iterator[Sum]:
        """A product by shorter laws, with its sums in other ways, or as a sum."""
        ((product, factor),) = form.terms.items()
        ways: list[Sum | None] = []
        if len(product.powers) > 1:
            ways.append(self.algebra.shorter(form))
        if any(isinstance(base, Sum) for base in product.powers):
            ways += [
                self._spread(product, factor),
                self._with_shorter_sums(product, factor),
                self._without_exponential(product, factor),
            ]
        yield from (way for way in ways if way is not None and way is not form)

    def _spread(self, product: Product, factor: Rational) -> Sum | None:
        """A sum times a number, with each term multiplied."""
        ((base, exponent), *others) = product.powers.items()
        if others or factor == 1 or exponent.number != 1 or not isinstance(base, Sum):
            return None
        if not 1 < len(base.terms) <= MOST_SHARED:
            return None
        return scaled(self.forms, factor, base)

    def _with_shorter_sums(self, product: Product, factor: Rational) -> Sum:
        """The product with each of its sums by the laws that make it shorter."""
        forms, algebra = self.forms, self.algebra
        factors = [
            (
                algebra.shorter(base)
                if isinstance(base, Sum) and 1 < len(base.terms) <= MOST_SHARED
                else forms.power(base, forms.one),
                exponent,
            )
            for base, exponent in product.powers.items()
        ]
        return multiply(forms, [(forms.number(factor), forms.one), *factors])

    def _without_exponential(self, product: Product, factor: Rational) -> Sum | None:
        """The product with an exponential taken into a sum: 1/(e^x + 1) of
        e^-x/(1 + e^-x), or None."""
        forms = self.forms
        exponents = {
            base: exponent
            for base, exponent in product.powers.items()
            if is_e(base) and is_negative(forms, exponent)
        }
        for base, times in product.powers.items():
            if not exponents or not isinstance(base, Sum) or times.number != -1:
                continue
            if len(base.terms) <= MOST_SHARED and any(
                own.powers.items() & exponents.items() for own in base.terms
            ):
                powers = {
                    b: x
                    for b, x in product.powers.items()
                    if b is not base and not is_e(b)
                }
                inner = quotient(forms, base, 1, exponents)
                rest = forms.term(forms.product(powers), factor)
                return multiply(forms, [(rest, forms.one), (inner, times)])
        return None

    def with_names(self, product: Product, factor: Rational) -> Iterator[Sum]:
        """The product with the name of some of its factors in their place."""
        for base in product.powers:
            for named in self._named_products.get(base, ()):
                only = named.only()
                assert only is not None
                # As often as it goes: one by one there would be too many ways.
                often = multiplicity(product, only[0])
                if only[1] != 1 and often > 1:
                    often = 1
                if not often:
                    continue
                raised = {
                    each: scaled(self.forms, often, own)
                    for each, own in only[0].powers.items()
                }
                rest = divided(self.forms, product, self.forms.product(raised))
                times = ratio(factor, only[1])
                if rest is None or (times.denominator > factor.denominator):
                    continue
                powers = dict(rest.powers)
                multiply_in(self.forms, powers, named, self.forms.number(often))
                if times != 1 or often > 1 or rest.powers:
                    yield self.forms.term(self.forms.product(powers), times)

    def turned(self, product: Product) -> Iterator[Product]:
        """The product with another sign, which is that of one of its sums."""
        for base, exponent in product.powers.items():
            times = exponent.number
            if (
                isinstance(base, Sum)
                and 1 < len(base.terms) <= MOST_SHARED
                and times is not None
                and times.denominator == 1
                and times.numerator % 2
                and any(factor < 0 for factor in base.terms.values())
            ):
                opposite = negated(self.forms, base)
                yield self.forms.product(
                    {
                        (opposite if each is base else each): own
                        for each, own in product.powers.items()
                    }
                )

    def grouped(self, product: Product) -> Product | None:
        """The product with powers of like exponents as one, if they were: (x/y)^2."""
        groups: dict[Rational, list[tuple[Base, int]]] = {}
        for base, exponent in product.powers.items():
            times = exponent.number
            if times is not None and magnitude(times) != 1 and not is_e(base):
                sign = 1 if times > 0 else -1
                groups.setdefault(magnitude(times), []).append((base, sign))
        times, group = max(
            groups.items(), key=lambda item: len(item[1]), default=(0, [])
        )
        if len(group) < 2:
            return None
        forms = self.forms
        sign = max(sign for _, sign in group)
        inner = forms.product({base: forms.number(own * sign) for base, own in group})
        constant = all(_is_constant(base) for base, _ in group)
        if not constant and inner not in self.algebra.raised:
            return None
        taken = {base for base, _ in group}
        powers: Powers = {
            base: own for base, own in product.powers.items() if base not in taken
        }
        powers[forms.term(inner, 1)] = forms.number(times * sign)
        return forms.product(powers)


def _is_constant(base: Base) -> bool:
    if isinstance(base, Leaf):
        return base.operation is LITERAL
    return isinstance(base, Sum) and base.number is not None
