"""Gradients that leave the range of doubles on their way, against mpmath."""

import math
import random
import re

import pytest
from mpmath import mp, mpf

from gradcalc.engine.evaluation import evaluate
from gradcalc.engine.value_and_grad import value_and_grad

CASES = [
    ("1/exp(x)", 400.0),
    ("x/sinh(x)", 537.0),
    ("log(exp(-x))", 740.0),
    ("log(exp(x))", -744.0),
    ("sqrt(1/x^2)", 1e-150),
    ("1e150*erf(x)", 28.0),
    ("1e300*tanh(x)", 500.0),
    ("(x*1e300)*1e300*1e-300*1e-300", 1e-295),
    ("1e-200*(1e200*(1e-200*(1e200*exp(x))))", 2.0),
    ("exp(x)*exp(-x)*x", 350.0),
    ("cosh(x)/sinh(x)", 300.0),
    ("x^300/x^299", 9.0),
    ("(1e-200*x)/(1e-200 + 1e-200*x^2)", 0.5),
    ("hypot(1e-200*x, 1e-200)*1e200", 0.5),
    ("sum([1/exp(x), 1/exp(2*x)])", 340.0),
    ("prod([x, 1e200, 1e200, 1e-200, 1e-200])", 2.0),
    ("f(t) = 1/exp(t) | -out; f(x)/f(2*x)", 300.0),
]


def exactly(formula, x):
    """The derivative by differences with hundreds of digits."""
    text = formula.partition("; ")[2] or formula
    names = {
        **{name: getattr(mp, name) for name in ["exp", "log", "sinh", "cosh", "sqrt"]},
        **{name: getattr(mp, name) for name in ["erf", "tanh"]},
        "hypot": lambda *v: mp.sqrt(mp.fsum(t * t for t in v)),
        "sum": mp.fsum,
        "prod": mp.fprod,
        "f": lambda t: mp.exp(-t),
    }
    # Every number as the double that it is, and not as Python's own arithmetic has it.
    text = re.sub(r"(?<![\w.])\d[\d.]*(e-?\d+)?", r"mpf(\g<0>)", text)
    code = compile(text.replace("^", "**"), "formula", "eval")
    with mp.workdps(800):
        at = mpf(x)
        step = abs(at) * mpf(10) ** -200
        ahead, behind = (
            eval(code, {**names, "mpf": mpf, "x": at + s}) for s in (step, -step)
        )
        return (ahead - behind) / (2 * step)


@pytest.mark.parametrize(("formula", "x"), CASES)
def test_gradient_is_right_though_one_on_the_way_is_no_double(formula, x):
    want = float(exactly(formula, x))
    assert evaluate(formula, {"x": x}).gradient["x"] == pytest.approx(want, rel=1e-10)


@pytest.mark.parametrize(("formula", "x"), CASES)
def test_compiled_gradient_is_the_same_to_the_bit(formula, x):
    compiled = value_and_grad(formula, ["x"])
    for near in (x, math.nextafter(x, 0), 0.5, -3.0, 0.0):
        result = evaluate(formula, {"x": near})
        value, (slope,) = compiled(near)
        assert repr((value, slope)) == repr((result.value, result.gradient["x"]))


@pytest.mark.parametrize(
    ("formula", "values", "gradient"),
    [
        # Infinite derivatives, and 0 times one, stay what they are.
        ("sqrt(x)", {"x": 0}, math.inf),
        ("0*sqrt(x)", {"x": 0}, math.nan),
        ("1/x", {"x": 0}, -math.inf),
        ("exp(x)*1e200", {"x": 500}, math.inf),
        # A gradient that is truly too small is 0, one from 0 times something too.
        ("1e-200*(1e-200*x)", {"x": 1}, 0.0),
        ("(0*x)*exp(x)", {"x": 1}, 0.0),
        ("exp(-x^2)", {"x": 100}, 0.0),
        ("where(x > 0, log(x)/exp(800), 0)", {"x": -1}, 0.0),
    ],
)
def test_what_is_truly_infinite_or_zero_stays_so(formula, values, gradient):
    found = evaluate(formula, values).gradient["x"]
    compiled = value_and_grad(formula, ["x"])(*map(float, values.values()))[1][0]
    for number in (found, compiled):
        assert number == gradient or (math.isnan(number) and math.isnan(gradient))


def test_gradients_of_the_nodes_are_rounded():
    result = evaluate("n = exp(x); 1/n", {"x": 400})
    assert {node.expression: node.gradient for node in result.nodes} == {
        "x": pytest.approx(-math.exp(-400)),
        "exp(x)": 0.0,
        "1": None,
        "1/n": 1.0,
    }
    assert result.finite
    (note,) = result.notes
    assert (note.node, note.kind) == (result.graph.inputs[3][1], "range")
    assert note.message.startswith("the gradient of exp(x) is -3.668e-348, beyond the")


STEPS = [
    "exp({})", "exp(-({}))", "sinh({})", "1/({})", "({})^3", "({})^-2", "sqrt({})",
    "log({})", "1e200*({})", "1e-200*({})", "({})*x", "x/({})", "cosh({})", "({})/7",
    "tanh({})", "700*tanh({})", "1 + ({})", "({})*({})",
]  # fmt: skip


def random_formula(seed):
    """A formula of up to seven steps, no step of which leaves the range of doubles."""
    chosen = random.Random(seed)
    x = chosen.choice([0.3, 1.7, 2.5, 40.0, 345.0, 600.0])
    formula = "x"
    for _ in range(20):
        if formula.count("x") > 60 or chosen.random() < 0.05:
            break
        longer = chosen.choice(STEPS).replace("{}", formula)
        values = evaluate(longer, {"x": x}, wrt=[]).values
        if all(1e-290 < abs(value) < 1e290 for value in values):
            formula = longer
    return formula, x


@pytest.mark.parametrize("seed", range(150))
def test_random_formulas_of_large_and_small_numbers(seed):
    formula, x = random_formula(seed)
    want = exactly(formula, x)
    result = evaluate(formula, {"x": x})
    value, (slope,) = value_and_grad(formula, ["x"])(x)
    assert repr((value, slope)) == repr((result.value, result.gradient["x"]))
    if 1e-290 < abs(want) < 1e290:
        # The values themselves are rounded, and exp(700) multiplies that by 700.
        doubled = evaluate(formula, {"x": x * (1 + 2**-50)}).gradient["x"]
        spread = abs(doubled - slope) if math.isfinite(doubled) else 0
        assert abs(slope - float(want)) <= 1e-9 * abs(float(want)) + 1e3 * spread
