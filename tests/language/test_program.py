"""Which labels are variables whose values the program carries."""

import pytest

from gradcalc.errors import GradcalcError
from gradcalc.language.bindings import bind
from gradcalc.language.names import read_program
from gradcalc.language.program import build, carried_values

# A program, and what it carries.
PROGRAMS = [
    ("a = 5; a*x", {"a": 5.0}),
    ("a = -3; a*x", {"a": -3.0}),
    ("a = 2*3; a*x", {"a": 6.0}),
    ("a = pi/4; a*x", {"a": 0.7853981633974483}),
    ("a = cos(0) + tau/pi; a*x", {"a": 3.0}),
    ("a = [1, 2]; a*x", {"a": [1.0, 2.0]}),
    ("a = [[1, 2], [3, -4]]; a*x", {"a": [[1.0, 2.0], [3.0, -4.0]]}),
    ("a = [1, 2]*2; a*x", {"a": [2.0, 4.0]}),
    ("a = [5, 6, 7][1]; a*x", {"a": 6.0}),
    ("a = transpose([[1, 2]]); a*x", {"a": [[1.0], [2.0]]}),
    ("a = mean([1, 2]); a*x", {"a": 1.5}),
    ("f(t) = t^2; a = f(3); a*x", {"a": 9.0}),
    ("g(t) = pi*t; f(t) = g(t)/pi; a = f(3); a*x", {"a": 3.0}),
    ("f(t) = t^2 | 2*t; a = f(3); a*x", {"a": 9.0}),
    ("f(t = 2) = t^2; a = f(); a*x", {"a": 4.0}),
    ("e = 2; e*x", {"e": 2.0}),
    ("θ = 2; θ*x", {"θ": 2.0}),
    ("a = 5", {"a": 5.0}),
    ("x; a = 5; b = 6", {"a": 5.0, "b": 6.0}),
    ("a = x; a*2", {}),
    ("a = 5; b = a", {"a": 5.0}),
    ("a = 5; b = a + 1; b*x", {"a": 5.0}),
    ("e = 2; a = e*3; a*x", {"e": 2.0}),
    ("f(t) = k*t; a = f(3); a*x", {}),
    ("k = 2; f(t) = k*t; a = f(3); a*x", {"k": 2.0}),
    ("g(t) = k*t; f(t) = g(t); f(x) + f(1); a = f(3)", {}),
    ("f(t = k) = t; a = f(); a*x", {}),
    ("f(t) = t; a = f(x); a*2", {}),
    ("f(a) = a^2; f(3)*x", {}),
    ("5*x", {}),
]


@pytest.mark.parametrize(("text", "carried"), PROGRAMS)
def test_label_with_a_constant_formula_is_carried(text, carried):
    assert carried_values(read_program(text)) == carried
    bound = bind(text, {}, complete=False)
    assert {name: bound.variables[name] for name in bound.variables} == carried


def test_value_that_is_given_wins():
    for values in ({"a": 7}, {"a": [1, 2, 3]}):
        for given, defaults in ((values, {}), ({}, values)):
            bound = bind("a = [5, 6]; a*x", {"x": 1, **given}, defaults=defaults)
            assert bound.variables == {**values, "x": 1}
    assert bind("a = 5; x", {"x": 1, "a": 2}, defaults={"a": 3}).variables["a"] == 2


def test_constant_that_is_given_is_a_variable_of_the_formula():
    assert bind("a = 2*e; a*x", {"x": 1}).variables.keys() == {"a", "x"}
    assert bind("a = 2*e; a*x", {"x": 1, "e": 3}).variables == {"e": 3, "x": 1}


@pytest.mark.parametrize(
    ("given", "value"), [({}, 20.0), ({"i": 2}, 30.0), ({"i": -3}, 10.0)]
)
def test_carried_value_may_be_an_index(given, value):
    text = "v = [10, 20, 30]; i = 1; j = 2*i - i; v[j]"
    bound = bind(text, given)
    assert bound.given[bound.output] == value
    assert bound.program.indices == {"i"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a = 5; a = 6", "a is already defined"),
        ("f(t) = a*t; a = 5; f(2)", "a is used before it is defined"),
        ("a*2; a = 5", "a is used before it is defined"),
        ("e = e*2", "e is defined by itself"),
        ("y = tahn(x); a = [1, [2, 3]]", "there is no function tahn"),
        ("a = [1, [2, 3]]; y = tahn(x)", "the rows of a matrix must have one length:"
         " item 0 is a number, item 1 is a list of 2"),
        ("i = 0.5; [1, 2][i]", "an index must be a whole number, not 0.5"),
    ],
)  # fmt: skip
def test_first_mistake_is_told(text, message):
    with pytest.raises(GradcalcError) as caught:
        bind(text, {}, complete=False)
    assert caught.value.message == message


def test_label_without_a_shape_is_its_formula():
    program = build(read_program("a = 2*3; a*x"), {"x": ()})
    assert list(program.graph.variables) == ["x"]
    assert program.graph.forward({3: 2.0})[-1] == 12
