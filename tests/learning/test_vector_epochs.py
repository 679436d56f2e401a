"""An epoch over arrays comes to what the epoch over lists comes to."""

import math

import pytest

from gradcalc.learning import training, vector_epochs
from gradcalc.learning.epochs import StepSetup, careful_epoch
from gradcalc.learning.objective import compose
from gradcalc.learning.optimizers import UPDATE_RULES, initial_state
from gradcalc.shapes import leaves_of

ROWS = [(0.0, 1.0), (1.0, 0.0), (-1.0, 2.0), (0.5, 0.5), (2.0, -1.0), (-0.0, 0.0)]


def setup_of(model, optimizer="sgd", decay=0.0):
    objective = compose(model, "mse", {}, None)
    variables = objective.graph.variables
    inputs = leaves_of(variables, ["x"])
    free = leaves_of(variables, ["w", "b"])
    optimizer, constants = UPDATE_RULES[optimizer], {"rate": 0.1}
    arguments = [*inputs, objective.target]
    return StepSetup(
        objective, arguments, free, {}, optimizer, constants, batch=None, decay=decay
    )


def steps(epoch, setup, count=3):
    state = initial_state(setup.optimizer, [0.5, -0.25])
    totals = [epoch(ROWS, state) for _ in range(count)]
    return [*totals, *state.parameters]


@pytest.mark.parametrize("optimizer", UPDATE_RULES)
@pytest.mark.parametrize("decay", [0.0, 0.5])
@pytest.mark.parametrize(
    "model",
    ["w*x + b", "relu(w*x) + b*x", "where(x > 0, w*log(x), b)", "w/exp(-x) + tanh(b)"],
)
def test_steps_are_those_over_lists(model, decay, optimizer, monkeypatch):
    setup = setup_of(model, optimizer, decay)
    expected = steps(careful_epoch(setup), setup)
    found = steps(vector_epochs.vector_epoch(setup), setup)
    assert found == pytest.approx(expected, rel=1e-13, abs=1e-15)
    # In parts, the same.
    monkeypatch.setattr(vector_epochs, "MOST_NUMBERS", 7)
    assert steps(vector_epochs.vector_epoch(setup), setup) == pytest.approx(
        found, rel=1e-15
    )


@pytest.mark.parametrize("model", ["w/x + b", "log(w*x) + b", "w*1e300*x^2*1e300 + b"])
def test_what_is_not_finite_is_so_over_lists(model):
    setup = setup_of(model)
    for make in (careful_epoch, vector_epochs.vector_epoch):
        assert not math.isfinite(steps(make(setup), setup, 1)[0])


def test_training_takes_it_for_large_tables(monkeypatch):
    setup = setup_of("w*x + b")
    expected = training.train(setup, list(ROWS), [0.5, -0.25], 5)
    monkeypatch.setattr(training, "FEWEST_OF_ARRAYS", 3)
    found = training.train(setup, list(ROWS), [0.5, -0.25], 5)
    assert found.parameters == pytest.approx(expected.parameters, rel=1e-14)
    assert found.losses == pytest.approx(expected.losses, rel=1e-14)


def test_rows_held_back_have_the_same_loss_over_arrays(monkeypatch):
    setup, held = setup_of("w*x + b"), [(3.0, 1.0), (-3.0, 0.25)]
    expected = training.train(setup, list(ROWS), [0.5, -0.25], 5, validation=held)
    assert len(expected.validations) == 5
    assert expected.validations[-1] == expected.validation
    monkeypatch.setattr(training, "FEWEST_OF_ARRAYS", 3)
    found = training.train(setup, list(ROWS), [0.5, -0.25], 5, validation=held)
    assert found.validations == pytest.approx(expected.validations, rel=1e-14)
