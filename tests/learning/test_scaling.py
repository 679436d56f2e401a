"""Scaled inputs: their moments, the formula with the scaling in it, and without it."""

import io
import math
import random
import statistics

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcalc.data.formats import open_rows
from gradcalc.language.names import read_program
from gradcalc.learning.folding import folded
from gradcalc.learning.model import Model
from gradcalc.learning.prediction import predictor
from gradcalc.learning.roles import ParameterOptions
from gradcalc.learning.scaling import Scale, scaled_text, scales_of
from gradcalc.learning.training_tasks import Settings, read_task
from gradcalc.shapes import flatten


@given(
    st.lists(st.floats(-1e6, 1e6).filter(lambda x: not 0 < abs(x) < 1e-3), min_size=1)
)
def test_moments_are_those_of_the_rows(numbers):
    scales = scales_of([(x, 7.0) for x in numbers], {"x": (), "c": ()})
    if len(set(numbers)) == 1:
        assert scales == {}
        return
    mean, deviation = statistics.fmean(numbers), statistics.pstdev(numbers)
    assert list(scales) == ["x"]
    largest = max(map(abs, numbers))
    assert scales["x"].mean == pytest.approx(mean, rel=1e-12, abs=1e-14 * largest)
    assert scales["x"].deviation == pytest.approx(deviation, rel=1e-9)


def test_lists_have_lists_and_what_does_not_change_stays():
    rows = [(1.0, 5.0, 2.0, 0.0), (3.0, 5.0, 4.0, 0.0)]
    assert scales_of(rows, {"v": (3,)}) == {
        "v": Scale([2.0, 0.0, 3.0], [1.0, 1.0, 1.0])
    }
    rows = [(0.0, 5.0), (4.0, 5.0)]
    assert scales_of(rows, {"v": (2,)}) == {"v": Scale([2.0, 0.0], [2.0, 1.0])}
    assert scales_of([(1e308,), (-1e308,)], {"x": ()}) == {"x": Scale(0.0, 1e308)}


X, V = Scale(2.0, 4.0), Scale([1.0, -2.0], [0.5, 8.0])
TEXTS = [
    ("w*x + b", "x_scaled = (x - 2)/4; w*x_scaled + b"),
    ("w*x + x_scaled", "x_scaled2 = (x - 2)/4; w*x_scaled2 + x_scaled"),
    ("# line\nh = w*x # x\nh", "x_scaled = (x - 2)/4\n# line\nh = w*x_scaled # x\nh"),
    ("f(x) = x^2; f(w*x)", "x_scaled = (x - 2)/4; f(x) = x^2; f(w*x_scaled)"),
    ("f(t) = t*x; f(w)", "x_scaled = (x - 2)/4; f(t) = t*x_scaled; f(w)"),
    ("f(t, s=x) = t*s; f(w)", "x_scaled = (x - 2)/4; f(t, s=x_scaled) = t*s; f(w)"),
    ("diff(w*x^2, x) + b", "x_scaled = (x - 2)/4; diff(w*x_scaled^2, x) + b"),
    ("x = 5; w*x + b", "x = 5; x_scaled = (x - 2)/4; w*x_scaled + b"),
    ("w @ v + b", "v_scaled = (v - [1, -2])/[0.5, 8]; w @ v_scaled + b"),
    ("w*v[1] + b", "v_scaled = (v - [1, -2])/[0.5, 8]; w*v_scaled[1] + b"),
    ("w*x + v[0]", "x_scaled = (x - 2)/4; v_scaled = (v - [1, -2])/[0.5, 8];"
     " w*x_scaled + v_scaled[0]"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "scaled"), TEXTS)
def test_the_scaling_stands_in_the_formula(text, scaled):
    names = read_program(text).mentions()
    scales = {n: s for n, s in {"x": X, "v": V}.items() if n in names}
    assert scaled_text(text, scales, ["x", "v", "w", "b"]) == scaled


def test_a_negative_mean_is_added():
    text = scaled_text("w*x", {"x": Scale(-0.5, 1e-5)}, ["x", "w"])
    assert text == "x_scaled = (x + 0.5)/1e-05; w*x_scaled"


# Formulas, and the inputs whose scaling their parameters take over.
FORMULAS = [
    ("w*x + b", "x"),
    ("b - x*w + u*y", "xy"),
    ("w*x", ""),
    ("-(w*x - b)", "x"),
    ("tanh(w*x + u*y + b)*v + c", "xy"),
    ("w*x + u*x + b", "x"),
    ("w*x^2 + b", ""),
    ("w*x + u*y^2 + b", "x"),
    ("w*(x + b)", ""),
    ("w*x + w*y + b", ""),
    ("w*x*y + b", ""),
    ("3*w*x/2 + b", "x"),
    ("h = w*x + b; h^2 + h", "x"),
    ("w*x + b + b^2", ""),
    ("where(x > 0, w*x + b, u)", ""),
    ("neuron(x, w, b)", "x"),
    ("linear([x, y], V, b)", "xy"),
    ("sum(V * tanh(W @ [x, y] + B)) + b", "xy"),
    ("V @ relu(W @ [x, y] + B) + x*w", "y"),
    ("f(t) = t^2 | 2*t; f(w*x + b)", "x"),
    ("f(t) = w*t + b; f(x)", "x"),
    ("f(t) = w*t + b; f'(x) + y*u + c", "xy"),
    ("diff(w*x^2/2 + b*x, x)", ""),
    ("w*x + b + x", ""),
    ("k = 2; k*w*x + b", "x"),
    ("exp(w*x)*v + b", ""),
    ("sum(u*[x, y]) + b", ""),
    ("max(w*x + b, u*y + c)", "xy"),
    ("w/x + b", ""),
    ("x", ""),
]
SHAPES = {"W": (2, 2), "B": (2,), "V": (2,)}


def task_of(formula, seed=0):
    numbers = random.Random(seed)
    rows = ["x,y,z"]
    for _ in range(40):
        x, y, z = (numbers.gauss(*it) for it in ((300, 50), (-0.01, 0.002), (2, 1)))
        rows.append(f"{x!r},{y!r},{z!r}")
    names = read_program(formula).mentions()
    shapes = {name: shape for name, shape in SHAPES.items() if name in names}
    data = open_rows(io.BytesIO("\n".join(rows).encode()), "d.csv")
    return read_task(formula, data, ["z"], ParameterOptions(shapes=shapes))


@pytest.mark.parametrize(("formula", "names"), FORMULAS)
def test_parameters_take_over_what_they_can(formula, names):
    if formula == "x":
        formula, names = "x + b*u", ""
    for seed in (0, 1):
        task = task_of(formula, seed)
        result = task.train(Settings(epochs=3, rate=1e-3, scale=True, validate=0.2))
        left = {n: s for n, s in result.scales.items() if n not in names}
        expected = scaled_text(formula, left, task.roles.shapes)
        assert result.model.text == expected
        # The same numbers come from the formula with all scaling in it.
        whole = Model(
            scaled_text(formula, result.scales, task.roles.shapes),
            task.roles.inputs, ["z"], None,
            start_of(task, result), "mse",
        )  # fmt: skip
        count = len(task.roles.inputs)
        for row in task.examples.rows[:5]:
            found, wanted = (
                predictor(m)(row[:count]).score for m in (result.model, whole)
            )
            assert flatten(found) == pytest.approx(flatten(wanted), rel=1e-9, abs=1e-9)


def start_of(task, result):
    """The parameters beside scaled inputs, found by training the formula with them."""
    names = {**result.scales}
    text = scaled_text(task.formula, names, task.roles.shapes)
    scaled = task_of(text, 0)
    object.__setattr__(scaled, "examples", task.examples)
    found = scaled.train(Settings(epochs=3, rate=1e-3, validate=0.2))
    return found.model.parameters


@settings(max_examples=30, deadline=None)
@given(st.floats(-1e4, 1e4), st.floats(1e-3, 1e3), st.integers(0, 99))
def test_folded_parameters_predict_the_same(mean, deviation, seed):
    numbers = random.Random(seed)
    names = ["W", "B", "V", "b"]
    values = {
        "W": [[numbers.gauss(0, 1) for _ in range(2)] for _ in range(2)],
        "B": [numbers.gauss(0, 1), 0.5], "V": [1.0, -2.0], "b": 0.25,
    }  # fmt: skip
    text = "sum(V * tanh(W @ [x, y] + B)) + b"
    inputs = {"x": (), "y": ()}
    scales = {"x": Scale(mean, deviation), "y": Scale(-mean, 2 * deviation)}
    model = Model(text, inputs, ["z"], None, values, "mse")
    parameters, done = folded(model, scales, names)
    assert done == ["x", "y"]
    whole = Model(scaled_text(text, scales, values), inputs, ["z"], None, values, "mse")
    plain = Model(text, inputs, ["z"], None, parameters, "mse")
    for _ in range(5):
        x, y = (numbers.gauss(s.mean, s.deviation) for s in scales.values())
        size = 1 + abs(mean) / deviation
        assert predictor(plain)([x, y]).answer == pytest.approx(
            predictor(whole)([x, y]).answer, abs=1e-13 * size
        )


def test_rows_held_back_do_not_count_and_held_parameters_stay():
    task = task_of("w*x + b")
    result = task.train(Settings(epochs=1, rate=1e-3, scale=True, validate=0.5))
    everything = scales_of(task.examples.rows, {"x": ()})
    assert result.scales != everything
    assert math.isclose(result.scales["x"].mean, everything["x"].mean, rel_tol=0.2)
    data = open_rows(io.BytesIO(b"x,z\n1,2\n5,3\n"), "d.csv")
    held = read_task("w*x + b", data, ["z"], ParameterOptions(fixed={"w": 2.0}))
    result = held.train(Settings(epochs=1, scale=True))
    assert result.model.parameters["w"] == 2.0
    assert result.model.text == "x_scaled = (x - 3)/2; w*x_scaled + b"


def test_rounding_that_would_be_lost_stays_in_the_formula():
    rows = "\n".join(f"{1.7e9 + k},{0.37 * k}" for k in range(50))
    data = open_rows(io.BytesIO(f"t,y\n{rows}\n".encode()), "d.csv")
    task = read_task("w*t + b", data, ["y"], ParameterOptions())
    result = task.train(Settings(epochs=100, scale=True, rate=0.1))
    assert result.model.text.startswith("t_scaled = (t - 1700000024.5)/")
    assert predictor(result.model)([1.7e9 + 20]).answer == pytest.approx(7.4, abs=1e-6)
