"""From forms to a graph: of the ways to write a form, the one with least operations.

A product has its denominator under one fraction line. Terms stand in the order of the
source, factors in that of the alphabet.
"""

import math
from collections.abc import Collection, Generator, Sequence
from fractions import Fraction

from gradcalc.algebra.forms import (
    Base,
    Call,
    Leaf,
    Product,
    Rational,
    Sum,
    is_e,
    magnitude,
)
from gradcalc.algebra.identities import Algebra
from gradcalc.algebra.laws import AS_IS, is_short
from gradcalc.algebra.sums import factored, is_negative, negated
from gradcalc.algebra.ways import Ways
from gradcalc.graph import Graph
from gradcalc.language.terms import Terms
from gradcalc.operations import (
    EXP,
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
        self.ways = Ways(algebra, named)
        # How many operations each node takes to write.
        self._counts: dict[int, int] = {}
        self._made: dict[Sum, int] = {}
        self._levels: dict[Sum, int] = {}
        # How many forms were written in other ways.
        self._tried = 0

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
            for other in self.ways.of_sum(form):
                if self._may_win(other, found):
                    found.append((yield other, True))
            if any(map(_is_call, factored(self.forms, form)[1])):
                # Of equally long ways p*(1 - p), but x - x^2.
                found.append(found.pop(0))
        nodes = [node for node in found if node is not None]
        return self._shortest(nodes) if nodes else None

    def _may_be_written_otherwise(self, form: Sum) -> bool:
        self._tried += 1
        return self._levels[form] < _MOST_LEVELS and self._tried < _MOST_WAYS

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

    def _written_term(self, form: Sum) -> _Asked:
        """A product with its number."""
        only = form.only()
        assert only is not None
        product, factor = only
        forms = self.forms
        found: list[int | None] = []
        if self._levels[form] < _MOST_LEVELS:
            for way in self.ways.with_names(product, factor):
                found.append((yield way, True))
        if factor < 0:
            positive = yield forms.term(product, -factor), False
            found.append(None if positive is None else self._node(NEG, positive))
            for turned in self.ways.turned(product):
                found.append((yield forms.term(turned, -factor), False))
        else:
            found.append((yield from self._fraction(product, factor)))
        if self._may_be_written_otherwise(form):
            for other in self.ways.of_product(form):
                found.append((yield other, True))
        nodes = [node for node in found if node is not None]
        return self._shortest(nodes) if nodes else None

    # --- products

    def _fraction(self, product: Product, factor: Rational) -> _Asked:
        """The powers of a product and its positive number over their denominator."""
        if factor == 1 and len(product.powers) == 1:
            ((base, exponent),) = product.powers.items()
            if not self._is_below(base, exponent, alone=True):
                return (yield from self._power(base, exponent))
        plain = yield from self._quotient(product, factor)
        grouped = self.ways.grouped(product)
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
            if is_e(base) and exponent is not forms.one:
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

    def _rank(self, base: Base, exponent: Sum) -> tuple[int, str, int]:
        """Where a factor stands: names by the alphabet, calls, and sums last."""
        if isinstance(base, Leaf) and not is_e(base):
            return 0, base.name, base.place
        if isinstance(base, Sum):
            if base in self.named:
                return 0, self.algebra.labels[base], base.place
            if base.number is not None:
                return 0, "", base.place
            if len(base.terms) > 1 and exponent is not self.forms.half:
                return 2, "", base.place
        return 1, "", base.place


def _is_call(base: Base) -> bool:
    return isinstance(base, Call)
