"""Training: the texts' own results, and every reason to stop."""

import math
import random

import pytest

from gradcalc.engine.compiled import compile_forward
from gradcalc.engine.value_and_grad import value_and_grad
from gradcalc.learning import epochs
from gradcalc.learning.epochs import StepSetup
from gradcalc.learning.examples import held_back, shuffle
from gradcalc.learning.objective import compose
from gradcalc.learning.optimizers import UPDATE_RULES
from gradcalc.learning.training import train
from gradcalc.shapes import leaves_of


def setup_of(model, names, loss="mse", rate=0.01, **settings):
    objective = compose(model, loss, {}, None)
    inputs = [name for name in objective.graph.variables if name not in names]
    return StepSetup(
        objective,
        [*leaves_of(objective.graph.variables, inputs), objective.target],
        leaves_of(objective.graph.variables, names),
        {},
        UPDATE_RULES[settings.pop("optimizer", "sgd")],
        {"rate": rate},
        **settings,
    )


def line_rows(count, seed=0):
    numbers = random.Random(seed)
    return [
        (x, (x - 32) * 5 / 9) for x in (numbers.uniform(-1, 1) for _ in range(count))
    ]


LINE = setup_of("w*x + b", ["w", "b"])


@pytest.mark.parametrize("seed", range(3))
def test_fahrenheit_to_celsius(seed):
    numbers = random.Random(seed)
    start = [numbers.uniform(-1, 1), numbers.uniform(-1, 1)]
    training = train(LINE, line_rows(1000, seed), start, 1000, random=numbers.random)
    w, b = training.parameters
    assert w == pytest.approx(0.5555555555555556, abs=1e-9)
    assert b == pytest.approx(-17.77777777777778, abs=1e-9)
    assert w * 32 + b == pytest.approx(0, abs=1e-9)
    assert (training.stopped, training.epochs) == ("epochs used up", 1000)
    assert training.first > 300
    assert training.last < 1e-20


NETWORK = "net(t) = c1*tanh(a1*t + b1) + c2*tanh(a2*t + b2) + c3*tanh(a3*t + b3);"
WEIGHTS = {
    "a1": 1.0, "a2": 0.5, "a3": -1.0, "b1": 0.0, "b2": 1.0, "b3": 1.0,
    "c1": 0.5, "c2": -0.5, "c3": 0.5,
}  # fmt: skip


def trained_network(model, loss, rows, epochs):
    text, batch = f"{NETWORK} {model}", len(rows)
    setup = setup_of(text, WEIGHTS, loss, 0.03, optimizer="adam", batch=batch)
    training = train(setup, rows, list(WEIGHTS.values()), epochs)
    return training, dict(zip(WEIGHTS, training.parameters, strict=True))


def test_the_derivative_of_a_network_learns():
    rows = [(x / 10, math.cos(x / 10)) for x in range(-15, 16)]
    training, weights = trained_network("net'(x)", "mse", rows, 400)
    assert training.first > 0.1
    assert training.last < 0.01
    # The network itself, of which it saw no value, is sine but for a constant.
    network = value_and_grad(f"{NETWORK} net(x) - net(0)", ["x", *weights])
    for x in (-1.2, -0.5, 0.8, 1.4):
        value, (slope, *_) = network(x, *weights.values())
        assert value == pytest.approx(math.sin(x), abs=0.05)
        assert slope == pytest.approx(math.cos(x), abs=0.1)


def test_a_network_learns_the_solution_of_an_equation():
    # y' = -y with y(0) = 1, of which no value is given.
    rows = [(x / 10, 0.0) for x in range(16)]
    equation = "(net'(x) + net(x))^2 + (net(0) - 1)^2"
    training, weights = trained_network(equation, "prediction", rows, 500)
    assert training.last < 1e-3 < training.first
    network = value_and_grad(f"{NETWORK} net(x)", ["x", *weights])
    for x in (0.0, 0.7, 1.5):
        value, _ = network(x, *weights.values())
        assert value == pytest.approx(math.exp(-x), abs=0.05)


def test_losses_are_means_over_the_rows():
    rows = [(1.0, 3.0), (2.0, 5.0)]
    training = train(LINE, list(rows), [1.0, 0.0], 2)
    assert training.first == (4 + 9) / 2
    w, b = 1.0, 0.0
    for epoch in range(2):
        losses = []
        for x, y in rows:
            error = w * x + b - y
            losses.append(error**2)
            w, b = w - 0.01 * (2 * error * x), b - 0.01 * (2 * error)
        assert training.losses[epoch] == pytest.approx(sum(losses) / 2)
    assert training.parameters == pytest.approx([w, b], rel=1e-14)
    assert training.last == pytest.approx(
        sum((w * x + b - y) ** 2 for x, y in rows) / 2
    )


def test_the_same_seed_gives_the_same_training():
    found = [
        train(
            LINE, line_rows(50), [0.1, 0.2], 5, random=random.Random(seed).random
        ).parameters
        for seed in (1, 1, 2)
    ]
    assert found[0] == found[1] != found[2]


def test_a_shuffle_is_a_permutation_that_never_changes():
    rows = list(range(10))
    shuffle(rows, random.Random(5).random)
    # These must stay as they are in every version of Python.
    assert rows == [3, 2, 1, 0, 5, 4, 7, 8, 9, 6]


@pytest.mark.parametrize(
    ("count", "share", "held"), [(10, 0.2, 2), (10, 0.01, 1), (3, 0.99, 2), (5, 0.0, 0)]
)
def test_rows_held_back(count, share, held):
    rows = [(float(k),) for k in range(count)]
    kept, back = held_back(rows, share, random.Random(0).random)
    assert len(back) == held
    assert sorted(kept + back) == rows
    assert kept == sorted(kept)


def test_patience_goes_back_to_the_best():
    # On its way to 1 the parameter passes what is best for the validation row.
    training = train(
        setup_of("w", ["w"], rate=0.01),
        [(1.0,)],
        [0.0],
        1000,
        validation=[(0.5,)],
        patience=3,
    )
    assert training.stopped == "no more improvement"
    best = min(range(1, 200), key=lambda k: abs((1 - 0.98**k) - 0.5))
    assert training.epochs == best + 3
    assert training.parameters[0] == pytest.approx(1 - 0.98**best)
    assert training.validation == pytest.approx((training.parameters[0] - 0.5) ** 2)


def test_patience_without_validation_rows_watches_the_steps():
    training = train(setup_of("w", ["w"], rate=0.5), [(1.0,)], [0.0], 1000, patience=2)
    assert (training.stopped, training.epochs) == ("no more improvement", 4)
    assert training.parameters == [1.0]


STOPS = {
    "pole": (
        "w*log(x) + b", [(1.0, 1.0), (0.0, 1.0)], [0.5, 0.5], 0.01,
        "log(x) is -inf because x is 0",
    ),
    "too fast": (
        "w*x + b", [(100.0, 1.0), (-100.0, 2.0)], [0.5, 0.5], 1.0,
        "(prediction - target)^2 is inf because prediction - target is",
    ),
    "infinite slope": (
        "sqrt(w) + b*x", [(1.0, 1.0)], [0.0, 0.5], 0.01,
        "in sqrt(w), where w is 0, the derivative for w, 1/(2*sqrt(w)), is inf",
    ),
    "NaN in a function of the user": (
        "f(z) = log(z); w*f(x) + b", [(1.0, 1.0), (-1.0, 1.0)], [0.5, 0.5], 0.01,
        "f(x) is NaN because x is -1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("batch", [1, 2, None])
@pytest.mark.parametrize(
    ("model", "rows", "start", "rate", "reason"), STOPS.values(), ids=STOPS
)
def test_what_is_not_finite_ends_it_with_the_last_finite_parameters(
    model, rows, start, rate, reason, batch
):
    setup = setup_of(model, ["w", "b"], rate=rate, batch=batch)
    training = train(setup, rows, start, 100_000)
    assert training.stopped == "diverged"
    assert training.reason.startswith(reason)
    assert all(map(math.isfinite, training.parameters))


def test_an_overflow_of_the_sum_of_losses_alone_is_no_end():
    rows = [(0.0, 1e154), (0.0, -1e154), (0.0, 1.1e154)]
    training = train(setup_of("w*x", ["w"]), rows, [0.5], 3)
    assert (training.stopped, training.epochs) == ("epochs used up", 3)


def test_an_interruption_ends_it_with_what_it_has():
    def interrupt(epoch, _loss):
        if epoch == 3:
            raise KeyboardInterrupt

    training = train(LINE, line_rows(20), [0.5, 0.5], 100, progress=interrupt)
    assert (training.stopped, training.epochs) == ("interrupted", 3)
    assert training.parameters == train(LINE, line_rows(20), [0.5, 0.5], 3).parameters
    assert training.last < training.first


def test_an_interruption_of_an_epoch_gone_wrong_keeps_finite_parameters(monkeypatch):
    def wrong_epoch(_rows, state):
        state.parameters[:] = [math.nan, math.inf]
        raise KeyboardInterrupt

    monkeypatch.setattr(
        "gradcalc.learning.training.epoch_function", lambda _setup: wrong_epoch
    )
    training = train(LINE, line_rows(5), [0.5, 0.25], 3)
    assert (training.stopped, training.parameters) == ("interrupted", [0.5, 0.25])


def test_progress_is_told_of_every_epoch():
    told = []
    training = train(
        LINE, line_rows(5), [0.5, 0.5], 4, progress=lambda *news: told.append(news)
    )
    assert told == list(enumerate(training.losses, start=1))


def test_without_epochs_nothing_moves():
    training = train(LINE, line_rows(5), [0.5, 0.5], 0)
    assert training.parameters == [0.5, 0.5]
    assert training.first == training.last


def test_the_loss_is_compiled_once(monkeypatch):
    compiled = []

    def counted(*arguments):
        compiled.append(arguments)
        return compile_forward(*arguments)

    monkeypatch.setattr(epochs, "compile_forward", counted)
    rows = line_rows(20)
    train(LINE, rows[:15], [0.0, 0.0], 30, validation=rows[15:], patience=30)
    assert len(compiled) == 1
