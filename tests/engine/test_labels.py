"""Programs that carry values, and gradients for their labels."""

import pytest
from hypothesis import HealthCheck, given, settings
from reference.formulas import formulas, points, used

from gradcalc.algebra.derivative import derivative
from gradcalc.algebra.gradients import gradient_formulas
from gradcalc.algebra.written_out import formula_text
from gradcalc.engine.evaluation import evaluate
from gradcalc.engine.value_and_grad import value_and_grad
from gradcalc.language.bindings import bind

modestly = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)


def _carrying(formula, values):
    return "".join(f"{n} = {v!r}\n" for n, v in values.items()) + formula.text


@modestly
@given(formulas(), points())
def test_values_that_are_carried_are_values_that_are_given(formula, point):
    values = used(formula, point)
    program = _carrying(formula, values)
    carried, plain = evaluate(program, {}), evaluate(formula.text, values)
    assert carried.variables == plain.variables
    assert repr(carried.value) == repr(plain.value)
    assert repr(carried.gradient) == repr({n: plain.gradient[n] for n in values})
    assert not carried.labels
    function = value_and_grad(program, list(values))
    assert repr(function(*values.values())) == repr(
        (plain.value, tuple(plain.gradient[n] for n in values))
    )
    assert repr(value_and_grad(program, [])()[0]) == repr(plain.value)


@modestly
@given(formulas(max_leaves=6), points())
def test_what_is_written_is_the_same_as_with_values_that_are_given(formula, point):
    values = used(formula, point)
    *held, last = [*values, "q"]
    known = {name: values[name] for name in held if name != last}
    carried = bind(_carrying(formula, known), {}, complete=False)
    plain = bind(formula.text, known, complete=False)
    assert formula_text(carried) == formula_text(plain)
    if len(known) < len(values):
        assert repr(gradient_formulas(carried).formulas) == repr(
            gradient_formulas(plain).formulas
        )


@modestly
@given(formulas(max_leaves=6), formulas(), points())
def test_gradient_for_a_label_is_that_for_a_variable_with_its_value(
    inner, outer, point
):
    program = f"g(x, y, z) = {inner.text}\nx = g(u, v, w)\n{outer.text}"
    given_ = {**dict(zip("uvw", point.values(), strict=True)), **used(outer, point)}
    given_.pop("x", None)
    found = evaluate(program, given_, wrt=["x"])
    label = found.labels["x"]
    alone = {**used(outer, point), "x": label.value}
    free = evaluate(outer.text, {}, defaults=alone)
    assert repr(found.value) == repr(free.value)
    assert repr(found.gradient["x"]) == repr(free.gradient.get("x", 0.0))
    assert repr(label.gradient) == repr(found.gradient["x"])
    assert derivative(program, "x") == derivative(outer.text, "x")


def test_labels_are_shaped_like_themselves_and_the_result():
    result = evaluate("k = 2; h = [x/1, 3, x^2*k]; y = [sum(h), h[2]]; y", {"x": 3})
    labels = result.labels
    assert list(labels) == ["h", "y"]
    assert labels["h"].value == [3.0, 3.0, 18.0]
    assert labels["h"].gradient == [[1.0, None, 1.0], [0.0, None, 1.0]]
    asked = evaluate("h = [2*x, 3, x^2]; sum(h)", {"x": 3}, wrt=["h", "h[1]"])
    assert asked.gradient == {"h": [1.0, 1.0, 1.0], "h[1]": 1.0}
    restricted = evaluate("n = x*w; m = n + b; m^2", {"x": 1, "w": 2, "b": 3}, wrt="b")
    assert restricted.labels["n"] == (2.0, None)
    assert restricted.labels["m"] == (5.0, 10.0)


def test_label_that_the_result_does_not_depend_on_has_gradient_0():
    assert evaluate("n = x^2; 3*x", {"x": 1}, wrt=["n"]).gradient == {"n": 0.0}
    assert derivative("n = x^2; 3*x", "n") == "0"
    assert derivative("3*x", "n") == "0"


@pytest.mark.parametrize(
    ("text", "name", "written"),
    [
        ("n = x*w + b; tanh(n)", "n", "1 - tanh(n)^2"),
        ("n = x*w + b; tanh(n)", "x", "w*(1 - tanh(w*x + b)^2)"),
        ("k = 2; x^k", "x", "2*x"),
        ("k = 2; v = [1, 2]; sum(v)*k*x", "v", "[2*x, 2*x]"),
        ("h = [x, x^2]; h[0]*h[1]^2", "h[1]", "2*h[1]*x"),
        ("h = [x^2, 3*x]; h[0]*h[1]", "h", "[h[1], h[0]]"),
        ("a = 5; b = -3; c = -2; d = a + b; f = d*c", "d", "-2"),
        ("n = x^2; m = n*y; m*n", "n", "2*n*y"),
        ("n = x^2; m = n*y; m*n", "m", "x^2"),
    ],
)
def test_derivative_for_a_label(text, name, written):
    assert derivative(text, name) == written
