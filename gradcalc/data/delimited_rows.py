"""Rows of CSV (RFC 4180) and of tab-separated values, under a header."""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from math import isfinite
from typing import Any, TypeVar

from gradcalc.data.additions import Additions, RowWriter
from gradcalc.data.cells import EmptyError, class_in, json_cell, number_in, table_cell
from gradcalc.data.lines import BrokenDataError, Lines
from gradcalc.data.rows import (
    MissingError,
    Reading,
    Result,
    Row,
    Rows,
    Skipped,
    refuse,
    renamed,
)
from gradcalc.errors import DataError
from gradcalc.language.identifiers import NAME, normal
from gradcalc.shapes import Shape
from gradcalc.wording import counted

Numbers = TypeVar("Numbers")

# An element of a list. No list is longer.
_ELEMENT = re.compile(rf"({NAME})\[([0-9]{{1,9}})\]")

# What else separates the cells of a table whose header has no delimiter of its format.
_OTHER_DELIMITERS = (";", "\t")

# What Python's reader says of text that breaks the rules, in words for its writer.
_MISTAKES = {
    "unexpected end of data": "a quotation mark is opened and never closed",
    "expected after": "text follows a closing quotation mark",
    "field larger": "a cell is longer than 131072 characters",
    "NUL": "the line holds a NUL character",
}


class _MissingCellError(Exception):
    """The cell at the place is empty: an error that nobody may want to be told of."""

    def __init__(self, place: int, message: str) -> None:
        super().__init__(message)
        self.place = place


class DelimitedRows(Rows):
    """The rows of a table of text: each row is the list of its cells."""

    def __init__(self, lines: Lines, reading: Reading, delimiter: str) -> None:
        super().__init__(lines, reading)
        self.delimiter = reading.delimiter or _delimiter_in(lines.first(), delimiter)
        delimiter = self.delimiter
        # Whether the last row may hold an underscore.
        self._underscores = True
        self._reader = csv.reader(lines, delimiter=delimiter, strict=True)
        try:
            # The cells of the header as they stand.
            self.titles: Sequence[str] = next(self)
        except StopIteration:
            raise DataError(f"{self.name} is empty: it has no header") from None
        header = [normal(cell.strip()) for cell in self.titles]
        if all(map(_is_number, header)):
            raise self.problem(
                "the first line holds numbers, not the names of columns",
                hint="put a header line such as x,y above the rows",
            )
        self._header = renamed(header, reading.renames, self.name)
        # The text of the header, also above the rows of further files.
        lines.header = list(lines.recent)
        # Every name that a formula may use.
        self._columns = table_columns(self._header)
        self.columns = {name: each.shape for name, each in self._columns.items()}

    @property
    def header(self) -> Sequence[str]:
        return self._header

    def cells(self, row: Row) -> Sequence[Any]:
        if len(row) != len(self._header):
            raise self._wrong_width(row)
        return row  # type: ignore[no-any-return]

    def entries(self, row: Row) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, cell in zip(self._header, self.cells(row), strict=True):
            owner = list_of(name)
            if owner != name and self._columns[owner].problem is None:
                # Its elements in order, wherever they stand.
                if owner not in found:
                    places = self._columns[owner].places
                    found[owner] = [json_cell(row[place]) for place in places]
            else:
                found[name] = json_cell(cell)
        return found

    def __next__(self) -> Row:
        self._underscores = True
        while True:
            self.lines.forget()
            try:
                cells = next(self._reader)
            except csv.Error as error:
                said = str(error)
                words = (words for key, words in _MISTAKES.items() if key in said)
                # Behind a quotation mark that is never closed nothing is left to read.
                kind = BrokenDataError if "end of data" in said else DataError
                raise self.problem(next(words, said), kind=kind) from None
            # An empty line is no row.
            if cells:
                return cells

    def require(self, names: Sequence[str]) -> None:
        super().require(names)
        self.places(names)

    def longer(self, additions: Additions) -> RowWriter:
        return LongerTable(self, additions)

    def numbers(
        self, names: Sequence[str], *, finite: bool = True
    ) -> Callable[[Row], Sequence[float]]:
        read = partial(number_in, finite=finite)
        places = self.places(names)
        return self._numbers(places, lambda row: self._careful(row, read, places))

    def numbers_or_none(
        self, names: Sequence[str]
    ) -> Callable[[Row], Sequence[float] | None]:
        read = partial(number_in, finite=False)
        places = self.places(names)

        def careful(row: Row) -> Sequence[float] | None:
            try:
                return self._read(row, read, places)
            except _MissingCellError:
                return None

        return self._numbers(places, careful)

    def _numbers(
        self, places: Sequence[int], careful: Callable[[Row], Numbers]
    ) -> Callable[[Row], Numbers | list[float]]:
        """A function from a row to the numbers at the places; `careful` reads odd ones.

        These are not numbers, not finite, or may be no numbers as Python's 1_0.
        """
        width = len(self._header)

        def numbers(cells: list[str]) -> Numbers | list[float]:
            if len(cells) == width:
                try:
                    found = [float(cells[place]) for place in places]
                except ValueError:
                    return careful(cells)
                # One NaN or infinity makes the sum one.
                if isfinite(sum(found)) and not (
                    self._underscores and "_" in "".join([cells[p] for p in places])
                ):
                    return found
            return careful(cells)

        return numbers

    def names(self, column: str) -> Callable[[Row], str]:
        places = self.places([column])
        return lambda cells: self._careful(cells, class_in, places)[0]

    def use_block(
        self,
        block: list[Result],
        use: Callable[[Row], Result],
        skipped: Skipped | None,
        quick: Callable[[str, Row], Result | None] | None = None,
    ) -> bool:
        lines = self.lines
        try:
            waiting = lines.waiting(read=True)
        except StopIteration:
            return True
        rows = self._rows_in(waiting) if lines.is_text else None
        if rows is None:
            return super().use_block(block, use, skipped)
        first, recent = lines.number + 1, lines.recent
        lines.pass_over(len(waiting))
        recent[:] = [""]
        quick = quick if lines.is_plain else None
        for number, line, row in zip(count(first), waiting, rows, strict=False):
            if quick and (found := quick(line, row)) is not None:
                block.append(found)
                continue
            # This is the last row that was read, as far as `use` knows.
            lines.number, recent[0] = number, line
            self._underscores = "_" in line
            try:
                if row:
                    block.append(use(row))
            except DataError as error:
                refuse(error, skipped)
        lines.number = first + len(waiting) - 1
        return False

    def _rows_in(self, lines: Sequence[str]) -> list[list[str]] | None:
        """The row on each of the lines; None if not every line is one."""
        reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
        try:
            rows = list(reader)
        except csv.Error:
            return None
        return rows if len(rows) == len(lines) else None

    def places(self, names: Sequence[str]) -> list[int]:
        """The places of the columns' cells in a row, list by list."""
        return places_of(self._columns, names, self.name)

    def _careful(
        self, row: Row, read: Callable[[str], Result], places: Sequence[int]
    ) -> list[Result]:
        """What is read from the cells; DataError for the first that cannot be read."""
        try:
            return self._read(row, read, places)
        except _MissingCellError as error:
            raise self._bad_cell(error.place, str(error), MissingError) from None

    def _read(
        self, row: Row, read: Callable[[str], Result], places: Sequence[int]
    ) -> list[Result]:
        """As `_careful`, but raises _MissingCellError if all else can be read."""
        cells = self.cells(row)
        found: list[Result] = []
        missing = None
        for place in places:
            try:
                found.append(read(cells[place]))
            except EmptyError as error:
                missing = missing or _MissingCellError(place, str(error))
            except ValueError as error:
                raise self._bad_cell(place, str(error), DataError) from None
        if missing is not None:
            raise missing
        return found

    def _bad_cell(self, place: int, message: str, kind: type[DataError]) -> DataError:
        span = list(_cell_spans(self.text, self.delimiter))[place]
        return self.problem(message, column=self._header[place], span=span, kind=kind)

    def _wrong_width(self, cells: Sequence[str]) -> DataError:
        missing = self._header[len(cells) :]
        return self.problem(
            f"the row has {counted(len(cells), 'cell')}, the header has"
            f" {len(self._header)}",
            column=missing[0] if missing else None,
            span=(0, len(self.text)),
        )


class LongerTable(RowWriter):
    """The rows of a table as they stood, with more cells behind them."""

    def __init__(self, rows: DelimitedRows, additions: Additions) -> None:
        columns = additions.columns
        check_free(rows.name, rows.header, additions)
        self.rows = rows
        self._delimiter = rows.delimiter
        self._missing = [None] * len(columns)
        text = "".join(rows.lines.header)
        # A file without rows may have no ending either.
        self._ending = _ending(text) or "\n"
        above = text.removesuffix(self._ending)
        if rows.reading.renames:
            above = self._joined(rows.header)
        added = self._joined(columns)
        self.header = f"{rows.lines.mark}{above}{rows.delimiter}{added}{self._ending}"

    def written(self, row: Row, values: Sequence[Any] | None) -> str:
        delimiter, text = self._delimiter, self.rows.whole_text
        if values is None:
            values = self._missing
        added = delimiter.join(map(repr, values))
        # These are in nan, inf, None and all texts, but in no other number.
        if "n" in added or "'" in added or '"' in added:
            added = self._joined(values)
        own = _ending(text)
        return f"{text.removesuffix(own)}{delimiter}{added}{own or self._ending}"

    def _joined(self, cells: Iterable[Any]) -> str:
        return self._delimiter.join([table_cell(c, self._delimiter) for c in cells])


def check_free(where: str, columns: Sequence[str], additions: Additions) -> None:
    """Raise DataError if the name of an addition is that of a column, or of its list.

    Beside x[0] neither a column x nor another x[1] could be told apart. `where` is what
    errors call the data.
    """
    taken = {list_of(column): column for column in columns}
    for name in additions.columns:
        if (column := taken.get(list_of(normal(name)))) is not None:
            message = f"{where} has a column {column} already"
            raise DataError(
                message, hint=additions.hint, shell_hint=additions.shell_hint
            )


@dataclass(frozen=True)
class Column:
    """What a name stands for: a column, or a list x that has columns x[0], x[1]."""

    # Of its cells in a row.
    places: list[int]
    shape: Shape = ()
    # What the table has that leaves open what is meant, or None.
    problem: str | None = None


def table_columns(header: Sequence[str]) -> dict[str, Column]:
    """What each name stands for."""
    places: dict[str, list[int]] = {}
    elements: dict[str, dict[int, list[int]]] = {}
    for place, name in enumerate(header):
        places.setdefault(name, []).append(place)
        if element := _ELEMENT.fullmatch(name):
            indices = elements.setdefault(element[1], {})
            indices.setdefault(int(element[2]), []).append(place)
    columns = {
        name: Column(found, problem=_doubled(header, found))
        for name, found in places.items()
    }
    for name, indices in elements.items():
        first, order = header[next(iter(indices.values()))[0]], sorted(indices)
        lacking = next((k for k, index in enumerate(order) if index != k), None)
        doubled = (_doubled(header, found) for found in indices.values())
        problem = next(filter(None, doubled), None)
        if name in places:
            problem = f"a column {name} and a column {first}"
        elif lacking is not None:
            problem = f"a column {name}[{order[-1]}] and no {name}[{lacking}]"
        columns[name] = Column(
            places.get(name) or [indices[index][0] for index in order],
            () if name in places else (len(order),),
            problem,
        )
    return columns


def places_of(
    columns: Mapping[str, Column], names: Sequence[str], where: str
) -> list[int]:
    """The places of the columns of these names. DataError if others could be meant."""
    for name in names:
        if (problem := columns[name].problem) is not None:
            raise DataError(
                f"{where} has {problem}",
                hint="a column that is used needs a name of its own",
            )
    return [place for name in names for place in columns[name].places]


def _doubled(header: Sequence[str], places: Sequence[int]) -> str | None:
    """What is wrong with columns of one name, or None if it is one column."""
    if len(places) == 1:
        return None
    return f"{len(places)} columns called {header[places[0]]}"


def list_of(name: str) -> str:
    """The name of the list that the column is an element of; else its own name."""
    element = _ELEMENT.fullmatch(name)
    return element[1] if element else name


def _delimiter_in(header: str, usual: str) -> str:
    """The delimiter of the table that the line is the header of."""
    others = (each for each in _OTHER_DELIMITERS if each in header)
    return usual if usual in header else next(others, usual)


def _ending(text: str) -> str:
    """How the line ends: that of the last one, which may not, in a new line."""
    ending = text[len(text.rstrip("\r\n")) :]
    return ending[-2:] if ending.endswith("\r\n") else ending[-1:]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell


def _cell_spans(text: str, delimiter: str) -> Iterator[tuple[int, int]]:
    """Where each cell stands in the text of a row."""
    start, quoted = 0, False
    for position, character in enumerate(text):
        # Within a cell that does not begin with one it is a character as others.
        if character == '"' and text[start] == '"':
            quoted = not quoted
        elif character == delimiter and not quoted:
            yield start, position
            start = position + 1
    yield start, len(text)
