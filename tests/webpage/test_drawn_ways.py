"""Long ways, thinned out: what stays of them."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcalc.webpage.drawn_ways import (
    Stop,
    best_of,
    chosen,
    line_chart,
    loss_chart,
    optimizer_text,
    stops_table,
)


@given(st.integers(1, 100_000), st.integers(1, 500), st.data())
def test_the_first_the_last_and_the_best_are_chosen(count, numbers, data):
    best = data.draw(st.integers(0, count - 1))
    found = chosen(range(count), numbers, best)
    assert {0, count - 1, best} <= set(found) <= set(range(count))
    assert found == sorted(found)
    assert len(found) <= min(count, 405)
    assert len(found) * (2 * numbers + 4) <= 4000 + 50 * (2 * numbers + 4)


def test_where_most_happens_the_points_are_dense():
    found = chosen(range(10_000), 1, 9_999)
    assert found[:20] == list(range(20))


@given(
    st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=3000),
    st.booleans(),
)
def test_a_curve_keeps_its_highs_and_lows(values, second):
    curves = {"training": values}
    if second:
        curves["validation"] = [None, *values[1:]]
    chart = loss_chart(range(len(values)), curves)
    assert chart["steps"][0] == 0
    assert chart["steps"][-1] == len(values) - 1
    assert len(chart["steps"]) <= 900
    drawn = chart["curves"][0]["y"]
    assert max(drawn) == pytest.approx(max(values), rel=1e-6)
    assert min(drawn) == pytest.approx(min(values), rel=1e-6)
    for step, y in zip(chart["steps"], drawn, strict=True):
        assert y == pytest.approx(values[step], rel=1e-6)


def test_a_peak_of_one_step_in_a_million_is_seen():
    values = [1.0] * 300_000
    values[123_457] = 50.0
    chart = loss_chart(range(len(values)), {"value": values})
    assert 123_457 in chart["steps"]
    assert not chart["log"]


@pytest.mark.parametrize(
    ("values", "log"),
    [
        ([1e4, 1.0, 1e-4], True),
        ([1e4, 1.0, 0.0], True),
        ([2.0, 1.0], False),
        ([1e4, -1.0], False),
        ([math.inf, 1e4, 1.0], True),
        ([0.0], False),
    ],
)
def test_the_axis_is_logarithmic_over_decades(values, log):
    assert loss_chart(range(len(values)), {"value": values})["log"] is log


def test_what_is_not_finite_is_not_drawn():
    chart = loss_chart([0, 1, 2], {"value": [math.nan, 1.0, math.inf]})
    assert chart["curves"][0]["y"] == [None, 1.0, None]


@pytest.mark.parametrize(
    ("values", "up", "best"),
    [
        ([3.0, 1.0, 1.0, 2.0], False, 1),
        ([3.0, 1.0, 3.0], True, 0),
        ([math.nan, -math.inf, 2.0], False, 2),
        ([math.nan], False, 0),
    ],
)
def test_the_best(values, up, best):
    assert best_of(values, up=up) == best


def test_the_lines_that_change_most_are_drawn():
    numbers = [[k * part for part in range(20)] for k in range(30)]
    names = [f"v[{place}]" for place in range(20)]
    chart = line_chart(range(30), names, numbers)
    assert [curve["name"] for curve in chart["curves"]] == names[10:]
    assert chart["all"] == 20
    assert not chart["changes"]


def test_lines_far_from_each_other_show_their_changes():
    chart = line_chart([0, 1], ["a", "b"], [[5.0, -3.0], [5.02, -3.01]])
    assert chart["changes"]
    assert chart["curves"][0]["y"] == pytest.approx([0, 0.02])
    still = line_chart([0, 1], ["a", "b"], [[5.0, -3.0], [5.0, -3.0]])
    assert not still["changes"]


def stop(step, variables, gradient=None):
    return Stop(
        step=step, value=float(step), variables=variables, gradient=gradient, more={}
    )


def test_the_table_has_a_row_for_each_number():
    gradient = {"m": [[1.0, math.nan]], "x": -0.0}
    table = stops_table([stop(0, {"m": [[1.5, 2.5]], "x": 3.0}, gradient)])
    assert table["rows"] == [
        {"name": "m[0][0]", "values": [1.5], "gradients": [1.0]},
        {"name": "m[0][1]", "values": [2.5], "gradients": ["NaN"]},
        {"name": "x", "values": [3.0], "gradients": [-0.0]},
    ]
    assert "gradients" not in stops_table([stop(0, {"x": 1.0})])["rows"][0]


def test_many_numbers_are_summed_up():
    matrix = [[3.0, -4.0] + [0.0] * 28] * 4
    gradient = {"W": [[1.0] * 30] * 4, "b": 2.0}
    table = stops_table([stop(7, {"W": matrix, "b": 1.0}, gradient)])
    whole, number = table["rows"]
    assert whole == {
        "name": "W",
        "shape": "4×30",
        "least": [-4.0],
        "greatest": [3.0],
        "norms": [10.0],
        "gradient_norms": [math.sqrt(120)],
    }
    assert (number["name"], number["norms"]) == ("b", [1.0])


@pytest.mark.parametrize(
    ("name", "rate", "constants", "text"),
    [
        ("sgd", None, {}, "sgd, rate 0.01"),
        ("momentum", 0.1, {"momentum": 0.5}, "momentum, rate 0.1, momentum 0.5"),
        ("newton", None, {}, "newton, rate 1"),
        ("lbfgs", None, {}, "lbfgs"),
    ],
)
def test_the_optimizer_in_words(name, rate, constants, text):
    assert optimizer_text(name, rate, constants) == text
