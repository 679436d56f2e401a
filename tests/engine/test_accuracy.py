"""Values and gradients from 1e-300 to 1e300, to 4 units in the last place.

Every row of the table and every function of the library is compared with mpmath at
points of all sizes. A tolerance grows with the condition number alone: how much a
relative error of the arguments would grow in the result itself.
"""

import inspect
import math
import random

import pytest
from mpmath import mp, mpf
from reference.arithmetic import REFERENCE

from gradcalc.engine.evaluation import evaluate
from gradcalc.engine.pullbacks import pullback
from gradcalc.language.library import library_documentation
from gradcalc.operations import OPERATIONS

SIZES = [1e-300, 7.3e-150, 2.5e-20, 1e-9, 7.3e-8, 2.5e-3, 0.3, 1.0, 1.9, 7.3, 25.0]
SIZES += [730.0, 1e5, 2.5e8, 1e10, 7.3e16, 1e20, 2.5e100, 1e160, 1e300]
SIGNED = [sign * size for size in SIZES for sign in (1.0, -1.0)]
# Enough for the squares of the largest and the smallest of several in one sum.
DIGITS = 900

# Targets are probabilities; differences of large multiples need as many digits again.
TARGETS = {"bce_logits", "cross_entropy_logits", "mod"}


# Doubles lose digits below 2.2e-308, and end at 1.8e308.
SMALLEST, LARGEST = mpf("1e-307"), mpf("1.7976931348623157e308")


def points(count):
    """Points of all sizes, and ordinary ones."""
    if count == 1:
        return [(x,) for x in SIGNED]
    chosen = random.Random(count)
    sizes = [x for x in SIGNED if 1e-200 < abs(x) < 1e200]
    mixed = [tuple(chosen.choice(sizes) for _ in range(count)) for _ in range(30)]
    near = [tuple(chosen.uniform(-3, 3) for _ in range(count)) for _ in range(15)]
    return mixed + near + [tuple(40 * x for x in point) for point in near]


def slope(function, point, position):
    """The derivative of a function of mpf for one of its arguments."""
    step = min(abs(point[position]), mpf(1)) * mpf(10) ** -60
    ahead, behind = (
        function(*point[:position], moved, *point[position + 1 :])
        for moved in (point[position] + step, point[position] - step)
    )
    return (ahead - behind) / (2 * step)


def assert_accurate(got, function, point):
    """The number is the function's value to 4 units in the last place."""
    try:
        want = function(*point)
    except (ZeroDivisionError, OverflowError):
        return
    if not isinstance(want, mpf) or not mp.isfinite(want):
        return
    if abs(want) < SMALLEST:
        assert abs(got) < 2 * SMALLEST, point
        return
    nearest = float(want) if abs(want) < LARGEST else math.copysign(math.inf, want)
    if got == nearest:
        return
    assert math.isfinite(got), (point, nearest)
    error = float(abs(mpf(got) - want) / mpf(math.ulp(nearest)))
    if error > 4:
        condition = sum(
            abs(slope(function, point, k) * at / want) if at and want else 0
            for k, at in enumerate(point)
        )
        assert error <= 4 * max(1, condition), (point, got, nearest)


@pytest.mark.parametrize("name", [n for n in OPERATIONS if n not in TARGETS])
def test_rows(name):
    operation, (value, partials) = OPERATIONS[name], REFERENCE[name]
    count = len(operation.parameters) * (3 if operation.lists else 1)
    with mp.workdps(DIGITS if count > 1 else DIGITS // 2):
        for point in points(count):
            exact = tuple(map(mpf, point))
            try:
                want = value(*exact)
            except (ValueError, ZeroDivisionError, OverflowError):
                continue
            out = operation.evaluate(*point)
            if not isinstance(want, mpf) or not math.isfinite(out):
                continue
            assert_accurate(out, value, exact)
            passed = pullback(operation, count)(1.0, out, *point)
            for position, got in enumerate(passed):
                if got is not None:
                    assert_accurate(got, lambda *p, k=position: partials(*p)[k], exact)


def _sigmoid(x):
    return 1 / (1 + mp.exp(-x)) if x > 0 else mp.exp(x) / (1 + mp.exp(x))


def _softplus(x):
    return max(x, mpf(0)) + mp.log1p(mp.exp(-abs(x)))


def _logsumexp(*v):
    rest = sorted(v)
    peak = rest.pop()
    return peak + mp.log1p(mp.fsum(mp.exp(x - peak) for x in rest))


def _mean(*v):
    return mp.fsum(v) / len(v)


def _variance(*v):
    return _mean(*((x - _mean(*v)) ** 2 for x in v))


def _elu(x):
    return x if x > 0 else mp.expm1(x)


def _clipped(x, low, high):
    return min(max(x, mpf(low)), mpf(high))


def _probability(x):
    return _clipped(x, 1e-8, 1 - 1e-8)


def _entropy(*v):
    return -mp.fsum(x * mp.log(x) for x in v)


# fmt: off
FORMULAS = {
    "dot([x, y], [z, 2])": lambda x, y, z: x * z + 2 * y,
    "mean([x, y, z])": lambda x, y, z: _mean(x, y, z),
    "variance([x, y, z])": lambda x, y, z: _variance(x, y, z),
    "std([x, y, z])": lambda x, y, z: mp.sqrt(_variance(x, y, z)),
    "centred([x, y, z])[0]": lambda x, y, z: x - _mean(x, y, z),
    "norm([x, y, z])": lambda x, y, z: mp.sqrt(x * x + y * y + z * z),
    "sec(x)": lambda x: mp.sec(x),
    "csc(x)": lambda x: mp.csc(x),
    "cot(x)": lambda x: mp.cot(x),
    "factorial(x)": lambda x: mp.factorial(x),
    "linear([x, y], [z, 2], 3)": lambda x, y, z: x * z + 2 * y + 3,
    "neuron([x], [0.5], 0.25)": lambda x: mp.tanh(x / 2 + mpf(0.25)),
    "leaky_relu(x)": lambda x: x if x > 0 else mpf(0.01) * x,
    "elu(x)": lambda x: _elu(x),
    "selu(x)": lambda x: mpf(1.0507009873554805) * (
        x if x > 0 else mpf(1.6732632423543772) * mp.expm1(x)),
    "gelu(x)": lambda x: x * mp.erfc(-x / mp.sqrt(2)) / 2,
    "silu(x)": lambda x: x * _sigmoid(x),
    "swish(x)": lambda x: x * _sigmoid(x),
    "mish(x)": lambda x: x * mp.tanh(_softplus(x)),
    "hard_sigmoid(x)": lambda x: _clipped((x + 3) / 6, 0, 1),
    "relu6(x)": lambda x: _clipped(x, 0, 6),
    "log_softmax([x, y, z])[0]": lambda x, y, z: x - _logsumexp(x, y, z),
    "softmax([x, y, z])[0]": lambda x, y, z: mp.exp(x - _logsumexp(x, y, z)),
    "softmax([x, y])[0]": lambda x, y: _sigmoid(x - y),
    "softmax_less([x, y], [0.5, 0.5])[0]": lambda x, y: mp.tanh((x - y) / 2) / 2,
    "mse(x, y)": lambda x, y: (x - y) ** 2,
    "mae(x, y)": lambda x, y: abs(x - y),
    "huber(x, y)": lambda x, y: (
        (x - y) ** 2 / 2 if abs(x - y) <= 1 else abs(x - y) - mpf(0.5)),
    "huber_of(x, 2)": lambda x: x * x / 2 if abs(x) <= 2 else 2 * abs(x) - 2,
    "bce(x, 1)": lambda x: -mp.log(_probability(x)),
    "bce(x, 0)": lambda x: -mp.log1p(-_probability(x)),
    "bce_of(x, 0)": lambda x: -mp.log1p(-x),
    "cross_entropy([x, y], [0.25, 0.75])": lambda x, y: -(mp.log(x) + 3*mp.log(y)) / 4,
    "kl_divergence([x, y], [z, 0.25])": lambda x, y, z: (
        x * mp.log(x / z) + y * mp.log(4 * y)),
    "entropy([x, y])": lambda x, y: _entropy(x, y),
    "cross_entropy_logits([x, y, z], [1, 0, 0])": lambda x, y, z: (
        _logsumexp(x, y, z) - x),
    "cross_entropy_logits([x, y], [0.5, 0.5])": lambda x, y: (
        _logsumexp(x, y) - (x + y) / 2),
    "bce_logits(x, 0)": lambda x: _softplus(x),
    "bce_logits(x, 1)": lambda x: _softplus(-x),
    "bce_logits(x, 0.5)": lambda x: _softplus(x) - x / 2,
}
# fmt: on


# What the others are made of, at some points only: compared where it serves.
PARTS = {"from_largest", "log_odds", "less_others", "less_near", "less_of", "less_far"}


def test_every_function_of_the_library_is_compared():
    compared = {text.partition("(")[0] for text in FORMULAS}
    assert set(library_documentation()) <= compared | PARTS


@pytest.mark.parametrize("formula", FORMULAS)
def test_formulas(formula):
    function = FORMULAS[formula]
    names = list(inspect.signature(function).parameters)
    with mp.workdps(DIGITS):
        for point in points(len(names)):
            exact = tuple(map(mpf, point))
            try:
                want = function(*exact)
            except (ValueError, ZeroDivisionError, OverflowError):
                continue
            result = evaluate(formula, dict(zip(names, point, strict=True)))
            if not isinstance(want, mpf) or not math.isfinite(result.value):
                continue
            assert_accurate(result.value, function, exact)
            for position, name in enumerate(names):
                assert_accurate(
                    result.gradient[name],
                    lambda *p, k=position: slope(function, p, k),
                    exact,
                )


@pytest.mark.parametrize(
    ("formula", "values", "gradient"),
    [
        ("relu6(x)", {"x": 0}, {"x": 0}),
        ("relu6(x)", {"x": 6}, {"x": 0}),
        ("hard_sigmoid(x)", {"x": -3}, {"x": 0}),
        ("hard_sigmoid(x)", {"x": 3}, {"x": 0}),
        ("std([x, x, 0.1])", {"x": 0.1}, {"x": 0}),
        ("std(v)", {"v": [0.1] * 7}, {"v": [0] * 7}),
        ("mod(x, inf)", {"x": -1}, {"x": 1}),
        ("mod(x, y)", {"x": -1, "y": math.inf}, {"x": 1, "y": 1}),
        ("mod(x, y)", {"x": 1, "y": math.inf}, {"x": 1, "y": 0}),
        ("mod(x, y)", {"x": 1, "y": -math.inf}, {"x": 1, "y": 1}),
        ("x^1e16", {"x": -1}, {"x": -1e16}),
        ("x^(1e16 + 2)", {"x": -1}, {"x": -(1e16 + 2)}),
        ("x^-1e16", {"x": -1}, {"x": 1e16}),
        ("logsumexp(v)", {"v": [math.inf, 0, 5]}, {"v": [1, 0, 0]}),
        ("logsumexp(v)", {"v": [-math.inf, 0]}, {"v": [0, 1]}),
        ("logsumexp(v)", {"v": [math.inf, math.inf]}, {"v": [0.5, 0.5]}),
        ("softmax(v)[0]", {"v": [3]}, {"v": [0]}),
        ("prod(v)", {"v": [1e200, 1e200, 1e-300]}, {"v": [1e-100, 1e-100, math.inf]}),
    ],
)
def test_gradients_at_ends_and_borders(formula, values, gradient):
    assert evaluate(formula, values).gradient == gradient


@pytest.mark.parametrize(
    ("factors", "product"),
    [
        ([1e200, 1e200, 1e-300], 1e100),
        ([1e-200, 1e-200, 1e300], 1e-100),
        ([1e-200, 1e-120, 1e200, -1.0], -1e-120),
        ([1e200, 1e200, 0.0], 0.0),
        ([1e200, 1e200, 1e200], math.inf),
        ([-1e200, 1e200, math.inf], -math.inf),
        ([1e-200] * 400, 0.0),
    ],
)
def test_a_product_may_leave_the_range_on_its_way(factors, product):
    result = evaluate("prod(v)", {"v": factors})
    assert result.value == pytest.approx(product, rel=1e-14)
