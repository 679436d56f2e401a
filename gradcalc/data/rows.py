"""Rows of a data file, one after another, as the text and the numbers in them.

A column has a name and a shape: () for a number, (n,) for a list, which JSON spells
[1, 2] and a table as columns x[0], x[1]; (rows, columns) for a matrix, in JSON only.
"""

import io
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, ClassVar, TypeVar

from gradcalc.errors import DataError
from gradcalc.shapes import Shape
from gradcalc.wording import plural, some

# What to do where a new column would have the name of another.
ANOTHER_NAME = "give the new one another name with --column NAME"

# A list of cells, or the object that a line of JSON holds.
Row = Any
Result = TypeVar("Result")

BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"


class Lines:
    """Iterates over the lines of a stream of bytes, each with its ending.

    name    what errors call the stream
    number  the number of the last line, from 1
    recent  the lines since `forget` was last called
    mark    the byte order mark that the stream began with, or ""

    A line ends in "\\n", "\\r\\n" or "\\r". One that is not UTF-8 raises DataError, and
    the lines after it can still be read.
    """

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self.name = name
        self.number = 0
        self.recent: list[str] = []
        self.mark = ""
        self._held: str | None = None
        # What is not UTF-8 becomes surrogates here, so that its line is known below.
        self._text = io.TextIOWrapper(
            stream, encoding="utf-8", errors="surrogateescape", newline=""
        )

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._held is None:
            line = self._text.readline()
        else:
            line, self._held = self._held, None
        if not line:
            raise StopIteration
        self.number += 1
        if self.number == 1 and line.startswith(BYTE_ORDER_MARK):
            self.mark, line = BYTE_ORDER_MARK, line[1:]
        self.recent.append(line)
        if not line.isascii():
            self._check(line)
        return line

    def first(self) -> str:
        """The first line, which is still to be read."""
        if self._held is None and self.number == 0:
            self._held = self._text.readline()
        return self._held or ""

    def forget(self) -> None:
        """Start a new collection of recent lines."""
        self.recent.clear()

    def _check(self, line: str) -> None:
        try:
            line.encode()
        except UnicodeEncodeError as error:
            byte = line[error.start].encode(errors="surrogateescape")[0]
            raise DataError(
                f"{self.name}, line {self.number}: the byte 0x{byte:02x} is not"
                " UTF-8 text"
            ) from None


class BrokenDataError(DataError):
    """Data that cannot be read on from here, whatever rows are skipped."""


@dataclass(slots=True)
class Skipped:
    """The rows that were left out."""

    count: int = 0
    # What was wrong with the first of them.
    first: DataError | None = None

    def add(self, error: DataError) -> None:
        """Count one more row, left out for this error."""
        self.count += 1
        self.first = self.first or error


class Rows(ABC):
    """Iterates over the rows of a stream.

    name     what errors call the stream
    columns  the columns' names and shapes, in order

    A row that cannot be used raises DataError, when it is read or when its numbers are
    taken; the rows after it can still be read, unless it is a BrokenDataError.
    """

    # What errors say has the columns.
    columns_of: ClassVar[str] = "{name}"
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
    def numbers(
        self, names: Sequence[str], *, finite: bool = True
    ) -> Callable[[Row], Sequence[float]]:
        """A function from a row to the numbers in these columns, list by list.

        It raises DataError, naming line and column, where one is missing, or is NaN or
        infinite and should be `finite`.
        """

    @abstractmethod
    def names(self, column: str) -> Callable[[Row], str]:
        """A function from a row to the name of the class in the column."""

    @abstractmethod
    def header_with(self, additions: Sequence[tuple[str, list[str]]]) -> str:
        """The text above the rows, as it stood, with what additions to them need there.

        `additions` has the name of each and the columns that a table needs for it. To
        be called before a row is read. Raises DataError for a column that is taken.
        """

    @abstractmethod
    def row_with(self, additions: Sequence[tuple[str, Any]]) -> str:
        """The last row, as it stood, with more values behind it, each with its name.

        Raises DataError for a name that the row has already.
        """

    def require(self, names: Sequence[str]) -> None:
        """Raise DataError unless there is one column, or list, of each name.

        To be called before a row is read.
        """
        missing = [name for name in names if name not in self.columns]
        if not missing:
            return
        where = self.columns_of.format(name=self.name)
        hint = f"its columns are {some(self.columns)}" if self.columns else None
        if len(self.columns) == 1 and ";" in next(iter(self.columns)):
            hint = "its cells are separated by semicolons; make them commas or tabs"
        raise DataError(
            f"{where} has no {plural(missing, 'column', 'columns')}"
            f" {', '.join(missing)}",
            hint=hint,
        )

    @property
    def text(self) -> str:
        """The last row as it stands in the stream, without its ending."""
        return self.text_and_ending()[0]

    def text_and_ending(self) -> tuple[str, str]:
        """The last row as it stands in the stream, and how its line ends."""
        raw = "".join(self.lines.recent)
        text = raw.removesuffix("\n").removesuffix("\r")
        return text, raw[len(text) :] or "\n"

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
    """The result of `use` for each row.

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
            skipped.add(error)
        else:
            yield result
