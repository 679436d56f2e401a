"""From forms to a graph: of the ways to write a form, the one with least operations.

A sum is written as it is, with its common factors or its denominator taken out, or
multiplied out where like terms meet so; a product with its denominator under one
fraction line. Terms stand in the order of the source, factors in that of the alphabet.
"""

import math
from collections.abc import Collection, Generator, Iterator, Sequence
from fractions import Fraction

from gradcalc.algebra.forms import (
    MOST_SHARED,
    Base,
    Call,
    Leaf,
    Powers,
    Product,
    Rational,
    Sum,
    magnitude,
    ratio,
)
from gradcalc.algebra.identities import Algebra
from gradcalc.algebra.laws import AS_IS, is_short
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
from gradcalc.graph import Graph
from gradcalc.language.terms import Terms
from gradcalc.operations import (
    EXP,
    LITERAL,
    MINUS,
    NEG,
    OVER,
    PLUS,
    POWER,
    SQRT,
    TIMES,
    VARIABLE,
    Operation,
)

# How often the other ways to write a form are themselves written in other ways.
_MOST_LEVELS = 3

# In a formula as long as that only the first parts are written in other ways.
_MOST_WAYS = 5_000

# As short a decimal stands for a fraction: 1.5 for 3/2.
_SHORT_DECIMAL = 5

# Shared parts are counted wherever they stand, which may be very often.
_MANY = 10**9

# What is asked for is a form, and whether it is another way to write the one that asks;
# what comes back is its node, or None if it is being written already.
_Asked = Generator[tuple[Sum, bool], "int | None", "int | None"]


class Rendering:
    """Forms as nodes of one graph. Those with a name count as one that is given."""

    def __init__(self, algebra: Algebra, named: Collection[Sum] = ()) -> None:
        self.algebra = algebra
        self.forms = algebra.forms
        self.terms = Terms(AS_IS)
        self.named = named
        # How many operations each node takes to write.
        self._counts: dict[int, int] = {}
        self._made: dict[Sum, int] = {}
        self._levels: dict[Sum, int] = {}
        self._ways = 0
        # The named products, by one of their factors.
        self._named_products: dict[Base, list[Sum]] = {}
        for form in named:
            if (only := form.only()) and only[0].powers:
                factor = max(only[0].powers, key=lambda base: base.place)
                self._named_products.setdefault(factor, []).append(form)

    @property
    def graph(self) -> Graph:
        return self.terms.graph

    def node(self, root: Sum) -> int:
        """The node of the form."""
        started = {root}
        self._levels.setdefault(root, 0)
        stack = [(root, self._written(root))]
        answer: int | None = None
        while stack:
            form, writing = stack[-1]
            try:
                asked, other = writing.send(answer)
            except StopIteration as stop:
                stack.pop()
                started.discard(form)
                answer = stop.value
                if answer is not None:
                    self._keep(form, answer)
            else:
                answer = self._made.get(asked)
                if answer is None and asked not in started:
                    started.add(asked)
                    self._levels.setdefault(asked, self._levels[form] + other)
                    stack.append((asked, self._written(asked)))
        return self._made[root]

    def _keep(self, form: Sum, node: int) -> None:
        self._made[form] = node
        if form in self.named:
            self.graph.labels.setdefault(node, self.algebra.labels[form])
            self._counts[node] = 0

    # --- nodes

    def _node(self, operation: Operation, *operands: int) -> int:
        node = self.terms.node(operation, operands)
        if node not in self._counts:
            total = 1 + sum(self._count(operand) for operand in operands)
            self._counts[node] = min(total, _MANY)
        return node

    def _count(self, node: int) -> int:
        return self._counts.get(node, 0)

    def _shortest(self, nodes: Sequence[int]) -> int:
        return min(nodes, key=self._count)

    def _number(self, value: float) -> int:
        return self.terms.literal(value)

    def _leaf(self, leaf: Leaf) -> int:
        if leaf.operation is VARIABLE:
            return self.terms.variable(leaf.name)
        if leaf.value != leaf.value:
            infinite = self.terms.literal(math.inf, "inf")
            return self._node(MINUS, infinite, infinite)
        return self.terms.literal(leaf.value, leaf.name or None)

    def _chain(self, operation: Operation, nodes: Sequence[int]) -> int:
        chained = nodes[0]
        for node in nodes[1:]:
            chained = self._node(operation, chained, node)
        return chained

    # --- forms

    def _written(self, form: Sum) -> _Asked:
        """The node of the shortest way to write the form."""
        if form.number is not None:
            return self._written_number(form.number)
        if len(form.terms) > 1:
            return self._written_sum(form)
        return self._written_term(form)

    def _written_number(self, number: Rational) -> _Asked:
        size = magnitude(number)
        above, below = self._parts_of(size)
        decimal = repr(above / below)
        if len(decimal) <= _SHORT_DECIMAL and Fraction(decimal) == size:
            above, below = above / below, 1.0
        node = self._number(above)
        if below != 1:
            node = self._node(OVER, node, self._number(below))
        if number < 0:
            node = self._node(NEG, node)
        return node
        yield

    def _parts_of(self, number: Rational) -> tuple[float, float]:
        """The numerator and the denominator of a positive number, as it is written."""
        try:
            value = float(number)
        except OverflowError:
            return float("inf"), 1.0
        if self.forms.decimal and is_short(value) and Fraction(repr(value)) == number:
            return value, 1.0
        if max(number.numerator, number.denominator) < 10**15:
            return float(number.numerator), float(number.denominator)
        return value, 1.0

    def _written_sum(self, form: Sum) -> _Asked:
        found = [(yield from self._as_it_is(form))]
        if self._may_be_shorter(found[0]) and self._may_be_written_otherwise(form):
            for other in self._other_ways(form):
                if self._may_win(other, found):
                    found.append((yield other, True))
            if any(map(_is_call, factored(self.forms, form)[1])):
                # Of equally long ways p*(1 - p), but x - x^2.
                found.append(found.pop(0))
        nodes = [node for node in found if node is not None]
        return self._shortest(nodes) if nodes else None

    def _may_be_written_otherwise(self, form: Sum) -> bool:
        self._ways += 1
        return self._levels[form] < _MOST_LEVELS and self._ways < _MOST_WAYS

    def _may_win(self, other: Sum, found: Sequence[int | None]) -> bool:
        """Whether another way may be shorter than those that are found.

        What is more than twice as long as it stands is not worth its own other ways.
        """
        counts = [self._count(node) for node in found if node is not None]
        if not counts or self.named:
            return True
        return self._length(other) <= 2 * min(counts)

    def _length(self, form: Sum) -> int:
        """How many operations the form takes as it is, as far as these are known."""
        length = len(form.terms) - 1
        for product, factor in form.terms.items():
            length += max(0, len(product.powers) - 1) + (factor != 1 and factor != -1)
            for base, exponent in product.powers.items():
                times = exponent.number
                if times is None or (times != 1 and times != -1):
                    length += 1 + self._known(exponent)
                if isinstance(base, Sum):
                    length += self._known(base) or len(base.terms) - 1
                elif isinstance(base, Call):
                    length += self._known(self.forms.power(base, self.forms.one)) or 1
        return length

    def _known(self, form: Sum) -> int:
        return self._count(self._made.get(form, -1))

    def _may_be_shorter(self, node: int | None) -> bool:
        """Whether a sum may have a shorter form: no x*y + z has one but as a name."""
        return node is None or self._count(node) > (1 if self.named else 2)

    def _as_it_is(self, form: Sum) -> _Asked:
        """The terms, added up; the first with a plus sign comes first."""
        terms = list(form.terms.items())
        positive = next((i for i, (_, factor) in enumerate(terms) if factor > 0), 0)
        terms.insert(0, terms.pop(positive))
        total: int | None = None
        for product, factor in terms:
            size = factor if total is None else magnitude(factor)
            node = yield self.forms.term(product, size), False
            if node is None:
                return None
            if total is None:
                total = node
            else:
                total = self._node(PLUS if factor > 0 else MINUS, total, node)
        return total

    def _other_ways(self, form: Sum) -> Iterator[Sum]:
        """The same as products, and with its products multiplied out."""
        forms, seen = self.forms, {form}
        short = len(form.terms) <= MOST_SHARED
        ways = [(False, False), (True, False), (False, True)]
        for over, nearest in (
            ways if short and self._has_denominator(form) else ways[:1]
        ):
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

    def _has_denominator(self, form: Sum) -> bool:
        return any(
            is_negative(self.forms, exponent)
            for product in form.terms
            for exponent in product.powers.values()
        )

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

    def _written_term(self, form: Sum) -> _Asked:
        """A product with its number."""
        only = form.only()
        assert only is not None
        product, factor = only
        forms = self.forms
        found: list[int | None] = []
        if self._levels[form] < _MOST_LEVELS:
            for way in self._with_names(product, factor):
                found.append((yield way, True))
        if factor < 0:
            positive = yield forms.term(product, -factor), False
            found.append(None if positive is None else self._node(NEG, positive))
            for turned in self._turned(product):
                found.append((yield forms.term(turned, -factor), False))
        else:
            found.append((yield from self._fraction(product, factor)))
        if self._may_be_written_otherwise(form):
            for other in self._other_products(form, product, factor):
                if other is not None and other is not form:
                    found.append((yield other, True))
        nodes = [node for node in found if node is not None]
        return self._shortest(nodes) if nodes else None

    def _other_products(
        self, form: Sum, product: Product, factor: Rational
    ) -> Iterator[Sum | None]:
        if len(product.powers) > 1:
            yield self.algebra.shorter(form)
        if any(isinstance(base, Sum) for base in product.powers):
            yield self._spread(product, factor)
            yield self._with_shorter_sums(product, factor)
            yield self._without_exponential(product, factor)

    def _turned(self, product: Product) -> Iterator[Product]:
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

    def _spread(self, product: Product, factor: Rational) -> Sum | None:
        """A sum times a number, with each term multiplied."""
        ((base, exponent), *others) = product.powers.items()
        if others or factor == 1 or exponent.number != 1 or not isinstance(base, Sum):
            return None
        if not 1 < len(base.terms) <= MOST_SHARED:
            return None
        return scaled(self.forms, factor, base)

    def _with_names(self, product: Product, factor: Rational) -> Iterator[Sum]:
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
            if _is_e(base) and is_negative(forms, exponent)
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
                    if b is not base and not _is_e(b)
                }
                inner = quotient(forms, base, 1, exponents)
                rest = forms.term(forms.product(powers), factor)
                return multiply(forms, [(rest, forms.one), (inner, times)])
        return None

    # --- products

    def _fraction(self, product: Product, factor: Rational) -> _Asked:
        """The powers of a product and its positive number over their denominator."""
        if factor == 1 and len(product.powers) == 1:
            ((base, exponent),) = product.powers.items()
            if not self._is_below(base, exponent, alone=True):
                return (yield from self._power(base, exponent))
        plain = yield from self._quotient(product, factor)
        grouped = self._grouped(product)
        if grouped is None or plain is None:
            return plain
        other = yield from self._quotient(grouped, factor)
        return plain if other is None else self._shortest([plain, other])

    def _quotient(self, product: Product, factor: Rational) -> _Asked:
        forms = self.forms
        above: list[tuple[tuple[int, str, int], int]] = []
        below: list[tuple[tuple[int, str, int], int]] = []
        number = self._parts_of(factor)
        powers = list(product.powers.items())
        alone = factor == 1 and len(product.powers) == 1
        for base, exponent in powers:
            under = self._is_below(base, exponent, alone=alone)
            own = negated(forms, exponent) if under else exponent
            if own is forms.one and isinstance(base, Sum):
                node = yield base, False
            elif len(powers) == 1 and own is exponent and factor == 1:
                node = yield from self._power(base, own)
            else:
                node = yield forms.power(base, own), False
            if node is None:
                return None
            parts = self._split(node) if isinstance(base, Sum) else ([node], [])
            rank = self._rank(base, own)
            for line, own_nodes in zip((above, below), parts, strict=True):
                side = line if not under else (below if line is above else above)
                side += [(rank, each) for each in own_nodes]
        lines = []
        for part, value in zip((above, below), number, strict=True):
            nodes = [node for _, node in sorted(part, key=lambda pair: pair[0])]
            nodes = self._met(nodes)
            if value != 1 or not nodes:
                nodes.insert(0, self._number(value))
            lines.append(self._chain(TIMES, nodes))
        if not below and number[1] == 1:
            return lines[0]
        return self._node(OVER, *lines)

    def _met(self, nodes: list[int]) -> list[int]:
        """The factors of a line, those with one base as one power: a^4*a is a^5."""
        powers = [self.terms.power(node) for node in nodes]
        if len({base for base, _ in powers}) == len(powers):
            return nodes
        times: dict[int, float] = {}
        for base, exponent in powers:
            times[base] = times.get(base, 0.0) + exponent
        return [
            base if n == 1 else self._node(POWER, base, self._number(n))
            for base, n in times.items()
        ]

    def _split(self, node: int) -> tuple[list[int], list[int]]:
        """The factors of the numerator and of the denominator of a node."""
        parts = self.terms.parts(node, OVER)
        if parts is None or node in self.graph.labels:
            return self.terms.factors(node), []
        above, below = map(self.terms.factors, parts)
        return [] if above == [self._number(1.0)] else above, below

    def _is_below(self, base: Base, exponent: Sum, *, alone: bool) -> bool:
        """Whether the power stands in the denominator."""
        if exponent.number is not None:
            return exponent.number < 0
        if not is_negative(self.forms, exponent):
            return False
        return not alone and exponent not in self.algebra.exponents

    def _power(self, base: Base, exponent: Sum) -> _Asked:
        forms = self.forms
        if isinstance(base, Leaf):
            if (
                base.name == "e"
                and base.operation is LITERAL
                and exponent is not forms.one
            ):
                node = yield exponent, False
                return None if node is None else self._node(EXP, node)
            definition = self.algebra.definitions.get(base)
            below: int | None
            if definition is None:
                below = self._leaf(base)
            else:
                below = yield definition, False
        elif isinstance(base, Call):
            operands = []
            for operand in base.operands:
                node = yield operand, False
                if node is None:
                    return None
                operands.append(node)
            below = self._node(base.operation, *operands)
        else:
            below = yield base, False
        if below is None or exponent is forms.one:
            return below
        if exponent is forms.half:
            return self._node(SQRT, below)
        above = yield exponent, False
        return None if above is None else self._node(POWER, below, above)

    def _grouped(self, product: Product) -> Product | None:
        """The product with powers of like exponents as one, if they were: (x/y)^2."""
        groups: dict[Rational, list[tuple[Base, int]]] = {}
        for base, exponent in product.powers.items():
            times = exponent.number
            if times is not None and magnitude(times) != 1 and not _is_e(base):
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

    def _rank(self, base: Base, exponent: Sum) -> tuple[int, str, int]:
        """Where a factor stands: names by the alphabet, calls, and sums last."""
        if isinstance(base, Leaf) and not _is_e(base):
            return 0, base.name, base.place
        if isinstance(base, Sum):
            if base in self.named:
                return 0, self.algebra.labels[base], base.place
            if base.number is not None:
                return 0, "", base.place
            if len(base.terms) > 1 and exponent is not self.forms.half:
                return 2, "", base.place
        return 1, "", base.place


def _is_constant(base: Base) -> bool:
    if isinstance(base, Leaf):
        return base.operation is LITERAL
    return isinstance(base, Sum) and base.number is not None


def _is_call(base: Base) -> bool:
    return isinstance(base, Call)


def _is_e(base: Base) -> bool:
    return isinstance(base, Leaf) and base.name == "e" and base.operation is LITERAL
