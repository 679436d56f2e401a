"""Derivatives as programs: what is printed can be read, and differentiated, again."""

import pytest

from gradcalc.algebra.gradients import gradient_formulas
from gradcalc.engine.evaluation import evaluate
from gradcalc.language.bindings import bind
from gradcalc.reports.derivatives import program_lines

PIPED = [
    "x^3", "x^2*y", "2*x + 3*y", "[x, x^2]", "v = [1, 2]; v @ v*v[0]", "tanh(x*w + b)",
    "f(x) = x^2 | 2*x; f(a)*b", "d_x = 2*x; d_y = 3", "x/y", "max(x, y)", "x^y", "3",
    "where(x > 0, sqrt(x), y)", "s = a*b; s^2 + exp(s)", "a = 5; b = a*c; b^2",
]  # fmt: skip


@pytest.mark.parametrize("text", PIPED)
@pytest.mark.parametrize("order", [1, 2])
def test_a_derivative_can_always_be_differentiated_again(text, order):
    for _ in range(4):
        bound = bind(text, {}, complete=False)
        if isinstance(bound.output, list):
            order = 1
        lines = program_lines(gradient_formulas(bound, None, order), None)
        text = "\n".join(lines)


def test_lists_of_the_program_come_along_where_they_are_asked_for():
    bound = bind("v = [1, 2]; w = [3, 4]; x*(v @ v) + w[0]^2", {}, complete=False)
    lines = program_lines(gradient_formulas(bound, ["v", "w"]), None)
    assert lines[0] == "v = [1, 2]"
    assert lines[1] == "w = [3, 4]"
    for name, want in [("d_v", [6.0, 12.0]), ("d_w", [6.0, 0.0])]:
        found = evaluate("\n".join(lines), {}, defaults={"x": 3}, output=name)
        assert found.value == want
