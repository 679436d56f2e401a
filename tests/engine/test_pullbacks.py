"""The compiled rules and the loop over nodes equal what they stand for, to the bit."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.doubles import SPECIAL, bits, special_points
from reference.graphs import graphs

from gradcalc.engine import pullbacks as numeric
from gradcalc.engine.numeric_loop import commonest, loop_gradients
from gradcalc.graph import Graph
from gradcalc.language.rules import rule_of
from gradcalc.operations import OPERATIONS


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda o: o.name)
def test_compiled_rule_equals_its_graph(operation):
    count = len(operation.parameters) * (2 if operation.lists else 1)
    rule = rule_of(operation, count)
    mask = (1,) * count
    walked, compiled = numeric._walked(rule, mask), numeric._compiled(rule, mask)
    samples = [point for point in operation.samples if len(point) == count]
    for point in [*samples, *special_points(count)]:
        out = operation.evaluate(*point)
        for gradient in (1.0, -2.0, float("inf")):
            expected = walked(gradient, out, *point)
            found = compiled(gradient, out, *point)
            assert list(map(bits, found)) == list(map(bits, expected)), point


numbers = st.sampled_from(SPECIAL) | st.floats(-3, 3) | st.floats()


@settings(max_examples=300, deadline=None)
@given(graphs(), st.data())
def test_the_loop_equals_the_backward_pass(graph, data):
    variables = list(graph.variables.values())
    point = {node: data.draw(numbers) for node in variables}
    values = graph.forward(point)
    output = data.draw(st.integers(0, len(graph) - 1))
    active = graph.dependents(data.draw(st.sampled_from([variables, variables[1:]])))
    expected = numeric.node_gradients(graph, values, output, active)
    found = loop_gradients(graph, values, output, active)
    assert list(map(bits, found)) == list(map(bits, expected))


def test_the_loop_has_the_commonest_operations():
    plus, times = OPERATIONS["+"], OPERATIONS["*"]
    assert commonest([plus] * 3 + [times] * 5) == (times, plus)


@pytest.mark.parametrize("size", [10, 3 * numeric._LARGE])
def test_a_chain_of_any_length(size):
    graph = Graph()
    x = node = graph.add_variable("x")
    for _ in range(size):
        node = graph.add(OPERATIONS["+"], (node, x), 0, 0)
    values = graph.forward({x: 2.0})
    gradients = numeric.gradients(graph, values, node, graph.dependents([x]))
    assert gradients[x] == size + 1.0
    assert gradients[node] == 1.0
