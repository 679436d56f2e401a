"""The passes in decimals: true to every rule, and with an end for all numbers."""

import math
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf
from reference.arithmetic import REFERENCE
from reference.graphs import ALL, VARIABLES, graphs

from gradcalc.engine.high_precision import forward, gradients
from gradcalc.graph import Graph
from gradcalc.language.bindings import bind
from gradcalc.operations import OPERATIONS

SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, -2.0, 3.0, 1e16, math.inf, -math.inf, math.nan]


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=list(OPERATIONS))
def test_rules_are_evaluated_with_their_digits(operation):
    for point in operation.samples:
        graph = Graph()
        nodes = [graph.add_variable(f"x{place}") for place in range(len(point))]
        graph.add(operation, tuple(nodes))
        values = forward(graph, point)
        found = gradients(graph, values, len(point), bytearray(b"1" * len(graph)))
        with mp.workdps(1_000):
            wanted = REFERENCE[operation.name][1](*map(mpf, point))
            for each, partial in zip(found, wanted, strict=False):
                if partial is None or not mp.isfinite(partial):
                    assert each is None or not each.is_finite() or each == 0, point
                elif each is None:
                    assert partial == 0, point
                else:
                    # A rule that says pi means the double; a rule that subtracts from 1
                    # is good to the digits of 1.
                    distance = abs(mpf(str(each)) - partial)
                    assert distance <= max(abs(partial) * mpf(1e-15), 1e-55), point


def test_a_function_with_its_own_rule_is_its_body_and_its_rule():
    bound = bind("f(x) = log(1 + exp(x)) | 3*x; f(y)^2", {"y": 0.5})
    graph = bound.program.graph
    values = forward(graph, bound.given)
    assert float(values[bound.output]) == pytest.approx(math.log1p(math.exp(0.5)) ** 2)
    (y,) = bound.given
    found = gradients(graph, values, bound.output, graph.dependents([y]))[y]
    assert float(found) == pytest.approx(2 * math.log1p(math.exp(0.5)) * 1.5)


UNBOUNDED = [
    "exp(exp(exp(x)))", "sin(exp(x))", "x^x^x^x", "mod(exp(x), 3)", "erfc(exp(x))",
    "floor(exp(exp(x)))", "(-2)^exp(x)", "(1 + 1/exp(x))^exp(x)", "exp(-exp(x))^x",
    "atan(exp(exp(x)))", "asinh(exp(exp(x)))", "hypot(exp(x), exp(-x))",
]  # fmt: skip


@pytest.mark.parametrize("text", UNBOUNDED)
@pytest.mark.parametrize("x", [50.0, 800.0, 1e43, 1e300, -1e300])
def test_numbers_beyond_all_bounds_have_an_end(text, x):
    bound = bind(text, {"x": x})
    graph = bound.program.graph
    values = forward(graph, bound.given)
    gradients(graph, values, bound.output, graph.dependents(list(bound.given)))


@settings(max_examples=100, deadline=None)
@given(
    graphs(ALL, 12),
    st.lists(st.sampled_from(SPECIAL) | st.floats(), min_size=4, max_size=4),
)
def test_any_graph_at_any_numbers_has_an_answer(graph, numbers):
    values = forward(graph, numbers)
    output = len(graph) - 1
    active = graph.dependents(range(len(VARIABLES)))
    for number in [*values, *gradients(graph, values, output, active)]:
        assert number is None or isinstance(number, Decimal)
