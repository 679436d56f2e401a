"""The symbolic derivative: the backward pass over graph nodes.

The table's rules are put into the graph as nodes, so a derivative is a formula of the
same language and can be differentiated again.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from gradcalc.algebra.contributions import contributions_of
from gradcalc.algebra.simplify import simplified
from gradcalc.backward import backward
from gradcalc.errors import ShapeError, entry_point
from gradcalc.graph import Graph
from gradcalc.language.bindings import bind, checked_names, wanted_nodes
from gradcalc.operations import OPERATIONS
from gradcalc.writers.program_text import program_text

_PLUS = OPERATIONS["+"]
_TIMES = OPERATIONS["*"]
_WHERE = OPERATIONS["where"]
_MAX = OPERATIONS["max"]
_EQUAL = OPERATIONS["=="]
_UNEQUAL = OPERATIONS["!="]


@dataclass(slots=True)
class Gate:
    """A condition that a gradient passed through: nothing passes where it is 0."""

    node: int
    # The gate that the gradient passed through before.
    before: "Gate | None" = None
    # The product of this gate and all before it; None until needed.
    all_open: int | None = None


@dataclass(frozen=True, slots=True)
class Reached:
    """A gradient as a formula: `where(gate1*gate2*..., node, 0)`.

    The condition is put around the formula at the end alone: to multiply by a gate of 0
    would make NaN of an infinity, and what is not selected is passed nothing at all.
    """

    node: int
    # The last of the gates, None if it always arrives.
    gate: Gate | None


class _Formulas:
    """The gradients of one backward pass, appended to a graph as nodes."""

    def __init__(self, graph: Graph, active: Sequence[int], *, exact: bool) -> None:
        self.graph = graph
        self.active = active
        self.exact = exact
        # What is added in the place of a gradient that does not arrive: -0.0 + x is x
        # to the bit, but no reader expects it.
        self.nothing = -0.0 if exact else 0.0

    def contributions(self, node: int, gradient: Reached) -> list[Reached | None]:
        """What the node passes on to each of its operands."""
        graph = self.graph
        inputs = graph.inputs[node]
        formulas = contributions_of(
            graph.operations[node], len(inputs), exact=self.exact
        )
        wanted = [
            (product, gate) if product is not None and self.active[operand] else None
            for operand, product, gate in zip(
                inputs, formulas.products, formulas.gates, strict=True
            )
        ]
        placed = formulas.graph.translated(
            [root for pair in wanted if pair for root in pair if root is not None],
            lambda node, inputs: graph.add_like(formulas.graph, node, inputs),
            dict(enumerate((*inputs, node, gradient.node))),
        )
        passed: list[Reached | None] = []
        for pair in wanted:
            if pair is None:
                passed.append(None)
                continue
            product, gate = pair
            last = gradient.gate
            if gate is not None:
                last = Gate(placed[gate], last)
            passed.append(Reached(placed[product], last))
        return passed

    def add(self, first: Reached, second: Reached) -> Reached:
        """The sum of two gradients that meet at a node."""
        graph = self.graph
        if first.gate is second.gate:
            node = graph.add(_PLUS, (first.node, second.node))
            return Reached(node, first.gate)
        for one, other in ((first, second), (second, first)):
            if self._are_alternatives(one.gate, other.gate):
                assert one.gate is not None
                inputs = (one.gate.node, one.node, other.node)
                return Reached(graph.add(_WHERE, inputs), one.gate.before)
        parts = [self.closed(part, self.nothing) for part in (first, second)]
        node = graph.add(_PLUS, (parts[0], parts[1]))
        if first.gate is None or second.gate is None:
            return Reached(node, None)
        either = (self._all_open(first.gate), self._all_open(second.gate))
        return Reached(node, Gate(graph.add(_MAX, either)))

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
            each.all_open = each.node
            if each.before is not None:
                assert each.before.all_open is not None
                inputs = (each.before.all_open, each.node)
                each.all_open = self.graph.add(_TIMES, inputs)
        assert gate.all_open is not None
        return gate.all_open

    def closed(self, gradient: Reached, otherwise: float = 0.0) -> int:
        """The gradient as one node, `otherwise` where it does not arrive."""
        if gradient.gate is None:
            return gradient.node
        condition = self._all_open(gradient.gate)
        inputs = (condition, gradient.node, self.graph.add_literal(otherwise))
        return self.graph.add(_WHERE, inputs)


def append_gradient(
    graph: Graph,
    output: int,
    wanted: Sequence[int],
    active: Sequence[int],
    *,
    exact: bool,
) -> list[int]:
    """The gradient of `output` for each wanted node, appended to the graph as nodes.

    `active` flags the nodes that depend on a wanted one. If `exact`, the formulas have
    the value of numeric backpropagation, to the bit; else they are for the reader and
    hold inside the domain of the operations.
    """
    formulas = _Formulas(graph, active, exact=exact)
    zero = graph.add_literal(0.0)
    seed = Reached(graph.add_literal(1.0), None)
    gradients = backward(
        graph, output, active, seed, formulas.contributions, formulas.add
    )
    arrived = [gradients[node] if node <= output else None for node in wanted]
    return [
        zero if gradient is None else formulas.closed(gradient) for gradient in arrived
    ]


def simplified_gradient(
    graph: Graph, output: int, wanted: Sequence[int]
) -> tuple[Graph, list[int]]:
    """The gradient of `output` for each wanted node, in a graph of its own, simplified.

    The graph holds nothing but what the gradient needs.
    """
    extended = graph.copy()
    active = graph.dependents(wanted)
    nodes = append_gradient(extended, output, wanted, active, exact=False)
    return simplified(extended, nodes)


@entry_point
def derivative(text: str, name: str) -> str:
    """The partial derivative of a formula for one of its variables, as a formula.

    The text is in the same language, so that it can be evaluated and differentiated
    again; parts that it uses several times stand before it as labels, on lines of their
    own. It holds inside the domain of the formula's operations.

    A formula that does not contain the variable has the derivative 0. A constant that
    is asked for, such as e, is a variable.

    Raises GradcalcError where the text is no formula or its result is a list.
    """
    (name,) = checked_names([name])
    bound = bind(text, {}, wrt=[name], complete=False)
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
    return program_text(graph, {None: root}, short=True)
