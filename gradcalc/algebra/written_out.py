"""A formula written out: functions expanded, known values filled in."""

from collections.abc import Sequence
from pkgutil import resolve_name

from gradcalc.algebra.substitution import filled_values, substituted
from gradcalc.errors import UsageError
from gradcalc.graph import Graph
from gradcalc.language.bindings import BoundProgram
from gradcalc.language.references import wanted_nodes
from gradcalc.operations import VARIABLE
from gradcalc.shapes import Structure, flatten
from gradcalc.writers.notations import NOTATIONS


def formula_text(
    bound: BoundProgram,
    *,
    notation: str = "text",
    precision: int | None = None,
    wrt: Sequence[str] | None = None,
    gradient: bool = False,
) -> str:
    """The program written out, its given values in the place of their variables.

    The variables in `wrt` stay names; BindingError is raised for what is none.
    `notation` is one of NOTATIONS; "text", gradcalc's own, makes the same graph when it
    is read. In a programming language it is a function; with `gradient` one that gives
    the gradient, too, with respect to `wrt` or, as `gradient_formulas`, the variables
    that have no value. `precision` rounds numbers to that many digits.

    Raises UsageError for a gradient in what is no programming language.
    """
    chosen = NOTATIONS[notation]
    if chosen.language:
        # Imported here: text needs no code generator.
        from gradcalc.algebra.written_functions import written_function
        from gradcalc.writers.function_text import function_text

        function = written_function(bound, wrt, gradient=gradient)
        return function_text(resolve_name(chosen.language), function, precision)
    if gradient:
        raise UsageError(
            f"in {notation} a formula is no function that could give its gradient",
            hint="gradcalc diff writes the gradient as formulas",
        )
    graph, roots = substituted(
        bound.program.graph,
        _roots(bound),
        filled_values(bound.given, wanted_nodes(bound.program, wrt or ())),
        plain=not chosen.defines,
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
