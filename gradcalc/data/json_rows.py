"""Rows of JSON Lines: an object on every line."""

import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from gradcalc.data.cells import class_in, number_in, shown
from gradcalc.data.rows import ANOTHER_NAME, Lines, Result, Row, Rows
from gradcalc.errors import BindingError, DataError
from gradcalc.language.identifiers import by_normal_name, normal
from gradcalc.shapes import Shape, described, flatten
from gradcalc.strict_json import (
    JsonError,
    NotJsonError,
    decoded,
    json_value,
    write_json,
)


class JsonRows(Rows):
    """The rows of JSON Lines: each row is a dictionary."""

    # Of the others the columns are not known.
    columns_of = "the first row of {name}"

    def __init__(self, lines: Lines) -> None:
        super().__init__(lines)
        # The first good row says which columns there are, so it is read ahead, and so
        # are the errors of the rows above it.
        first, errors = None, []
        while first is None:
            try:
                first = self._read()
            except DataError as error:
                errors.append(error)
            except StopIteration:
                empty = DataError(f"{self.name} is empty: it has no rows")
                raise (errors or [empty])[0] from None
        self._ahead = iter([*errors, first])
        self._last: Row = first
        self.columns = {name: _shape(cell) for name, cell in first.items()}

    def __next__(self) -> Row:
        row = next(self._ahead, None)
        if isinstance(row, DataError):
            raise row
        self._last = self._read() if row is None else row
        return self._last

    def _read(self) -> dict[str, Any]:
        line = ""
        while not line or line.isspace():
            self.lines.forget()
            line = next(self.lines)
        try:
            row = decoded(line)
        except NotJsonError as error:
            if line.lstrip().startswith("["):
                # Whole or not: its rows are not on lines of their own.
                raise self._no_row([]) from None
            place = error.position
            span = None if place is None else (place, place)
            raise self.problem(f"this is not JSON: {error}", span=span) from None
        except JsonError as error:
            raise self.problem(str(error)) from None
        if not isinstance(row, dict):
            raise self._no_row(row)
        return row if line.isascii() and "\\u" not in line else self._normal(row)

    def _no_row(self, value: Any) -> DataError:
        return self.problem(
            f"a row is an object, not {shown(value)}",
            hint='write one such as {"x": 1, "y": 2} on every line',
        )

    def _normal(self, row: dict[str, Any]) -> dict[str, Any]:
        """The row with its names in normal form."""
        try:
            return by_normal_name(row.items())
        except BindingError as error:
            raise self.problem(error.message) from None

    def require(self, names: Sequence[str]) -> None:
        super().require(names)
        for name in names:
            # Of the first row, which is the last that was read.
            if 0 in self.columns[name]:
                raise self.problem("the list is empty", column=name)

    def numbers(
        self, names: Sequence[str], *, finite: bool = True
    ) -> Callable[[Row], Sequence[float]]:
        columns = [
            (name, shape, partial(_numbers_in, shape=shape, finite=finite))
            for name in names
            for shape in [self.columns[name]]
        ]

        def numbers(row: dict[str, Any]) -> Sequence[float]:
            found: list[float] = []
            for name, shape, read in columns:
                cell = row.get(name)
                # The plain case first: this runs once for every number of the data.
                if cell.__class__ is float and not shape and cell - cell == 0:
                    found.append(cell)
                else:
                    found += self._cell(row, name, read)
            return found

        return numbers

    def names(self, column: str) -> Callable[[Row], str]:
        return lambda row: self._cell(row, column, class_in)

    def header_with(self, additions: Sequence[tuple[str, list[str]]]) -> str:
        return self.lines.mark

    def row_with(self, additions: Sequence[tuple[str, Any]]) -> str:
        """The last row, as it stood, with more entries in its object.

        What JSON has no number for is a string: "NaN", "Infinity", "-Infinity".
        """
        for name, _ in additions:
            if normal(name) in self._last:
                # Of two entries of one name readers take the last.
                raise self.problem(f"the row has {name} already", hint=ANOTHER_NAME)
        text, ending = self.text_and_ending()
        text = text.rstrip()[:-1].rstrip()
        entries = write_json(json_value(dict(additions)))[1:]
        separator = "" if text.endswith("{") else ", "
        return f"{text}{separator}{entries}{ending}"

    def _cell(
        self, row: dict[str, Any], name: str, read: Callable[[Any], Result]
    ) -> Result:
        """What is read from the cell; DataError if it is missing or cannot be read."""
        if name not in row:
            raise self.problem("the row has no such value", column=name)
        try:
            return read(row[name])
        except ValueError as error:
            key = json.dumps(name)
            start = self.text.find(key)
            span = None if start < 0 else (start, start + len(key))
            raise self.problem(str(error), column=name, span=span) from None


def _shape(cell: Any) -> Shape:
    """The shape of a cell: () unless it is a list, or a list of equally long lists."""
    if not isinstance(cell, list):
        return ()
    if cell and all(isinstance(row, list) for row in cell):
        lengths = {len(row) for row in cell}
        if len(lengths) == 1:
            return (len(cell), lengths.pop())
    return (len(cell),)


def _numbers_in(cell: Any, shape: Shape, *, finite: bool) -> list[float]:
    """The numbers in a cell of that shape. Raises ValueError for another cell."""
    found = _shape(cell)
    if found != shape:
        here = described(found) if isinstance(cell, list) else shown(cell)
        raise ValueError(
            f"here is {here}, in the first row there was {described(shape)}"
        )
    # Not all leaves of a ragged list: its rows are no numbers.
    cells = cell if len(shape) == 1 else flatten(cell)
    return [number_in(leaf, finite=finite) for leaf in cells]
