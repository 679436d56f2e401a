"""The numbers that introductions to backpropagation work out by hand."""

import math

import pytest

from gradcalc.engine.evaluation import evaluate

NEURON = {"x1": 2, "x2": 0, "w1": -3, "w2": 1, "b": 6.8813735870195432}


def test_neuron():
    result = evaluate("tanh(x1*w1 + x2*w2 + b)", NEURON)
    assert result.value == pytest.approx(0.7071067811865477, rel=1e-15)
    wanted = {
        "x1": (2, -1.5),
        "w1": (-3, 1),
        "x1*w1": (-6, 0.5),
        "x2": (0, 0.5),
        "w2": (1, 0),
        "x2*w2": (0, 0.5),
        "x1*w1 + x2*w2": (-6, 0.5),
        "b": (6.881373587019543, 0.5),
        "x1*w1 + x2*w2 + b": (0.8813735870195432, 0.5),
        "tanh(x1*w1 + x2*w2 + b)": (0.7071067811865477, 1),
    }
    assert [node.expression for node in result.nodes] == list(wanted)
    for node in result.nodes:
        value, gradient = wanted[node.expression]
        assert node.value == pytest.approx(value, rel=1e-14)
        assert node.gradient == pytest.approx(gradient, rel=1e-14)
    assert not result.notes


@pytest.mark.parametrize(
    "formula",
    [
        "n = x1*w1 + x2*w2 + b\ntanh(n)",
        "n = x1*w1 + x2*w2 + b\n(exp(2*n) - 1)/(exp(2*n) + 1)",
        "neuron([x1, x2], [w1, w2], b)",
        "tanh([x1, x2] @ [w1, w2] + b)",
        "unit(x, w, b) = tanh(dot(x, w) + b)\nunit([x1, x2], [w1, w2], b)",
        "tanh(sum([x1, x2]*[w1, w2]) + b)",
    ],
)
def test_neuron_written_otherwise(formula):
    result = evaluate(formula, NEURON)
    assert result.value == pytest.approx(math.sqrt(0.5), rel=1e-14)
    wanted = {"x1": -1.5, "w1": 1, "x2": 0.5, "w2": 0, "b": 0.5}
    assert result.gradient == pytest.approx(wanted, rel=1e-13, abs=1e-15)


EXACT = [
    (
        "L = (a*b + c)*f",
        {"a": 2, "b": -3, "c": 10, "f": -2},
        -8,
        {"a": 6, "b": -4, "c": -2, "f": 4},
    ),
    ("e = a*b; d = e + c; d*f", {"a": 2, "b": -3, "c": 10, "f": -2}, -8,
     {"a": 6, "b": -4, "c": -2, "f": 4}),
    ("(a + b)*c", {"a": 5, "b": -3, "c": -2}, -4, {"a": -2, "b": -2, "c": 2}),
    ("b = a + a; c = b + b", {"a": 3}, 12, {"a": 4}),
    ("a + a", {"a": 3}, 6, {"a": 2}),
    ("(a + b)*(a*b)", {"a": -2, "b": 3}, -6, {"a": -3, "b": -8}),
    ("w*x + b", {"w": 5 / 9, "x": 32, "b": -160 / 9}, 0, {"w": 32, "x": 5 / 9, "b": 1}),
    ("relu(x)", {"x": -2}, 0, {"x": 0}),
    ("x^2 + y^2", {"x": 3, "y": 4}, 25, {"x": 6, "y": 8}),
    ("3*x^2 - 4*x + 5", {"x": 3}, 20, {"x": 14}),
    ("a*b*c", {"a": 2, "b": 3, "c": 4}, 24, {"a": 12, "b": 8, "c": 6}),
    ("prod([a, b, c])", {"a": 2, "b": 3, "c": 4}, 24, {"a": 12, "b": 8, "c": 6}),
]  # fmt: skip


@pytest.mark.parametrize(("formula", "variables", "value", "gradient"), EXACT)
def test_text(formula, variables, value, gradient):
    for _ in range(2):
        result = evaluate(formula, variables)
        assert result.value == pytest.approx(value, abs=1e-14)
        assert result.gradient == pytest.approx(gradient)


def test_gradients_of_every_node_of_the_expression():
    result = evaluate(
        "e = a*b; d = e + c; L = d*f", {"a": 2, "b": -3, "c": 10, "f": -2}
    )
    assert {node.label: (node.value, node.gradient) for node in result.nodes} == {
        "a": (2, 6),
        "b": (-3, -4),
        "e": (-6, -2),
        "c": (10, -2),
        "d": (4, -2),
        "f": (-2, 4),
        "L": (-8, 1),
    }


def test_sigmoid_and_its_cross_entropy():
    # The gradient of the loss at the weighted sum is prediction minus target.
    result = evaluate("n = w*x + b; bce(sigmoid(n), t)", {
        "w": 0.5, "x": 2, "b": -0.25, "t": 1,
    }, wrt=["b"])  # fmt: skip
    prediction = 1 / (1 + math.exp(-0.75))
    assert result.gradient["b"] == pytest.approx(prediction - 1, rel=1e-14)
    logits = evaluate("bce_logits(w*x + b, t)", {"w": 0.5, "x": 2, "b": -0.25, "t": 1})
    assert logits.gradient["b"] == pytest.approx(prediction - 1, rel=1e-15)
    assert logits.value == pytest.approx(result.value, rel=1e-14)
