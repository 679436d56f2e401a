"""Names have one form, however they are written, wherever they come in from."""

import json
from pathlib import Path

import pytest

import gradcalc
from gradcalc.language.grammar import GRAMMAR, grammar_folder
from gradcalc.language.identifiers import NAME, by_normal_name, normal, repeated
from gradcalc.learning.model import model_from

# As written on a keyboard, or by a system that takes letters apart; and their form.
SPELLINGS = {
    "micro sign": ("\u00b5", "\u03bc"),
    "accent beside its letter": ("e\u0301", "\u00e9"),
    "ligature": ("\ufb01", "fi"),
    "full width": ("\uff57\uff11", "w1"),
    "letter of mathematics": ("\U0001d465", "x"),
}
# Each in one form and in the other.
PAIRS = [
    pytest.param(one, other, id=f"{name}-{way}")
    for name, (typed, form) in SPELLINGS.items()
    for way, (one, other) in enumerate(((typed, form), (form, typed)))
]


@pytest.mark.parametrize(("typed", "form"), SPELLINGS.values(), ids=SPELLINGS)
def test_the_form_is_that_of_names_in_a_formula(typed, form):
    assert normal(typed) == normal(form) == form
    assert list(gradcalc.evaluate(f"{typed}*2", {form: 1}).gradient) == [form]
    assert normal(f"{typed}[0]") == f"{form}[0]"


@pytest.mark.parametrize("text", ["x\u00b2", "w\u2081", "\u00bd", "a \ufb01", ""])
def test_what_is_no_name_stays_as_it_is(text):
    assert normal(text) == text


def test_the_pattern_is_that_of_the_grammar():
    grammar = Path(grammar_folder(), GRAMMAR).read_text(encoding="utf-8")
    assert f"NAME: /{NAME}/\n" in grammar


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_python_finds_a_name_in_either_form(one, other):
    text = f"y{one} = {one}*z; y{one}^2"
    values = {other: 3, "z": 2}
    assert gradcalc.evaluate(text, values).value == 36
    assert gradcalc.evaluate(text, values, wrt=[other]).gradient == {normal(one): 24}
    assert gradcalc.evaluate(text, values, output=f"y{other}").value == 6
    assert gradcalc.evaluate(text, {"z": 2}, defaults={other: 3}).value == 36
    assert gradcalc.value_and_grad(text, ["z", other])(2, 3) == (36, (36, 24))
    assert gradcalc.derivative(f"{one}*2", other) == "2"


def _twice(one, other):
    return [
        lambda: gradcalc.evaluate(one, {one: 1, other: 2}),
        lambda: gradcalc.evaluate(one, {}, defaults={one: 1, other: 2}),
        lambda: by_normal_name([(one, 1), (other, 2)]),
    ]


@pytest.mark.parametrize(("one", "other"), PAIRS)
@pytest.mark.parametrize("place", range(3))
def test_two_forms_of_one_name_are_a_doubled_name(one, other, place):
    with pytest.raises(gradcalc.GradcalcError) as caught:
        _twice(one, other)[place]()
    message = caught.value.message
    assert message == repeated([one, other])
    assert one in message
    assert other in message


def test_doubled_names_are_told_apart_by_their_characters():
    assert repeated(["\u00b5", "\u03bc"]) == (
        "\u00b5 (U+00B5) and \u03bc (U+03BC) are one name, given more than once"
    )
    assert repeated(["fi", "\ufb01"], "named") == (
        "fi (ASCII) and \ufb01 (U+FB01) are one name, named more than once"
    )
    assert repeated(["x", "y", "x", "z", "y"]) == "x and y are given more than once"
    assert repeated(["x", "y"]) is None


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_a_model_has_its_names_in_one_form(one, other):
    content = {
        "schema": 1,
        "model": f"a{one} @ v{one}",
        "inputs": [f"v{other}"],
        "shapes": {f"v{one}": [2]},
        "target": "y",
        "parameters": {f"a{other}": [3, 4]},
        "loss": {"name": "mse"},
    }
    model = model_from(json.dumps(content), "m.json")
    assert model.inputs == {f"v{normal(one)}": (2,)}
    assert model.parameters == {f"a{normal(one)}": [3, 4]}


@pytest.mark.parametrize("name", ["e", "pi", "tau", "inf"])
def test_a_constant_that_is_asked_for_is_a_variable(name):
    assert gradcalc.derivative(f"{name}*x", name) == "x"
    result = gradcalc.evaluate(f"{name}*x", {"x": 2}, wrt=[name])
    assert result.gradient == {name: 2}
    assert result.value == gradcalc.evaluate(f"{name}*x", {"x": 2}).value
    assert gradcalc.value_and_grad(f"{name}^2", [name])(3.0) == (9, (6,))
    assert gradcalc.derivative("x", name) == "0"


def test_a_label_is_no_constant_though_it_has_its_name():
    assert gradcalc.derivative("e = x^2; e*x", "x") == gradcalc.derivative("x^3", "x")
    with pytest.raises(gradcalc.GradcalcError):
        gradcalc.evaluate("e = x^2; x", {"x": 2}, wrt=["pi"])
