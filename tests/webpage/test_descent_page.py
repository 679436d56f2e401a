"""The page of a descent: its numbers are those of the descent."""

import math
import re

import pytest
from reference.page_data import page_data

from gradcalc.engine.evaluation import evaluate
from gradcalc.language.bindings import bind
from gradcalc.learning.descent import DescentSettings, descend
from gradcalc.reports.objects import descent_to_dict
from gradcalc.shapes import flatten, named_leaves
from gradcalc.webpage.descent_page import descent_page

ROSENBROCK = "(1-x)^2 + 100*(y-x^2)^2"
RUNS = {
    "newton": (ROSENBROCK, {"x": -1, "y": 1}, {"optimizer": "newton"}),
    "lbfgs": (ROSENBROCK, {"x": -1, "y": 1}, {"optimizer": "lbfgs"}),
    "momentum": (
        ROSENBROCK,
        {"x": -1, "y": 1},
        {"optimizer": "momentum", "rate": 5e-4, "steps": 300},
    ),
    "one step": ("f = (a+b)*c", {"a": 5, "b": -3, "c": -2}, {"up": True, "steps": 1}),
    "parabola": ("(x-3)^2", {"x": 0}, {"rate": 0.25}),
    "up": ("x*exp(-x)", {"x": 3}, {"up": True, "rate": 0.5}),
    "bounded": (
        "x*y", {"x": 1, "y": 2}, {"up": True, "rate": 1, "bounds": {"x": (0, 10)}},
    ),
    "some move": ("a*x^2 + b", {"x": 3, "a": 2, "b": [1, 2][0]}, {"wrt": ["x"]}),
    "a list": ("sum(v^2)", {"v": [1, 2, -3]}, {"rate": 0.3}),
    "an element": ("sum(v^2)", {"v": [1, 2, -3]}, {"wrt": ["v[1]"], "rate": 0.3}),
    "a pair": ("v[0]^2 + 3*v[1]^2", {"v": [2, 1]}, {"rate": 0.1}),
    "a label": ("n = x^2; (n - 1)^2", {"x": 3}, {"wrt": ["n"], "rate": 0.1}),
    "carried": ("a = 5; b = -3; a^2 + b^2", {}, {"rate": 0.1}),
    "no step": ("x^2", {"x": 1}, {"steps": 0}),
    "at rest": ("x^2 + y^2", {"x": 0, "y": 0}, {}),
    "kink": ("abs(x)", {"x": 0.35}, {"rate": 0.1}),
    "diverged": ("x^4 - y", {"x": 3, "y": 2}, {"rate": 0.1}),
    "diverged at once": ("log(x)", {"x": 0}, {}),
    "many": ("sum(v^2)", {"v": list(range(1, 61))}, {"rate": 0.3, "steps": 9}),
    "thinned": ("x^2 + 1e-9*y", {"x": 1, "y": 1}, {"rate": 1e-4, "steps": 5000}),
}  # fmt: skip


@pytest.fixture(params=RUNS)
def run(request):
    text, variables, given = RUNS[request.param]
    bound, settings = bind(text, variables), DescentSettings(**given)
    descent = descend(bound, settings)
    page = descent_page(bound, settings, descent)
    return bound, settings, descent, page


def test_every_stop_is_a_point_of_the_descent(run):
    _, settings, descent, page = run
    data = page_data(page)
    stops = data["stops"]
    trace = {each["step"]: each for each in descent_to_dict(descent)["trace"]}
    moving = list(descent.start.gradient)
    for place, step in enumerate(stops["steps"]):
        point = trace[step]
        assert stops["values"][place] == point["value"]
        if "norms" in stops["rows"][0]:
            (row,) = stops["rows"]
            values = flatten(point["variables"][row["name"]])
            slopes = flatten(point["gradient"][row["name"]])
            assert row["norms"][place] == pytest.approx(math.hypot(*values))
            assert row["gradient_norms"][place] == pytest.approx(math.hypot(*slopes))
            continue
        rows = {row["name"]: row for row in stops["rows"]}
        variables = named_leaves({name: point["variables"][name] for name in moving})
        assert list(rows) == list(variables)
        for name, value in variables.items():
            assert rows[name]["values"][place] == value
        for name, slope in named_leaves(point["gradient"]).items():
            assert rows[name]["gradients"][place] == slope
    values = [point.value for point in descent.trace if math.isfinite(point.value)]
    if values:
        best = max(values) if settings.up else min(values)
        assert trace[data["best"]]["value"] == best
    assert {0, data["best"], descent.end.step} <= set(stops["steps"])
    assert data["last"] == descent.end.step


def test_what_stays_is_told(run):
    bound, _, descent, page = run
    names = [name for name, _ in page_data(page)["fixed"]]
    assert names == [n for n in bound.variables if n not in descent.start.gradient]


def test_the_way_lies_where_its_landscape_is(run):
    _, _, descent, page = run
    data = page_data(page)
    landscape, count = data["landscape"], len(data["stops"]["rows"])
    if "norms" in data["stops"]["rows"][0] or count > 2:
        assert landscape is None
        assert data["lines"]["steps"][-1] == descent.end.step
        return
    assert landscape["kind"] == {1: "curve", 2: "map"}[count]
    axes = [landscape["x"], landscape["y"]][:count]
    for (low, high), column in zip(axes, data["path"]["columns"], strict=True):
        first = column[0]
        assert low < first < high
        if descent.stopped != "diverged":
            assert low < min(column) <= max(column) < high


def test_the_page_is_small_and_asks_for_nothing(run):
    *_, page = run
    assert len(page.encode()) <= 150_000
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", page)


def test_the_map_is_that_of_the_formula():
    text, variables, given = RUNS["newton"]
    bound, settings = bind(text, variables), DescentSettings(**given)
    data = page_data(descent_page(bound, settings, descend(bound, settings)))
    found = data["landscape"]
    (left, right), (low, high) = found["x"], found["y"]
    columns, rows = found["columns"], found["rows"]
    for row in range(0, rows, 9):
        for column in range(0, columns, 7):
            x = left + (right - left) * column / (columns - 1)
            y = low + (high - low) * row / (rows - 1)
            depth = found["depths"][row * columns + column]
            value = evaluate(text, {"x": x, "y": y}).value
            assert found["base"] + depth == pytest.approx(value, rel=0.006)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("diverged", "diverged after"),
        ("kink", "kink after 12 steps: the steps go back and forth over the kink of"),
        ("newton", "converged after 21 steps: the norm of the gradient is 0"),
        ("no step", "steps used up after 0 steps: the norm of the gradient is still 2"),
    ],
)
def test_it_says_how_it_ended(name, words):
    text, variables, given = RUNS[name]
    bound, settings = bind(text, variables), DescentSettings(**given)
    page = descent_page(bound, settings, descend(bound, settings))
    assert words in page
    tone = {"diverged": "bad", "newton": "good"}.get(name, "")
    assert f'data-tone="{tone}"' in page


HOSTILE = "x^2 # </script><script>alert(1)</script> \u202e \u2028 <b>&amp;"


def test_texts_stay_texts():
    bound, settings = bind(HOSTILE, {"x": 1}), DescentSettings(steps=2)
    page = descent_page(bound, settings, descend(bound, settings), "<i>{title}</i>")
    assert "<b>" not in page
    assert "<i>" not in page
    assert page.count("<script") == 2
    assert "\u202e" not in page
    assert "<title>descend: &lt;i&gt;{title}&lt;/i&gt;</title>" in page


def test_the_same_descent_gives_the_same_page():
    text, variables, given = RUNS["momentum"]
    bound, settings = bind(text, variables), DescentSettings(**given)
    pages = {descent_page(bound, settings, descend(bound, settings)) for _ in range(2)}
    assert len(pages) == 1


def test_a_long_descent_makes_a_small_page():
    settings = DescentSettings(rate=1e-5, steps=30_000, every=1, thinned=True)
    bound = bind(ROSENBROCK, {"x": -1, "y": 1})
    descent = descend(bound, settings)
    assert len(descent.trace) <= 20_001
    page = descent_page(bound, settings, descent)
    assert len(page.encode()) < 190_000
    data = page_data(page)
    assert data["stops"]["steps"][0] == 0
    assert data["stops"]["steps"][-1] == data["last"] == 30_000
