"""A loss may use the names of its model."""

import pytest

from gradcalc.engine.compiled import compile_gradient
from gradcalc.engine.evaluation import evaluate
from gradcalc.learning.objective import compose, is_least_squares


def test_a_loss_with_a_slope_of_the_model():
    rows = [{"x": k / 4, "y": (k / 4) ** 2} for k in range(8)]
    objective = compose(
        "w*x^2 + b*x", "(prediction - target)^2 + 0.1*diff(prediction, x)^2", {}, None
    )
    plain = "(w*x^2 + b*x - y)^2 + 0.1*(2*w*x + b)^2"
    graph = objective.graph
    inputs = [graph.variables[name] for name in "wbx"] + [objective.target]
    slopes = compile_gradient(graph, [objective.loss], inputs, inputs[:2])
    for row in rows:
        point = {"w": 0.7, "b": -0.3, **row}
        expected = evaluate(plain, point)
        (found,), (gradient,) = slopes(*point.values())
        assert found == pytest.approx(expected.value, rel=1e-13)
        by_name = [expected.gradient[name] for name in "wb"]
        assert list(gradient) == pytest.approx(by_name, rel=1e-12)


def test_a_label_of_the_loss_hides_that_of_the_model():
    model, loss = "e = w*x; e + 1", "e = prediction - target; e^2 + 0*x"
    objective = compose(model, loss, {}, None)
    graph = objective.graph
    inputs = [graph.variables[name] for name in "wx"] + [objective.target]
    value, _ = compile_gradient(graph, [objective.loss], inputs, inputs[:1])(2, 3, 5)
    assert value == (4,)


@pytest.mark.parametrize(
    ("loss", "squares"),
    [
        ("mse", True),
        ("(prediction - target)^2", True),
        ("sum((target - prediction)^2)/2", True),
        ("e = prediction - target; 3*e*e", True),
        ("mae", False),
        ("huber", False),
        ("bce", False),
        ("cross_entropy", False),
        ("(prediction - target)^4", False),
        ("prediction^2 - target^2", False),
        ("-(prediction - target)^2", False),
        ("(prediction - target)^2 + w^2", False),
        ("(prediction - target)^2 + 1", False),
        ("prediction", False),
        ("1", False),
        ("[prediction, target]", False),
    ],
)
def test_sums_of_squares_are_known_in_any_spelling(loss, squares):
    assert is_least_squares(loss) == squares
