"""Wrong formulas and the whole page that is said of each, caret by caret.

The pages are in the files of mistakes/ (reference/entries.py tells how to add one).
"""

import re
from pathlib import Path

import pytest
from reference.entries import entries

from gradcalc.engine.evaluation import evaluate
from gradcalc.errors import GradcalcError, describe
from gradcalc.language.names import read_program
from gradcalc.language.unexpected import PAIRS

ENTRIES = entries(Path(__file__).with_name("mistakes"))


def mistake_of(formula, variables):
    with pytest.raises(GradcalcError) as caught:
        evaluate(formula, variables)
    return caught.value


@pytest.mark.parametrize("entry", ENTRIES, ids=str)
def test_mistake(entry, regenerate):
    page = describe(mistake_of(entry.formula, entry.values))
    if regenerate:
        entry.write(page)
    else:
        assert page == entry.answer


def test_span_lies_within_the_text():
    for entry in ENTRIES:
        error = mistake_of(entry.formula, entry.values)
        if error.span is not None:
            assert error.source == entry.formula
            assert 0 <= error.span[0] <= error.span[1] <= len(entry.formula)
        assert error.to_dict() == {
            "kind": error.kind,
            "message": error.message,
            "span": list(error.span) if error.span else None,
            "hint": error.hint,
        }


@pytest.mark.parametrize(
    ("formula", "variables", "kind"),
    [
        ("x +", {}, "syntax"),
        ("tahn(x)", {}, "name"),
        ("x = 1; x = 2", {}, "name"),
        ("[1, 2] + [1, 2, 3]", {}, "shape"),
        ("[1, 2][x]", {"x": 1}, "formula"),
        ("x", {}, "variable"),
    ],
)
def test_kind(formula, variables, kind):
    error = mistake_of(formula, variables)
    assert error.kind == kind
    assert error.exit_code == 2


# A hint that is a formula, or the name of a function, to stand where the carets are.
TAKEN = re.compile(
    r"did you mean (?P<name>\w+)\?|write (?P<part>[/\w^(][\w()/]*)"
    r"|(?P<formula>[\w.\[(][\w.*()\[\], +-]*[\w)\]])"
)
SENTENCE = re.compile(r"[a-z]{2,} [a-z]|\.\.\.")


def _mended(entry):
    """The formula with its hint in the place of the carets; None if that is no such."""
    error = mistake_of(entry.formula, entry.values)
    match = TAKEN.fullmatch(error.page_hint or "")
    # A bracket is mended together with its partner.
    if match is None or error.span is None or match[0] == "write (":
        return None
    part = match[match.lastgroup]
    if SENTENCE.search(part):
        return None
    start, end = error.span
    # Of a pair of operators the carets show the second.
    start -= entry.formula[start - 1 : end] in PAIRS
    return f"{entry.formula[:start]}{part}{entry.formula[end:]}"


def test_no_hint_leads_to_the_next_mistake():
    mended = {
        entry.formula: text for entry in ENTRIES if (text := _mended(entry)) is not None
    }
    assert len(mended) > 20
    for text in mended.values():
        if text.endswith("= x | tanh(x)"):
            text += "; f(1)"
        names = read_program(text).free
        evaluate(text, {}, defaults=dict.fromkeys(names, 1.5))
