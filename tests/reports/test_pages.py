"""Pages are the same lines as plain text and through Rich."""

import io

import pytest
from rich.console import Console

from gradcalc.reports.pages import UNLIMITED, Line, Page, Rule, line
from gradcalc.reports.tables import Column, layout

COLUMNS = [
    Column("variable", ["x", "größe", "名前"], style="cyan"),
    Column("a long value", [1.5, -20.25, None], style=["bold", "", "red"]),
    Column("two\nlines", ["a", "b", "c"]),
]


def page():
    tables, _ = layout(COLUMNS, bold=1, gap=2, division=0)
    indented, _ = layout(COLUMNS[:1], indent=2)
    ending = Line([("done", "green"), (": ", ""), ("[not markup]", "bold")])
    return Page([*tables, line(), *indented, Rule(7), ending])


def printed(encoding, **settings):
    file = io.TextIOWrapper(io.BytesIO(), encoding, errors="replace")
    console = Console(file=file, width=UNLIMITED, highlight=False, **settings)
    console.print(page(), crop=False)
    file.flush()
    return file.buffer.getvalue().decode(encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_rich_prints_the_same_lines(encoding):
    plain = page().lines(ascii_only=encoding == "ascii")
    encoded = [line.text.encode(encoding, "replace").decode() for line in plain]
    found = printed(encoding, color_system=None).splitlines()
    assert [line.rstrip() for line in found] == [line.rstrip() for line in encoded]


def test_without_other_characters_tables_are_drawn_in_ascii():
    lines = [line.text for line in page().lines(ascii_only=True)]
    assert lines[1:3] == [
        "variable | a long value | lines",
        "---------+--------------+------",
    ]


def test_styles_are_those_of_rich():
    found = printed("utf-8", color_system="standard", force_terminal=True)
    assert "\x1b[36mx       \x1b[0m" in found
    assert "\x1b[32mdone\x1b[0m: \x1b[1m[not markup]\x1b[0m" in found
