"""Gradients as formulas with gates: the sums and products of a backward pass as nodes.

What was not selected is passed nothing at all. A gradient therefore keeps the gates
that it passed through, and a condition is put around its formula where it is needed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from gradcalc.backward import Flags
from gradcalc.graph import Graph
from gradcalc.operations import (
    ABOVE,
    EQUAL,
    LESS,
    MAX,
    MIN,
    PLUS,
    TIMES,
    UNEQUAL,
    WHERE,
    Operation,
)

# By which comparison one of two operands is selected alone.
_BEATS = {MAX: ABOVE, MIN: LESS}


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
class Destination:
    """Where the gradients of a graph go: to its own end, or elsewhere."""

    grown: Growth
    # The number there of each node that the output depends on.
    places: Mapping[int, int] | Sequence[int]
    # The contributions of a node of the graph.
    contributions: Callable[[int], Contributions]


class GatedFormulas:
    """The gradients of one backward pass as nodes, each behind the gates on its way."""

    def __init__(
        self, graph: Graph, active: Flags, destination: Destination, *, exact: bool
    ) -> None:
        self.graph = graph
        self.active = active
        self.exact = exact
        self.grown, self.places = destination.grown, destination.places
        self.contributions_of = destination.contributions
        # What is added in the place of a gradient that does not arrive: -0.0 + x is x
        # to the bit, but no reader expects it.
        self.nothing = -0.0 if exact else 0.0

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
            if not self.exact and (beats := self._share(one.gate, other.gate)):
                assert one.gate is not None
                both = graph.add(PLUS, (first.node, second.node))
                a, b = beats
                rest = graph.add(WHERE, (b, other.node, both))
                return Reached(graph.add(WHERE, (a, one.node, rest)), one.gate.before)
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

    def _share(self, first: Gate | None, second: Gate | None) -> tuple[int, int] | None:
        """New nodes that say which of two operands alone is their max or min.

        None unless the gates are a == max(a, b) and b == max(a, b), of which one at
        least is open wherever the operands are numbers.
        """
        if first is None or second is None or first.before is not second.before:
            return None
        graph = self.grown
        for gate in (first, second):
            if graph.operations[gate.node] is not EQUAL:
                return None
        (a, total), (b, other) = graph.inputs[first.node], graph.inputs[second.node]
        beats = _BEATS.get(graph.operations[total])
        if beats is None or total != other or graph.inputs[total] != (a, b):
            return None
        return graph.add(beats, (a, b)), graph.add(beats, (b, a))

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
