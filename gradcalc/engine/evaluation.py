"""Text and values to the value and the gradient of every node."""

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from gradcalc.engine.notes import Note, notes_on
from gradcalc.engine.pullbacks import gradients as numeric_gradients
from gradcalc.graph import Graph
from gradcalc.language.bindings import BoundProgram, Value, bind, wanted_nodes
from gradcalc.operations import LITERAL, VARIABLE
from gradcalc.shapes import Structure, flatten, unflatten
from gradcalc.writers.node_text import expression


class NodeResult:
    """What an evaluation says of one node.

    id          its number, in the order of evaluation
    operation   the name of its operation, "variable" or "literal"
    kind        "variable", "literal" or "operation"
    label       its label or its variable's name, or None
    expression  its text as typed
    inputs      the numbers of the nodes it takes
    value       its value
    gradient    the partial derivative of the result with respect to it, shaped like
                the result; None for what depends on no wanted variable
    span        the range of characters of the source that it stands for
    inner       whether it is inside a called function
    """

    __slots__ = (
        "expression",
        "gradient",
        "id",
        "inner",
        "inputs",
        "kind",
        "label",
        "operation",
        "span",
        "value",
    )

    def __init__(self, evaluation: "Evaluation", node: int) -> None:
        graph = evaluation.graph
        operation = graph.operations[node]
        self.id = node
        self.operation = operation.name
        self.kind = operation.name if operation in (VARIABLE, LITERAL) else "operation"
        self.label = graph.labels.get(node)
        if operation is VARIABLE:
            self.label = graph.names[node]
        self.expression = expression(graph, node)
        self.inputs = graph.inputs[node]
        self.value = evaluation.values[node]
        self.gradient = evaluation.node_gradient(node)
        self.span = (graph.starts[node], graph.ends[node])
        self.inner = node in graph.bodies or node in graph.composed


class Evaluation:
    """The value and the gradients of a formula at a point, all of them dimensionless.

    source     the text
    graph      its nodes
    output     the node of the result, or a list of nodes (of lists, for a matrix)
    variables  the values that the variables were given, by name
    value      the value of the result, shaped like `output`
    gradient   by variable, the partial derivative of the result, shaped like the
               variable; None if the result is a list
    jacobian   by variable, one such gradient for each element of the result; None if
               the result is a number
    values     the value of each node
    active     a flag for each node: whether it depends on a wanted variable
    gradients  for each element of the result, the gradient of each node up to it; None
               where nothing arrives
    nodes      what is said of each node, in the order of evaluation
    finite     whether every value and every gradient of every node is finite
    notes      where a convention was used, or a number is not finite
    """

    def __init__(
        self,
        bound: BoundProgram,
        values: list[float],
        active: bytearray,
        gradients: list[list[float | None]],
        wanted: list[str],
    ) -> None:
        self.source = bound.text
        self.graph: Graph = bound.program.graph
        self.output: Structure = bound.output
        self.variables = bound.variables
        self.values = values
        self.active = active
        self.gradients = gradients
        self._wanted = wanted

    # The rest is worked out when somebody asks for it, as most callers do not for all.

    @cached_property
    def value(self) -> Value:
        leaves = (self.values[node] for node in flatten(self.output))
        return unflatten(self.output, leaves)

    @cached_property
    def gradient(self) -> dict[str, Value] | None:
        if isinstance(self.output, list):
            return None
        return {name: self._gradient_of(name, 0) for name in self._wanted}

    @cached_property
    def jacobian(self) -> dict[str, Value] | None:
        if not isinstance(self.output, list):
            return None
        return {
            name: unflatten(
                self.output,
                (self._gradient_of(name, row) for row in range(len(self.gradients))),
            )
            for name in self._wanted
        }

    @cached_property
    def nodes(self) -> list[NodeResult]:
        return [NodeResult(self, node) for node in range(len(self.graph))]

    @cached_property
    def notes(self) -> tuple[Note, ...]:
        return tuple(notes_on(self.graph, self.values, self.active, self.gradients))

    @cached_property
    def result_finite(self) -> bool:
        """Whether the value and the gradients of the wanted variables are finite."""
        wanted = [
            self.node_gradient(node)
            for name in self._wanted
            for node in flatten(self.graph.variables[name])
        ]
        return _all_finite(flatten(self.value)) and all(
            _all_finite(flatten(gradient)) for gradient in wanted
        )

    @cached_property
    def finite(self) -> bool:
        """Whether every value and every gradient of every node is finite."""
        return _all_finite(self.values) and all(
            gradient is None or math.isfinite(gradient)
            for row in self.gradients
            for gradient in row
        )

    def node_gradient(self, node: int) -> Any:
        """The gradient of one node, as `NodeResult.gradient` says."""
        if not self.active[node]:
            return None
        row = [_reached(gradients, node) for gradients in self.gradients]
        return unflatten(self.output, iter(row))

    def _gradient_of(self, name: str, row: int) -> Value:
        structure = self.graph.variables[name]
        gradients = self.gradients[row]
        return unflatten(
            structure, (_reached(gradients, node) for node in flatten(structure))
        )


def _reached(gradients: Sequence[float | None], node: int) -> float:
    """The gradient of a node, which is 0 where nothing reached it."""
    gradient = gradients[node] if node < len(gradients) else None
    return 0.0 if gradient is None else gradient


def _all_finite(numbers: Sequence[float]) -> bool:
    return all(map(math.isfinite, numbers))


def evaluate(
    text: str,
    bindings: Mapping[str, Value],
    *,
    defaults: Mapping[str, Value] | None = None,
    wrt: Sequence[str] | None = None,
    output: str | None = None,
) -> Evaluation:
    """The value and the gradient of every node of the formula.

    `bindings` maps each variable to a number, a list of numbers or a list of equally
    long lists; `defaults` gives values to names that it leaves out and may hold names
    that the formula does not use. `wrt` restricts what is differentiated to these
    variables, `output` asks for a label instead of the last statement.

    Raises GradcalcError, with `.span` and `.hint`, for whatever is wrong with these.
    """
    bound = bind(text, bindings, defaults=defaults, output=output)
    return evaluate_bound(bound, wrt)


def evaluate_bound(bound: BoundProgram, wrt: Sequence[str] | None = None) -> Evaluation:
    """The evaluation of a program whose variables are bound."""
    wanted, nodes = wanted_nodes(bound.program, wrt)
    graph = bound.program.graph
    values = graph.forward(bound.given)
    active = graph.dependents(nodes)
    gradients = [
        numeric_gradients(graph, values, output, active)
        for output in flatten(bound.output)
    ]
    return Evaluation(bound, values, active, gradients, wanted)
