"""The two passes over a graph at a point: values forward, gradients backward."""

from collections.abc import Sequence
from dataclasses import dataclass
from operator import add

from gradcalc.backward import backward
from gradcalc.engine.pullbacks import Pullback, compiled_pullback, pullback
from gradcalc.graph import Graph
from gradcalc.operations import Operation

# From this many nodes on it pays to compile the formulas of their operations.
_FEWEST_COMPILED = 2_000


@dataclass(eq=False, repr=False)
class Passes:
    """The numbers of both passes, all of them dimensionless."""

    graph: Graph
    # The value of each node.
    values: Sequence[float]
    # A flag for each node: whether it depends on a wanted one.
    active: Sequence[int]
    # For each output the gradient of each node up to it; None where nothing arrives.
    gradients: Sequence[Sequence[float | None]]

    def gradient_at(self, node: int, row: int = 0) -> float:
        """The gradient of an output with respect to a node, 0 where nothing arrives."""
        gradients = self.gradients[row]
        gradient = gradients[node] if node < len(gradients) else None
        return 0.0 if gradient is None else gradient

    def contributions(self, node: int, gradient: float) -> Sequence[float | None]:
        """What the node passes on to each operand of a gradient that comes in."""
        inputs = self.graph.inputs[node]
        back = pullback(self.graph.operations[node], len(inputs))
        return back(gradient, self.values[node], *[self.values[i] for i in inputs])


def passes(
    graph: Graph,
    given: dict[int, float],
    outputs: Sequence[int],
    wanted: Sequence[int],
) -> Passes:
    """Both passes, from the values of the variable nodes to the wanted gradients."""
    values = graph.forward(given)
    active = graph.dependents(wanted)
    rows = [gradients(graph, values, output, active) for output in outputs]
    return Passes(graph, values, active, rows)


def gradients(
    graph: Graph, values: Sequence[float], output: int, active: Sequence[int]
) -> list[float | None]:
    """The gradient of the output with respect to every node up to it, as numbers."""
    operations, inputs = graph.operations, graph.inputs
    make = pullback if output < _FEWEST_COMPILED else compiled_pullback
    # The pullbacks of operations on one and on two operands: most nodes are of these.
    single: dict[Operation, Pullback] = {}
    double: dict[Operation, Pullback] = {}

    def contributions(node: int, gradient: float) -> Sequence[float | None]:
        operation, operands = operations[node], inputs[node]
        if len(operands) == 2:
            back = double.get(operation)
            if back is None:
                back = double[operation] = make(operation, 2)
            a, b = operands
            return back(gradient, values[node], values[a], values[b])
        if len(operands) == 1:
            back = single.get(operation)
            if back is None:
                back = single[operation] = make(operation, 1)
            return back(gradient, values[node], values[operands[0]])
        back = make(operation, len(operands))
        return back(gradient, values[node], *[values[i] for i in operands])

    return backward(graph, output, active, 1.0, contributions, add)
