"""The engine for large files and for columnar ones: Polars reads and writes them.

Its streaming engine scans the files, hands over blocks of rows, and writes what comes
back, in memory that does not grow with the file. The numbers are the vector kernel's.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any

from gradcalc.data.cells import EmptyError, number_in, table_cell
from gradcalc.data.delimited_rows import DelimitedRows, check_free, table_columns
from gradcalc.data.row_writers import chosen_columns
from gradcalc.data.rows import Reading, renamed
from gradcalc.engine.vectorized import (
    Kernel,
    finite_rows,
    numpy_is_installed,
    sum_and_rest,
)
from gradcalc.errors import DataError, FileError, extra_module
from gradcalc.language.identifiers import normal
from gradcalc.mapping.engines import ENGINES, POLARS, Engine, Outcome, Sink
from gradcalc.mapping.row_engine import RowEngine
from gradcalc.mapping.row_formula import RowFormula
from gradcalc.mapping.totals import Totals
from gradcalc.strict_json import json_value, write_json

Progress = Callable[[int], None]

# What the columns of the data, and the new ones, are called here: no two alike.
_OLD, _NEW, _ROW = "c{}", "n{}", "row"

# Rows that tell the types of a table's columns, for a format that has types.
_LOOKED_AT = 10_000

_TABLES = {"csv": ",", "tsv": "\t"}

# What errors call what is no number.
_KINDS = {"String": "text", "Boolean": "true and false"}


def polars() -> Any:
    """The library. Raises MissingExtraError."""
    return extra_module(POLARS, "data", "Parquet and Arrow files")


def is_installed() -> bool:
    """Whether there is what this engine needs."""
    return ENGINES[POLARS].is_installed and numpy_is_installed()


def of_table(
    rows: DelimitedRows, files: Sequence[str], kind: str | None, progress: Progress
) -> "FrameEngine":
    """The engine for a table of text in the files, of which the header is read.

    `kind` is the format to write, None for that of the table, whose cells then stay the
    texts that they are.
    """
    rows.check_distinct()
    pl = polars()
    names = [_OLD.format(place) for place in range(len(rows.header))]
    typed = kind not in (None, *_TABLES)
    own = rows.reading.kind or "csv"
    frame = pl.scan_csv(
        list(files),
        separator=rows.delimiter,
        infer_schema=typed,
        infer_schema_length=_LOOKED_AT,
        with_column_names=lambda found: names if len(found) == len(names) else found,
        glob=False,
    )
    kind = kind or own
    return FrameEngine(
        frame, rows.header, rows.name, kind, progress, rows, of_text=True
    )


def of_columns(
    source: Any, name: str, reading: Reading, kind: str | None, progress: Progress
) -> "FrameEngine":
    """The engine for files, or a stream, in a format that has types.

    `reading.kind` is their format, `kind` the one to write, None for the same; errors
    call the source `name`.
    """
    pl = polars()
    scan = {"parquet": pl.scan_parquet, "arrow": pl.scan_ipc, "jsonl": pl.scan_ndjson}
    assert reading.kind is not None
    frame = scan[reading.kind](source)
    with _told(name):
        found = list(frame.collect_schema())
    header = renamed([normal(each.strip()) for each in found], reading.renames, name)
    frame = frame.rename({old: _OLD.format(k) for k, old in enumerate(found)})
    of_text = reading.kind == "jsonl"
    kind = kind or reading.kind
    return FrameEngine(frame, header, name, kind, progress, of_text=of_text)


class FrameEngine(Engine):
    """A frame of Polars whose columns are those of the header, in order.

    `rows` are the same as text, of which none has been read: they say better what is
    wrong with one, and where. If `of_text`, a text may stand for a number.
    """

    def __init__(
        self,
        frame: Any,
        header: Sequence[str],
        name: str,
        kind: str,
        progress: Progress,
        rows: DelimitedRows | None = None,
        *,
        of_text: bool = False,
    ) -> None:
        self.name = name
        # Whether a number may be written as a text.
        self._of_text = of_text
        self._header = header
        self._frame = frame.with_row_index(_ROW)
        self._kind = kind
        self._progress = progress
        self._rows = rows
        self._table = table_columns(header)
        self.columns = {name: column.shape for name, column in self._table.items()}
        with _told(name):
            self._types = dict(self._frame.collect_schema())

    def write(self, formula: RowFormula, sink: Sink) -> Outcome:
        additions, behind = formula.additions, len(self._header)
        names = [*self._header, *additions.columns]
        chosen = chosen_columns(self._header, self.columns, additions, formula.only)
        check_free(self.name, [names[p] for p in chosen if p < behind], additions)
        run = self._blocks(formula)
        schema = {**self._types, **dict.fromkeys(run.new, polars().Float64)}
        frame = self._frame.map_batches(
            run.answered, schema=schema, streamable=True, validate_output_schema=False
        )
        columns = [*(_OLD.format(p) for p in range(behind)), *run.new]
        taken = [columns[place] for place in chosen]
        self._run(
            formula,
            run,
            lambda: self._sink(frame, taken, [names[p] for p in chosen], sink),
        )
        return run.outcome

    def total(self, formula: RowFormula) -> tuple[Totals, Outcome]:
        run = self._blocks(formula)
        totals = Totals(len(formula.cells))
        frame = self._frame.select(_ROW, *run.columns)

        def add_up() -> None:
            for block in frame.collect_batches(engine="streaming"):
                found = run.answered(block).select(run.new).drop_nulls()
                sums = [
                    sum_and_rest(found.get_column(name).to_numpy()) for name in run.new
                ]
                totals.merge(Totals.of(sums, found.height))

        self._run(formula, run, add_up)
        return totals, run.outcome

    def write_total(
        self, formula: RowFormula, values: Sequence[float], sink: Sink
    ) -> None:
        added = formula.additions.columns
        chosen = chosen_columns([], {}, formula.additions, formula.only)
        names = [added[place] for place in chosen]
        frame = polars().LazyFrame({added[p]: [values[p]] for p in chosen})
        self._sink(frame, names, names, sink)

    def _blocks(self, formula: RowFormula) -> "_Blocks":
        """What the formula makes of the rows. DataError for a column of no numbers."""
        pl = polars()
        places = []
        for name in formula.columns:
            column = self._table[name]
            if column.problem is not None:
                raise DataError(
                    f"{self.name} has {column.problem}",
                    hint="a column that is used needs a name of its own",
                )
            places += column.places
        for place in places:
            kind = self._types[_OLD.format(place)]
            is_text = kind == pl.String and self._of_text
            if not (kind.is_numeric() or is_text or kind == pl.Null):
                raise DataError(
                    f"the column {self._header[place]} of {self.name} holds"
                    f" {_KINDS.get(str(kind), str(kind))}, not numbers"
                )
        return _Blocks(self.name, self._header, places, formula, self._progress)

    def _run(
        self, formula: RowFormula, run: "_Blocks", action: Callable[[], None]
    ) -> None:
        """Do it; what goes wrong is told as the rows tell it, if they can."""
        try:
            with _told(self.name):
                action()
        except DataError as error:
            if self._rows is not None:
                # It raises what is wrong, with line and column.
                RowEngine(self._rows).total(formula)
            raise run.error or error from None

    def _sink(
        self, frame: Any, columns: Sequence[str], names: Sequence[str], sink: Sink
    ) -> None:
        """Write these columns of the frame, under these names."""
        stream, frame = sink.stream, frame.select(columns)
        if self._kind in _TABLES:
            delimiter, ending = _TABLES[self._kind], "\n"
            if self._rows is not None:
                delimiter = self._rows.delimiter
                above = "".join(self._rows.lines.header)
                ending = "\r\n" if above.endswith("\r\n") else "\n"
            cells = [table_cell(name, delimiter) for name in names]
            stream.write((delimiter.join(cells) + ending).encode())
            stream.flush()
            frame.sink_csv(
                stream,
                include_header=False,
                separator=delimiter,
                line_terminator=ending,
                engine="streaming",
            )
            return
        renaming = dict(zip(columns, names, strict=True))
        if self._kind == "jsonl":
            for block in frame.collect_batches(engine="streaming"):
                lines = [
                    write_json(json_value(row))
                    for row in block.rename(renaming).iter_rows(named=True)
                ]
                stream.write("".join([f"{line}\n" for line in lines]).encode())
            return
        frame = frame.rename(renaming)
        write = frame.sink_parquet if self._kind == "parquet" else frame.sink_ipc
        write(stream, engine="streaming")


class _Blocks:
    """What a formula makes of one block of rows after another.

    columns  what it needs of the frame
    new      what it adds to it
    outcome  how many rows there were so far, and what is odd in them
    error    what was wrong with a cell, if something was
    """

    def __init__(
        self,
        name: str,
        header: Sequence[str],
        places: Sequence[int],
        formula: RowFormula,
        progress: Progress,
    ) -> None:
        self.columns = [_OLD.format(place) for place in dict.fromkeys(places)]
        self.new = [_NEW.format(place) for place in range(len(formula.cells))]
        self.outcome = Outcome()
        self.error: DataError | None = None
        self._name, self._header, self._places = name, header, places
        self._progress = progress
        derives = any(leaf is not None for _, leaf in formula.cells)
        leaves = formula.leaves if derives else []
        self._kernel = Kernel(
            formula.bound.program.graph,
            formula.outputs,
            formula.arguments,
            leaves,
            formula.known,
        )
        outputs = len(formula.outputs)
        self._picked = [
            output if leaf is None else outputs + output * len(leaves) + leaf
            for output, leaf in formula.cells
        ]
        # The number of the first odd row, and its numbers.
        self._first: tuple[int, list[float]] | None = None
        self._lock = Lock()

    def answered(self, block: Any) -> Any:
        """The block with what its rows get; null where a number is missing."""
        pl = polars()
        try:
            columns = [self._numbers(block, place) for place in self._places]
        except DataError as error:
            self.error = self.error or error
            raise
        missing = pl.Series("missing", [False]).new_from_index(0, block.height)
        for column in columns:
            if column.null_count():
                missing |= column.is_null()
        arrays = [column.to_numpy() for column in columns]
        results = self._kernel(arrays, block.height)
        found = [
            pl.Series(name, results[place])
            for name, place in zip(self.new, self._picked, strict=True)
        ]
        finite = finite_rows([results[place] for place in self._picked])
        with self._lock:
            self._count(block, missing, finite, arrays)
        if missing.any():
            found = [each.set(missing, None) for each in found]
        return block.with_columns(found)

    def _numbers(self, block: Any, place: int) -> Any:
        """The numbers in a column of the block, null where one is missing."""
        pl = polars()
        texts = block.get_column(_OLD.format(place))
        if texts.dtype != pl.String:
            return texts.cast(pl.Float64)
        numbers = texts.cast(pl.Float64, strict=False)
        doubtful = texts.is_not_null() & (numbers.is_null() | numbers.is_infinite())
        if not doubtful.any():
            return numbers
        found: list[float | None] = []
        rows = doubtful.arg_true().to_list()
        for row in rows:
            try:
                found.append(number_in(texts[row], finite=False))
            except EmptyError:
                found.append(None)
            except ValueError as error:
                number = block.get_column(_ROW)[row] + 1
                raise DataError(
                    f"{self._name}, row {number}, column {self._header[place]}: {error}"
                ) from None
        return numbers.scatter(rows, found)

    def _count(self, block: Any, missing: Any, finite: Any, arrays: Any) -> None:
        outcome = self.outcome
        outcome.rows += block.height
        outcome.missing += missing.sum()
        self._progress(outcome.rows)
        if finite is None:
            return
        odd = ~polars().Series(finite) & ~missing
        outcome.odd += odd.sum()
        first = odd.arg_max()
        if first is not None and odd[first]:
            number = block.get_column(_ROW)[first] + 1
            if self._first is None or number < self._first[0]:
                self._first = number, [float(array[first]) for array in arrays]
                outcome.first_odd = f"{self._name}, row {number}", self._first[1]


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Raise DataError for what Polars says of data that it cannot read."""
    try:
        yield
    except polars().exceptions.PolarsError as error:
        reason = str(error).strip().partition("\n")[0]
        raise DataError(f"cannot read {name}: {reason}") from None
    except OSError as error:
        raise FileError.from_system("read", name, error) from None
