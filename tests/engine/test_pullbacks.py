"""Pullbacks: compiled ones equal the formulas that they are made of, to the bit."""

import pytest
from reference.doubles import bits, special_points

from gradcalc.engine.passes import gradients
from gradcalc.engine.pullbacks import compiled_pullback, pullback
from gradcalc.graph import Graph
from gradcalc.operations import OPERATIONS


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda o: o.name)
def test_compiled_rule_equals_its_graph(operation):
    count = len(operation.parameters) * (2 if operation.lists else 1)
    walked, compiled = pullback(operation, count), compiled_pullback(operation, count)
    samples = [point for point in operation.samples if len(point) == count]
    for point in [*samples, *special_points(count)]:
        out = operation.evaluate(*point)
        for gradient in (1.0, -2.0, float("inf")):
            expected = walked(gradient, out, *point)
            found = compiled(gradient, out, *point)
            assert list(map(bits, found)) == list(map(bits, expected)), point


@pytest.mark.parametrize("size", [10, 5_000])
def test_a_chain_of_any_length(size):
    graph = Graph()
    x = node = graph.add_variable("x")
    for _ in range(size):
        node = graph.add(OPERATIONS["+"], (node, x))
    values = graph.forward({x: 2.0})
    found = gradients(graph, values, node, graph.dependents([x]))
    assert found[x] == size + 1.0
    assert found[node] == 1.0
