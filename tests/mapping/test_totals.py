"""Sums that are the same however their terms are divided."""

from fractions import Fraction
from math import inf, isnan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcalc.mapping.totals import Totals

NUMBERS = st.lists(st.floats(-1e150, 1e150), min_size=1, max_size=60)


def added(blocks):
    totals = Totals(1)
    for block in blocks:
        totals.add([(number,) for number in block])
    return totals


@given(NUMBERS, st.integers(0, 60))
def test_a_sum_is_that_of_fractions_in_whatever_blocks(numbers, place):
    exact = sum(map(Fraction, numbers))
    largest = max(map(abs, numbers))
    for blocks in ([numbers], [[number] for number in numbers]):
        (found,) = added(blocks).sums
        assert abs(Fraction(found) - exact) <= 1e-15 * abs(exact) + 1e-29 * Fraction(
            largest
        )
        (mean,) = added(blocks).means
        assert mean == pytest.approx(
            float(exact / len(numbers)), rel=1e-15, abs=1e-29 * largest
        )
    parts = added([numbers[:place]])
    parts.merge(added([numbers[place:]]))
    assert parts.rows == len(numbers)
    assert parts.sums == pytest.approx(
        added([numbers]).sums, rel=1e-15, abs=1e-29 * largest
    )


@pytest.mark.parametrize(
    ("numbers", "total"),
    [
        ([1e308, 1e308, -1e308], 1e308),
        ([1e308] * 3, inf),
        ([-1e308] * 3, -inf),
        ([1.0, inf], inf),
        ([1.0, -inf, 2.0], -inf),
        ([5e-324, 5e-324], 1e-323),
        ([], 0.0),
    ],
)
def test_sums_at_the_ends_of_the_range(numbers, total):
    assert added([numbers]).sums == [total]


@pytest.mark.parametrize(
    "blocks", [[[inf, -inf]], [[inf], [-inf]], [[float("nan")], [1]]]
)
def test_sums_that_are_no_number(blocks):
    assert isnan(*added(blocks).sums)
