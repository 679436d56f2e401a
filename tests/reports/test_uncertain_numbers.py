import math

import pytest

from gradcalc.reports.uncertain_numbers import to_sigma, with_sigma


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
        (2, 8.1e-17, "2 ± 8.1e-17"),
        (0.1, 1.2e-30, "0.1 ± 1.2e-30"),
    ],
)
def test_both_are_rounded_to_two_digits_of_the_uncertainty(value, sigma, text):
    assert with_sigma(value, sigma) == text


def test_the_value_alone_keeps_its_exponent():
    assert to_sigma(123456789, 1234) == "1.234568e8"
    assert to_sigma(23.544, 1.08) == "23.5"
