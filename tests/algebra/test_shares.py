"""Softmax in derivatives: written as in a book, and its parts have the sum 1."""

import math

import pytest

from gradcalc.algebra.derivative import derivative
from gradcalc.engine.evaluation import evaluate

LOGITS = "logits = [a, b, c]; "
P_LESS_TARGET = {
    "a": "exp(a - logsumexp(a, b, c)) - 1",
    "b": "exp(b - logsumexp(a, b, c))",
    "c": "exp(c - logsumexp(a, b, c))",
}


@pytest.mark.parametrize(
    "loss",
    [
        "-sum([1, 0, 0]*log(softmax(logits)))",
        "-log(softmax(logits)[0])",
        "-log_softmax(logits)[0]",
        "cross_entropy(softmax(logits), [1, 0, 0])",
        "cross_entropy_logits(logits, [1, 0, 0])",
        "p = softmax(logits); -log(p[0])",
    ],
)
def test_of_a_cross_entropy_it_is_p_less_target(loss):
    for name, text in P_LESS_TARGET.items():
        assert derivative(LOGITS + loss, name) == text


@pytest.mark.parametrize(
    "loss",
    [
        "cross_entropy_logits(logits, t)",
        "-sum(t*log(softmax(logits)))",
        "-t @ log_softmax(logits)",
        "p(k) = log_softmax(logits)[k]; -u*p(0) - v*p(1) - w*p(2)",
    ],
)
def test_with_targets_that_are_names(loss):
    text = derivative(f"{LOGITS}t = [u, v, w]; {loss}", "b")
    assert text == "exp(b - logsumexp(a, b, c))*(u + v + w) - v"


def test_derivatives_of_softmax_itself():
    text = LOGITS + "softmax(logits)[0]"
    assert derivative(text, "a") == "t1 = exp(a - logsumexp(a, b, c))\nt1*(1 - t1)"
    product = "-exp(a - t1)*exp(b - t1)"
    assert derivative(text, "b") == f"t1 = logsumexp(a, b, c)\n{product}"


@pytest.mark.parametrize(
    "formula",
    ["sum(softmax(v))", "3*sum(softmax(v))*x - 3*x", "softmax(v) @ softmax(v)*0 + 1"],
)
@pytest.mark.parametrize("elements", ["a", "a, b", "a, b, a", "a, b*c, 0, 2"])
def test_the_sum_is_1(formula, elements):
    assert derivative(f"v = [{elements}]; {formula}", "a") == "0"


FORMULAS = [
    "sum(t*log(softmax(v)))", "softmax(v)[1]^2", "cross_entropy_logits(v, t)",
    "softmax(v) @ t", "log_softmax(v) @ log_softmax(v)", "softmax(v) @ softmax(v)",
    "logsumexp(v) - v @ softmax(v)", "-sum(softmax(v)*log(softmax(v)))",
    "exp(v[0])/exp(logsumexp(v)) + softmax(t)[0]",
]  # fmt: skip
LISTS = ["[a, b, c]", "[a, b, a]", "[a, a*b, c + 1, 0]", "[a, 2]", "[700*a, b, -700*c]"]


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("elements", LISTS)
def test_the_values_are_those_of_the_gradient(formula, elements):
    targets = ", ".join(["d", "0.2", "1", "a"][: elements.count(",") + 1])
    text = f"v = {elements}; t = [{targets}]; {formula}"
    for point in ([0.3, -1.2, 2.5, 0.6], [0.0, 0.0, 0.0, 0.0], [-3.0, 1.0, 1.0, 1.0]):
        values = dict(zip("abcd", point, strict=True))
        names = {name: x for name, x in values.items() if name in text}
        used = evaluate(text, {}, defaults=values).variables
        gradient = evaluate(text, {n: names[n] for n in used}).gradient
        for name, slope in gradient.items():
            written = derivative(text, name)
            found = evaluate(written, {}, defaults=values).value
            if math.isfinite(slope):
                assert found == pytest.approx(slope, rel=1e-11, abs=1e-12), written
