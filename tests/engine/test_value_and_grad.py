"""value_and_grad: numbers, lists, and what callers can do wrong."""

import math
from itertools import product

import pytest
from reference.programs import PROGRAMS

import gradcalc
from gradcalc import GradcalcError, value_and_grad
from gradcalc.language.names import read_program
from gradcalc.operations import OPERATIONS
from gradcalc.writers.infix import written_operation


def test_the_neuron():
    f = value_and_grad("tanh(x1*w1 + x2*w2 + b)", ["x1", "x2", "w1", "w2", "b"])
    value, gradient = f(2.0, 0.0, -3.0, 1.0, 6.8813735870195432)
    assert value == pytest.approx(0.7071067811865477)
    assert gradient == pytest.approx((-1.5, 0.5, 1.0, 0.0, 0.5))


@pytest.mark.parametrize(
    ("text", "names", "arguments", "expected"),
    [
        ("x*y", ["x", "y"], (2, 3), (6.0, (3.0, 2.0))),
        ("x*y", ["y", "x"], (2, 3), (6.0, (3.0, 2.0))),
        ("x^2", ["x"], (True,), (1.0, (2.0,))),
        ("x^2", ["x"], (10**400,), (math.inf, (math.inf,))),
        ("x*x", ["x"], ([1, 2],), ([1.0, 4.0], ([[2.0, 0.0], [0.0, 4.0]],))),
        ("x + y", ["x", "y"], ([1, 2], [3, 4]),
         ([4.0, 6.0], ([[1.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [0.0, 1.0]]))),
        ("sum(m@v)", ["m", "v"], ([[1, 2], [3, 4]], [5, 6]),
         (56.0, ([[5.0, 6.0], [5.0, 6.0]], [4.0, 6.0]))),
        ("v[0]*v[1]", ["v"], ([5, 6],), (30.0, ([6.0, 5.0],))),
        ("[x, x^2]", ["x"], (3.0,), ([3.0, 9.0], ([1.0, 6.0],))),
        ("lambda*t0", ["lambda", "t0"], (2.0, 3.0), (6.0, (3.0, 2.0))),
        ("θ*e", ["θ", "e"], (2.0, 3.0), (6.0, (3.0, 2.0))),
        ("2*3", [], (), (6.0, ())),
        ("where(x > 0, sqrt(x), 0)", ["x"], (0.0,), (0.0, (0.0,))),
    ],
)  # fmt: skip
def test_value_and_gradient(text, names, arguments, expected):
    assert value_and_grad(text, names)(*arguments) == expected


def numbers_in(nested):
    if isinstance(nested, list | tuple):
        for item in nested:
            yield from numbers_in(item)
    else:
        yield nested


@pytest.mark.parametrize("kinds", list(product([int, float], repeat=3)), ids=str)
@pytest.mark.parametrize(
    "text", [*PROGRAMS, "where(exp(x*y) > 0, stop_gradient(x), 1)", "x", "abs(z)"]
)
def test_results_are_floats_whatever_comes_in(text, kinds):
    names = [name for name in "xyz" if name in read_program(text).variables()]
    for point in [(2, 1, 3), (0, 0, 0), (1, 2, -1)]:
        arguments = [kind(x) for kind, x in zip(kinds, point, strict=True)]
        result = value_and_grad(text, names)(*arguments[: len(names)])
        assert {type(number) for number in numbers_in(result)} == {float}


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda o: o.name)
def test_no_operation_gives_a_whole_number_back(operation):
    if operation.lists:
        text, names = f"{operation.name}([x, y], [y, x])", ["x", "y"]
        if len(operation.parameters) == 1:
            text = f"{operation.name}(x, y)"
    else:
        text = written_operation(operation, operation.parameters)
        names = list(operation.parameters)
    for last in (2, 0.5):
        result = value_and_grad(text, names)(*[1] * (len(names) - 1), last)
        assert {type(number) for number in numbers_in(result)} == {float}


def test_arguments_go_by_name_too():
    assert value_and_grad("x - y", ["x", "y"])(y=1.0, x=3.0) == (2.0, (1.0, -1.0))


def test_one_function_takes_numbers_and_lists_in_turn():
    f = value_and_grad("sum(x^2)", ["x"])
    assert f(3.0) == (9.0, (6.0,))
    assert f([3.0, 4.0]) == (25.0, ([6.0, 8.0],))
    assert f(3.0) == (9.0, (6.0,))


def test_the_same_as_evaluate():
    text = "s = softplus(x*y); where(s > 1, log(s)/y, mod(x, y))^2"
    f = value_and_grad(text, ["x", "y"])
    for point in [(1.0, 2.0), (-3.0, 0.5), (0.0, 0.0), (1e3, 1e3)]:
        evaluation = gradcalc.evaluate(text, dict(zip("xy", point, strict=True)))
        value, gradient = f(*point)
        assert repr(value) == repr(evaluation.value)
        assert repr(gradient) == repr(tuple(evaluation.gradient.values()))


@pytest.mark.parametrize(
    ("text", "names", "message", "hint"),
    [
        ("x*y", ["x"], "the variable y must be named too", "the variables are x, y"),
        ("x*y*z", ["x"], "the variables y, z must be named too",
         "the variables are x, y, z"),
        ("x", ["x", "y"], "y is not a variable of the formula", "the variables are x"),
        ("alpha", ["alhpa"],
         "the variable alpha must be named too; alhpa is not a variable of the formula",
         "did you mean alpha?"),
        ("x", ["x", "x"], "x is named twice", "the variables are x"),
        ("2", ["q"], "q is not a variable of the formula", None),
        ("n = x*w; tanh(n)", ["x", "w", "n"], "n is not a variable of the formula",
         "the formula computes n itself"),
        ("a = 2; a*x", ["a"], "the variable x must be named too",
         "the variables are x, a"),
    ],
)  # fmt: skip
def test_names_that_do_not_fit(text, names, message, hint):
    with pytest.raises(GradcalcError) as caught:
        value_and_grad(text, names)
    assert (caught.value.message, caught.value.hint) == (message, hint)
    assert caught.value.kind == "variable"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "the function takes 2 arguments (x, y), but 0 are given"),
        ((1.0,), "the function takes 2 arguments (x, y), but 1 is given"),
        ((1.0, 2.0, 3.0), "the function takes 2 arguments (x, y), but 3 are given"),
        ((1.0, "2"), "the value of y is not a number: '2'"),
        ((1.0, None), "the function takes 2 arguments (x, y), but 1 is given"),
        ((1.0, []), "the value of y is an empty list"),
        (([1.0], [1.0, 2.0]),
         "the shapes do not fit: a list of 1 * a list of 2"),
    ],
)  # fmt: skip
def test_arguments_that_do_not_fit(arguments, message):
    with pytest.raises(GradcalcError) as caught:
        value_and_grad("x*y", ["x", "y"])(*arguments)
    assert caught.value.message == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x +", "the formula ends after '+', where a value is missing"),
        ("tahn(x)", "there is no function tahn"),
        ("f(x) = 2; f(3)", "x is not a variable of the formula"),
    ],
)
def test_errors_in_the_text_come_at_once(text, message):
    with pytest.raises(GradcalcError) as caught:
        value_and_grad(text, ["x"])
    assert caught.value.message == message
