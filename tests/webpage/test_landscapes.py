"""What lies around a way, against the function itself."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcalc.webpage.landscapes import Path, drawn, landscape

FINITE = st.floats(-1e6, 1e6)


def path(places, heights, *, up=False, diverged=False):
    names = ["x", "y", "z"][: len(places[0])]
    return Path(names=names, places=places, heights=heights, up=up, diverged=diverged)


FUNCTIONS = {
    "bowl": lambda p: p[0] ** 2 + 3 * p[1] ** 2,
    "valley": lambda p: (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2,
    "saddle": lambda p: p[0] * p[1],
    "plane": lambda _: 2.0,
    "hole": lambda p: math.log(p[0]) + p[1] if p[0] > 0 else math.nan,
    "pole": lambda p: 1 / abs(p[0]) if p[0] else math.inf,
}


@pytest.mark.parametrize("up", [False, True])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_map_holds_the_values(name, up):
    function = FUNCTIONS[name]
    places = [[2.0, 1.0], [1.0, 0.5], [0.5, -1.0]]
    heights = [function(place) for place in places]
    found = landscape(function, path(places, heights, up=up), 5)
    assert found["kind"] == "map"
    (left, right), (low, high) = found["x"], found["y"]
    assert left < 0.5 < 2 < right
    assert low < -1 < 1 < high
    columns, rows = found["columns"], found["rows"]
    assert len(found["depths"]) == columns * rows
    for row in (0, 7, rows - 1):
        for column in (0, 11, columns - 1):
            x = left + (right - left) * column / (columns - 1)
            y = low + (high - low) * row / (rows - 1)
            depth = found["depths"][row * columns + column]
            value = function([x, y])
            if not math.isfinite(value):
                assert depth is None
                continue
            assert depth >= 0
            # Three digits of the depth.
            assert found["base"] + found["sign"] * depth == pytest.approx(
                value, rel=1e-9, abs=0.006 * depth + 1e-12
            )
    best = max(heights) if up else min(heights)
    assert found["sign"] * found["base"] <= found["sign"] * best
    assert 0 <= found["low"] <= found["high"]
    assert found["levels"] == sorted(found["levels"])
    assert all(0 < level <= found["high"] for level in found["levels"])
    assert len(found["levels"]) <= 25


def test_depths_over_decades_have_levels_by_decades():
    function = FUNCTIONS["valley"]
    found = landscape(function, path([[-1.0, 1.0], [1.0, 1.0]], [4.0, 0.0]), 5)
    assert found["log"]
    assert {1.0, 10.0, 100.0} <= set(found["levels"])
    bowl = landscape(FUNCTIONS["bowl"], path([[2.0, 1.0], [0.0, 0.0]], [7.0, 0.0]), 5)
    assert not bowl["log"]


def test_a_curve_goes_through_the_function():
    function = lambda p: math.sin(p[0])  # noqa: E731
    found = landscape(function, path([[0.0], [4.0]], [0.0, math.sin(4.0)]), 5)
    assert found["kind"] == "curve"
    (piece,) = found["pieces"]
    xs, ys = piece
    assert (xs[0], xs[-1]) == tuple(found["x"])
    assert found["x"][0] < 0 < 4 < found["x"][1]
    for x, y in zip(xs, ys, strict=True):
        assert y == pytest.approx(math.sin(x), abs=1e-5)
    low, high = found["y"]
    assert low <= min(ys)
    assert max(ys) <= high


def test_a_pole_leaves_a_gap():
    function = lambda p: 1 / p[0] if p[0] else math.inf  # noqa: E731
    found = landscape(function, path([[-1.0], [1.5]], [-1.0, 1 / 1.5]), 5)
    assert len(found["pieces"]) > 1


@pytest.mark.parametrize(
    ("places", "work"),
    [
        ([[1.0, 2.0, 3.0]], 1),
        ([[1.0, 2.0]], 10**9),
        ([[1.0]], 10**9),
        ([[1.0, 1e308], [1.0, -1e308]], 1),
        ([[-1.7e308], [1.7e308]], 1),
    ],
)
def test_where_there_is_no_picture(places, work):
    heights = [0.0 for _ in places]
    assert landscape(lambda _: 1.0, path(places, heights), work) is None


def test_nothing_is_computed_where_it_would_take_too_long():
    def never(_):
        raise AssertionError

    assert landscape(never, path([[1.0, 2.0]], [1.0]), 10**9) is None


def test_nothing_finite_is_no_map():
    assert landscape(lambda _: math.nan, path([[1.0, 2.0]], [math.nan]), 1) is None
    assert landscape(lambda _: math.inf, path([[1.0]], [math.inf]), 1) is None


def test_depths_among_the_smallest_doubles_have_no_decades():
    found = landscape(
        lambda p: 1e-320 * max(0.0, p[0] - 0.8) ** 4, path([[1.0, 2.0]], [0.0]), 1
    )
    assert not found["log"]
    assert found["levels"]


def test_a_way_beyond_all_bounds_is_shown_at_its_start():
    places = [[(-3.0) ** k] for k in range(300)]
    heights = [x * x for (x,) in places]
    whole = path(places, heights, diverged=True)
    assert 3 <= whole.shown < 10
    found = landscape(lambda p: p[0] ** 2, whole, 5)
    assert found["x"][1] - found["x"][0] < 1e4
    assert path(places, heights).shown == 300


@given(st.lists(st.tuples(FINITE, FINITE), min_size=1, max_size=5))
def test_every_way_has_a_map_with_its_points_on_it(points):
    places = [list(point) for point in points]
    function = FUNCTIONS["bowl"]
    found = landscape(function, path(places, [function(p) for p in places]), 10**4)
    for x, y in places:
        assert found["x"][0] <= x <= found["x"][1]
        assert found["y"][0] <= y <= found["y"][1]
    assert found["x"][0] < found["x"][1]
    assert found["y"][0] < found["y"][1]


def test_numbers_to_draw():
    assert drawn([1 / 3, math.nan, -math.inf, 1e300], 4) == [0.3333, None, None, 1e300]
