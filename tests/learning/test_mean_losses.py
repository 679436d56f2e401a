"""The mean loss over rows as a function, against what a hand derives."""

import numpy as np
import pytest

from gradcalc.engine.vectorized import numpy_is_installed
from gradcalc.learning import training
from gradcalc.learning.epochs import StepSetup
from gradcalc.learning.mean_losses import MeanLoss
from gradcalc.learning.objective import compose
from gradcalc.learning.optimizers import UPDATE_RULES
from gradcalc.shapes import leaves_of

ROWS = [(-1.0, 0.5), (0.25, 1.0), (2.0, -3.0), (3.5, 0.125)]


def mean_loss():
    objective = compose("tanh(w*x) + b", "mse", {}, None)
    variables = objective.graph.variables
    arguments = [*leaves_of(variables, ["x"]), objective.target]
    setup = StepSetup(
        objective,
        arguments,
        leaves_of(variables, ["w", "b"]),
        {},
        UPDATE_RULES["sgd"],
        {"rate": 0.1},
        decay=0.5,
    )
    return MeanLoss(setup, ROWS)


def expected(parameters):
    x, y = np.array(ROWS).T
    out = np.tanh(parameters[0] * x)
    error = out + parameters[1] - y
    slopes = [np.mean(2 * error * (1 - out**2) * x), np.mean(2 * error)]
    return np.mean(error**2), slopes


@pytest.mark.parametrize("arrays", [False, True])
@pytest.mark.parametrize("parameters", [[0.0, 0.0], [0.5, -2.0], [-3.0, 1.5]])
def test_value_and_gradient(monkeypatch, arrays, parameters):
    if arrays:
        assert numpy_is_installed()
        monkeypatch.setattr(training, "FEWEST_OF_ARRAYS", 2)
    mean = mean_loss()
    found, derived = expected(parameters)
    value, slopes = pytest.approx(found, rel=1e-13), pytest.approx(derived, rel=1e-12)
    assert mean.value(parameters) == value
    assert mean.slopes(parameters) == (value, slopes)


def test_what_it_costs_grows_with_the_rows(monkeypatch):
    row_by_row = mean_loss().work
    monkeypatch.setattr(training, "FEWEST_OF_ARRAYS", 2)
    assert 0 <= mean_loss().work < row_by_row
    assert row_by_row % len(ROWS) == 0
