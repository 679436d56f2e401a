"""Simplifying a graph: the same values by fewer and plainer nodes."""

from collections.abc import Sequence

from gradcalc.algebra.laws import LAWS
from gradcalc.algebra.terms import MOST_FACTORS, Terms
from gradcalc.graph import Graph
from gradcalc.operations import LITERAL, OPERATIONS, VARIABLE, Operation

_TIMES = OPERATIONS["*"]
_OVER = OPERATIONS["/"]
_NEG = OPERATIONS["neg"]


def simplified(graph: Graph, roots: Sequence[int]) -> tuple[Graph, list[int]]:
    """What the roots depend on, simplified, in a graph of its own, and its roots there.

    Labels are kept on the nodes that still compute them.
    """
    terms = Terms(LAWS)

    def make(node: int, operands: tuple[int, ...]) -> int:
        operation = graph.operations[node]
        if operation is LITERAL or operation is VARIABLE:
            return _leaf(terms, graph, node)
        made = terms.make(operation, *operands)
        label = graph.labels.get(node)
        if label is not None and terms.number(made) is None:
            terms.graph.labels.setdefault(made, label)
        return made

    made = graph.translated(roots, make)
    return _signs_seated(terms.graph, [made[root] for root in roots])


def _signs_seated(graph: Graph, roots: Sequence[int]) -> tuple[Graph, list[int]]:
    """The graph with the sign of a product on its first factor: -(a*b) -> -a*b."""
    terms = Terms({})

    def make(node: int, operands: tuple[int, ...]) -> int:
        operation = graph.operations[node]
        if operation is LITERAL or operation is VARIABLE:
            made = _leaf(terms, graph, node)
        elif operation is _NEG:
            made = _negated(terms, operands[0])
        else:
            made = terms.node(operation, operands)
        if node in graph.labels:
            terms.graph.labels.setdefault(made, graph.labels[node])
        return made

    made = graph.translated(roots, make)
    return terms.graph, [made[root] for root in roots]


def _leaf(terms: Terms, graph: Graph, node: int) -> int:
    """The node of a variable, number or constant of the graph."""
    if graph.operations[node] is VARIABLE:
        return terms.variable(graph.names[node])
    return terms.literal(graph.literals[node], graph.names.get(node))


def _negated(terms: Terms, node: int) -> int:
    """The node with a minus sign, seated on the first factor of a product."""
    spine: list[tuple[Operation, int]] = []
    first = node
    while len(spine) < MOST_FACTORS:
        operation = terms.graph.operations[first]
        if operation is not _TIMES and operation is not _OVER:
            break
        first, last = terms.graph.inputs[first]
        spine.append((operation, last))
    value = terms.number(first)
    signed = terms.literal(-value) if value is not None else terms.node(_NEG, (first,))
    for operation, last in reversed(spine):
        signed = terms.node(operation, (signed, last))
    return signed
