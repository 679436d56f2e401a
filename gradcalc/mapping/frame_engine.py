"""The engine for files whose columns have types, Parquet and Arrow: that is Polars.

Its streaming engine scans the files, hands over blocks of rows, and writes what comes
back, in memory that does not grow with the file. The numbers are the vector kernel's.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from itertools import product
from threading import Lock
from typing import Any, BinaryIO

from gradcalc.data.additions import Additions
from gradcalc.data.cells import table_cell
from gradcalc.data.delimited_rows import (
    check_free,
    places_of,
    table_columns,
)
from gradcalc.data.formats import DELIMITERS
from gradcalc.data.json_rows import shape_in
from gradcalc.data.lines import TextStream
from gradcalc.data.row_writers import chosen_columns
from gradcalc.data.rows import Reading, renamed
from gradcalc.engine.vectorized import numpy_is_installed
from gradcalc.errors import DataError, FileError
from gradcalc.language.identifiers import normal
from gradcalc.mapping.engines import ENGINES, POLARS, Engine, Outcome, Sink
from gradcalc.mapping.row_formula import RowFormula
from gradcalc.mapping.row_kernel import RowKernel, polars
from gradcalc.mapping.totals import Totals
from gradcalc.shapes import Shape, described, element_names
from gradcalc.strict_json import json_value, write_json

Progress = Callable[[int], None]

# What the columns of the data are called here: no two alike, nor like the new ones.
_OLD, _ROW = "c{}", "row"

# What errors call what is no number, by the beginning of its type's name.
_KINDS = {
    "String": "text", "Categorical": "text", "Enum": "text", "Binary": "bytes",
    "Boolean": "true and false", "Date": "dates", "Datetime": "times", "Time": "times",
    "Duration": "times", "List": "lists", "Array": "lists", "Struct": "objects",
}  # fmt: skip


def is_installed() -> bool:
    """Whether there is what this engine needs."""
    return ENGINES[POLARS].is_installed and numpy_is_installed()


def of_columns(
    source: Any, name: str, reading: Reading, kind: str | None, progress: Progress
) -> "FrameEngine":
    """The engine for files, or a stream, in a format that has types.

    `reading.kind` is their format, `kind` the one to write, None for the same; errors
    call the source `name`.
    """
    assert reading.kind is not None
    frame = _scanned(source, name, reading.kind)
    with polars_errors(name):
        found = list(frame.collect_schema())
    if not found:
        raise DataError(f"there are no columns in {name}")
    header = renamed([normal(each.strip()) for each in found], reading.renames, name)
    frame = frame.rename({old: _OLD.format(k) for k, old in enumerate(found)})
    delimiter = reading.delimiter
    return FrameEngine(frame, header, name, kind or reading.kind, progress, delimiter)


def _scanned(source: Any, name: str, kind: str) -> Any:
    """The frame of the files, or of a stream, in a format that has types.

    Raises DataError for files whose columns have different types.
    """
    pl = polars()
    with polars_errors(name):
        if isinstance(source, list):
            schema = pl.read_parquet_schema if kind == "parquet" else pl.read_ipc_schema
            _check_alike({path: schema(path) for path in source}, name)
        return (pl.scan_parquet if kind == "parquet" else pl.scan_ipc)(source)


def _check_alike(schemas: Mapping[str, Mapping[str, Any]], name: str) -> None:
    """Raise DataError unless the files have the same columns, of the same types."""
    (first, wanted), *others = schemas.items()
    for path, found in others:
        for column in [*wanted, *found]:
            kinds = wanted.get(column), found.get(column)
            if kinds[0] != kinds[1]:
                here, there = ("no such column" if k is None else k for k in kinds)
                raise DataError(
                    f"cannot read {name}: the column {column} is {here} in {first} and"
                    f" {there} in {path}",
                    hint="files that are read together have the same columns",
                )


def _list_shapes(frame: Any) -> dict[str, Shape]:
    """The shapes of the columns of lists of numbers, or of such lists.

    Where the type does not say how long they are, the first of them does.
    """
    pl, found = polars(), {}
    for column, kind in frame.collect_schema().items():
        inner, depth = kind, 0
        while inner in (pl.List, pl.Array):
            inner, depth = inner.inner, depth + 1
        if not (0 < depth < 3 and (inner.is_numeric() or inner == pl.Null)):
            continue
        first = frame.select(column).drop_nulls().head(1).collect(engine="streaming")
        shape = shape_in(first.to_series().to_list()[0]) if first.height else ()
        if len(shape) == depth and 0 not in shape:
            found[column] = shape
    return found


def _uneven(frame: Any, column: str, shape: Shape) -> Any:
    """The first row in which the column has a list of another length, or None."""
    pl, kind = polars(), frame.collect_schema()[column]
    cells, length, *inner = pl.col(column), *shape
    if kind == pl.Array:
        cells, kind = cells.arr.to_list(), pl.List(kind.inner)
    differs = cells.list.len() != length
    for place in range(length) if inner else ():
        part = cells.list.get(place, null_on_oob=True)
        lists = part.arr.to_list() if kind.inner == pl.Array else part
        differs |= lists.list.len() != inner[0]
    found = frame.filter(differs.fill_null(value=False)).head(1)
    rows = found.collect(engine="streaming")
    return rows if rows.height else None


def _with_elements(frame: Any) -> Any:
    """The frame with each list of numbers as columns x[0], x[1], as tables have it."""
    pl, columns = polars(), []
    shapes = _list_shapes(frame)
    for column, kind in frame.collect_schema().items():
        shape = shapes.get(column, ())
        if len(shape) == 1 and _uneven(frame, column, shape) is None:
            for place, name in zip(
                _places_in(shape), element_names(column, shape), strict=True
            ):
                columns.append(_element(pl.col(column), kind, place).alias(name))
        else:
            columns.append(pl.col(column))
    return frame.select(columns)


def _element(cells: Any, kind: Any, place: Sequence[int]) -> Any:
    """What is at a place of the lists in cells, an expression or a column."""
    for index in place:
        lists = cells.arr if kind == polars().Array else cells.list
        cells, kind = lists.get(index), kind.inner
    return cells


def _places_in(shape: Shape) -> list[tuple[int, ...]]:
    """The place of each element of a list or matrix, in order."""
    return list(product(*map(range, shape)))


def _with_texts(frame: Any) -> Any:
    """The frame with all columns as Polars can write them into a table of text."""
    pl = polars()
    others = [
        column
        for column, kind in frame.collect_schema().items()
        if kind.is_nested() or kind in (pl.Binary, pl.Duration, pl.Object)
    ]
    return frame.with_columns(pl.col(others).map_batches(_json_texts, pl.String))


def column_stream(source: Any, name: str, kind: str) -> TextStream:
    """A stream of files in a format that has types, as a table of text.

    Errors call them `name`. Raises DataError, FileError and MissingExtraError.
    """
    frame = _scanned(source, name, kind)
    with polars_errors(name):
        frame = _with_elements(frame)
        header = [table_cell(each, ",") for each in frame.collect_schema()]
        blocks = _with_texts(frame).collect_batches(engine="streaming")

    def texts() -> Iterator[str]:
        yield ",".join(header) + "\n"
        with polars_errors(name):
            for block in blocks:
                yield block.write_csv(include_header=False)

    return TextStream(texts())


class FrameEngine(Engine):
    """A frame of Polars whose columns are those of the header, in order."""

    def __init__(
        self,
        frame: Any,
        header: Sequence[str],
        name: str,
        kind: str,
        progress: Progress,
        delimiter: str | None = None,
    ) -> None:
        self.name = name
        self._header = header
        self._frame = frame.with_row_index(_ROW)
        self._kind = kind
        self._delimiter = delimiter
        self._progress = progress
        self._table = table_columns(header)
        with polars_errors(name):
            self._types = dict(self._frame.collect_schema())
            shapes = _list_shapes(frame)
        # Of the columns whose cells are lists, by their places in the header.
        self._shapes = {
            place: shapes[old]
            for place in range(len(header))
            if (old := _OLD.format(place)) in shapes
        }
        self.columns = {
            name: column.shape or self._shapes.get(column.places[0], ())
            for name, column in self._table.items()
        }

    def write(self, formula: RowFormula, sink: Sink) -> Outcome:
        pl, additions, header = polars(), formula.additions, list(self._header)
        cells = [pl.col(_OLD.format(place)) for place in range(len(header))]
        for place, shape in self._shapes.items() if formula.only is not None else ():
            # One element of a list may be asked for as well.
            kind = self._types[_OLD.format(place)]
            header += element_names(header[place], shape)
            cells += [_element(cells[place], kind, each) for each in _places_in(shape)]
        names, behind = [*header, *additions.columns], len(header)
        tables = {name: column.shape for name, column in self._table.items()}
        chosen = chosen_columns(header, tables, additions, formula.only)
        check_free(self.name, [names[p] for p in chosen if p < behind], additions)
        run = self._blocks(formula)
        cells += map(pl.col, run.new)
        schema = {**self._types, **dict.fromkeys(run.new, pl.Float64)}
        frame = self._frame.map_batches(
            run.answered, schema=schema, streamable=True, validate_output_schema=False
        )
        columns = [f"o{place}" for place in chosen]
        taken = [
            cells[place].alias(column)
            for place, column in zip(chosen, columns, strict=True)
        ]
        with polars_errors(self.name):
            named = additions.of_cells([names[place] for place in chosen])
            self._sink(frame.select(taken), columns, named, sink)
        return run.outcome

    def total(self, formula: RowFormula) -> tuple[Totals, Outcome]:
        run = self._blocks(formula)
        totals = Totals(len(formula.cells))
        frame = self._frame.select(_ROW, *run.columns)
        with polars_errors(self.name):
            for block in frame.collect_batches(engine="streaming"):
                totals.merge(run.answers(block).totals())
        return totals, run.outcome

    def write_total(
        self, formula: RowFormula, values: Sequence[float], sink: Sink
    ) -> None:
        added = formula.additions.columns
        chosen = chosen_columns([], {}, formula.additions, formula.only)
        names = [added[place] for place in chosen]
        frame = polars().LazyFrame({added[p]: [values[p]] for p in chosen})
        self._sink(frame, names, formula.additions.of_cells(names), sink)

    def _blocks(self, formula: RowFormula) -> "_Blocks":
        """What the formula makes of the rows. DataError for a column of no numbers."""
        places = places_of(self._table, list(formula.columns), self.name)
        for place in places:
            column = _OLD.format(place)
            kind, name = self._types[column], self._header[place]
            if place in self._shapes:
                self._check_even(column, name, self._shapes[place])
            elif not (kind.is_numeric() or kind == polars().Null):
                said = str(kind).partition("(")[0]
                raise DataError(
                    f"the column {name} of {self.name} holds {_KINDS.get(said, said)},"
                    " not numbers"
                )
        parts = [
            (_OLD.format(place), each)
            for place in places
            for each in _places_in(self._shapes.get(place, ()))
        ]
        return _Blocks(self.name, parts, formula, self._progress)

    def _check_even(self, column: str, name: str, shape: Shape) -> None:
        """Raise DataError unless all lists of the column have this shape."""
        with polars_errors(self.name):
            other = _uneven(self._frame.select(_ROW, column), column, shape)
        if other is not None:
            number, found = other.row(0)
            raise DataError(
                f"{self.name}, row {number + 1}, column {name}: here is"
                f" {described(shape_in(found))}, in the first row there was"
                f" {described(shape)}",
                hint="lists in a formula are equally long in all rows: fill these up,"
                " or make columns of the elements that all have",
            )

    def _sink(
        self, frame: Any, columns: Sequence[str], named: Additions, sink: Sink
    ) -> None:
        """Write the frame of these columns, under these names."""
        stream, names = sink.stream, named.columns
        if self._kind in DELIMITERS:
            delimiter = self._delimiter or DELIMITERS[self._kind]
            cells = [table_cell(name, delimiter) for name in names]
            stream.write((delimiter.join(cells) + "\n").encode())
            stream.flush()
            _with_texts(frame).sink_csv(
                stream, include_header=False, separator=delimiter, engine="streaming"
            )
        elif self._kind == "jsonl":
            for block in frame.collect_batches(engine="streaming"):
                lines = [
                    write_json(json_value(_plain(named.entries(row))))
                    for row in block.iter_rows()
                ]
                stream.write("".join([f"{line}\n" for line in lines]).encode())
        else:
            renaming = dict(zip(columns, names, strict=True))
            sink_columns(frame.rename(renaming), self._kind, stream)


def sink_columns(frame: Any, kind: str, stream: BinaryIO) -> None:
    """Write the frame as a file of this kind, Parquet or Arrow."""
    write = frame.sink_parquet if kind == "parquet" else frame.sink_ipc
    write(stream, engine="streaming")


def _plain(value: Any) -> Any:
    """The value as JSON can have it: what it knows no form of as text."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, Decimal) and Decimal(repr(float(value))) == value:
        return float(value)
    return value.hex() if isinstance(value, bytes) else str(value)


def _json_texts(column: Any) -> Any:
    """What is in a column as JSON, but for what is a text there."""
    values = [_plain(value) for value in column.to_list()]
    texts = [
        each if each is None or isinstance(each, str) else write_json(json_value(each))
        for each in values
    ]
    return polars().Series(column.name, texts, polars().String)


class _Blocks:
    """What a formula makes of one block of rows after another.

    columns  what it needs of the frame
    new      what it adds to it
    outcome  how many rows there were so far, and what is odd in them
    """

    def __init__(
        self,
        name: str,
        parts: Sequence[tuple[str, tuple[int, ...]]],
        formula: RowFormula,
        progress: Progress,
    ) -> None:
        self._kernel = RowKernel(formula)
        # For each number a column, and the place of an element in its lists.
        self._parts = parts
        self.columns = list(dict.fromkeys(column for column, _ in parts))
        self.new = self._kernel.names
        self.outcome = Outcome()
        self._name, self._progress = name, progress
        # The number of the first odd row.
        self._first: int | None = None
        self._lock = Lock()

    def answered(self, block: Any) -> Any:
        """The block with what its rows get; null where a number is missing."""
        return block.with_columns(self.answers(block).columns)

    def answers(self, block: Any) -> Any:
        """What the rows of the block get, which are counted."""
        pl = polars()
        columns = [
            _element(block.get_column(name), block.schema[name], place).cast(pl.Float64)
            for name, place in self._parts
        ]
        found = self._kernel(columns, block.height)
        with self._lock:
            outcome = self.outcome
            outcome.add(found.rows, found.missing, found.odd)
            self._progress(outcome.rows)
            if found.first_odd is not None:
                place, numbers = found.first_odd
                number = block.get_column(_ROW)[place] + 1
                # Blocks come in no order.
                if self._first is None or number < self._first:
                    self._first = number
                    outcome.first_odd = f"{self._name}, row {number}", numbers
        return found


@contextmanager
def polars_errors(name: str) -> Iterator[None]:
    """Raise DataError for what Polars says of data that it cannot read."""
    try:
        yield
    except polars().exceptions.PolarsError as error:
        # What it hints at is Polars' own.
        reason = re.split(r"\n|, hint:", str(error).strip())[0]
        raise DataError(f"cannot read {name}: {reason}") from None
    except OSError as error:
        raise FileError.from_system("read", name, error) from None
