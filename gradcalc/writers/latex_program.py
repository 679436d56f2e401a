"""A graph as LaTeX, a line for each part that is shared or has a label."""

from collections.abc import Mapping

from gradcalc.graph import Graph
from gradcalc.operations import LITERAL, VARIABLE
from gradcalc.shapes import Structure, flatten
from gradcalc.writers.latex import CONSTANTS, LatexWriter, number
from gradcalc.writers.latex_names import distinct_names, latex_element
from gradcalc.writers.program import shadowed_constants
from gradcalc.writers.statements import statements


def latex_text(
    graph: Graph,
    roots: Mapping[str | None, Structure],
    *,
    precision: int | None = None,
    headings: Mapping[str, str] | None = None,
) -> str:
    """The roots, and what they share, as one formula or as an `aligned` of several.

    `headings` gives the LaTeX that stands for a label on the left of its formula.
    """
    labels = [label for label in roots if label is not None]
    variables = [
        graph.names[node] for node in graph.names if graph.operations[node] is VARIABLE
    ]
    taken = {name.partition("[")[0] for name in (*variables, *labels)}
    lines = statements(graph, roots, taken=taken, exact=False)
    constants = [
        CONSTANTS[name]
        for node, name in graph.names.items()
        if graph.operations[node] is LITERAL
    ]
    shown = distinct_names(
        [*variables, *(line.label for line in lines if line.label)], constants
    )
    names = {
        node: number(graph.literals[node], precision=precision)[0]
        for node in shadowed_constants(graph, taken=labels)
    }
    names.update(
        (node, shown[name])
        for node, name in graph.names.items()
        if graph.operations[node] is VARIABLE
    )
    writer = LatexWriter(graph, names, precision=precision)
    rows = []
    for line in lines:
        text = _structure(line.structure, writer)
        label = "" if line.label is None else shown[line.label]
        rows.append(((headings or {}).get(line.label or "", label), text))
        for node, name in line.names.items():
            index = name[len(line.label or "") :]
            names[node] = latex_element(label, index)
    if len(rows) == 1:
        ((label, text),) = rows
        return f"{label} = {text}" if label else text
    body = " \\\\\n".join(
        f"  {label} &= {text}" if label else f"  & {text}" for label, text in rows
    )
    return f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}"


def _structure(structure: Structure, writer: LatexWriter) -> str:
    """A number as it is, a list as a column, a matrix as its rows."""
    if not isinstance(structure, list):
        return writer.text(structure)
    rows = [" & ".join(writer.text(node) for node in flatten(row)) for row in structure]
    return r"\begin{pmatrix}" + r" \\ ".join(rows) + r"\end{pmatrix}"
