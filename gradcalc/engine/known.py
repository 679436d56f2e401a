"""What can be said of a graph when only some of its variables have values."""

from collections.abc import Mapping

from gradcalc.graph import Graph
from gradcalc.operations import LITERAL, VARIABLE


def known_values(graph: Graph, given: Mapping[int, float]) -> list[float | None]:
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
