"""What an operation passes on to its operands, as formulas.

The gradient that comes in times the partial derivative; nothing at all where the
operand was not selected; NaN outside the operation's domain. This is the one place that
says so: numeric backpropagation evaluates these formulas, and the symbolic derivative
places them in the graph.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

from gradcalc.graph import Graph
from gradcalc.language.rules import MOST_KEPT, rule_of
from gradcalc.operations import OPERATIONS, Operation

_TIMES = OPERATIONS["*"]
_WHERE = OPERATIONS["where"]


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


def contributions_of(
    operation: Operation, count: int, *, exact: bool = True
) -> Contributions:
    """The contributions of the operation on `count` operands.

    If not `exact`, they are those of a book and hold inside the operation's domain
    alone.
    """
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
        partial: graph.add(_TIMES, (gradient, placed[partial]))
        for partial in dict.fromkeys(rule.partials)
        if partial is not None
    }
    if rule.domain is not None and exact:
        domain = placed[rule.domain]
        nan, one = graph.add_literal(math.nan), graph.add_literal(1.0)
        products = {
            partial: graph.add(_WHERE, (domain, product, nan))
            for partial, product in products.items()
        }
        # Outside the domain NaN is passed on, selected or not.
        gates = [
            None if gate is None else graph.add(_WHERE, (domain, gate, one))
            for gate in gates
        ]
    passed = [
        None if partial is None else products[partial] for partial in rule.partials
    ]
    return Contributions(graph, passed, gates)


_kept = lru_cache(maxsize=4096)(_made)
