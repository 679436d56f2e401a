"""A formula's graph as a diagram with the texts of its boxes, and as a picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gradcalc.engine.evaluation import Evaluation, evaluate_bound
from gradcalc.errors import FormulaError, extra_module
from gradcalc.graph import Graph
from gradcalc.language.bindings import BoundProgram
from gradcalc.operations import LITERAL, VARIABLE
from gradcalc.reports.numbers import format_number, format_value
from gradcalc.shapes import flatten
from gradcalc.writers.diagram import Box, Diagram, graph_diagram
from gradcalc.writers.dot import dot_text
from gradcalc.writers.node_text import expression

# A gradient of a list has as many numbers as the list: a box holds this many.
_MOST_NUMBERS = 4


@dataclass(frozen=True)
class KnownNodes:
    """A bound program with the values and gradients of its nodes, where they are known.

    With all variables given, that is every value and gradient; with some, the values
    that do not depend on the others; with none, nothing.
    """

    bound: BoundProgram
    # The value of each node, or None.
    values: Sequence[float | None]
    # Knows the gradients; None unless all variables are given.
    evaluation: Evaluation | None = None

    def gradient(self, node: int) -> Any:
        """The gradient of the node, a list for a list; None where there is none."""
        return None if self.evaluation is None else self.evaluation.node_gradient(node)


def known_nodes(bound: BoundProgram, wrt: Sequence[str] | None = None) -> KnownNodes:
    """What is known of the program's nodes, with gradients for the variables `wrt`."""
    graph = bound.program.graph
    is_complete = len(bound.variables) == len(graph.variables)
    if is_complete and bound.variables:
        evaluation = evaluate_bound(bound, wrt)
        return KnownNodes(bound, evaluation.values, evaluation)
    if is_complete or bound.variables:
        return KnownNodes(bound, _known_values(graph, bound.given))
    return KnownNodes(bound, [None] * len(graph))


def _known_values(graph: Graph, given: Mapping[int, float]) -> list[float | None]:
    """The value of every node; None where it depends on a variable without one."""
    values: list[float | None] = []
    for node, (operation, inputs) in enumerate(
        zip(graph.operations, graph.inputs, strict=True)
    ):
        if operation is LITERAL:
            values.append(graph.literals[node])
        elif operation is VARIABLE:
            values.append(given.get(node))
        else:
            operands = [value for i in inputs if (value := values[i]) is not None]
            known = len(operands) == len(inputs)
            values.append(operation.evaluate(*operands) if known else None)
    return values


def drawing(
    known: KnownNodes, *, expand: bool = False, precision: int | None = None
) -> Diagram:
    """The diagram of a program, with the values and gradients that are known."""
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

    return graph_diagram(graph, bound.output, box, expand=expand)


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
    graph = pygraphviz.AGraph(string=dot_text(diagram))
    # Enough for a screen of twice the usual density.
    arguments = "-Gdpi=144" if kind == "png" else ""
    content: bytes = graph.draw(path=None, format=kind, prog="dot", args=arguments)
    return content
