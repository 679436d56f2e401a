"""What a caller of the Python API can hand over by mistake."""

import builtins
import keyword
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import gradcalc
from gradcalc.wording import represented

ENDLESS = []
ENDLESS.append(ENDLESS)


class Unwilling:
    """A number of somebody's library that cannot be converted, nor even shown."""

    def __float__(self):
        raise RuntimeError("no")

    def __repr__(self):
        raise RuntimeError("no")


class NoArray(Unwilling):
    """An array of somebody's library that has no list to give."""

    tolist = None


MISTAKES = [
    (lambda: gradcalc.evaluate(None, {}), "a formula is text, not NoneType"),
    (lambda: gradcalc.evaluate(b"x", {}), "a formula is text, not bytes"),
    (
        lambda: gradcalc.evaluate("x", None),
        "values are given by name, not as NoneType",
    ),
    (
        lambda: gradcalc.evaluate("x", [("x", 1)]),
        "values are given by name, not as list",
    ),
    (
        lambda: gradcalc.evaluate("x", {"x": NoArray()}),
        "the value of x is not a number: a value of the type NoArray",
    ),
    (lambda: gradcalc.evaluate("x", {1: 2}), "the name of a variable is text, not 1"),
    (
        lambda: gradcalc.evaluate("x", {"x": 1}, output=3),
        "a label is text, not 3",
    ),
    (
        lambda: gradcalc.derivative("x", ["x"]),
        "the name of a variable is text, not ['x']",
    ),
    (lambda: gradcalc.derivative(None, "x"), "a formula is text, not NoneType"),
    (
        lambda: gradcalc.value_and_grad(None, ["x"]),
        "a formula is text, not NoneType",
    ),
    (
        lambda: gradcalc.value_and_grad("x", None),
        "names are given as a list, not None",
    ),
    (
        lambda: gradcalc.value_and_grad("x", [1]),
        "the name of a variable is text, not 1",
    ),
]


@pytest.mark.parametrize(
    ("call", "message"), MISTAKES, ids=[message for _, message in MISTAKES]
)
def test_a_mistake_is_a_gradcalc_error(call, message):
    with pytest.raises(gradcalc.GradcalcError) as caught:
        call()
    assert caught.value.message == message


def test_one_name_may_stand_without_a_list():
    assert gradcalc.value_and_grad("xy^2", "xy")(3.0) == (9.0, (6.0,))
    assert gradcalc.evaluate("xy*z", {"xy": 2, "z": 3}, wrt="xy").gradient == {"xy": 3}


ODD_VALUES = {
    "none": None,
    "text": "2",
    "bytes": b"2",
    "bytearray": bytearray(b"2"),
    "memoryview": memoryview(b"2"),
    "complex": 1 + 2j,
    "set": {1, 2},
    "object": {"x": 1},
    "generator": (n for n in (1, 2)),
    "range": range(3),
    "function": len,
    "class": float,
    "nothing": [],
    "ragged": [[1, 2], [3]],
    "mixed": [1, [2]],
    "deep": [[[1]]],
    "texts": ["1", "2"],
    "array of texts": np.array(["a", "b"]),
    "array of three": np.zeros((2, 2, 2)),
    "list of arrays": [np.ones((2, 2))],
    "array of none": np.zeros((0, 2)),
    "array of complex": np.array([1j]),
    "array of objects": np.array([None, len]),
    "date": np.datetime64("2026-01-01"),
    "signalling": Decimal("sNaN"),
    "endless": ENDLESS,
    "unwilling": Unwilling(),
}
GOOD_VALUES = {
    "whole": 3,
    "true": True,
    "five thousand digits": 10**5000,
    "decimal": Decimal("2.5"),
    "large decimal": Decimal("1e9999"),
    "fraction": Fraction(1, 3),
    "large fraction": Fraction(10**400),
    "numpy": np.float32(1.5),
    "numpy whole": np.int64(2),
    "numpy true": np.bool_(True),
    "numpy without axes": np.array(2.0),
    "numpy list": np.array([1, 2]),
    "numpy matrix": np.ones((2, 2)),
    "tuple": (1, 2),
}


@pytest.mark.parametrize("value", ODD_VALUES.values(), ids=ODD_VALUES)
def test_a_value_that_is_none_is_refused(value):
    for call in (
        lambda: gradcalc.evaluate("x", {"x": value}),
        lambda: gradcalc.evaluate("x", {}, defaults={"x": value}),
        lambda: gradcalc.value_and_grad("x^2", ["x"])(value),
        lambda: gradcalc.value_and_grad("x*y", ["x", "y"])(2.0, x=value),
        lambda: gradcalc.value_and_grad("x + y", ["x", "y"])(value, 1.0),
    ):
        with pytest.raises(gradcalc.GradcalcError) as caught:
            call()
        assert len(caught.value.message) < 200


@pytest.mark.parametrize("value", GOOD_VALUES.values(), ids=GOOD_VALUES)
def test_a_number_of_any_class_is_taken(value):
    taken = gradcalc.evaluate("x*1", {"x": value}).value
    assert gradcalc.value_and_grad("x*1", ["x"])(value)[0] == taken
    assert gradcalc.value_and_grad("x*1", ["x"])(x=value)[0] == taken


@pytest.mark.parametrize(
    "odd",
    [
        None,
        b"x",
        "",
        3,
        10**5000,
        ["x", 2],
        "\ud800",
        "x\ud800",
        [[]],
        len,
        1.5,
        {},
        np.array(2.0),
        np.array(["x"]),
    ],
    ids=lambda odd: represented(odd, 20),
)
def test_anything_else_in_any_place_is_a_gradcalc_error_or_fine(odd):
    with suppress(TypeError):
        # A list cannot be a key of a dictionary: that is Python's.
        hash(odd)
        with suppress(gradcalc.GradcalcError):
            gradcalc.evaluate("x", {odd: 1})
    for call in (
        lambda: gradcalc.evaluate(odd, {}),
        lambda: gradcalc.evaluate("x", odd),
        lambda: gradcalc.evaluate("x", {"x": 1}, defaults=odd),
        lambda: gradcalc.evaluate("x", {"x": 1}, wrt=odd),
        lambda: gradcalc.evaluate("x", {"x": 1}, output=odd),
        lambda: gradcalc.value_and_grad(odd, ["x"]),
        lambda: gradcalc.value_and_grad("x", odd),
        lambda: gradcalc.value_and_grad("x", [odd]),
        lambda: gradcalc.derivative(odd, "x"),
        lambda: gradcalc.derivative("x", odd),
    ):
        with suppress(gradcalc.GradcalcError):
            call()


# Names that mean something to Python, or may to the code that is made.
NAMES = [
    *keyword.kwlist, *keyword.softkwlist, *dir(builtins), "math", "t", "t0", "t1",
    "t_exp", "t_", "t_general", "x0", "x1", "rest", "named", "self", "values",
    "compiled", "general", "out", "__class__", "__slots__", "__init__", "__x",
    "prediction", "target", "_", "__",
]  # fmt: skip


@pytest.mark.parametrize("name", dict.fromkeys(NAMES))
def test_every_name_can_be_a_variable(name):
    other = "other"
    text = f"{other}*{name}^2 + exp({name})*0 + {name}/{name}*0"
    assert gradcalc.evaluate(text, {name: 3, other: 2}).value == 18
    assert gradcalc.derivative(f"{name}^2", name) == f"2*{name}"
    f = gradcalc.value_and_grad(text, [other, name])
    for value in (3, 3.0):
        assert f(2, value) == f(2.0, **{name: value}) == (18, (9, 12))
        assert f(**{name: value, other: 2}) == (18, (9, 12))
    lists = gradcalc.value_and_grad(f"sum({name})", [name])
    assert lists([1, 2]) == lists(**{name: [1, 2]}) == (3, ([1, 1],))
    with pytest.raises(gradcalc.GradcalcError):
        f(2.0, 3.0, **{name: 3.0})


MISTAKEN_CALLS = [
    (lambda: gradcalc.evaluate("x"), "evaluate: missing a required argument:"
     " 'bindings'", "it takes text, bindings, defaults, wrt, output"),
    (lambda: gradcalc.evaluate("x", {}, {}), "evaluate: too many positional arguments",
     "it takes text, bindings, defaults, wrt, output"),
    (lambda: gradcalc.evaluate("x", {}, vars={}), "evaluate: got an unexpected keyword"
     " argument 'vars'", "it takes text, bindings, defaults, wrt, output"),
    (lambda: gradcalc.derivative("x"), "derivative: missing a required argument:"
     " 'name'", "it takes text, name, exact"),
    (lambda: gradcalc.value_and_grad("x", names=["x"], wrt=3), "value_and_grad: got an"
     " unexpected keyword argument 'wrt'", "it takes text, names"),
    (lambda: F(2.0, 3.0, z=1), "the function has no argument z",
     "its arguments are x, speed"),
    (lambda: F(2.0, sped=1), "the function has no argument sped",
     "did you mean speed?"),
    (lambda: F(2.0, 3.0, x=1), "x is given both by place and by name", None),
    (lambda: F(speed=1), "the function takes 2 arguments (x, speed), but 1 is given",
     None),
    (lambda: gradcalc.value_and_grad("2", [])(x=1), "the function has no argument x",
     "it takes none"),
]  # fmt: skip
F = gradcalc.value_and_grad("x*speed", ["x", "speed"])


@pytest.mark.parametrize(
    ("call", "message", "hint"), MISTAKEN_CALLS, ids=[row[1] for row in MISTAKEN_CALLS]
)
def test_a_call_that_fits_no_signature(call, message, hint):
    with pytest.raises(gradcalc.GradcalcError) as caught:
        call()
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_the_names_of_the_module_are_the_api():
    assert dir(gradcalc) == sorted(gradcalc.__all__)


def test_functions_say_what_they_are_of():
    assert "value_and_grad('x^2', ['x'])" in repr(gradcalc.value_and_grad("x^2", "x"))
    assert "value_and_grad('sum(v)', ['v'])" in repr(
        gradcalc.value_and_grad("sum(v)", ["v"])
    )
