"""A page spells numbers as gradcalc does: scripts' numbers, and people's."""

import math
import random

from reference.doubles import SPECIAL
from reference.scripts import in_node, needs_node

from gradcalc.reports.numbers import format_number
from gradcalc.webpage.document import asset

pytestmark = needs_node

SCRIPT = asset("numbers.js")


def numbers():
    """Thousands of doubles of all sizes, with few digits and with many."""
    chance = random.Random(5)
    yield from SPECIAL
    yield from (5e-324, 1.7976931348623157e308, 2.2250738585072014e-308, 0.1 + 0.2)
    yield from (1e15, 1e16, 1e17, 123456789012345678.0, 1e21, 1e22, 1e-4, 1e-5, 1e-7)
    # Halves between two texts, and what is next to them.
    for digits in (
        "0.5",
        "1.5",
        "2.5",
        "0.125",
        "0.375",
        "12.5",
        "1250",
        "1350",
        "2.675",
    ):
        yield from (math.nextafter(float(digits), side) for side in (0, 9e9))
        yield float(digits)
    for _ in range(2000):
        size = 10.0 ** chance.uniform(-320, 308)
        yield chance.choice((-1, 1)) * size
        yield chance.choice((-1, 1)) * float(f"{size:.{chance.randrange(1, 17)}g}")
        yield chance.uniform(-2000, 2000)
        yield chance.randrange(-4000, 4000) / 2 ** chance.randrange(10)
        yield chance.randrange(10**18) * 10.0 ** chance.randrange(5)
        yield chance.randrange(1000) / 10 + chance.choice((0.1, 0.2, 0.7))


def test_exact_numbers_are_those_of_json(tmp_path):
    given = list(map(float, numbers()))
    (found,) = in_node(SCRIPT, "answer(input.map(exactNumber));", given, tmp_path)
    words = {math.inf: "Infinity", -math.inf: "-Infinity"}
    wanted = ["NaN" if x != x else words.get(x, repr(x)) for x in given]
    assert found == wanted


def test_short_numbers_are_those_of_the_tables(tmp_path):
    given = list(map(float, numbers()))
    digits = [None, 1, 2, 3, 4, 6, 12, 17, 40]
    rows = in_node(
        SCRIPT,
        "for (const [k, x] of input) answer(x.map((each) => shortNumber(each, k)));",
        [[count, given] for count in digits],
        tmp_path,
    )
    for count, row in zip(digits, rows, strict=True):
        for x, found in zip(given, row, strict=True):
            assert found == format_number(x, count), (x, count)


READ = [
    ("3", 3.0), ("-3e-5", -3e-5), (" .5 ", 0.5), ("7.", 7.0), ("1_000.5", 1000.5),
    ("+2", 2.0), ("−2", -2.0), ("inf", math.inf), ("-Infinity", -math.inf),
    ("1e400", math.inf), ("-0", -0.0), ("", None), ("2x", None), ("0x10", None),
    ("1e", None), ("_1", None), ("1__0", None), ("1 2", None), ("constructor", None),
    ("e", None),
]  # fmt: skip


def test_texts_are_read_as_numbers_or_refused(tmp_path):
    texts = [text for text, _ in READ]
    (found,) = in_node(SCRIPT, "answer(input.map(readNumber));", texts, tmp_path)
    wanted = [number for _, number in READ]
    assert found == wanted
    assert [str(x)[0] for x in found] == [str(x)[0] for x in wanted]


def test_what_is_spelt_exactly_is_read_as_the_same_number(tmp_path):
    given = list(map(float, numbers()))
    code = "answer(input.every((x) => Object.is(readNumber(exactNumber(x)), x)));"
    assert in_node(SCRIPT, code, given, tmp_path) == [True]
