"""Formulas of any length and depth: no recursion, no quadratic work, in any construct.

Nothing is timed. What grows with the square of the length would take minutes.
"""

import math

import pytest

from gradcalc.algebra.derivative import derivative
from gradcalc.engine.evaluation import evaluate
from gradcalc.errors import GradcalcError, describe

LONG = 100_000
# Far beyond where recursion ends, and long enough for the other constructs.
QUITE_LONG = 20_000
# The text of a derivative may be some hundred times as long as that of its formula.
SHORTER = 4_000


def _labels(n):
    first = "a0 = x"
    return ";".join([first, *(f"a{i} = a{i - 1} + x" for i in range(1, n))])


def _definitions(n):
    first = "f0(a) = a + 1"
    rest = (f"f{i}(a) = f{i - 1}(a) + 1" for i in range(1, n))
    return ";".join([first, *rest, f"f{n - 1}(x)"])


# name: (text for a length n, value at x = 1, gradient), where (a, b) is a + b*n
CONSTRUCTS = {
    "sum": (lambda n: "+".join(["x"] * n), (0, 1), (0, 1)),
    "difference": (lambda n: "x" + "-x" * n, (1, -1), (1, -1)),
    "product": (lambda n: "*".join(["x"] * n), (1, 0), (0, 1)),
    "quotient": (lambda n: "x" + "/x" * n, (1, 0), (1, -1)),
    "power": (lambda n: "^".join(["x"] * n), (1, 0), (1, 0)),
    "signed exponents": (lambda n: "x" + "^-1" * n, (1, 0), (-1, 0)),
    "minus signs": (lambda n: "-" * n + "x", (1, 0), (1, 0)),
    "plus signs": (lambda n: "+" * n + "x", (1, 0), (1, 0)),
    "parentheses": (lambda n: "(" * n + "x" + ")" * n, (1, 0), (1, 0)),
    "sums nested right": (
        lambda n: "(x+" * n + "x" + ")" * n, (1, 1), (1, 1),
    ),
    "sums nested left": (
        lambda n: "(" * n + "x" + "+x)" * n, (1, 1), (1, 1),
    ),
    "comparisons": (lambda n: "(" * n + "x" + ">0)" * n, (1, 0), (0, 0)),
    "calls": (lambda n: "abs(" * n + "x" + ")" * n, (1, 0), (1, 0)),
    "where": (
        lambda n: "where(x>0," * n + "x" + ",0)" * n, (1, 0), (1, 0),
    ),
    "where, else": (
        lambda n: "where(x<0,0," * n + "x" + ")" * n, (1, 0), (1, 0),
    ),
    "conditions": (
        lambda n: "where(" * n + "x" + ",x,0)" * n, (1, 0), (1, 0),
    ),
    "max": (lambda n: "max(0," * n + "x" + ")" * n, (1, 0), (1, 0)),
    "arguments": (
        lambda n: f"sum({','.join(['x'] * n)})", (0, 1), (0, 1),
    ),
    "items": (lambda n: f"sum([{','.join(['x'] * n)}])", (0, 1), (0, 1)),
    "indices": (lambda n: "[" * n + "x" + "][0]" * n, (1, 0), (1, 0)),
    "labels": (_labels, (0, 1), (0, 1)),
    "definitions": (_definitions, (1, 1), (1, 0)),
    "newlines": (lambda n: "\n" * n + "x", (1, 0), (1, 0)),
    "semicolons": (lambda n: "x" + ";" * n, (1, 0), (1, 0)),
    "statements": (lambda n: "x;" * n, (1, 0), (1, 0)),
    "comments": (lambda n: "# x\n" * n + "x", (1, 0), (1, 0)),
    "calls of a function": (
        lambda n: "f(a) = a + 1;" + "f(" * n + "x" + ")" * n,
        (1, 1),
        (1, 0),
    ),
    "calls with a default": (
        lambda n: "f(a, b = 1) = a + b;" + "f(" * n + "x" + ")" * n,
        (1, 1),
        (1, 0),
    ),
    "calls with a rule": (
        lambda n: "f(a) = a + 1 | 1;" + "f(" * n + "x" + ")" * n,
        (1, 1),
        (1, 0),
    ),
    "calls of the library": (
        lambda n: "relu6(" * n + "x" + ")" * n, (1, 0), (1, 0),
    ),
    "parameters": (
        lambda n: (
            f"f({','.join(f'a{i}' for i in range(n))}) = a0;"
            f"f({','.join(['x'] * n)})"
        ),
        (1, 0),
        (1, 0),
    ),
    "derivatives": (
        lambda n: "diff(" * n + "exp(x)" + ", x)" * n + "/exp(x)", (1, 0), (0, 0),
    ),
    "primes": (lambda n: "exp" + "'" * n + "(x)/exp(x)", (1, 0), (0, 0)),
    "primes in primes": (
        lambda n: "f(a) = a^2/2;" + "f'(" * n + "x" + ")" * n, (1, 0), (1, 0),
    ),
    "derivatives by parameters": (
        lambda n: "f(a) = diff(a^2/2, a);" + "f(" * n + "x" + ")" * n, (1, 0), (1, 0),
    ),
}  # fmt: skip


def _linear(coefficients, n):
    constant, slope = coefficients
    return constant + slope * n


# One of each way to grow: chained, bracketed, nested, line by line, called.
THE_LONGEST = ["sum", "parentheses", "calls", "where", "labels", "calls of a function"]


@pytest.mark.parametrize(
    ("name", "length"),
    [(name, LONG if name in THE_LONGEST else QUITE_LONG) for name in CONSTRUCTS],
)
def test_long_formula_has_a_value_and_a_gradient(name, length):
    text, value, gradient = CONSTRUCTS[name]
    result = evaluate(text(length), {"x": 1})
    assert result.value == _linear(value, length)
    assert result.gradient == {"x": _linear(gradient, length)}
    assert result.finite
    # The texts of single nodes are cut, so that all together stay linear.
    assert len(result.nodes[-1].expression) <= 400


@pytest.mark.parametrize(
    ("name", "length"),
    [
        *((name, SHORTER) for name in CONSTRUCTS),
        *(("sum", LONG), ("parentheses", LONG), ("where", QUITE_LONG)),
    ],
)
def test_long_formula_has_a_derivative(name, length):
    text, _, gradient = CONSTRUCTS[name]
    formula = derivative(text(length), "x")
    assert evaluate(formula, {}, defaults={"x": 1}).value == _linear(gradient, length)


@pytest.mark.parametrize(
    ("name", "length"),
    [(name, LONG if name in THE_LONGEST else QUITE_LONG) for name in CONSTRUCTS],
)
def test_long_formula_is_differentiated_in_the_language(name, length):
    text, _, gradient = CONSTRUCTS[name]
    *before, last = text(length).split(";")
    if not last.strip() or "=" in last:
        # Of the last label.
        before, last = [*before, last], last.partition("=")[0].strip() or "x"
    program = ";".join([*filter(str.strip, before), f"diff({last}, x)"])
    found = evaluate(program, {"x": 1})
    assert found.value == _linear(gradient, length)


def test_a_derivative_that_is_too_large_is_refused():
    with pytest.raises(GradcalcError, match="expands to more than"):
        evaluate("diff(tanh(x)/(1 + x^2*tanh(x)), x, 60)", {"x": 1})


def test_a_derivative_that_grows_before_it_ends_is_not_refused():
    factors = "*".join(f"(x + {k})" for k in range(15))
    result = evaluate(f"diff({factors}, x, 60) + diff({factors}, x, 15)", {"x": 1})
    assert result.value == math.factorial(15)


@pytest.mark.parametrize("name", ["sum", "parentheses", "calls", "labels", "items"])
def test_long_formula_with_a_mistake_is_refused(name):
    text = CONSTRUCTS[name][0](LONG) + "\n$"
    with pytest.raises(GradcalcError, match="not part of the language") as caught:
        evaluate(text, {"x": 1})
    assert len(describe(caught.value)) < 400


def test_long_lists():
    v = [1.0] * LONG
    for formula, value, slope in [
        ("sum(v)", LONG, 1),
        ("v @ v", LONG, 2),
        ("prod(v)", 1, 1),
        ("mean(v)", 1, 1 / LONG),
        ("sum(2*v + 1)", 3 * LONG, 2),
        ("max(v)", 1, 1 / LONG),
    ]:
        result = evaluate(formula, {"v": v})
        assert result.value == value
        assert result.gradient["v"] == [slope] * LONG


def test_second_derivatives_of_a_long_chain():
    steps = "".join(f"x{i + 1} = x{i}*w + b;" for i in range(LONG))
    result = evaluate(f"{steps} x{LONG}^2", {"x0": 1.0, "w": 1.0, "b": 0.0})
    assert result.hessian["x0"] == {"x0": 2.0, "w": 4.0 * LONG, "b": 2.0 * LONG}
    assert result.hessian["w"]["w"] == 2.0 * LONG * (2 * LONG - 1)


def test_many_variables():
    names = [f"x{i}" for i in range(LONG)]
    result = evaluate("+".join(names), dict.fromkeys(names, 1.0))
    assert result.value == LONG
    assert set(result.gradient.values()) == {1.0}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("(" * 10_000_000, "'(' is never closed"),
        ("[" * 10_000_000, "'[' is never closed"),
        ("([" * 5_000_000, "'[' is never closed"),
        ("f(" * 5_000_000, "'(' is never closed"),
        (")" * 10_000_000, "')' closes nothing"),
        ("x" + ")" * 10_000_000, "')' closes nothing"),
        ("#" * 10_000_000, "the formula is empty"),
        (" " * 10_000_000, "the formula is empty"),
        ("x" * 5_000_000 + " " + "x" * 5_000_000, "there is no operator between"),
    ],
    ids=lambda text: text if len(text) < 100 else f"{text[:2]!r}, ten million times",
)
def test_ten_megabytes(text, message):
    with pytest.raises(GradcalcError) as caught:
        evaluate(text, {})
    assert caught.value.message.startswith(message)
    page = describe(caught.value).split("\n")
    assert all(len(line) < 1100 for line in page)
