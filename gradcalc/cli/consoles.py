"""What is printed: the answer to standard output, all else to standard error.

Colour goes to terminals only. Off a terminal nothing is cut to a width.
"""

import os
import sys
from collections.abc import Collection
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any, TextIO

import click

from gradcalc.strict_json import write_json
from gradcalc.wording import plural, printable

if TYPE_CHECKING:
    from gradcalc.reports.pages import Page

# Where a command's context keeps the characters that standard output has lost.
_LOST = "gradcalc.lost"
_NAMED = 6


def takes_colour(stream: IO[str]) -> bool:
    """Whether the stream is a terminal that wants colour."""
    return (
        stream.isatty()
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM") != "dumb"
    )


def can_show(text: str) -> bool:
    """Whether standard output has all characters of the text."""
    return not unencodable(text, sys.stdout)


def flush() -> None:
    """Have all that was printed go out, if there is still somewhere to go."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, OSError, ValueError):
            stream.flush()


def width() -> int | None:
    """The columns of the terminal that standard output is, or None off a terminal."""
    return columns_of(sys.stdout)


def columns_of(stream: IO[str]) -> int | None:
    """The columns of the terminal that the stream is, or None off a terminal."""
    if not stream.isatty():
        return None
    from shutil import get_terminal_size

    known = (80, 24)
    with suppress(OSError):
        known = os.get_terminal_size(stream.fileno())
    return get_terminal_size(known).columns


def show(page: "Page") -> None:
    """Print a page to standard output."""
    if not takes_colour(sys.stdout):
        for line in page.lines(not can_show("─")):
            sys.stdout.write(line.text.rstrip() + "\n")
        return
    # Rich costs as much time as everything else together: only colours import it.
    from rich.console import Console

    from gradcalc.reports.pages import UNLIMITED

    console = Console(
        file=sys.stdout,
        width=UNLIMITED,
        force_terminal=True,
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
    )
    for part in page.parts:
        # Part by part, so that a long page begins at once.
        console.print(part, crop=False)


def show_text(*lines: str, styled: bool = False) -> None:
    """Print lines of text to standard output; `styled` ones may have colours in them.

    What the locale cannot show there becomes `?`, and a warning says so: such text may
    be read again, by this program or another, and would mean something else.
    """
    text = "".join(f"{line}\n" for line in lines)
    if not styled:
        text = printable(text, keep="\t\n")
    sys.stdout.write(text)
    lost = unencodable(text, sys.stdout)
    if not lost:
        return
    context = click.get_current_context()
    if _LOST not in context.meta:
        # Once for all that a command prints, when it has printed it.
        context.call_on_close(lambda: _warn_of(context.meta[_LOST]))
    context.meta[_LOST] = dict.fromkeys([*context.meta.get(_LOST, ()), *lost])


def unencodable(text: str, stream: TextIO) -> list[str]:
    """The characters that the stream's encoding lacks, each once."""
    encoding = stream.encoding or "ascii"
    characters = [] if text.isascii() else dict.fromkeys(text)
    return [c for c in characters if not c.encode(encoding, "ignore")]


def _warn_of(lost: Collection[str]) -> None:
    """Warn of characters that standard output has lost."""
    shown = [
        f"U+{ord(c):04X}" if unencodable(c, sys.stderr) or not c.isprintable() else c
        for c in lost
    ]
    named = ", ".join(shown[:_NAMED]) + (", ..." if len(shown) > _NAMED else "")
    warn(
        f"the locale cannot show {named}: ? stands in"
        f" {plural(shown, 'its place', 'their places')};"
        " set PYTHONUTF8=1 or a UTF-8 locale"
    )


def show_json(content: Any) -> None:
    """Print strict JSON: one line, or indented on a terminal."""
    indent = 2 if sys.stdout.isatty() else None
    # JSON is UTF-8. To other streams an escape is as good as the character.
    utf8 = (sys.stdout.encoding or "ascii").lower().replace("-", "") == "utf8"
    sys.stdout.write(write_json(content, ascii_only=not utf8, indent=indent) + "\n")


def say(kind: str, sentence: str) -> None:
    """Print `kind: sentence` to standard error, the kind in its colour.

    The sentence may have further lines, of which those that are indented are shown as
    they are; of what it quotes from data a terminal obeys nothing.
    """
    label = f"{kind}:"
    shown = f"{label} " + printable(sentence, keep="\n")
    if (columns := columns_of(sys.stderr)) is not None:
        lines = shown.split("\n")
        shown = "\n".join(each for line in lines for each in _fitting(line, columns))
    colour = {"error": "red", "warning": "yellow"}.get(kind)
    if colour and takes_colour(sys.stderr):
        shown = click.style(label, fg=colour, bold=True) + shown.removeprefix(label)
    sys.stderr.write(shown + "\n")


def _fitting(line: str, columns: int) -> list[str]:
    """The line broken between words, unless it is indented."""
    if len(line) <= columns or line.startswith(" "):
        return [line]
    from textwrap import wrap

    return wrap(line, columns, break_long_words=False, break_on_hyphens=False)


def warn(sentence: str) -> None:
    """Print a warning to standard error."""
    say("warning", printable(sentence))
