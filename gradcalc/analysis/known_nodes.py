"""What is known of a formula's nodes with all, some or none of its variables given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gradcalc.backward import arrived
from gradcalc.engine.evaluation import Evaluation, evaluate_bound
from gradcalc.graph import Graph
from gradcalc.language.bindings import BoundProgram
from gradcalc.language.references import wanted_nodes
from gradcalc.operations import LITERAL, VARIABLE

# More gradients than these are not listed one by one.
_MANY = 1000


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
    # What is differentiated by; None for all variables.
    wrt: Sequence[str] | None = None

    def gradient(self, node: int) -> Any:
        """The gradient of the node, a list for a list; None where there is none."""
        return None if self.evaluation is None else self.evaluation.node_gradient(node)

    def gradients(self, nodes: Sequence[int]) -> list[Any]:
        """The gradient of each of the nodes; of very many, the numbers among them."""
        evaluation = self.evaluation
        if evaluation is None or not all(evaluation.active[node] for node in nodes):
            return [None]
        rows = evaluation.gradients
        if len(nodes) * len(rows) <= _MANY:
            return [evaluation.node_gradient(node) for node in nodes]
        chosen = set(nodes)
        found = [
            gradient
            for row in rows
            for node, gradient in arrived(row)
            if node in chosen
        ]
        # Nothing arrived at the others.
        return found if len(found) == len(chosen) * len(rows) else [*found, 0.0]


def known_nodes(bound: BoundProgram, wrt: Sequence[str] | None = None) -> KnownNodes:
    """What is known of the program's nodes, with gradients for the variables `wrt`.

    Raises BindingError for a name in `wrt` that stands for nothing.
    """
    graph = bound.program.graph
    wanted_nodes(bound.program, wrt)
    is_complete = len(bound.variables) == len(graph.variables)
    if is_complete and bound.variables:
        evaluation = evaluate_bound(bound, wrt)
        return KnownNodes(bound, evaluation.values, evaluation, wrt)
    if is_complete or bound.variables:
        return KnownNodes(bound, _known_values(graph, bound.given), wrt=wrt)
    return KnownNodes(bound, [None] * len(graph), wrt=wrt)


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
