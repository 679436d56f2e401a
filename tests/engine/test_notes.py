"""Where notes are due, and which text nodes and notes refer to."""

import math

import pytest

from gradcalc.engine.evaluation import evaluate
from gradcalc.language.functions import library
from gradcalc.language.library import (
    OF_PROBABILITIES,
    known_functions,
    library_documentation,
    library_text,
)


@pytest.mark.parametrize("name", library_documentation())
def test_spans_say_which_text_they_refer_to(name):
    result = evaluate(f"2*{library_documentation()[name].example}", {})
    assert any(node.function is None for node in result.nodes)
    for node in result.nodes:
        text, within = result.source, (0, len(result.source))
        if node.function is not None:
            statement = library()[node.function].statement
            text, within = library_text(), (statement.start, statement.end)
        start, end = node.span
        assert within[0] <= start < end <= within[1]
        # What @ and others are made of has no text of its own.
        typed = text[start:end]
        assert typed in node.expression or "@" in typed or "others" in typed


ONE_HOT = {"p": [0.7, 0.2, 0.1], "t": [1, 0, 0]}


@pytest.mark.parametrize(
    ("formula", "values", "functions"),
    [
        ("cross_entropy(p, t)", ONE_HOT, []),
        ("kl_divergence(t, p)", {"p": [0.5, 0.5], "t": [1.0, 0.0]}, []),
        ("leaky_relu(x)", {"x": 0}, ["leaky_relu"]),
        ("where(t == 0, 0, t)", {"t": 0}, [None]),
        ("f(t) = where(t == 0, 0, t); f(t)", {"t": 0}, [None]),
    ],
)
def test_an_equality_inside_the_library_is_silent(formula, values, functions):
    notes = evaluate(formula, values).notes
    assert [note.function for note in notes] == functions
    assert all("about to switch" in note.message for note in notes)


def test_a_note_names_the_function_that_nobody_typed():
    (note,) = evaluate("leaky_relu(x)", {"x": 0}).notes
    assert note.sentence == f"in leaky_relu: {note.message}"
    (note,) = evaluate("relu(x)", {"x": 0}).notes
    assert note.sentence == note.message


OUTSIDE = {
    "bce": "bce(p, 1)",
    "bce of a list": "bce([0.5, p, p], [1, 0, 1])",
    "cross_entropy": "cross_entropy([p, 0.2], [1, 0])",
    "inside another function": "f(q) = 2*bce(q, 0); f(p)",
}


@pytest.mark.parametrize("formula", OUTSIDE.values(), ids=OUTSIDE)
@pytest.mark.parametrize(("p", "shown"), [(1.5, "1.5"), (-2, "-2"), (1e300, "1e+300")])
def test_what_is_no_probability_is_said_once(formula, p, shown):
    notes = [n for n in evaluate(formula, {"p": p}).notes if n.kind == "outside"]
    (note,) = notes
    function = "cross_entropy" if "cross" in formula else "bce"
    assert note.sentence.endswith(
        f" is {shown}, which is no probability; {function}_logits takes any number"
    )
    assert note.sentence.startswith(f"in {function}: ")


@pytest.mark.parametrize("formula", OUTSIDE.values(), ids=OUTSIDE)
@pytest.mark.parametrize("p", [0, 1e-300, 0.5, 1, 1 + 1e-15, -1e-15, math.nan])
def test_nothing_is_said_of_probabilities(formula, p):
    notes = evaluate(formula, {"p": p}).notes
    assert "outside" not in [note.kind for note in notes]


def test_every_function_of_probabilities_is_in_the_library():
    assert set(OF_PROBABILITIES) <= set(library_documentation())
    for _, instead in OF_PROBABILITIES.values():
        assert instead in known_functions()
