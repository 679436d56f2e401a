"""From a graph to forms.

A chain of sums or of products that nobody else uses is one sum or product, read at
once: no prefix of it is made, so that the work is in proportion to its length.
"""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from operator import is_not

from gradcalc.algebra.forms import (
    MOST_SHARED,
    Base,
    Call,
    Forms,
    Leaf,
    Product,
    Rational,
    Sum,
)
from gradcalc.algebra.products import Factor, exponential, is_long, multiply
from gradcalc.algebra.shares import is_share, total_of
from gradcalc.algebra.sums import add, factored
from gradcalc.graph import Graph
from gradcalc.operations import (
    ABOVE,
    COMPARISONS,
    CONSTANTS,
    EXP,
    LESS,
    LITERAL,
    LOG,
    MINUS,
    NEG,
    OVER,
    PLUS,
    POWER,
    PROD,
    SQRT,
    SUM,
    TIMES,
    UNEQUAL,
    VARIABLE,
    WHERE,
    Operation,
)

_ADDITIVE = frozenset([PLUS, MINUS, NEG, SUM])
_MULTIPLICATIVE = frozenset([TIMES, OVER, NEG, PROD])
_ARITHMETIC = _ADDITIVE | _MULTIPLICATIVE

# A longer list stays one: as a chain it would nest as deep as it is long.
_LONGEST_CHAIN = 100

# In so many conditions within each other what an outer one says is put in.
_MOST_CONDITIONS = 2


class Reader:
    """Reads graphs into the same forms.

    labels  for each labelled form the label, as in the graphs
    exponents  those of exp(...), as they were written
    raised  the products of which powers were written
    definitions  the forms of labels that were read as names, by these
    """

    def __init__(self, atoms: Collection[str] = ()) -> None:
        self.forms = Forms()
        # The labels that are read as names.
        self.atoms = atoms
        self.labels: dict[Sum, str] = {}
        self.exponents: set[Sum] = set()
        self.raised: set[Product] = set()
        self.definitions: dict[Leaf, Sum] = {}
        (leaf,) = next(iter(self.forms.constant("e", math.e).terms)).powers
        assert isinstance(leaf, Leaf)
        self._e = leaf

    def read(
        self, graph: Graph, roots: Sequence[int], names: Mapping[str, int]
    ) -> list[Sum]:
        """The forms of the roots; the nodes in `names` are variables of that name."""
        return _Reading(self, graph, roots, names).forms_of(roots)

    def leaf(self, graph: Graph, node: int) -> Sum:
        """The form of a variable, number or constant of the graph."""
        name = graph.names.get(node, "")
        if graph.operations[node] is VARIABLE:
            return self.forms.variable(name)
        value = graph.literals[node]
        if name in CONSTANTS:
            return self.forms.constant(name, value)
        if value.is_integer() and abs(value) < 1e15:
            return self.forms.number(int(value))
        self.forms.decimal = self.forms.decimal or not value.is_integer()
        return self.forms.number(Fraction(repr(value)))

    def call(self, operation: Operation, operands: Sequence[Sum]) -> Sum:
        """The operation on forms."""
        forms = self.forms
        if operation is EXP:
            self.exponents.add(operands[0])
            if total_of(forms, operands[0]):
                return forms.call(operation, operands)
            return exponential(forms, self._e, operands[0])
        if operation is SQRT or operation is POWER:
            exponent = forms.half if operation is SQRT else operands[1]
            if only := operands[0].only():
                self.raised.add(only[0])
            return multiply(forms, [(operands[0], exponent)])
        if operation is LOG and (only := operands[0].only()):
            powers, factor = only[0].powers, only[1]
            base = next(iter(powers), None)
            if factor == 1 and len(powers) == 1:
                if base is self._e:
                    return powers[self._e]
                if is_share(base) and powers[base] is forms.one:
                    return base.operands[0]
        if operation is WHERE:
            operands = [operands[0], *self._decided(operands)]
        return self._as_it_is(operation, operands)

    def _as_it_is(self, operation: Operation, operands: Sequence[Sum]) -> Sum:
        """The operation of the operands, or what it is known to be."""
        known = _known(self.forms, operation, operands)
        return self.forms.call(operation, operands) if known is None else known

    def _decided(self, operands: Sequence[Sum]) -> Iterator[Sum]:
        """What is chosen from, where it is known that it is chosen.

        where(c, 2*where(c, a, b), 0) -> where(c, 2*a, 0)
        """
        condition, *chosen = operands
        for branch, form in enumerate(chosen, 1):
            yield self._where(condition, branch, form, _MOST_CONDITIONS)

    def _where(self, condition: Sum, branch: int, form: Sum, levels: int) -> Sum:
        """The form with what a condition chooses, operand `branch` of it, put in."""
        if not levels or len(form.terms) > MOST_SHARED:
            return form
        items, same = [], True
        for product, factor in form.terms.items():
            factors = []
            for base, exponent in product.powers.items():
                own = made = self.forms.power(base, self.forms.one)
                if isinstance(base, Call) and base.operation is WHERE:
                    inner, *chosen = base.operands
                    if inner is condition:
                        made = base.operands[branch]
                    else:
                        put = [
                            self._where(condition, branch, each, levels - 1)
                            for each in chosen
                        ]
                        if any(map(is_not, put, chosen)):
                            # What their own condition says of them is known.
                            made = self._as_it_is(WHERE, [inner, *put])
                    same = same and made is own
                factors.append((made, exponent))
            items.append((factor, self.product(factors)))
        return form if same else self.sum(items)

    def sum(self, items: Iterable[tuple[Rational, Sum]]) -> Sum:
        """The sum of forms times their factors."""
        return add(self.forms, items)

    def product(self, factors: Iterable[Factor]) -> Sum:
        """The product of forms to their exponents."""
        return multiply(self.forms, factors)


def _known(forms: Forms, operation: Operation, operands: Sequence[Sum]) -> Sum | None:
    """What follows from operands that are numbers, or equal."""
    if operation is TIMES and forms.one in operands:
        return operands[1] if operands[0] is forms.one else operands[0]
    if operation is WHERE:
        condition, yes, no = operands
        if condition.number is not None:
            return yes if condition.number else no
        return yes if yes is no else None
    if (operation is ABOVE or operation is LESS) and operands[0] is operands[1]:
        return forms.zero
    if operation is UNEQUAL and operands[1] is forms.zero:
        only = operands[0].only()
        if only is not None and only[1] == 1 and all(map(_is_truth, only[0].powers)):
            return operands[0]
    values = [_value(operand, operation) for operand in operands]
    known = [value for value in values if value is not None]
    if not known or len(known) < len(values):
        return None
    value = operation.evaluate(*known)
    if math.isfinite(value) and (value * 64).is_integer() and abs(value) < 1e6:
        return forms.number(Fraction(value))
    return None


def _is_truth(base: Base) -> bool:
    """Whether it is 0 or 1."""
    return isinstance(base, Call) and base.operation in COMPARISONS


def _value(form: Sum, operation: Operation) -> float | None:
    """The value of a number; also of a constant where it is compared."""
    if form.number is not None:
        try:
            return float(form.number)
        except OverflowError:
            return None
    only = form.only()
    if operation in COMPARISONS and only is not None and only[1] == 1:
        ((base, exponent), *others) = only[0].powers.items()
        is_constant = isinstance(base, Leaf) and base.operation is LITERAL
        if is_constant and not others and exponent.number == 1:
            assert isinstance(base, Leaf)
            return base.value
    return None


class _Reading:
    """One graph on its way into forms."""

    def __init__(
        self,
        reader: Reader,
        graph: Graph,
        roots: Sequence[int],
        names: Mapping[str, int],
    ) -> None:
        self.reader = reader
        self.forms = reader.forms
        self.graph = graph
        self.made = {node: self.forms.variable(name) for name, node in names.items()}
        self.uses = graph.uses(roots, self.made.keys())
        # Numbers that are not finite or made of these, and sums and products with one.
        self.numbers: dict[int, float] = {}
        self.unbounded: set[int] = set()
        self._find_infinite()
        self.families, self.inner = self._families()

    def forms_of(self, roots: Sequence[int]) -> list[Sum]:
        graph = self.graph
        for node, operation in enumerate(graph.operations):
            if not self.uses[node] or node in self.made or self.inner[node]:
                continue
            if node in self.numbers:
                self.made[node] = self.forms.double(self.numbers[node])
                continue
            if operation is LITERAL or operation is VARIABLE:
                form = self.reader.leaf(graph, node)
            elif self.families[node] is _ADDITIVE:
                items = [
                    (sign, self._addend(leaf))
                    for leaf, sign in self._leaves(node)
                    if leaf is not None
                ]
                form = self.reader.sum(items)
            elif self.families[node] is _MULTIPLICATIVE:
                form = self.reader.product(self._factors(node))
            else:
                form = self.reader.call(
                    operation, [self.made[operand] for operand in graph.inputs[node]]
                )
            label = graph.labels.get(node)
            if label is not None and form.number is None:
                self.reader.labels.setdefault(form, label)
                if label in self.reader.atoms:
                    form = self._named(label, form)
            self.made[node] = form
        return [self.made[root] for root in roots]

    def _named(self, label: str, form: Sum) -> Sum:
        """The label as a variable that has the form as its definition."""
        name = self.forms.variable(label)
        ((leaf,),) = (product.powers for product in name.terms)
        assert isinstance(leaf, Leaf)
        self.reader.definitions[leaf] = form
        return name

    def _find_infinite(self) -> None:
        """Find what is not finite: it has no opposite, and inf - inf is not 0."""
        graph, unbounded = self.graph, self.unbounded
        values: dict[int, float] = {}
        for node, operation in enumerate(graph.operations):
            inputs = graph.inputs[node]
            if node in self.made or operation is VARIABLE or not self.uses[node]:
                continue
            if operation is LITERAL:
                values[node] = graph.literals[node]
            elif all(operand in values for operand in inputs):
                values[node] = operation.evaluate(*[values[i] for i in inputs])
            elif operation in _ARITHMETIC and not unbounded.isdisjoint(inputs):
                unbounded.add(node)
                continue
            else:
                continue
            if not math.isfinite(values[node]):
                self.numbers[node] = values[node]
                unbounded.add(node)
            elif values[node].is_integer() and not unbounded.isdisjoint(inputs):
                self.numbers[node] = values[node]

    def _family(self, node: int) -> frozenset[Operation] | None:
        """The operations that it is read with, or None."""
        graph = self.graph
        operation, count = graph.operations[node], len(graph.inputs[node])
        if node in self.unbounded or node in self.numbers:
            return None
        if operation is PROD and count > MOST_SHARED:
            return None
        if operation is SUM and count > _LONGEST_CHAIN:
            return None
        families = (_MULTIPLICATIVE, _ADDITIVE)
        return next((each for each in families if operation in each), None)

    def _families(self) -> tuple[list[frozenset[Operation] | None], bytearray]:
        """For each node the operations that it is read with, and a flag.

        The flag is 1 if it is read with the only node that uses it. A sign goes with
        what uses it.
        """
        graph = self.graph
        inner = bytearray(len(graph))
        families = [self._family(node) for node in range(len(graph))]
        for node in range(len(graph) - 1, -1, -1):
            family = families[node]
            if not self.uses[node] or family is None:
                continue
            for operand in graph.inputs[node]:
                if (
                    self.uses[operand] == 1
                    and operand not in graph.labels
                    and operand not in self.made
                ):
                    if graph.operations[operand] is NEG:
                        families[operand] = family
                    inner[operand] = families[operand] is family
        return families, inner

    def _leaves(self, root: int) -> Iterable[tuple[int | None, int]]:
        """The nodes that a sum or product is made of, in order, and their signs.

        Of a product the sign is that of the exponent; None is a factor of -1.
        """
        graph, family = self.graph, self.families[root]
        pending = [(root, 1)]
        while pending:
            node, sign = pending.pop()
            if node != root and not (
                self.inner[node] and self.families[node] is family
            ):
                yield node, sign
                continue
            operation, inputs = graph.operations[node], graph.inputs[node]
            if operation is MINUS or operation is OVER:
                pending += [(inputs[1], -sign), (inputs[0], sign)]
            elif operation is NEG and family is _ADDITIVE:
                pending.append((inputs[0], -sign))
            else:
                if operation is NEG:
                    yield None, sign
                pending += [(operand, sign) for operand in reversed(inputs)]

    def _addend(self, node: int) -> Sum:
        form = self.made[node]
        if self.uses[node] == 1 or len(form.terms) < 2:
            return form
        if len(form.terms) > MOST_SHARED:
            return self._kept_whole(form)
        # What all its terms have in common, all others that share it have, too.
        number, powers, rest = factored(self.forms, form)
        if not any(isinstance(base, Sum) for base in powers):
            return form
        product = self.forms.product({**powers, rest: self.forms.one})
        return self.forms.term(product, number)

    def _factors(self, root: int) -> Iterable[Factor]:
        forms = self.forms
        for node, sign in self._leaves(root):
            if node is None:
                yield forms.minus_one, forms.one
                continue
            exponent = forms.one if sign > 0 else forms.minus_one
            form = self.made[node]
            if self.uses[node] == 1 or not is_long(forms, form):
                yield form, exponent
                continue
            # Its powers stay one factor, which is opened nowhere.
            number, powers, rest = factored(forms, form)
            common = forms.term(forms.product(powers), 1)
            for each in (forms.number(number), self._kept_whole(common), rest):
                yield each, exponent

    def _kept_whole(self, form: Sum) -> Sum:
        """The form as one term with one factor."""
        product = self.forms.product({form: self.forms.one})
        return self.forms.term(product, 1)
