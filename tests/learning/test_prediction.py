"""Predictions with the uncertainty that the parameters give them."""

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcalc.learning.model import model_from
from gradcalc.learning.prediction import (
    prediction_additions,
    predictor,
    spread_names,
    values_of,
)

DECAY = "a*exp(-k*t) + c"


def model(formula, parameters, names, covariance, **more):
    content = {
        "schema": 1, "model": formula, "inputs": ["t"], "target": "y",
        "loss": {"name": "mse"}, "parameters": parameters, "names": names,
        "covariance": covariance, "degrees_of_freedom": 7, **more,
    }  # fmt: skip
    return model_from(json.dumps(content), "m.json")


numbers = st.floats(-3, 3).map(lambda x: round(x, 3))


@given(st.lists(numbers, min_size=9, max_size=9), numbers)
def test_sigma_is_the_root_of_the_gradient_through_the_covariance(factors, t):
    root = np.array(factors).reshape(3, 3) + np.eye(3)
    covariance = root @ root.T
    parameters = {"a": 2.0, "k": 0.5, "c": 1.0}
    found = predictor(model(DECAY, parameters, list("akc"), covariance.tolist()))([t])
    decay = math.exp(-0.5 * t)
    slopes = np.array([decay, -2 * t * decay, 1])
    expected = math.sqrt(slopes @ covariance @ slopes)
    assert found.sigma == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert found.lower is None
    assert found.upper is None


def test_each_number_of_a_list_has_its_own_sigma_and_interval():
    read = model(
        "[v[0]*t, v[1]]", {"v": [2, 3]}, ["v[0]", "v[1]"], [[0.01, 0], [0, 0.04]],
        target=["p", "q"],
    )  # fmt: skip
    found = predictor(read, gradient=True, reach=2)([5.0])
    assert found.score == [10, 3]
    assert found.sigma == pytest.approx([0.5, 0.2])
    assert found.lower == pytest.approx([9, 2.6])
    assert found.upper == pytest.approx([11, 3.4])
    assert found.gradient == {"t": [2, 0]}
    spread = spread_names(read, interval=True)
    additions = prediction_additions(
        read, "y", scores=False, gradient=True, spread=spread, taken=["sigma"]
    )
    assert additions.columns == [
        *("y.p", "y.q", "y_sigma.p", "y_sigma.q", "lower.p", "lower.q"),
        *("upper.p", "upper.q", "gradient.p.t", "gradient.q.t"),
    ]
    values = values_of(found, scores=False, spread=spread)
    assert len(values) == len(additions.columns)


def test_what_the_rows_do_not_tell_makes_a_prediction_unknown_where_it_counts():
    read = model(
        "a + b*t", {"a": 1, "b": 2}, ["a", "b"], [[1, "NaN"], ["NaN", "Infinity"]]
    )
    predict = predictor(read)
    assert predict([0.0]).sigma == 1
    assert predict([1.0]).sigma == math.inf
    assert predict([0.0]).finite
    assert not predict([1.0]).finite


def test_a_parameter_that_was_held_is_exact():
    read = model("a + b*t", {"a": 1, "b": 2}, ["b"], [[0.25]])
    assert predictor(read)([4.0]).sigma == 2
    assert read.uncertainty.degrees_of_freedom == 7


def test_a_model_of_classes_names_them_alone():
    read = model(
        "a*t", {"a": 1}, ["a"], [[1]], classes=["no", "yes"], target="kind",
        loss={"name": "bce"},
    )  # fmt: skip
    assert predictor(read)([1.0]).sigma is None
    assert spread_names(read, interval=True) == ()
