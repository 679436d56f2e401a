"""Identities of the operations, as pairs of formulas: `sin(x)^2 + cos(x)^2 -> 1`.

In such a pair x stands for any formula. Of a sum or product the left side may be a part
and have other factors: 3*a*sin(x)^2 + 3*a*cos(x)^2 is 3*a. No law changes a finite
value; some make a formula finite in more places.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from gradcalc.algebra.forms import (
    MOST_SHARED,
    Base,
    Call,
    Forms,
    Leaf,
    Product,
    Rational,
    Sum,
    magnitude,
    ratio,
)
from gradcalc.algebra.products import Factor, divided, multiply, without_sign
from gradcalc.algebra.reading import Reader
from gradcalc.algebra.shares import added_up
from gradcalc.algebra.sums import add, multiplied_out
from gradcalc.language.rules import formula_graph
from gradcalc.operations import HYPOT, LITERAL, VARIABLE, Operation

# In longer sums no law is looked for.
_MOST_TERMS = 100

# Wherever such a sum stands.
SUMS = (
    "sin(x)^2 + cos(x)^2 -> 1",
    "1 - sin(x)^2 -> cos(x)^2",
    "1 - cos(x)^2 -> sin(x)^2",
    "cosh(x)^2 - sinh(x)^2 -> 1",
    "cosh(x)^2 - 1 -> sinh(x)^2",
    "sinh(x)^2 + 1 -> cosh(x)^2",
    "erf(x) + erfc(x) -> 1",
    "1 - erf(x) -> erfc(x)",
    "1 - erfc(x) -> erf(x)",
    "sigmoid(x) + sigmoid(-x) -> 1",
    "1 + tan(x)^2 -> 1/cos(x)^2",
    "1/cos(x)^2 - 1 -> tan(x)^2",
)
PRODUCTS = (
    "sign(x)*x -> abs(x)",
    "sign(x)*abs(x) -> x",
)

# Where the result is shorter than the formula that it stands in.
SHORTER_SUMS = (
    "cos(x)^2 - sin(x)^2 -> cos(2*x)",
    "2*cos(x)^2 - 1 -> cos(2*x)",
    "1 - 2*sin(x)^2 -> cos(2*x)",
    "cosh(x)^2 + sinh(x)^2 -> cosh(2*x)",
    "exp(x) + exp(-x) -> 2*cosh(x)",
    "exp(x) - exp(-x) -> 2*sinh(x)",
)
SHORTER_PRODUCTS = (
    "2*sin(x)*cos(x) -> sin(2*x)",
    "2*sinh(x)*cosh(x) -> sinh(2*x)",
    "sin(x)/cos(x) -> tan(x)",
    "cos(x)*tan(x) -> sin(x)",
    "sinh(x)/cosh(x) -> tanh(x)",
    "cosh(x)*tanh(x) -> sinh(x)",
    "x/abs(x) -> sign(x)",
    "(1 - tanh(x)^2)/tanh(x) -> 2/sinh(2*x)",
    "(1 - tanh(x)^2)*cosh(x) -> 1/cosh(x)",
)

# Of the calls themselves.
CALLS = (
    "sin(-x) -> -sin(x)",
    "cos(-x) -> cos(x)",
    "tan(-x) -> -tan(x)",
    "asin(-x) -> -asin(x)",
    "atan(-x) -> -atan(x)",
    "sinh(-x) -> -sinh(x)",
    "cosh(-x) -> cosh(x)",
    "tanh(-x) -> -tanh(x)",
    "asinh(-x) -> -asinh(x)",
    "atanh(-x) -> -atanh(x)",
    "erf(-x) -> -erf(x)",
    "cbrt(-x) -> -cbrt(x)",
    "abs(-x) -> abs(x)",
    "sign(-x) -> -sign(x)",
    "abs(abs(x)) -> abs(x)",
    "sin(asin(x)) -> x",
    "cos(acos(x)) -> x",
    "tan(atan(x)) -> x",
    "sinh(asinh(x)) -> x",
    "cosh(acosh(x)) -> x",
    "tanh(atanh(x)) -> x",
    "asinh(sinh(x)) -> x",
    "atanh(tanh(x)) -> x",
    "logsumexp(x) -> x",
    "x == max(x, y) -> x >= y",
    "y == max(x, y) -> y >= x",
    "x == min(x, y) -> x <= y",
    "y == min(x, y) -> y <= x",
)


@dataclass(frozen=True, eq=False)
class _Law:
    """A pair of formulas as forms of their own."""

    left: Sum
    right: Sum
    # The call, or the constant e, by which the left side is found; its product.
    anchor: Base
    product: Product
    # The operations of the left side that x alone is an operand of.
    calls: frozenset[Operation]

    def may_be_at(self, base: Base, product: Product, form: Sum) -> bool:
        """Whether the left side may be a part of the form, found by this power."""
        least, number = (
            self.product.powers[self.anchor].number,
            product.powers[base].number,
        )
        if len(self.left.terms) > len(form.terms):
            return False
        if least is not None and (
            number is None or magnitude(number) < magnitude(least)
        ):
            return False
        if not isinstance(base, Call):
            return len(self.left.terms) <= sum(base in p.powers for p in form.terms)
        if len(self.product.powers) > len(product.powers):
            return False
        return self.calls <= {
            other.operation
            for each in form.terms
            for other in each.powers
            if isinstance(other, Call) and other.operands == base.operands
        }


_Apply = Callable[[Reader, _Law, Sum, Product, dict[str, Sum]], "Sum | None"]


@cache
def _laws(texts: tuple[str, ...]) -> dict[Operation | str, list[_Law]]:
    """The laws by what they are found by: an operation, or the name of a constant."""
    reader = Reader()
    found: dict[Operation | str, list[_Law]] = {}
    for text in texts:
        sides = [
            reader.read(graph, [root], {})[0]
            for graph, root in map(formula_graph, text.split(" -> "))
        ]
        bases = [
            (product, base) for product in sides[0].terms for base in product.powers
        ]
        calls = {base for _, base in bases if isinstance(base, Call)}
        product, anchor = next(pair for pair in bases if _key(pair[1]))
        law = _Law(
            sides[0],
            sides[1],
            anchor,
            product,
            frozenset(
                call.operation
                for call in calls
                if call.operands == (reader.forms.variable("x"),)
            ),
        )
        found.setdefault(_key(anchor), []).append(law)
    return found


def _key(base: Base) -> Operation | str:
    if isinstance(base, Call):
        return base.operation
    if isinstance(base, Leaf) and base.operation is LITERAL:
        return base.name
    return ""


class Algebra(Reader):
    """Reads graphs into forms in which the identities hold."""

    def __init__(self, atoms: Collection[str] = ()) -> None:
        super().__init__(atoms)
        self._shorter: dict[Sum, Sum] = {}

    def call(self, operation: Operation, operands: Sequence[Sum]) -> Sum:
        for law in _laws(CALLS).get(operation, ()):
            assert isinstance(law.anchor, Call)
            if len(law.anchor.operands) != len(operands):
                continue
            found: dict[str, Sum] = {}
            pairs = zip(law.anchor.operands, operands, strict=True)
            if all(_matches(self, left, form, found) for left, form in pairs):
                return _made(self, law.right, found)
        return super().call(operation, operands)

    def sum(self, items: Iterable[tuple[Rational, Sum]]) -> Sum:
        form = super().sum(items)
        if len(form.terms) <= _MOST_TERMS:
            form = added_up(self.forms, self._simpler(form, SUMS, _in_sum))
            form = _without_lengths(self.forms, form)
        if 1 < len(form.terms) <= MOST_SHARED:
            # (1 + x)^2 + (1 - x)^2 -> 2*x^2 + 2
            other = multiplied_out(self.forms, form)
            if other is not None and other is not form:
                other = self._simpler(other, SUMS, _in_sum)
                if len(other.terms) <= len(form.terms):
                    return other
        return form

    def product(self, factors: Iterable[Factor]) -> Sum:
        return self._simpler(super().product(factors), PRODUCTS, _in_product)

    def shorter(self, form: Sum) -> Sum:
        """The form by the laws that may make it shorter."""
        found = self._shorter.get(form)
        if found is None:
            if len(form.terms) > 1:
                found = self._simpler(form, SHORTER_SUMS, _in_sum)
            else:
                found = self._simpler(form, SHORTER_PRODUCTS, _in_product)
            self._shorter[form] = found
        return found

    def _simpler(self, form: Sum, texts: tuple[str, ...], apply: _Apply) -> Sum:
        """The form in which no law finds its left side any more."""
        laws = _laws(texts)
        simpler: Sum | None = form
        while simpler is not None:
            form = simpler
            simpler = next(
                (
                    made
                    for law, product, found in _places(laws, form)
                    if (made := apply(self, law, form, product, found)) is not None
                ),
                None,
            )
        return form


def _places(
    laws: dict[Operation | str, list[_Law]], form: Sum
) -> Iterator[tuple[_Law, Product, dict[str, Sum]]]:
    """Where a law may apply: the product in which it is found, and what x is there."""
    for product in form.terms:
        for base, exponent in product.powers.items():
            for law in laws.get(_key(base), ()):
                if law.may_be_at(base, product, form):
                    operand = base.operands[0] if isinstance(base, Call) else exponent
                    yield law, product, {"x": operand}


def _in_sum(
    reader: Reader, law: _Law, form: Sum, product: Product, found: dict[str, Sum]
) -> Sum | None:
    forms = reader.forms
    anchor = _made(reader, forms_sum(law.product), found).only()
    if anchor is None:
        return None
    others = divided(forms, product, anchor[0])
    if others is None:
        return None
    rest = forms.term(others, 1)
    times = ratio(form.terms[product], law.left.terms[law.product] * anchor[1])
    remaining = dict(form.terms)
    for each, factor in law.left.terms.items():
        made = _made(reader, forms_sum(each), found)
        only = multiply(forms, [(made, forms.one), (rest, forms.one)]).only()
        if only is None or remaining.pop(only[0], None) != times * factor * only[1]:
            return None
    right = multiply(
        forms, [(_made(reader, law.right, found), forms.one), (rest, forms.one)]
    )
    return add(forms, [(1, forms.sum(remaining)), (times, right)])


def _in_product(
    reader: Reader, law: _Law, form: Sum, product: Product, found: dict[str, Sum]
) -> Sum | None:
    forms = reader.forms
    left = _made(reader, law.left, found)
    for exponent in (forms.one, forms.minus_one):
        only = multiply(forms, [(left, exponent)]).only()
        if only is None:
            return None
        others = divided(forms, product, only[0])
        if others is not None:
            rest = forms.term(others, ratio(form.terms[product], only[1]))
            right = _made(reader, law.right, found)
            return multiply(forms, [(rest, forms.one), (right, exponent)])
    return None


def _without_lengths(forms: Forms, form: Sum) -> Sum:
    """The sum with squares for those of lengths, where they cancel.

    hypot(x, y)^2 - x^2 -> y^2
    """
    for product, factor in form.terms.items():
        for base, exponent in product.powers.items():
            if (
                isinstance(base, Call)
                and base.operation is HYPOT
                and exponent.number == 2
            ):
                others = {b: x for b, x in product.powers.items() if b is not base}
                rest = forms.term(forms.product(others), factor)
                items = [
                    (
                        1,
                        forms.sum(
                            {p: f for p, f in form.terms.items() if p is not product}
                        ),
                    )
                ]
                for operand in base.operands:
                    square = multiply(forms, [(operand, exponent), (rest, forms.one)])
                    items.append((1, square))
                made = add(forms, items)
                if len(made.terms) <= len(form.terms):
                    return _without_lengths(forms, made)
    return form


def forms_sum(product: Product) -> Sum:
    """The product as a sum of its own store."""
    return Sum(product.place, {product: 1}, None)


def _matches(reader: Reader, left: Sum, form: Sum, found: dict[str, Sum]) -> bool:
    """Whether a form is as the left side of a law; what x is comes into `found`."""
    if left.number is not None:
        return form.number == left.number
    only = left.only()
    assert only is not None
    product, factor = only
    ((base, _),) = product.powers.items()
    if factor == -1:
        turned = without_sign(reader.forms, form)
        if turned is None:
            return False
        form = turned
    if isinstance(base, Leaf) and base.operation is VARIABLE:
        return found.setdefault(base.name, form) is form
    own = form.only()
    if own is None or own[1] != 1 or len(own[0].powers) != 1:
        return False
    ((inner, exponent),) = own[0].powers.items()
    if exponent.number != 1:
        return False
    if isinstance(base, Leaf):
        return isinstance(inner, Leaf) and inner.name == base.name
    assert isinstance(base, Call)
    return (
        isinstance(inner, Call)
        and inner.operation is base.operation
        and len(inner.operands) == len(base.operands)
        and all(
            _matches(reader, pattern, operand, found)
            for pattern, operand in zip(base.operands, inner.operands, strict=True)
        )
    )


def _made(reader: Reader, side: Sum, found: dict[str, Sum]) -> Sum:
    """The side of a law with what x is put in."""
    forms = reader.forms
    if side.number is not None:
        return forms.number(side.number)
    items = []
    for product, factor in side.terms.items():
        factors = [
            (_base_made(reader, base, found), _made(reader, exponent, found))
            for base, exponent in product.powers.items()
        ]
        ((form, exponent), *others) = factors or [(forms.one, forms.one)]
        if others or exponent is not forms.one:
            form = multiply(forms, factors)
        items.append((factor, form))
    return form if len(items) == 1 and factor == 1 else add(forms, items)


def _base_made(reader: Reader, base: Base, found: dict[str, Sum]) -> Sum:
    if isinstance(base, Call):
        operands = [_made(reader, each, found) for each in base.operands]
        return reader.call(base.operation, operands)
    if isinstance(base, Sum):
        return _made(reader, base, found)
    if base.operation is VARIABLE:
        return found[base.name]
    return reader.forms.constant(base.name, base.value)
