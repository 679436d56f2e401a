"""Decimal arithmetic against mpmath's, row by row, and against the special values."""

import math
import random
from decimal import Decimal, localcontext
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf
from reference.arithmetic import REFERENCE
from reference.graphs import ALL, VARIABLES, graphs

from gradcalc.engine.high_precision import (
    DEFINITIONS,
    applied,
    arithmetic,
    forward,
    gradients,
)
from gradcalc.graph import Graph
from gradcalc.language.bindings import bind
from gradcalc.operations import OPERATIONS

every_operation = pytest.mark.parametrize(
    "operation", OPERATIONS.values(), ids=list(OPERATIONS)
)
# Enough for the reference to be exact where it cancels.
REFERENCE_DIGITS = 1_000
# Numbers that are infinite or 0 in the end: mpmath's exponents have no bound.
IMMENSE = mpf(10) ** 10**6

SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, -2.0, 3.0, 1e16, math.inf, -math.inf, math.nan]


def value(operation, point):
    with localcontext(arithmetic()):
        return applied(operation, [Decimal(x) for x in point])


def random_points(operation):
    """Points of ordinary and of extreme size, and whole numbers, which often tie."""
    chance = random.Random(operation.name)
    count = len(operation.parameters)
    kinds = [
        lambda: chance.uniform(-3, 3),
        lambda: chance.uniform(-1, 1),
        lambda: float(chance.randint(-4, 4)),
        lambda: chance.choice([-1, 1]) * 10 ** chance.uniform(-20, 20),
    ]
    for _ in range(60):
        size = count * chance.randint(2, 3) if operation.lists else count
        yield tuple(chance.choice(kinds)() for _ in range(size))


def test_every_operation_has_a_definition():
    missing = set(OPERATIONS) - set(DEFINITIONS)
    assert not missing, (
        f"{', '.join(missing)}: add to DEFINITIONS in gradcalc/engine/high_precision.py"
        " how the value is computed with Decimals, which `check` needs"
    )
    assert not set(DEFINITIONS) - set(OPERATIONS)


@every_operation
def test_values_have_40_digits(operation):
    for point in (*operation.samples, *random_points(operation)):
        found = value(operation, point)
        with mp.workdps(REFERENCE_DIGITS):
            try:
                wanted = mpf(REFERENCE[operation.name][0](*map(mpf, point)))
            except (TypeError, ZeroDivisionError, ValueError):
                # Complex, a pole, or outside the domain.
                assert not found.is_finite(), point
                continue
            if not mp.isfinite(wanted):
                assert str(found) == str(Decimal(float(wanted))), point
            elif abs(wanted) > IMMENSE:
                assert found.adjusted() >= 10**6 or found.is_infinite(), point
            elif wanted and abs(wanted) < 1 / IMMENSE:
                assert found.adjusted() < -(10**6), point
            else:
                distance = abs(mpf(str(found)) - wanted)
                assert distance <= abs(wanted) * mpf(10) ** -40, point


@every_operation
def test_special_values_are_those_of_doubles(operation):
    count = len(operation.parameters)
    size = 2 * count if operation.lists else count
    for point in product(SPECIAL, repeat=min(size, 3)):
        point += (1.0,) * (size - len(point))
        if operation.name.endswith("_logits") and max(map(abs, point[1:])) > 1e10:
            # Doubles lose the digits of such a target, or of such a distance.
            continue
        with localcontext(arithmetic()):
            found = float(value(operation, point))
        wanted = operation.evaluate(*point)
        assert found == pytest.approx(wanted, rel=1e-12, abs=0, nan_ok=True), point
        assert math.isnan(wanted) or (
            math.copysign(1, found) == math.copysign(1, wanted)
        ), point


@every_operation
def test_rules_are_evaluated_with_their_digits(operation):
    for point in operation.samples:
        graph = Graph()
        nodes = [graph.add_variable(f"x{place}") for place in range(len(point))]
        graph.add(operation, tuple(nodes))
        values = forward(graph, point)
        found = gradients(graph, values, len(point), bytearray(b"1" * len(graph)))
        with mp.workdps(REFERENCE_DIGITS):
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
