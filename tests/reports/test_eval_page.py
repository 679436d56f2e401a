import re

import pytest
from reference.pages import lines

from gradcalc.engine.evaluation import evaluate, evaluate_bound
from gradcalc.language.bindings import bind
from gradcalc.reports.eval_page import evaluation_page, most_columns
from gradcalc.reports.numbers import format_number


def neuron():
    return evaluate("n = x*w + b; tanh(n)", {"x": 2, "w": -0.5, "b": 1})


def test_a_row_for_every_node():
    assert lines(evaluation_page(neuron())) == [
        "           label   expression   value   gradient",
        "────────────────────────────────────────────────",
        "variable           x             2      -0.5",
        "variable           w            -0.5     2",
        "                   x*w          -1       1",
        "variable           b             1       1",
        "           n       x*w + b       0       1",
        "output             tanh(n)       0       1",
    ]


def test_literals_and_unwanted_variables_have_a_dash():
    assert lines(evaluation_page(evaluate("2*x*y", {"x": 3, "y": 4}, wrt=["y"]))) == [
        "           expression   value   gradient",
        "────────────────────────────────────────",
        "literal    2             2      -",
        "variable   x             3      -",
        "           2*x           6      -",
        "variable   y             4      6",
        "output     2*x*y        24      1",
    ]


def long_formula():
    return evaluate(
        "tanh(first*second + third*fourth)*0.123456789012345678",
        dict.fromkeys(("first", "second", "third", "fourth"), 1 / 3),
    )


def test_numbers_are_rounded_before_expressions_are_cut():
    evaluation = long_formula()
    full = max(map(len, lines(evaluation_page(evaluation))))
    found = []
    for width in range(full, 40, -1):
        page = lines(evaluation_page(evaluation, width=width))
        assert max(map(len, page)) <= width
        digits = next(
            (re.search(r"rounded to (\d+)", row) for row in page if "rounded" in row),
            None,
        )
        cut = any("..." in row for row in page)
        assert not cut or (digits and digits[1] == "5")
        found.append((int(digits[1]) if digits else 17, not cut))
        assert format_number(evaluation.value, found[-1][0]) in "".join(page)
    assert found[0] == (17, True)
    assert found == sorted(found, reverse=True)
    assert found[-1] == (5, False)


def test_a_precision_that_is_asked_for_is_kept():
    page = lines(evaluation_page(long_formula(), width=80, precision=12))
    assert page[-1].split()[-2] == format_number(long_formula().value, 12)
    assert max(map(len, page)) <= 80


BLACK_SCHOLES = """
N(x) = (1 + erf(x/sqrt(2)))/2
d1 = (log(S/K) + (r + sigma^2/2)*T)/(sigma*sqrt(T))
d2 = d1 - sigma*sqrt(T)
S*N(d1) - K*exp(-r*T)*N(d2)
"""
MARKET = {"S": 100, "K": 105, "r": 0.05, "sigma": 0.2, "T": 1}


def test_no_row_is_wider_than_80_columns():
    evaluation = evaluate(BLACK_SCHOLES, MARKET)
    page = lines(evaluation_page(evaluation, width=80))
    assert max(map(len, page)) <= 80
    # A single formula has no room even beside numbers of five digits.
    assert sum("..." in row for row in page) == 1
    assert page[-2].split() == [
        "output", *["S*N(d1)", "-", "K*exp(-r*T)*N(d2)"], "8.0214", "1",
    ]  # fmt: skip
    assert page[-1].startswith("Numbers are rounded to 5 digits")


@pytest.mark.parametrize("expand", [False, True])
@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_every_page_fits(width, expand):
    for evaluation in (
        long_formula(),
        evaluate(BLACK_SCHOLES, MARKET),
        evaluate("x*1e-300 - y", {"x": -1 / 7e100, "y": 1e300}),
        evaluate("v/3", {"v": [1e-200, -2.0, 3.0, 1e10, 7.0]}),
        evaluate("a_label_of_some_length = x/3; a_label_of_some_length^2", {"x": 7}),
    ):
        page = lines(evaluation_page(evaluation, width=width, expand=expand))
        assert max(map(len, page)) <= width


def test_notes_stand_below_and_wrap():
    page = lines(evaluation_page(evaluate("relu(x)", {"x": 0}), width=40))
    assert page[-3] == ""
    assert page[-2].startswith("note: relu(x)")
    assert page[-1].startswith("  ")
    assert max(map(len, page)) <= 40


def test_a_large_graph_shows_its_ends():
    evaluation = evaluate("+".join(["x*x"] * 300), {"x": 1})
    page = lines(evaluation_page(evaluation))
    assert len(page) == 5
    assert (
        page[-1]
        == f"{len(evaluation.nodes) - 2} more rows are left out; --all shows them."
    )
    assert len(lines(evaluation_page(evaluation, all_rows=True))) == 2 + len(
        evaluation.nodes
    )


def test_many_variables_are_cut_as_well():
    evaluation = evaluate("sum(v)", {"v": [1.0] * 1000})
    assert len(lines(evaluation_page(evaluation))) == 203


def test_a_jacobian_has_a_row_for_every_variable():
    evaluation = evaluate("[x*v[0], v[1]^2]", {"x": 2, "v": [3, 0.5]})
    assert lines(evaluation_page(evaluation)) == [
        "          [0]   [1]",
        "────────────────────",
        "value     6     0.25",
        "",
        "d/dx      3     0",
        "d/dv[0]   2     0",
        "d/dv[1]   0     1",
    ]


def test_a_list_of_constants_has_values_alone():
    assert lines(evaluation_page(evaluate("[1, 2]", {}))) == [
        "        [0]   [1]",
        "─────────────────",
        "value   1     2",
    ]


def test_a_jacobian_is_rounded_to_fit_and_else_is_several_tables():
    evaluation = evaluate("v/3", {"v": [1.0, 2.0, 3.0]})
    page = lines(evaluation_page(evaluation, width=40))
    assert page[2:4] == ["value     0.333333   0.666667   1", ""]
    assert page[-1].startswith("  ")
    narrow = lines(evaluation_page(evaluation, width=28))
    assert max(map(len, narrow)) <= 28
    assert sum("value" in row for row in narrow) > 1
    # All digits have room in tables of their own.
    assert any(row.endswith(" 0.3333333333333333") for row in narrow)


def test_a_jacobian_of_twelve_by_twelve_is_one_table_where_it_fits():
    evaluation = evaluate("m @ v", {"m": [[1.0] * 12] * 12, "v": [0.5] * 12})
    for width in (None, 120, 80):
        page = lines(evaluation_page(evaluation, width=width))
        assert sum("value" in row for row in page) == 1
        assert not any("rounded" in row for row in page)
        assert width is None or max(map(len, page)) <= width


def test_a_large_jacobian_says_its_shape_first_and_shows_its_beginning():
    values = {"m": [[1.0] * 30] * 300, "v": [0.5] * 30}
    page = lines(evaluation_page(evaluate("m @ v", values)))
    assert page[:2] == [
        "The result is a list of 300. The table has 9031 rows and 300 columns.",
        "",
    ]
    assert page[-1] == "8830 more rows are left out; --all shows them."
    few = evaluate_bound(bind("m @ v", values), most=most_columns(list(range(300))))
    page = lines(evaluation_page(few))
    assert (
        page[-1]
        == "292 more columns and 8830 more rows are left out; --all shows them."
    )
    assert page[2].split() == [f"[{k}]" for k in range(8)]
    assert page[4].split() == ["value"] + ["15"] * 8
