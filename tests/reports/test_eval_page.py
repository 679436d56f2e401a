import pytest
from reference.pages import lines

from gradcalc.engine.evaluation import evaluate
from gradcalc.reports.eval_page import evaluation_page


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


@pytest.mark.parametrize("width", [20, 50, 60, 80])
def test_only_the_expressions_shrink(width):
    evaluation = evaluate(
        "tanh(first*second + third*fourth)*0.123456789012345678",
        dict.fromkeys(("first", "second", "third", "fourth"), 1 / 3),
    )
    for narrow, wide in zip(
        lines(evaluation_page(evaluation, width=width)),
        lines(evaluation_page(evaluation)),
        strict=True,
    ):
        if not wide.startswith("─"):
            assert narrow.split()[-1] == wide.split()[-1]
            assert wide.split()[-2] in narrow
            assert len(narrow) <= max(width, 72)


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


def test_a_jacobian_that_is_too_wide_is_several_tables():
    evaluation = evaluate("v/3", {"v": [1.0, 2.0, 3.0]})
    page = lines(evaluation_page(evaluation, width=40))
    assert max(map(len, page)) <= 40
    assert sum("value" in line for line in page) > 1
