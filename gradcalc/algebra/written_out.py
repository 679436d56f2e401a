"""A formula written out: functions expanded, known values filled in."""

from collections.abc import Sequence

from gradcalc.algebra.substitution import substituted
from gradcalc.graph import Graph
from gradcalc.language.bindings import BoundProgram
from gradcalc.language.references import wanted_nodes
from gradcalc.operations import VARIABLE
from gradcalc.shapes import Structure, all_leaves, flatten
from gradcalc.writers.notations import NOTATIONS


def formula_text(
    bound: BoundProgram,
    *,
    notation: str = "text",
    precision: int | None = None,
    wrt: Sequence[str] = (),
) -> str:
    """The program written out, its given values in the place of their variables.

    The variables in `wrt` stay names; BindingError is raised for what is none.
    `notation` is one of NOTATIONS; "text", gradcalc's own, makes the same graph when it
    is read. `precision` rounds numbers to that many digits.
    """
    chosen = NOTATIONS[notation]
    kept = set(all_leaves(wanted_nodes(bound.program, wrt).values()))
    values = {node: value for node, value in bound.given.items() if node not in kept}
    graph, roots = substituted(
        bound.program.graph, _roots(bound), values, plain=not chosen.defines
    )
    return chosen.text(graph, roots, precision=precision)


def _roots(bound: BoundProgram) -> dict[str | None, Structure]:
    """The labels that the result depends on, and the result itself, last."""
    graph = bound.program.graph
    needed = graph.ancestors(flatten(bound.output))
    roots: dict[str | None, Structure] = {}
    result: str | None = None
    for label, structure in bound.program.scope.items():
        leaves = flatten(structure)
        if all(graph.operations[node] is VARIABLE for node in leaves):
            continue
        if structure == bound.output:
            result = label
        elif _is_worth_naming(graph, leaves, needed):
            roots[label] = structure
    roots[result] = bound.output
    return roots


def _is_worth_naming(graph: Graph, leaves: list[int], needed: bytearray) -> bool:
    """Whether the result depends on every computed element of the label."""
    return all(
        needed[node] or graph.operations[node] is VARIABLE for node in leaves
    ) and any(needed[node] for node in leaves)
