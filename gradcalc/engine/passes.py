"""The two passes over a graph at a point: values forward, gradients backward."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import add
from typing import Any

from gradcalc.backward import Gradients, backward
from gradcalc.engine.extended_range import mended
from gradcalc.engine.pullbacks import Pullback, compiled_pullback, pullback
from gradcalc.graph import Graph
from gradcalc.operations import Operation

# From this many nodes on it pays to compile the formulas of their operations.
FEWEST_COMPILED = 2_000


# So many gradients are kept; of more, each output's are worked out when they are asked
# for, so that the Jacobian of a large matrix does not fill the memory.
_MOST_KEPT = 10_000_000


class Rows(Sequence[Gradients[float]]):
    """For each output the gradient of each node, worked out when it is asked for."""

    def __init__(
        self, outputs: Sequence[int], row: Callable[[int], Gradients[float]]
    ) -> None:
        self.outputs = outputs
        self._row = row
        self._kept: dict[int, Gradients[float]] = {}
        self._size = 0

    def __len__(self) -> int:
        return len(self.outputs)

    def __getitem__(self, place: Any) -> Any:
        output = self.outputs[place]
        row = self._kept.get(output)
        if row is None:
            row = self._row(output)
            self._size += len(row)
            if self._size > _MOST_KEPT:
                self._kept.clear()
                self._size = len(row)
            self._kept[output] = row
        return row


@dataclass(eq=False, repr=False)
class Passes:
    """The numbers of both passes, all of them dimensionless."""

    graph: Graph
    # The value of each node.
    values: Sequence[float]
    # A flag for each node: whether it depends on a wanted one.
    active: Sequence[int]
    # For each output the gradient of each node; None where nothing arrives.
    gradients: Rows

    def gradient_at(self, node: int, row: int = 0) -> float:
        """The gradient of an output with respect to a node, 0 where nothing arrives."""
        gradient = self.gradients[row][node]
        return 0.0 if gradient is None else gradient

    def contributions(self, node: int, gradient: float) -> Sequence[float | None]:
        """What the node passes on to each operand of a gradient that comes in."""
        inputs = self.graph.inputs[node]
        back = pullback(self.graph.operations[node], len(inputs))
        return back(gradient, self.values[node], *[self.values[i] for i in inputs])


def picked(row: Gradients[float], nodes: Sequence[int]) -> list[float]:
    """The gradients of the nodes, 0 where nothing arrived."""
    return [
        0.0 if gradient is None else gradient
        for node in nodes
        for gradient in [row[node]]
    ]


def passes(
    graph: Graph,
    given: dict[int, float],
    outputs: Sequence[int],
    wanted: Sequence[int],
) -> Passes:
    """Both passes, from the values of the variable nodes to the wanted gradients."""
    values = graph.forward(given)
    active = graph.dependents(wanted)
    sparse = len(outputs) > 1

    def row(output: int) -> Gradients[float]:
        return gradients(graph, values, output, active, sparse=sparse)

    return Passes(graph, values, active, Rows(outputs, row))


def gradients(
    graph: Graph,
    values: Sequence[float],
    output: int,
    active: Sequence[int],
    *,
    sparse: bool = False,
) -> Gradients[float]:
    """The gradient of the output with respect to every node, as numbers.

    `sparse` is for one of many outputs.
    """
    operations, inputs = graph.operations, graph.inputs
    make = pullback if output < FEWEST_COMPILED else compiled_pullback
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

    found = backward(graph, output, active, 1.0, contributions, add, sparse=sparse)
    return mended(graph, values, output, active, found)
