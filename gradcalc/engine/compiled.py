"""A graph and its gradients as one Python function without loops.

What `gradcalc.engine.unrolled` makes of the graph is written out: each shared
expression once, nothing that the wanted gradients do not need. The function's results
are those of the walk over the nodes.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gradcalc.engine.code import PythonCode
from gradcalc.engine.pullbacks import gradients as walked_gradients
from gradcalc.engine.unrolled import differentiate
from gradcalc.graph import Graph

Row = tuple[float, ...]
Forward = Callable[..., Row]
Gradient = Callable[..., tuple[Row, tuple[Row, ...]]]

# To compile takes as long for each node as to walk over it eighty times, however large
# the graph. Beyond this, where that is half a second, the graph is walked.
MOST_NODES = 30_000


def compile_forward(
    graph: Graph,
    outputs: Sequence[int],
    arguments: Sequence[int],
    known: Mapping[int, float] | None = None,
) -> Forward:
    """A function of the arguments' values that returns the values of the outputs.

    `arguments` are variable nodes, in the order in which their values are given;
    `known` has the values of all others.
    """
    if len(graph) > MOST_NODES:
        return _walked_forward(graph, outputs, arguments, known or {})
    code = PythonCode()
    placed = code.place(graph, _given(code, arguments, known), outputs)
    returned = [placed[node] for node in outputs]
    code.write(returned)
    compiled: Forward = function(
        code,
        [argument_name(position) for position in range(len(arguments))],
        row_text(code, returned),
    )
    return compiled


def compile_gradient(
    graph: Graph,
    outputs: Sequence[int],
    arguments: Sequence[int],
    wanted: Sequence[int],
    known: Mapping[int, float] | None = None,
) -> Gradient:
    """A function of the arguments' values that returns values and gradients.

    It returns the values of the outputs and, for each output, its gradients with
    respect to the wanted nodes. `arguments` are variable nodes, in the order in which
    their values are given, as floats; `known` has the values of all others.
    """
    if len(graph) * len(outputs) > MOST_NODES:
        return _walked_gradient(graph, outputs, arguments, wanted, known or {})
    code = PythonCode()
    values, rows = differentiate(
        code, graph, outputs, _given(code, arguments, known), wanted
    )
    code.write([*values, *(gradient for row in rows for gradient in row)])
    returned = "".join([f"{row_text(code, row)}, " for row in rows])
    compiled: Gradient = function(
        code,
        [argument_name(position) for position in range(len(arguments))],
        f"{row_text(code, values)}, ({returned})",
    )
    return compiled


def argument_name(position: int) -> str:
    """What a compiled function calls its argument at the position."""
    return f"x{position}"


def row_text(code: PythonCode, row: Sequence[int]) -> str:
    """The tuple of the expressions."""
    return "(" + "".join([f"{code.text(expression)}, " for expression in row]) + ")"


def function(code: PythonCode, parameters: Sequence[str], returned: str) -> Any:
    """The Python function with the code's lines, which must have been written."""
    lines = [f"def compiled({', '.join(parameters)}):"]
    lines += [f"    {line}" for line in code.lines]
    lines.append(f"    return {returned}")
    namespace: dict[str, Any] = dict(code.namespace)
    exec("\n".join(lines), namespace)
    return namespace["compiled"]


def _given(
    code: PythonCode, arguments: Sequence[int], known: Mapping[int, float] | None
) -> dict[int, int]:
    given = {node: code.number(value) for node, value in (known or {}).items()}
    for position, node in enumerate(arguments):
        given[node] = code.name(argument_name(position))
    return given


def _walked_forward(
    graph: Graph,
    outputs: Sequence[int],
    arguments: Sequence[int],
    known: Mapping[int, float],
) -> Forward:
    def walked(*values: float) -> Row:
        given = {**known, **dict(zip(arguments, values, strict=True))}
        results = graph.forward(given)
        return tuple([results[node] for node in outputs])

    return walked


def _walked_gradient(
    graph: Graph,
    outputs: Sequence[int],
    arguments: Sequence[int],
    wanted: Sequence[int],
    known: Mapping[int, float],
) -> Gradient:
    active = graph.dependents(wanted)

    def walked(*values: float) -> tuple[Row, tuple[Row, ...]]:
        given = {**known, **dict(zip(arguments, values, strict=True))}
        results = graph.forward(given)
        rows = []
        for output in outputs:
            row = walked_gradients(graph, results, output, active)
            found = [row[node] if node <= output else None for node in wanted]
            rows.append(tuple([0.0 if g is None else g for g in found]))
        return tuple([results[node] for node in outputs]), tuple(rows)

    return walked
