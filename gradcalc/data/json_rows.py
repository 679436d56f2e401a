"""Rows of JSON Lines: an object on every line."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from math import isfinite, prod
from typing import Any

from gradcalc.data.additions import Additions, RowWriter
from gradcalc.data.cells import EmptyError, class_in, number_in, shown
from gradcalc.data.lines import Lines
from gradcalc.data.rows import MissingError, Reading, Result, Row, Rows, renamed
from gradcalc.errors import BindingError, DataError
from gradcalc.language.identifiers import by_normal_name, normal
from gradcalc.shapes import Shape, described, element_names, flatten
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

    def __init__(self, lines: Lines, reading: Reading) -> None:
        super().__init__(lines, reading)
        self._renames: Mapping[str, str] = {}
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
        # From here on every row has the new names.
        where = self.columns_of.format(name=self.name)
        names = renamed(list(first), reading.renames, where)
        first = dict(zip(names, first.values(), strict=True))
        self._renames = reading.renames
        self._ahead = iter([*errors, first])
        self.columns = {name: shape_in(cell) for name, cell in first.items()}

    def __next__(self) -> Row:
        row = next(self._ahead, None)
        if isinstance(row, DataError):
            raise row
        return self._read() if row is None else row

    @property
    def header(self) -> Sequence[str]:
        return [
            name
            for column, shape in self.columns.items()
            for name in element_names(column, shape)
        ]

    def cells(self, row: Row) -> Sequence[Any]:
        if others := [name for name in row if name not in self.columns]:
            raise self.problem(
                f"the first row has no {others[0]}, which a table needs a column for"
            )
        found: list[Any] = []
        for name, shape in self.columns.items():
            cell = row.get(name)
            found += (
                [None] * prod(shape)
                if cell is None
                else self._cell(row, name, partial(_leaves_of, shape=shape))
            )
        return found

    def entries(self, row: Row) -> dict[str, Any]:
        return row  # type: ignore[no-any-return]

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
        plain = line.isascii() and "\\u" not in line and not self._renames
        return row if plain else self._normal(row)

    def _no_row(self, value: Any) -> DataError:
        return self.problem(
            f"a row is an object, not {shown(value)}",
            hint='write one such as {"x": 1, "y": 2} on every line',
        )

    def _normal(self, row: dict[str, Any]) -> dict[str, Any]:
        """The row with its names in normal form, or with new ones."""
        try:
            row = by_normal_name(row.items())
            pairs = [(self._renames.get(name, name), row[name]) for name in row]
            return by_normal_name(pairs)
        except BindingError as error:
            raise self.problem(error.message) from None

    def require(self, names: Sequence[str]) -> None:
        super().require(names)
        for name in names:
            # Of the first row, which is the last that was read.
            if 0 in self.columns[name]:
                raise self.problem("the list is empty", column=name)

    def longer(self, additions: Additions) -> RowWriter | None:
        return None if self.reading.renames else LongerJson(self, additions)

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

    def _cell(
        self, row: dict[str, Any], name: str, read: Callable[[Any], Result]
    ) -> Result:
        """What is read from the cell; DataError if it is missing or cannot be read."""
        if name not in row:
            raise self.problem(
                "the row has no such value", column=name, kind=MissingError
            )
        try:
            return read(row[name])
        except ValueError as error:
            key = json.dumps(name)
            start = self.text.find(key)
            raise self.problem(
                str(error),
                column=name,
                span=None if start < 0 else (start, start + len(key)),
                kind=MissingError if isinstance(error, EmptyError) else DataError,
            ) from None


class LongerJson(RowWriter):
    """The objects of JSON Lines as they stood, with more entries in them.

    What JSON has no number for is a string: "NaN", "Infinity", "-Infinity".
    """

    def __init__(self, rows: JsonRows, additions: Additions) -> None:
        self._rows = rows
        self._additions = additions
        self._names = [each.name for each in additions.added]
        # The text before each value, if every one stands alone.
        self._keys = [
            f"{json.dumps(name, ensure_ascii=False)}: " for name in self._names
        ]
        self._is_flat = additions.columns == self._names and all(
            map(str.isprintable, self._names)
        )
        self.header = rows.lines.mark

    def written(self, row: Row, values: Sequence[Any] | None) -> str:
        for name in self._names:
            if normal(name) in row:
                # Of two entries of one name readers take the last.
                message = f"the row has {name} already"
                hints = self._additions.hint, self._additions.shell_hint
                error = self._rows.problem(message)
                raise error.but(hint=hints[0], shell_hint=hints[1])
        text = self._rows.whole_text
        stripped = text.rstrip()
        ending = "\r\n" if text.endswith("\r\n") else "\n"
        begun = stripped[:-1].rstrip()
        entries = self._entries(values)
        return f"{begun}{'' if begun.endswith('{') else ', '}{entries}{ending}"

    def _entries(self, values: Sequence[Any] | None) -> str:
        """The text of the entries for the values, and the end of their object."""
        if values is not None and self._is_flat:
            try:
                finite = isfinite(sum(values))
            except TypeError:
                finite = False
            if finite:
                # As `write_json` writes them, ten times as fast.
                pairs = zip(self._keys, values, strict=True)
                return ", ".join([f"{key}{value!r}" for key, value in pairs]) + "}"
        return write_json(json_value(self._additions.entries(values)))[1:]


def shape_in(cell: Any) -> Shape:
    """The shape of a cell: () unless it is a list, or a list of equally long lists."""
    if not isinstance(cell, list):
        return ()
    if cell and all(isinstance(row, list) for row in cell):
        lengths = {len(row) for row in cell}
        if len(lengths) == 1:
            return (len(cell), lengths.pop())
    return (len(cell),)


def _leaves_of(cell: Any, shape: Shape) -> list[Any]:
    """What is in a cell of that shape. Raises ValueError for another cell."""
    found = shape_in(cell)
    if found != shape:
        here = described(found) if isinstance(cell, list) else shown(cell)
        raise ValueError(
            f"here is {here}, in the first row there was {described(shape)}"
        )
    # Not all leaves of a ragged list: its rows are no numbers.
    return cell if len(shape) == 1 else flatten(cell)


def _numbers_in(cell: Any, shape: Shape, *, finite: bool) -> list[float]:
    """The numbers in a cell of that shape. Raises ValueError for another cell."""
    if cell is None:
        raise EmptyError("the value is null")
    return [number_in(leaf, finite=finite) for leaf in _leaves_of(cell, shape)]
