"""Rows of a data file, one after another, as the text and the numbers in them.

A column has a name and a shape: () for a number, (n,) for a list, which JSON spells
[1, 2] and a table as columns x[0], x[1]; (rows, columns) for a matrix, in JSON only.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO, TypeVar

from gradcalc.data.lines import Lines
from gradcalc.errors import DataError
from gradcalc.shapes import Shape

# A list of cells, or the object that a line of JSON holds.
Row = Any
Result = TypeVar("Result")

FORMATS = ("csv", "tsv", "jsonl")
_ENDINGS = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".tab": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}


class BrokenDataError(DataError):
    """Data that cannot be read on from here, whatever rows are skipped."""


class Skipped:
    """The rows that were left out: how many, and what was wrong with the first."""

    def __init__(self) -> None:
        self.count = 0
        self.first: DataError | None = None


class Rows(ABC):
    """Iterates over the rows of a stream.

    name     what errors call the stream
    format   "csv", "tsv" or "jsonl"
    columns  the columns' names and shapes, in order
    text     the last row as it stands in the stream
    ending   how its line ends

    A row that cannot be used raises DataError, when it is read or when its numbers are
    taken; the rows after it can still be read, unless it is a BrokenDataError.
    """

    format: str
    columns: Mapping[str, Shape]

    def __init__(self, lines: Lines) -> None:
        self.lines = lines
        self.name = lines.name

    def __iter__(self) -> Iterator[Row]:
        return self

    @abstractmethod
    def __next__(self) -> Row:
        """The next row that is not empty."""

    @abstractmethod
    def numbers(self, names: Sequence[str]) -> Callable[[Row], Sequence[float]]:
        """A function from a row to the numbers in these columns, list by list.

        It raises DataError, naming line and column, where one is missing.
        """

    @abstractmethod
    def names(self, column: str) -> Callable[[Row], str]:
        """A function from a row to the name of the class in the column."""

    @property
    def text(self) -> str:
        return self._pieces()[0]

    @property
    def ending(self) -> str:
        return self._pieces()[1] or "\n"

    def _pieces(self) -> tuple[str, str]:
        raw = "".join(self.lines.recent)
        text = raw.removesuffix("\n").removesuffix("\r")
        return text, raw[len(text) :]

    def problem(
        self,
        message: str,
        *,
        column: str | None = None,
        hint: str | None = None,
        span: tuple[int, int] | None = None,
        kind: type[DataError] = DataError,
    ) -> DataError:
        """The error about the last row; `span` is in its text."""
        text = self.text
        number = self.lines.number - len(self.lines.recent) + 1
        if span is not None:
            # Show the one line of the row that holds the cell.
            start = text.rfind("\n", 0, span[0]) + 1
            number += text.count("\n", 0, span[0])
            end = text.find("\n", span[0])
            text = text[start : None if end < 0 else end]
            span = (span[0] - start, min(span[1] - start, len(text)))
        where = f"{self.name}, line {number}"
        if column is not None:
            where += f", column {column}"
        return kind(
            f"{where}: {message}",
            source=None if span is None else text,
            span=span,
            hint=hint,
        )


def usable(
    rows: Rows, use: Callable[[Row], Result], skipped: Skipped | None
) -> Iterator[Result]:
    """What `use` makes of each row.

    Rows that it cannot use are counted in `skipped` and left out; DataError is raised
    for the first of them if that is None, and for BrokenDataError in any case.
    """
    while True:
        try:
            row = next(rows)
            result = use(row)
        except StopIteration:
            return
        except DataError as error:
            if skipped is None or isinstance(error, BrokenDataError):
                raise
            skipped.count += 1
            skipped.first = skipped.first or error
        else:
            yield result


def format_of(path: str) -> str | None:
    """The format that a file's name stands for, or None if it does not say."""
    lowered = path.lower()
    return next(
        (kind for ending, kind in _ENDINGS.items() if lowered.endswith(ending)), None
    )


def open_rows(stream: BinaryIO, name: str, kind: str | None = None) -> Rows:
    """The rows of the stream.

    `name` is what errors call it; `kind` one of FORMATS, told by the first line if it
    is None. Raises DataError if there are no columns.
    """
    from gradcalc.data.delimited_rows import DelimitedRows
    from gradcalc.data.json_rows import JsonRows

    lines = Lines(stream, name)
    if kind is None:
        first = lines.first()
        if first.lstrip("\N{ZERO WIDTH NO-BREAK SPACE} \t\r\n").startswith("{"):
            kind = "jsonl"
        else:
            kind = "tsv" if "\t" in first and "," not in first else "csv"
    if kind == "jsonl":
        return JsonRows(lines)
    return DelimitedRows(lines, kind)


def unknown_columns(rows: Rows, names: Sequence[str]) -> DataError:
    """The error for names of columns that the data does not have."""
    known = list(rows.columns)
    noun = "column" if len(names) == 1 else "columns"
    # Of JSON Lines only the first row is known.
    where = f"the first row of {rows.name}" if rows.format == "jsonl" else rows.name
    hint = (
        f"its columns are {', '.join(known[:12])}{', ...' if len(known) > 12 else ''}"
    )
    if len(known) == 1 and ";" in known[0]:
        hint = "its cells are separated by semicolons; make them commas or tabs"
    return DataError(f"{where} has no {noun} {', '.join(names)}", hint=hint)
