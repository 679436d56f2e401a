"""A graph as a program in gradcalc's own notation that makes the same graph again."""

from collections.abc import Mapping

from gradcalc.graph import Graph
from gradcalc.shapes import Structure, flatten
from gradcalc.writers.infix import InfixWriter
from gradcalc.writers.program import (
    definitions,
    shadowed_constants,
    structure_text,
    taken_names,
)
from gradcalc.writers.statements import statements


def formula_text(
    graph: Graph,
    roots: Mapping[str | None, Structure],
    *,
    precision: int | None = None,
) -> str:
    """The roots as statements, a line each, the last of `roots` last.

    `roots` maps labels (None: without one) to structures. Numbers are written so that
    they are read as the same doubles, unless `precision` rounds them.
    """
    labels = [label for label in roots if label is not None]
    writer = InfixWriter(graph, precision=precision)
    writer.names = names = shadowed_constants(graph, precision=precision, taken=labels)
    leaves = [node for structure in roots.values() for node in flatten(structure)]
    lines = definitions(graph, graph.ancestors(leaves))
    for statement in statements(graph, roots, taken=taken_names(graph, labels)):
        texts = map(writer.text, flatten(statement.structure))
        text = structure_text(statement.structure, texts)
        lines.append(text if statement.label is None else f"{statement.label} = {text}")
        names.update(statement.names)
    return "\n".join(lines)
