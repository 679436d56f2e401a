"""The quick function gives what the row by row engine gives, or nothing."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcalc.data.formats import open_rows
from gradcalc.data.rows import Reading
from gradcalc.mapping.quick_rows import quick_function
from gradcalc.mapping.row_engine import RowEngine
from gradcalc.mapping.row_formula import Asked, row_formula

FORMULAS = [
    "tanh(x*w + b)",
    "x/w",
    "sqrt(x)*w",
    "max(x, w) + min(x, b)",
    "where(x > 0, log(x), w)",
    "[x, w*x, b]",
    "prod([x, w, b])^2",
    "x^w",
    "relu(x) + abs(w)",
    "exp(x)*exp(w)*exp(-x)",
    "v @ [x, w]",
]
CELLS = st.one_of(
    st.floats().map(repr),
    st.sampled_from(
        ["", " ", "0", "-0.0", "1e400", "1_0", "abc", "inf", " 2", "5e-324"]
    ),
)


class Kept:
    """A sink that keeps the text."""

    kind = None

    def __init__(self):
        self.text = ""

    def write_rows(self, header, blocks):
        self.text += header
        for block in blocks:
            self.text += "".join(block)


def mapped(text, content):
    rows = open_rows(io.BytesIO(content.encode()), "d")
    engine = RowEngine(rows, skip_bad=True)
    asked = Asked(defaults={"b": 2.0, "v": [1.0, 3.0]})
    sink = Kept()
    outcome = engine.write(row_formula(text, rows.columns, "d", asked), sink)
    first = outcome.skipped.first
    return sink.text, outcome.odd, outcome.missing, first and first.message


@pytest.mark.parametrize("text", FORMULAS)
@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=8))
def test_every_row_is_answered_as_by_the_engine(text, cells):
    lines = ["n,w,x", "a,1,1", *(f"a,{w},{x}" for x, w in cells)]
    quick = mapped(text, "".join(f"{line}\n" for line in lines))
    # Lines with carriage returns are not plain.
    slow = mapped(text, "".join(f"{line}\r\n" for line in lines))
    assert (slow[0].replace("\r\n", "\n"), *slow[1:]) == quick


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "{", "}", "\\", "'", "%", "é"])
def test_any_delimiter(delimiter):
    content = delimiter.join("xwn") + "\n" + delimiter.join("23a") + "\n"
    rows = open_rows(io.BytesIO(content.encode()), "d", Reading(delimiter=delimiter))
    formula = row_formula("x*w", rows.columns, "d", Asked())
    quick = quick_function(rows, formula)
    line = delimiter.join("23a") + "\n"
    found = quick(line, ["2", "3", "a"])
    assert found == delimiter.join(["2", "3", "a", "6.0", "3.0", "2.0"]) + "\n"


def test_what_is_not_plain_is_left():
    rows = open_rows(io.BytesIO(b"x,n\n"), "d")
    quick = quick_function(rows, row_formula("1/x", rows.columns, "d", Asked()))
    for row in (["0", "a"], ["nan", "a"], ["", "a"], ["2"], [], ["1_0", "a"]):
        assert quick(",".join(row) + "\n", row) is None
    assert quick("2,a\n", ["2", "a"]) == "2,a,0.5,-0.25\n"
