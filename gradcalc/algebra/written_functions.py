"""A formula as a function for other languages, with its gradient if it is wanted."""

from collections.abc import Mapping, Sequence

from gradcalc.algebra.gradients import check_count, varying
from gradcalc.algebra.substitution import filled_values, substituted
from gradcalc.graph import Graph
from gradcalc.language.bindings import BoundProgram
from gradcalc.language.contributions import append_backward
from gradcalc.language.references import wanted_nodes
from gradcalc.shapes import Structure, all_leaves, flatten, named_leaves, unflatten
from gradcalc.writers.function_text import DERIVATIVE, VALUE, Function
from gradcalc.writers.infix import InfixWriter
from gradcalc.writers.node_text import program_line, shortened
from gradcalc.writers.spelling import structure_text


def written_function(
    bound: BoundProgram, wrt: Sequence[str] | None = None, *, gradient: bool = False
) -> Function:
    """The program as a function of the variables that have no value or are in `wrt`.

    With `gradient` it gives the derivatives, too, as `formula_text` says.
    """
    program, result = bound.program, bound.output
    if wrt is None:
        wrt = varying(bound) if gradient else ()
    wanted = wanted_nodes(program, wrt)
    values = filled_values(bound.given, wanted)
    parameters = {
        name: structure
        for name, structure in program.graph.variables.items()
        if not values.keys() >= set(flatten(structure))
    }
    # A list of which an element is kept is a parameter as a whole.
    for node in all_leaves(parameters.values()):
        values.pop(node, None)
    graph = program.graph.copy()
    outputs, nodes = flatten(result), all_leaves(wanted.values())
    rows: list[list[int]] = []
    if gradient:
        check_count(len(outputs) * len(nodes))
        rows = _append_gradients(graph, outputs, wanted)
    flat = dict[str | None, Structure](parameters.items())
    flat[None] = [*outputs, *(node for row in rows for node in row)]
    graph, placed = substituted(graph, flat, values, plain=True)
    found = iter(placed.pop(None))
    made = unflatten(result, found)
    # For each output the derivatives that are still to be arranged.
    remaining = [iter([next(found) for _ in nodes]) for _ in rows]
    filled = [
        f"{name} = {structure_text(value, map(_number, flatten(value)))}"
        for name, value in bound.variables.items()
        if name not in parameters
    ]
    text = program_line(bound.text)
    return Function(
        name="formula_and_gradient" if gradient else "formula",
        formula=shortened(text + (f" with {', '.join(filled)}" if filled else "")),
        graph=graph,
        parameters={name: placed[name] for name in parameters},
        result=made,
        gradient={
            name: unflatten(
                result, iter([unflatten(structure, row) for row in remaining])
            )
            for name, structure in wanted.items()
        }
        if gradient
        else None,
    )


def _append_gradients(
    graph: Graph, outputs: Sequence[int], wanted: Mapping[str, Structure]
) -> list[list[int]]:
    """The derivatives of each output, appended to the graph, for all that is wanted.

    Of a single output they are labelled, and those for labels as well.
    """
    leaves = named_leaves(wanted)
    active = graph.dependents(list(leaves.values()))
    rows = []
    for output in outputs:
        passed = append_backward(
            graph, output, list(leaves.values()), active, exact=True
        )
        rows.append(passed.wanted)
    if len(outputs) == 1:
        labels = {
            passed.arriving[node]: DERIVATIVE + label
            for node, label in graph.labels.items()
            if node in passed.arriving and active[node] and label not in leaves
        }
        labels.update(
            (node, DERIVATIVE + name)
            for name, node in zip(leaves, rows[0], strict=True)
            if name in wanted
        )
        graph.labels.setdefault(outputs[0], VALUE)
        for node, label in labels.items():
            graph.labels.setdefault(node, label)
    return rows


def _number(value: float) -> str:
    return InfixWriter.number(value)[0]
