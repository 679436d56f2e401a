"""Rows of CSV (RFC 4180) and of tab-separated values, under a header."""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from math import isfinite
from typing import Any

from gradcalc.data.cells import cells_of, class_in, number_in
from gradcalc.data.rows import ANOTHER_NAME, BrokenDataError, Lines, Result, Row, Rows
from gradcalc.errors import DataError
from gradcalc.language.identifiers import NAME, normal
from gradcalc.shapes import Shape
from gradcalc.wording import counted

# An element of a list. No list is longer.
_ELEMENT = re.compile(rf"({NAME})\[([0-9]{{1,9}})\]")

# What Python's reader says of text that breaks the rules, in words for its writer.
_MISTAKES = {
    "unexpected end of data": "a quotation mark is opened and never closed",
    "expected after": "text follows a closing quotation mark",
    "field larger": "a cell is longer than 131072 characters",
    "NUL": "the line holds a NUL character",
}


class DelimitedRows(Rows):
    """The rows of a table of text: each row is the list of its cells."""

    def __init__(self, lines: Lines, delimiter: str) -> None:
        super().__init__(lines)
        self.delimiter = delimiter
        self._reader = csv.reader(lines, delimiter=delimiter, strict=True)
        try:
            self.header = [normal(cell.strip()) for cell in next(self)]
        except StopIteration:
            raise DataError(f"{self.name} is empty: it has no header") from None
        if all(map(_is_number, self.header)):
            raise self.problem(
                "the first line holds numbers, not the names of columns",
                hint="put a header line such as x,y above the rows",
            )
        # Every name that a formula may use.
        self._columns = _columns(self.header)
        self.columns = {name: each.shape for name, each in self._columns.items()}

    def __next__(self) -> Row:
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
        for name in names:
            self._place(name)

    def numbers(
        self, names: Sequence[str], *, finite: bool = True
    ) -> Callable[[Row], Sequence[float]]:
        read = partial(number_in, finite=finite)
        places = [place for name in names for place in self._place(name)]
        width = len(self.header)
        recent = self.lines.recent

        def numbers(cells: list[str]) -> Sequence[float]:
            # Python takes 1_0 for a number; such a row is read with care.
            if len(cells) == width and len(recent) == 1 and "_" not in recent[0]:
                try:
                    found = [float(cells[place]) for place in places]
                except ValueError:
                    pass
                else:
                    # One NaN or infinity makes the sum one.
                    if isfinite(sum(found)):
                        return found
            return self._careful(cells, read, places)

        return numbers

    def names(self, column: str) -> Callable[[Row], str]:
        places = self._place(column)
        return lambda cells: self._careful(cells, class_in, places)[0]

    def header_with(self, additions: Sequence[tuple[str, list[str]]]) -> str:
        names = [name for _, columns in additions for name in columns]
        lists = {_list_of(cell): cell for cell in self.header}
        for name in names:
            # Beside x[0] neither a column x nor another x[1] could be told apart.
            if (taken := lists.get(_list_of(normal(name)))) is not None:
                raise DataError(
                    f"{self.name} has a column {taken} already", hint=ANOTHER_NAME
                )
        return self.lines.mark + self._extended(names)

    def row_with(self, additions: Sequence[tuple[str, Any]]) -> str:
        return self._extended(
            [cell for _, value in additions for cell in cells_of(value)]
        )

    def _extended(self, values: Iterable[Any]) -> str:
        """The last line of the table, as it stood, with more cells."""
        cells = [_cell(value, self.delimiter) for value in values]
        text, ending = self.text_and_ending()
        return self.delimiter.join([text, *cells]) + ending

    def _place(self, name: str) -> list[int]:
        """The places of the column's cells. DataError if others could be meant."""
        column = self._columns[name]
        if column.problem is not None:
            raise DataError(
                f"{self.name} has {column.problem}",
                hint="a column that is used needs a name of its own",
            )
        return column.places

    def _careful(
        self, cells: list[str], read: Callable[[str], Result], places: Sequence[int]
    ) -> list[Result]:
        """What is read from the cells; DataError for the first that cannot be read."""
        if len(cells) != len(self.header):
            missing = self.header[len(cells) :]
            raise self.problem(
                f"the row has {counted(len(cells), 'cell')}, the header has"
                f" {len(self.header)}",
                column=missing[0] if missing else None,
                span=(0, len(self.text)),
            )
        found = []
        for place in places:
            try:
                found.append(read(cells[place]))
            except ValueError as error:
                spans = list(_cell_spans(self.text, self.delimiter))
                raise self.problem(
                    str(error), column=self.header[place], span=spans[place]
                ) from None
        return found


@dataclass(frozen=True)
class _Column:
    """What a name stands for: a column, or a list x that has columns x[0], x[1]."""

    # Of its cells in a row.
    places: list[int]
    shape: Shape = ()
    # What the table has that leaves open what is meant, or None.
    problem: str | None = None


def _columns(header: Sequence[str]) -> dict[str, _Column]:
    """What each name stands for."""
    places: dict[str, list[int]] = {}
    elements: dict[str, dict[int, list[int]]] = {}
    for place, name in enumerate(header):
        places.setdefault(name, []).append(place)
        if element := _ELEMENT.fullmatch(name):
            indices = elements.setdefault(element[1], {})
            indices.setdefault(int(element[2]), []).append(place)
    columns = {
        name: _Column(found, problem=_doubled(header, found))
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
        columns[name] = _Column(
            places.get(name) or [indices[index][0] for index in order],
            () if name in places else (len(order),),
            problem,
        )
    return columns


def _doubled(header: Sequence[str], places: Sequence[int]) -> str | None:
    """What is wrong with columns of one name, or None if it is one column."""
    if len(places) == 1:
        return None
    return f"{len(places)} columns called {header[places[0]]}"


def _list_of(name: str) -> str:
    """The name of the list that the column is an element of; else its own name."""
    element = _ELEMENT.fullmatch(name)
    return element[1] if element else name


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
        if character == '"':
            quoted = not quoted
        elif character == delimiter and not quoted:
            yield start, position
            start = position + 1
    yield start, len(text)


def _cell(value: Any, delimiter: str) -> str:
    """The value as a cell of a row, in quotation marks if it needs them."""
    if isinstance(value, float):
        return repr(value) if value == value else "NaN"
    text = str(value)
    if any(character in text for character in (delimiter, '"', "\n", "\r")):
        return '"' + text.replace('"', '""') + '"'
    return text
