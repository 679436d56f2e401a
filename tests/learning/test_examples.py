"""Examples read from rows: the order of classes, whatever they are called."""

import io
from itertools import permutations

import pytest

from gradcalc.data.formats import open_rows
from gradcalc.errors import DataError
from gradcalc.learning.examples import read_examples

NAMES = ["10", "9", "-1.5", "1e3", "nan", "inf", "True", "a b", "é", "1_0"]
ORDER = ["-1.5", "9", "10", "1e3", "1_0", "True", "a b", "inf", "nan", "é"]


def classes_in(content, **settings):
    rows = open_rows(io.BytesIO(content.encode()), "d")
    return read_examples(rows, ["x"], ["k"], classes=[], **settings).classes


def test_numbers_come_by_size_before_all_other_names():
    rows = "".join(f"1,{name}\n" for name in NAMES)
    assert classes_in(f"x,k\n{rows}") == ORDER
    rows = "".join(f'{{"x": 1, "k": "{name}"}}\n' for name in NAMES)
    assert classes_in(rows) == ORDER


def test_the_order_of_the_rows_does_not_change_that_of_the_classes():
    for names in permutations(["nan", "2", "1", "-nan", "inf"]):
        rows = "".join(f"1,{name}\n" for name in names)
        assert classes_in(f"x,k\n{rows}") == ["1", "2", "-nan", "inf", "nan"]


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("1e999", "inf is not the name of a class"),
        ("1" * 5000, "inf is not the name of a class"),
        ('"\\ud800"', "'\ud800' is not Unicode text"),
    ],
    ids=["overflow", "digits", "half a character"],
)
def test_what_cannot_be_written_again_names_no_class(cell, message):
    with pytest.raises(DataError) as caught:
        classes_in(f'{{"x": 1, "k": "a"}}\n{{"x": 1, "k": {cell}}}\n')
    assert caught.value.message == f"d, line 2, column k: {message}"


def test_a_whole_number_names_a_class_to_its_last_digit():
    rows = '{"x": 1, "k": 12345678901234567891}\n{"x": 1, "k": 2.0}\n'
    assert classes_in(rows) == ["2", "12345678901234567891"]
