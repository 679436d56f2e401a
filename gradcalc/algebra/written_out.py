"""A formula written out: functions expanded, known values filled in."""

from gradcalc.algebra.substitution import substituted
from gradcalc.graph import Graph
from gradcalc.language.bindings import BoundProgram
from gradcalc.operations import VARIABLE
from gradcalc.shapes import Structure, flatten
from gradcalc.writers.notations import NOTATIONS


def formula_text(
    bound: BoundProgram, *, notation: str = "text", precision: int | None = None
) -> str:
    """The program written out, its given values in the place of their variables.

    `notation` is one of NOTATIONS; "text", gradcalc's own, makes the same graph when it
    is read. `precision` rounds numbers to that many digits.
    """
    chosen = NOTATIONS[notation]
    graph, roots = substituted(
        bound.program.graph, _roots(bound), bound.given, plain=not chosen.defines
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
