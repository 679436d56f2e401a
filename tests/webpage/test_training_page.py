"""The page of a training: its numbers are those of the training."""

import math
import random

import pytest
from reference.page_data import page_data

from gradcalc.cli.data_options import opened_rows
from gradcalc.data.rows import Reading
from gradcalc.learning.roles import ParameterOptions
from gradcalc.learning.training_tasks import Settings, read_task
from gradcalc.reports.objects import history_of
from gradcalc.webpage.training_page import training_page


@pytest.fixture
def rows(tmp_path):
    numbers = random.Random(0)
    lines = ["x,z,y,kind"]
    for _ in range(30):
        x, z = numbers.uniform(-1, 1), numbers.uniform(-1, 1)
        kind = "in" if x * x + z * z < 0.5 else "out"
        lines.append(f"{x},{z},{2 * x + 1 + numbers.gauss(0, 0.1)},{kind}")
    path = tmp_path / "rows.csv"
    path.write_text("\n".join(lines) + "\n")
    return str(path)


def trained(rows, formula, target, *, shapes=(), fixed=(), classes=None, **settings):
    loss = settings.pop("loss", "mse")
    options = ParameterOptions(shapes=dict(shapes), fixed=dict(fixed))
    with opened_rows(rows, Reading()) as read:
        task = read_task(formula, read, [target], options, loss=loss, classes=classes)
    return task.train(Settings(**settings))


RUNS = {
    "line": ("w*x + b", "y", {"epochs": 40, "rate": 0.05}),
    "slope": ("w*x + b", "y", {"fixed": {"b": 1.0}, "epochs": 9, "rate": 0.05}),
    "held back": ("w*x + b", "y", {"epochs": 30, "validate": 0.2}),
    "classes": (
        "sigmoid(v @ tanh(W @ [x, z] + b) + c)",
        "kind",
        {
            "shapes": {"W": (2, 2), "b": (2,), "v": (2,)},
            "classes": [], "loss": "bce", "rate": 0.1, "epochs": 300,
        },
    ),
    "many": (
        "sum(tanh(W @ [x, z]))", "y", {"shapes": {"W": (30, 2)}, "epochs": 20},
    ),
    "patience": ("w*x + b", "y", {"epochs": 500, "rate": 0.3, "patience": 5}),
    "no epoch": ("w*x + b", "y", {"epochs": 0}),
    "diverged": ("w*x + b", "y", {"epochs": 500, "rate": 5.0}),
    "scaled": ("w*x + b", "y", {"epochs": 20, "scale": True}),
    "long": ("w*x + b", "y", {"epochs": 3000, "batch": None}),
}  # fmt: skip


@pytest.fixture(params=RUNS)
def result(request, rows):
    formula, target, settings = RUNS[request.param]
    return trained(rows, formula, target, **settings)


def test_every_stop_has_the_loss_of_its_epoch(result):
    data = page_data(training_page(result))
    training, stops = result.training, data["stops"]
    losses = [training.first, *(entry["loss"] for entry in history_of(training))]
    assert stops["values"] == [losses[epoch] for epoch in stops["steps"]]
    if training.validations:
        told = [training.trace[0].validation, *training.validations]
        assert stops["more"]["validation loss"] == [told[k] for k in stops["steps"]]
    assert {0, training.epochs, data["best"]} <= set(stops["steps"])
    judged = [training.trace[0].judged, *(training.validations or training.losses)]
    assert judged[data["best"]] == min(judged)


def test_the_parameters_lead_to_the_gradients_beside_them(result):
    stops = page_data(training_page(result))["stops"]
    if "norms" in stops["rows"][0]:
        return
    for place in (0, len(stops["steps"]) // 2, -1):
        values = [row["values"][place] for row in stops["rows"]]
        loss, slopes = result.mean_loss.slopes(values)
        assert stops["more"]["loss over all rows"][place] == loss
        assert [row["gradients"][place] for row in stops["rows"]] == slopes
    if result.training.stopped == "epochs used up":
        assert values == result.training.parameters


def test_the_gradient_is_that_of_differences(rows):
    result = trained(rows, "tanh(w*x) + b*z", "y", epochs=5)
    parameters, step = [0.3, -0.7], 1e-6
    _, slopes = result.mean_loss.slopes(parameters)
    for place, slope in enumerate(slopes):
        ends = [
            result.mean_loss.value(
                [p + sign * step * (k == place) for k, p in enumerate(parameters)]
            )
            for sign in (1, -1)
        ]
        assert slope == pytest.approx((ends[0] - ends[1]) / (2 * step), rel=1e-6)


def test_the_landscape_is_the_loss_over_the_rows(rows):
    result = trained(rows, "w*x + b", "y", epochs=20, rate=0.05)
    found = page_data(training_page(result))["landscape"]
    assert found["names"] == ["w", "b"]
    corner = [found["x"][0], found["y"][0]]
    value = found["base"] + found["depths"][0]
    assert value == pytest.approx(result.mean_loss.value(corner), rel=0.01)
    alone = trained(rows, "w*x + b", "y", fixed={"b": 1.0}, epochs=9)
    curve = page_data(training_page(alone))["landscape"]
    assert curve["kind"] == "curve"
    for xs, ys in curve["pieces"]:
        for x, y in zip(xs, ys, strict=True):
            assert y == pytest.approx(alone.mean_loss.value([x]), rel=1e-4)


def test_the_page_is_small(result):
    assert len(training_page(result).encode()) <= 150_000


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("classes", ["epochs used up after 300 epochs of 30 rows", "accuracy"]),
        ("held back", ["validation"]),
        ("patience", ["no more improvement after"]),
        ("diverged", ["the loss is no longer finite in epoch", 'data-tone="bad"']),
        ("slope", ['["b", "1"]']),
        ("many", ['"shape": "30×2"']),
    ],
)
def test_what_it_says(rows, name, texts):
    formula, target, settings = RUNS[name]
    page = training_page(trained(rows, formula, target, **settings), "model")
    assert all(text in page for text in texts)
    assert "<title>train: model</title>" in page


def test_a_trace_is_short_however_long_the_training(rows):
    result = trained(rows, "w*x + b", "y", epochs=5000, batch=None)
    trace = result.training.trace
    assert len(trace) <= 2002
    assert [point.step for point in trace[:100]] == list(range(100))
    assert trace[-1].parameters == result.training.parameters
    assert math.isfinite(trace[-1].loss)
