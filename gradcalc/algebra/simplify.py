"""Simplifying a graph: the same values by fewer and plainer nodes."""

from collections.abc import Iterable, Mapping, Sequence

from gradcalc.algebra.identities import Algebra
from gradcalc.algebra.laws import AS_IS
from gradcalc.algebra.rendering import Rendering
from gradcalc.graph import Graph
from gradcalc.language.terms import MOST_FACTORS, Laws, Terms
from gradcalc.operations import LITERAL, NEG, OVER, TIMES, VARIABLE, Operation

# Roots, and nodes that are variables for them, by what these are called.
Part = tuple[Sequence[int], Mapping[str, int]]


def simplified(graph: Graph, roots: Sequence[int]) -> tuple[Graph, list[int]]:
    """What the roots depend on, simplified, in a graph of its own, and its roots there.

    Labels are kept on the nodes that still compute them.
    """
    return simplified_parts(graph, [(roots, {})])


def simplified_parts(
    graph: Graph, parts: Iterable[Part], laws: Laws | None = None
) -> tuple[Graph, list[int]]:
    """The same of several parts, whose roots follow each other.

    With `laws` these alone are applied, and the formulas are otherwise as they were.
    """
    if laws is None:
        return _signs_first(*_normal(graph, parts))
    terms = Terms(laws)
    found = []
    for roots, names in parts:
        given = {node: terms.variable(name) for name, node in names.items()}
        made = terms.place(graph, roots, given)
        found += [made[root] for root in roots]
    return _signs_first(terms.graph, found)


def _normal(graph: Graph, parts: Iterable[Part]) -> tuple[Graph, list[int]]:
    """The parts by their normal forms."""
    algebra = Algebra()
    forms = [
        form for roots, names in parts for form in algebra.read(graph, roots, names)
    ]
    named = {form for form, label in algebra.labels.items() if label.isidentifier()}
    while True:
        rendering = Rendering(algebra, named)
        roots = [rendering.node(form) for form in forms]
        # A label is worth a line of its own where it is used again.
        uses = rendering.graph.uses(roots)
        again = {
            rendering.graph.labels[node]
            for node in rendering.graph.labels
            if uses[node] > 1
        }
        kept = {form for form in named if algebra.labels[form] in again}
        if kept == named:
            return rendering.graph, roots
        named = kept


def _signs_first(graph: Graph, roots: Sequence[int]) -> tuple[Graph, list[int]]:
    """The graph with the sign of a product before its first factor: -(a*b) -> -a*b."""
    terms = Terms(AS_IS)

    def make(node: int, operands: tuple[int, ...]) -> int:
        operation = graph.operations[node]
        if operation is LITERAL or operation is VARIABLE:
            made = terms.leaf(graph, node)
        elif operation is NEG:
            made = _negated(terms, operands[0])
        else:
            made = terms.node(operation, operands)
        if node in graph.labels:
            terms.graph.labels.setdefault(made, graph.labels[node])
        return made

    made = graph.translated(roots, make)
    return terms.graph, [made[root] for root in roots]


def _negated(terms: Terms, node: int) -> int:
    """The node with a minus sign, which stands before the first factor of a product."""
    spine: list[tuple[Operation, int]] = []
    first = node
    while len(spine) < MOST_FACTORS:
        operation = terms.graph.operations[first]
        if operation is not TIMES and operation is not OVER:
            break
        first, last = terms.graph.inputs[first]
        spine.append((operation, last))
    value = terms.number(first)
    signed = terms.literal(-value) if value is not None else terms.node(NEG, (first,))
    for operation, last in reversed(spine):
        signed = terms.node(operation, (signed, last))
    return signed
