"""A formula's graph as a diagram: what is written in each box."""

from typing import Any

from gradcalc.analysis.known_nodes import KnownNodes
from gradcalc.graph import Graph
from gradcalc.operations import LITERAL, VARIABLE
from gradcalc.reports.numbers import format_number, format_value
from gradcalc.shapes import flatten
from gradcalc.strict_json import SCHEMA, json_value
from gradcalc.writers.diagram import Box, Diagram, graph_diagram
from gradcalc.writers.node_text import expression

# A gradient of a list has as many numbers as the list: a box holds this many.
_MOST_NUMBERS = 4


def drawing(
    known: KnownNodes, *, expand: bool = False, precision: int | None = None
) -> Diagram:
    """The diagram of a program, with the values and gradients that are known."""
    bound = known.bound
    graph = bound.program.graph
    outputs = set(flatten(bound.output))

    def box(node: int) -> Box:
        kind, value = _kind(graph, node), known.values[node]
        text = expression(graph, node)
        if kind == "literal":
            # Its text is its value, unless it has a name.
            named = node in graph.names or node in graph.labels
            text = graph.names.get(node) or format_number(
                graph.literals[node], precision
            )
            value = value if named else None
        return Box(
            node=node,
            kind=kind,
            label=_label(graph, node),
            expression=text,
            value=None if value is None else format_number(value, precision),
            gradient=_gradient_text(known.gradient(node), precision),
            output=node in outputs,
        )

    return graph_diagram(graph, bound.output, box, expand=expand)


def _kind(graph: Graph, node: int) -> str:
    operation = graph.operations[node]
    return operation.name if operation in (VARIABLE, LITERAL) else "operation"


def _label(graph: Graph, node: int) -> str | None:
    is_variable = graph.operations[node] is VARIABLE
    return (graph.names if is_variable else graph.labels).get(node)


def _gradient_text(gradient: Any, precision: int | None) -> str | None:
    if isinstance(gradient, list) and len(gradient) > _MOST_NUMBERS:
        shown = format_value(gradient[:_MOST_NUMBERS], precision)
        return f"{shown[:-1]}, ...]"
    return None if gradient is None else format_value(gradient, precision)


def diagram_to_dict(known: KnownNodes, diagram: Diagram) -> dict[str, Any]:
    """The diagram as the object that `graph --json` prints."""
    graph, outputs = known.bound.program.graph, set(diagram.outputs)
    return {
        "schema": SCHEMA,
        "expression": known.bound.text,
        "variables": json_value(known.bound.variables),
        "nodes": [
            {
                "id": node,
                "kind": _kind(graph, node),
                "label": _label(graph, node),
                "expression": expression(graph, node),
                "value": json_value(known.values[node]),
                "gradient": json_value(known.gradient(node)),
                "output": node in outputs,
            }
            for node in diagram.nodes
        ],
        "steps": [
            {"op": step.symbol, "inputs": step.inputs, "outputs": step.outputs}
            for step in dict.fromkeys(diagram.steps.values())
        ],
    }
