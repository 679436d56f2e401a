"""The symbolic derivative: the backward pass over graph nodes.

The table's rules are put into the graph as nodes, so a derivative is a formula of the
same language and can be differentiated again.
"""

from collections.abc import Sequence

from gradcalc.algebra.simplify import simplified
from gradcalc.backward import backward
from gradcalc.errors import ShapeError
from gradcalc.graph import Graph
from gradcalc.language.bindings import bind, checked_names, wanted_nodes
from gradcalc.language.rules import Rule, rule_of
from gradcalc.operations import OPERATIONS
from gradcalc.writers.program import program_text

_PLUS = OPERATIONS["+"]
_TIMES = OPERATIONS["*"]
_WHERE = OPERATIONS["where"]
_MAX = OPERATIONS["max"]
_EQUAL = OPERATIONS["=="]
_UNEQUAL = OPERATIONS["!="]


class Gate:
    """A gate that a gradient came through, and the one it came through before.

    `node` is 0 where it is closed. `all_open` is the node that is 0 where any gate up
    to this one is closed, once somebody asked for it.
    """

    __slots__ = ("all_open", "before", "node")

    def __init__(self, node: int, before: "Gate | None" = None) -> None:
        self.node = node
        self.before = before
        self.all_open: int | None = None if before is not None else node


class Reached:
    """A gradient as a formula, and the last of the gates that it came through.

    What was not selected is passed nothing at all, not even 0 times an infinity. So a
    gate is not multiplied in: it is kept beside the gradient, all the way back, and
    closes over the whole of it at the end. Without a gate it always arrives.
    """

    __slots__ = ("gate", "node")

    def __init__(self, node: int, gate: Gate | None) -> None:
        self.node = node
        self.gate = gate


class _Formulas:
    """The gradients of one backward pass, appended to a graph as nodes."""

    def __init__(self, graph: Graph, active: Sequence[int]) -> None:
        self.graph = graph
        self.active = active

    def literal(self, value: float) -> int:
        return self.graph.add_literal(value)

    def contributions(self, node: int, gradient: Reached) -> list[Reached | None]:
        """What the node hands to each of its inputs."""
        graph = self.graph
        inputs = graph.inputs[node]
        rule = rule_of(graph.operations[node], len(inputs))
        wanted = [
            partial if self.active[operand] else None
            for operand, partial in zip(inputs, rule.partials, strict=True)
        ]
        placed = self._place(rule, wanted, (*inputs, node))
        handed: list[Reached | None] = []
        for partial, gate in zip(wanted, rule.selected, strict=True):
            if partial is None:
                handed.append(None)
                continue
            product = graph.add(_TIMES, (gradient.node, placed[partial]), 0, 0)
            last = gradient.gate
            if gate is not None:
                last = Gate(placed[gate], last)
            handed.append(Reached(product, last))
        return handed

    def _place(
        self, rule: Rule, wanted: Sequence[int | None], operands: Sequence[int]
    ) -> dict[int, int]:
        """The nodes of the rule that are needed, put into the graph."""
        graph, source = self.graph, rule.graph
        roots = [partial for partial in wanted if partial is not None]
        roots += [
            gate
            for partial, gate in zip(wanted, rule.selected, strict=True)
            if partial is not None and gate is not None
        ]
        return source.translated(
            roots,
            lambda node, inputs: graph.add_like(source, node, inputs),
            dict(enumerate(operands)),
        )

    def add(self, first: Reached, second: Reached) -> Reached:
        """The sum of two gradients that meet at a node."""
        graph = self.graph
        if first.gate is second.gate:
            node = graph.add(_PLUS, (first.node, second.node), 0, 0)
            return Reached(node, first.gate)
        for one, other in ((first, second), (second, first)):
            if self._are_alternatives(one.gate, other.gate):
                assert one.gate is not None
                inputs = (one.gate.node, one.node, other.node)
                return Reached(graph.add(_WHERE, inputs, 0, 0), one.gate.before)
        node = graph.add(_PLUS, (self.closed(first), self.closed(second)), 0, 0)
        if first.gate is None or second.gate is None:
            return Reached(node, None)
        either = (self._all_open(first.gate), self._all_open(second.gate))
        return Reached(node, Gate(graph.add(_MAX, either, 0, 0)))

    def _are_alternatives(self, first: Gate | None, second: Gate | None) -> bool:
        """Whether the gates are c != 0 and c == 0, so that one of them is open."""
        if first is None or second is None or first.before is not second.before:
            return False
        graph = self.graph
        yes, no = first.node, second.node
        return (
            graph.operations[yes] is _UNEQUAL
            and graph.operations[no] is _EQUAL
            and graph.inputs[yes][0] == graph.inputs[no][0]
            and graph.literals.get(graph.inputs[yes][1]) == 0
            and graph.literals.get(graph.inputs[no][1]) == 0
        )

    def _all_open(self, gate: Gate) -> int:
        """The node that is 0 unless this gate and all before it are open."""
        pending: list[Gate] = []
        last: Gate | None = gate
        while last is not None and last.all_open is None:
            pending.append(last)
            last = last.before
        for each in reversed(pending):
            assert each.before is not None
            assert each.before.all_open is not None
            inputs = (each.before.all_open, each.node)
            each.all_open = self.graph.add(_TIMES, inputs, 0, 0)
        assert gate.all_open is not None
        return gate.all_open

    def closed(self, gradient: Reached) -> int:
        """The gradient as one node: 0 where its gates are closed."""
        if gradient.gate is None:
            return gradient.node
        condition = self._all_open(gradient.gate)
        zero = self.literal(0.0)
        return self.graph.add(_WHERE, (condition, gradient.node, zero), 0, 0)


def append_gradient(
    graph: Graph, output: int, wanted: Sequence[int], active: Sequence[int]
) -> list[int | None]:
    """The gradient of `output` for each wanted node, appended to the graph as nodes.

    None where nothing arrives, which makes it 0. `active` flags the nodes that depend
    on a wanted one.
    """
    formulas = _Formulas(graph, active)
    seed = Reached(formulas.literal(1.0), None)
    gradients = backward(
        graph, output, active, seed, formulas.contributions, formulas.add
    )
    arrived = [gradients[node] if node <= output else None for node in wanted]
    return [
        None if gradient is None else formulas.closed(gradient) for gradient in arrived
    ]


def simplified_gradient(
    graph: Graph, output: int, wanted: Sequence[int]
) -> tuple[Graph, list[int]]:
    """The gradient of `output` for each wanted node, in a graph of its own, simplified.

    The graph holds nothing but what the gradient needs.
    """
    extended = graph.copy()
    nodes = append_gradient(extended, output, wanted, graph.dependents(wanted))
    zero = extended.add_literal(0.0)
    return simplified(extended, [zero if node is None else node for node in nodes])


def derivative(text: str, name: str) -> str:
    """The partial derivative of a formula for one of its variables, as a formula.

    The text is in the same language, so that it can be evaluated and differentiated
    again; parts that it uses several times stand before it as labels, on lines of their
    own. It holds inside the domain of the formula's operations.

    A formula that does not contain the variable has the derivative 0.

    Raises GradcalcError where the text is no formula or its result is a list.
    """
    checked_names([name])
    bound = bind(text, {}, complete=False)
    if isinstance(bound.output, list):
        raise ShapeError(
            "the result is a list, which has a Jacobian and not one derivative",
            source=text,
            hint="take an element of it, such as y[0]",
        )
    if name not in bound.program.graph.variables:
        return "0"
    _, wanted = wanted_nodes(bound.program, [name])
    graph, (root,) = simplified_gradient(bound.program.graph, bound.output, wanted)
    return program_text(graph, root)
