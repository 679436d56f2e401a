"""Names resolved before anything is built: free ones, labels, mistakes with labels."""

import pytest

from gradcalc.language.names import read_program


@pytest.mark.parametrize(
    ("formula", "spans"),
    [
        ("x + y*x", {"x": (0, 1), "y": (4, 5)}),
        ("f(x) = x*k; f(y)", {"y": (14, 15), "k": (9, 10)}),
        ("f(x) = x*k; k + f(y)", {"k": (12, 13), "y": (18, 19)}),
        ("a = x; a*y", {"x": (4, 5), "y": (9, 10)}),
    ],
)
def test_a_free_name_is_known_where_it_is_first_evaluated(formula, spans):
    assert list(read_program(formula).variables().items()) == list(spans.items())


def test_a_constant_is_a_variable_only_if_it_is_given():
    program = read_program("pi*e*x")
    assert list(program.variables()) == ["x"]
    assert list(program.variables({"e"})) == ["e", "x"]


def test_known_names_are_labels():
    program = read_program("prediction - target + x", ("prediction", "target"))
    assert list(program.variables()) == ["x"]
    assert read_program("target = 2", ("target",)).errors[0].message == (
        "target is already defined"
    )


@pytest.mark.parametrize(
    ("formula", "number", "message"),
    [
        ("a = 1; a = 2", 1, "a is already defined"),
        ("x + a; a = 2", 1, "a is used before it is defined"),
        ("f(x) = x*a; a = 2; f(1)", 1, "a is used before it is defined"),
        ("pi*2; pi = 3", 1, "pi is used before it is defined"),
        ("b = 1; a = a + b", 1, "a is defined by itself"),
    ],
)
def test_a_mistake_with_a_label_waits_for_its_statement(formula, number, message):
    program = read_program(formula)
    errors = {**program.circular, **program.errors}
    assert {place: error.message for place, error in errors.items()} == {
        number: message
    }
