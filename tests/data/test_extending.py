"""Rows with more cells keep what they had, character by character."""

import csv
import io
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcalc.data.extending import header_with, row_with_cells, row_with_entries
from gradcalc.data.rows import open_rows


def extended(content, cell, kind=None):
    rows = open_rows(io.BytesIO(content), "d", kind)
    text = header_with(rows, ["new, one"])
    for _ in rows:
        if rows.format == "jsonl":
            text += row_with_entries(rows, {"new, one": cell})
        else:
            text += row_with_cells(rows, [cell])
    return text.encode()


@pytest.mark.parametrize(
    ("content", "result"),
    [
        (b"x\n1\n2", b'x,"new, one"\n1,0.5\n2,0.5\n'),
        (
            b'\xef\xbb\xbfx,"a b"\r\n1.00,"q ""r"""\r\n\r\n',
            b'\xef\xbb\xbfx,"a b","new, one"\r\n1.00,"q ""r""",0.5\r\n',
        ),
        (b"x\ty\n1\t2\n", b"x\ty\tnew, one\n1\t2\t0.5\n"),
        (b'{"x": 1.50}\r\n', b'{"x": 1.50, "new, one": 0.5}\r\n'),
        (b'{"x":1 } \n{ }', b'{"x":1, "new, one": 0.5}\n{"new, one": 0.5}\n'),
    ],
    ids=["plain", "mark, quotes, carriage returns", "tabs", "json", "json, blanks"],
)
def test_rows_stay_as_they_are(content, result):
    assert extended(content, 0.5) == result


@pytest.mark.parametrize(
    ("number", "cell", "entry"),
    [
        (math.nan, "NaN", "NaN"),
        (math.inf, "inf", "Infinity"),
        (-math.inf, "-inf", "-Infinity"),
        (0.1, "0.1", 0.1),
    ],
)
def test_numbers_of_every_kind(number, cell, entry):
    assert extended(b"x\n1\n", number).splitlines()[1] == f"1,{cell}".encode()
    assert json.loads(extended(b'{"x": 1}', number))["new, one"] == entry


@given(
    st.lists(
        st.lists(st.text('ab,"\n\r\té ', max_size=5), min_size=2, max_size=2).filter(
            any
        ),
        max_size=5,
    )
)
def test_a_table_reads_back_with_its_new_column(cells):
    table = io.StringIO()
    csv.writer(table).writerows([["x", "y"], *cells])
    found = extended(table.getvalue().encode(), "a,b", "csv").decode()
    read = list(csv.reader(io.StringIO(found, newline="")))
    assert read == [["x", "y", "new, one"], *([*row, "a,b"] for row in cells)]
