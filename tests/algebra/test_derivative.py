"""Written derivatives, and those of rules differentiated again, against many digits.

A written derivative is read again and worked out in doubles and in 70 digits; it has to
be the gradient by dual numbers wherever that is finite. What is left out by rule are
kinks, jumps and the ends of domains: see reference.formulas.
"""

import math
import random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf
from reference.arithmetic import DIGITS, REFERENCE
from reference.formulas import (
    NOISE,
    VARIABLES,
    UnusableError,
    formulas,
    points,
    reference,
    used,
)

from gradcalc.algebra.derivative import RANGE, derivative
from gradcalc.engine.evaluation import evaluate
from gradcalc.engine.passes import gradients
from gradcalc.graph import Graph
from gradcalc.language.bindings import bind
from gradcalc.language.contributions import append_gradient
from gradcalc.operations import COMPARISONS, LITERAL, OPERATIONS, VARIABLE

# Where a rule takes another side, and yet there are second derivatives.
BORDERS = {
    "^": [
        (2.0, 0.0), (-2.0, 0.0), (1e-9, 0.0), (0.0, 2.5), (0.0, 4.0), (-2.0, 1.0),
        (-2.0, 2.0), (-0.5, -1.0), (1.0, 0.0), (1.0, 1.0), (2.0, 1.0), (2.0, 2.0),
    ],
    "max": [(2.0, 2.0)],
    "min": [(2.0, 2.0)],
    "xlogx": [(1.0,)],
    "relu": [(0.0,)],
    "tanh": [(0.0,), (30.0,)],
    "hypot": [(3.0, 0.0)],
    "prod": [(0.0, 2.0, 3.0), (0.0, 0.0, 3.0)],
    "logsumexp": [(1.0, 1.0)],
    "cross_entropy_logits": [(1.0, 1.0, 0.0, 1.0)],
}  # fmt: skip
POINTS = [
    pytest.param(operation, point, id=f"{name}{point}")
    for name, operation in OPERATIONS.items()
    for point in (*operation.samples, *BORDERS.get(name, ()))
]


def second_derivatives(operation, point):
    """The derivatives of each partial derivative for each operand, as numbers."""
    graph = Graph()
    operands = [graph.add_variable(f"x{k}") for k in range(len(point))]
    output = graph.add(operation, tuple(operands))
    active = graph.dependents(operands)
    first = append_gradient(graph, output, operands, active, exact=True)
    values = graph.forward(dict(zip(operands, point, strict=True)))
    active = graph.dependents(operands)
    rows = [gradients(graph, values, node, active) for node in first]
    return [
        [
            row[node] if node < len(row) and row[node] is not None else 0.0
            for node in operands
        ]
        for row in rows
    ]


@pytest.mark.parametrize(("operation", "point"), POINTS)
def test_second_derivatives_are_those_of_50_digit_arithmetic(operation, point):
    found = second_derivatives(operation, point)
    partials = REFERENCE[operation.name][1]
    # Enough digits for 1e300 and 1 to differ in a sum.
    with mp.workdps(700):
        for j, at in enumerate(map(mpf, point)):
            step = min(abs(at) or mpf(1), mpf(1)) * mpf(2) ** -200
            ahead, behind = (
                partials(*map(mpf, point[:j]), moved, *map(mpf, point[j + 1 :]))
                for moved in (at + step, at - step)
            )
            # The differences themselves are off by the step squared.
            sizes = [abs(x) for row in found for x in row if math.isfinite(x)]
            least = max(1e-16 * max(sizes, default=0.0), 1e-100)
            for i in range(len(point)):
                mirrored = found[j][i]
                assert found[i][j] == pytest.approx(
                    mirrored, rel=1e-12, abs=least, nan_ok=True
                ), "symmetric"
                if ahead[i] is None or behind[i] is None:
                    assert found[i][j] == 0
                    continue
                want = (ahead[i] - behind[i]) / (2 * step)
                if mp.isfinite(want):
                    assert found[i][j] == pytest.approx(
                        float(want), rel=1e-12, abs=least
                    ), (i, j)


@pytest.mark.parametrize("x", [-2.0, -1e-9, 0.0, 0.7])
@pytest.mark.parametrize("power", range(-2, 6))
def test_derivatives_of_whole_powers_to_the_third_order(x, power):
    if x == 0 and power < 0:
        return
    text, factor = "x^n", 1.0
    for order in range(1, 4):
        text = derivative(text, "x", exact=True)
        factor *= power - order + 1
        want = factor * x ** (power - order) if factor else 0.0
        names = {"x": x, "n": float(power)}
        assert evaluate(text, {}, defaults=names).value == pytest.approx(want, 1e-12)


@pytest.mark.parametrize("names", ["xxy", "xyx", "yxx", "xyy", "yxy", "yyx"])
@pytest.mark.parametrize("point", [(2.0, 0.0), (2.0, 1.0), (0.5, 2.0), (0.0, 4.0)])
def test_third_derivatives_of_the_power_in_every_order(names, point):
    x, y = map(mpf, point)
    with mp.workdps(60):
        orders = (names.count("x"), names.count("y"))
        want = (
            mp.diff(
                lambda a, b: a**b if a else mpf(0), (x, y), orders, h=mpf(10) ** -12
            )
            if x
            else mpf(0)
        )
    text = "x^y"
    for name in names:
        text = derivative(text, name, exact=True)
    got = evaluate(text, {}, defaults={"x": point[0], "y": point[1]}).value
    assert math.isclose(got, float(want), rel_tol=1e-8, abs_tol=1e-9)


def test_a_list_of_the_formula_comes_along():
    text = derivative("v = [1, -2]; x*v @ v", "v")
    assert text == "v = [1, -2]\n[2*v[0]*x, 2*v[1]*x]"
    assert derivative("v = [1, -2]; x*v[0]", "v[0]") == "x"
    again = derivative(derivative("v = [1, -2]; v[0]^2*v[1]", "v[0]"), "v[1]")
    assert again == "v = [1, -2]\n2*v[0]"
    assert evaluate(again, {}).value == 2


@pytest.mark.parametrize("name", ["log", "log2", "log10", "log1p", "atanh"])
def test_outside_its_domain_an_operation_has_no_second_derivative(name):
    text = derivative(derivative(f"{name}(x)", "x", exact=True), "x", exact=True)
    assert math.isnan(evaluate(text, {"x": -7.0}).value)
    assert math.isfinite(evaluate(text, {"x": 0.5}).value)


@pytest.mark.parametrize("factors", [(1, 1), (1, 3, 2), (2, 1, 0.5)])
def test_second_derivatives_of_a_length_do_not_cancel(factors):
    names = "xyz"[: len(factors)]
    point = dict(zip(names, (1.0, 1e-9, 3e-11), strict=False))
    operands = [f"{factor}*{name}" for factor, name in zip(factors, names, strict=True)]
    text = f"hypot({', '.join(operands)})"
    with mp.workdps(80):
        squares = {
            n: (k * mpf(point[n])) ** 2 for k, n in zip(factors, names, strict=True)
        }
        length = mp.sqrt(sum(squares.values()))
        for factor, name in zip(factors, names, strict=True):
            others = sum(square for each, square in squares.items() if each != name)
            want = factor**2 * others / length**3
            found = derivative(derivative(text, name), name)
            got = evaluate(found, {}, defaults=point).value
            assert got == pytest.approx(float(want), rel=1e-12), found


# --- what is written

# What is off by no more than that many units of rounding is right.
UNITS = 64


def exactly(text, point, seed=None):
    """The value of a formula in 70 digits; with a seed with noise after each step."""
    bound = bind(text, {}, complete=False)
    graph, generator = bound.program.graph, random.Random(seed)
    values = []
    for node, operation in enumerate(graph.operations):
        moved = 1 if seed is None else 1 + NOISE * generator.choice((-1, 1))
        if float(graph.literals.get(node, 0.5)).is_integer():
            moved = 1
        if operation is LITERAL:
            value = mpf(graph.literals[node])
        elif operation is VARIABLE:
            value, moved = mpf(point[graph.names[node]]), 1
        else:
            operands = [values[i] for i in graph.inputs[node]]
            try:
                value = REFERENCE[operation.name][0](*operands)
            except (ArithmeticError, ValueError, TypeError):
                value = mp.nan
            if operation in COMPARISONS:
                moved = 1
        values.append(value * moved if isinstance(value, mpf) else mp.nan)
    return values[bound.output]


def check(formula, point):
    point = used(formula, point)
    assume(point)
    try:
        _, slopes, _, spreads = reference(formula, point)
    except UnusableError:
        assume(False)
    for name, want in slopes.items():
        text = derivative(formula.text, name)
        with mp.workdps(DIGITS):
            exact = exactly(text, point)
            apart = max(abs(exactly(text, point, k) - exact) for k in range(6))
            off = spreads[name] + apart + NOISE * abs(want)
            assert abs(exact - want) <= UNITS * off + mpf(10) ** -300, (name, text)
            found = evaluate(text, {}, defaults=point).value
            assert abs(found - exact) <= UNITS * off + mpf(10) ** -300, (name, text)


@settings(max_examples=60, deadline=None)
@given(formulas(), points())
def test_a_written_derivative_is_the_gradient(formula, point):
    check(formula, point)


least, most = (round(mp.log10(bound)) for bound in RANGE)
sizes = st.builds(
    lambda sign, digits, power: sign * digits * 10.0**power,
    st.sampled_from([1.0, -1.0]),
    st.floats(1, 9.99),
    st.integers(least, most - 1),
)


# Of three factors a derivative has four.
quotients = st.recursive(
    st.sampled_from([*VARIABLES, "2", "0.5"]),
    lambda inner: st.builds("({}){}({})".format, inner, st.sampled_from("*/"), inner),
    max_leaves=3,
)


@settings(max_examples=100, deadline=None)
@given(quotients, st.fixed_dictionaries(dict.fromkeys(VARIABLES, sizes)))
def test_it_is_in_all_the_range_that_is_stated(text, point):
    gradient = evaluate(f"{text} + 0*(x/x + y/y + z/z)", point).gradient
    for name, slope in gradient.items():
        written = derivative(text, name)
        found = evaluate(written, {}, defaults=point).value
        assert found == pytest.approx(slope, rel=1e-13, abs=1e-300), written


@pytest.mark.parametrize("end", RANGE)
@pytest.mark.parametrize(
    "text",
    ["x^4", "1/x^3", "x/y/y/y", "x*y*x*y/2", "y/(x^2 + y^2)", "(x*y)^2", "x^2/y^2"],
)
def test_powers_up_to_the_fourth_are_doubles_at_its_ends(text, end):
    point = {"x": end, "y": end} if "y" in text else {"x": end}
    gradient = evaluate(text, point).gradient
    for name, slope in gradient.items():
        written = derivative(text, name)
        found = evaluate(written, {}, defaults=point).value
        assert found == pytest.approx(slope, rel=1e-13, abs=1e-300), written


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        ("max(x, 0)", "where(x >= 0, where(x > 0, 1, 0.5), 0)"),
        ("min(y, x)", "where(x <= y, where(x < y, 1, 0.5), 0)"),
        ("min(x^2, x)", "where(x^2 < x, 2*x, where(x < x^2, 1, x + 0.5))"),
        ("max(x, x)", "1"),
    ],
)
def test_the_larger_of_two_is_told_by_a_comparison(formula, text):
    assert derivative(formula, "x") == text


@pytest.mark.parametrize(
    "formula",
    [
        "max(x, y)", "min(x, y)", "max(x, x)*y", "y*max(x, x^2) + min(x, 1)",
        "max(sqrt(x), 1)", "min(max(x, 0), y)", "max(x*y, x - y)^2", "max(y, inf - x)",
    ],
)  # fmt: skip
def test_two_operands_share_the_gradient_where_they_are_equal(formula):
    places = [-math.inf, -2.0, 0.0, 0.5, 1.0, math.inf]
    texts = {name: derivative(formula, name) for name in ("x", "y") if name in formula}
    for x in places:
        for y in places:
            point = {name: {"x": x, "y": y}[name] for name in texts}
            gradient = evaluate(formula, point).gradient
            for name, text in texts.items():
                known = bind(text, {}, complete=False).program.graph.variables
                given = {each: point[each] for each in known}
                if math.isfinite(gradient[name]):
                    assert evaluate(text, given).value == gradient[name], (text, point)
