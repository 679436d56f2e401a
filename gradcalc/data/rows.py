"""Rows of a data file, one after another, as the text and the numbers in them.

A column has a name and a shape: () for a number, (n,) for a list, which JSON spells
[1, 2] and a table as columns x[0], x[1]; (rows, columns) for a matrix, in JSON only.
"""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

from gradcalc.data.additions import Additions, RowWriter
from gradcalc.data.lines import BrokenDataError, Lines
from gradcalc.errors import DataError
from gradcalc.shapes import Shape
from gradcalc.wording import listing, near_miss, plural, some

# A list of cells, or the object that a line of JSON holds.
Row = Any
Result = TypeVar("Result")

# So many rows are handed on at once, at most.
_MOST_ROWS = 1000


class MissingError(DataError):
    """A number that is asked for is not there: an empty cell, null, or no entry."""


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


@dataclass(frozen=True)
class Reading:
    """How rows are read."""

    # Their format, one of `formats.FORMATS`; None if it is to be found out.
    kind: str | None = None
    # What is between the cells of a table; None for what the format says.
    delimiter: str | None = None
    # The new names of columns, by their names in the data.
    renames: Mapping[str, str] = field(default_factory=dict)


class Rows(ABC):
    """Iterates over the rows of a stream.

    name     what errors call the stream
    columns  the columns' names and shapes, in order
    reading  how they are read

    A row that cannot be used raises DataError, when it is read or when its numbers are
    taken; the rows after it can still be read, unless it is a BrokenDataError.
    """

    # What errors say has the columns.
    columns_of: ClassVar[str] = "{name}"
    columns: Mapping[str, Shape]

    def __init__(self, lines: Lines, reading: Reading) -> None:
        self.lines = lines
        self.reading = reading

    @property
    def name(self) -> str:
        return self.lines.name

    def __iter__(self) -> Iterator[Row]:
        return self

    @abstractmethod
    def __next__(self) -> Row:
        """The next row that is not empty."""

    @property
    @abstractmethod
    def header(self) -> Sequence[str]:
        """The names of the columns of a table of these rows."""

    @abstractmethod
    def cells(self, row: Row) -> Sequence[Any]:
        """The last row as the cells of such a table. Raises DataError if it is none."""

    @abstractmethod
    def entries(self, row: Row) -> dict[str, Any]:
        """The last row as an object of JSON. Raises DataError if it is none."""

    @abstractmethod
    def longer(self, additions: Additions) -> RowWriter | None:
        """The writer that leaves rows as they stand and adds to them, if that can be.

        Raises DataError if a name of the additions is taken.
        """

    @abstractmethod
    def numbers(
        self, names: Sequence[str], *, finite: bool = True
    ) -> Callable[[Row], Sequence[float]]:
        """A function from a row to the numbers in these columns, list by list.

        It raises DataError, naming line and column, where one is NaN or infinite and
        should be `finite`, or is no number; MissingError if that is all that is wrong.
        """

    def numbers_or_none(
        self, names: Sequence[str]
    ) -> Callable[[Row], Sequence[float] | None]:
        """As `numbers`, finite or not: None in the place of a MissingError."""
        numbers = self.numbers(names, finite=False)

        def found(row: Row) -> Sequence[float] | None:
            try:
                return numbers(row)
            except MissingError:
                return None

        return found

    @abstractmethod
    def names(self, column: str) -> Callable[[Row], str]:
        """A function from a row to the name of the class in the column."""

    def blocks(
        self,
        use: Callable[[Row], Result],
        skipped: Skipped | None,
        quick: Callable[[str, Row], Result | None] | None = None,
    ) -> Iterator[list[Result]]:
        """The results of `use` for the rows: at a time, for those that have arrived.

        It gets each as the last row that was read. What it cannot use is refused.
        Before it `quick` is asked, where there is one for rows on lines of their own:
        it gets the line, which ends in a newline alone, and the row.
        """
        ended = False
        while not ended:
            block: list[Result] = []
            try:
                ended = self.use_block(block, use, skipped, quick)
            except DataError:
                yield block
                raise
            yield block

    def use_block(
        self,
        block: list[Result],
        use: Callable[[Row], Result],
        skipped: Skipped | None,
        _quick: Callable[[str, Row], Result | None] | None = None,
    ) -> bool:
        """Add the results for rows that have arrived; whether there will be no more."""
        while True:
            try:
                row = next(self)
                block.append(use(row))
            except StopIteration:
                return True
            except DataError as error:
                refuse(error, skipped)
            if not self.lines.waiting() or len(block) >= _MOST_ROWS:
                return False

    def require(self, names: Sequence[str]) -> None:
        """Raise DataError unless there is one column, or list, of each name.

        To be called before a row is read.
        """
        missing = [name for name in names if name not in self.columns]
        if not missing:
            return
        where = self.columns_of.format(name=self.name)
        hint = f"its columns are {some(self.columns)}" if self.columns else None
        near = [each for name in missing if (each := near_miss(name, self.columns))]
        if near:
            hint = f"did you mean {listing(near)}? {hint}"
        raise DataError(
            f"{where} has no {plural(missing, 'column', 'columns')}"
            f" {', '.join(missing)}",
            hint=hint,
        )

    def check_distinct(self) -> None:
        """Raise DataError if two columns have one name, used or not."""
        check_distinct(self.header, self.name)

    @property
    def text(self) -> str:
        """The last row as it stands in the stream, without its ending."""
        return self.whole_text.removesuffix("\n").removesuffix("\r")

    @property
    def place(self) -> str:
        """Where the last row stands: rows.csv, line 2."""
        return f"{self.name}, line {self.lines.number - len(self.lines.recent) + 1}"

    @property
    def whole_text(self) -> str:
        """The last row as it stands in the stream."""
        recent = self.lines.recent
        return recent[0] if len(recent) == 1 else "".join(recent)

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


def refuse(error: DataError, skipped: Skipped | None) -> None:
    """Count a row that cannot be used in `skipped`.

    Raises the error if that is None, and a BrokenDataError in any case.
    """
    if skipped is None or isinstance(error, BrokenDataError):
        raise error
    skipped.add(error)


def usable(
    rows: Rows, use: Callable[[Row], Result], skipped: Skipped | None
) -> Iterator[Result]:
    """The result of `use` for each row; what it cannot use is refused."""
    while True:
        try:
            row = next(rows)
            result = use(row)
        except StopIteration:
            return
        except DataError as error:
            refuse(error, skipped)
        else:
            yield result


def renamed(names: Sequence[str], renames: Mapping[str, str], where: str) -> list[str]:
    """The names with those replaced that have another. Raises DataError.

    `where` is what errors call the data that has the columns of these names.
    """
    unknown = [name for name in renames if name not in names]
    if unknown:
        near = near_miss(unknown[0], names)
        raise DataError(
            f"{where} has no {plural(unknown, 'column', 'columns')}"
            f" {', '.join(unknown)} to rename",
            hint=f"did you mean {near}?" if near else f"its columns are {some(names)}",
        )
    found = [renames.get(name, name) for name in names]
    for new in renames.values():
        if found.count(new) > 1:
            raise DataError(
                f"{where} would have {found.count(new)} columns called {new}",
                hint="give the column another name with rename",
                shell_hint="give the column another name with --rename",
            )
    return found


def check_distinct(header: Sequence[str], where: str) -> None:
    """Raise DataError if two columns of what is called `where` have one name."""
    for name, count in Counter(header).items():
        if count > 1 and name:
            raise DataError(
                f"{where} has {count} columns called {name}",
                hint="every column needs a name of its own",
            )
