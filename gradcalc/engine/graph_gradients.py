"""The gradients of a graph's outputs as nodes of a graph, for code to be written of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gradcalc.engine.guards import Guards
from gradcalc.graph import Graph
from gradcalc.language.contributions import append_backward


@dataclass(eq=False, repr=False)
class GraphGradients:
    """A graph to which the gradients of outputs are appended.

    graph      the graph; its first `forward` nodes are those of the formula itself
    roots      the outputs, and then the gradients in `rows`
    rows       for each output the gradient of each wanted node
    passed_on  the gradients of the nodes that pass them on
    received   those of the nodes that do not: variables
    """

    graph: Graph
    forward: int
    roots: list[int]
    rows: list[list[int]]
    passed_on: list[int]
    received: list[int]

    def guards(self, terms: Graph, places: Mapping[int, int]) -> Guards:
        """The guards of the gradients that became terms, by their places there."""
        return Guards(
            terms,
            [place for node, place in places.items() if node < self.forward],
            [places[node] for node in self.passed_on],
            [places[node] for node in self.received],
        )


def graph_gradients(
    graph: Graph, outputs: Sequence[int], wanted: Sequence[int]
) -> GraphGradients:
    """The gradients of each output with respect to the wanted nodes, in a copy."""
    active = graph.dependents(wanted)
    extended = graph.copy()
    passes = [
        append_backward(extended, output, wanted, active, exact=True)
        for output in outputs
    ]
    rows = [each.wanted for each in passes]
    arriving = [
        (node, gradient)
        for each in passes
        for node, gradient in each.arriving.items()
        if active[node]
    ]
    return GraphGradients(
        graph=extended,
        forward=len(graph),
        roots=[*outputs, *(node for row in rows for node in row)],
        rows=rows,
        passed_on=[gradient for node, gradient in arriving if graph.inputs[node]],
        received=[gradient for node, gradient in arriving if not graph.inputs[node]],
    )
