"""Where notes are due, and which text nodes and notes refer to."""

import pytest

from gradcalc.engine.evaluation import evaluate
from gradcalc.language.functions import library
from gradcalc.language.library import library_documentation, library_text


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
        ("kl_divergence(t, p)", {"p": [0.5, 0.5], "t": [1.0, 0.0]}, ["kl_divergence"]),
        ("leaky_relu(x)", {"x": 0}, ["leaky_relu"]),
        ("where(t == 0, 0, t)", {"t": 0}, [None]),
        ("f(t) = where(t == 0, 0, t); f(t)", {"t": 0}, [None]),
    ],
)
def test_an_equality_inside_the_library_is_silent(formula, values, functions):
    notes = evaluate(formula, values).notes
    assert [note.function for note in notes] == functions
    # That of kl_divergence is about log(0).
    switching = [note for note in notes if "about to switch" in note.message]
    assert len(switching) == len([f for f in functions if f != "kl_divergence"])


def test_a_note_names_the_function_that_nobody_typed():
    (note,) = evaluate("leaky_relu(x)", {"x": 0}).notes
    assert note.sentence == f"in leaky_relu: {note.message}"
    (note,) = evaluate("relu(x)", {"x": 0}).notes
    assert note.sentence == note.message
