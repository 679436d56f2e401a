"""Derivatives that a program asks for, as nodes of its own graph.

The exact rules are those of numeric backpropagation, and the laws that shorten what
they give hold to the last bit, so that a derivative has the value of the gradient. What
it shares with the formula, such as `out` in the rule of exp, are the formula's nodes.
"""

from collections.abc import Collection, Sequence
from functools import lru_cache
from itertools import pairwise

from gradcalc.errors import FormulaError, ShapeError, Span
from gradcalc.graph import Differentiated, Graph
from gradcalc.language.contributions import append_backward, contributions_of
from gradcalc.language.exact_laws import FOR_NODES
from gradcalc.language.gated_formulas import Contributions, Destination
from gradcalc.language.terms import Terms
from gradcalc.operations import COMPARISONS, LITERAL, Operation
from gradcalc.shapes import Structure, arrange, described, flatten, shape_of

# A node and those that it is differentiated by.
Root = tuple[int, Sequence[int]]

# The nodes that one derivative may have, those of lower orders included: they take
# twenty seconds.
_MOST = 1_300_000
_TOO_LARGE = f"the derivative expands to more than {_MOST:,} nodes"

# From where on the growth of a derivative, by order, tells how large it will be.
_TELLING = 10_000

# How often one derivative differentiates: sin never comes to an end.
_MOST_ORDERS = 1_000

# Numbers among more operands than these are not looked at.
_FEW = 3

# The owner of a node that depends on several of those that a list consists of.
_MANY = -1


def differentiate(
    graph: Graph,
    structure: Structure,
    by: Structure,
    order: int,
    of_function: bool,
    span: Span,
) -> Structure:
    """The derivative of a structure by another, of this order, appended to the graph.

    For each element of the structure it has the shape of `by`: the derivative of a
    number by a list is its gradient, that of a list its Jacobian. That of a function is
    taken element by element where it works so.

    Raises ShapeError if it would nest lists more than two deep, FormulaError if there
    is no end to it.
    """
    elementwise = of_function and _is_elementwise(graph, structure, by)
    shape, inner = shape_of(structure), () if elementwise else shape_of(by)
    if order and len(shape) + order * len(inner) > 2:
        which = f"derivative of order {order}" if order > 1 else "derivative"
        raise ShapeError(
            f"the {which} of {described(shape)} by {described(inner)} would nest lists"
            " more than two deep",
            hint="take it of an element, or by one, such as v[0]",
        )
    taken: list[int] = []
    for done in range(order):
        if done == _MOST_ORDERS:
            raise FormulaError(
                "a derivative that does not end in 0 is of an order of at most"
                f" {_MOST_ORDERS:,}"
            )
        if _outgrows(taken, order - done):
            raise FormulaError(_TOO_LARGE)
        roots, leaves = flatten(structure), flatten(by)
        graph.check_room(len(roots) if elementwise else len(roots) * len(leaves))
        if elementwise:
            pairs = [(root, [leaf]) for root, leaf in zip(roots, leaves, strict=True)]
        else:
            pairs = [(root, leaves) for root in roots]
        shape = shape + inner
        found, made = _append(graph, pairs, span, _MOST - sum(taken))
        taken.append(made)
        graph.check_room(0)
        if found == roots:
            break
        structure = arrange(found, shape)
        if not inner and all(graph.literals.get(node) == 0 for node in found):
            break
    return structure


def _outgrows(taken: Sequence[int], orders: int) -> bool:
    """Whether so many more orders will take several times the room that there is.

    `taken` has what each order took. Only growth that more than doubles is trusted to
    go on, slowing down as it did: that of a polynomial does not, which ends in 0.
    """
    if len(taken) < 5 or sum(taken) < _TELLING:
        return False
    factors = [after / before for before, after in pairwise(taken[-5:])]
    if min(factors) < 2:
        return False
    slowing = min(1.0, factors[-1] / factors[0])
    size, factor = float(taken[-1]), factors[-1]
    for _ in range(min(orders, _MOST_ORDERS)):
        factor *= slowing
        size *= factor
        if factor < 1 or size > 4 * _MOST:
            break
    return size > 4 * _MOST


class _Growing:
    """Terms that grow as a graph does: each node that is added is simple already."""

    def __init__(self, terms: Terms, most: int) -> None:
        self.terms = terms
        self._most = len(terms.graph) + most
        self.operations = terms.graph.operations
        self.inputs = terms.graph.inputs
        self.literals = terms.graph.literals

    def add(self, operation: Operation, inputs: tuple[int, ...]) -> int:
        if len(self.operations) > self._most:
            raise FormulaError(_TOO_LARGE)
        return self.terms.make(operation, *inputs)

    def add_literal(self, value: float) -> int:
        return self.terms.literal(value)

    def add_like(self, source: Graph, node: int, inputs: tuple[int, ...]) -> int:
        if source.operations[node] is LITERAL:
            return self.terms.leaf(source, node)
        return self.add(source.operations[node], inputs)


class _Active(dict[int, int]):
    """A flag for each node that depends on a wanted one; 0 for all others."""

    def __missing__(self, node: int) -> int:
        return 0


def _append(
    graph: Graph, roots: Sequence[Root], span: Span, most: int
) -> tuple[list[int], int]:
    """The derivatives of the roots, appended to the graph, row by row.

    With them comes how many terms were made: no more than `most`.
    """
    wanted = {node for _, by in roots for node in by}
    terms = Terms(FOR_NODES)
    places, active = _placed(graph, roots, wanted, terms)

    def contributions(node: int) -> Contributions:
        inputs = graph.inputs[node]
        numbers = tuple([terms.number(places[operand]) for operand in inputs])
        if any(number is not None for number in numbers) and len(inputs) <= _FEW:
            return _specialized(graph.operations[node], numbers)
        return contributions_of(graph.operations[node], len(inputs))

    before = len(terms.graph)
    growth = Destination(_Growing(terms, most), places, contributions)
    found: list[int] = []
    singular: dict[tuple[int, int | None], None] = {}
    for root, by in roots:
        appended = append_backward(
            graph, root, by, active, exact=True, elsewhere=growth
        )
        found += appended.wanted
        singular |= dict.fromkeys(appended.singular())
    # What the graph computes already.
    known: dict[int, int] = {}
    for node, term in places.items():
        if term not in terms.graph.literals:
            known.setdefault(term, node)

    def add(term: int, inputs: tuple[int, ...]) -> int:
        node = graph.add_like(terms.graph, term, inputs)
        graph.starts[node], graph.ends[node] = span
        graph.composed.add(node)
        return node

    gates = [gate for _, gate in singular if gate is not None]
    made = terms.graph.translated([*found, *gates], add, known)
    for node, gate in singular:
        if node in graph.composed and graph.operations[node] in COMPARISONS:
            # Of a derivative: it chooses the more accurate one of two formulas.
            continue
        gate = None if gate is None else made[gate]
        graph.differentiated.append(Differentiated(node, gate, len(graph)))
    return [made[each] for each in found], len(terms.graph) - before


@lru_cache(maxsize=4096)
def _specialized(
    operation: Operation, numbers: tuple[float | None, ...]
) -> Contributions:
    """The contributions of an operation of which some operands are these numbers."""
    full = contributions_of(operation, len(numbers))
    terms = Terms(FOR_NODES)
    given = {
        place: terms.variable(str(place)) if number is None else terms.literal(number)
        for place, number in enumerate((*numbers, None, None))
    }
    roots = [root for root in (*full.products, *full.gates) if root is not None]
    made = terms.place(full.graph, roots, given)
    graph = Graph()
    start = {
        given[place]: graph.add_variable(str(place))
        for place in range(len(numbers) + 2)
    }
    placed = terms.graph.translated(
        [made[root] for root in roots],
        lambda node, inputs: graph.add_like(terms.graph, node, inputs),
        start,
    )
    return Contributions(
        graph,
        [None if root is None else placed[made[root]] for root in full.products],
        [None if root is None else placed[made[root]] for root in full.gates],
    )


def _placed(
    graph: Graph, roots: Sequence[Root], wanted: Collection[int], terms: Terms
) -> tuple[dict[int, int], _Active]:
    """The terms of the nodes between the roots and the wanted ones, and flags.

    What earlier nodes are computed from does not matter.
    """
    first = min(wanted)
    found = {root for root, _ in roots}
    pending = list(found)
    while pending:
        node = pending.pop()
        if node > first:
            new = set(graph.inputs[node]) - found
            found |= new
            pending += new
    places: dict[int, int] = {}
    active = _Active(dict.fromkeys(wanted, 1))
    for node in sorted(found):
        operation, inputs = graph.operations[node], graph.inputs[node]
        if operation is LITERAL:
            places[node] = terms.leaf(graph, node)
        elif node > first and inputs:
            places[node] = terms.make(operation, *[places[i] for i in inputs])
            if any(active[operand] for operand in inputs):
                active[node] = 1
        else:
            places[node] = terms.variable(str(node))
    return places, active


def _is_elementwise(graph: Graph, result: Structure, by: Structure) -> bool:
    """Whether both are lists and each element depends on the same one alone."""
    leaves, elements = flatten(by), flatten(result)
    if not isinstance(by, list) or shape_of(result) != shape_of(by):
        return False
    owners = {node: place for place, node in enumerate(leaves)}
    for node in range(leaves[-1] + 1, len(graph)):
        of_inputs = {owners[i] for i in graph.inputs[node] if i in owners}
        if of_inputs:
            owners[node] = of_inputs.pop() if len(of_inputs) == 1 else _MANY
    return all(owners.get(node, place) == place for place, node in enumerate(elements))
