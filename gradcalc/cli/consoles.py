"""The two ways out: the answer to standard output, what is said about it to the other.

Colour goes to terminals only. Off a terminal nothing is cut to a width.
"""

import os
import sys
from typing import IO, TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import RenderableType

# Wide enough for any page: pages are given the terminal's width and shrink themselves.
_UNLIMITED = 1_000_000


def takes_colour(stream: IO[str]) -> bool:
    """Whether the stream is a terminal that wants colour."""
    return (
        stream.isatty()
        and not os.environ.get("NO_COLOR")
        and os.environ.get("TERM") != "dumb"
    )


def can_show(text: str) -> bool:
    """Whether standard output has all characters of the text."""
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def width() -> int | None:
    """The columns of the terminal that standard output is, or None off a terminal."""
    if not sys.stdout.isatty():
        return None
    from shutil import get_terminal_size

    return get_terminal_size().columns


def show(page: "RenderableType") -> None:
    """Print a page made of Rich's parts to standard output."""
    # Rich costs as much time as everything else together: only pages import it.
    from rich.console import Console, Group

    colour = takes_colour(sys.stdout)
    console = Console(
        file=sys.stdout,
        width=_UNLIMITED,
        color_system="auto" if colour else None,
        force_terminal=colour,
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
    )
    for part in page.renderables if isinstance(page, Group) else [page]:
        if colour:
            console.print(part, crop=False)
            continue
        with console.capture() as capture:
            console.print(part, crop=False)
        # Rich fills every row up to the table's width.
        for line in capture.get().splitlines():
            sys.stdout.write(line.rstrip() + "\n")


def show_text(text: str) -> None:
    """Print text to standard output as it stands."""
    sys.stdout.write(text + "\n")


def show_json(content: Any) -> None:
    """Print strict JSON: one line, or indented on a terminal."""
    import json

    indent = 2 if sys.stdout.isatty() else None
    # JSON is UTF-8. To other streams an escape is as good as the character.
    utf8 = (sys.stdout.encoding or "ascii").lower().replace("-", "") == "utf8"
    sys.stdout.write(
        json.dumps(content, ensure_ascii=not utf8, allow_nan=False, indent=indent)
        + "\n"
    )


def say(kind: str, sentence: str) -> None:
    """Print `kind: sentence` to standard error, the kind in its colour."""
    colour = {"error": "red", "warning": "yellow"}.get(kind)
    label = f"{kind}:"
    if colour and takes_colour(sys.stderr):
        label = click.style(label, fg=colour, bold=True)
    sys.stderr.write(f"{label} {sentence}\n")


def warn(sentence: str) -> None:
    """Print a warning to standard error."""
    say("warning", sentence)
