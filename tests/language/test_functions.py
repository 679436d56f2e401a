"""Functions: hygiene, defaults, shadowing, their own derivative rules; the library."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcalc.algebra.derivative import derivative
from gradcalc.engine.evaluation import evaluate
from gradcalc.errors import FormulaError
from gradcalc.shapes import flatten

modestly = settings(max_examples=60, deadline=None, derandomize=True)

# name: (formula, variables, value, gradient)
MEANINGS = {
    "call": ("f(x) = x^2; f(3)", {}, 9, {}),
    "no parameter": ("f() = 2*k; f()", {"k": 3}, 6, {"k": 2}),
    "argument is a node": ("f(x) = x + x; f(a*b)", {"a": 2, "b": 3}, 12,
                           {"a": 6, "b": 4}),
    "parameter hides a variable": ("f(x) = x^2; f(2) + x", {"x": 5}, 9, {"x": 1}),
    "parameter hides a label": ("k = 3; f(k) = k^2; f(x) + k", {"x": 2}, 7,
                              {"k": 1, "x": 4}),
    "parameters do not leak": ("f(a) = a*b; g(b) = f(b) + b; g(x)",
                               {"x": 2, "b": 10}, 22, {"x": 11, "b": 2}),
    "same parameter in both": ("f(a) = a + 1; g(a) = f(2*a)*a; g(x)", {"x": 3}, 21,
                               {"x": 13}),
    "arguments swapped": ("f(a, b) = a - b; g(a, b) = f(b, a); g(x, y)",
                          {"x": 1, "y": 5}, 4, {"x": -1, "y": 1}),
    "label above": ("k = 2*x; f(a) = a*k; f(y)", {"x": 3, "y": 5}, 30,
                    {"x": 10, "y": 6}),
    "free variable": ("f(a) = a*k; f(y)", {"y": 5, "k": 2}, 10, {"y": 2, "k": 5}),
    "hides an operation": ("tanh(x) = 2*x; tanh(y)", {"y": 3}, 6, {"y": 2}),
    "uses what it hides": ("sin(x) = 2*x; f(x) = sin(x); f(y)", {"y": 3}, 6, {"y": 2}),
    "library is not changed": ("tanh(x) = 2*x; neuron(y, 1, 0)", {"y": 0}, 0, {"y": 1}),
    "hides a library function": ("relu6(x) = 7*x; relu6(y)", {"y": 3}, 21, {"y": 7}),
    "label and function of one name": ("f(x) = 2*x; f = 3; f(f) + f", {}, 9,
                                   {"f": 3}),
    "default": ("f(x, y = 2) = x^y; f(3)", {}, 9, {}),
    "default not used": ("f(x, y = 2) = x^y; f(2, 3)", {}, 8, {}),
    "default from a parameter": ("f(x, y = 2*x) = x*y; f(a)", {"a": 3}, 18, {"a": 12}),
    "default from a default": ("f(x, y = x, z = y + 1) = x*y*z; f(2)", {}, 12, {}),
    "default is a formula": ("f(x = sin(pi/2) + 1) = x; f()", {}, 2, {}),
    "default is a variable": ("f(x = k) = x^2; f()", {"k": 3}, 9, {"k": 6}),
    "default is a list": ("f(v = [1, 2]) = sum(v); f()", {}, 3, {}),
    "list argument": ("f(v) = v @ v; f([x, 2])", {"x": 3}, 13, {"x": 6}),
    "matrix argument": ("f(m, v) = sum(m @ v); f([[1, 2], [3, 4]], [x, 1])", {"x": 2},
                        14, {"x": 4}),
    "index inside": ("f(v, i) = v[i]; f([x, 2*x], 1)", {"x": 3}, 6, {"x": 2}),
    "call of a call": ("f(x) = x^2; f(f(f(x)))", {"x": 2}, 256, {"x": 1024}),
    "selecting inside": ("f(x) = where(x > 0, sqrt(x), 0); f(x)", {"x": -1}, 0,
                         {"x": 0}),
    "over lines": ("f(x,\n  y) = (x\n  + y)\nf(1,\n 2)", {}, 3, {}),
}  # fmt: skip


@pytest.mark.parametrize("name", MEANINGS)
def test_function(name):
    formula, variables, value, gradient = MEANINGS[name]
    result = evaluate(formula, variables)
    assert result.value == pytest.approx(value)
    assert result.gradient == pytest.approx(gradient)


def test_nested_calls_share_their_arguments():
    formula = "f(x) = x + x; " + "f(" * 200 + "x" + ")" * 200
    result = evaluate(formula, {"x": 1})
    assert result.value == 2.0**200
    assert result.gradient == {"x": 2.0**200}
    assert len(result.nodes) == 201


def test_a_call_is_a_node_as_it_was_typed():
    result = evaluate("f(a) = a*2 + 1\nf(x)*3", {"x": 4})
    shown = [node for node in result.nodes if not node.inner]
    assert [node.expression for node in shown] == ["x", "f(x)", "3", "f(x)*3"]
    inner = [node for node in result.nodes if node.inner]
    assert [node.expression for node in inner] == ["2", "a*2", "1"]
    assert [node.gradient for node in shown] == [6, 3, None, 1]


# --- Derivative rules of one's own ----------------------------------------------------

RULES = {
    "used instead": ("f(x) = x^2 | 7; f(a)", {"a": 3}, 9, {"a": 7}),
    "the operand": ("f(x) = x^2 | 3*x; f(a)", {"a": 3}, 9, {"a": 9}),
    "the value": ("f(x) = exp(x) | out; f(2*a)", {"a": 1}, math.exp(2),
                  {"a": 2 * math.exp(2)}),
    "two operands": ("f(x, y) = x*y | 10, 20; f(a, b)", {"a": 2, "b": 3}, 6,
                     {"a": 10, "b": 20}),
    "passes nothing": ("f(x, y) = x*y | y, 0; f(a, b)", {"a": 2, "b": 3}, 6,
                       {"a": 3, "b": 0}),
    "chain": ("f(x) = x^2 | 7; 2*f(3*a)", {"a": 1}, 18, {"a": 42}),
    "list": ("f(v) = sum(v) | 2*v; f([a, b])", {"a": 2, "b": 3}, 5, {"a": 4, "b": 6}),
    "list, one number for all": ("f(v) = sum(v) | 5; f([a, b])", {"a": 2, "b": 3}, 5,
                                 {"a": 5, "b": 5}),
    "constants": ("f(x) = x | pi; f(a)", {"a": 2}, 2, {"a": math.pi}),
    "calls": ("g(x) = 2*x; f(x) = x | g(x) + sin(0); f(a)", {"a": 2}, 2, {"a": 4}),
    "an unused rule for a name": (
        "y = 5*c; g(a) = a*y; f(x, y) = g(x) | 5, 0; f(a, 2)", {"a": 3, "c": 1},
        15, {"a": 5, "c": 15},
    ),
    "a variable": ("f(x) = k*x | k; f(a)", {"a": 2, "k": 3}, 6, {"a": 3, "k": 2}),
    "a label, by its true gradient": ("k = 2*w; f(x) = k*x | k; f(a)",
                                      {"a": 3, "w": 1}, 6, {"a": 2, "w": 6}),
    "a label by way of a function": (
        "k = 2*c; g(x) = k*x; f(x) = g(x)^2 | 8*x; f(a)", {"a": 3, "c": 1},
        36, {"a": 24, "c": 72},
    ),
    "a label in the rule": (
        "k = 2*c; g(x) = k*x; f(x) = x^2 | g(x); f(a)", {"a": 3, "c": 1},
        9, {"a": 6, "c": 0},
    ),
    "a label called out": ("out = 3*a; f(x) = out*x | 2*out; f(a)", {"a": 2}, 12,
                           {"a": 30}),
    "a gate inside": ("f(x) = where(k > 0, sqrt(k), 1)*x | 1; f(a)",
                      {"a": 3, "k": 0}, 3, {"a": 1, "k": 0}),
    "functions above": ("f(x) = exp(x) | out; exp(x) = 7; f(a)", {"a": 0}, 1, {"a": 1}),
    "default": ("f(x, y = 2*x) = x*y | y, x; f(a)", {"a": 3}, 18, {"a": 12}),
    "default is a variable": ("f(x, y = k) = x*y | y, 7; f(a)", {"a": 3, "k": 2}, 6,
                              {"a": 2, "k": 7}),
    "a matrix from outside": ("m = [[1, w], [3, 4]]; f(v) = sum(m @ v) | [4, 6];"
                              " f([a, 1])", {"a": 2, "w": 2}, 14, {"a": 4, "w": 1}),
    "inside a function": ("f(x) = x^2 | 7; g(x) = f(x)*x; g(a)", {"a": 2}, 8,
                          {"a": 18}),
    "clipped gradient": ("f(x) = x | clip(x, -1, 1); f(a)*f(b)", {"a": 5, "b": 0.5},
                         2.5, {"a": 0.5, "b": 2.5}),
    "a stable form": (
        "f(x) = log(1 + exp(x)) | sigmoid(x); f(a)", {"a": 2},
        math.log(1 + math.exp(2)), {"a": 1 / (1 + math.exp(-2))},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", RULES)
def test_derivative_rule_of_ones_own(name):
    formula, variables, value, gradient = RULES[name]
    result = evaluate(formula, variables)
    assert result.value == pytest.approx(value)
    assert result.gradient == pytest.approx(gradient)
    for variable in variables:
        text = derivative(formula, variable)
        symbolic = evaluate(text, {}, defaults=variables)
        assert symbolic.value == pytest.approx(gradient[variable])


def _chain(length, step):
    lines = [f"f{k}(x) = {step.format(f'f{k - 1}(x)')} | w" for k in range(1, length)]
    return "\n".join(["f0(x) = w*x | w", *lines, f"f{length - 1}(a)"])


def test_rules_inside_one_another():
    result = evaluate(_chain(80, "{0} + 1"), {"a": 3, "w": 2})
    assert (result.value, result.gradient) == (85, {"a": 2, "w": 3})
    for length, step in (2_000, "{0} + 1"), (60, "{0} + {0}"):
        with pytest.raises(FormulaError):
            evaluate(_chain(length, step), {"a": 3, "w": 2})


def test_a_constant_that_is_given():
    result = evaluate("f(x) = x*e | e; f(2)", {"e": 3})
    assert (result.value, result.gradient) == (6, {"e": 2})


# --- The library ----------------------------------------------------------------------

# name: (call, the same typed out); in a, b (numbers) and v, w (lists).
LIBRARY = {
    "dot": ("dot(v, w)", "sum(v*w)"),
    "mean": ("mean(v)", "(v[0] + v[1] + v[2])/3"),
    "variance": ("variance(v)", "sum((v - sum(v)/3)^2)/3"),
    "std": ("std(v)", "sqrt(sum((v - sum(v)/3)^2)/3)"),
    "norm": ("norm(v)", "sqrt(v[0]^2 + v[1]^2 + v[2]^2)"),
    "sec": ("sec(a)", "1/cos(a)"),
    "csc": ("csc(a)", "1/sin(a)"),
    "cot": ("cot(a)", "cos(a)/sin(a)"),
    "factorial": ("factorial(a)", "a*gamma(a)"),
    "linear": ("linear(v, w, a)", "v[0]*w[0] + v[1]*w[1] + v[2]*w[2] + a"),
    "neuron": ("neuron(v, w, a)", "tanh(v @ w + a)"),
    "leaky_relu": ("leaky_relu(a)", "max(a, 0.01*a)"),
    "leaky_relu, slope": ("leaky_relu(a, 0.3)", "max(a, 0.3*a)"),
    "elu": ("elu(a)", "where(a > 0, a, exp(a) - 1)"),
    "elu, alpha": ("elu(a, 2)", "where(a > 0, a, 2*(exp(a) - 1))"),
    "gelu": ("gelu(a)", "a*(1 + erf(a/sqrt(2)))/2"),
    "silu": ("silu(a)", "a/(1 + exp(-a))"),
    "swish": ("swish(a)", "a*sigmoid(a)"),
    "mish": ("mish(a)", "a*tanh(log(1 + exp(a)))"),
    "softsign": ("softsign(a)", "a/(abs(a) + 1)"),
    "hard_sigmoid": ("hard_sigmoid(a)", "max(0, min(1, a/6 + 1/2))"),
    "relu6": ("relu6(a)", "min(max(a, 0), 6)"),
    "softmax": ("softmax(v)[1]", "exp(v[1])/(exp(v[0]) + exp(v[1]) + exp(v[2]))"),
    "log_softmax": ("log_softmax(v)[0]", "v[0] - log(sum(exp(v)))"),
    "logsumexp": ("logsumexp(v)", "log(sum(exp(v)))"),
    "mse": ("mse(v, w)", "((v[0]-w[0])^2 + (v[1]-w[1])^2 + (v[2]-w[2])^2)/3"),
    "mse of numbers": ("mse(a, b)", "(a - b)^2"),
    "mae": ("mae(v, w)", "sum(abs(v - w))/3"),
    "huber": (
        "huber(v, w)",
        "sum(where(abs(v - w) <= 1, (v - w)^2/2, abs(v - w) - 0.5))/3",
    ),
    "bce": (
        "bce(sigmoid(a), sigmoid(b))",
        "-(sigmoid(b)*log(sigmoid(a)) + (1 - sigmoid(b))*log(1 - sigmoid(a)))",
    ),
    "cross_entropy": (
        "cross_entropy(softmax(v), softmax(w))",
        "-sum(softmax(w)*log(softmax(v)))",
    ),
    "kl_divergence": (
        "kl_divergence(softmax(v), softmax(w))",
        "sum(softmax(v)*log(softmax(v)/softmax(w)))",
    ),
    "entropy": ("entropy(softmax(v))", "-sum(softmax(v)*log(softmax(v)))"),
    "sigmoid": ("sigmoid(a)", "1/(1 + exp(-a))"),
    "softplus": ("softplus(a)", "log(1 + exp(a))"),
    "bce_logits": (
        "bce_logits(a, sigmoid(b))",
        "-sigmoid(b)*log(sigmoid(a)) - (1 - sigmoid(b))*log(1 - sigmoid(a))",
    ),
    "cross_entropy_logits": (
        "cross_entropy_logits(v, softmax(w))",
        "-sum(softmax(w)*log(exp(v)/sum(exp(v))))",
    ),
}

numbers = st.integers(-400, 400).map(lambda k: k / 100 + 0.003)
triples = st.lists(numbers, min_size=3, max_size=3, unique=True)


@pytest.mark.parametrize("name", LIBRARY)
@modestly
@given(a=numbers, b=numbers, v=triples, w=triples)
def test_library_function_equals_its_definition(name, a, b, v, w):
    call, definition = LIBRARY[name]
    point = {"a": a, "b": b, "v": v, "w": w}
    short = evaluate(call, {}, defaults=point)
    long = evaluate(definition, {}, defaults=point)
    assert short.value == pytest.approx(long.value, rel=1e-9, abs=1e-12)
    for variable, gradient in long.gradient.items():
        got = flatten(short.gradient[variable])
        assert got == pytest.approx(flatten(gradient), rel=1e-8, abs=1e-10)


@pytest.mark.parametrize("logits", [[1e5, 0, 3], [-800, 40, 1e200], [-1e300, 800, 0]])
def test_a_probability_that_is_0_counts_for_nothing(logits):
    # Of exp(-1e5) the logarithm is infinite, but not what it is multiplied by.
    for call in "entropy(softmax(v))", "kl_divergence(softmax(v), [0.2, 0.3, 0.5])":
        result = evaluate(call, {"v": logits})
        assert math.isfinite(result.value)
        assert result.gradient["v"] == [0, 0, 0]


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("softmax([1000, 0])", [1, 0]),
        ("softmax([-1000, -1000])", [0.5, 0.5]),
        ("softmax([1000, 1000])", [0.5, 0.5]),
        ("log_softmax([1000, 0])", [0, -1000]),
        ("[logsumexp([-1000, -1000]) + 1000]", [math.log(2)]),
        ("[logsumexp([1000, 1000]) - 1000]", [math.log(2)]),
        ("[cross_entropy_logits([1000, -1000], [1, 0])]", [0]),
        ("[cross_entropy_logits([1000, -1000], [0, 1])]", [2000]),
        ("[bce_logits(1000, 1), bce_logits(1000, 0)]", [0, 1000]),
        ("[bce_logits(-1000, 1), bce_logits(-1000, 0)]", [1000, 0]),
        ("[bce(0, 1), bce(1, 0)]", [-math.log(1e-8), -math.log(1 - (1 - 1e-8))]),
        ("[bce(1, 1), bce(0, 0)]", [-math.log(1 - 1e-8), -math.log1p(-1e-8)]),
        ("[cross_entropy([1, 0], [1, 0])]", [0]),
        ("[entropy([1, 0])]", [0]),
        ("[kl_divergence([1, 0], [0.5, 0.5])]", [math.log(2)]),
        ("[norm([3e200, 4e200])/1e200]", [5]),
        ("[gelu(-40), gelu(40)]", [0, 40]),
        ("[elu(1000), elu(-1000)]", [1000, -1]),
        ("[mish(1000), mish(-1000)]", [1000, 0]),
        ("[silu(1000), silu(-1000)]", [1000, 0]),
        ("[neuron(1000, 1, 0)]", [1]),
    ],
)
def test_library_is_stable(formula, value):
    result = evaluate(formula, {})
    assert result.value == pytest.approx(value, rel=1e-12, abs=1e-300)


sizes = st.lists(st.integers(-500, 500).map(lambda k: k / 50), min_size=1, max_size=12)


def _softmax(v):
    powers = [math.exp(x - max(v)) for x in v]
    return [power / math.fsum(powers) for power in powers]


@modestly
@given(sizes)
def test_softmax_has_its_jacobian_in_closed_form(v):
    result = evaluate("softmax(v)", {"v": v})
    p = _softmax(v)
    assert result.value == pytest.approx(p, rel=1e-13)
    for i, row in enumerate(result.jacobian["v"]):
        wanted = [p[i] * ((i == j) - p[j]) for j in range(len(v))]
        assert row == pytest.approx(wanted, rel=1e-9, abs=1e-15)


@modestly
@given(sizes, st.data())
def test_cross_entropy_has_the_gradient_softmax_minus_target(z, data):
    hot = data.draw(st.integers(0, len(z) - 1))
    t = [float(i == hot) for i in range(len(z))]
    wanted = [p - one for p, one in zip(_softmax(z), t, strict=True)]
    for formula in (
        "cross_entropy_logits(z, t)",
        "-sum(t*log_softmax(z))",
        f"logsumexp(z) - z[{hot}]",
    ):
        result = evaluate(formula, {}, defaults={"z": z, "t": t}, wrt=["z"])
        assert result.gradient["z"] == pytest.approx(wanted, rel=1e-9, abs=1e-14)
        assert result.value == pytest.approx(-math.log(_softmax(z)[hot]), abs=1e-12)
