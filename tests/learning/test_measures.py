"""What a training says of parameters that no longer learn, and of odd predictions."""

import io
import random

import pytest

from gradcalc.data.formats import open_rows
from gradcalc.learning.roles import ParameterOptions
from gradcalc.learning.training_tasks import Settings, read_task
from gradcalc.reports.learning_pages import training_notes

XOR = "x1,x2,y\n0,0,0\n0,1,1\n1,0,1\n1,1,0\n"
HIDDEN = "v @ {}(W @ [x1, x2] + b) + c"
SHAPES = {"W": (2, 2), "b": (2,), "v": (2,)}


def trained(formula, rows=XOR, *, loss="mse", parameters=None, **settings):
    task = read_task(
        formula,
        open_rows(io.BytesIO(rows.encode()), "d.csv"),
        ["y"],
        parameters or ParameterOptions(shapes=SHAPES if "W" in formula else {}),
        loss=loss,
    )
    return task.train(Settings(**settings))


def test_weights_that_fell_to_nothing_together_are_reported():
    formula = f"sigmoid({HIDDEN.format('tanh')})"
    result = trained(formula, loss="bce", epochs=2000, rate=0.5)
    assert max(map(abs, result.model.parameters["v"])) < 1e-20
    assert result.flat == ["v", "W", "b"]
    assert list(training_notes(result)) == [
        "v, W, b have no gradient on any row, or less than a billionth of the"
        " prediction's, so they no longer learn: the start was flat, or the weights"
        " collapsed; another --seed or a smaller --rate may do better"
    ]


def test_one_unit_of_several_is_reported():
    formula = "v @ tanh(W @ [x1, x2])"
    shapes = ParameterOptions(shapes={"W": (2, 2), "v": (2,)})
    result = trained(formula, parameters=shapes, epochs=2000, rate=0.5)
    assert result.flat == ["v[1]", "W[1][0]", "W[1][1]"]


FLAT = {
    "nothing": ("tanh", {"W": 0.0, "b": 0.0, "v": 0.0}, ["v", "W", "b"]),
    "saturated": ("sigmoid", {"W": 1000.0, "b": 500.0}, ["W", "b"]),
    "saturated, tanh": ("tanh", {"W": 90.0, "b": -300.0}, ["W", "b"]),
    "usual": ("tanh", {}, []),
    "one of them": ("tanh", {"v": 0.0}, []),
}


@pytest.mark.parametrize(("unit", "started", "flat"), FLAT.values(), ids=FLAT)
@pytest.mark.parametrize("epochs", [1, 20])
def test_a_flat_start_is_reported(unit, started, flat, epochs):
    parameters = ParameterOptions(started=started, shapes=SHAPES)
    result = trained(HIDDEN.format(unit), parameters=parameters, epochs=epochs)
    assert result.flat == flat


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("unit", ["tanh", "sigmoid", "softplus", "gelu"])
def test_usual_trainings_are_not(unit, seed):
    result = trained(HIDDEN.format(unit), seed=seed, epochs=50, rate=0.05)
    assert result.flat == []


def test_a_parameter_that_no_row_could_teach_is_no_news():
    rows = "x,z,y\n1,0,2\n2,0,4\n3,0,5\n"
    assert trained("w*x + u*z", rows, epochs=5).flat == []


def test_a_model_that_fits_is_not():
    rows = "x,y\n1,2\n2,4\n3,6\n"
    parameters = ParameterOptions(started={"w": 2.0})
    assert trained("w*x", rows, parameters=parameters, epochs=3).flat == []


def test_where_a_unit_is_dead_that_is_said_alone():
    rows = "x,y\n1,3\n2,5\n"
    parameters = ParameterOptions(started={"v": -1.0})
    result = trained("w*relu(v*x) + b", rows, parameters=parameters)
    assert (result.dead, result.flat) == (["relu(v*x)"], [])


def test_very_many_rows_are_looked_at_to_the_last():
    numbers = random.Random(1)
    rows = ["x,y", *(f"0,{numbers.random()}" for _ in range(100)), "1,1"]
    parameters = ParameterOptions(started={"w": 0.5})
    result = trained("w*x + b", "\n".join(rows), parameters=parameters, epochs=1)
    assert result.flat == []


def test_predictions_that_are_no_probabilities_are_said_once():
    started = ParameterOptions(started={"w": 3.0, "b": -0.5})
    result = trained("w*x1 + b", loss="bce", parameters=started, epochs=0)
    assert result.outside.rows == 4
    assert list(training_notes(result)) == [
        "the prediction is outside 0..1 on 4 of 4 rows, but bce is about"
        " probabilities; --loss bce_logits takes any numbers"
    ]


@pytest.mark.parametrize(
    ("formula", "loss", "rows"),
    [
        ("sigmoid(w*x1 + b)", "bce", 0),
        ("w*x1 + b", "mse", 0),
        ("w*x1 + b", "bce_logits", 0),
        ("1.5 + 0*w*x1", "bce", 4),
        ("x1 - 1e-12 + 0*w", "bce", 0),
        ("log(w*x1 - 9)", "bce", 0),
    ],
)
def test_only_predictions_outside_are(formula, loss, rows):
    outside = trained(formula, loss=loss, epochs=0).outside
    assert (outside.rows if outside else 0) == rows


def test_a_loss_that_is_a_formula_is_looked_into():
    result = trained("1.5 + 0*w*x1", loss="2*bce(prediction, target)", epochs=0)
    assert list(training_notes(result)) == [
        "the prediction is outside 0..1 on 4 of 4 rows, but bce is about"
        " probabilities; bce_logits takes any numbers"
    ]


def test_a_forgotten_softmax_is_spoken_of():
    rows = "x,k\n0,a\n1,b\n2,c\n"
    task = read_task(
        "w*x + b",
        open_rows(io.BytesIO(rows.encode()), "d.csv"),
        ["k"],
        ParameterOptions(started={"b": 1.0}, shapes={"w": (3,), "b": (3,)}),
        loss="cross_entropy",
        classes=[],
    )
    result = task.train(Settings(epochs=50))
    assert result.training.last < 0
    (note,) = training_notes(result)
    assert "--loss cross_entropy_logits takes any numbers" in note
