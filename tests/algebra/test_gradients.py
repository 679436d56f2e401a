"""Derivatives as formulas: what is filled in, and what is a constant."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from reference.graphs import ALL, VARIABLES, graphs

from gradcalc.algebra.derivative import derivative
from gradcalc.algebra.gradients import gradient_formulas
from gradcalc.engine.evaluation import evaluate
from gradcalc.engine.extended_range import Extended
from gradcalc.errors import BindingError
from gradcalc.language.bindings import bind
from gradcalc.writers.infix import written_operation
from gradcalc.writers.program_text import program_text

numbers = st.sampled_from([0.0, 1.0, -1.0, 20.0]) | st.floats(-3, 3)
points = st.lists(numbers, min_size=len(VARIABLES), max_size=len(VARIABLES))


def partials(text, values, wrt=None, order=1):
    """The formulas, as texts, by their variables."""
    found = gradient_formulas(bind(text, values, complete=False), wrt, order)
    return {
        formula.variables: program_text(
            found.graph, {None: formula.structure}, short=True, separator="; "
        )
        for formula in found.formulas
    }


def same(got, want):
    return got == pytest.approx(want, rel=1e-9, abs=1e-300, nan_ok=True)


@settings(max_examples=200, deadline=None)
@given(graphs(ALL, 12), points)
def test_with_all_values_it_is_the_gradient_at_the_point(graph, numbers):
    text = program_text(graph, {None: len(graph) - 1})
    used = bind(text, {}, complete=False).program.graph.variables
    point = {n: x for n, x in zip(VARIABLES, numbers, strict=True) if n in used}
    evaluation = evaluate(text, point)
    assume(point and not isinstance(evaluation.gradients[0], Extended))
    found = partials(text, point)
    assert len(found) == len(point)
    for (name,), formula in found.items():
        want = evaluation.gradient[name]
        assert same(evaluate(formula, {}).value, want), name


@pytest.mark.parametrize("operation", ALL, ids=lambda row: row.name)
def test_numbers_come_from_the_rules_that_are_computed(operation):
    for point in operation.samples:
        names = [f"a{place}" for place in range(len(point))]
        text = f"{written_operation(operation, names)}*k"
        values = dict(zip(names, point, strict=True))
        wanted = evaluate(text, {**values, "k": 1.0}).gradient
        for (name,), formula in partials(text, values, names).items():
            got = evaluate(formula, {}, defaults={"k": 1.0}).value
            assert same(got, wanted[name]), (point, name, formula)


@pytest.mark.parametrize(
    ("text", "values", "wrt", "order", "expected"),
    [
        ("x^2", {"x": 3}, None, 1, {("x",): "6"}),
        ("x^2*y", {"x": 3}, None, 1, {("y",): "9"}),
        ("x^2*y", {"x": 3}, ["x"], 1, {("x",): "6*y"}),
        ("x^2*y", {"x": 3, "y": 2}, None, 1, {("x",): "12", ("y",): "9"}),
        ("x^2*y", {"x": 3}, ["x"], 2, {("x", "x"): "2*y"}),
        ("tanh(x)", {"x": 20}, None, 1, {("x",): "1.6993417021166355e-17"}),
        ("a = 5; a^2", {}, None, 1, {("a",): "10"}),
        ("a = 5; a^2", {}, ["a"], 1, {("a",): "2*a"}),
        ("a = 5; a^2", {"a": 7}, ["a"], 1, {("a",): "14"}),
        ("n = x*w; n^2", {"x": 3, "w": 2}, ["n"], 1, {("n",): "12"}),
        ("n = x*w; n^2", {"x": 3}, ["n"], 1, {("n",): "2*n"}),
        ("v @ v", {"v": [1, 2]}, None, 1, {("v",): "[2, 4]"}),
        ("v @ v", {"v": [1, 2]}, ["v[1]"], 1, {("v[1]",): "4"}),
        ("x^2 + 3", {}, None, 1, {("x",): "2*x"}),
        ("x = u; x^2", {}, ["x"], 1, {("x",): "2*x"}),
        ("x; 3", {}, None, 1, {("x",): "0"}),
        ("2 + 3", {}, None, 1, {(): "0"}),
        ("2 + 3", {}, None, 2, {(): "0"}),
        ("[1, 2]", {}, None, 1, {(): "[0, 0]"}),
        ("a = 5", {}, None, 1, {(): "0"}),
        ("a = 5; a", {}, None, 1, {("a",): "1"}),
        ("a = 5; f(x) = a; f(1)", {}, None, 1, {("a",): "1"}),
        ("d_x = 2; d_y = 3", {}, None, 1, {(): "0"}),
    ],
)
def test_what_is_filled_in(text, values, wrt, order, expected):
    assert partials(text, values, wrt, order) == expected


def test_a_constant_has_no_variable_to_ask_for():
    with pytest.raises(BindingError):
        partials("2 + 3", {}, ["x"])


def test_what_is_filled_in_is_said():
    found = gradient_formulas(
        bind("k = 2; x^k*y", {"x": 3}, complete=False), ["x", "y"]
    )
    assert found.filled == {"k": 2.0, "x": 3.0}
    found = gradient_formulas(bind("k = 2; x^k*y", {"x": 3}, complete=False), ["k"])
    assert found.filled == {"x": 3.0}


def test_second_derivatives_at_a_point_are_numbers_of_the_hessian():
    text, point = "tanh(x*y)*z + x^y", {"x": 1.5, "y": 0.7, "z": 2}
    hessian = evaluate(text, point).hessian
    for (a, b), formula in partials(text, point, order=2).items():
        assert float(formula) == pytest.approx(hessian[a][b], rel=1e-13, abs=1e-300)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x*inf", "inf"),
        ("x^2*-inf", "-inf*(2*x)"),
        ("x/inf", "0"),
        ("x*min(inf, 3)", "3"),
        ("x*y*(1/0)", "inf*y"),
        ("inf - inf + x", "1"),
        ("where(x < inf, x^2, 0)", "where(x < inf, 2*x, 0)"),
        ("0^x*y", "y*where(x >= 0, 0, 0^x*-inf)"),
        ("x^0", "0"),
        ("hypot(x, 0)", "x/hypot(x, 0)"),
    ],
)
def test_numbers_that_are_not_finite(text, expected):
    assert partials(text, {}, ["x"])[("x",)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "x*inf - x*inf", "x*(1/0) - x*(1/0)", "x*exp(1000) - x*exp(1000)", "x*(0/0)",
        "x*0^-1*0", "x/inf*inf", "s = inf + y; (s - s)*x", "x*log(0)/log(0)",
        "x*(y - inf) - x*(y - inf)", "x*max(inf, 1)*0", "x*(y*inf)/(y*inf)",
    ],
)  # fmt: skip
def test_infinities_do_not_cancel(text):
    formula = partials(text, {}, ["x"])[("x",)]
    value = evaluate(formula, {}, defaults={"x": 3.0, "y": 2.0}).value
    assert value != value


@pytest.mark.parametrize("value", ["3", "0/0", "inf", "erfinv(2)"])
def test_a_label_to_differentiate_by_is_a_variable_whatever_its_value(value):
    program = f"g(x) = {value}\nx = g(u)\nrelu(x)"
    assert derivative(program, "x") == "where(x > 0, 1, 0)"


def test_what_a_label_is_made_of_changes_nothing_of_its_derivatives():
    assert derivative("g(x) = 0.7*x\nx = g(u)\nsqrt(x)", "x") == "1/(2*sqrt(x))"
