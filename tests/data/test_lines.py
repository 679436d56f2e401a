"""Lines that arrive in blocks of any size."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcalc.data.lines import Lines
from gradcalc.errors import DataError


class Trickle(io.RawIOBase):
    """A stream that gives so many bytes at a time, as a slow pipe does."""

    def __init__(self, content, size):
        self.content = content
        self.size = size

    def readable(self):
        return True

    def readinto(self, buffer):
        size = min(self.size, len(buffer))
        given, self.content = self.content[:size], self.content[size:]
        buffer[: len(given)] = given
        return len(given)


def read(content, size):
    return list(Lines(io.BufferedReader(Trickle(content, size)), "d"))


TEXTS = st.text(st.sampled_from('ab,"é\n\r\x0b\x85\u2028'), max_size=40)


@given(TEXTS, st.integers(1, 9))
def test_lines_are_those_of_the_whole_in_whatever_blocks(text, size):
    content = text.encode()
    lines = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8", newline="")
    assert read(content, size) == list(lines)


def test_a_long_line_is_put_together_once():
    lines = read(b"a" * 3_000_000 + b"\nb", 1 << 16)
    assert list(map(len, lines)) == [3_000_001, 1]


@given(TEXTS, TEXTS, st.integers(1, 9))
def test_streams_are_read_one_after_another(one, other, size):
    more = [("e", lambda: io.BufferedReader(Trickle(other.encode(), size)))]
    lines = Lines(io.BufferedReader(Trickle(one.encode(), size)), "d", more)
    found = [(lines.name, lines.number, line) for line in lines]
    assert found == [
        (name, number, line)
        for name, text in (("d", one), ("e", other))
        for number, line in enumerate(read(text.encode(), 1), start=1)
    ]
    lines.close()


def test_a_line_that_is_not_text_leaves_the_others():
    lines = Lines(io.BytesIO(b"a\n\xff\nb\n"), "d")
    assert next(lines) == "a\n"
    with pytest.raises(DataError, match="d, line 2: the byte 0xff is not UTF-8 text"):
        next(lines)
    assert list(lines) == ["b\n"]


@pytest.mark.parametrize("size", [1, 3, 100])
def test_a_mark_is_no_part_of_the_first_line(size):
    lines = Lines(io.BufferedReader(Trickle("\ufeffx\n1\n".encode(), size)), "d")
    assert list(lines) == ["x\n", "1\n"]
    assert lines.mark == "\ufeff"
