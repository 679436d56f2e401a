"""A graph and its gradients as one Python function without loops.

The symbolic derivative puts the gradients into the graph, and the code generator writes
out what is needed of it, each shared part once. The function's results are those of the
walk over the nodes, to the bit.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from gradcalc.engine.guards import Guards
from gradcalc.engine.passes import passes
from gradcalc.engine.python_code import PythonCode
from gradcalc.graph import Graph
from gradcalc.language.contributions import append_backward
from gradcalc.writers.code_spelling import ATOM

# Numbers of nodes of a graph; and the values of variable nodes.
Nodes = Sequence[int]
Known = Mapping[int, float]
Row = tuple[float, ...]
Forward = Callable[..., Row]
Gradient = Callable[..., tuple[Row, tuple[Row, ...]]]

# To compile takes as long for each node as to walk over it eighty times, however large
# the graph. Beyond this, where that is half a second, the graph is walked.
MOST_NODES = 30_000


class GradientCode(PythonCode):
    """The lines of code that compute outputs of a graph and their gradients.

    `rows` has the nodes of the gradients: for each output one for each wanted node.
    `guard` is the condition that these are right, "" if they always are; where it does
    not hold, `careful_rows` is the text of a call that gives the rows.
    """

    def __init__(
        self,
        graph: Graph,
        outputs: Sequence[int],
        wanted: Sequence[int],
        given: Mapping[int, str | float],
    ) -> None:
        active = graph.dependents(wanted)
        extended = graph.copy()
        passes = [
            append_backward(extended, output, wanted, active, exact=True)
            for output in outputs
        ]
        self.rows = [each.wanted for each in passes]
        self._forward = len(graph)
        # The gradients of the nodes that pass them on, and of those that do not.
        self._passed_on: set[int] = set()
        self._received: set[int] = set()
        for each in passes:
            for node, arriving in each.arriving.items():
                if active[node]:
                    kind = self._passed_on if graph.inputs[node] else self._received
                    kind.add(arriving)
        roots = [*outputs, *(node for row in self.rows for node in row)]
        beside = [*self._passed_on, *self._received]
        super().__init__(extended, roots, given, beside=beside)
        arguments = {n: text for n, text in given.items() if isinstance(text, str)}
        known = {n: value for n, value in given.items() if not isinstance(value, str)}
        walked = walked_gradient(graph, outputs, list(arguments), wanted, known)
        name = self.name(walked, "walked")
        self.careful_rows = f"{name}({', '.join(arguments.values())})[1]"

    def _write(self, roots: Sequence[int]) -> None:
        places = self._places
        guards = Guards(
            self._graph,
            [place for node, place in places.items() if node < self._forward],
            [places[node] for node in self._passed_on],
        )
        guarded = guards.guarded([places[node] for node in self._received])
        # Twice, so that each gets a name and is not computed again.
        super()._write([*roots, *guarded, *guarded])
        text, truth = partial(self._text, binding=ATOM), self._truth
        self.guard = " and ".join(
            [guards.condition(node, text, truth) for node in guarded]
        )


def compile_forward(
    graph: Graph, outputs: Nodes, arguments: Nodes, known: Known | None = None
) -> Forward:
    """A function of the arguments' values that returns the values of the outputs.

    `arguments` are variable nodes, in the order in which their values are given;
    `known` has the values of all others.
    """
    if len(graph) > MOST_NODES:
        return walked_forward(graph, outputs, arguments, known)
    names = {node: f"x{position}" for position, node in enumerate(arguments)}
    code = PythonCode(graph, outputs, {**(known or {}), **names})
    compiled: Forward = code.function(list(names.values()), code.row(outputs))
    return compiled


def compile_gradient(
    graph: Graph,
    outputs: Nodes,
    arguments: Nodes,
    wanted: Nodes,
    known: Known | None = None,
) -> Gradient:
    """A function of the arguments' values that returns values and gradients.

    It returns the values of the outputs and, for each output, its gradients with
    respect to the wanted nodes. `arguments` are variable nodes, in the order in which
    their values are given, as floats; `known` has the values of all others.
    """
    if len(graph) * len(outputs) > MOST_NODES:
        return walked_gradient(graph, outputs, arguments, wanted, known)
    names = {node: f"x{position}" for position, node in enumerate(arguments)}
    code = GradientCode(graph, outputs, wanted, {**(known or {}), **names})
    rows = f"({''.join([f'{code.row(row)}, ' for row in code.rows])})"
    if code.guard:
        rows = f"{rows} if {code.guard} else {code.careful_rows}"
    compiled: Gradient = code.function(
        list(names.values()), f"{code.row(outputs)}, {rows}"
    )
    return compiled


def walked_forward(
    graph: Graph, outputs: Nodes, arguments: Nodes, known: Known | None = None
) -> Forward:
    """The function of `compile_forward` as a walk over the nodes."""

    def walked(*values: float) -> Row:
        given = {**(known or {}), **dict(zip(arguments, values, strict=True))}
        results = graph.forward(given)
        return tuple([results[node] for node in outputs])

    return walked


def walked_gradient(
    graph: Graph,
    outputs: Nodes,
    arguments: Nodes,
    wanted: Nodes,
    known: Known | None = None,
) -> Gradient:
    """The function of `compile_gradient` as a walk over the nodes."""

    def walked(*values: float) -> tuple[Row, tuple[Row, ...]]:
        given = {**(known or {}), **dict(zip(arguments, values, strict=True))}
        found = passes(graph, given, outputs, wanted)
        rows = [
            tuple([found.gradient_at(node, row) for node in wanted])
            for row in range(len(outputs))
        ]
        return tuple([found.values[node] for node in outputs]), tuple(rows)

    return walked
