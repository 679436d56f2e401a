from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcalc.reports.numbers import (
    align_numbers,
    exact_number,
    format_number,
    format_value,
)

NUMBERS = [
    (2.0, "2"),
    (-1.5, "-1.5"),
    (0.0, "0"),
    (-0.0, "0"),
    (0.1 + 0.2, "0.3"),
    (-1.4999999999999993, "-1.5"),
    (0.7071067811865477, "0.7071067811865477"),
    (1 / 3, "0.3333333333333333"),
    (1e15, "1000000000000000"),
    (1e16, "1e16"),
    (1e-7, "1e-7"),
    (1.5e-300, "1.5e-300"),
    (123456789012.0, "123456789012"),
    (1234567890123.0, "1234567890123"),
    (5e-324, "5e-324"),
    (1.7976931348623157e308, "1.7976931348623157e308"),
    (nan, "NaN"),
    (inf, "inf"),
    (-inf, "-inf"),
]


@pytest.mark.parametrize(("number", "text"), NUMBERS, ids=[row[1] for row in NUMBERS])
def test_numbers_are_as_short_as_they_can_be(number, text):
    assert format_number(number) == text


ROUNDED = [
    (0.7071067811865477, 4, "0.7071"),
    (2.0, 4, "2"),
    (123456.0, 3, "1.23e5"),
    (1e-10, 3, "1e-10"),
    (0.00012345, 2, "0.00012"),
    (0.1, 17, "0.10000000000000001"),
    (-0.0, 3, "0"),
    (nan, 3, "NaN"),
    (-inf, 3, "-inf"),
]


@pytest.mark.parametrize(("number", "precision", "text"), ROUNDED)
def test_a_precision_rounds(number, precision, text):
    assert format_number(number, precision) == text


@given(st.floats(allow_nan=False))
def test_no_digit_that_matters_is_lost(number):
    shown = float(format_number(number))
    assert shown == number or abs(shown - number) <= 1e-14 * abs(number)


@given(st.floats())
def test_what_scripts_read_is_the_same_double(number):
    shown = exact_number(number)
    assert repr(float(shown)) == repr(number)
    assert len(shown) <= len(repr(number))


def test_lists_are_spelled_as_json_spells_them():
    assert format_value([[1.0, 2.5], [-3.0, 1e-7]]) == "[[1, 2.5], [-3, 1e-7]]"


ALIGNED = [
    (["2", "-3", "0.75"], [" 2   ", "-3   ", " 0.75"]),
    (["1000", "inf", "-"], ["1000", " inf", "   -"]),
    (["1e16", "2.5"], ["1e16", "2.5 "]),
    (["1000000000000000", "0.12345678901"], ["1000000000000000", "   0.12345678901"]),
    ([], []),
]


@pytest.mark.parametrize(("texts", "aligned"), ALIGNED)
def test_decimal_points_stand_in_one_column(texts, aligned):
    assert align_numbers(texts) == aligned
