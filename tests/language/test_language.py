"""What formulas mean: precedence, numbers, names, statements, comments."""

import math

import pytest

from gradcalc.engine.evaluation import evaluate
from gradcalc.language.names import read_program

PRECEDENCE = [
    ("1 + 2*3", 7),
    ("1 - 2 - 3", -4),
    ("12/2/3", 2),
    ("12/2*3", 18),
    ("2*3 @ 4", 24),
    ("2^3^2", 512),
    ("2**3**2", 512),
    ("(2^3)^2", 64),
    ("-2^2", -4),
    ("(-2)^2", 4),
    ("2^-1", 0.5),
    ("2^-2^2", 0.0625),
    ("2^+3", 8),
    ("-2*-3", 6),
    ("2*-3", -6),
    ("2--3", 5),
    ("2 - -3", 5),
    ("--2", 2),
    ("+-+2", -2),
    ("-2^-2", -0.25),
    ("6/-2", -3),
    ("1 + 2 < 4", 1),
    ("1 + (2 < 4)", 2),
    ("3 < 2 + 2", 1),
    ("-1 < 0", 1),
    ("1 == 1", 1),
    ("1 != 1", 0),
    ("2 >= 2", 1),
    ("2 <= 1", 0),
    ("2 > 2", 0),
    ("[1, 2, 3][1]", 2),
    ("[1, 2, 3][-1]", 3),
    ("2*[1, 2, 3][2]^2", 18),
    ("-[1, 2][1]", -2),
    ("[[1, 2], [3, 4]][1][0]", 3),
    ("[1, 2, 3][1 + 1]", 3),
    ("[[1, 2], [3, 4]][0][[1, 0][0]]", 2),
    ("max(1, 2)*3", 6),
    ("2^max(1, 2)", 4),
    ("max(1, 2)^2", 4),
    ("[4, 9] @ [1, 2]", 22),
    ("1 + [4, 9] @ [1, 2]*2", 45),
]

NUMBERS = [
    ("2", 2.0),
    ("2.5", 2.5),
    (".5", 0.5),
    ("5.", 5.0),
    ("1e3", 1000.0),
    ("1E3", 1000.0),
    ("1e-3", 0.001),
    ("1e+3", 1000.0),
    ("1.5e2", 150.0),
    (".5e1", 5.0),
    ("1_000", 1000.0),
    ("1_000.000_1", 1000.0001),
    ("1e1_0", 1e10),
    ("007", 7.0),
    ("0.1", 0.1),
    ("1e400", math.inf),
    ("1e-400", 0.0),
    ("123456789012345678901234567890", 123456789012345678901234567890.0),
    ("0.30000000000000004", 0.1 + 0.2),
    ("pi", math.pi),
    ("tau", math.tau),
    ("e", math.e),
    ("inf", math.inf),
    ("-inf", -math.inf),
]

LAYOUT = [
    ("2 # a comment", 2),
    ("# a comment\n2", 2),
    ("# a (comment\n2", 2),
    ("2 # )", 2),
    ("(1 + # one\n2) # two", 3),
    ("\n\n2\n\n", 2),
    (";;2;;", 2),
    ("1; 2; 3", 3),
    ("1\n2\n3", 3),
    ("a = 2\n\n\nb = a + 1\n\na*b\n", 6),
    ("a = 2; b = a + 1; a*b", 6),
    ("a = 2\nb = a + 1", 3),
    ("(1\n+\n2)", 3),
    ("max(\n  1,\n  2\n)", 2),
    ("[1,\n2][\n1\n]", 2),
    ("\t1 \t+\t 2\t", 3),
    ("a = 1\r\na + 1\r\n", 2),
]

NAMES = [
    ("x", {"x": 2}, 2),
    ("_", {"_": 2}, 2),
    ("x_1", {"x_1": 2}, 2),
    ("θ*2", {"θ": 2}, 4),
    ("日本 + é", {"日本": 1, "é": 2}, 3),
    ("x*X", {"x": 2, "X": 3}, 6),
    ("x1*x10", {"x1": 2, "x10": 3}, 6),
    ("e1", {"e1": 2}, 2),
    ("lambda*if", {"lambda": 2, "if": 3}, 6),
    ("sin*sin(0) + sin", {"sin": 2}, 2),
    ("e", {"e": 2}, 2),
    ("pi = 3; pi", {}, 3),
    ("e = 2; e^2", {}, 4),
    ("f(e) = e^2; f(3)", {}, 9),
    ("f(pi) = pi; f(3) + pi", {}, 3 + math.pi),
    ("f(x) = x*e; f(1)", {"e": 2}, 2),
    ("ﬁ", {"fi": 2}, 2),  # the same name after normalization, as in Python
    ("\N{MATHEMATICAL BOLD SMALL X}1", {"x1": 2}, 2),
]


@pytest.mark.parametrize(("formula", "value"), PRECEDENCE)
def test_precedence(formula, value):
    assert evaluate(formula, {}).value == value


@pytest.mark.parametrize(("formula", "value"), NUMBERS)
def test_number(formula, value):
    assert evaluate(formula, {}).value == value


@pytest.mark.parametrize(("formula", "value"), LAYOUT)
def test_layout(formula, value):
    assert evaluate(formula, {}).value == value


@pytest.mark.parametrize(("formula", "variables", "value"), NAMES)
def test_name(formula, variables, value):
    assert evaluate(formula, variables).value == value


@pytest.mark.parametrize(
    ("formula", "names"),
    [
        ("x*y + x", ["x", "y"]),
        ("y*x + y", ["y", "x"]),
        ("2 + pi", []),
        ("a = x; a*y", ["x", "y"]),
        ("f(x) = x*k; f(y)", ["y", "k"]),
        ("f(x) = x*k; y", ["y"]),
        ("f(x) = x*k; g(x) = f(x)*m; g(y)", ["y", "m", "k"]),
        ("f(x, y = z) = x*y; f(a)", ["a", "z"]),
        ("k = 2; f(x) = x*k; f(y)", ["y"]),
        ("sin(sin)", ["sin"]),
        ("v[i]", ["v", "i"]),
        ("[x, [y][0]]", ["x", "y"]),
        ("# x\ny", ["y"]),
    ],
)
def test_free_names_in_order_of_first_use(formula, names):
    assert sorted(read_program(formula).variables()) == sorted(names)
    assert list(read_program(formula).variables())[:1] == names[:1]


@pytest.mark.parametrize(
    ("formula", "expressions"),
    [
        ("x + 1", ["x", "1", "x + 1"]),
        ("-(x)", ["x", "-(x)"]),
        ("(x + 1)*2", ["x", "1", "x + 1", "2", "(x + 1)*2"]),
        ("a = x*2; a + a", ["x", "2", "x*2", "a + a"]),
        ("tanh( x )", ["x", "tanh( x )"]),
        ("+x*2", ["x", "2", "+x*2"]),
        ("x^2^3", ["x", "2", "3", "2^3", "x^2^3"]),
        ("[x, 2*x][1]", ["x", "2", "2*x"]),
        ("x*x + x*x", ["x", "x*x", "x*x", "x*x + x*x"]),
        ("s = x*x; s + s", ["x", "x*x", "s + s"]),
        ("2 + 2", ["2", "2", "2 + 2"]),
    ],
)
def test_graph_is_what_was_typed(formula, expressions):
    result = evaluate(formula, {}, defaults={"x": 3})
    assert [node.expression for node in result.nodes] == expressions
    for node in result.nodes:
        start, end = node.span
        assert 0 <= start < end <= len(formula)


def test_labels_name_their_nodes():
    result = evaluate("n = x*w\nb = n\ntanh(n) + b", {"x": 2, "w": 3})
    assert [(node.label, node.expression) for node in result.nodes] == [
        ("x", "x"),
        ("w", "w"),
        ("n", "x*w"),
        (None, "tanh(n)"),
        (None, "tanh(n) + b"),
    ]


def test_output_asks_for_a_label():
    formula = "n = x^2\nv = [n, 2*n]\ntanh(n)"
    assert evaluate(formula, {"x": 3}, output="n").gradient == {"x": 6}
    assert evaluate(formula, {"x": 3}, output="v").jacobian == {"x": [6, 12]}
    assert evaluate(formula, {"x": 3}, output="v[1]").gradient == {"x": 12}
    assert evaluate(formula, {"x": 3}, output="v[-1]").gradient == {"x": 12}


def test_wrt_restricts_the_gradient():
    result = evaluate("x*w + b", {"x": 2, "w": 3, "b": 1}, wrt=["w"])
    assert result.gradient == {"w": 2}
    assert {node.expression: node.gradient for node in result.nodes} == {
        "x": None,
        "w": 2,
        "x*w": 1,
        "b": None,
        "x*w + b": 1,
    }
