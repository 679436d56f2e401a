"""Rows of JSON Lines: an object on every line."""

import json
from collections.abc import Callable, Sequence
from typing import Any

from gradcalc.data.cells import class_in, number_in, shown
from gradcalc.data.rows import Lines, Row, Rows
from gradcalc.errors import DataError
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
        self._ahead: list[dict[str, Any] | DataError] = []
        while not self._ahead or isinstance(self._ahead[-1], DataError):
            try:
                self._ahead.append(self._read())
            except DataError as error:
                self._ahead.append(error)
            except StopIteration:
                raise self._no_rows() from None
        first = self._ahead[-1]
        self.columns = {name: _shape(cell) for name, cell in first.items()}

    def _no_rows(self) -> DataError:
        errors = (error for error in self._ahead if isinstance(error, DataError))
        return next(errors, DataError(f"{self.name} is empty: it has no rows"))

    def __next__(self) -> Row:
        if self._ahead:
            row = self._ahead.pop(0)
            if isinstance(row, DataError):
                raise row
            return row
        return self._read()

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
        return row

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
                    self._collect(row, name, shape, found)
            return found

        return numbers

    def names(self, column: str) -> Callable[[Row], str]:
        def name(row: dict[str, Any]) -> str:
            if column not in row:
                raise self._lacking(column)
            try:
                return class_in(row[column])
            except ValueError as error:
                raise self._about(column, str(error)) from None

        return name

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

    def _collect(
        self, row: dict[str, Any], name: str, shape: Shape, found: list[float]
    ) -> None:
        if name not in row:
            raise self._lacking(name)
        cell = row[name]
        if (isinstance(cell, list) or shape) and _shape(cell) != shape:
            there = described(shape)
            raise self._about(
                name, f"here is {_described(cell)}, in the first row there was {there}"
            )
        try:
            for leaf in _leaves(cell, shape):
                found.append(number_in(leaf))
        except ValueError as error:
            raise self._about(name, str(error)) from None

    def _lacking(self, name: str) -> DataError:
        return self.problem("the row has no such value", column=name)

    def _about(self, name: str, message: str) -> DataError:
        text = self.text
        start = text.find(json.dumps(name))
        if start < 0:
            return self.problem(message, column=name)
        return self.problem(
            message, column=name, span=(start, start + len(json.dumps(name)))
        )


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


def _leaves(cell: Any, shape: Shape) -> list[Any]:
    if not shape:
        return [cell]
    # Not of a ragged list: its rows are no numbers.
    return flatten(cell) if len(shape) > 1 else list(cell)


def _described(cell: Any) -> str:
    return described(_shape(cell)) if isinstance(cell, list) else shown(cell)
