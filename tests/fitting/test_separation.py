"""Which parameters enter linearly."""

import pytest

from gradcalc.fitting.separation import derivative_contents, linear_together
from gradcalc.language.names import read_program
from gradcalc.language.program import build
from gradcalc.shapes import all_leaves, flatten

# A formula in x and others, and those of these in which it is linear together.
FORMULAS = {
    "a*x + b": "ab",
    "a*exp(-k*x) + c": "ac",
    "a*exp(-(x - m)^2/(2*s^2))": "a",
    "a*x^b": "a",
    "v*x/(k + x)": "v",
    "x/(a + b*x)": "",
    "a*b*x + c": "ac",
    "(a + b*x)*(c + x)": "ab",
    "p = a*x + b; p + c*sin(x)": "abc",
    "f(u) = a*u + b; f(x)": "ab",
    "[a*x, b*x + a]": "ab",
    "where(x > 0, a, b)*x": "ab",
    "relu(a*x)": "",
    "a*(1 - exp(-k*x)) + a*b": "a",
    "dot([a, b], [1, x])": "ab",
    "a/2 - b/x": "ab",
    "mean([a*x, b])": "ab",
}


@pytest.mark.parametrize("formula", FORMULAS)
def test_linear_parameters_are_seen(formula):
    program = build(read_program(formula))
    variables = program.graph.variables
    names = sorted(name for name in variables if name != "x")
    contents = derivative_contents(
        program.graph,
        flatten(program.result),
        all_leaves(variables[name] for name in names),
    )
    found = linear_together(contents, range(len(names)))
    assert "".join(names[place] for place in found) == FORMULAS[formula]


def test_only_some_are_taken():
    program = build(read_program("a*x + b"))
    variables = program.graph.variables
    contents = derivative_contents(
        program.graph, [program.result], [variables["a"], variables["b"]]
    )
    assert linear_together(contents, [1]) == [1]
