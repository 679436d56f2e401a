"""Random formulas: numbers against duals in 50 digits, formulas and differences."""

import math

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from mpmath import mpf
from reference.formulas import (
    VARIABLES,
    UnusableError,
    formulas,
    points,
    reference,
    used,
)

from gradcalc.algebra.derivative import derivative
from gradcalc.engine.evaluation import evaluate

modestly = settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)


def _judged(formula, point):
    """The reference's answer, unless the formula has no good one at the point."""
    try:
        value, slopes, spread, spreads = reference(formula, point)
    except UnusableError:
        assume(False)
    # A result that rounding may change in its third digit says nothing.
    assume(spread <= abs(value) * mpf("1e-3") + mpf("1e-30"))
    return value, slopes, spread, spreads


@modestly
@given(formulas(), points())
def test_value_and_gradient_agree_with_duals(formula, point):
    value, slopes, spread, spreads = _judged(formula, point)
    bindings = used(formula, point)
    result = evaluate(formula.text, bindings)
    tolerance = 8 * spread + 8 * mpf(math.ulp(float(value)))
    assert abs(mpf(result.value) - value) <= tolerance
    for name in bindings:
        got, want = result.gradient[name], slopes[name]
        tolerance = 8 * spreads[name] + 8 * mpf(math.ulp(float(want)))
        assert math.isfinite(got), name
        assert abs(mpf(got) - want) <= tolerance + _lost(result), name


def _lost(result):
    """What partials that are good to the digits of 1 only may lose, at most.

    1 - out^2 in tanh, softmax(z) - t and exp(v - logsumexp(v)), times the gradient that
    comes in and what stands between them and the variables.
    """
    nodes = [
        node
        for node in result.nodes
        if math.isfinite(node.value) and math.isfinite(node.gradient or 0)
    ]
    total = mpf(0)
    steepest = max(abs(mpf(node.gradient or 0)) for node in nodes)
    largest = max(abs(mpf(node.value)) for node in nodes)
    for node in nodes:
        if node.operation in {"tanh", "bce_logits", "logsumexp"}:
            total += abs(mpf(node.gradient or 0)) * mpf(2) ** -50
    return total * (1 + steepest) * (1 + largest)


@modestly
@given(formulas(), points())
def test_evaluating_twice_gives_the_same(formula, point):
    bindings = used(formula, point)
    first, second = (evaluate(formula.text, bindings) for _ in range(2))
    assert repr(first.value) == repr(second.value)
    assert repr(first.gradient) == repr(second.gradient)
    assert [note.message for note in first.notes] == [
        note.message for note in second.notes
    ]


@modestly
@given(formulas(), points())
def test_derivative_as_a_formula_has_the_value_of_the_gradient(formula, point):
    _, slopes, _, spreads = _judged(formula, point)
    bindings = used(formula, point)
    result = evaluate(formula.text, bindings)
    for name in bindings:
        text = derivative(formula.text, name)
        got = evaluate(text, {}, defaults=bindings).value
        want = slopes[name]
        # Simplified formulas round otherwise, so somewhat more than the spread.
        tolerance = 64 * spreads[name] + 64 * mpf(math.ulp(float(want)))
        assert abs(mpf(got) - want) <= tolerance + 8 * _lost(result), text


@modestly
@given(formulas(), points())
def test_gradient_agrees_with_central_differences(formula, point):
    assume("stop_gradient" not in formula.text)
    _judged(formula, point)
    bindings = used(formula, point)
    result = evaluate(formula.text, bindings)
    # At a jump there is no slope, and the value at the jump itself may be another.
    assume(not any(note.kind in ("kink", "tie") for note in result.notes))
    assume(
        not any(
            node.operation == "where" and result.values[node.inputs[0]] == 0
            for node in result.nodes
        )
    )
    gradient = result.gradient
    for name, at in bindings.items():
        slopes = []
        for step in (1e-5, 5e-6):
            step *= max(abs(at), 1e-3)
            ahead, here, behind = (
                evaluate(formula.text, {**bindings, name: moved}, wrt=[]).value
                for moved in (at + step, at, at - step)
            )
            slopes.append((ahead - behind) / (2 * step))
            noise = 1e-11 * (abs(ahead) + abs(behind) + 1e-3) / step
            one_sided = (ahead - here) / step, (here - behind) / step
        # A kink or a jump nearby, a pole, or a slope that changes over the step.
        bend = abs(one_sided[0] - one_sided[1])
        if not math.isfinite(bend) or bend > 1e-3 * (abs(slopes[1]) + noise):
            continue
        tolerance = 4 * abs(slopes[0] - slopes[1]) + 10 * noise + 1e-6 * abs(slopes[1])
        assert abs(gradient[name] - slopes[1]) <= tolerance, name


@modestly
@given(formulas(max_leaves=6), points())
def test_second_derivative_agrees_with_differences_of_the_first(formula, point):
    assume("stop_gradient" not in formula.text)
    _judged(formula, point)
    bindings = used(formula, point)
    for name, at in bindings.items():
        first = derivative(formula.text, name)
        second = evaluate(first, {}, defaults=bindings).gradient.get(name, 0.0)
        ends = []
        step = 1e-5 * max(abs(at), 1e-2)
        for moved in (at - step, at, at + step):
            defaults = {**bindings, name: moved}
            ends.append(evaluate(first, {}, defaults=defaults).value)
        behind, here, ahead = ends
        slope = (ahead - behind) / (2 * step)
        bend = abs((ahead - here) - (here - behind)) / step
        noise = 1e-10 * (abs(ahead) + abs(behind) + 1e-2) / step
        if not math.isfinite(bend) or bend > 1e-3 * (abs(slope) + noise):
            continue
        assert abs(second - slope) <= 1e-3 * abs(slope) + 10 * noise + bend, name


@modestly
@given(formulas(), points())
def test_label_changes_nothing(formula, point):
    bindings = used(formula, point)
    # A label of numbers alone is a variable.
    assume(bindings)
    plain = evaluate(formula.text, bindings)
    labelled = evaluate(f"result = {formula.text}\nresult", bindings)
    function = evaluate(f"f() = {formula.text}; f()", bindings)
    for other in (labelled, function):
        assert repr(other.value) == repr(plain.value)
        assert repr(other.gradient) == repr(plain.gradient)


@modestly
@given(formulas(max_leaves=6), points(), st.integers(1, 4))
def test_list_result_has_the_gradients_of_its_elements(formula, point, size):
    bindings = used(formula, point)
    elements = [f"({formula.text})*{k}" for k in range(1, size + 1)]
    result = evaluate(f"[{', '.join(elements)}]", bindings)
    for number, element in enumerate(elements):
        alone = evaluate(element, bindings)
        assert repr(result.value[number]) == repr(alone.value)
        for name in bindings:
            assert repr(result.jacobian[name][number]) == repr(alone.gradient[name])


_anything = st.one_of(
    st.floats(),
    st.sampled_from(
        [0.0, -0.0, 1.0, -1.0, math.inf, -math.inf, math.nan, 1e308, 710.0]
    ),
)


@modestly
@given(formulas(), st.fixed_dictionaries(dict.fromkeys(VARIABLES, _anything)))
def test_a_number_that_is_not_finite_is_explained(formula, point):
    result = evaluate(formula.text, used(formula, point))
    explained = any(note.kind == "nonfinite" for note in result.notes)
    assert explained == (not result.finite)
    for node in result.nodes:
        assert node.gradient is None or type(node.gradient) is float
