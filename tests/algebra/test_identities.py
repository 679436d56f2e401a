"""The tables of identities: both sides of every pair, at points and in formulas."""

import math

import pytest
from reference.doubles import SPECIAL

from gradcalc.algebra import identities
from gradcalc.algebra.simplify import simplified
from gradcalc.language.bindings import bind
from gradcalc.writers.program_text import program_text

TABLES = {
    "sums": identities.SUMS,
    "products": identities.PRODUCTS,
    "shorter sums": identities.SHORTER_SUMS,
    "shorter products": identities.SHORTER_PRODUCTS,
    "calls": identities.CALLS,
}
ALL = [pytest.param(text, id=text) for table in TABLES.values() for text in table]
POINTS = [-2.5, -0.9, -0.3, 1e-9, 0.2, 0.7, 0.999, 1.9, 4.0]


def value(text, x):
    bound = bind(text, {}, complete=False)
    graph = bound.program.graph
    given = dict.fromkeys(graph.variables.values(), x)
    return graph.forward(given)[bound.output]


def simple(text):
    """The formula as it is written for the reader."""
    bound = bind(text, {}, complete=False)
    graph, roots = simplified(bound.program.graph, [bound.output])
    return program_text(graph, {None: roots[0]}, short=True)


@pytest.mark.parametrize("text", ALL)
def test_both_sides_are_equal(text):
    left, right = text.split(" -> ")
    for x in POINTS:
        first, second = value(left, x), value(right, x)
        if math.isfinite(first):
            # A difference of nearly equal numbers has lost digits on the left.
            assert second == pytest.approx(first, rel=1e-12, abs=4e-16), x


@pytest.mark.parametrize("text", ALL)
def test_no_finite_value_is_changed_at_special_points(text):
    left, right = text.split(" -> ")
    # Of what is huge, tan(atan(x)) has no digit.
    for x in [x for x in SPECIAL if not abs(x) > 1e9]:
        first, second = value(left, x), value(right, x)
        if math.isfinite(first):
            assert second == pytest.approx(first, rel=1e-12, abs=4e-16), x


@pytest.mark.parametrize("text", ALL)
def test_every_pair_applies_to_its_left_side(text):
    left, right = text.split(" -> ")
    assert simple(left) == simple(right)


@pytest.mark.parametrize("text", identities.SUMS)
def test_a_sum_may_stand_among_other_terms_and_have_factors(text):
    left, right = (side.replace("x", "u") for side in text.split(" -> "))
    assert simple(f"b + 3*a*({left})") == simple(f"b + 3*a*({right})")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("exp(-x)/(1 + exp(-x))", "1/(exp(x) + 1)"),
        ("a*exp(-k*x)/(b + c*exp(-k*x))", "a/(b*exp(k*x) + c)"),
        ("exp(a)/(exp(a) + exp(b))", "exp(a)/(exp(a) + exp(b))"),
        ("r/(x - b) + r*b/(x - b)^2 + a", "r*x/(x - b)^2 + a"),
        ("x/(x - b) - b/(x - b) + exp(x) + 1", "2 + exp(x)"),
        ("1/hypot(x, y) - x^2/hypot(x, y)^3", "y^2/hypot(x, y)^3"),
    ],
)
def test_quotients_of_sums_are_short(text, expected):
    assert simple(text) == expected
