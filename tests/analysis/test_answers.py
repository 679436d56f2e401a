"""The learner's gradient is right if it is right to the digits it is given with."""

import pytest

from gradcalc.analysis.answers import check_answers
from gradcalc.errors import GradcalcError, ShapeError
from gradcalc.language.bindings import bind


def answers(text, *given, **values):
    return check_answers(bind(text, values), given).rows


ROUNDED = [
    # sqrt(x) at 0.5 has the slope 0.70710678...
    ("0.7071067811865475", True),
    ("0.7071", True),
    ("0.7072", False),
    ("0.71", True),
    ("0.70", False),
    ("0.7", True),
    ("1", False),
    ("7.07e-1", True),
    ("7.1e-1", True),
    ("7.2e-1", False),
    ("sqrt(2)/2", True),
    ("1/sqrt(2)", True),
    ("5/7", False),
    ("-0.7071", False),
]


@pytest.mark.parametrize(("text", "right"), ROUNDED, ids=[row[0] for row in ROUNDED])
def test_digits_given(text, right):
    (answer,) = answers("sqrt(x)", ("x", text), x=0.5)
    assert answer.right == right


@pytest.mark.parametrize(
    ("text", "right"), [("0", True), ("0.0", True), ("1e-5", False), ("0.01", False)]
)
def test_a_gradient_of_0(text, right):
    (answer,) = answers("tanh(x)*y", ("x", text), x=1.0, y=0.0)
    assert answer.right == right


@pytest.mark.parametrize("text", ["3,4.0", "[3, 4]", "3, 3.96+0.04"])
def test_lists(text):
    found = answers("w @ x", ("w", text), w=[1.0, 2.0], x=[3.0, 4.0])
    assert [(answer.variable, answer.right) for answer in found] == [
        ("w[0]", True),
        ("w[1]", True),
    ]


def test_elements_and_matrices():
    found = answers(
        "sum(m @ x)", ("m", "5,6;5,6"), ("x[1]", "6"), m=[[1.0, 2.0], [3.0, 4.0]],
        x=[5.0, 6.0],
    )  # fmt: skip
    names = ["m[0][0]", "m[0][1]", "m[1][0]", "m[1][1]", "x[1]"]
    assert [answer.variable for answer in found] == names
    assert all(answer.right for answer in found)


@pytest.mark.parametrize(("expected", "right"), [("inf", True), ("-inf", False)])
def test_infinities(expected, right):
    (answer,) = answers("sqrt(x)", ("x", expected), x=0.0)
    assert answer.right == right


def test_nan():
    (answer,) = answers("log(x)", ("x", "inf - inf"), x=-1.0)
    assert answer.right
    (answer,) = answers("log(x)", ("x", "-1"), x=-1.0)
    assert not answer.right


MISTAKES = [
    ("3*x", {"x": "-3"}, "the sign is the wrong way round"),
    ("s = x*w; s + x^2", {"x": "4"}, "that is one of 2 terms, which add up"),
    ("x*w + x*w^2/3 + 0*x", {"x": "3"}, "that is one of 3 terms, which add up"),
    ("x*w", {"x": "3"}, "the sign is the wrong way round"),
    ("x^3 + 5*x + x*w", {"x": "17"}, "one of the 3 terms is missing"),
    ("n = x^2; 5*n", {"x": "4"},
     "that is the local derivative, not times what arrives"),
    ("x^2*7", {"x": "56"}, "that is twice the gradient"),
    ("7*x", {"x": "3.5"}, "that is half the gradient"),
    ("5*x*w^2", {"x": "-60"}, "that is the gradient of w"),
    ("x*w^2", {"x": "-12", "w": "9"},
     "that is the gradient of w; the two answers are swapped"),
    ("3*x", {"x": "7"}, ""),
    ("x*0", {"x": "7"}, ""),
    ("x - w", {"x": "0"}, ""),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "given", "reason"), MISTAKES, ids=[f"{r[0]} {r[1]}" for r in MISTAKES]
)
def test_what_went_wrong(text, given, reason):
    values = {"x": 2.0, "w": -3.0} if "w" in text else {"x": 2.0}
    answer = answers(text, *given.items(), **values)[0]
    assert (answer.right, answer.reason) == (False, reason)


FORMULAS = [
    ("tanh(x*w)", "w*(1 - tanh(x*w)^2)", True, ""),
    ("n = x*w; tanh(n)", "w*(1 - tanh(n)^2)", True, ""),
    ("tanh(x*w)", "w*(1 - tanh(x*w))", False, ""),
    ("x^2", "2*x", True, ""),
    ("x^2", "x + 2", False, "right at this point, but not at x = 2.13777"),
    ("relu(x)*w", "w", True, ""),
    ("abs(x)", "x/2", False, "right at this point, but not at x = 2.13777"),
    ("x^2", "2*x; x*2", True, ""),
]


@pytest.mark.parametrize(
    ("text", "formula", "right", "reason"),
    FORMULAS,
    ids=[f"{row[0]}: {row[1]}" for row in FORMULAS],
)
def test_formulas_hold_beside_the_point(text, formula, right, reason):
    values = {"x": 2.0, "w": -0.3} if "w" in text else {"x": 2.0}
    (answer,) = answers(text, ("x", formula), **values)
    assert (answer.right, answer.reason) == (right, reason)


@pytest.mark.parametrize(
    ("formula", "right"),
    [
        ("2*v", [True, True]),
        ("[2*v[0], v[0]]", [True, False]),
        ("2*v[0], 2*v[1]", [True, True]),
    ],
)
def test_formulas_of_lists(formula, right):
    found = answers("v @ v", ("v", formula), v=[1.0, 2.0])
    assert [answer.right for answer in found] == right


def test_a_constant_that_is_given_is_a_variable_of_the_answer_too():
    (answer,) = answers("e*x", ("x", "e"), x=2.0, e=3.0)
    assert (answer.expected, answer.right) == (3.0, True)


KINKS = [
    ("relu(x)", "1", True), ("relu(x)", "0", True), ("relu(x)", "0.5", True),
    ("relu(x)", "1.1", False), ("relu(x)", "-1", False),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected", "right"), KINKS)
def test_at_a_kink_any_slope_between_is_right(text, expected, right):
    (answer,) = answers(text, ("x", expected), x=0.0)
    assert answer.right == right
    assert right == (answer.error == 0)
    assert answer.reason == "at a kink, where any slope from 0 to 1 is right"


TINY = [("6.62607015e-34", True), ("6.6e-34", True), ("6.5e-34", False), ("0", False)]


@pytest.mark.parametrize(("expected", "right"), TINY)
def test_a_tiny_gradient_is_compared_like_any_other(expected, right):
    (answer,) = answers("6.62607015e-34*x", ("x", expected), x=1.0)
    assert answer.right == right


def test_what_cancels_is_compared_with_its_terms():
    """Backpropagation gives 1.1e-16 for the 0 that it is."""
    for text in ("sin(x)^2 + cos(x)^2", "(0.1 + 0.2 - 0.3)*x"):
        (answer,) = answers(text, ("x", "0"), x=0.6)
        assert answer.right == text.startswith("sin")


ERRORS = [
    ("z", "1", "z is not a variable of the formula"),
    ("v", "1", "the answer for v has another shape than v"),
    ("v", "1,2,3", "the answer for v has another shape than v"),
    ("x", "[1]", "the answer for x has another shape than x"),
    ("v[2]", "1", "v[2] is not a variable of the formula"),
    ("v[0]", "1,2", "the answer for v[0] is a list, but v[0] is a number"),
    ("v", "2*u", "the answer for v uses u, which the formula does not have"),
    ("v", "2*(v", "'(' is never closed"),
    ("v", "2*x", "the answer for v has another shape than v"),
]


@pytest.mark.parametrize(
    ("name", "text", "message"), ERRORS, ids=[f"{row[0]}={row[1]}" for row in ERRORS]
)
def test_answers_to_nothing(name, text, message):
    with pytest.raises(GradcalcError) as caught:
        answers("v @ v + x", (name, text), v=[1.0, 2.0], x=2.0)
    assert caught.value.message == message


def test_a_list_has_no_gradient_to_answer_for():
    with pytest.raises(ShapeError) as caught:
        answers("[x, x^2]", ("x", "1"), x=2.0)
    assert caught.value.hint == "take an element of it: --output [0]"
