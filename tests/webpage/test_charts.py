"""Scales, round numbers and ranges of charts, in Node."""

import math
import sys
from random import Random

import pytest
from reference.scripts import in_node, needs_node

from gradcalc.webpage.document import asset

pytestmark = needs_node

SCRIPTS = "".join(asset(name) for name in ("numbers.js", "charts.js"))

EXTREMES = math.inf, -math.inf, sys.float_info.max, -sys.float_info.max

TICKS = [
    ([0, 10], False, 5, [0, 2, 4, 6, 8, 10]),
    ([-1, 1], False, 4, [-1, -0.5, 0, 0.5, 1]),
    ([0, 0.3], False, 3, [0, 0.1, 0.2, 0.3]),
    ([2.9999, 3.0001], False, 2, [2.9999, 3, 3.0001]),
    ([1, 1000], True, 4, [1, 10, 100, 1000]),
    ([0.9, 9], True, 4, [1, 2, 5]),
    ([1e-26, 10], True, 3, [1e-20, 1e-10, 1]),
    ([1e-300, 1e300], True, 4, [1e-200, 1, 1e200]),
    ([5, 5], False, 3, [5]),
    ([-1.7e308, 1.7e308], False, 3, [-1e308, 0, 1e308]),
    ([EXTREMES[3], EXTREMES[2]], False, 8, [k * 5e307 for k in range(-3, 4)]),
]


def test_ticks_are_round_numbers(tmp_path):
    code = (
        "for (const [ends, log, count] of input)"
        " answer(ticksOf(makeScale(...ends, 0, 1, log), count));"
    )
    found = in_node(SCRIPTS, code, [row[:3] for row in TICKS], tmp_path)
    assert found == [row[3] for row in TICKS]


def test_ticks_as_texts(tmp_path):
    numbers = [0.0, -2.5, 1e-26, 3e7, -1e300, 12345678.0]
    code = "answer(input.map(tickText));"
    (found,) = in_node(SCRIPTS, code, numbers, tmp_path)
    assert found == ["0", "−2.5", "10⁻²⁶", "3·10⁷", "−10³⁰⁰", "1.23457·10⁷"]


def test_a_range_holds_what_is_finite(tmp_path):
    random = Random(0)
    numbers = [0.0, -0.0, 1.0, -3.5, 1e-320, 1e300, *EXTREMES, math.nan, 7e-5, 12.0]
    lists = [random.choices(numbers, k=random.randint(1, 5)) for _ in range(500)]
    code = "answer(input.flatMap((xs) => [extent(xs), extent(xs, true)]));"
    (found,) = in_node(SCRIPTS, code, lists, tmp_path)
    for numbers, even, log in zip(lists, found[::2], found[1::2], strict=True):
        finite = [x for x in numbers if math.isfinite(x)]
        assert even[0] < even[1]
        assert all(even[0] <= x <= even[1] for x in finite)
        positive = [x for x in finite if x > 0]
        assert 0 <= log[0] <= log[1]
        assert all(log[0] <= x <= log[1] for x in positive)


def test_a_scale_and_back(tmp_path):
    code = """
      for (const [low, high, log, x] of input) {
        const scale = makeScale(low, high, 10, 110, log);
        answer([scale(low), scale(high), scale.invert(scale(x))]);
      }"""
    rows = [
        [0.0, 4.0, False, 1.0],
        [1e-3, 1e3, True, 7.0],
        [-1.7e308, 1.7e308, False, 1e307],
    ]
    found = in_node(SCRIPTS, code, rows, tmp_path)
    for (_, _, _, x), (start, stop, back) in zip(rows, found, strict=True):
        assert (start, stop) == (10, 110)
        assert back == pytest.approx(x, rel=1e-12)


def test_the_nearest_step(tmp_path):
    random = Random(0)
    rows = [
        {
            "rising": sorted(random.sample(range(1000), random.randint(1, 9))),
            "step": random.randint(0, 1100),
        }
        for _ in range(200)
    ]
    code = "answer(input.map((row) => nearest(row.rising, row.step)));"
    (places,) = in_node(SCRIPTS, code, rows, tmp_path)
    for row, place in zip(rows, places, strict=True):
        distances = [abs(each - row["step"]) for each in row["rising"]]
        assert distances[place] == min(distances)
