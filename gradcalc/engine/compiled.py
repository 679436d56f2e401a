"""A graph and its gradients as one Python function without loops.

The symbolic derivative puts the gradients into the graph, and the code generator writes
out what is needed of it, each shared part once. The function's results are those of the
walk over the nodes, to the bit.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from gradcalc.engine.graph_gradients import graph_gradients
from gradcalc.engine.passes import passes
from gradcalc.engine.python_code import PythonCode
from gradcalc.graph import Graph
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
        gradients = self._gradients = graph_gradients(graph, outputs, wanted)
        self.rows = gradients.rows
        beside = [*gradients.passed_on, *gradients.received]
        super().__init__(gradients.graph, gradients.roots, given, beside=beside)
        arguments = {n: text for n, text in given.items() if isinstance(text, str)}
        known = {n: value for n, value in given.items() if not isinstance(value, str)}
        walked = walked_gradient(graph, outputs, list(arguments), wanted, known)
        name = self.name(walked, "walked")
        self.careful_rows = f"{name}({', '.join(arguments.values())})[1]"

    def _write(self, roots: Sequence[int]) -> None:
        guards = self._gradients.guards(self._graph, self._places)
        # Twice, so that each gets a name and is not computed again.
        super()._write([*roots, *guards.guarded, *guards.guarded])
        text, truth = partial(self._text, binding=ATOM), self._truth
        self.guard = " and ".join(
            [guards.condition(node, text, truth) for node in guards.guarded]
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
