"""Sparklines."""

import math

import pytest

from gradcalc.reports.learning_pages import sparkline


@pytest.mark.parametrize(
    ("numbers", "bars"),
    [
        ([], ""),
        ([1.0], "▁"),
        ([2.0, 2.0], "▁▁"),
        ([0, 1, 2, 3, 4, 5, 6, 7], "▁▂▃▄▅▆▇█"),
        ([1e3, 1e2, 1e1, 1.0], "█▆▃▁"),
        ([1.0, math.inf, 0.0, math.nan], "██▁█"),
        ([math.nan], "█"),
    ],
)
def test_sparkline(numbers, bars):
    assert sparkline(numbers) == bars


def test_a_long_row_is_thinned_out_to_its_ends():
    numbers = [float(k) for k in range(1000, 0, -1)]
    bars = sparkline(numbers, width=8)
    assert len(bars) == 8
    assert (bars[0], bars[-1]) == ("█", "▁")
