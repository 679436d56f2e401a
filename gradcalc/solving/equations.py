"""Formulas as equations: what is to be 0."""

from dataclasses import replace

from gradcalc.errors import ShapeError, UsageError
from gradcalc.graph import Graph
from gradcalc.language.bindings import BoundProgram, Value
from gradcalc.operations import COMPARISONS, OPERATIONS
from gradcalc.shapes import described, flatten, shape_of, unflatten
from gradcalc.writers.node_text import expression

_EQUAL, _MINUS = OPERATIONS["=="], OPERATIONS["-"]


def equations(bound: BoundProgram, equals: Value | None = None) -> BoundProgram:
    """The program that results in what is to be 0, a number or a list of them.

    That is the result itself, left minus right of an equation typed with `==`, or the
    result minus `equals`. Raises UsageError for other comparisons and for two right
    sides, ShapeError for a list `equals` of another shape than the result.
    """
    graph = bound.program.graph.copy()
    nodes = flatten(bound.output)
    typed = [node for node in nodes if graph.operations[node] is _EQUAL]
    for node in nodes:
        operation = graph.operations[node]
        if operation in COMPARISONS and operation is not _EQUAL:
            raise UsageError(
                f"{expression(graph, node)} is no equation",
                hint=f"write == for {operation.name}",
            )
    if equals is not None and typed:
        raise UsageError(
            f"the right side of {expression(graph, typed[0])} is typed, and --equals is"
            " given, too",
            hint="leave out --equals",
        )
    if isinstance(equals, list):
        sides, result = shape_of(equals), shape_of(bound.output)
        if sides != result:
            raise ShapeError(
                f"--equals is {described(sides)}, but the result is {described(result)}"
            )
        values = flatten(equals)
    else:
        values = [0.0 if equals is None else equals] * len(nodes)
    zeros = [_zero(graph, *pair) for pair in zip(nodes, values, strict=True)]
    program = replace(bound.program, graph=graph)
    return replace(bound, program=program, output=unflatten(bound.output, iter(zeros)))


def _zero(graph: Graph, node: int, value: float) -> int:
    """The node that is 0 where this one is the value, or where it holds."""
    span = graph.starts[node], graph.ends[node]
    if graph.operations[node] is _EQUAL:
        if not any(node in inputs for inputs in graph.inputs):
            # In its place, so that nothing is said of a comparison.
            graph.operations[node] = _MINUS
            return node
        return graph.add(_MINUS, graph.inputs[node], *span)
    if value == 0:
        return node
    return graph.add(_MINUS, (node, graph.add_literal(value, *span)), *span)
