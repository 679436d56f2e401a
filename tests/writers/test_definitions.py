"""Text with functions that have rules of their own means the same when it is read."""

import math

import pytest
from hypothesis import assume, given
from reference.ruled import VARIABLES, modestly, points, ruled_programs

from gradcalc.algebra.derivative import derivative
from gradcalc.algebra.gradients import gradient_formulas
from gradcalc.algebra.laws import AS_IS
from gradcalc.algebra.written_out import formula_text
from gradcalc.engine.evaluation import evaluate
from gradcalc.language.bindings import bind
from gradcalc.language.terms import Terms
from gradcalc.reports.derivatives import program_lines
from gradcalc.writers.program_text import program_text

# name: (program, the same written out, its derivative by x)
WRITTEN = {
    "a label that the body takes": (
        "k = 2*w; f(t) = k*t^2 | 2*k*t; f(x)^2",
        "k = 2*w; f(t) = k*t^2 | 2*k*t; f(x)^2",
        "k = 2*w; f(t) = k*t^2 | 2*k*t; 4*k*x*f(x)",
    ),
    "a label for a variable": (
        "k = y; f(t) = k*t^2 | 2*k*t; f(x)*f(3)",
        "k = y; f(t) = k*t^2 | 2*k*t; f(x)*f(3)",
        "k = y; f(t) = k*t^2 | 2*k*t; 2*x*y*f(3)",
    ),
    "a variable that rules alone use": (
        "k = y; f(t) = sin(t) | y*cos(t); f(x)",
        "t1 = y; f(t) = sin(t) | t1*cos(t); f(x)",
        "y*cos(x)",
    ),
    "one that the text uses, too": (
        "f(t) = sin(t) | y*cos(t); f(x) + y",
        "f(t) = sin(t) | y*cos(t); f(x) + y",
        "y*cos(x)",
    ),
    "another label for a label": (
        "n = w^2; k = n; f(t) = k*t | k; f(x)*n",
        "n = w^2; k = n; f(t) = k*t | k; f(x)*n",
        "w^4",
    ),
    "a list": (
        "v = [w, 2*w]; f(t) = v[1]*t^2 | t; f(x)^2",
        "v = [w, 2*w]; f(t) = v[1]*t^2 | t; f(x)^2",
        "v = [w, 2*w]; f(t) = v[1]*t^2 | t; 2*x*f(x)",
    ),
    "the name of an operation that is called": (
        "exp(x) = x^2 | 2*x; exp(x)*expm1(x)",
        "exp(x) = x^2 | 2*x; exp(x)*expm1(x)",
        "exp_(x) = x^2 | 2*x; 2*x*expm1(x) + exp(x)*exp_(x)",
    ),
    "of one that another definition calls": (
        "f(t) = sin(t) | cos(t); sin(t) = f(t)^2 | 7; cos(t) = t | sin(t); cos(f(x))",
        "f(t) = sin(t) | cos(t); sin_(t) = f(t)^2 | 7; cos_(t) = t | sin_(t);"
        " cos_(f(x))",
        None,
    ),
    "of a library function": (
        "f(v) = mean(v) | 0; mean(v) = v[0] | [5, 0]; f([x, 2])*mean([x, 1])",
        "f(v) = mean(v) | 0; mean_(v) = v[0] | [5, 0]; f([x, 2])*mean_([x, 1])",
        "f(v) = mean(v) | 0; 5*f([x, 2])",
    ),
    "a default that means nothing in the text": (
        "k = 5*w; f(t, s = k) = t*s | s, t; f(x)^2",
        "f(t, s) = t*s | s, t; k = 5*w; f(x, k)^2",
        "f(t, s) = t*s | s, t; k = 5*w; 2*k*f(x, k)",
    ),
    "a default": (
        "f(t, s = 3) = t*s | s, t; f(x)^2",
        "f(t, s = 3) = t*s | s, t; f(x, 3)^2",
        "f(t, s = 3) = t*s | s, t; 6*f(x, 3)",
    ),
    "a label of a parameter's name": (
        "t1 = 2*w; g(s) = s*t1 | t1; f(t1) = g(t1) | 7; f(x + t1)*f(t1)",
        None,
        None,
    ),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_definitions_in_text(name):
    program, written, by_x = WRITTEN[name]
    program, *expected = (
        text and text.replace("; ", "\n") for text in (program, written, by_x)
    )
    text = formula_text(bind(program, {}, complete=False))
    found = derivative(program, "x")
    assert (expected[0] or text, expected[1] or found) == (text, found)
    point = {"x": 0.7, "w": 1.3, "y": -0.4}
    first, again = (evaluate(each, {}, defaults=point) for each in (program, text))
    assert repr(again.value) == repr(first.value)
    assert again.gradient == pytest.approx(first.gradient)
    slope = evaluate(found, {}, defaults=point).value
    assert slope == pytest.approx(first.gradient["x"])


def test_a_name_that_stands_for_two_things():
    program = "k = 2*w; g(x) = x*k | k; f(x, s = k) = g(x)*s | 3*s, 1; f(a)^2 + g(a)"
    bound = bind(program, {}, complete=False)
    graph, label = bound.program.graph, bound.program.scope["k"]
    terms = Terms(AS_IS)
    # The label is a variable in one formula, and computed in the other.
    one = terms.place(graph, [bound.output], {label: terms.variable("k")})
    two = terms.place(graph, [bound.output])
    roots = {"one": one[bound.output], "two": two[bound.output]}
    text = program_text(terms.graph, roots)
    assert text.splitlines() == [
        "g(x) = x*k | k",
        "f(x, s = k) = g(x)*s | 3*s, 1",
        "one = f(a, k)^2 + g(a)",
        "t1 = 2*w",
        "g_(x) = x*t1 | t1",
        "f_(x, s = t1) = g_(x)*s | 3*s, 1",
        "two = f_(a, t1)^2 + g_(a)",
    ]


@pytest.mark.parametrize(
    ("program", "values", "expected"),
    [
        ("f(x) = k*x | k; f(a)", {"k": -2}, "f(x) = (-2)*x | (-2)\nf(a)"),
        ("k = -w; f(x) = k*x | k; f(a)", {"w": 2},
         "k = -2\nf(x) = k*x | k\nf(a)"),
        ("f(pi) = k*pi | k; f(a)", {"k": 2}, "f(pi) = 2*pi | 2\nf(a)"),
        ("f(v) = v @ k | k; f([a, 1])", {"k": [1, 2]},
         "f(v) = v @ [1, 2] | [1, 2]\nf([a, 1])"),
        ("µ = 2*w; f(x) = µ*x | µ; f(a)", {}, "μ = 2*w\nf(x) = μ*x | μ\nf(a)"),
        ("é(x) = k*x | k; exp(x) = é (x) | x; exp(a)*exp(k)", {"k": 3},
         "é(x) = 3*x | 3\nexp(x) = é (x) | x\nexp(a)*exp(3)"),
        ("f(x) = ( # of k\n k*x) | ( # it\n k); f(a)", {"k": 3},
         "f(x) = ( # of k\n 3*x) | ( # it\n 3)\nf(a)"),
    ],
)  # fmt: skip
def test_known_values_in_definitions(program, values, expected):
    text = formula_text(bind(program, values, complete=False))
    assert text == expected
    point = {"a": 3, "w": 2}
    first, again = (
        evaluate(each, {}, defaults=point | values) for each in (program, text)
    )
    assert again.value == first.value
    assert again.gradient["a"] == first.gradient["a"]


def test_infinity_where_a_label_has_its_name():
    text = formula_text(bind("inf = 2*x; inf - 1e999*x", {}, complete=False))
    assert text == "inf = 2*x\ninf - 1e999*x"


def _given(text, point):
    """The value of e, if the program uses it: without one it would be a constant."""
    known = bind(text, {}, defaults=point).variables
    return {"e": point["e"]} if "e" in known else {}


def _close(first, second, evaluation):
    numbers = list(evaluation.values)
    numbers += [g for row in evaluation.gradients for g in row if g is not None]
    assume(all(map(math.isfinite, numbers)))
    scale = max(map(abs, numbers))
    return math.isclose(first, second, rel_tol=1e-8, abs_tol=1e-9 * (1 + scale))


@modestly
@given(ruled_programs(), points)
def test_a_program_written_out_has_the_same_values_and_gradients(programs, point):
    # With wrong rules, so that it matters whether the rule or the body is used.
    text = programs.false
    first = evaluate(text, {}, defaults=point)
    for _ in range(2):
        text = formula_text(bind(text, _given(text, point), complete=False))
        again = evaluate(text, {}, defaults=point)
        assert repr(again.value) == repr(first.value)
        for name in again.gradient.keys() & VARIABLES:
            assert _close(again.gradient[name], first.gradient[name], first), text


@modestly
@given(ruled_programs(), points)
def test_a_derivative_of_a_derivative_is_the_second(programs, point):
    text = programs.false
    bound = bind(text, _given(text, point), complete=False)
    first = evaluate(text, {}, defaults=point)
    found = gradient_formulas(bound, ["a"], order=1)
    lines = "\n".join(program_lines(found, None))
    again = evaluate(lines, {}, defaults=point)
    assert _close(again.value, first.gradient["a"], first)
    second = gradient_formulas(bound, ["a"], order=2)
    expected = evaluate("\n".join(program_lines(second, None)), {}, defaults=point)
    if "e" not in first.variables:
        text = derivative(derivative(text, "a"), "a")
        twice = evaluate(text, {}, defaults=point)
        assert _close(twice.value, expected.value, expected)
    assert _close(again.gradient.get("a", 0.0), expected.value, again)
