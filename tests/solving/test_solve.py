"""Formulas solved: where roots are, against mpmath and SciPy, and how fast."""

import math
import random
from itertools import pairwise

import mpmath
import pytest
import scipy.optimize
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gradcalc.analysis.curves import Range
from gradcalc.engine.value_and_grad import value_and_grad
from gradcalc.errors import GradcalcError
from gradcalc.language.bindings import bind
from gradcalc.solving.solve import solve


def solved(text, values, **options):
    return solve(bind(text, values), **options)


def between(text, low, high, count=1000):
    return solved(text, {"x": low}, between=Range(low, high).points(count))


def root(text, start):
    """The root, and what rounding leaves of its error."""
    found = solved(text, {"x": start}).best
    assert found.kind == "root", found
    return found.end.values[0], found.within[0]


# A formula, a start, and the same for mpmath.
ROOTS = {
    "cos(x) - x": (1, lambda x: mpmath.cos(x) - x),
    "x^2 - 2": (1, lambda x: x * x - 2),
    "x^2 == 2": (-7, lambda x: x * x - 2),
    "x^5 - x - 1": (1, lambda x: x**5 - x - 1),
    "x^3 - 2*x + 2": (0, lambda x: x**3 - 2 * x + 2),
    "exp(x) - 1e-5": (10, lambda x: mpmath.exp(x) - mpmath.mpf(1e-5)),
    "x*exp(x) - 1": (3, lambda x: x * mpmath.exp(x) - 1),
    "log(x) + x": (5, lambda x: mpmath.log(x) + x),
    "x^x - 5": (1, lambda x: x**x - 5),
    "tan(x) - x": (4.4, lambda x: mpmath.tan(x) - x),
    "gamma(x) - 24": (4.5, lambda x: mpmath.gamma(x) - 24),
    "erf(x) - 0.5": (0, lambda x: mpmath.erf(x) - 0.5),
    "atan(x) - 1": (30, lambda x: mpmath.atan(x) - 1),
    "sqrt(x) - 2": (1, lambda x: mpmath.sqrt(x) - 2),
    "x^10 - 1": (10, lambda x: x**10 - 1),
    "1e-300*x - 1e-300": (5, lambda x: x - 1),
    "x - 1e300": (1, lambda x: x - mpmath.mpf(1e300)),
    "tanh(x) - 0.5*x + 3": (0, lambda x: mpmath.tanh(x) - 0.5 * x + 3),
}


@pytest.mark.parametrize("text", ROOTS)
def test_roots_are_those_of_mpmath(text):
    start, function = ROOTS[text]
    x, within = root(text, start)
    with mpmath.workdps(50):
        exact = mpmath.findroot(function, mpmath.mpf(x), tol=1e-60, verify=False)
        error = abs(exact - mpmath.mpf(x))
    assert error <= 4 * within
    assert within <= 1e-14 * abs(x)


@pytest.mark.parametrize("square", [1e300, 1e-300, 2.0])
def test_scales_that_are_far_apart(square):
    x, within = root(f"x^2 - {square!r}", 1)
    with mpmath.workdps(50):
        assert abs(mpmath.sqrt(mpmath.mpf(square)) - abs(x)) <= 2 * within


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(-12, 12), min_size=1, max_size=6, unique=True))
def test_all_roots_of_a_polynomial_are_found_in_a_bracket(zeros):
    text = "*".join(f"(x - {zero / 4})" for zero in zeros)
    found = between(text, -3.3, 3.4)
    places = [each.end.values[0] for each in found.roots]
    assert places == [zero / 4 for zero in sorted(zeros)]
    assert {each.kind for each in found.roots} == {"root"}
    assert not found.others


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_a_bracket_ends_at_neighbouring_doubles(seed):
    chance = random.Random(seed)
    scale = 10.0 ** chance.randint(-8, 8)
    a, b, c = (chance.uniform(0.1, 3) for _ in range(3))
    text = f"atan((x/{scale} - {a})*{b}) + tanh(x/{scale} - {c})"
    found = between(text, -7 * scale, 9 * scale, 2)
    (only,) = found.roots
    function = value_and_grad(text, ["x"])
    x = only.end.values[0]
    sides = [math.nextafter(x, way) for way in (-math.inf, math.inf)]
    signs = {math.copysign(1, function(at)[0]) for at in (*sides, x)}
    assert len(signs) == 2 or function(x)[0] == 0
    peer = scipy.optimize.brentq(
        lambda at: function(float(at))[0], -7 * scale, 9 * scale, xtol=1e-300
    )
    assert abs(x - peer) <= 1e-13 * abs(x) + 8 * only.within[0]


@settings(max_examples=12, deadline=None)
@given(st.integers(2, 50), st.integers(0, 10**6))
def test_systems_are_solved(size, seed):
    """Systems made so that their root is known, each unknown coupled to others."""
    chance = random.Random(seed)
    exact = [chance.uniform(-2, 2) for _ in range(size)]
    rows = []
    for k, x in enumerate(exact):
        j = chance.randrange(size)
        side = 4 * x + math.sin(exact[j]) + 0.3 * x**3
        rows.append(f"4*v[{k}] + sin(v[{j}]) + 0.3*v[{k}]^3 - {side!r}")
    start = [x + chance.uniform(-0.5, 0.5) for x in exact]
    found = solved(f"[{', '.join(rows)}]", {"v": start}).best
    assert found.kind == "root"
    for value, error, x in zip(found.end.values, found.within, exact, strict=True):
        assert abs(value - x) <= 4 * error + 1e-15
        assert error < 1e-14


SYSTEMS = [
    ("[x^2 + y^2 - 4, x*y - 1]", {"x": 1.0, "y": 2.0}),
    ("[x^2 + y^2 == 4, x*y == 1]", {"x": 2.0, "y": 0.3}),
    ("[exp(x) + y - 3, x - y^3]", {"x": 1.0, "y": 1.0}),
    ("[10*(y - x^2), 1 - x]", {"x": -1.2, "y": 1.0}),
    ("[x + y + z, x*y*z + 6, x^2 + y^2 - z - 8]", {"x": 0.5, "y": 2.2, "z": -4.0}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "start"), SYSTEMS)
def test_systems_are_those_of_scipy(text, start):
    found = solved(text, start).best
    assert found.kind == "root"
    function = value_and_grad(text.replace("==", "-"), list(start))
    peer = scipy.optimize.root(
        lambda at: function(*map(float, at))[0], found.end.values, tol=1e-14
    )
    assert found.end.values == pytest.approx(peer.x.tolist(), rel=1e-12)
    assert len(found.path) < 15


@pytest.mark.parametrize(
    ("text", "start"), [("cos(x) - x", 1), ("x^2 - 2", 2), ("exp(x) - 3", 2)]
)
def test_correct_digits_double(text, start):
    found = solved(text, {"x": start}).best
    exact = found.end.values[0]
    errors = [abs(place.values[0] - exact) for place in found.path]
    orders = [
        math.log(c / b) / math.log(b / a)
        for (a, b), (_, c) in pairwise(pairwise(errors))
        if 1e-13 < c < b < 0.1
    ]
    assert orders
    assert all(1.7 < order < 2.3 for order in orders)


def test_matrices():
    found = solved("m@m - [[7, 10], [15, 22]]", {"m": [[1, 1], [1, 3]]})
    assert found.best.kind == "root"
    m = found.variables(found.best.end)["m"]
    product = [
        [sum(m[i][k] * m[k][j] for k in range(2)) for j in range(2)] for i in range(2)
    ]
    assert product == [pytest.approx([7, 10]), pytest.approx([15, 22])]


MULTIPLE = {
    "(x-1)^2": (3, 1, 1e-15, "double root"),
    "x^2 - 2*x + 1": (3, 1, 1e-7, "double root"),
    "x^2 - 1.4*x + 0.49": (3, 0.7, 1e-7, "double root"),
    "(x-0.1)^2": (3, 0.1, 1e-15, "double root"),
    "x^3": (1, 0, 1e-100, "multiple root"),
    "x^3 - 3*x^2 + 3*x - 1": (4, 1, 1e-4, "multiple root"),
    "1 - cos(x)": (1, 0, 1e-7, "double root"),
    "cosh(x) - 1": (1, 0, 1e-7, "double root"),
    "(x-2)^2*(x+1)": (3, 2, 1e-15, "double root"),
}


@pytest.mark.parametrize("text", MULTIPLE)
def test_multiple_roots_are_told_with_what_rounding_leaves(text):
    start, exact, most, kind = MULTIPLE[text]
    found = solved(text, {"x": start}).best
    assert found.kind == kind
    assert abs(found.end.values[0] - exact) <= 4 * found.within[0] + 1e-300
    assert found.within[0] <= most
    assert len(found.path) < 30


@pytest.mark.parametrize(
    ("text", "low", "high"), [("(x-1)^2", 0, 3.3), ("x^2 - 2*x + 1", 0, 3.3)]
)
def test_a_double_root_is_found_in_a_bracket_without_a_sign_change(text, low, high):
    (only,) = between(text, low, high).roots
    assert (only.kind, only.end.values[0]) == ("double root", pytest.approx(1))


# A formula, where the search starts, what it finds and what it says.
NO_ROOT = {
    "least": (
        "x^2 + 1", 3, "minimum", "the value comes no nearer to 0 than 1, at x = 0",
    ),
    "greatest": (
        "-x^2 - 1", 3, "minimum", "the value comes no nearer to 0 than 1, at x = 0",
    ),
    "kink": (
        "abs(x - 2) + 0.5", 3, "minimum",
        "the value comes no nearer to 0 than 0.5, at x = 2",
    ),
    "flat": (
        "0*x + 1", 3, "no root found", "the value is 1 away from 0 and flat at x = 3",
    ),
    "runs off": (
        "1/x", 1, "no root found",
        "the value is still 1.94033e-48 away from 0 at x = 5.15378e+47, where the"
        " search ends",
    ),
    "outside": (
        "log(x)", -1, "outside the domain",
        "at the start, log(x) is NaN because x is -1",
    ),
    "jump": (
        "where(x > 1, x, x - 3)", 0.5, "jump",
        "the value jumps over 0, from -2 to 1, at x = 1",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "start", "kind", "reason"), NO_ROOT.values(), ids=NO_ROOT
)
def test_what_there_is_without_a_root(text, start, kind, reason):
    found = solved(text, {"x": start})
    assert not found.solved
    assert (found.best.kind, found.best.reason) == (kind, reason)


BRACKETS = {
    "pole": ("1/x", -1, 2, [], ["pole"]),
    "poles between roots": ("tan(x)", 1, 7, ["root"] * 2, ["pole"] * 2),
    "even pole": ("1/(x-1)^2", 0, 3.3, [], ["minimum"]),
    "jump": ("floor(x) - 2.5", 0, 5, [], ["jump"]),
    "fading": ("exp(x)", -800, 0, [], ["no root found"]),
    "stretch": ("relu(x)", -1, 1, ["stretch of roots"], []),
    "steep": ("cbrt(x - 0.3)", -1, 1, ["root"], []),
    "kink": ("abs(x)", -1, 2, ["root"], []),
    "ends": ("x*(x - 1)", 0, 1, ["root"] * 2, []),
    "domain": ("log(x)", -1, 3, ["root"], []),
    "nowhere": ("log(x)", -3, -1, [], ["outside the domain"]),
    "near zero": ("x - 1e-300", -1e300, 1e300, ["root"], []),
    "near each other": ("(x-1)*(x-1.0001)", 0, 3, ["root"] * 2, []),
    "least": ("x^2 + 1", -1, 2, [], ["minimum"]),
}


@pytest.mark.parametrize(
    ("text", "low", "high", "roots", "others"), BRACKETS.values(), ids=BRACKETS
)
def test_what_is_in_a_bracket(text, low, high, roots, others):
    found = between(text, low, high)
    assert [each.kind for each in found.roots] == roots
    assert [each.kind for each in found.others] == others


def test_more_equations_than_unknowns():
    found = solved("[x^2 - 4, x - 2]", {"x": 1.0})
    assert (found.best.kind, found.best.end.values) == ("root", [pytest.approx(2)])
    found = solved("[x - 1, x - 2]", {"x": 0.0})
    assert (found.best.kind, found.best.reason) == (
        "minimum", "the equations come no nearer to 0 than 0.707107, at x = 1.5",
    )  # fmt: skip


def test_equations_that_depend_on_each_other():
    found = solved("[x + y, 2*x + 2*y]", {"x": 1.0, "y": 1.0})
    assert (found.best.kind, found.solved) == ("multiple root", True)
    found = solved("[x + y - 1, 2*x + 2*y - 5]", {"x": 1.0, "y": 1.0})
    assert (found.best.kind, found.solved) == ("minimum", False)


def test_a_list_of_one_equation_is_one_equation():
    found = solved("[x^2 - 2]", {"x": 1})
    assert found.best.end.values == [pytest.approx(2**0.5)]
    assert found.residual(found.best.end) == [pytest.approx(0, abs=1e-15)]


def test_a_singular_root_of_a_system():
    text = "[a + 10*b, sqrt(5)*(c - d), (b - 2*c)^2, sqrt(10)*(a - d)^2]"
    found = solved(text, {"a": 3, "b": -1, "c": 0, "d": 1}).best
    assert found.kind == "multiple root"
    assert found.end.values == pytest.approx([0] * 4, abs=1e-9)


def test_a_root_on_the_edge_of_the_domain():
    for text, start, exact in [("x^(1/3)", 1, 0), ("sqrt(x - 1)", 5, 1)]:
        found = solved(text, {"x": start}).best
        assert (found.kind, found.end.values) == ("root", [exact])


def test_a_root_that_rounding_widens_is_no_stretch():
    found = solved("x^4 - 4*x^3 + 6*x^2 - 4*x + 1", {"x": 3}).best
    assert found.kind == "multiple root"
    assert abs(found.end.values[0] - 1) <= found.within[0]


def test_what_is_unknown():
    carried = solved("a = 5; a*x - 1", {"x": 1.0})
    assert carried.variables(carried.best.end) == {"a": 5.0, "x": pytest.approx(0.2)}
    other = solved("a = 5; a*x - 1", {"x": 1.0}, wrt=["a"])
    assert other.variables(other.best.end)["a"] == pytest.approx(1)
    alone = solved("x = 1; cos(x) - x", {})
    assert alone.best.end.values == [pytest.approx(0.7390851332151607)]
    label = solved("n = x^2; n - 3", {"x": 1.0}, wrt=["n"])
    assert label.variables(label.best.end)["n"] == 3


@pytest.mark.parametrize(
    ("text", "values", "options", "message"),
    [
        ("5", {}, {}, "the formula has no variable to solve for"),
        ("x*y - 1", {"x": 1, "y": 2}, {},
         "1 equation does not determine 2 unknowns: x, y"),
        ("y = x + 1; x^2", {"x": 1}, {"wrt": ["y"]},
         "y is not in the equation, which cannot tell it"),
        ("x < 2", {"x": 1}, {}, "x < 2 is no equation"),
        ("x == 2", {"x": 1}, {"equals": 3.0},
         "the right side of x == 2 is typed, and --equals is given, too"),
        ("v", {"v": [1, 2]}, {"equals": [1.0, 2.0, 3.0]},
         "--equals is a list of 3, but the result is a list of 2"),
    ],
)  # fmt: skip
def test_mistakes(text, values, options, message):
    with pytest.raises(GradcalcError) as caught:
        solved(text, values, **options)
    assert caught.value.message == message


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_whatever_the_formula_there_is_an_answer(seed):
    chance = random.Random(seed)
    parts = ["sin(3*x)", "x^2", "exp(-x)", "1/x", "abs(x)", "floor(x)", "log(x)",
             "sqrt(x)", "tan(x)", "x", "relu(x)", "atan(x)", "x^3"]  # fmt: skip
    terms = [f"{chance.uniform(-2, 2):.3f}*{part}" for part in chance.sample(parts, 3)]
    text = f"({' + '.join(terms)}) + {chance.uniform(-2, 2):.3f}"
    start = chance.uniform(-3, 3)
    for found in (solved(text, {"x": start}), between(text, start, start + 4, 100)):
        assert found.solved == bool(found.roots)
        assume(found.solved)
        for each in found.roots:
            value = abs(each.end.residuals[0])
            assert value <= 1e-6 * max(1.0, *map(abs, each.end.values))
