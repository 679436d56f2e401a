"""Options of the commands that read rows of data, and the opening of their files."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from gradcalc.cli import consoles
from gradcalc.cli.files import STANDARD_INPUT, called, file_name, standard_input
from gradcalc.cli.options import Choice
from gradcalc.data.formats import FORMATS, format_of, open_rows
from gradcalc.data.rows import Rows, Skipped
from gradcalc.errors import FileError, UsageError
from gradcalc.wording import counted, plural, quoted

data = click.option(
    "--data",
    metavar="FILE",
    help="The rows: CSV or TSV with a header, or JSON Lines (- for standard input).",
)


format_option = click.option(
    "--format",
    "kind",
    type=Choice(list(FORMATS)),
    metavar="NAME",
    help="What the rows are: csv, tsv or jsonl (told by the file's name or content).",
)
skip_bad = click.option(
    "--skip-bad",
    is_flag=True,
    help="Leave out rows that cannot be used, and count them.",
)


def read_classes(text: str | None) -> list[str] | None:
    """The names of the classes in the text; [] stands for those found in the data."""
    if text is None:
        return None
    names = [name.strip() for name in text.split(",")] if text else []
    if len(set(names)) < len(names) or "" in names:
        raise UsageError(
            f"--classes names no class, or one twice: {quoted(text)}",
            hint="write --classes=cat,dog, or --classes alone for those in the data",
        )
    return names


@contextmanager
def opened_rows(path: str, kind: str | None) -> Iterator[Rows]:
    """The rows of the file; standard input if the path is `-`."""
    if path == STANDARD_INPUT:
        yield open_rows(standard_input(), called(path), kind)
        return
    try:
        stream = open(file_name(path), "rb")  # noqa: SIM115 - closed below
    except (OSError, ValueError) as error:
        raise FileError.from_system("read", called(path), error) from None
    with stream:
        yield open_rows(stream, path, kind or format_of(path))


def warn_of(skipped: Skipped) -> None:
    """Warn of the rows that were left out, if there are any."""
    if skipped.first is not None:
        verb = plural(skipped.count, "is", "are")
        consoles.warn(
            f"{counted(skipped.count, 'row')} {verb} left out;"
            f" the first: {skipped.first.message}"
        )
