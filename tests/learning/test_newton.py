"""Newton's steps: where they lead, that each leads lower, and why they end."""

import math
import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcalc.errors import FormulaError
from gradcalc.language.bindings import bind
from gradcalc.learning.descent import DescentSettings, descend

ROSENBROCK = " + ".join(
    f"100*(x[{k + 1}] - x[{k}]^2)^2 + (1 - x[{k}])^2" for k in range(9)
)


def go(text, variables, **given_settings):
    chosen = {"optimizer": "newton", **given_settings}
    return descend(bind(text, variables), DescentSettings(**chosen))


def always_better(way, *, up=False):
    changes = [point.actual for point in way.trace[1:]]
    return all(change >= 0 if up else change <= 0 for change in changes)


@pytest.mark.parametrize(
    "start", [[0.0] * 10, [2.0] * 10, [-1.0] * 10, [1.3, 0.7, 0.8, 1.9, 1.2] * 2]
)
def test_rosenbrock_in_ten_variables(start):
    way = go(ROSENBROCK, {"x": start})
    assert way.stopped == "converged"
    assert way.end.step < 50
    assert way.end.variables["x"] == pytest.approx([1] * 10)
    assert always_better(way)


def test_a_quadratic_form_takes_one_step():
    way = go("(x - 3)^2 + 1e6*(y + x)^2 - x*y", {"x": 100, "y": -7})
    assert way.trace[1].actual == pytest.approx(way.trace[1].predicted)
    assert way.end.step <= 3
    assert way.end.value <= way.trace[1].value


def test_up_is_down_the_opposite():
    point = {"x": 1.5, "y": 0.3}
    up = go("x*exp(-x) - (y - x)^2", point, up=True)
    down = go("(y - x)^2 - x*exp(-x)", point)
    assert (up.end.step, up.stopped) == (down.end.step, "converged")
    for one, other in zip(up.trace[1:], down.trace[1:], strict=True):
        assert one.variables == pytest.approx(other.variables, rel=1e-12)
        assert one.predicted == pytest.approx(-other.predicted, rel=1e-6)
    assert always_better(up, up=True)


def test_errors_are_squared():
    way = go("-log(x) + x", {"x": 0.5})
    errors = [abs(point.variables["x"] - 1) for point in way.trace]
    for before, after in pairwise(errors[2:]):
        assert after <= 2 * before**2 + 1e-15


LEFT = {
    "a saddle point": ("x^2 - y^2 + y^4", {"x": 0, "y": 0}, -0.25),
    "without curvature along the axes": ("x*y + x^4 + y^4", {"x": 0, "y": 0}, -0.125),
    "a maximum": ("cos(x)", {"x": 0}, -1),
    "beside a saddle point": ("x^2 - y^2 + y^4", {"x": 1, "y": 1e-30}, -0.25),
}


@pytest.mark.parametrize(("text", "start", "lowest"), LEFT.values(), ids=LEFT)
def test_points_without_slope_that_are_not_lowest_are_left(text, start, lowest):
    way = go(text, start)
    assert (way.stopped, way.end.value) == ("converged", pytest.approx(lowest))
    assert always_better(way)
    assert way.end.step < 20


ENDINGS = {
    "lowest": ("(x - 3)^2", {"x": 0}, {}, "converged", "the norm of the gradient is 0"),
    "within rounding": (
        "cos(x)", {"x": 1}, {},
        "converged", "the norm of the gradient is 1.22e-16, zero within rounding",
    ),
    "bound": (
        "(x - 3)^2", {"x": 0}, {"bounds": {"x": (-1, 2)}},
        "converged", "the norm of the gradient is 0",
    ),
    "flat": ("floor(x)", {"x": 1.5}, {}, "converged", "the norm of the gradient is 0"),
    "kink": (
        "abs(x - 0.3) + y^2", {"x": 1, "y": 1}, {},
        "kink", "abs(x - 0.3): the slope of abs jumps from -1 to 1 at 0; 0 is taken",
    ),
    "kink that no double meets": (
        "abs(x^2 - 2)", {"x": 1}, {},
        "kink", "the lowest values are at the kink of abs(x^2 - 2)",
    ),
    "no steps": (
        "x^2", {"x": 1}, {"steps": 0},
        "steps used up", "the norm of the gradient is still 2",
    ),
    "a jump": (
        "where(x > 1, x, 5)", {"x": 2}, {},
        "kink", "the lowest values are at the kink of x > 1",
    ),
    "no value": (
        "log(x)", {"x": -1}, {},
        "diverged", "at the start, log(x) is NaN because x is -1",
    ),
    "saddle between bounds": (
        "x^2 - y^2", {"x": 1, "y": 0}, {"bounds": {"y": (0, 0)}},
        "converged", "the norm of the gradient is 0, at a saddle point: the Hessian"
        " has eigenvalues of both signs",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "start", "chosen", "stopped", "reason"), ENDINGS.values(), ids=ENDINGS
)
def test_why_it_ends(text, start, chosen, stopped, reason):
    way = go(text, start, **chosen)
    assert (way.stopped, way.reason) == (stopped, reason)
    assert always_better(way)


def test_bounds_hold_and_the_end_is_lowest_between_them():
    bounds = {"x": (-1, 3), "y": (-5, 10)}
    way = go("x*y", {"x": 1, "y": 2}, bounds=bounds)
    assert way.end.variables == {"x": -1, "y": 10}
    for point in way.trace:
        assert -1 <= point.variables["x"] <= 3
        assert -5 <= point.variables["y"] <= 10


def test_a_corner_that_the_plain_step_would_push_away_from():
    # The step without bounds pushes x out of its bound as y goes down.
    way = go("x^2 + y^2 - 1.9*x*y + 3*y", {"x": 0, "y": 1}, bounds={"x": (0, 9)})
    assert way.end.variables == pytest.approx({"x": 0, "y": -1.5})


def test_the_rate_is_the_part_of_the_step():
    way = go("(x - 3)^2", {"x": 0}, rate=0.5, steps=3)
    assert [point.variables["x"] for point in way.trace] == [0, 1.5, 2.25, 2.625]


def test_too_many_second_derivatives():
    with pytest.raises(FormulaError) as caught:
        go("sum(v^2)", {"v": [1.0] * 1001})
    assert caught.value.message == "there would be 1,002,001 second derivatives"
    assert caught.value.hint == "--optimizer lbfgs needs none"


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_each_step_leads_lower_whatever_the_formula(seed):
    chance = random.Random(seed)
    terms = [
        f"{chance.uniform(-2, 2):.3f}*{kind}"
        for kind in ("sin(x*y)", "x^2*y", "tanh(x - y)", "exp(-x^2)", "x", "y^2")
    ]
    text = f"({' + '.join(terms)}) + 0.1*(x^4 + y^4)"
    start = {"x": chance.uniform(-3, 3), "y": chance.uniform(-3, 3)}
    way = go(text, start)
    assert always_better(way)
    assert way.stopped == "converged"
    assert math.hypot(*way.end.gradient.values()) < 1e-6
