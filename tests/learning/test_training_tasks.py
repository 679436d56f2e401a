"""Tasks from files: classifiers, perceptrons, tables of flowers; and mistakes."""

import io
import math
import random
from pathlib import Path

import pytest

from gradcalc.data.formats import open_rows
from gradcalc.errors import GradcalcError, describe
from gradcalc.learning.prediction import predictor
from gradcalc.learning.roles import ParameterOptions
from gradcalc.learning.training_tasks import Settings, read_task

IRIS = Path(__file__).with_name("iris.csv").read_bytes()
PERCEPTRON = "linear(tanh(linear([x1, x2], W1, b1)), W2, b2)"


def task_of(formula, content, target, **details):
    """A task from the content of a file; an iterable of rows is written as CSV."""
    if not isinstance(content, bytes):
        header, *rows = content
        lines = [header, *(",".join(map(repr, row)) for row in rows)]
        content = "\n".join(lines).encode()
    rows = open_rows(io.BytesIO(content), "d.csv")
    names = ("started", "defaults", "fixed", "shapes")
    options = ParameterOptions(
        **{name: details.pop(name) for name in names if name in details}
    )
    return read_task(formula, rows, target.split(","), options, **details)


def triangle(seed):
    """Points of a square; the label is 1 above the diagonal."""
    numbers = random.Random(seed)
    yield "x,y,label"
    for _ in range(1000):
        x, y = numbers.uniform(-1, 1), numbers.uniform(-1, 1)
        yield x, y, int(y > x)


CLASSIFIER = "sigmoid(w3*relu(w1*x + w2*y + b1) + b2)"


@pytest.mark.parametrize("seed", [0, 1, 2, 4, 5])
def test_the_texts_classifier(seed):
    task = task_of(CLASSIFIER, triangle(seed), "label", loss="bce")
    result = task.train(Settings(epochs=300, seed=seed))
    assert result.dead == []
    assert result.accuracy["training"] > 0.95
    predict = predictor(result.model)
    assert predict([0.0, 1.0]).answer > 0.99
    assert predict([1.0, 0.0]).answer < 0.01


@pytest.mark.parametrize("seed", [3, 8, 9, 10])
def test_a_dead_relu_is_reported(seed):
    task = task_of(CLASSIFIER, triangle(seed), "label", loss="bce")
    result = task.train(Settings(epochs=50, seed=seed))
    assert result.dead == ["relu(w1*x + w2*y + b1)"]
    assert result.accuracy["training"] < 0.6


@pytest.mark.parametrize("seed", range(4))
def test_a_perceptron_learns_exclusive_or(seed):
    rows = ["x1,x2,y", (0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)]
    shapes = {"W1": (4, 2), "b1": (4,), "W2": (4,)}
    task = task_of(PERCEPTRON, rows, "y", shapes=shapes)
    result = task.train(Settings(rate=0.1, epochs=2000, seed=seed))
    predict = predictor(result.model)
    for x1, x2, y in rows[1:]:
        assert predict([x1, x2]).answer == pytest.approx(y, abs=0.1)


def moons(count=200, seed=7):
    """Two half circles that reach into each other, with some noise."""
    numbers = random.Random(seed)
    yield "x1,x2,moon"
    for k in range(count):
        angle = math.pi * numbers.random()
        x, y = math.cos(angle), math.sin(angle)
        if k % 2:
            x, y = 1 - x, 0.5 - y
        yield x + numbers.gauss(0, 0.05), y + numbers.gauss(0, 0.05), k % 2


def test_a_perceptron_tells_two_moons_apart():
    shapes = {"W1": (8, 2), "b1": (8,), "W2": (8,)}
    task = task_of(PERCEPTRON, moons(), "moon", shapes=shapes, loss="bce_logits")
    result = task.train(Settings(rate=0.1, epochs=200, validate=0.25))
    assert result.accuracy["training"] > 0.98
    assert result.accuracy["validation"] > 0.96
    assert result.training.validation < 0.1


FLOWERS = "W @ [sepal_length, sepal_width, petal_length, petal_width] + b"


@pytest.mark.parametrize(
    ("formula", "loss"),
    [(FLOWERS, "cross_entropy_logits"), (f"softmax({FLOWERS})", "cross_entropy")],
)
def test_softmax_regression_on_iris(formula, loss):
    shapes = {"W": (3, 4), "b": (3,)}
    task = task_of(formula, IRIS, "species", shapes=shapes, classes=[], loss=loss)
    result = task.train(Settings(epochs=200))
    assert result.model.classes == ["setosa", "versicolor", "virginica"]
    assert result.accuracy["training"] > 0.96
    predict = predictor(result.model)
    assert predict([5.1, 3.5, 1.4, 0.2]).answer == "setosa"


def test_two_classes_may_be_one_number():
    content = b"x,kind\n-1,cold\n-2,cold\n2,warm\n1,warm\n"
    task = task_of("sigmoid(w*x)", content, "kind", classes=[], loss="bce")
    assert task.examples.rows == [(-1, 0), (-2, 0), (2, 1), (1, 1)]
    result = task.train(Settings(rate=0.5))
    assert result.accuracy == {"training": 1.0}
    assert [predictor(result.model)([x]).answer for x in (-1, 1)] == ["cold", "warm"]


def test_a_layer_of_one_unit_tells_two_classes_apart():
    content = b"x,kind\n-1,cold\n-2,cold\n2,warm\n1,warm\n"
    shapes = {"W": (1, 1)}
    task = task_of("W @ [x]", content, "kind", classes=[], shapes=shapes)
    result = task.train(Settings())
    assert predictor(result.model)([2.0]).answer == "warm"


def test_logits_of_two_classes_are_told_apart_at_0():
    content = b"x,kind\n-1,cold\n-2,cold\n2,warm\n1,warm\n"
    task = task_of("w*x", content, "kind", classes=[], loss="bce_logits")
    result = task.train(Settings(rate=0.5, epochs=2))
    assert result.accuracy == {"training": 1.0}
    assert predictor(result.model)([0.1]).answer == "warm"


def test_classes_have_the_order_that_is_given():
    content = b"x,k\n1,b\n2,a\n"
    task = task_of("[w*x, 1, 0]", content, "k", classes=["b", "c", "a"])
    assert task.examples.rows == [(1, 1, 0, 0), (2, 0, 0, 1)]


def test_classes_that_are_numbers_are_sorted_as_numbers():
    content = b"x,k\n1,10\n2,9\n3,2\n"
    task = task_of("[w*x, 1, 0]", content, "k", classes=[])
    assert task.examples.classes == ["2", "9", "10"]


def test_several_targets_are_a_list():
    rows = ["x,a,b", *((x, 2 * x, 1 - x) for x in (-1, 0, 1, 2))]
    task = task_of("w*x + c", rows, "a,b", shapes={"w": (2,), "c": (2,)})
    result = task.train(Settings(rate=0.1, epochs=500))
    assert result.model.parameters["w"] == pytest.approx([2, -1], abs=1e-6)
    assert result.model.parameters["c"] == pytest.approx([0, 1], abs=1e-6)
    assert result.accuracy is None


def test_lists_in_json_are_inputs_and_targets():
    content = b'{"v": [1, 2], "y": [3]}\n{"v": [2, 1], "y": [0]}\n'
    task = task_of("[w @ v]", content, "y", shapes={"w": (2,)})
    result = task.train(Settings(rate=0.05, epochs=2000))
    assert result.model.parameters["w"] == pytest.approx([-1, 2], abs=1e-6)
    assert result.model.inputs == {"v": (2,)}


def test_a_formula_may_be_the_loss():
    rows = ["x,y", (0, 0), (1, 1), (2, 9)]
    task = task_of("m + 0*x", rows, "y", loss="abs(prediction - target)")
    result = task.train(Settings(epochs=1000))
    # The absolute error is least at the median.
    assert result.model.parameters["m"] == pytest.approx(1, abs=0.02)
    assert result.model.loss == "abs(prediction - target)"


def test_l2_is_ridge_regression():
    numbers = random.Random(3)
    rows = [(x, 3 * x) for x in (numbers.uniform(-1, 1) for _ in range(50))]
    task = task_of("w*x", ["x,y", *rows], "y")
    result = task.train(Settings(rate=0.1, epochs=2000, batch=None, l2=0.4))
    # Where the gradient of mean((w*x - y)^2) + 0.4/2*w^2 is 0.
    xx = sum(x * x for x, _ in rows)
    xy = sum(x * y for x, y in rows)
    expected = 2 * xy / (2 * xx + 0.4 * len(rows))
    assert result.model.parameters["w"] == pytest.approx(expected)


def test_starts_and_what_is_fixed():
    task = task_of(
        "w*x + b + c", ["x,y", (1, 2)], "y",
        started={"w": 0.5}, fixed={"b": 3.0}, defaults={"c": 0.25, "z": 9.0},
    )  # fmt: skip
    result = task.train(Settings(epochs=0))
    assert result.model.parameters == {"w": 0.5, "b": 3.0, "c": 0.25}
    result = task.train(Settings(epochs=5))
    assert result.model.parameters["b"] == 3.0
    assert result.model.parameters["w"] != 0.5


def test_a_column_shadows_a_constant():
    task = task_of("w*e", ["e,y", (1, 2), (2, 4)], "y")
    assert list(task.roles.inputs) == ["e"]
    assert list(task.roles.parameters) == ["w"]


def test_bad_rows_are_counted():
    content = b"x,k\n1,a\nz,b\n2,\n3,b\n4\n"
    task = task_of("w*x", content, "k", classes=[], skip_bad=True)
    assert task.examples.rows == [(1, 0), (3, 1)]
    assert task.examples.skipped.count == 3
    first = task.examples.skipped.first
    assert first.message == "d.csv, line 3, column x: 'z' is not a number"


MISTAKES = {
    "no such column": (
        "w*x", "x,y\n1,2", "z", {},
        "d.csv has no column z\nhint: its columns are x, y",
    ),
    "uses the target": (
        "w*x + y", "x,y\n1,2", "y", {},
        "the formula uses y, which it is to predict\n  w*x + y\n        ^",
    ),
    "nothing to learn": (
        "2*x", "x,y\n1,2", "y", {},
        "there is nothing to learn: every name is a column\n  2*x\n  ^^^\n"
        "hint: a name that is no column is a parameter",
    ),
    "no input": (
        "w*x + b", "my col,y\n1,2", "y", {},
        "no column of the data is in the formula: its names are w, x, b, the columns"
        " my col, y\n  w*x + b\n  ^^^^^^^\n"
        "hint: a formula cannot hold the name 'my col': rename the column",
    ),
    "no input, a list": (
        "w*x + b", "v[0],v[1],y\n1,2,3", "y", {},
        "no column of the data is in the formula: its names are w, x, b, the columns"
        " v[0], v[1], y, v\n  w*x + b\n  ^^^^^^^\n"
        "hint: a name that is a column is an input, the others are learned",
    ),
    "no input, near": (
        "w*Size + b", "size,y\n1,2", "y", {},
        "no column of the data is in the formula: its names are w, Size, b, the columns"
        " size, y\n  w*Size + b\n  ^^^^^^^^^^\nhint: Size may be meant for size",
    ),
    "all fixed": (
        "w*x", "x,y\n1,2", "y", {"fixed": {"w": 1.0}},
        "there is nothing to learn: all parameters are fixed\n  w*x\n  ^^^",
    ),
    "start of an input": (
        "w*x", "x,y\n1,2", "y", {"started": {"x": 1.0}},
        "x is a column of the data, so its values come from there",
    ),
    "start of nothing": (
        "weight*x", "x,y\n1,2", "y", {"started": {"wieght": 1.0}},
        "wieght is not a parameter of the formula\n"
        "hint: wieght may be meant for weight",
    ),
    "started and fixed": (
        "w*x + b", "x,y\n1,2", "y", {"started": {"w": 1.0}, "fixed": {"w": 1.0}},
        "w is both started and fixed\nhint: --fix alone gives the value",
    ),
    "another shape at the start": (
        "sum(w)*x", "x,y\n1,2", "y", {"started": {"w": [1.0]}, "shapes": {"w": (2,)}},
        "w starts as a list of 1, but its shape is a list of 2",
    ),
    "a matrix is wanted": (
        "W @ [x, x]", "x,y\n1,2", "y", {},
        "the shapes do not fit: a number @ a list of 2\n  W @ [x, x]\n    ^\n"
        "hint: learned as numbers are W; --shape W=4 makes a list,"
        " --shape W=4x2 a matrix",
    ),
    "list for a number": (
        "[w*x, x]", "x,y\n1,2", "y", {},
        "the model gives a list of 2, but the target is a number\n"
        "  [w*x, x]\n  ^^^^^^^^",
    ),
    "number for a list": (
        "w*x", "x,y,z\n1,2,3", "y,z", {},
        "the model gives a number, but the target is a list of 2\n  w*x\n  ^^^",
    ),
    "matrix": (
        "[[w*x]]", "x,y\n1,2", "y", {},
        "the model gives a 1x1 matrix; it must give a number or a list\n"
        "  [[w*x]]\n  ^^^^^^^",
    ),
    "no such loss": (
        "w*x", "x,y\n1,2", "y", {"loss": "msee"},
        "there is no loss called msee\nhint: did you mean mse?",
    ),
    "loss of unknown names": (
        "w*x", "x,y\n1,2", "y", {"loss": "(prediction - y)^2"},
        "the loss: y is not known here\n  (prediction - y)^2\n                ^\n"
        "hint: a loss is a formula in prediction and target",
    ),
    "loss that is no formula": (
        "w*x", "x,y\n1,2", "y", {"loss": "prediction -"},
        "the loss: the formula ends after '-', where a value is missing\n"
        "  prediction -\n              ^",
    ),
    "loss that is a list": (
        "[w*x, w]", "x,y,z\n1,2,3", "y,z", {"loss": "abs(prediction - target)"},
        "the loss is a list of 2, not a number\n  abs(prediction - target)\n"
        "  ^^^^^^^^^^^^^^^^^^^^^^^^\nhint: take its mean(...) or sum(...)",
    ),
    "loss of lists": (
        "w*x", "x,y\n1,2", "y", {"loss": "cross_entropy"},
        "cross_entropy compares lists, but the model gives a number\n  w*x\n  ^^^\n"
        "hint: for two classes and one number use --loss bce",
    ),
    "mistake in the formula": (
        "w*x +", "x,y\n1,2", "y", {},
        "the formula ends after '+', where a value is missing\n  w*x +\n       ^",
    ),
    "several targets with classes": (
        "w*x", "x,y,z\n1,2,3", "y,z", {"classes": []},
        "--classes takes one target column, not several",
    ),
    "one class": (
        "w*x", "x,y\n1,a\n2,a", "y", {"classes": []}, "d.csv has only one class, a"
    ),
    "a class more": (
        "w*x", "x,y\n1,a\n2,b", "y", {"classes": ["a", "c"]},
        "d.csv, line 3, column y: 'b' is not among the classes a, c",
    ),
    "classes and numbers": (
        "[w*x, 1]", "x,y\n1,a\n2,b\n3,c", "y", {"classes": []},
        "the model gives a list of 2, but the target is a list of 3\n"
        "  [w*x, 1]\n  ^^^^^^^^",
    ),
    "no rows": ("w*x", "x,y\n", "y", {}, "d.csv has no rows under its header"),
    "no good rows": (
        "w*x", "x,y\n1,\n2,a\n", "y", {"skip_bad": True},
        "no row can be used: d.csv, line 2, column y: the cell is empty\n"
        "  1,\n    ^",
    ),
    "broken file": (
        "w*x", 'x,y\n1,2\n2,"3\n4,5\n', "y", {"skip_bad": True},
        "d.csv, line 3: a quotation mark is opened and never closed",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("formula", "content", "target", "details", "page"), MISTAKES.values(), ids=MISTAKES
)
def test_mistakes(formula, content, target, details, page):
    with pytest.raises(GradcalcError) as caught:
        task_of(formula, content.encode(), target, **details).train(Settings())
    assert describe(caught.value) == "error: " + page


def test_one_row_cannot_be_divided():
    task = task_of("w*x", ["x,y", (1, 2)], "y")
    with pytest.raises(GradcalcError) as caught:
        task.train(Settings(validate=0.5))
    assert caught.value.message == (
        "one row cannot be divided into training and validation"
    )
