"""Errors as pages: sentence, line, caret, hint."""

import copy
import pickle

import pytest

from gradcalc.errors import (
    BindingError,
    DataError,
    FileError,
    FormulaError,
    FormulaNameError,
    FormulaSyntaxError,
    GradcalcError,
    MissingExtraError,
    ShapeError,
    UsageError,
    describe,
)


def _pickled(error):
    return pickle.loads(pickle.dumps(error))


@pytest.mark.parametrize(
    ("error", "page"),
    [
        pytest.param(GradcalcError("it is wrong"), ["error: it is wrong"], id="bare"),
        pytest.param(
            GradcalcError("it is wrong", hint="mend it"),
            ["error: it is wrong", "hint: mend it"],
            id="hint without source",
        ),
        pytest.param(
            GradcalcError("here", source="a + b", span=(2, 3)),
            ["error: here", "  a + b", "    ^"],
            id="one character",
        ),
        pytest.param(
            GradcalcError("here", source="a + b", span=(5, 5)),
            ["error: here", "  a + b", "       ^"],
            id="after the end",
        ),
        pytest.param(
            GradcalcError("here", source="a + b", span=(3, 99)),
            ["error: here", "  a + b", "     ^^"],
            id="beyond the end",
        ),
        pytest.param(
            GradcalcError("here", source="a" * 99 + " + b", span=(102, 103)),
            ["error: here", f"  …{'a' * 45} + b", f"{' ' * 51}^"],
            id="a long line",
        ),
        pytest.param(
            GradcalcError("here", source="a\nb + c\nd", span=(2, 7)),
            ["error: line 2: here", "  b + c", "  ^^^^^"],
            id="second line",
        ),
        pytest.param(
            GradcalcError("here", source="a + (\nb", span=(4, 7)),
            ["error: line 1: here", "  a + (", "      ^"],
            id="over the end of a line",
        ),
        pytest.param(
            GradcalcError("here", source="日本 + x", span=(5, 6)),
            ["error: here", "  日本 + x", "         ^"],
            id="wide characters",
        ),
        pytest.param(
            GradcalcError("here", source="e\u0301 + x", span=(5, 6)),
            ["error: here", "  e\u0301 + x", "      ^"],
            id="combining accent",
        ),
        pytest.param(
            GradcalcError("here", source="\ta\x1b + x", span=(6, 7)),
            ["error: here", "   a\N{REPLACEMENT CHARACTER} + x", "        ^"],
            id="tab and escape",
        ),
        pytest.param(
            GradcalcError("here", source="x" * 500 + "+" + "y" * 500, span=(500, 501)),
            [
                "error: here",
                "  …" + "x" * 48 + "+" + "y" * 23 + "…",
                "   " + " " * 48 + "^",
            ],
            id="long line",
        ),
        pytest.param(
            GradcalcError("here", source="x" * 500, span=(0, 500)),
            ["error: here", "  " + "x" * 72 + "…", "  " + "^" * 72],
            id="long span",
        ),
        pytest.param(
            GradcalcError("here", source="[bold]x[/bold]", span=(6, 7)),
            ["error: here", "  [bold]x[/bold]", "        ^"],
            id="markup",
        ),
    ],
)
def test_describe(error, page):
    assert describe(error).split("\n") == page


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (GradcalcError, "error"),
        (FormulaSyntaxError, "syntax"),
        (FormulaNameError, "name"),
        (ShapeError, "shape"),
        (FormulaError, "formula"),
        (BindingError, "variable"),
        (UsageError, "usage"),
        (FileError, "file"),
        (DataError, "data"),
        (MissingExtraError, "extra"),
    ],
)
def test_family(kind, name):
    error = kind("a sentence", source="x", span=(0, 1), hint="a hint")
    assert isinstance(error, GradcalcError)
    assert error.exit_code == 2
    assert str(error) == "a sentence"
    assert error.to_dict() == {
        "kind": name,
        "message": "a sentence",
        "span": [0, 1],
        "hint": "a hint",
    }


def test_sentence_with_an_absurdly_long_name_is_shortened():
    error = GradcalcError(f"{'x' * 9999} is unknown", hint=f"write {'y' * 9999}")
    sentence, hint = describe(error).split("\n")
    assert sentence.startswith("error: xxxxx")
    assert sentence.endswith("xxxxx is unknown")
    assert len(sentence) < 1100
    assert hint.startswith("hint: write yyyyy")
    assert len(hint) < 1100
    assert len(error.message) > 9999


def test_an_error_with_other_fields():
    error = DataError("it is wrong", source="a + b", span=(2, 3))
    other = error.but(FileError, message="no, it is", hint="mend it", exit_code=1)
    assert type(other) is FileError
    assert (other.message, str(other)) == ("no, it is", "no, it is")
    assert (other.source, other.span, other.hint) == ("a + b", (2, 3), "mend it")
    assert other.exit_code == 1
    assert (error.message, error.hint, error.exit_code) == ("it is wrong", None, 2)
    assert type(error.but()) is DataError


def test_a_binding_error_keeps_its_names_unless_it_becomes_another_error():
    error = BindingError("no value", names=["x", "y"], missing=["y"], unused=["z"])
    other = error.but(hint="add --y=...", exit_code=1)
    assert (other.names, other.missing, other.unused) == (["x", "y"], ["y"], ["z"])
    assert other.but().exit_code == 1
    assert type(error.but(DataError)) is DataError


ERRORS = [
    GradcalcError("wrong"),
    *(
        kind("wrong", source="a + b", span=(0, 1), hint="mend it", exit_code=1)
        for kind in (GradcalcError, *GradcalcError.__subclasses__())
    ),
    BindingError("wrong", names=["x", "y"], missing=["x"], unused=["z"]),
    FileError.from_system("read", "a.txt", OSError(2, "No such file")),
]


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, _pickled])
@pytest.mark.parametrize("error", ERRORS, ids=repr)
def test_an_error_comes_back_the_same(error, again):
    twin = again(error)
    assert twin == error
    assert hash(twin) == hash(error)
    assert twin is not error
    assert describe(twin) == describe(error)


def test_errors_differ_where_anything_differs():
    for place, one in enumerate(ERRORS):
        assert [other == one for other in ERRORS].index(True) == place
    assert GradcalcError("wrong") != "wrong"
