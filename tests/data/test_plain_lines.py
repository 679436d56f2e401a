"""Lines are plain where Python's reader makes the rows of them that a split makes."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcalc.data.plain_lines import count_of_plain

pytest.importorskip("numpy")

COUNTS = {
    "": 0,
    "\n": 0,
    "1,2\n": 1,
    "1,2\n3,4\n": 2,
    ",\n,\n": 2,
    "é,2\n": 1,
    "1,2": 0,
    "1,2\n\n": 0,
    "1,2\n3\n4,5,6\n": 0,
    "1,2,3\n4\n": 0,
    "1\n2,3,4\n": 0,
    '"1",2\n': 0,
    "1,\0\n": 0,
    "1,2\r\n3,4\r\n": 2,
    "1,2\r\n3,4\n": 0,
    "1,\r2\n3,4\r\n": 0,
    "\r\n1,2\r\n": 0,
    "1,2\r3,4\r": 0,
    "\n1,2\n": 0,
    "1,\udcff\n": 0,
    "1," + "2" * 140_000 + "\n": 0,
}


@pytest.mark.parametrize(("text", "count"), COUNTS.items())
def test_lines(text, count):
    assert count_of_plain(text.encode("utf-8", "surrogateescape"), ",", 2) == count


@pytest.mark.parametrize(
    ("text", "count"), [("1\n2\n", 2), ("1\n\n2\n", 0), ("1,\n", 0), ("\r\n", 0)]
)
def test_lines_of_one_cell(text, count):
    assert count_of_plain(text.encode(), ",", 1) == count


@given(st.text(st.sampled_from('1,,"\n\n\r\0é'), max_size=24), st.integers(1, 3))
def test_any_text(text, width):
    count = count_of_plain(text.encode(), ",", width)
    if not count:
        return
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    ending = "\r\n" if "\r" in text else "\n"
    assert rows == [line.split(",") for line in text.split(ending)[:-1]]
    assert count == len(rows)
    assert all(len(row) == width and any([*row, width > 1]) for row in rows)
