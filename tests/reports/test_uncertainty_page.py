import pytest

from gradcalc.analysis.uncertainty import uncertainty
from gradcalc.reports.uncertainty_page import uncertainty_page


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
