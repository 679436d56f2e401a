"""Strict JSON: whatever is written reads back, and nothing is lost in reading."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcalc.errors import DataError
from gradcalc.strict_json import from_json_value, json_value, read_json, write_json
from gradcalc.wording import unprintable


def reject(constant):
    raise AssertionError(constant)


@given(st.recursive(st.floats(), lambda inner: st.lists(inner, max_size=3)))
def test_numbers_of_every_kind_read_back(value):
    text = write_json(json_value(value))
    json.loads(text, parse_constant=reject)
    assert repr(from_json_value(read_json(text, "it"))) == repr(value)


@given(
    st.dictionaries(st.text(), st.text() | st.none() | st.integers()),
    st.booleans(),
    st.sampled_from([None, 2]),
)
def test_texts_read_back_and_no_terminal_obeys_them(content, ascii_only, indent):
    text = write_json(content, ascii_only=ascii_only, indent=indent)
    assert set(unprintable(text)) <= {"\n"}
    assert text.isascii() or not ascii_only
    assert json.loads(text) == content


@pytest.mark.parametrize(
    "character", ["\x1b", "\x7f", "\x9b", "\u202e", "\u2028", "\U000e0001", "\ud800"]
)
def test_characters_that_terminals_obey_are_escaped(character):
    text = write_json([character])
    assert text.isascii()
    assert json.loads(text) == [character]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1" * 5000, math.inf),
        ("-" + "1" * 5000, -math.inf),
        ("1e5000", math.inf),
        ("9" * 30, int("9" * 30)),
    ],
)
def test_numbers_of_any_length_are_read(text, value):
    assert read_json(text, "it") == value


def test_minus_zero_keeps_its_sign():
    assert math.copysign(1, read_json("-0", "it")) == -1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a": 1, "a": 1}', "it: a is given more than once"),
        ('[{"b": {"a": 1, "": 2, "a": 3, "": 4}}]',
         "it: a and '' are given more than once"),
        ('{"a": 1, "\\u0061": 2}', "it: a is given more than once"),
        ("[-Infinity]", "it is not JSON: -Infinity is not a number there"),
        ("[1,\n x]", "it is not JSON: line 2, column 2: expecting value"),
    ],
    ids=["twice", "inside", "escaped", "infinity", "comma"],
)  # fmt: skip
def test_what_is_no_strict_json(text, message):
    with pytest.raises(DataError) as caught:
        read_json(text, "it")
    assert caught.value.message == message
