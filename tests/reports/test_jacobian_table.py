from rich.console import Console

from gradcalc.engine.evaluation import evaluate
from gradcalc.reports.jacobian_table import jacobian_page


def lines(page):
    console = Console(width=100_000, color_system=None, markup=False, highlight=False)
    with console.capture() as capture:
        console.print(page)
    return [line.rstrip() for line in capture.get().splitlines()]


def test_a_jacobian_has_a_row_for_every_variable():
    evaluation = evaluate("[x*v[0], v[1]^2]", {"x": 2, "v": [3, 0.5]})
    assert lines(jacobian_page(evaluation)) == [
        "          [0]   [1]",
        "────────────────────",
        "value     6     0.25",
        "",
        "d/dx      3     0",
        "d/dv[0]   2     0",
        "d/dv[1]   0     1",
    ]


def test_a_jacobian_that_is_too_wide_is_several_tables():
    evaluation = evaluate("v/3", {"v": [1.0, 2.0, 3.0]})
    page = lines(jacobian_page(evaluation, width=40))
    assert max(map(len, page)) <= 40
    assert sum("value" in line for line in page) > 1
