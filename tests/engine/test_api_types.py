"""What a caller of the Python API can hand over by mistake."""

import pytest

import gradcalc

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
