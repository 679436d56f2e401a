"""Derivatives that a program asks for: what they are of, and what they are by."""

import json
import math
import re
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from mpmath import mp, mpf
from reference.doubles import bits, special_points
from reference.formulas import formulas, points, used
from reference.programs import PROGRAMS

from gradcalc.engine.compiled import compile_gradient, walked_gradient
from gradcalc.engine.evaluation import evaluate
from gradcalc.engine.extended_range import Extended
from gradcalc.engine.value_and_grad import value_and_grad
from gradcalc.language.bindings import bind
from gradcalc.language.names import read_program
from gradcalc.shapes import flatten

# reference/make_jax_numbers.py made them.
JAX_CASES = json.loads(
    (Path(__file__).parents[1] / "reference" / "jax_numbers.json").read_text("utf-8")
)


def value(text, **point):
    return evaluate(text, point).value


# A program, the same without derivatives, and a point.
SAME = [
    ("f(t) = t^3; f'(x)", "3*x^2", {"x": 2}),
    ("f(t) = t^3; f''(x) + f′′(x) - f″(x)", "6*x", {"x": 2}),
    ("f(t) = t^3; f'''(x)", "0*x + 6", {"x": 2}),
    ("f(t) = t^3; f''''(x)", "0*x", {"x": 2}),
    ("sin⁗(x) + sin‴(x)", "sin(x) - cos(x)", {"x": 2}),
    ("tanh'(x)", "1 - tanh(x)^2", {"x": 0.5}),
    ("gelu'(x)", "erfc(-x/sqrt(2))/2 + x*exp(-x^2/2)/sqrt(2*pi)", {"x": 0.7}),
    ("f(x) = x^2 | 10*x; f'(x)", "10*x", {"x": 3}),
    ("f(x) = x^2 | 10*x; f''(x)", "0*x + 10", {"x": 3}),
    ("leaky_relu'(-x) + leaky_relu'(-x, 0.3)", "0*x + 0.31", {"x": 3}),
    ("diff(x^2*y, x)", "2*x*y", {"x": 3, "y": 5}),
    ("diff(x^4, x, 2) - diff(x^4, x, 0)", "12*x^2 - x^4", {"x": 3}),
    ("diff(x^2*y, [x, y])", "[2*x*y, x^2]", {"x": 3, "y": 5}),
    ("diff([x^2, x*y], x)", "[2*x, y]", {"x": 3, "y": 5}),
    ("diff([x^2, x*y], [x, y])", "[[2*x, 0], [y, x]]", {"x": 3, "y": 5}),
    ("g = [x, y]; diff(diff(x^2*y, g), g)", "[[2*y, 2*x], [2*x, 0]]", {"x": 3, "y": 5}),
    ("diff(sum(v^3), v)", "3*v^2", {"v": [1, 2, 4]}),
    ("diff(sum(v^3), v[-1])", "3*v[2]^2", {"v": [1, 2, 4]}),
    ("diff(sum(m @ m), m)", "transpose(m) @ [[1, 1], [1, 1]] + [[1, 1], [1, 1]] @"
     " transpose(m)", {"m": [[1, 2], [3, 5]]}),
    ("diff(m @ m, m[0][1])", "[[m[1][0], m[0][0] + m[1][1]], [0, m[1][0]]]",
     {"m": [[1, 2], [3, 5]]}),
    ("diff(m, m[0][1], 2)", "0*m", {"m": [[1, 2], [3, 5]]}),
    # Every path to a label, a variable or a value that the program carries.
    ("n = x^2; diff(n*x, n)", "x", {"x": 3}),
    ("n = x^2; diff(n*x, x)", "3*x^2", {"x": 3}),
    ("n = x^2; diff(n*x, n)", "x", {"x": 3}),
    ("a = 5; diff(a^2*x, a)", "2*5*x", {"x": 3}),
    ("a = 5; v = [x, x^2]; diff(v[a - 4]*a, a)", "x^2", {"x": 3}),
    ("d(u) = diff(u, x); d(d(x^3)) + d(3)", "6*x", {"x": 3}),
    ("w = [x, x^3]; w[diff(y, y)]*y", "x^3*y", {"x": 3, "y": 5}),
    ("[x, x^2][diff(z, z)]", "x^2 + 0*z", {"x": 3, "z": 2}),
    ("y + diff(x, y)", "y", {"x": 3, "y": 5}),
    ("diff(x, x) + diff(1, x)", "0*x + 1", {"x": 3}),
    # A parameter is a number of its own.
    ("n = x^2; f(t) = t*n; f'(x)", "x^2", {"x": 3}),
    ("n = x^2; f(t) = diff(t^2*n, t); f(x)", "2*x^3", {"x": 3}),
    ("g(a, b) = diff(a*b, a); g(x, x)", "x", {"x": 3}),
    ("f(t) = diff(t^2*x, x); f(x)", "3*x^2", {"x": 3}),
    ("f(t) = diff(t^3*diff(t^2, t), t); f(2*x)", "8*(2*x)^3", {"x": 3}),
    ("f(t, s = diff(t^2, t)) = diff(s*t, t) + diff(s*t, s); f(x)", "3*x", {"x": 3}),
    ("f(v) = diff(sum(v^2), v); f([x, 2*x])", "[2*x, 4*x]", {"x": 3}),
    ("f(v) = diff(v[0]^2*v[1], v[0]); f([x, 2*x])", "4*x^2", {"x": 3}),
    ("h(u) = u^2; f(t) = h(t) + h'(t); f'(x)", "2*x + 2", {"x": 3}),
    ("f(t) = tanh'(t)*t; f'(x)",
     "1 - tanh(x)^2 - 2*x*tanh(x)*(1 - tanh(x)^2)", {"x": 0.3}),
    ("f(x) = tanh(x) | tanh'(x); f'(x) - tanh'(x)", "0*x", {"x": 0.3}),
    ("f(x) = diff(x^3, x) | 6*x; f(x) + f'(x)", "3*x^2 + 6*x", {"x": 3}),
    # Over lists: element by element where the function is, else the gradient.
    ("f(t) = t^3; f'(v)", "3*v^2", {"v": [1, 2, 4]}),
    ("f(t) = t^3; f''([[x, 1], [2, 3]])", "6*[[x, 1], [2, 3]]", {"x": 3}),
    ("f(t) = [cos(t), t^2]; f'(x)", "[-sin(x), 2*x]", {"x": 3}),
    ("f(v) = sum(v^3); f'(v)", "3*v^2", {"v": [1, 2, 4]}),
    ("f(v) = sum(v^3); f''(v)", "[[6*v[0], 0], [0, 6*v[1]]]", {"v": [1, 2]}),
    ("f(v) = v[1]*v; f'(v)", "[[v[1], v[0]], [0, 2*v[1]]]", {"v": [1, 2]}),
    ("max'(v)", "[0, 1]*[1, 1]", {"v": [1, 2]}),
    ("norm'(v)", "v/norm(v)", {"v": [3, 4]}),
    ("length'(v)", "0*v", {"v": [3, 4]}),
    # What passes no gradient, or none here.
    ("diff(x > 1, x) + diff(floor(x), x)", "0*x", {"x": 3}),
    ("diff(x*stop_gradient(x), x)", "stop_gradient(x)", {"x": 3}),
    ("relu'(0*x) + diff(where(x > 0, sqrt(x), 0), x)", "0*x", {"x": -3}),
    # A name may be called diff, and a program may define its own function.
    ("diff = x; diff + diff(diff^2, diff)", "3*x", {"x": 3}),
    ("diff(a, b) = a - b; diff(x, 1)", "x - 1", {"x": 3}),
]  # fmt: skip


@pytest.mark.parametrize(("program", "plain", "point"), SAME)
def test_the_derivative(program, plain, point):
    found, expected = (evaluate(text, {}, defaults=point) for text in (program, plain))
    assert _flat(found.value) == pytest.approx(_flat(expected.value), rel=1e-13)
    used = found.variables.keys() & expected.variables.keys()
    first, second = (
        getattr(each, "gradient", None) or each.jacobian for each in (found, expected)
    )
    for name in used:
        assert _flat(first[name]) == pytest.approx(_flat(second[name]), rel=1e-12)


def _flat(structure):
    if not isinstance(structure, list):
        return [structure]
    return [leaf for item in structure for leaf in _flat(item)]


def test_nan_outside_the_domain():
    assert math.isnan(value("log'(x)", x=-1))
    assert value("sqrt'(x)", x=0) == math.inf
    assert math.isnan(value("relu'(x)", x=math.nan))


# --- to the bit


def check_to_the_bit(text, points):
    """The derivative of the program's last formula has the value of its gradient."""
    names = [name for name in read_program(text).variables() if name in points[0]]
    if not names:
        return
    *before, last = text.split(";")
    program = ";".join([*before, f"diff({last}, [{', '.join(names)}])"])
    bound = bind(program, {name: points[0][name] for name in names})
    graph, outputs = bound.program.graph, flatten(bound.output)
    inputs = list(bound.given)
    engines = [
        engine(graph, outputs, inputs, inputs)
        for engine in (walked_gradient, compile_gradient)
    ]
    for point in points:
        gradient = evaluate(text, {name: point[name] for name in names})
        # There the gradient has more range than doubles, and the nodes of a formula
        # not.
        if isinstance(gradient.gradients[0], Extended):
            continue
        expected = [bits(gradient.gradient[name]) for name in names]
        given = [point[graph.names[node]] for node in inputs]
        for engine in engines:
            found, _ = engine(*given)
            assert [*map(bits, found)] == expected, (program, point)


@pytest.mark.parametrize("text", PROGRAMS)
def test_it_is_the_gradient_at_special_points(text):
    *_, last = text.split(";")
    if isinstance(evaluate(text, {}, defaults={"x": 1, "y": 1, "z": 1}).value, list):
        text = f"{text.removesuffix(last)} sum({last})"
    points = special_points(3)[::3]
    check_to_the_bit(text, [dict(zip("xyz", each, strict=True)) for each in points])


@settings(max_examples=60)
@given(formulas(), points())
def test_it_is_the_gradient_of_any_formula(formula, point):
    check_to_the_bit(formula.text, [used(formula, point)])


@settings(max_examples=30)
@given(formulas(max_leaves=5), points())
def test_second_derivatives_are_gradients_of_first_ones(formula, point):
    names = list(used(formula, point))
    assume(names)
    check_to_the_bit(f"d = diff({formula.text}, {names[0]}); d", [used(formula, point)])


@pytest.mark.parametrize("text", ["f(t) = {}; f'(x)", "t = x + 0; diff({}, t)"])
@settings(max_examples=30)
@given(formula=formulas(max_leaves=8), point=points())
def test_primes_and_labels_agree_with_diff(text, formula, point):
    point = used(formula, point)
    assume("x" in point)
    expected = evaluate(f"diff({formula.text}, x)", point)
    # x stands for the parameter, and also within names such as exp.
    renamed = "".join("t" if leaf == "x" else leaf for leaf in _words(formula.text))
    found = evaluate(text.format(renamed), point)
    assert bits(found.value) == bits(expected.value)


def _words(text):
    return re.findall(r"\w+|\W", text)


# --- what it is for


@pytest.mark.parametrize("case", JAX_CASES, ids=lambda case: case["program"][:40])
def test_programs_with_derivatives_have_the_numbers_of_jax(case):
    # Newton's steps, Taylor's series, a Laplacian, gradient penalties, the residuals of
    # differential equations and a product with a Hessian; and their gradients.
    names = list(case["variables"])
    found = evaluate(case["program"], case["variables"])
    compiled, slopes = value_and_grad(case["program"], names)(
        *case["variables"].values()
    )
    assert found.value == compiled == pytest.approx(case["value"], rel=1e-14)
    for name, slope in zip(names, slopes, strict=True):
        expected = pytest.approx(flatten(case["gradient"][name]), rel=1e-13, abs=1e-15)
        assert flatten(found.gradient[name]) == flatten(slope) == expected


def test_newton_steps_of_square_roots():
    steps = "; ".join(f"x{k + 1} = x{k} - f(x{k})/f'(x{k})" for k in range(7))
    found = evaluate(f"f(x) = x^2 - a; x0 = a + 0; {steps}", {"a": 3})
    assert found.value == pytest.approx(math.sqrt(3), rel=1e-15)
    assert found.gradient["a"] == pytest.approx(0.5 / math.sqrt(3), rel=1e-12)


def test_newton_steps_of_keplers_equation():
    steps = "; ".join(f"e{k + 1} = e{k} - f(e{k})/f'(e{k})" for k in range(8))
    text = f"f(u) = u - ecc*sin(u) - m; e0 = m + ecc*sin(m); {steps}"
    found = evaluate(text, {"m": 1.2, "ecc": 0.6})
    with mp.workdps(50):
        ecc, m = mpf(0.6), mpf(1.2)
        root = mp.findroot(lambda u: u - ecc * mp.sin(u) - m, 1.5)
        slope = 1 / (1 - ecc * mp.cos(root))
        assert found.value == pytest.approx(float(root), rel=1e-15)
        assert found.gradient["m"] == pytest.approx(float(slope), rel=1e-12)
        by_ecc = float(mp.sin(root) * slope)
        assert found.gradient["ecc"] == pytest.approx(by_ecc, rel=1e-12)


TAYLOR = {
    "exp(sin(t))": lambda t: mp.exp(mp.sin(t)),
    "tanh(t)*sqrt(1 + t^2)": lambda t: mp.tanh(t) * mp.sqrt(1 + t**2),
    "1/(1 + t^2)": lambda t: 1 / (1 + t**2),
    "log(2 + t)^3": lambda t: mp.log(2 + t) ** 3,
    "(1 + t)^2.5": lambda t: (1 + t) ** mpf(2.5),
    "sigmoid(3*t)": lambda t: 1 / (1 + mp.exp(-3 * t)),
}


@pytest.mark.parametrize("formula", TAYLOR)
@pytest.mark.parametrize("at", [0.0, 0.4])
def test_taylor_coefficients(formula, at):
    with mp.workdps(40):
        expected = [float(c) for c in mp.taylor(TAYLOR[formula], mpf(at), 6)]
    for order, coefficient in enumerate(expected):
        factorial = math.factorial(order)
        primes = "'" * order
        for text in (
            f"f(t) = {formula}; f{primes}(x)/{factorial}",
            f"t = x + 0; diff({formula}, t, {order})/{factorial}",
        ):
            found = value(text, x=at)
            assert found == pytest.approx(coefficient, rel=1e-10, abs=1e-11), text


def test_laplacian():
    text = "u = exp(-(x^2 + y^2)); diff(u, x, 2) + diff(u, y, 2)"
    nested = "l(u) = diff(u, x, 2) + diff(u, y, 2); l(exp(-(x^2 + y^2)))"
    x, y = 0.3, -0.8
    squares = x**2 + y**2
    expected = (4 * squares - 4) * math.exp(-squares)
    assert value(text, x=x, y=y) == pytest.approx(expected, rel=1e-14)
    assert value(nested, x=x, y=y) == pytest.approx(expected, rel=1e-14)


def test_euler_lagrange_residual():
    # A pendulum in small swings: the residual of its own motion is 0, of another not.
    text = (
        "lagrangian(q, v) = m*v^2/2 - k*q^2/2;"
        " momentum(q, v) = diff(lagrangian(q, v), v);"
        " force(q, v) = diff(lagrangian(q, v), q);"
        " q(t) = exp(r*t);"
        " p(t) = momentum(q(t), q'(t)); p'(t) - force(q(t), q'(t))"
    )
    m, k, r, t = 1.5, 0.7, -0.4, 2.0
    expected = (m * r**2 + k) * math.exp(r * t)
    assert value(text, m=m, k=k, r=r, t=t) == pytest.approx(expected, rel=1e-14)


def test_hessian_vector_product():
    f = "f(v) = v[0]^2*v[1] + exp(v[1]*v[2]);"
    by_matrix = evaluate(
        f"{f} diff(diff(f(v), v), v) @ d", {"v": [1, 2, 3], "d": [4, 5, 6]}
    )
    by_product = evaluate(
        f"{f} diff(diff(f(v), v) @ d, v)", {"v": [1, 2, 3], "d": [4, 5, 6]}
    )
    assert by_product.value == pytest.approx(by_matrix.value, rel=1e-14)
    assert by_product.value[0] == pytest.approx(2 * 2 * 4 + 2 * 1 * 5, rel=1e-14)


def test_orders_may_be_as_high_as_anybody_likes_where_they_come_to_an_end():
    for formula, expected in (("x^2", 0), ("exp(x)", 1), ("diff(x^3, x)", 0)):
        assert evaluate(f"diff({formula}, x, 1e9)", {"x": 0}).value == expected
    assert evaluate("diff(sin(x), x, 1000)", {"x": 0.5}).value == math.sin(0.5)
