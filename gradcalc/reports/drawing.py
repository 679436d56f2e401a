"""A formula's graph as a diagram: what is written in each box."""

from typing import Any

from gradcalc.engine.evaluation import evaluate_bound
from gradcalc.engine.known import known_values
from gradcalc.language.bindings import BoundProgram
from gradcalc.operations import LITERAL, VARIABLE
from gradcalc.reports.numbers import format_number, format_value
from gradcalc.shapes import flatten
from gradcalc.strict_json import SCHEMA, json_value
from gradcalc.writers.diagram import Box, Diagram
from gradcalc.writers.node_text import expression

# A gradient of a list has as many numbers as the list: a box holds this many.
_MOST_NUMBERS = 4


class DrawnProgram:
    """A bound program with what is known of its nodes, and its diagram.

    With all variables given, that is every value and gradient; with some, the values
    that do not depend on the others; with none, nothing.
    """

    def __init__(
        self,
        bound: BoundProgram,
        *,
        wrt: list[str] | None = None,
        expand: bool = False,
        precision: int | None = None,
    ) -> None:
        self.bound = bound
        self.graph = bound.program.graph
        self.precision = precision
        self.outputs = set(flatten(bound.output))
        self.evaluation = None
        self.values: list[float | None] = [None] * len(self.graph)
        is_complete = len(bound.variables) == len(self.graph.variables)
        if is_complete and bound.variables:
            self.evaluation = evaluate_bound(bound, wrt)
            self.values = list(self.evaluation.values)
        elif bound.variables or is_complete:
            self.values = known_values(self.graph, bound.given)
        self.diagram = Diagram(self.graph, bound.output, self.box, expand=expand)

    def kind(self, node: int) -> str:
        operation = self.graph.operations[node]
        if operation is VARIABLE or operation is LITERAL:
            return operation.name
        return "operation"

    def gradient(self, node: int) -> Any:
        """The gradient of the node, a list for a list; None where there is none."""
        if self.evaluation is None:
            return None
        return self.evaluation.node_gradient(node)

    def label(self, node: int) -> str | None:
        if self.graph.operations[node] is VARIABLE:
            return self.graph.names[node]
        return self.graph.labels.get(node)

    def box(self, node: int) -> Box:
        """What is written about the node."""
        kind, value = self.kind(node), self.values[node]
        text = expression(self.graph, node)
        if kind == "literal":
            # Its text is its value, unless it has a name.
            named = node in self.graph.names or node in self.graph.labels
            text = self.graph.names.get(node) or format_number(
                self.graph.literals[node], self.precision
            )
            value = value if named else None
        return Box(
            node,
            kind,
            self.label(node),
            text,
            value=None if value is None else format_number(value, self.precision),
            gradient=self._gradient_text(node),
            output=node in self.outputs,
        )

    def _gradient_text(self, node: int) -> str | None:
        gradient = self.gradient(node)
        if isinstance(gradient, list) and len(gradient) > _MOST_NUMBERS:
            shown = format_value(gradient[:_MOST_NUMBERS], self.precision)
            return f"{shown[:-1]}, ...]"
        return None if gradient is None else format_value(gradient, self.precision)


def diagram_to_dict(drawn: DrawnProgram) -> dict[str, Any]:
    """The diagram as the object that `graph --json` prints."""
    graph, diagram = drawn.graph, drawn.diagram
    steps = {id(step): step for step in diagram.steps.values()}
    return {
        "schema": SCHEMA,
        "expression": drawn.bound.text,
        "variables": json_value(drawn.bound.variables),
        "nodes": [
            {
                "id": node,
                "kind": drawn.kind(node),
                "label": drawn.label(node),
                "expression": expression(graph, node),
                "value": json_value(drawn.values[node]),
                "gradient": json_value(drawn.gradient(node)),
                "output": node in drawn.outputs,
            }
            for node in diagram.nodes
        ],
        "steps": [
            {"op": step.symbol, "inputs": step.inputs, "outputs": step.outputs}
            for step in steps.values()
        ],
    }
