"""Wrong formulas and the whole page that is said of each, caret by caret.

The pages are in the files of mistakes/ (reference/entries.py tells how to add one).
"""

from pathlib import Path

import pytest
from reference.entries import entries

from gradcalc.engine.evaluation import evaluate
from gradcalc.errors import GradcalcError, describe

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
