"""Simplifying a graph: the same values by fewer and plainer nodes."""

from collections.abc import Mapping, Sequence

from gradcalc.algebra.identities import Algebra
from gradcalc.algebra.laws import AS_IS
from gradcalc.algebra.rendering import Rendering
from gradcalc.graph import Graph
from gradcalc.language.terms import MOST_FACTORS, Laws, Terms
from gradcalc.operations import LITERAL, NEG, OVER, TIMES, VARIABLE, Operation

# With more labels than these, none is opened where it is used.
_MOST_OPENED = 20

# How often a formula is written, each time with fewer of its labels.
_MOST_ROUNDS = 4

# Roots, and nodes that are variables for them, by what these are called.
Part = tuple[Sequence[int], Mapping[str, int]]


def simplified(graph: Graph, roots: Sequence[int]) -> tuple[Graph, list[int]]:
    """What the roots depend on, simplified, in a graph of its own, and its roots there.

    Labels are kept on the nodes that still compute them.
    """
    return simplified_parts(graph, [(roots, {})])


def simplified_parts(
    graph: Graph, parts: Sequence[Part], laws: Laws | None = None
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


def _normal(graph: Graph, parts: Sequence[Part]) -> tuple[Graph, list[int]]:
    """The parts by their normal forms: with labels as names where that is shorter.

    What bounds the work: shared sums and products of more than a few parts are opened
    nowhere, no form is written in other ways more than a few levels deep, and where
    there are many labels they all are names.
    """
    every = [root for roots, _ in parts for root in roots]
    uses = graph.uses(every)
    labels = {
        label
        for node, label in graph.labels.items()
        if uses[node] > 1 and label.isidentifier() and graph.inputs[node]
    }
    if not labels or any(names for _, names in parts):
        return _rendered(Algebra(), graph, parts)
    ways = [_rendered(Algebra(labels), graph, parts)]
    if len(labels) <= _MOST_OPENED:
        ways.append(_rendered(Algebra(), graph, parts))
    return min(reversed(ways), key=lambda way: _operations(*way))


def _operations(graph: Graph, roots: Sequence[int]) -> int:
    """How many operations the roots take, of which shared ones count once."""
    needed = graph.ancestors(roots)
    return sum(1 for node, inputs in enumerate(graph.inputs) if inputs and needed[node])


def _rendered(
    algebra: Algebra, graph: Graph, parts: Sequence[Part]
) -> tuple[Graph, list[int]]:
    forms = [
        form for roots, names in parts for form in algebra.read(graph, roots, names)
    ]
    named = {form for form, label in algebra.labels.items() if label.isidentifier()}
    for _ in range(_MOST_ROUNDS):
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
            break
        named = kept
    return rendering.graph, roots


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
