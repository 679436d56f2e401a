"""Random formulas over lists and matrices: gradients, differences and derivatives."""

import math

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from gradcalc.algebra.gradients import gradient_formulas
from gradcalc.engine.evaluation import evaluate
from gradcalc.engine.value_and_grad import value_and_grad
from gradcalc.language.bindings import bind
from gradcalc.shapes import flatten, shape_of, unflatten
from gradcalc.writers.program_text import program_text

modestly = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)

DEFINITIONS = """
f(a, b = [1, 2, 3]) = a*sum(b) - b[1]
g(v) = tanh(v)*v + 0.3
h(z, v) = z^2*sum(v) | 2*z*sum(v), z^2
"""

index = st.integers(-3, 2)


def _joined(template, *parts):
    return st.tuples(*parts).map(lambda texts: template.format(*texts))


scalars = st.deferred(
    lambda: st.one_of(
        st.sampled_from(["x", "y", "2", "0.5", "v[0]", "w[-1]", "A[1][2]"]),
        _joined("({} {} {})", scalars, st.sampled_from("+-*/"), scalars),
        _joined("{}({})", st.sampled_from(REDUCTIONS), lists),
        _joined("({} @ {})", lists, lists),
        _joined("{}({})", st.sampled_from(["tanh", "sin", "gelu", "sqrt"]), scalars),
        _joined("{}[{}]", lists, index),
        _joined("sum({})", matrices),
        _joined("{}({}, {})", st.sampled_from(LOSSES), lists, lists),
        _joined("f({}, {})", scalars, lists),
        _joined("f({})", scalars),
        _joined("h({}, {})", scalars, lists),
        _joined("cross_entropy_logits({}, softmax({}))", lists, lists),
    )
)
lists = st.deferred(
    lambda: st.one_of(
        st.sampled_from(["v", "w", "[x, y, 1]", "A[0]"]),
        _joined("({} {} {})", lists, st.sampled_from("+-*"), st.one_of(lists, scalars)),
        _joined("({} @ {})", matrices, lists),
        _joined("({} @ {})", lists, matrices),
        _joined("{}({})", st.sampled_from(MAPS), lists),
        _joined("[{}, {}, {}]", scalars, scalars, scalars),
        _joined("where({} > 0.1, {}, {})", lists, lists, scalars),
        _joined("{}[{}]", matrices, index),
    )
)
matrices = st.deferred(
    lambda: st.one_of(
        st.sampled_from(["A", "[v, w, v]"]),
        _joined("({} @ {})", matrices, matrices),
        _joined("transpose({})", matrices),
        _joined(
            "({} {} {})", matrices, st.sampled_from("+-*"), st.one_of(matrices, scalars)
        ),
        _joined("[{}, {}, {}]", lists, lists, lists),
    )
)
REDUCTIONS = ["sum", "prod", "max", "min", "norm", "mean", "logsumexp", "variance"]
LOSSES = ["mse", "mae", "huber", "dot"]
MAPS = ["tanh", "sin", "sigmoid", "softmax", "log_softmax", "relu6", "silu", "g", "-"]

number = st.integers(-150, 150).map(lambda k: k / 100 + 0.001)
triple = st.lists(number, min_size=3, max_size=3)
points = st.fixed_dictionaries(
    {
        "x": number,
        "y": number,
        "v": triple,
        "w": triple,
        "A": st.lists(triple, min_size=3, max_size=3),
    }
)


def _evaluated(formula, point):
    """The result and what it is for moderate numbers; no kink, no tie."""
    assume(len(formula) < 400)
    result = evaluate(DEFINITIONS + formula, {}, defaults=point)
    assume(all(map(math.isfinite, result.values)))
    assume(max(map(abs, result.values)) < 1e4)
    assume(not any(note.kind in ("kink", "tie") for note in result.notes))
    return result


def _moved(value, position, step):
    leaves = flatten(value)
    leaves[position] += step
    return unflatten(value, iter(leaves))


@modestly
@given(st.one_of(scalars, lists, matrices), points)
def test_gradients_and_jacobians_agree_with_differences(formula, point):
    result = _evaluated(formula, point)
    outputs = len(flatten(result.value))
    largest = 1 + max(map(abs, result.values))
    for name in result.variables:
        for position in range(len(flatten(point[name]))):
            ends = []
            for step in (-1e-5, 0.0, 1e-5):
                moved = {**point, name: _moved(point[name], position, step)}
                other = evaluate(DEFINITIONS + formula, {}, defaults=moved, wrt=[])
                ends.append(flatten(other.value))
            for output in range(outputs):
                behind, here, ahead = (end[output] for end in ends)
                slope = (ahead - behind) / 2e-5
                bend = abs((ahead - here) - (here - behind)) / 1e-5
                if not bend < 1e-2 * (1 + abs(slope)):
                    continue  # a kink, a jump or a pole nearby
                gradient = (
                    result.gradient[name]
                    if result.jacobian is None
                    else _element(result.jacobian[name], result.value, output)
                )
                assert shape_of(gradient) == shape_of(point[name])
                got = flatten(gradient)[position]
                assert abs(got - slope) <= 1e-5 * largest * (1 + abs(slope)) + bend


def _element(jacobian, value, output):
    """The gradient of one element of a list or matrix."""
    if len(shape_of(value)) == 1:
        return jacobian[output]
    columns = shape_of(value)[1]
    return jacobian[output // columns][output % columns]


@modestly
@given(scalars, points)
def test_derivatives_as_formulas_have_the_values_of_the_gradient(formula, point):
    result = _evaluated(formula, point)
    bound = bind(DEFINITIONS + formula, {}, defaults=point)
    assume(bound.variables)
    gradient = gradient_formulas(bound)
    roots = [root for each in gradient.formulas for root in flatten(each.structure)]
    wanted = [x for name in result.wanted for x in flatten(result.gradient[name])]
    largest = 1 + max(map(abs, result.values))
    for root, want in zip(roots, wanted, strict=True):
        text = program_text(gradient.graph, {None: root}, short=True)
        got = evaluate(text, {}, defaults=point).value
        assert abs(got - want) <= 1e-9 * (1 + abs(want)) * largest, text


@modestly
@given(scalars, points)
def test_compiled_function_gives_the_same_numbers(formula, point):
    result = _evaluated(formula, point)
    names = list(result.variables)
    assume(names)
    function = value_and_grad(DEFINITIONS + formula, names)
    value, gradient = function(*(point[name] for name in names))
    assert value == result.value
    for name, got in zip(names, gradient, strict=True):
        want = result.gradient[name]
        assert _as_lists(got) == want


def _as_lists(value):
    if isinstance(value, (list, tuple)):
        return [_as_lists(item) for item in value]
    return value
