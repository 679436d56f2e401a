"""The special values: what is said where no unique derivative exists.

The files of special_values/ give a formula, its variables, and then the value, the
gradient and every note (reference/entries.py tells how to add one). The conventions are
PyTorch's published order: the derivative if there is one, else the sub-gradient of
least norm, else continuity, else NaN.
"""

import math
from pathlib import Path

import pytest
from reference.entries import entries

from gradcalc.algebra.derivative import derivative
from gradcalc.engine.evaluation import evaluate

ENTRIES = entries(Path(__file__).with_name("special_values"))


@pytest.mark.parametrize("entry", ENTRIES, ids=str)
def test_special_value(entry, regenerate):
    result = evaluate(entry.formula, entry.values)
    gradient = ", ".join(f"{name} = {part}" for name, part in result.gradient.items())
    answer = "\n".join(
        [
            f"value {result.value}",
            f"gradient {gradient}",
            *(f"{note.kind}: {note.message}" for note in result.notes),
        ]
    )
    if regenerate:
        entry.write(answer)
    else:
        assert answer == entry.answer


def test_literals_have_no_gradient():
    result = evaluate("x^2", {"x": -3})
    assert [node.gradient for node in result.nodes] == [-6.0, None, 1.0]
    assert result.finite
    assert not result.notes


def test_constants_have_no_gradient():
    result = evaluate("pi*x + 2*3", {"x": 1})
    assert {node.expression: node.gradient for node in result.nodes} == {
        "pi": None,
        "x": math.pi,
        "pi*x": 1.0,
        "2": None,
        "3": None,
        "2*3": None,
        "pi*x + 2*3": 1.0,
    }


@pytest.mark.parametrize(
    "formula",
    [
        "where(x > 0, sqrt(x), 0)",
        "where(x <= 0, 0, log(x))",
        "max(1, where(x > 0, 1/x, 0))",
        "relu(-sqrt(x + 1) - 1)",
        "clip(2 + sqrt(x + 1), -1, 1)",
        "where(x > 0, where(x > 0, x^x, log(x)), 0)",
    ],
)
@pytest.mark.parametrize("x", [0.0, -1.0])
def test_nothing_reaches_what_was_not_selected(formula, x):
    result = evaluate(formula, {"x": x})
    assert result.gradient == {"x": 0.0}
    # The same of the derivative as a formula, and of its own derivative.
    symbolic = derivative(formula, "x")
    assert evaluate(symbolic, {"x": x} if "x" in symbolic else {}).value == 0.0


def test_note_names_the_first_node_that_is_not_finite():
    result = evaluate("a = log(x)\nb = a*2\nexp(b) + 1/a", {"x": 0})
    (note, *_) = [note for note in result.notes if note.kind == "nonfinite"]
    assert result.nodes[note.node].expression == "log(x)"
    assert note.message == "log(x) is -inf because x is 0"
