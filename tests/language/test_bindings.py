"""Values for a formula's variables: what is taken, matched, and refused."""

import math

import pytest

from gradcalc.engine.evaluation import evaluate
from gradcalc.errors import BindingError, GradcalcError, describe
from gradcalc.language.bindings import bind, constant_value

INF = math.inf


class Array:
    """What NumPy's arrays and numbers look like from outside."""

    def __init__(self, value):
        self._value = value

    def __repr__(self):
        return f"Array({self._value})"

    def tolist(self):
        return self._value


@pytest.mark.parametrize(
    ("value", "taken"),
    [
        (2, 2.0),
        (2.5, 2.5),
        (True, 1.0),
        (10**400, INF),
        (-(10**400), -INF),
        ([1, 2], [1.0, 2.0]),
        ((1, 2), [1.0, 2.0]),
        ([(1, 2), [3, 4]], [[1.0, 2.0], [3.0, 4.0]]),
        (Array(2.0), 2.0),
        (Array([1, 2]), [1.0, 2.0]),
        (Array([[1, 2]]), [[1.0, 2.0]]),
        ([Array(1), Array(2)], [1.0, 2.0]),
    ],
    ids=repr,
)
def test_value_is_taken(value, taken):
    assert evaluate("x", {"x": value}).value == taken


def test_variables_come_back_in_order_of_first_use():
    result = evaluate("b*a + c", {"a": 1, "b": [2, 3], "c": 4})
    assert list(result.variables.items()) == [("b", [2.0, 3.0]), ("a", 1.0), ("c", 4.0)]


def test_defaults_may_hold_other_names():
    result = evaluate("x*y", {"x": 2}, defaults={"x": 9, "y": 3, "z": 4})
    assert result.value == 6
    assert list(result.variables) == ["x", "y"]


def test_an_error_carries_the_names_that_it_is_about():
    with pytest.raises(BindingError) as raised:
        bind("x*y + z", {"y": 1, "q": 2}, defaults={"z": 3, "r": 4})
    error = raised.value
    assert (error.names, error.missing, error.unused) == (["x", "y", "z"], ["x"], ["q"])


def test_what_is_left_open_is_a_number():
    bound = bind("x*y + sum(v)", {"y": 2}, complete=False)
    assert list(bound.program.graph.variables) == ["x", "y", "v"]
    assert bound.variables == {"y": 2.0}


REQUESTS = [
    (
        {"wrt": ["y"]},
        [
            "error: y is neither a variable nor a label of the formula",
            "hint: its variables are x; its labels are n, v",
        ],
    ),
    (
        {"wrt": ["a", "b"]},
        [
            "error: a, b are neither variables nor labels of the formula",
            "hint: its variables are x; its labels are n, v",
        ],
    ),
    (
        {"wrt": ["V"]},
        [
            "error: V is neither a variable nor a label of the formula",
            "hint: did you mean v?",
        ],
    ),
    (
        {"wrt": ["v[2]"]},
        [
            "error: v[2] is neither a variable nor a label of the formula",
            "hint: v is a list of 2",
        ],
    ),
    (
        {"wrt": ["x[0]"]},
        [
            "error: x[0] is neither a variable nor a label of the formula",
            "hint: x is a number",
        ],
    ),
    (
        {"output": "z"},
        ["error: the formula has no label z", "hint: its labels are n, v"],
    ),
    (
        {"output": "v[2]"},
        ["error: the label v has no element v[2]"],
    ),
    (
        {"output": "n[0]"},
        ["error: the label n has no element n[0]"],
    ),
]


@pytest.mark.parametrize(("request_", "page"), REQUESTS)
def test_request_that_the_formula_cannot_meet(request_, page):
    with pytest.raises(GradcalcError) as caught:
        evaluate("n = x^2; v = [n, 2]; n", {"x": 1}, **request_)
    assert describe(caught.value).split("\n") == page


CONSTANTS = [
    ("2", 2.0),
    (" 2 ", 2.0),
    ("-3", -3.0),
    ("--3", 3.0),
    ("1e-3", 0.001),
    ("1_000", 1000.0),
    ("inf", INF),
    ("-inf", -INF),
    ("Infinity", INF),
    ("1e400", INF),
    ("pi/4", math.pi / 4),
    ("max(1, 2)", 2.0),
    ("2^-1", 0.5),
    ("1,2,3", [1.0, 2.0, 3.0]),
    ("1, pi, max(2, 3)", [1.0, math.pi, 3.0]),
    ("-1,-2", [-1.0, -2.0]),
    ("[1, 2, 3]", [1.0, 2.0, 3.0]),
    ("[5]", [5.0]),
    ("1,2;3,4", [[1.0, 2.0], [3.0, 4.0]]),
    ("1;2", [[1.0], [2.0]]),
    ("[[1, 2], [3, 4]]", [[1.0, 2.0], [3.0, 4.0]]),
    ("[1, 2]*2", [2.0, 4.0]),
]


@pytest.mark.parametrize(("text", "value"), CONSTANTS)
def test_constant(text, value):
    assert constant_value(text) == value


@pytest.mark.parametrize("text", ["nan", "NaN", "sqrt(-1)", "inf - inf"])
def test_constant_that_is_not_a_number(text):
    assert math.isnan(constant_value(text))


NOT_CONSTANTS = [
    (
        "2*y",
        [
            "error: y is not a constant",
            "  2*y",
            "    ^",
            "hint: a value is a number or a formula of numbers, such as pi/4",
        ],
    ),
    (
        "1,x",
        [
            "error: x is not a constant",
            "  1,x",
            "    ^",
            "hint: a value is a number or a formula of numbers, such as pi/4",
        ],
    ),
    (
        "1,2;3,x",
        [
            "error: x is not a constant",
            "  1,2;3,x",
            "        ^",
            "hint: a value is a number or a formula of numbers, such as pi/4",
        ],
    ),
    (
        "1,2;3",
        [
            "error: the rows of a matrix must have one length:"
            " item 0 is a list of 2, item 1 is a list of 1",
            "  1,2;3",
            "  ^^^^^",
        ],
    ),
    (
        "1,,2",
        ["error: a value is missing between ',' and ','", "  1,,2", "    ^"],
    ),
    ("", ["error: the formula is empty", "hint: a formula such as x*y + 1"]),
    (
        "0x10",
        [
            "error: '0x10' is not a number",
            "  0x10",
            "  ^^^^",
            "hint: numbers look like 2, 2.5, .5, 1e-3, 1_000",
        ],
    ),
    (
        "(1,2",
        [
            "error: '(' is never closed",
            "  (1,2",
            "  ^",
            "hint: add the ')' that belongs to it",
        ],
    ),
]


@pytest.mark.parametrize(("text", "page"), NOT_CONSTANTS)
def test_not_a_constant(text, page):
    with pytest.raises(GradcalcError) as caught:
        constant_value(text)
    assert describe(caught.value).split("\n") == page


# Without care for them each of these would take many minutes.
MANY = 100_000


@pytest.mark.parametrize("letter", ["x", "\u00b5"], ids=ascii)
def test_very_many_names_are_matched_one_by_one(letter):
    names = [f"{letter}{number}" for number in range(MANY)]
    given = dict.fromkeys(names, 1)
    others = {f"z{name}": 1 for name in names}
    assert evaluate("x + y", {"x": 1, "y": 2}, defaults=given).value == 3
    for text, values in (("x", given), (names[0], given), ("+".join(names), others)):
        with pytest.raises(BindingError) as raised:
            evaluate(text, values)
        assert len(raised.value.hint or "") < 2000
    with pytest.raises(BindingError) as raised:
        evaluate("+".join(names), given, wrt=["nope"])
    assert len(raised.value.hint) < 2000
