"""Long texts, cut."""

from gradcalc.wording import cut_end, cut_middle


def test_short_texts_stay():
    assert cut_middle("abcdefg", 7) == cut_end("abcdefg", 7) == "abcdefg"
    assert cut_middle("abcdefghi", 7, 1, 8) == "bcdefgh"


def test_long_texts_are_cut_to_the_length():
    assert cut_middle("abcdefghij", 9) == "abc … hij"
    assert cut_middle("(abcdefghij)", 9, 1, 11) == "abc … hij"
    assert cut_end("abcdefghij", 6) == "abcde…"
    assert cut_end("abc defghij", 7, "...") == "abc..."
