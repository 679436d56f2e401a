"""Rows written anew in another format, or some of their columns."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gradcalc.data.additions import Additions, RowWriter
from gradcalc.data.cells import table_cell
from gradcalc.data.delimited_rows import check_free
from gradcalc.data.rows import Row, Rows
from gradcalc.shapes import Shape, element_names, indexed
from gradcalc.strict_json import json_value, write_json


class TableWriter(RowWriter):
    """Rows as those of a table: all columns and additions, or `only` some."""

    def __init__(
        self,
        rows: Rows,
        additions: Additions,
        only: Sequence[str] | None,
        delimiter: str,
    ) -> None:
        old, new = list(rows.header), additions.columns
        names = [*old, *new]
        chosen = chosen_columns(old, rows.columns, additions, only)
        check_free(
            rows.name, [old[place] for place in chosen if place < len(old)], additions
        )
        self._rows = rows
        self.delimiter = rows.reading.delimiter or delimiter
        self._missing = [None] * len(new)
        # The places of the columns that are written, those of the rows first.
        self.chosen = chosen
        self._width = len(old) if any(place < len(old) for place in chosen) else 0
        self._empty = [None] * len(old)
        self.header = self._line([names[place] for place in chosen])

    def written(self, row: Row, values: Sequence[Any] | None) -> str:
        cells = self._rows.cells(row) if self._width else self._empty
        both = [*cells, *(self._missing if values is None else values)]
        return self._line([both[place] for place in self.chosen])

    def _line(self, cells: Iterable[Any]) -> str:
        delimiter = self.delimiter
        return delimiter.join([table_cell(cell, delimiter) for cell in cells]) + "\n"


class JsonWriter(RowWriter):
    """Rows as objects of JSON Lines: all columns and additions, or `only` some."""

    def __init__(
        self,
        rows: Rows,
        additions: Additions,
        only: Sequence[str] | None,
    ) -> None:
        own = additions.places
        kept = list(rows.columns) if only is None else [n for n in only if n not in own]
        check_free(rows.name, kept, additions)
        self._rows = rows
        self._additions = additions
        self._only = only
        self._kept = kept

    def written(self, row: Row, values: Sequence[Any] | None) -> str:
        old = self._rows.entries(row) if self._kept else {}
        new = self._additions.entries(values)
        content = {**old, **new}
        if self._only is not None:
            content = {name: _entry(content, name) for name in self._only}
        return write_json(json_value(content)) + "\n"


def chosen_columns(
    header: Sequence[str],
    columns: Mapping[str, Shape],
    additions: Additions,
    only: Sequence[str] | None,
) -> list[int]:
    """The places of the columns to write: those of the header, then the additions'."""
    if only is None:
        return list(range(len(header) + len(additions.columns)))
    places = {name: [place] for place, name in enumerate(header)}
    for name, shape in columns.items():
        if shape:
            elements = element_names(name, shape)
            places[name] = [places[element][0] for element in elements]
    own = additions.places
    behind = len(header)
    return [
        place
        for name in only
        for place in (
            [behind + each for each in own[name]] if name in own else places[name]
        )
    ]


def _entry(content: Mapping[str, Any], name: str) -> Any:
    """The entry of the name, or the element of a list; None if there is none."""
    if name in content:
        return content[name]
    base, bracket, index = name.partition("[")
    return indexed(content.get(base), bracket + index) if bracket else None
