"""Calls that are one step: the book's rule, and the numbers of the backward pass."""

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcalc.analysis.explanation import Explanation
from gradcalc.engine.evaluation import evaluate
from gradcalc.language.bindings import bind
from gradcalc.language.library import library_documentation
from gradcalc.reports.explanation_page import explanation_page

BY_THE_BOOK = [
    name for name, entry in library_documentation().items() if entry.textbook
]


def explained(text, wanted=None, **values):
    return Explanation(bind(text, values), wanted)


def page(text, wanted=None, **values):
    return explanation_page(explained(text, wanted, **values), precision=4)


def test_softmax_is_among_them():
    assert set(BY_THE_BOOK) == {"softmax", "log_softmax"}


POINTS = st.lists(st.floats(-5, 5), min_size=2, max_size=5)


@pytest.mark.parametrize("name", BY_THE_BOOK)
@settings(max_examples=40, deadline=None)
@given(point=POINTS, place=st.integers(0, 4))
def test_the_rule_is_the_derivative(name, point, place):
    place %= len(point)
    explanation = explained(f"y = {name}(v); y[{place}]", v=point)
    (step,) = explanation.steps
    evaluation = evaluate(f"{name}(v)[{place}]", {"v": point})
    for contribution, exact in zip(
        step.contributions, evaluation.gradient["v"], strict=True
    ):
        assert contribution.local == pytest.approx(exact, rel=1e-12, abs=1e-15)
        formula = contribution.formula
        graph = formula.graph
        values = {
            node: explanation.values[formula.leaf(node)]
            for node in graph.variable_names()
        }
        assert graph.forward(values)[formula.root] == pytest.approx(
            exact, rel=1e-9, abs=1e-12
        )


def test_softmax_agrees_with_fifty_digits():
    with mpmath.workdps(50):
        powers = [mpmath.exp(x) for x in (1, 2, 3)]
        shares = [power / sum(powers) for power in powers]
        exact = [shares[1] * ((k == 1) - share) for k, share in enumerate(shares)]
    (step,) = explained("softmax(v)[1]", v=[1.0, 2.0, 3.0]).steps
    found = [contribution.local for contribution in step.contributions]
    assert found == pytest.approx([float(x) for x in exact], rel=1e-14)


def test_softmax_is_explained_as_a_book_does():
    found = page("p = softmax(z); p[0]", z=[1.0, 2.0])
    assert "stop_gradient" not in found
    assert "logsumexp" not in found
    rows = [" ".join(row.split()) for row in found.splitlines()]
    assert "p[0] = softmax([z[0], z[1]])[0] = softmax([1, 2])[0] = 0.2689" in rows
    assert (
        "∂p[0]/∂z[0] = p[0]*(1 - p[0]) = 0.2689*(1 - 0.2689) = 0.1966"
        " z[0] receives 1*0.1966 = 0.1966" in rows
    )
    assert (
        "∂p[0]/∂z[1] = -p[0]*p[1] = -0.2689*0.7311 = -0.1966"
        " z[1] receives 1*(-0.1966) = -0.1966" in rows
    )


INSIDE = [
    "f(v) = softmax(v); f([x, y])[0]",
    "softmax([x, 2*x, y])[1]",
    "softmax([x, x, y])[0]",
    "softmax(softmax([x, y]))[0]",
    "p = softmax([x, y, 1]); q = log_softmax([p[0], y]); q[0]*p[1]",
    "cross_entropy(softmax([x, y, 0]), [0, 1, 0])",
    "softmax([3*x])[0] + y",
    "entropy(softmax([x, y])) + norm(softmax([y, 2*x]))",
]


@pytest.mark.parametrize("text", INSIDE)
@pytest.mark.parametrize("wanted", [None, ["x"], ["y"]])
def test_the_gradients_are_those_of_eval(text, wanted):
    values = {"x": 0.5, "y": -1.25}
    explanation = explained(text, wanted, **values)
    gradient = evaluate(text, values).gradient
    for meaning in explanation.meanings:
        assert meaning.gradient == gradient[meaning.name]
        arrived = [each.product for each in explanation.arrived[meaning.node]]
        assert sum(arrived) == pytest.approx(gradient[meaning.name], rel=1e-12)
    for style in ("text", "markdown", "latex"):
        written = explanation_page(explanation, style, precision=4)
        assert ("stop" in written) == (text in INSIDE[2:3])
