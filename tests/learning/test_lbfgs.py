"""L-BFGS-B: where SciPy's steps lead, and what ends them."""

import sys

import pytest

from gradcalc.errors import MissingExtraError
from gradcalc.language.bindings import bind
from gradcalc.learning.descent import DescentSettings, descend
from tests.learning.test_newton import ROSENBROCK, always_better


def go(text, variables, **given_settings):
    settings = DescentSettings(optimizer="lbfgs", **given_settings)
    return descend(bind(text, variables), settings)


def test_rosenbrock_in_ten_variables():
    way = go(ROSENBROCK, {"x": [-1.2, 1.0] * 5})
    assert way.stopped == "converged"
    assert way.end.variables["x"] == pytest.approx([1] * 10)
    assert way.end.step < 100
    assert always_better(way)


def test_up_is_down_the_opposite():
    up = go("x*exp(-x)", {"x": 3}, up=True)
    down = go("-x*exp(-x)", {"x": 3})
    assert [p.variables for p in up.trace] == [p.variables for p in down.trace]
    assert (up.stopped, up.end.variables["x"]) == ("converged", pytest.approx(1))


def test_steps_and_until_end_it():
    few = go(ROSENBROCK, {"x": [0.0] * 10}, steps=5)
    assert (few.stopped, few.end.step, len(few.trace)) == ("steps used up", 5, 6)
    near = go(ROSENBROCK, {"x": [0.0] * 10}, until=1e-3)
    assert near.stopped == "converged"
    assert near.reason.startswith("the norm of the gradient is ")
    assert near.end.value > 0


def test_bounds_hold():
    bounds = {"x": (-1, 3), "y": (-5, 10)}
    way = go("x*y", {"x": 1, "y": 2}, bounds=bounds)
    assert way.end.variables == {"x": -1, "y": 10}
    assert way.stopped == "converged"


def test_many_variables():
    way = go("sum((v^2 - 2)^2)", {"v": [1 + k / 1000 for k in range(1500)]})
    assert way.stopped == "converged"
    assert way.end.variables["v"] == pytest.approx([2**0.5] * 1500)


def test_a_search_comes_back_from_outside_the_domain():
    way = go("x - log(x)", {"x": 50})
    assert (way.stopped, way.end.variables["x"]) == ("converged", pytest.approx(1))


def test_no_lowest_value():
    way = go("log(x)", {"x": 1})
    assert way.stopped in ("stuck", "diverged")
    assert always_better(way)


def test_without_scipy(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy.optimize", None)
    with pytest.raises(MissingExtraError) as caught:
        go("x^2", {"x": 1})
    assert caught.value.message == (
        "the steps of --optimizer lbfgs need scipy: pip install 'gradcalc[fit]'"
    )
