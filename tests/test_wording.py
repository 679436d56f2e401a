"""Long texts, cut; texts that no terminal obeys; near misses."""

import sys
import unicodedata

from gradcalc.wording import (
    cut_end,
    cut_middle,
    meant_for,
    near_miss,
    printable,
    some,
    unprintable,
)


def test_short_texts_stay():
    assert cut_middle("abcdefg", 7) == cut_end("abcdefg", 7) == "abcdefg"
    assert cut_middle("abcdefghi", 7, 1, 8) == "bcdefgh"


def test_long_texts_are_cut_to_the_length():
    assert cut_middle("abcdefghij", 9) == "abc … hij"
    assert cut_middle("(abcdefghij)", 9, 1, 11) == "abc … hij"
    assert cut_end("abcdefghij", 6) == "abcde…"
    assert cut_end("abc defghij", 7, "...") == "abc..."


def test_no_terminal_obeys_any_character_of_a_printable_text():
    text = "".join(map(chr, range(sys.maxunicode + 1)))
    shown = printable(text)
    assert len(shown) == len(text)
    obeyed = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    for before, after in zip(text, shown, strict=True):
        assert unicodedata.category(after) not in obeyed
        assert after == before or unicodedata.category(before) in obeyed
    assert unprintable(shown) == []


def test_what_is_kept_stays():
    assert printable("a\tb\nc\x1b", keep="\n") == "a b\nc\N{REPLACEMENT CHARACTER}"


def test_a_near_miss_is_found_among_very_many_names():
    many = [f"name{number}" for number in range(100_000)]
    assert near_miss("nmae7", many) == "name7"
    assert near_miss("NAME77", many) == "name77"
    assert near_miss("nam5", many) is not None
    assert near_miss("q", many) is None
    assert len(meant_for(many, ["nmae"])) <= 12
    assert len(some(many)) < 200
