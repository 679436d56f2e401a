import math

import pytest

from gradcalc.analysis.uncertainty import uncertainty
from gradcalc.reports.uncertainty_page import to_sigma, uncertainty_page, with_sigma


@pytest.mark.parametrize(
    ("value", "sigma", "text"),
    [
        (23.544, 1.08, "23.5 ± 1.1"),
        (23.544, 0.996, "23.5 ± 1.0"),
        (23.544, 0.0996, "23.54 ± 0.10"),
        (9.999, 0.012, "9.999 ± 0.012"),
        (-0.004, 0.5, "0.00 ± 0.50"),
        (1234.5, 567, "1230 ± 570"),
        (1234.5, 56.7, "1234 ± 57"),
        (0, 0.25, "0.00 ± 0.25"),
        (5, 0, "5 ± 0"),
        (math.nan, 1, "NaN ± 1"),
        (5, math.inf, "5 ± inf"),
        (123456789, 1234, "(1.234568 ± 0.000012)e8"),
        (1.602176634e-19, 1.2e-27, "(1.602176634 ± 0.000000012)e-19"),
        (0, 1e-20, "(0.0 ± 1.0)e-20"),
        (2, 1e12, "(0.0 ± 1.0)e12"),
        (1e300, 1e290, "(1.00000000000 ± 0.00000000010)e300"),
        (5e-324, 5e-324, "(4.9 ± 4.9)e-324"),
    ],
)
def test_both_are_rounded_to_two_digits_of_the_uncertainty(value, sigma, text):
    assert with_sigma(value, sigma) == text


def test_the_value_alone_keeps_its_exponent():
    assert to_sigma(123456789, 1234) == "1.234568e8"
    assert to_sigma(23.544, 1.08) == "23.5"


def page(text, values, **options):
    found = uncertainty(text, values)
    ascii_only = options.get("ascii_only", False)
    return [line.text for line in uncertainty_page(found, **options).lines(ascii_only)]


def test_nothing_but_ascii_where_nothing_else_can_be_shown():
    lines = page("x*y", {"x": (1, 0.1), "y": (2, 0.1)}, ascii_only=True)
    assert lines[0] == "x*y = 2.00 +- 0.22"
    assert all(line.isascii() for line in lines)
    assert any("####" in line for line in lines)


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_it_fits(width):
    lines = page("x*y/7", {"x": (1 / 3, 0.1), "y": (2, 0.1)}, width=width)
    assert all(len(line.rstrip()) <= width for line in lines[1:])


def test_small_shares_of_a_long_list_are_left_out():
    lines = page("sum(v)", {"v": ([1.0] * 100, [1.0] * 50 + [2.0] * 50)})
    assert sum(line.startswith("v[") for line in lines) == 40
    assert any("60 smallest shares are left out" in line for line in lines)


def test_a_long_formula_is_called_the_result():
    text = " + ".join(["x"] * 40)
    assert page(text, {"x": (1, 0.1)})[0] == "result = 40.0 ± 4.0"
