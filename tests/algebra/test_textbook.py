"""Derivatives as calculus books and science have them: their texts and their lengths.

The table textbook.txt has a formula, the names that it is differentiated by, the text
that comes out and how many operations it takes, and how many SymPy's takes:
`simplify(diff(...))`, counted in gradcalc's notation. The benchmark derivatives.py
works SymPy's out.
"""

import math
from pathlib import Path

import pytest
from reference.lengths import operations

from gradcalc.algebra.derivative import derivative
from gradcalc.engine.evaluation import evaluate
from gradcalc.language.names import read_program

TABLE = Path(__file__).with_name("textbook.txt")
ROWS = [
    line.split(" | ") for line in TABLE.read_text(encoding="utf-8").splitlines() if line
]
IDS = [f"{formula} by {names}" for formula, names, *_ in ROWS]
VALUES = {name: 0.3 + 0.07 * k for k, name in enumerate("abcdknmprstvwxyzADGKNPRTVq")}
VALUES |= {"e0": 0.8, "mu": 0.2, "h": 0.6, "f": 0.9}


def written(formula, names):
    """The derivative by the names, one after the other."""
    text = formula
    for name in names.split(","):
        text = derivative(text, name)
    return text


@pytest.mark.parametrize(("formula", "names", "text", "length", "peer"), ROWS, ids=IDS)
def test_derivative_of_the_table(formula, names, text, length, peer, regenerate):
    found = written(formula, names).replace("\n", "; ")
    assert operations(found) <= 1.5 * int(peer)
    if regenerate:
        row = " | ".join([formula, names, found, str(operations(found)), peer])
        old = " | ".join([formula, names, text, length, peer])
        content = TABLE.read_text(encoding="utf-8").replace(old + "\n", row + "\n")
        TABLE.write_text(content, encoding="utf-8")
    else:
        assert (found, operations(found)) == (text, int(length))


def test_all_together_are_no_longer_than_those_of_the_peer():
    assert sum(int(row[3]) for row in ROWS) <= sum(int(row[4]) for row in ROWS)
    assert len(ROWS) >= 60


@pytest.mark.parametrize(
    ("formula", "names", "text"), [row[:3] for row in ROWS], ids=IDS
)
def test_derivative_of_the_table_has_the_value_of_the_gradient(formula, names, text):
    *before, last = names.split(",")
    below = formula
    for name in before:
        below = derivative(below, name, exact=True)
    for scale in (1.0, 0.4, 1.3):
        point = {
            name: VALUES[name] * scale for name in read_program(formula).variables({})
        }
        gradient = evaluate(below, {}, defaults=point).gradient[last]
        if math.isfinite(gradient):
            found = evaluate(text.replace("; ", "\n"), {}, defaults=point).value
            assert found == pytest.approx(gradient, rel=1e-10, abs=1e-13), point
