"""The tables of laws: both sides of every pair are compared at all kinds of points."""

import math
import random
from itertools import product

import pytest
from reference.doubles import SPECIAL, bits

from gradcalc.algebra.derivative import derivative
from gradcalc.algebra.laws import IN_RANGE
from gradcalc.engine.evaluation import evaluate
from gradcalc.language.bindings import bind
from gradcalc.language.exact_laws import EXACT, FOR_NODES
from gradcalc.language.patterns import PatternLaw
from gradcalc.language.terms import Terms
from gradcalc.operations import OPERATIONS


def pairs(laws):
    return {
        law.text: law
        for several in laws.by_operation.values()
        for law in several
        if isinstance(law, PatternLaw)
    }


def both_sides(text, points):
    """The value of the left and of the right side at the points."""
    left, right = (bind(side, {}, complete=False) for side in text.split(" -> "))
    names = list(left.program.graph.variables)
    for values in product(points, repeat=len(names)):
        # p stands for a comparison, which is 0 or 1.
        point = {
            name: float(value > 0) if name == "p" else value
            for name, value in zip(names, values, strict=True)
        }
        found = []
        for side in (left, right):
            graph = side.program.graph
            given = {node: point[name] for name, node in graph.variables.items()}
            found.append(graph.forward(given)[side.output])
        yield point, *found


@pytest.mark.parametrize("text", sorted({*pairs(EXACT), *pairs(FOR_NODES)}))
def test_exact_laws_hold_to_the_bit(text):
    for point, left, right in both_sides(text, SPECIAL):
        assert bits(left) == bits(right), point


# From the least number with all digits to the largest double.
ENDS = [2.3e-308, 1e-300, -1e-200, 1e-155, 1e155, -1e200, 1e300, 1.7e308]


@pytest.mark.parametrize("text", pairs(IN_RANGE))
def test_laws_in_range_change_no_finite_value(text):
    for point, left, right in both_sides(text, SPECIAL + ENDS):
        if math.isfinite(left) and 1e-320 not in map(abs, point.values()):
            assert left == pytest.approx(right, rel=1e-15, abs=1e-307), point


@pytest.mark.parametrize("text", sorted({*pairs(EXACT), *pairs(FOR_NODES)}))
def test_exact_laws_hold_to_the_bit_at_the_ends_of_the_range(text):
    for point, left, right in both_sides(text, [*ENDS, 5e-324, -0.0, 3.0]):
        assert bits(left) == bits(right), point


def _random_formula(chosen, depth):
    """A formula of products, quotients, powers and signs, in which nothing cancels."""
    if not depth or chosen.random() < 0.1:
        return chosen.choice(["x", "y", "z", "2", "0.5", "3", "1", "x", "y"])
    inner = [f"({_random_formula(chosen, depth - 1)})" for _ in range(2)]
    forms = ["{}*{}", "{}*{}", "{}/{}", "-{}", "{}^2", "{}^3", "{}/{}*x", "{0}*{0}"]
    return chosen.choice(forms).format(*inner)


@pytest.mark.parametrize("seed", range(300))
def test_no_law_leaves_the_range_where_the_formula_does_not(seed):
    chosen = random.Random(seed)
    bound = bind(f"{_random_formula(chosen, 4)} + 0*x*y*z", {}, complete=False)
    graph = bound.program.graph
    names = list(graph.variables)
    terms, same = Terms(IN_RANGE), Terms(EXACT)
    places = [t.place(graph, [bound.output])[bound.output] for t in (terms, same)]
    for _ in range(40):
        point = {name: chosen.choice([*ENDS, 1.5, -0.3]) for name in names}
        given = {node: point[name] for name, node in graph.variables.items()}
        want = graph.forward(given)[bound.output]
        simple, exact = (
            t.graph.forward({t.variable(name): x for name, x in point.items()})[place]
            for t, place in zip((terms, same), places, strict=True)
        )
        assert bits(exact) == bits(want)
        if math.isfinite(want):
            assert simple == pytest.approx(want, rel=1e-13, abs=1e-300), point


@pytest.mark.parametrize(
    ("formula", "point"),
    [
        ("x/y/y", {"x": 1e-200, "y": 1e-170}),
        ("x/y", {"x": 1e300, "y": 1e200}),
        ("x/y", {"x": 1e-300, "y": 1e-170}),
        ("x*y*x", {"x": 1e200, "y": 1e-300}),
        ("z*x*y", {"x": 1e200, "y": 1e200, "z": 1e-200}),
        ("x*(y/z)^2", {"x": 1e200, "y": 1e200, "z": 1e200}),
        ("1/x", {"x": 1e150}),
        ("x^2*y/z", {"x": 1e100, "y": 1e200, "z": 1e250}),
        ("tanh(x)", {"x": 20.0}),
        ("log(x*y)", {"x": 1e200, "y": 1e-300}),
        ("where(x > 0, x^2.5, y)", {"x": 1e100, "y": 1.0}),
    ],
)
def test_a_derivative_is_the_gradient_at_the_ends_of_the_range(formula, point):
    gradient = evaluate(formula, point).gradient
    for name, slope in gradient.items():
        text = derivative(formula, name, exact=True)
        found = evaluate(text, {}, defaults=point).value
        assert found == pytest.approx(slope, rel=1e-14), text


@pytest.mark.parametrize("laws", [EXACT, IN_RANGE], ids=["exact", "in range"])
def test_every_pair_applies_to_its_left_side(laws):
    for text in pairs(laws):
        left, right = text.split(" -> ")
        condition = "(c < d)"
        bound, expected = (
            bind(side.replace("p", condition), {}, complete=False)
            for side in (left, right)
        )
        terms = Terms(laws)
        place = terms.place(bound.program.graph, [bound.output])[bound.output]
        same = terms.place(expected.program.graph, [expected.output])
        assert place == same[expected.output], text


def test_a_name_stands_for_one_term_wherever_it_stands():
    terms = Terms(IN_RANGE)
    law = PatternLaw("where(c, a, a) -> a")
    x, y, z = map(terms.variable, "xyz")
    assert law(terms, x, y, y) == y
    assert law(terms, x, y, z) is None


def test_p_is_a_comparison_and_e_a_constant():
    terms = Terms(IN_RANGE)
    x, y = map(terms.variable, "xy")
    zero = terms.literal(0.0)
    law = PatternLaw("p != 0 -> p")
    less = terms.make(OPERATIONS["<"], x, y)
    assert law(terms, less, zero) == less
    assert law(terms, x, zero) is None
    assert PatternLaw("log(e) -> 1")(terms, terms.literal(math.e)) is None
    e = terms.literal(math.e, "e")
    assert PatternLaw("log(e) -> 1")(terms, e) == terms.literal(1.0)


def test_equal_terms_are_one():
    terms = Terms(EXACT)
    x, y = map(terms.variable, "xy")
    assert terms.make(OPERATIONS["*"], x, y) == terms.make(OPERATIONS["*"], x, y)
    assert terms.literal(0.0) != terms.literal(-0.0)
    three = terms.make(OPERATIONS["+"], terms.literal(1.0), terms.literal(2.0))
    assert three == terms.literal(3.0)
