"""A change is the difference of two evaluations, and a lost one is known as lost."""

from decimal import Decimal, localcontext

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.graphs import ALL, graphs

from gradcalc.engine.decimal_arithmetic import arithmetic
from gradcalc.engine.high_precision import forward
from gradcalc.engine.surroundings import Surroundings, Variation
from gradcalc.language.bindings import bind

numbers = st.floats(-3, 3, allow_subnormal=False) | st.sampled_from([0.0, 1.0, 1e6])


@settings(max_examples=150, deadline=None)
@given(graphs(ALL, 12), st.lists(numbers, min_size=4, max_size=4))
def test_a_change_is_the_difference_of_two_evaluations(graph, numbers):
    point = dict(enumerate(numbers))
    step = Decimal("1e-3")
    surroundings = Surroundings(graph, point, [len(graph) - 1])
    moved = Variation(surroundings, {0: Decimal(1), 2: Decimal(-2)})
    changes = moved.change(step, 60).of
    with localcontext(arithmetic()):
        there = {node: Decimal(number) for node, number in point.items()}
        there[0] += step
        there[2] -= 2 * step
        for node, (old, new) in enumerate(
            zip(forward(graph, point), forward(graph, there), strict=True)
        ):
            if node in moved.reach and old.is_finite() and new.is_finite():
                distance = abs(changes.get(node, Decimal(0)) - (new - old))
                assert distance <= max(abs(old), abs(new)) * Decimal("1e-45")


LOST = [
    ("1 + x", 1e-300, 60, False), ("1 + x", 1e-300, 400, True),
    ("x^2", 3.0, 60, True), ("exp(2*x)", 1e-200, 60, False),
    ("where(x > 0, 5, x)", 1.0, 60, True), ("floor(x)", 2.5, 60, True),
    ("floor(exp(x))", 300.0, 60, False), ("f(x) = 1 + x | 0; f(x)", 1e-300, 60, False),
]  # fmt: skip


@pytest.mark.parametrize(("text", "x", "digits", "is_resolved"), LOST)
def test_what_is_lost_among_the_digits_is_told(text, x, digits, is_resolved):
    bound = bind(text, {"x": x})
    surroundings = Surroundings(bound.program.graph, bound.given, [bound.output])
    (node,) = bound.given
    variation = Variation(surroundings, {node: Decimal(1)})
    change = variation.change(variation.step(-18), digits)
    assert change.is_resolved == is_resolved
