"""A formula's graph as a diagram with the texts of its boxes, and as a picture."""

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

from gradcalc.analysis.known_nodes import KnownNodes
from gradcalc.errors import FormulaError, extra_module
from gradcalc.graph import Graph
from gradcalc.operations import LITERAL, VARIABLE
from gradcalc.reports.numbers import format_number, format_value
from gradcalc.shapes import Shape, described, flatten, shape_of
from gradcalc.writers.diagram import Box, Diagram, graph_diagram
from gradcalc.writers.dot import dot_text
from gradcalc.writers.node_text import expression, typed_text

# A list has as many values and gradients as elements: a box holds this many, or the
# range of more, with so many digits at most.
_MOST_NUMBERS = 4
_RANGE_DIGITS = 4


@dataclass(frozen=True)
class Drawing(Diagram):
    """A diagram with the numbers behind its texts."""

    known: KnownNodes
    # To how many significant digits its texts are rounded; None for all.
    precision: int | None
    # Whether what is inside calls and lists is shown at first.
    expand: bool


def drawing(
    known: KnownNodes,
    *,
    expand: bool = False,
    fold: bool = True,
    precision: int | None = None,
    title: str | None = None,
) -> Drawing:
    """The diagram of a program, with the values and gradients that are known.

    `precision` rounds them; the title is the formula if there is no other. `expand` and
    `fold` are those of `graph_diagram`.
    """
    bound = known.bound
    graph = bound.program.graph
    outputs = set(flatten(bound.output))

    def box(nodes: Sequence[int], digits: int | None) -> Box:
        digits = min(filter(None, (digits, precision)), default=None)
        node = nodes[0]
        operation = graph.operations[node]
        is_leaf = operation in (VARIABLE, LITERAL)
        names = graph.names if operation is VARIABLE else graph.labels
        label, text = names.get(node), expression(graph, node)
        values = [known.values[each] for each in nodes]
        if operation is LITERAL:
            number = format_number(graph.literals[node], digits)
            text = graph.names.get(node, number)
            # Its text is its value, unless it has a name.
            if node not in graph.names and node not in graph.labels:
                values = [None]
        shape = ""
        if len(nodes) > 1:
            label, text, shape = _list_texts(graph, nodes)
        return Box(
            node=node,
            kind=operation.name if is_leaf else "operation",
            label=label,
            expression=text,
            shape=shape,
            value=_numbers_text(values, digits),
            gradient=_numbers_text(known.gradients(nodes), digits),
            output=not outputs.isdisjoint(nodes),
        )

    diagram = graph_diagram(
        graph, bound.output, box, expand=expand, fold=fold, title=title
    )
    return Drawing(**vars(diagram), known=known, precision=precision, expand=expand)


def _list_texts(graph: Graph, nodes: Sequence[int]) -> tuple[str | None, str, str]:
    """The label of the list that the nodes are elements of, its text and its shape."""
    first, last = nodes[0], nodes[-1]
    if first in graph.names:
        name = graph.names[first].partition("[")[0]
        return name, name, _shape_text(shape_of(graph.variables[name]))
    labels = {graph.labels.get(node, "").partition("[")[0] for node in nodes}
    # Its indices begin at 0.
    shape = tuple(int(place) + 1 for place in graph.elements[last][1:-1].split("]["))
    label = labels.pop() if len(labels) == 1 else None
    return label or None, typed_text(graph, first), _shape_text(shape)


def _shape_text(shape: Shape) -> str:
    return described(shape).partition(" ")[2]


def _numbers_text(numbers: Iterable[Any], digits: int | None) -> str | None:
    """A number, a few of them as a list, or the range of many; None if not known."""
    found = list(numbers)
    if None in found:
        return None
    if len(found) == 1:
        (found,) = found
        if not isinstance(found, list):
            return format_number(found, digits)
    leaves = flatten(found)
    if len(leaves) <= _MOST_NUMBERS:
        return format_value(found, digits)
    comparable = [leaf for leaf in leaves if leaf == leaf]
    ends = dict.fromkeys(
        format_number(end(comparable), min(digits or _RANGE_DIGITS, _RANGE_DIGITS))
        for end in (min, max)
        if comparable
    )
    texts = [" to ".join(ends)] * bool(ends) + ["NaN"] * (comparable != leaves)
    return " and ".join(texts)


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
