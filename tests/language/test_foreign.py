"""What other languages write: each hint is a formula that can be taken as it is."""

import math

import pytest
from mpmath import mp

import gradcalc
from gradcalc.language.foreign import (
    ANGLES,
    DERIVATIVES,
    FUNCTIONS,
    PREFIXES,
    WITH_TWO,
)
from gradcalc.language.library import known_functions
from gradcalc.operations import CALLABLE

# The functions as Python has them, for the points below.
MEANINGS = {
    "{a}*{b}": lambda a, b: a * b,
    "{a} + {b}": lambda a, b: a + b,
    "{a} - {b}": lambda a, b: a - b,
    "{a}/{b}": lambda a, b: a / b,
    "-{a}": lambda a: -a,
    "1/{a}": lambda a: 1 / a,
    "{a} @ {b}": lambda a, b: a * b,
    "{a}^{b}": lambda a, b: a**b,
    "{a}^2": lambda a: a**2,
    "{a}^3": lambda a: a**3,
    "{a}^(1/{b})": lambda a, b: a ** (1 / b),
    "2^{a}": lambda a: 2**a,
    "10^{a}": lambda a: 10**a,
    "csc({0})": lambda a: 1 / math.sin(a),
    "cot({0})": lambda a: 1 / math.tan(a),
    "digamma({0})": lambda a: float(mp.digamma(a)),
    "polygamma(1, {0})": lambda a: float(mp.psi(1, a)),
    "gamma({0})": math.gamma,
    "lgamma({0})": math.lgamma,
    "factorial({0})": lambda a: math.gamma(a + 1),
    "factorial({0})/(factorial({1})*factorial({a} - {b}))": (
        lambda a, b: float(mp.binomial(a, b))
    ),
    "1/cosh({0})": lambda a: 1 / math.cosh(a),
    "1/sinh({0})": lambda a: 1 / math.sinh(a),
    "1/tanh({0})": lambda a: 1 / math.tanh(a),
    "tan({0})": math.tan,
    "acos(1/{a})": lambda a: math.acos(1 / a),
    "asin(1/{a})": lambda a: math.asin(1 / a),
    "atan(1/{a})": lambda a: math.atan(1 / a),
    "log10({0})": math.log10,
    "log2({0})": math.log2,
    "{a}*180/pi": math.degrees,
    "{a}*pi/180": math.radians,
    "sign({0})": lambda a: math.copysign(1, a),
    "abs({0})": math.fabs,
    "sign({0})*floor(abs({0}))": math.trunc,
    "mod({0}, {1})": math.fmod,
    "mean({0})": lambda a: a,
    "length({0})": lambda _: 1,
    "clip({0}, {1}, {2})": lambda a, b, c: min(max(a, b), c),
    "{a} > 0": lambda a: float(a > 0),
    "where({0}, {1}, {2})": lambda a, b, c: b if a else c,
    "log({0})/log({1})": math.log,
    "atan2({0}, {1})": math.atan2,
}
POINT = {"x": 2.75, "y": 1.5, "z": 4.25}


def hint_of(text):
    with pytest.raises(gradcalc.GradcalcError) as caught:
        gradcalc.evaluate(text, {}, defaults=POINT)
    return caught.value.hint


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_of_another_language(name):
    assert name not in known_functions()
    meaning = MEANINGS[FUNCTIONS[name]]
    count = 3 if "{2}" in FUNCTIONS[name] else 2 if "{b}" in FUNCTIONS[name] else 1
    count = max(count, 2 if "{1}" in FUNCTIONS[name] else 1)
    for arguments in (["x", "y", "z"], ["x + y", "y*z", "z - y"], ["(x)", "2", "y^2"]):
        given = arguments[:count]
        values = [gradcalc.evaluate(each, {}, defaults=POINT).value for each in given]
        hint = hint_of(f"{name}({', '.join(given)})")
        found = gradcalc.evaluate(hint.removeprefix("write "), {}, defaults=POINT)
        assert found.value == pytest.approx(meaning(*values), rel=1e-12)
    # With another number of arguments the letters stand for them.
    assert hint_of(f"{name}({', '.join('xyzx')})").startswith("write ")


@pytest.mark.parametrize("name", WITH_TWO)
def test_a_function_with_another_number_of_arguments(name):
    hint = hint_of(f"1 + {name}(x + 1, y)")
    found = gradcalc.evaluate(hint.removeprefix("write "), {}, defaults=POINT)
    assert found.value == pytest.approx(MEANINGS[WITH_TWO[name]](3.75, 1.5))


@pytest.mark.parametrize("name", DERIVATIVES)
def test_a_derivative_of_another_language(name):
    hint = hint_of(f"{name}(x^2*y, x)")
    found = gradcalc.evaluate(hint.removeprefix("write "), {}, defaults=POINT)
    assert found.value == 2 * 1.5 * (1 if name == "hessian" else 2.75)
    assert hint_of(f"{name}(x^2)").startswith("write diff(")


def test_a_near_miss_takes_as_many_arguments():
    assert hint_of("tahn(x)") == "did you mean tanh?"
    for text in ("choose(5, 2)", "det(x, y, z)", "inverse(x, y, z)"):
        hint = hint_of(text)
        if hint.startswith("did you mean "):
            name = hint.removeprefix("did you mean ").removesuffix("?")
            gradcalc.evaluate(name + text[text.index("(") :], {}, defaults=POINT)


@pytest.mark.parametrize("unit", ANGLES)
@pytest.mark.parametrize("form", ["30{}", "30 {}", "sin(30{})", "2*30{} + 1"])
def test_an_angle_with_its_unit(unit, form):
    hint = hint_of(form.format(unit)).removeprefix("write ")
    turn = {"d": 360, "g": 400, "r": math.tau}[unit[0]]
    found = gradcalc.evaluate(hint, {}).value
    assert found == pytest.approx(30 / turn * math.tau)


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("number", ["1", "2.5", ".5", "1e3", "1_000"])
def test_a_number_with_a_prefix(prefix, number):
    scaled, variable = hint_of(number + prefix).split("; ")
    scaled = scaled.partition(" for ")[0]
    factor = {"k": 1e3, "M": 1e6, "G": 1e9}[prefix]
    assert gradcalc.evaluate(scaled, {}).value == pytest.approx(float(number) * factor)
    product = variable.partition(" for ")[0]
    assert gradcalc.evaluate(product, {prefix: 2}).value == 2 * float(number)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("3!", "write factorial(3) for 3!"),
        ("2*(4)! + 1", "write factorial(4) for (4)!"),
        ("x!", "write factorial(x) for x!"),
        ("(x+1)!", "write factorial(x+1) for (x+1)!"),
        ("floor(x)!", "write factorial(floor(x)) for floor(x)!"),
        ("2*x!", "write factorial(x) for x!"),
        ("x! + 1", "write factorial(x) for x!"),
        ("[1,2][0]!", "write factorial([1,2][0]) for [1,2][0]!"),
        ("!x", "not equal is !=, the opposite of a condition c is 1 - c"),
        ("5%", "for a percentage, write /100"),
        ("5% + x", "for a percentage, write /100"),
        ("5 % 3", "write mod(a, b)"),
        ("5 mod 3", "mod(5, ...)"),
        ("sin^2 x", "sin(x)^2"),
        ("sin^2(x)", "sin(...)^2"),
        ("30\N{DEGREE SIGN}", "write *pi/180"),
        ("math.sin(x)", "write sin(...)"),
        ("A.T", "write transpose(A)"),
        ("f(x) := x", "write ="),
        ("w\N{SUBSCRIPT ONE}", "write w_1"),
        ("PI*x", 'did you mean pi? if not, add "PI": ... to the values'),
        ("Infinity", 'did you mean inf? if not, add "Infinity": ... to the values'),
        ("ln2", 'did you mean ln(2)? if not, add "ln2": ... to the values'),
        (
            "log10x + x",
            'did you mean log10(x)? if not, add "log10x": ... to the values',
        ),
        ("sinq", 'add "sinq": ... to the values'),
        ("[[1,2],[3,4]]*[1,2]", "for the product of matrices and lists, write @"),
        ("[1,2]*[[1,2],[3,4]]", "for the product of matrices and lists, write @"),
        ("[1,2]*[1,2,3]", None),
        ("[[1,2],[3,4]] + [1,2]", None),
    ],
)
def test_a_hint(text, hint):
    assert hint_of(text) == hint


def test_pi_may_be_written_as_the_letter():
    letter = "\N{GREEK SMALL LETTER PI}"
    assert gradcalc.evaluate(f"{letter}/4", {}).value == math.pi / 4
    assert gradcalc.evaluate(f"2*{letter}*r", {"r": 1}).gradient == {"r": math.tau}
    assert gradcalc.derivative(f"sin({letter}*x)", "x") == "pi*cos(pi*x)"
    assert gradcalc.evaluate(f"{letter}*x", {letter: 3, "x": 1}).value == 3
    assert gradcalc.evaluate(f"{letter} = x^2; {letter}*x", {"x": 2}).value == 8
    assert gradcalc.derivative(f"{letter}*x", letter) == "x"


@pytest.mark.parametrize("text", ["q + y", "x[0]", "f(2)", "sum(1:3)", "PI*q", "ln2"])
def test_from_python_no_hint_speaks_of_the_command_line(text):
    hint = hint_of(text)
    assert "--" not in hint
    assert "gradcalc" not in hint


def test_every_function_of_one_argument_may_be_meant():
    for name, operation in CALLABLE.items():
        if len(operation.parameters) == 1:
            assert f"{name}(7)" in hint_of(f"{name}7 + 0*{name}7")
