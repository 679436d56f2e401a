"""Lines of equal depth and colours, in Node."""

import math

import pytest
from reference.scripts import in_node, needs_node

from gradcalc.webpage.document import asset

pytestmark = needs_node

SCRIPT = asset("contours.js")
SIDE = 21


def grid(function):
    """A map of the function over -1 to 1 each way."""
    places = [-1 + 2 * k / (SIDE - 1) for k in range(SIDE)]
    depths = [function(x, y) for y in places for x in places]
    finite = [depth for depth in depths if depth is not None]
    return {
        "columns": SIDE, "rows": SIDE, "depths": depths,
        "low": min(finite), "high": max(finite), "log": False,
    }  # fmt: skip


def pieces(map_, level, folder):
    """The ends of the pieces of a contour, as x and y."""
    code = """
      const shade = makeShade(input.map);
      answer(contourPieces(shadesOf(input.map), input.map, shade(input.level)));"""
    (found,) = in_node(SCRIPT, code, {"map": map_, "level": level}, folder)
    scaled = [[-1 + 2 * each / (SIDE - 1) for each in piece] for piece in found]
    return [((a, b), (c, d)) for a, b, c, d in scaled]


def test_a_bowl_has_circles(tmp_path):
    found = pieces(grid(lambda x, y: x * x + y * y), 0.537, tmp_path)
    ends = [end for piece in found for end in piece]
    for x, y in ends:
        assert math.hypot(x, y) == pytest.approx(0.537**0.5, abs=0.01)
    # A closed line: every end is that of two pieces.
    near = [(round(x, 9), round(y, 9)) for x, y in ends]
    assert {near.count(end) for end in near} == {2}
    length = sum(math.dist(*piece) for piece in found)
    assert length == pytest.approx(2 * math.pi * 0.537**0.5, rel=0.01)


def test_a_saddle_has_lines_that_do_not_cross(tmp_path):
    for level, sign in ((1.2, 1), (0.8, -1)):
        found = pieces(grid(lambda x, y: 1 + x * y), level, tmp_path)
        assert found
        for piece in found:
            for x, y in piece:
                assert x * y == pytest.approx(sign * 0.2, abs=0.005)


def test_no_line_touches_what_is_not_finite(tmp_path):
    found = pieces(grid(lambda x, y: y + 1 if x > 0.05 else None), 1.0, tmp_path)
    assert found
    assert min(x for piece in found for x, _ in piece) > 0.05


def test_between_the_cells(tmp_path):
    map_ = grid(lambda x, y: 2 + x + y if x < 0.5 else None)
    code = """
      const depths = Float64Array.from(input.map.depths, (depth) => depth ?? NaN);
      answer(input.at.map(([x, y]) => shadeAt(depths, input.map, x, y)));"""
    at = [[0, 0], [3.5, 7.25], [5, 20], [20, 20]]
    (found,) = in_node(SCRIPT, code, {"map": map_, "at": at}, tmp_path)
    assert found[:3] == pytest.approx([0, 1.075, 2.5])
    assert math.isnan(found[3])


@pytest.mark.parametrize("log", [False, True])
def test_shades_go_from_the_first_colour_to_the_last(tmp_path, log):
    given = {"low": 0.01 if log else 0.0, "high": 100.0, "log": log}
    code = "answer([0, 0.01, 1, 100, 1e9].map(makeShade(input)));"
    (found,) = in_node(SCRIPT, code, given, tmp_path)
    assert found == pytest.approx([0, 0, 0.5, 1, 1] if log else [0, 1e-4, 0.01, 1, 1])


def test_colours_are_mixed(tmp_path):
    code = "answer([0, 0.25, 0.5, 1].map((at) => colourAt(input, at)));"
    colours = [[0, 0, 0], [100, 0, 0], [100, 200, 0]]
    (found,) = in_node(SCRIPT, code, colours, tmp_path)
    assert found == [[0, 0, 0], [50, 0, 0], [100, 0, 0], [100, 200, 0]]
