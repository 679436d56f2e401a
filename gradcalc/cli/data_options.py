"""Options of the commands that read rows of data, and the opening of their files."""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial, wraps
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from gradcalc.cli import consoles
from gradcalc.cli.files import (
    STANDARD_INPUT,
    called,
    check_readable,
    file_name,
    matching_files,
    standard_input,
)
from gradcalc.cli.options import Choice
from gradcalc.data.formats import FORMATS, LINE_FORMATS, format_of, open_rows
from gradcalc.data.rows import Reading, Rows, Skipped
from gradcalc.errors import FileError, UsageError
from gradcalc.language.identifiers import NAME, normal
from gradcalc.wording import counted, listing, near_miss, plural, quoted

if TYPE_CHECKING:
    from gradcalc.learning.roles import Roles

# A name that a formula can use, or an element of a list.
_COLUMN = re.compile(rf"{NAME}(\[[0-9]+\])*")

data = click.option(
    "--data",
    metavar="FILE",
    help="The rows: CSV or TSV with a header, or JSON Lines, also compressed, or"
    " Parquet or Arrow (- for standard input); of several files with a header in"
    " common as 'part-*.csv'.",
)
format_option = click.option(
    "--format",
    "kind",
    type=Choice(list(FORMATS)),
    metavar="NAME",
    help=f"What the rows are: {listing(FORMATS, 'or')} (told by the file's name or"
    " content).",
)
delimiter = click.option(
    "--delimiter",
    metavar="CHARACTER",
    help="What is between the cells of a table, such as ';' or tab (a comma; told by"
    " the header).",
)
rename = click.option(
    "--rename",
    "rename_texts",
    multiple=True,
    metavar="OLD=NEW",
    help="Give a column another name. May be repeated.",
)
skip_bad = click.option(
    "--skip-bad",
    is_flag=True,
    help="Leave out rows that cannot be used, and count them.",
)


def reading(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options of how rows are read, which the function gets as one `reading`."""

    @format_option
    @delimiter
    @rename
    @wraps(function)
    def command(
        *words: Any,
        kind: str | None,
        delimiter: str | None,
        rename_texts: Sequence[str],
        **given: Any,
    ) -> Any:
        how = Reading(kind, _read_delimiter(delimiter), _read_renames(rename_texts))
        return function(*words, reading=how, **given)

    return command


# What can hardly be typed in a shell.
_DELIMITERS = {
    "tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "space": " ", "pipe": "|",
}  # fmt: skip


def _read_delimiter(text: str | None) -> str | None:
    if text is None:
        return None
    found = _DELIMITERS.get(text, text)
    if len(found) != 1 or found in '"\r\n\0' or found.isalnum():
        raise UsageError(
            f"--delimiter takes one character, not {quoted(text)}",
            hint="write --delimiter ';' or --delimiter tab",
        )
    return found


def _read_renames(texts: Sequence[str]) -> dict[str, str]:
    """The new name of each column, by its name in the data."""
    renames: dict[str, str] = {}
    for text in texts:
        # The name in the data may hold the sign, too.
        old, equals, new = text.rpartition("=")
        old, new = normal(old.strip()), normal(new.strip())
        if not equals or not old or not _COLUMN.fullmatch(new):
            raise UsageError(
                f"--rename takes OLD=NEW, not {quoted(text)}",
                hint='write --rename "sepal length (cm)=sl", with a name for a formula',
            )
        if old in renames:
            raise UsageError(f"--rename gives {quoted(old)} two names")
        renames[old] = new
    return renames


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


def data_files(path: str) -> list[str]:
    """The files of a path, or `-`: those that match; of a folder, those of columns.

    Raises FileError if there is none.
    """
    if not os.path.isdir(file_name(path)):
        return matching_files(path)
    found = []
    for folder, folders, names in os.walk(path):
        # Such as a log of what wrote the others.
        folders[:] = sorted(each for each in folders if each[0] not in "._")
        kept = sorted(each for each in names if each[0] not in "._")
        found += [os.path.join(folder, each) for each in kept if _is_columnar(each)]
    return found or [path]


def format_of_data(path: str) -> str | None:
    """The format that the names of the files of a path stand for, None if none."""
    found = format_of(path)
    return found or next(map(format_of, data_files(path)), None)


def _is_columnar(path: str) -> bool:
    return (format_of(path) or LINE_FORMATS[0]) not in LINE_FORMATS


def scanned(files: Sequence[str]) -> Any:
    """The files, or the bytes of standard input, which come as one block."""
    if files == [STANDARD_INPUT]:
        return BytesIO(standard_input().read())
    for path in files:
        check_readable(path)
    return list(files)


@contextmanager
def opened_rows(path: str, reading: Reading) -> Iterator[Rows]:
    """The rows of the file, or of all that match; standard input if the path is `-`.

    Those of columns with types are a table, as if they were written as one.
    """
    kind = reading.kind if path == STANDARD_INPUT else format_of_data(path)
    if kind and kind not in LINE_FORMATS:
        # Imported here: few rows come so.
        from gradcalc.mapping.frame_engine import column_stream

        stream: Any = column_stream(scanned(data_files(path)), called(path), kind)
        how = replace(reading, kind="csv", delimiter=None)
        yield open_rows(stream, called(path), how)
        return
    if path == STANDARD_INPUT:
        yield open_rows(standard_input(), called(path), reading)
        return
    first, *more = matching_files(path)
    if os.path.isdir(file_name(first)):
        raise FileError(
            f"cannot read {path}: is a directory",
            hint=f"files in it are read as '{os.path.join(path, '*.csv')}'",
        )
    with _opened(first) as stream:
        known = replace(reading, kind=reading.kind or format_of(first))
        rows = open_rows(
            stream, first, known, [(other, partial(_opened, other)) for other in more]
        )
        try:
            for other in more:
                # Before anything is written.
                with _opened(other) as another:
                    rows.lines.check_header(another, other)
            yield rows
        finally:
            rows.lines.close()


def _opened(path: str) -> BinaryIO:
    try:
        return open(file_name(path), "rb")
    except (OSError, ValueError) as error:
        raise FileError.from_system("read", called(path), error) from None


def warn_of(skipped: Skipped) -> None:
    """Warn of the rows that were left out, if there are any."""
    if skipped.first is not None:
        verb = plural(skipped.count, "is", "are")
        consoles.warn(
            f"{counted(skipped.count, 'row')} {verb} left out;"
            f" the first: {skipped.first.message}"
        )


# By how many brackets what follows is deeper.
_BRACKETS = {"(": 1, "[": 1, ")": -1, "]": -1}


def columns_in(text: str | None, rows: Rows) -> list[str]:
    """The columns in a text with commas between them, or formulas of columns.

    A column whose name holds a comma is one.
    """
    if text is None:
        return []
    if normal(text) in rows.columns:
        return [normal(text)]
    parts, depth = [""], 0
    for character in text:
        depth += _BRACKETS.get(character, 0)
        if character == "," and depth <= 0:
            parts.append("")
        else:
            parts[-1] += character
    return list(dict.fromkeys(normal(part.strip()) for part in parts))


def warn_of_columns(roles: "Roles", target: Sequence[str], rows: Rows) -> None:
    """Warn of columns that hide a value in the formula, and of mistyped ones."""
    taken = {*roles.inputs, *target}
    unused = [name for name in rows.columns if name not in taken]
    for name in roles.replaced:
        consoles.warn(
            f"{name} is a column of {rows.name}, so its values come from there, not"
            " from the formula"
        )
    for name in roles.learned:
        if name not in roles.started and (near := near_miss(name, unused)):
            consoles.warn(
                f"{name} is no column of {rows.name}, so it is learned as a parameter;"
                f" its columns include {near}"
            )
