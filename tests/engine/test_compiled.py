"""Compiled functions give what the walk over the nodes gives, to the bit."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.doubles import SPECIAL, bits, special_points
from reference.graphs import graphs
from reference.programs import PROGRAMS

from gradcalc.engine.compiled import (
    MOST_NODES,
    compile_forward,
    compile_gradient,
    walked_forward,
    walked_gradient,
)
from gradcalc.graph import Graph
from gradcalc.language.bindings import bind
from gradcalc.operations import OPERATIONS, Operation
from gradcalc.shapes import flatten


def assert_same(text: str, point: dict[str, float]) -> None:
    bound = bind(text, {}, defaults=None, complete=False)
    graph, outputs = bound.program.graph, flatten(bound.output)
    arguments = [node for s in graph.variables.values() for node in flatten(s)]
    values = [point[name] for name in graph.variables]
    for wanted in (arguments, arguments[:1], []):
        walked = walked_gradient(graph, outputs, arguments, wanted)(*values)
        compiled = compile_gradient(graph, outputs, arguments, wanted)(*values)
        assert_equal(walked, compiled, text, point)
    forward = compile_forward(graph, outputs, arguments)(*values)
    assert_equal((walked[0], ()), (forward, ()), text, point)


def assert_equal(walked, compiled, text, point) -> None:
    for expected, found in zip(
        [walked[0], *walked[1]], [compiled[0], *compiled[1]], strict=True
    ):
        assert list(map(bits, found)) == list(map(bits, expected)), (text, point)


POINTS = [
    dict(zip("xyz", values, strict=True))
    for values in [
        (2.0, -3.0, 0.5), (0.0, 0.0, 0.0), (1.0, 1.0, 1.0), (-1.0, 2.0, 0.0),
        (math.nan, 1.0, 2.0), (math.inf, -math.inf, 0.0), (0.0, -0.0, -1.0),
        (1000.0, -1000.0, 1e300), (-0.0, 2.0, -2.0), (3.0, 0.0, math.nan),
        (0.5, -0.0, 1.0),
    ]
]  # fmt: skip


@pytest.mark.parametrize("text", PROGRAMS)
def test_formulas_at_special_points(text):
    for point in POINTS:
        assert_same(text, point)


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda o: o.name)
def test_every_operation_at_special_values(operation):
    counts = [1, 2, 3] if operation.lists else [1]
    for times in counts:
        graph, arguments, output = single(operation, times)
        compiled = compile_gradient(graph, [output], arguments, arguments)
        walked = walked_gradient(graph, [output], arguments, arguments)
        for point in [*operation.samples, *special_points(6)]:
            values = (point * 6)[: len(arguments)]
            assert_equal(walked(*values), compiled(*values), operation.name, values)


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda o: o.name)
def test_every_operation_with_one_number(operation):
    count = len(operation.parameters) * (2 if operation.lists else 1)
    for position in range(count if count > 1 else 0):
        for number in SPECIAL:
            graph = Graph()
            nodes = [
                graph.add_literal(number) if k == position else graph.add_variable("x")
                for k in range(count)
            ]
            output = graph.add(operation, tuple(nodes))
            arguments = [node for k, node in enumerate(nodes) if k != position]
            compiled = compile_gradient(graph, [output], arguments, arguments)
            walked = walked_gradient(graph, [output], arguments, arguments)
            for start in range(len(SPECIAL)):
                values = (SPECIAL[start:] + SPECIAL[:start])[: len(arguments)]
                assert_equal(walked(*values), compiled(*values), operation.name, values)


def single(operation: Operation, times: int) -> tuple[Graph, list[int], int]:
    """A graph of the one operation, its arguments and its output."""
    graph = Graph()
    count = len(operation.parameters) * times
    arguments = [graph.add_variable(f"x{k}") for k in range(count)]
    return graph, arguments, graph.add(operation, tuple(arguments))


numbers = st.sampled_from(SPECIAL) | st.floats(-3, 3) | st.floats()


@settings(max_examples=400, deadline=None)
@given(graphs(), st.data())
def test_random_graphs(graph, data):
    variables = list(graph.variables.values())
    point = [data.draw(numbers) for _ in variables]
    nodes = st.integers(0, len(graph) - 1)
    outputs = data.draw(st.lists(nodes, min_size=1, max_size=2))
    wanted = data.draw(st.sampled_from([variables, variables[:1], variables[1:]]))
    compiled = compile_gradient(graph, outputs, variables, wanted)
    walked = walked_gradient(graph, outputs, variables, wanted)
    assert_equal(walked(*point), compiled(*point), "", point)


def test_known_values_are_filled_in():
    bound = bind("w*x + b", {}, complete=False)
    graph = bound.program.graph
    w, x, b = graph.variables.values()
    compiled = compile_gradient(graph, [bound.output], [w], [w], {x: 3.0, b: 1.0})
    assert compiled(2.0) == ((7.0,), ((3.0,),))


def test_nothing_is_computed_that_is_not_needed():
    calls = []
    noisy = Operation(
        "noisy", "x", lambda x: calls.append(x) or x, ("1",), "counts its calls"
    )
    graph = Graph()
    x = graph.add_variable("x")
    unused = graph.add(noisy, (x,))
    used = graph.add(noisy, (x,))
    output = graph.add(OPERATIONS["*"], (used, used))
    graph.add(OPERATIONS["*"], (unused, output))
    assert compile_gradient(graph, [output], [x], [x])(3.0) == ((9.0,), ((6.0,),))
    assert calls == [3.0]


def test_a_side_is_computed_only_where_it_is_taken():
    calls = []
    noisy = Operation(
        "noisy", "x", lambda x: calls.append(x) or x, ("1",), "counts its calls"
    )
    graph = Graph()
    x = graph.add_variable("x")
    square = graph.add(noisy, (x,))
    deep = graph.add(OPERATIONS["*"], (square, square))
    inner = graph.add(OPERATIONS["where"], (x, deep, x))
    condition = graph.add(OPERATIONS[">"], (x, graph.add_literal(1.0)))
    outer = graph.add(OPERATIONS["where"], (condition, inner, x))
    compiled = compile_forward(graph, [outer], [x])
    assert (compiled(0.5), calls) == ((0.5,), [])
    assert (compiled(3.0), calls) == ((9.0,), [3.0])
    # What both sides need, or something else does, is computed before.
    both = graph.add(OPERATIONS["where"], (condition, deep, square))
    assert compile_forward(graph, [both], [x])(0.5) == (0.5,)
    assert compile_forward(graph, [outer, deep], [x])(0.5) == (0.5, 0.25)


def test_sides_within_sides():
    graph = Graph()
    x = node = graph.add_variable("x")
    for size in range(60):
        limit = graph.add_literal(float(size))
        below = graph.add(OPERATIONS["<"], (x, limit))
        square = graph.add(OPERATIONS["*"], (node, node))
        shared = graph.add(OPERATIONS["*"], (square, square))
        node = graph.add(OPERATIONS["where"], (below, shared, node))
    for value in (0.5, 58.5, 100.0):
        found = compile_forward(graph, [node], [x])(value)
        assert found == walked_forward(graph, [node], [x])(value)


@pytest.mark.parametrize("size", [MOST_NODES // 4, MOST_NODES + 1])
def test_a_long_chain(size):
    graph = Graph()
    x = total = graph.add_variable("x")
    for _ in range(size):
        total = graph.add(OPERATIONS["+"], (total, x))
    values, rows = compile_gradient(graph, [total], [x], [x])(1.0)
    assert values == (size + 1.0,)
    assert rows == ((size + 1.0,),)


def test_a_sum_of_a_long_list():
    graph = Graph()
    nodes = [graph.add_variable(f"v[{k}]") for k in range(5000)]
    total = graph.add(OPERATIONS["sum"], tuple(nodes))
    values, rows = compile_gradient(graph, [total], nodes, nodes)(*[1.0] * 5000)
    assert values == (5000.0,)
    assert rows == ((1.0,) * 5000,)
