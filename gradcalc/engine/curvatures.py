"""How the partial derivatives of one operation change with its operands.

They are the derivatives of its rule, which the one backward pass differentiates again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from gradcalc.graph import Graph
from gradcalc.language.contributions import append_gradient
from gradcalc.language.exact_laws import EXACT
from gradcalc.language.terms import Terms
from gradcalc.operations import Operation


@dataclass(eq=False, repr=False, slots=True)
class Curvature:
    """The second partial derivatives of an operation for some of its operands."""

    # Nodes 0 to n - 1 are the operands, node n is the operation's own value.
    graph: Graph
    # By two places, the earlier one first, the node; where it is always 0, none.
    entries: dict[tuple[int, int], int]


@lru_cache(maxsize=1024)
def curvature_of(
    operation: Operation, count: int, places: tuple[int, ...]
) -> Curvature:
    """The curvature of the operation on `count` operands, for those at the places."""
    graph = Graph()
    operands = tuple([graph.add_variable(f"x{place}") for place in range(count)])
    output = graph.add(operation, operands)
    wanted = [operands[place] for place in places]
    active = graph.dependents(wanted)
    first = append_gradient(graph, output, wanted, active, exact=True)
    active = graph.dependents(wanted)
    found: dict[tuple[int, int], int] = {}
    for position, (place, partial) in enumerate(zip(places, first, strict=True)):
        others = wanted[position:]
        second = append_gradient(graph, partial, others, active, exact=True)
        active.extend(graph.dependents(wanted)[len(active) :])
        pairs = [(place, other) for other in places[position:]]
        found.update(zip(pairs, second, strict=True))
    terms = Terms(EXACT)
    for operand in operands:
        terms.leaf(graph, operand)
    placed = terms.place(graph, list(found.values()), {output: terms.variable("out")})
    entries = {pair: placed[node] for pair, node in found.items()}
    return Curvature(
        terms.graph, {pair: n for pair, n in entries.items() if terms.number(n) != 0}
    )


@lru_cache(maxsize=1024)
def compiled_curvature(
    operation: Operation, count: int, places: tuple[int, ...]
) -> Callable[..., Sequence[float]]:
    """The entries as a Python function of the operands and the operation's value."""
    # Imported here: small graphs do without.
    from gradcalc.engine.python_code import PythonCode

    curvature = curvature_of(operation, count, places)
    nodes = list(curvature.entries.values())
    code = PythonCode(curvature.graph, nodes)
    names = [curvature.graph.names[node] for node in range(count + 1)]
    compiled: Callable[..., Sequence[float]] = code.function(names, code.row(nodes))
    return compiled
