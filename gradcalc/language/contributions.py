"""What an operation passes on to its operands, as formulas.

The gradient that comes in times the partial derivative; nothing at all where the
operand was not selected; NaN outside the operation's domain. This is the one place that
says so: numeric backpropagation evaluates these formulas, and the symbolic derivative
places them in the graph.

To what it captured, a function with its own rule passes what its body does: that is the
gradient of the body, by the backward pass over graph nodes, which is here, too. The
nodes that it appends are formulas of the same language and can be differentiated again.
"""

import math
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from gradcalc.backward import Flags, Gradients, arrived, backward
from gradcalc.graph import Graph
from gradcalc.language.rules import MOST_KEPT, FunctionOperation, Rule, rule_of
from gradcalc.operations import EQUAL, MAX, PLUS, TIMES, UNEQUAL, WHERE, Operation


@dataclass(eq=False, repr=False, slots=True)
class Contributions:
    """The contributions of an operation on a number of operands."""

    # Nodes 0 to n - 1 are the operands, node n is the operation's own value, and node
    # n + 1 the gradient that comes in.
    graph: Graph
    # For each operand the node of its contribution; None where there never is one.
    products: list[int | None]
    # For each operand the node that is 0 where nothing is passed on, or None.
    gates: list[int | None]

    def passed(self, values: Sequence[Any]) -> list[Any]:
        """What each operand is passed, of the values of the nodes; None for nothing."""
        return [
            None
            if product is None or (gate is not None and values[gate] == 0)
            else values[product]
            for product, gate in zip(self.products, self.gates, strict=True)
        ]


def contributions_of(
    operation: Operation, count: int, *, exact: bool = True
) -> Contributions:
    """The contributions of the operation on `count` operands.

    If not `exact`, they are those of a book and hold inside the operation's domain
    alone.
    """
    if isinstance(operation, FunctionOperation):
        found = _of_functions.setdefault(operation, {})
        if exact not in found:
            found[exact] = _made(operation, count, exact)
        return found[exact]
    if count > MOST_KEPT:
        return _made(operation, count, exact)
    return _kept(operation, count, exact)


def _made(operation: Operation, count: int, exact: bool) -> Contributions:
    rule = rule_of(operation, count, textbook=not exact)
    graph = Graph()
    given = {node: graph.add_variable(f"x{node}") for node in range(count)}
    given[count] = graph.add_variable("out")
    gradient = graph.add_variable("gradient")
    roots = [*rule.partials, *rule.selected, rule.domain]
    placed = rule.graph.translated(
        [root for root in roots if root is not None],
        lambda node, inputs: graph.add_like(rule.graph, node, inputs),
        given,
    )
    gates = [None if gate is None else placed[gate] for gate in rule.selected]
    # Operands of a list may have one partial derivative in common.
    products = {
        partial: graph.add(TIMES, (gradient, placed[partial]))
        for partial in dict.fromkeys(rule.partials)
        if partial is not None
    }
    if rule.domain is not None and exact:
        domain = placed[rule.domain]
        nan, one = graph.add_literal(math.nan), graph.add_literal(1.0)
        # Not NaN alone, whose derivative would be 0.
        outside = {
            partial: graph.add(TIMES, (product, nan))
            for partial, product in products.items()
        }
        products = {
            partial: graph.add(WHERE, (domain, product, outside[partial]))
            for partial, product in products.items()
        }
        # Outside the domain NaN is passed on, selected or not.
        gates = [
            None if gate is None else graph.add(WHERE, (domain, gate, one))
            for gate in gates
        ]
    passed = [
        None if partial is None else products[partial] for partial in rule.partials
    ]
    if isinstance(operation, FunctionOperation) and operation.captured:
        captured = _to_captured(graph, operation, gradient, exact=exact)
        for node, reached in captured.items():
            passed[node], gates[node] = reached
    return Contributions(graph, passed, gates)


_kept = lru_cache(maxsize=4096)(_made)
# Kept as long as the program is.
_of_functions: WeakKeyDictionary[Operation, dict[bool, Contributions]] = (
    WeakKeyDictionary()
)


def whole_rule(operation: Operation, count: int, *, textbook: bool = True) -> Rule:
    """The rule of the operation on `count` operands, as a book has it or as computed.

    It has partials for what a function captured, too, which hold inside the domain of
    the operations in its body alone.
    """
    rule = rule_of(operation, count, textbook=textbook)
    if not isinstance(operation, FunctionOperation) or not operation.captured:
        return rule
    graph = rule.graph.copy()
    partials, selected = list(rule.partials), list(rule.selected)
    one = graph.add_literal(1.0)
    captured = _to_captured(graph, operation, one, exact=False)
    for node, reached in captured.items():
        partials[node], selected[node] = reached
    return replace(rule, graph=graph, partials=partials, selected=selected)


def _to_captured(
    graph: Graph, operation: FunctionOperation, gradient: int, *, exact: bool
) -> dict[int, tuple[int, int | None]]:
    """What the body passes on to operands that the function captured, and its gate.

    The formulas are appended to the graph, in which nodes 0 to n - 1 are the operands
    and `gradient` is the node of the gradient that comes in.
    """
    body, result = operation.body, operation.result
    operands = range(len(operation.rule.partials))
    placed = body.translated(
        [result],
        lambda node, inputs: graph.add_like(body, node, inputs),
        {node: node for node in operands},
    )
    output, captured = placed[result], operands[operation.arity :]
    active = graph.dependents(captured)
    formulas = _Formulas(graph, active, exact=exact)
    seed = Reached(gradient, None)
    gradients = backward(
        graph, output, active, seed, formulas.contributions, formulas.add
    )
    passed = {}
    for node in captured:
        if (reached := gradients[node]) is not None:
            gate = None if reached.gate is None else formulas.all_open(reached.gate)
            passed[node] = reached.node, gate
    return passed


# --- the backward pass


@dataclass(eq=False, repr=False, slots=True)
class Gate:
    """A condition that a gradient passed through: nothing passes where it is 0."""

    node: int
    # The gate that the gradient passed through before.
    before: "Gate | None" = None
    # The product of this gate and all before it; None until needed.
    all_open: int | None = None


@dataclass(eq=False, repr=False, slots=True)
class Reached:
    """A gradient as a formula: `where(gate1*gate2*..., node, 0)`.

    The condition is put around the formula at the end alone: to multiply by a gate of 0
    would make NaN of an infinity, and what is not selected is passed nothing at all.
    """

    node: int
    # The last of the gates, None if it always arrives.
    gate: Gate | None


class Growth(Protocol):
    """What grows by the gradients of a backward pass: a graph, or terms."""

    operations: list[Operation]
    inputs: list[tuple[int, ...]]
    literals: dict[int, float]

    def add(self, operation: Operation, inputs: tuple[int, ...]) -> int:
        """The number of a node for the operation on earlier nodes."""

    def add_literal(self, value: float) -> int:
        """The number of a node for a literal."""

    def add_like(self, source: Graph, node: int, inputs: tuple[int, ...]) -> int:
        """The number of a node like that of another graph, with these inputs."""


@dataclass(eq=False, repr=False, slots=True)
class Elsewhere:
    """Where gradients go that are not appended to the graph itself."""

    grown: Growth
    # The number there of each node that the output depends on.
    places: Mapping[int, int]
    # The contributions of a node of the graph.
    contributions: Callable[[int], Contributions]


class _Formulas:
    """The gradients of one backward pass, appended to a graph as nodes."""

    def __init__(
        self,
        graph: Graph,
        active: Flags,
        *,
        exact: bool,
        known: Container[int] = (),
        elsewhere: Elsewhere | None = None,
    ) -> None:
        self.graph = graph
        self.active = active
        self.exact = exact
        # The nodes that will be numbers, for which rules are those that are computed.
        self.known = known
        self.grown: Growth = graph
        self.places: Mapping[int, int] | Sequence[int] = range(len(graph))
        self.contributions_of: Callable[[int], Contributions] = self._contributions_of
        if elsewhere is not None:
            self.grown, self.places = elsewhere.grown, elsewhere.places
            self.contributions_of = elsewhere.contributions
        # What is added in the place of a gradient that does not arrive: -0.0 + x is x
        # to the bit, but no reader expects it.
        self.nothing = -0.0 if exact else 0.0

    def _contributions_of(self, node: int) -> Contributions:
        operation, inputs = self.graph.operations[node], self.graph.inputs[node]
        exact = self.exact or node in self.known
        return contributions_of(operation, len(inputs), exact=exact)

    def contributions(self, node: int, gradient: Reached) -> list[Reached | None]:
        """What the node passes on to each of its operands."""
        grown, places = self.grown, self.places
        inputs = self.graph.inputs[node]
        if not any(self.active[operand] for operand in inputs):
            return []
        formulas = self.contributions_of(node)
        wanted = [
            (product, gate) if product is not None and self.active[operand] else None
            for operand, product, gate in zip(
                inputs, formulas.products, formulas.gates, strict=True
            )
        ]
        placed = formulas.graph.translated(
            [root for pair in wanted if pair for root in pair if root is not None],
            lambda node, inputs: grown.add_like(formulas.graph, node, inputs),
            dict(
                enumerate((*[places[i] for i in inputs], places[node], gradient.node))
            ),
        )
        passed: list[Reached | None] = []
        for pair in wanted:
            if pair is None:
                passed.append(None)
                continue
            product, gate = pair
            last = gradient.gate
            known = None if gate is None else grown.literals.get(placed[gate])
            if known == 0:
                passed.append(None)
                continue
            if gate is not None and known is None:
                last = Gate(placed[gate], last)
            passed.append(Reached(placed[product], last))
        return passed

    def add(self, first: Reached, second: Reached) -> Reached:
        """The sum of two gradients that meet at a node."""
        graph = self.grown
        if not self.exact:
            # What comes first in the source is passed on last.
            first, second = second, first
        if first.gate is second.gate:
            node = graph.add(PLUS, (first.node, second.node))
            return Reached(node, first.gate)
        for one, other in ((first, second), (second, first)):
            if self._are_alternatives(one.gate, other.gate):
                assert one.gate is not None
                inputs = (one.gate.node, one.node, other.node)
                return Reached(graph.add(WHERE, inputs), one.gate.before)
        parts = [self.closed(part, self.nothing) for part in (first, second)]
        node = graph.add(PLUS, (parts[0], parts[1]))
        if first.gate is None or second.gate is None:
            return Reached(node, None)
        either = (self.all_open(first.gate), self.all_open(second.gate))
        return Reached(node, Gate(graph.add(MAX, either)))

    def _are_alternatives(self, first: Gate | None, second: Gate | None) -> bool:
        """Whether the gates are c != 0 and c == 0, so that one of them is open.

        Where c is a comparison, c itself may stand in the place of c != 0.
        """
        if first is None or second is None or first.before is not second.before:
            return False
        graph = self.grown
        yes, no = first.node, second.node
        if graph.operations[no] is not EQUAL:
            return False
        condition, zero = graph.inputs[no]
        if graph.literals.get(zero) != 0:
            return False
        if graph.operations[yes] is not UNEQUAL:
            return yes == condition
        return (
            graph.inputs[yes][0] == condition
            and graph.literals.get(graph.inputs[yes][1]) == 0
        )

    def all_open(self, gate: Gate) -> int:
        """The node that is 0 unless this gate and all before it are open."""
        pending: list[Gate] = []
        last: Gate | None = gate
        while last is not None and last.all_open is None:
            pending.append(last)
            last = last.before
        for each in reversed(pending):
            each.all_open = each.node
            if each.before is not None:
                assert each.before.all_open is not None
                inputs = (each.before.all_open, each.node)
                each.all_open = self.grown.add(TIMES, inputs)
        assert gate.all_open is not None
        return gate.all_open

    def closed(self, gradient: Reached, otherwise: float = 0.0) -> int:
        """The gradient as one node, `otherwise` where it does not arrive."""
        if gradient.gate is None:
            return gradient.node
        condition = self.all_open(gradient.gate)
        inputs = (condition, gradient.node, self.grown.add_literal(otherwise))
        return self.grown.add(WHERE, inputs)


def append_gradient(
    graph: Graph,
    output: int,
    wanted: Sequence[int],
    active: Flags,
    *,
    exact: bool,
    known: Container[int] = (),
    elsewhere: Elsewhere | None = None,
) -> list[int]:
    """The gradient of `output` for each wanted node, appended to the graph as nodes.

    The arguments are those of `append_backward`.
    """
    found = append_backward(
        graph, output, wanted, active, exact=exact, known=known, elsewhere=elsewhere
    )
    return found.wanted


@dataclass(eq=False, repr=False, slots=True)
class Appended:
    """The nodes of a backward pass that was appended to a graph."""

    # For each wanted node that of its gradient, 0 where none arrives.
    wanted: list[int]
    # For each node that is reached that of its gradient where one arrives.
    arriving: dict[int, int]
    formulas: _Formulas
    gradients: Gradients[Reached]

    def singular(self) -> Iterator[tuple[int, int | None]]:
        """The nodes it went through that may have no unique derivative.

        With each comes the node that is 0 unless a gradient arrives; None if always.
        """
        graph, active = self.formulas.graph, self.formulas.active
        for node, each in arrived(self.gradients):
            operation, inputs = graph.operations[node], graph.inputs[node]
            if any(
                place.of is None or active[inputs[operation.parameters.index(place.of)]]
                for place in operation.singular
            ):
                gate = each.gate
                yield node, None if gate is None else self.formulas.all_open(gate)


def append_backward(
    graph: Graph,
    output: int,
    wanted: Sequence[int],
    active: Flags,
    *,
    exact: bool,
    known: Container[int] = (),
    elsewhere: Elsewhere | None = None,
) -> Appended:
    """The gradients of `output`, appended as nodes to the graph, or `elsewhere`.

    `active` flags the nodes that depend on a wanted one. If `exact`, the formulas have
    the value of numeric backpropagation, to the bit; else they are for the reader and
    hold inside the domain of the operations, but for the nodes that are `known`, which
    will be numbers.
    """
    formulas = _Formulas(graph, active, exact=exact, known=known, elsewhere=elsewhere)
    zero = formulas.grown.add_literal(0.0)
    seed = Reached(formulas.grown.add_literal(1.0), None)
    make, add = formulas.contributions, formulas.add
    gradients = backward(graph, output, active, seed, make, add, sparse=True)
    of_wanted = [gradients[node] for node in wanted]
    closed = [zero if each is None else formulas.closed(each) for each in of_wanted]
    arriving = {node: each.node for node, each in arrived(gradients)}
    return Appended(closed, arriving, formulas, gradients)
