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
        # A default counts where a call needs it.
        ("f(x, a = k) = x*a; f(y, 2)", {"y": (21, 22)}),
        ("f(x, a = k) = x*a; f(y, 2) + f(3)", {"y": (21, 22), "k": (9, 10)}),
        ("f(x, a = k) = x*a; g(z, b = f(1)) = z*b; g(y, 2)", {"y": (43, 44)}),
        ("f(x, a = k) = x*a; g(z, b = f(1)) = z*b; g(2)", {"k": (9, 10)}),
        ("f(x, a = k, b = m) = x*a*b; f(1, 2)", {"m": (16, 17)}),
    ],
)
def test_a_free_name_is_known_where_it_is_first_evaluated(formula, spans):
    assert list(read_program(formula).variables().items()) == list(spans.items())


def test_a_constant_is_a_variable_only_if_it_is_given():
    program = read_program("pi*e*x")
    assert list(program.variables()) == ["x"]
    assert list(program.variables({"e"})) == ["e", "x"]


@pytest.mark.parametrize(
    ("formula", "carried"),
    [
        ("f(x) = pi*x; g(x) = f(x)*e; a = g(2); a", {"a"}),
        ("f(x) = k*x; g(x) = f(x)*e; a = g(2); a", set()),
        ("f(x) = e*x; e = 3; a = f(2); a", set()),
        ("e = 3; f(x) = e*x; a = f(2); a", {"e"}),
        ("f(x) = e*x; e = f(2)", set()),
    ],
)
def test_a_label_is_carried_if_all_that_it_calls_is_constant(formula, carried):
    assert set(read_program(formula).carried()) == carried


def test_a_long_chain_of_functions_with_variables_of_their_own():
    # In time and room in proportion to it: each function knows what all below it use.
    lines = [f"f{n}(x) = f{n - 1}(x) + v{n}" for n in range(1, 20_000)]
    program = read_program("\n".join(["f0(x) = x", *lines, "a = f19999(1)", "a*y"]))
    assert len(program.variables()) == 20_000


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
