"""A formula's graph as a diagram with the texts of its boxes, and as a picture."""

import os
from contextlib import suppress
from functools import cache
from typing import Any

from gradcalc.analysis.known_nodes import KnownNodes
from gradcalc.errors import FormulaError, extra_module
from gradcalc.operations import LITERAL, VARIABLE
from gradcalc.reports.numbers import format_number, format_value
from gradcalc.shapes import flatten
from gradcalc.writers.diagram import Box, Diagram, graph_diagram
from gradcalc.writers.dot import dot_text
from gradcalc.writers.node_text import expression

# A gradient of a list has as many numbers as the list: a box holds this many.
_MOST_NUMBERS = 4


def drawing(
    known: KnownNodes,
    *,
    expand: bool = False,
    precision: int | None = None,
    title: str | None = None,
) -> Diagram:
    """The diagram of a program, with the values and gradients that are known.

    Its title is the formula if there is no other.
    """
    bound = known.bound
    graph = bound.program.graph
    outputs = set(flatten(bound.output))

    def box(node: int) -> Box:
        operation, value = graph.operations[node], known.values[node]
        names = graph.names if operation is VARIABLE else graph.labels
        text = expression(graph, node)
        if operation is LITERAL:
            number = format_number(graph.literals[node], precision)
            text = graph.names.get(node, number)
            # Its text is its value, unless it has a name.
            if node not in graph.names and node not in graph.labels:
                value = None
        return Box(
            node=node,
            kind=operation.name if operation in (VARIABLE, LITERAL) else "operation",
            label=names.get(node),
            expression=text,
            value=None if value is None else format_number(value, precision),
            gradient=_gradient_text(known.gradient(node), precision),
            output=node in outputs,
        )

    return graph_diagram(graph, bound.output, box, expand=expand, title=title)


def _gradient_text(gradient: Any, precision: int | None) -> str | None:
    if isinstance(gradient, list) and len(gradient) > _MOST_NUMBERS:
        shown = format_value(gradient[:_MOST_NUMBERS], precision)
        return f"{shown[:-1]}, ...]"
    return None if gradient is None else format_value(gradient, precision)


def graph_picture(diagram: Diagram, *, kind: str, most: int) -> bytes:
    """The diagram as the content of an "svg" or "png" file.

    Raises FormulaError for more than `most` boxes, MissingExtraError where pygraphviz
    is not installed.
    """
    boxes = len(diagram.nodes)
    if boxes > most:
        raise FormulaError(
            f"the graph has {boxes} boxes: as a picture of more than {most} it would be"
            " slow to draw and hard to read",
            hint=f"--limit {boxes} draws it, --format dot writes it as text",
        )
    pygraphviz = extra_module("pygraphviz", "draw", "svg and png pictures")
    _start_fonts(pygraphviz)
    graph = pygraphviz.AGraph(string=dot_text(diagram))
    # Enough for a screen of twice the usual density.
    arguments = "-Gdpi=144" if kind == "png" else ""
    content: bytes = graph.draw(path=None, format=kind, prog="dot", args=arguments)
    return content


@cache
def _start_fonts(pygraphviz: Any) -> None:
    """Make Graphviz's Fontconfig read its configuration, once and in silence.

    The one in pygraphviz's wheel warns of what newer ones have written in the system's
    files, and has no setting against it. What is drawn later may warn as ever.
    """
    with suppress(OSError), open(os.devnull, "wb") as null:
        stderr = os.dup(2)
        try:
            os.dup2(null.fileno(), 2)
            pygraphviz.AGraph(string="digraph { text }").draw(format="svg", prog="dot")
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
