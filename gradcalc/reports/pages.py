"""Pages: lines of text and tables.

A page can be written as plain text without Rich, whose import takes longer than most
answers; Rich draws it where there are colours.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gradcalc.wording import printable

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType

# Wide enough for any page: pages are given the terminal's width and shrink themselves.
UNLIMITED = 1_000_000


class Part:
    """A part of a page; Rich can print it, too."""

    def lines(self, ascii_only: bool) -> Iterator["Line"]:
        """Its lines; if `ascii_only`, nothing else is drawn around its texts."""
        raise NotImplementedError

    def __rich_console__(
        self, _console: "Console", options: "ConsoleOptions"
    ) -> Iterator["RenderableType"]:
        from rich.text import Text

        for each in self.lines(options.ascii_only):
            pieces = [(printable(text), style) for text, style in each.pieces]
            yield Text.assemble(*pieces, no_wrap=True, overflow="ignore")


@dataclass(frozen=True)
class Line(Part):
    """Pieces of text, each with its style as Rich names it, or ""."""

    pieces: Sequence[tuple[str, str]] = ()

    @property
    def text(self) -> str:
        """The line without styles, and with nothing that a terminal obeys."""
        return printable("".join([text for text, _ in self.pieces]))

    def lines(self, ascii_only: bool) -> Iterator["Line"]:
        yield self


@dataclass(frozen=True)
class Rule(Part):
    """A line drawn over so many columns."""

    width: int

    def lines(self, ascii_only: bool) -> Iterator[Line]:
        yield line(("-" if ascii_only else "─") * self.width)


@dataclass(frozen=True)
class Page(Part):
    """Parts, one below the other."""

    parts: Sequence[Part]

    def lines(self, ascii_only: bool) -> Iterator[Line]:
        for part in self.parts:
            yield from part.lines(ascii_only)


def line(text: str = "", style: str = "") -> Line:
    """The line of one text."""
    return Line([(text, style)])


def paragraphs(
    sentences: Iterable[str], width: int | None, style: str = ""
) -> list[Line]:
    """The sentences, each broken between words into lines that fit."""
    if width is None:
        return [line(sentence, style) for sentence in sentences]
    from textwrap import wrap

    return [
        line(piece, style)
        for sentence in sentences
        for piece in wrap(sentence, width, subsequent_indent="  ")
    ]


def one_line(text: str) -> str:
    """The text on one line, with blanks for tabs and all that cannot be printed."""
    if text.isprintable():
        return text
    return " ".join(
        "".join(c if c.isprintable() else " " for c in piece).strip()
        for piece in text.splitlines()
    )
