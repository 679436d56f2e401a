"""Rows of JSON Lines: an object on every line."""

import json
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from gradcalc.data.cells import class_in, number_in, shown
from gradcalc.data.rows import Lines, Result, Row, Rows
from gradcalc.errors import BindingError, DataError
from gradcalc.language.identifiers import by_normal_name
from gradcalc.shapes import Shape, described, flatten
from gradcalc.strict_json import json_value


class JsonRows(Rows):
    """The rows of JSON Lines: each row is a dictionary."""

    # Of the others the columns are not known.
    columns_of = "the first row of {name}"

    def __init__(self, lines: Lines) -> None:
        super().__init__(lines)
        self._decode = json.JSONDecoder(parse_constant=_reject).decode
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
        self.columns = {name: _shape(cell) for name, cell in first.items()}

    def __next__(self) -> Row:
        row = next(self._ahead, None)
        if isinstance(row, DataError):
            raise row
        return self._read() if row is None else row

    def _read(self) -> dict[str, Any]:
        line = ""
        while not line or line.isspace():
            self.lines.forget()
            line = next(self.lines)
        try:
            row = self._decode(line)
        except json.JSONDecodeError as error:
            raise self.problem(
                f"this is not JSON: {error.msg[:1].lower()}{error.msg[1:]}",
                span=(error.pos, error.pos),
            ) from None
        except _NotJsonError as error:
            raise self.problem(f"this is not JSON: {error} is not a number") from None
        except RecursionError:
            raise self.problem("its lists are nested too deeply") from None
        if not isinstance(row, dict):
            raise self.problem(
                f"a row is an object, not {shown(row)}",
                hint='write one such as {"x": 1, "y": 2} on every line',
            )
        return row if line.isascii() and "\\u" not in line else self._normal(row)

    def _normal(self, row: dict[str, Any]) -> dict[str, Any]:
        """The row with its names in normal form."""
        try:
            return by_normal_name(row.items())
        except BindingError as error:
            raise self.problem(error.message) from None

    def numbers(self, names: Sequence[str]) -> Callable[[Row], Sequence[float]]:
        columns = [(name, self.columns[name]) for name in names]

        def numbers(row: dict[str, Any]) -> Sequence[float]:
            found: list[float] = []
            for name, shape in columns:
                cell = row.get(name)
                # The plain case first: this runs once for every number of the data.
                if cell.__class__ is float and not shape and cell - cell == 0:
                    found.append(cell)
                else:
                    found += self._cell(row, name, partial(_numbers_in, shape=shape))
            return found

        return numbers

    def names(self, column: str) -> Callable[[Row], str]:
        return lambda row: self._cell(row, column, class_in)

    def header_with(self, additions: Sequence[tuple[str, list[str]]]) -> str:
        # Of two entries of one name readers take the last: only the first addition,
        # whose name can be chosen, must not hide what is there.
        self.require_new([name for name, _ in additions[:1]])
        return self.lines.mark

    def row_with(self, additions: Sequence[tuple[str, Any]]) -> str:
        """The last row, as it stood, with more entries in its object.

        What JSON has no number for is a string: "NaN", "Infinity", "-Infinity".
        """
        text, ending = self.text_and_ending()
        text = text.rstrip()[:-1].rstrip()
        added = json_value(dict(additions))
        entries = json.dumps(added, ensure_ascii=False, allow_nan=False)[1:]
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


class _NotJsonError(Exception):
    """NaN or Infinity, which Python's decoder would take."""


def _reject(constant: str) -> Any:
    raise _NotJsonError(constant)


def _shape(cell: Any) -> Shape:
    """The shape of a cell: () unless it is a list, or a list of equally long lists."""
    if not isinstance(cell, list):
        return ()
    if cell and all(isinstance(row, list) for row in cell):
        lengths = {len(row) for row in cell}
        if len(lengths) == 1:
            return (len(cell), lengths.pop())
    return (len(cell),)


def _numbers_in(cell: Any, shape: Shape) -> list[float]:
    """The numbers in a cell of that shape. Raises ValueError for another cell."""
    found = _shape(cell)
    if found != shape:
        here = described(found) if isinstance(cell, list) else shown(cell)
        raise ValueError(
            f"here is {here}, in the first row there was {described(shape)}"
        )
    # Not all leaves of a ragged list: its rows are no numbers.
    cells = cell if len(shape) == 1 else flatten(cell)
    return [number_in(leaf) for leaf in cells]
