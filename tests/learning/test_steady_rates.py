"""The rate that is named for a training that diverged, against autograd's Hessian."""

import math
import random

import pytest

from gradcalc.learning import training
from gradcalc.learning.epochs import StepSetup
from gradcalc.learning.objective import compose
from gradcalc.learning.optimizers import UPDATE_RULES
from gradcalc.learning.steady_rates import largest_curvature, steady_rate
from gradcalc.learning.training import train
from gradcalc.shapes import leaves_of

autograd = pytest.importorskip("autograd")
np = pytest.importorskip("autograd.numpy")

# By formula, its parameters' names and the same with autograd's NumPy.
MODELS = {
    "w*x + b": (["w", "b"], lambda p, x: p[0] * x + p[1]),
    "b*exp(w*x/9)": (["w", "b"], lambda p, x: p[1] * np.exp(p[0] * x / 9)),
    "v*tanh(w*x + b)": (["v", "w", "b"], lambda p, x: p[0] * np.tanh(p[1] * x + p[2])),
    "w^2*x + b": (["w", "b"], lambda p, x: p[0] ** 2 * x + p[1]),
    "c*x^2 + w*x + b": (["c", "w", "b"], lambda p, x: p[0] * x**2 + p[1] * x + p[2]),
    "where(x > 0, w, b)*x": (
        ["w", "b"],
        lambda p, x: ((x > 0) * p[0] + (x <= 0) * p[1]) * x,
    ),
}


def setup_of(model, rate=1.0, optimizer="sgd", **settings):
    objective = compose(model, settings.pop("loss", "mse"), {}, None)
    variables = objective.graph.variables
    return StepSetup(
        objective,
        [*leaves_of(variables, ["x"]), objective.target],
        leaves_of(variables, MODELS[model][0]),
        {},
        UPDATE_RULES[optimizer],
        {"rate": rate},
        **settings,
    )


def rows_of(seed, count=12):
    numbers = random.Random(seed)
    size = 10.0 ** numbers.randint(-1, 2)
    return [
        (size * numbers.uniform(-1, 1), numbers.gauss(0, size)) for _ in range(count)
    ]


def exact_curvature(model, rows, parameters):
    x, y = np.array(rows).T
    _, function = MODELS[model]
    hessian = autograd.hessian(lambda p: np.mean((function(p, x) - y) ** 2))
    return float(max(abs(np.linalg.eigvalsh(hessian(np.array(parameters))))))


@pytest.mark.parametrize("arrays", [False, True])
@pytest.mark.parametrize("model", MODELS)
def test_the_curvature_is_the_largest_eigenvalue(model, arrays, monkeypatch):
    if arrays:
        monkeypatch.setattr(training, "FEWEST_OF_ARRAYS", 3)
    start = [0.7, -0.4, 0.3][: len(MODELS[model][0])]
    for seed in range(3):
        rows = rows_of(seed)
        found = largest_curvature(setup_of(model, batch=None), rows, start)
        assert found == pytest.approx(exact_curvature(model, rows, start), rel=0.05)
        decayed = setup_of(model, batch=None, decay=1e12)
        assert largest_curvature(decayed, rows, start) == pytest.approx(1e12, rel=0.1)


@pytest.mark.parametrize("batch", [1, 3, 5])
def test_of_batches_the_one_that_bends_most_counts(batch):
    rows = [*rows_of(0, 40), (500.0, 1.0), *rows_of(1, 40)]
    setup = setup_of("w*x + b", batch=batch)
    parts = [rows[k : k + batch] for k in range(0, len(rows), batch)]
    wanted = max(exact_curvature("w*x + b", part, [0.5, 0.5]) for part in parts)
    found = largest_curvature(setup, rows, [0.5, 0.5])
    assert found == pytest.approx(wanted, rel=0.05)


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("optimizer", ["sgd", "momentum"])
def test_the_limit_is_where_steps_begin_to_grow(optimizer, momentum):
    rows, start = [(3.0, 1.0), (-2.0, 0.5)], [0.5, -0.25]
    curvature = exact_curvature("w*x + b", rows, start)
    constants = {"momentum": momentum} if optimizer == "momentum" else {}
    limit = UPDATE_RULES[optimizer].limit({"momentum": momentum})
    assert limit == (2 * (1 + momentum) if constants else 2)
    for share, grows in ((0.97, False), (1.03, True)):
        setup = setup_of("w*x + b", optimizer=optimizer, batch=None)
        setup.constants.update(constants, rate=share * limit / curvature)
        found = train(setup, list(rows), start, 1000)
        assert (found.last > found.first) == grows


@pytest.mark.parametrize("loss", ["mse", "mae", "exp(abs(prediction - target)/100)"])
@pytest.mark.parametrize("batch", [1, 5, None])
@pytest.mark.parametrize("optimizer", UPDATE_RULES)
@pytest.mark.parametrize("model", MODELS)
def test_with_the_rate_that_is_named_it_does_not_diverge(model, optimizer, batch, loss):
    start = [0.7, -0.4, 0.3][: len(MODELS[model][0])]
    named = 0
    for seed in range(2):
        rows = rows_of(seed)
        for rate in (1e-2, 1e3, 1e200):
            setup = setup_of(model, rate, optimizer, batch=batch, loss=loss)
            found = train(setup, list(rows), start, 30)
            if not math.isfinite(found.first) or not (
                found.stopped == "diverged" or found.grew
            ):
                continue
            steady = steady_rate(setup, rows, start, 30, None)
            assert steady is not None
            assert steady.sure
            assert steady.rate < rate
            assert float(f"{steady.rate:.0e}") == steady.rate
            setup.constants["rate"] = steady.rate
            again = train(setup, list(rows), start, 30)
            assert again.stopped == "epochs used up"
            assert again.last <= 1.01 * again.first
            named += 1
    assert named


def test_where_rows_are_shuffled_they_are_so_again():
    rows = rows_of(2)
    setup = setup_of("w*x + b", 10.0)
    steady = steady_rate(setup, rows, [1, 1], 50, lambda: random.Random(3).random)
    setup.constants["rate"] = steady.rate
    found = train(setup, list(rows), [1, 1], 50, random=random.Random(3).random)
    assert found.last <= 1.01 * found.first


def test_a_long_training_is_tried_in_part():
    setup = setup_of("w*x + b", 10.0, batch=None)
    steady = steady_rate(setup, rows_of(0), [1.0, 1.0], 10**9, None)
    assert not steady.sure


def test_where_nothing_bends_there_is_still_a_rate():
    setup = setup_of("w*x + b", 1e306, loss="abs(prediction - target)")
    assert steady_rate(setup, rows_of(0), [0.5, 0.5], 10, None).rate <= 0.01
