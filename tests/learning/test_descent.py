"""The update rule: where it leads, and why it ends."""

import math

import pytest

from gradcalc.engine.evaluation import evaluate
from gradcalc.errors import GradcalcError, describe
from gradcalc.language.bindings import bind
from gradcalc.learning.descent import DescentSettings, descend
from gradcalc.learning.optimizers import OPTIMIZERS


def go(text, variables, **settings):
    return descend(bind(text, variables), DescentSettings(**settings))


def test_the_texts_own_step():
    way = go("(a+b)*c", {"a": 5, "b": -3, "c": -2}, up=True, rate=0.01, steps=1)
    assert (way.start.value, way.end.value) == (-4, pytest.approx(-3.8808, abs=1e-12))
    assert way.end.variables == pytest.approx({"a": 4.98, "b": -3.02, "c": -1.98})
    assert way.end.predicted == pytest.approx(0.01 * 12)
    assert way.end.actual == way.end.value - way.start.value
    assert way.start.gradient == {"a": -2, "b": -2, "c": 2}


def test_up_is_down_the_opposite():
    point = {"x": 1.0, "y": 2.0}
    for optimizer in OPTIMIZERS:
        up = go("x*y - x^2", point, up=True, optimizer=optimizer, steps=20)
        down = go("x^2 - x*y", point, optimizer=optimizer, steps=20)
        for one, other in zip(up.trace, down.trace, strict=True):
            assert one.variables == pytest.approx(other.variables, rel=1e-12)


def test_each_point_has_the_gradient_that_eval_has():
    way = go("sin(x)*y", {"x": 1.0, "y": 2.0}, steps=5, rate=0.1)
    for point in way.trace:
        there = evaluate("sin(x)*y", point.variables)
        assert point.value == there.value
        assert point.gradient == pytest.approx(there.gradient, rel=1e-14)
    for before, after in zip(way.trace, way.trace[1:], strict=False):
        norm = math.hypot(*before.gradient.values())
        assert after.predicted == pytest.approx(-0.1 * norm**2)
        assert after.actual == after.value - before.value


ENDINGS = {
    "converged": (
        "(x - 3)^2", {"x": 0}, {"rate": 0.25, "steps": 99, "until": 1e-6},
        ("converged", 23, "the norm of the gradient is 7.15e-07"),
    ),
    "flat at once": (
        "x^2 + y", {"x": 0, "y": 1}, {"wrt": ["x"]},
        ("converged", 0, "the norm of the gradient is 0"),
    ),
    "steps used up": (
        "x^2", {"x": 1}, {"steps": 3},
        ("steps used up", 3, "the norm of the gradient is still 1.88"),
    ),
    "no steps": (
        "x^2", {"x": 1}, {"steps": 0},
        ("steps used up", 0, "the norm of the gradient is still 2"),
    ),
    "back and forth": (
        "x^2", {"x": 1}, {"rate": 1, "steps": 30},
        (
            "steps used up", 30,
            "the norm of the gradient is still 2,"
            " and the steps go back and forth: try a smaller rate",
        ),
    ),
    "too fast": (
        "exp(x^2)", {"x": 1}, {"rate": 10},
        ("diverged", 0, "exp(x^2) is inf because x^2 is 2847.891166433898"),
    ),
    "out of the domain": (
        "log(x)", {"x": 1}, {"rate": 0.6},
        ("diverged", 1, "log(x) is NaN because x is -1.1"),
    ),
    "not finite at the start": (
        "1/x", {"x": 0}, {}, ("diverged", 0, "at the start, 1/x is inf because x is 0"),
    ),
    "infinite slope": (
        "sqrt(x)", {"x": 0}, {},
        (
            "diverged", 0,
            "at the start, in sqrt(x), where x is 0, the derivative for x,"
            " 1/(2*sqrt(x)), is inf",
        ),
    ),
    "on a kink": (
        "abs(x) + 1", {"x": 0}, {},
        ("kink", 0, "abs(x): the slope of abs jumps from -1 to 1 at 0; 0 is taken"),
    ),
    "on a tie": (
        "max(x, -x)", {"x": 0}, {},
        (
            "kink", 0,
            "max(x, -x): several operands are the largest;"
            " they share the gradient equally",
        ),
    ),
    "over a kink": (
        "abs(x - 0.05) + y^2", {"x": 1, "y": 0}, {"rate": 0.1},
        ("kink", 18, "the steps go back and forth over the kink of abs(x - 0.05)"),
    ),
    "over a switch": (
        "where(x > 0, x, -2*x)", {"x": 1}, {"rate": 0.1},
        ("kink", 19, "the steps go back and forth over the kink of x > 0"),
    ),
    "to a bound": (
        "(x - 3)^2", {"x": 0}, {"rate": 0.1, "bounds": {"x": (-1, 2)}},
        ("converged", 5, "the norm of the gradient is 0"),
    ),
    "a saddle point": (
        "x^2 - y^2", {"x": 1, "y": 0}, {"rate": 0.5},
        (
            "converged", 1,
            "the norm of the gradient is 0, at a saddle point: the Hessian has"
            " eigenvalues of both signs",
        ),
    ),
    "a maximum": (
        "cos(x)", {"x": 0}, {},
        (
            "converged", 0,
            "the norm of the gradient is 0, at a maximum: the Hessian has negative"
            " eigenvalues alone",
        ),
    ),
    "the lowest, on the way up": (
        "x^2 + y^2", {"x": 0, "y": 0}, {"up": True},
        (
            "converged", 0,
            "the norm of the gradient is 0, at a minimum: the Hessian has positive"
            " eigenvalues alone",
        ),
    ),
    "below what can be added": (
        "x", {"x": 1e20}, {},
        ("converged", 0, "the steps are too small to change anything"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "variables", "settings", "ending"), ENDINGS.values(), ids=ENDINGS
)
def test_why_it_ends(text, variables, settings, ending):
    way = go(text, variables, **settings)
    assert (way.stopped, way.end.step, way.reason) == ending
    assert math.isfinite(way.end.value) or way.end.step == 0


def test_every_so_many_steps_and_the_last_are_shown():
    way = go("x^2", {"x": 1}, steps=10, every=4)
    assert [point.step for point in way.trace] == [0, 4, 8, 10]
    assert [point.value for point in way.trace] == [
        point.value for point in go("x^2", {"x": 1}, steps=10).trace if point.step in
        (0, 4, 8, 10)
    ]  # fmt: skip


def test_lists_move_element_by_element():
    way = go("sum((v - [1, 2])^2)", {"v": [0, 0]}, rate=0.25, steps=60, until=1e-9)
    assert way.stopped == "converged"
    assert way.end.variables["v"] == pytest.approx([1, 2])


def test_bounds_hold_at_every_step():
    way = go(
        "x*y", {"x": 1, "y": 2}, up=True, rate=1, bounds={"x": (0, 10), "y": (0, 5)}
    )
    assert (way.stopped, way.end.variables) == ("converged", {"x": 10, "y": 5})
    for point in way.trace:
        assert 0 <= point.variables["x"] <= 10
        assert 0 <= point.variables["y"] <= 5


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_every_optimizer_finds_the_bottom(optimizer):
    way = go(
        "(x - 1)^2 + 2*(y + 2)^2", {"x": 3, "y": 3},
        rate=0.05, steps=2000, until=1e-8, optimizer=optimizer,
    )  # fmt: skip
    assert way.stopped == "converged"
    assert way.end.variables == pytest.approx({"x": 1, "y": -2}, abs=1e-7)


MISTAKES = {
    "list": (
        "[x, 2*x]", {},
        "error: the result is a list of 2, which has no direction up or down\n"
        "  [x, 2*x]\n  ^^^^^^^^\nhint: make it a number, such as its sum(...)",
    ),
    "no such variable": (
        "x^2", {"wrt": ["y"]},
        "error: y is not a variable of the formula\nhint: its variables are x",
    ),
    "bound of no variable": (
        "x^2", {"bounds": {"y": (0, 1)}},
        "error: y is not a variable of the formula\nhint: its variables are x",
    ),
    "start outside": (
        "x^2", {"bounds": {"x": (2, 3)}},
        "error: x starts at 1, outside its bound 2:3",
    ),
    "bound of what stays": (
        "x^2 + y", {"wrt": ["x"], "bounds": {"y": (0, 3)}},
        "error: y does not move, so it needs no bound",
    ),
    "nothing moves": ("2 + 3", {}, "error: the formula has no variable to move"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "settings", "page"), MISTAKES.values(), ids=MISTAKES)
def test_mistakes(text, settings, page):
    variables = {name: 1 for name in ("x", "y") if name in text}
    with pytest.raises(GradcalcError) as caught:
        go(text, variables, **settings)
    assert describe(caught.value) == page
