"""Options of the commands that read rows of data, and the opening of their files."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from gradcalc.cli.files import STANDARD_INPUT, file_name
from gradcalc.data.rows import FORMATS, Rows, format_of, open_rows
from gradcalc.errors import FileError

data = click.option(
    "--data",
    metavar="FILE",
    help="The rows: CSV or TSV with a header, or JSON Lines (- for standard input).",
)


def _format(context: Any, parameter: Any, text: str | None) -> str | None:
    if text is None or text in FORMATS:
        return text
    raise click.BadParameter(
        f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]} is expected, not {text!r}",
        context,
        parameter,
    )


format_option = click.option(
    "--format",
    "kind",
    callback=_format,
    metavar="NAME",
    help="What the rows are: csv, tsv or jsonl (told by the file's name or content).",
)
skip_bad = click.option(
    "--skip-bad",
    is_flag=True,
    help="Leave out rows that cannot be used, and count them.",
)


@contextmanager
def opened_rows(path: str, kind: str | None) -> Iterator[Rows]:
    """The rows of the file; standard input if the path is `-`."""
    if path == STANDARD_INPUT:
        if sys.stdin is None:
            raise FileError("cannot read standard input: it is closed")
        yield open_rows(sys.stdin.buffer, "standard input", kind)
        return
    try:
        stream = open(file_name(path), "rb")  # noqa: SIM115 - closed below
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from None
    with stream:
        try:
            yield open_rows(stream, path, kind or format_of(path))
        except IsADirectoryError as error:
            raise _unreadable(path, error) from None


def _unreadable(path: str, error: Exception) -> FileError:
    reason = (getattr(error, "strerror", None) or str(error)).lower()
    return FileError(f"cannot read {path or repr(path)}: {reason}")
