"""The engine for tables on a cluster: Spark reads and writes them.

The numbers are the vector kernel's: its source travels to Spark's workers, inside the
function that they map over batches of rows. They need NumPy and PyArrow, no gradcalc.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from io import BytesIO
from itertools import chain
from typing import Any

from gradcalc.data.cells import table_cell
from gradcalc.data.compressions import compression_of
from gradcalc.data.delimited_rows import (
    DelimitedRows,
    check_free,
    places_of,
    table_columns,
)
from gradcalc.data.formats import FORMATS, open_rows
from gradcalc.data.row_writers import chosen_columns
from gradcalc.data.rows import Reading, Skipped, check_distinct, renamed
from gradcalc.errors import (
    BindingError,
    DataError,
    UsageError,
    entry_point,
    extra_module,
)
from gradcalc.language.bindings import values_by_name
from gradcalc.language.identifiers import checked_names, normal
from gradcalc.mapping.engines import SPARK, Engine, Outcome, Sink
from gradcalc.mapping.row_formula import Asked, RowFormula, row_formula
from gradcalc.mapping.spark_session import pyspark, spark_errors
from gradcalc.mapping.totals import Totals
from gradcalc.shapes import element_names
from gradcalc.wording import listing, represented

# What the columns of the data, and the new ones, are called here: no two alike.
_OLD, _NEW = "c{}", "n{}"

# What errors call what is no number.
_KINDS = {"string": "text", "boolean": "true and false"}

# What of gradcalc is sent to the workers as it stands, wherever it is referred to.
_TRAVELLING = (
    "gradcalc.data.cells",
    "gradcalc.engine.columns",
    "gradcalc.mapping.spark_worker",
    "gradcalc.wording",
)


def of_path(
    session: Any,
    path: str,
    reading: Reading,
    wanted: str | None = None,
    *,
    skip_bad: bool = False,
) -> "SparkEngine":
    """The engine for what Spark finds at the path; `reading.kind` None for Parquet.

    `wanted` is the format to write, None for the same: where that is a table, too, the
    cells stay the texts that they are.
    """
    kind = reading.kind or "parquet"
    name, options = _format(kind, path)
    options = {**options, "mode": "DROPMALFORMED" if skip_bad else "FAILFAST"}
    header = None
    with spark_errors(path):
        reader = session.read.format(name)
        if name == "csv":
            first = session.read.text(path).first()
            line = "" if first is None else f"{first[0]}\n"
            rows = open_rows(BytesIO(line.encode()), path, replace(reading, kind=kind))
            assert isinstance(rows, DelimitedRows)
            rows.check_distinct()
            header = rows.header
            cells = rows.titles
            options |= {"sep": rows.delimiter, "enforceSchema": "false"}
            # Else a row that is too short would not be seen.
            options["columnPruning"] = "false"
            kinds: list[Any] = ["string"] * len(cells)
            if wanted is not None and _format(wanted, path)[0] != name:
                told = reader.options(**options, inferSchema="true").load(path).schema
                kinds = [field.dataType for field in told.fields]
            reader = reader.schema(_schema(list(zip(cells, kinds, strict=True))))
        frame = reader.options(**options).load(path)
        if header is None:
            header = _header(frame, path, reading.renames)
    of_text = name != "parquet"
    return SparkEngine(
        frame,
        header,
        path,
        kind,
        of_text=of_text,
        skip_bad=skip_bad,
        context=session.sparkContext,
    )


def _format(kind: str, path: str) -> tuple[str, Mapping[str, str]]:
    """What Spark calls the format, and its options."""
    found = FORMATS[kind].spark
    if found is None:
        known = listing([name for name, each in FORMATS.items() if each.spark])
        raise UsageError(
            f"{path}: Spark reads and writes {known}, no {kind} files",
            hint="leave out --engine spark, or use another format",
        )
    return found


def _header(frame: Any, name: str, renames: Mapping[str, str]) -> list[str]:
    """The names of the frame's columns, as a formula has them."""
    return renamed([normal(each.strip()) for each in frame.columns], renames, name)


@entry_point
def map_spark(
    dataframe: Any,
    text: str,
    constants: Mapping[str, Any] | None = None,
    *,
    wrt: Sequence[str] | None = None,
    only: Sequence[str] | None = None,
    prefix: str = "",
    rename: Mapping[str, str] | None = None,
    output: str | None = None,
    reduce: str | None = None,
) -> Any:
    """A DataFrame of Spark with the formula's value and derivatives in every row.

    `dataframe` is one of Spark's, too. Names of the formula that are its columns are
    read from them; `constants` has the values of all others. Columns are added as by
    `gradcalc map`, with its options: `value`, and `d_NAME` for each of `wrt`, by
    default the columns of the formula; `only` names the columns to keep, of the data or
    new ones; what new names begin with is the `prefix`; `rename` has new names of
    columns; `output` is a label to take for the result. A row in which a number is
    missing gets null. Nothing is computed before the result is asked for.

    With `reduce`, "sum" or "mean", all is computed at once: the result has one row, the
    total and its derivatives by the constants.

    The workers need NumPy and PyArrow, but no gradcalc. Raises GradcalcError for what
    is wrong with the formula or the columns, and MissingExtraError without PySpark.
    """
    if not isinstance(dataframe, pyspark(".sql").DataFrame):
        raise BindingError(
            f"map_spark takes a DataFrame of Spark, not {represented(dataframe)}"
        )
    if reduce not in (None, "sum", "mean"):
        raise UsageError(f"reduce is 'sum' or 'mean', not {represented(reduce)}")
    name = "the DataFrame"
    header = _header(dataframe, name, rename or {})
    engine = SparkEngine(dataframe, header, name, "parquet")
    asked = Asked(
        constants=values_by_name(constants or {}),
        output=output,
        wrt=None if wrt is None else checked_names(wrt),
        only=None if only is None else checked_names(only),
        prefix=prefix,
        total=reduce is not None,
    )
    formula = row_formula(text, engine.columns, name, asked)
    if reduce is None:
        return engine.answered(formula)
    return engine.row(formula, engine.total(formula)[0].reduced(reduce, name))


class SparkEngine(Engine):
    """A DataFrame of Spark whose columns are those of the header, in order.

    `kind` is its format. If `of_text`, a text may stand for a number. `context` is that
    of the session; without it, rows are not counted.
    """

    def __init__(
        self,
        frame: Any,
        header: Sequence[str],
        name: str,
        kind: str,
        *,
        of_text: bool = False,
        skip_bad: bool = False,
        context: Any = None,
    ) -> None:
        self.name = name
        self._context = context
        self._frame, self._header, self._kind = frame, header, kind
        self._of_text, self._skip_bad = of_text, skip_bad
        check_distinct(header, name)
        self._table = table_columns(header)
        self.columns = {name: column.shape for name, column in self._table.items()}

    def answered(self, formula: RowFormula, tally: Any = None) -> Any:
        """The DataFrame of the columns asked for. DataError for one of no numbers."""
        additions, behind = formula.additions, len(self._header)
        names = [*self._header, *additions.columns]
        chosen = chosen_columns(self._header, self.columns, additions, formula.only)
        old = [place for place in chosen if place < behind]
        check_free(self.name, [names[place] for place in old], additions)
        arguments = self._arguments(formula)
        taken = sorted({*old, *arguments})
        columns = [
            taken.index(place) if place < behind else len(taken) + place - behind
            for place in chosen
        ]
        types = [self._frame.schema.fields[place].dataType for place in taken]
        every = [
            *((_OLD.format(p), kind) for p, kind in zip(taken, types, strict=True)),
            *((_NEW.format(p), "double") for p in range(len(additions.columns))),
        ]
        fields = [every[place] for place in columns]
        frame = self._mapped(formula, arguments, taken, columns, fields, tally)
        return frame.toDF(*[names[place] for place in chosen])

    def write(self, formula: RowFormula, sink: Sink) -> Outcome:
        outcome = Outcome()
        with self._counted(outcome, formula) as tally:
            self._save(self.answered(formula, tally), sink)
        return outcome

    def total(self, formula: RowFormula) -> tuple[Totals, Outcome]:
        outcome, totals = Outcome(), Totals(len(formula.cells))
        arguments = self._arguments(formula)
        sums = range(2 * len(formula.cells))
        fields = [("rows", "bigint"), *((_NEW.format(p), "double") for p in sums)]
        taken = sorted(set(arguments))
        with self._counted(outcome, formula) as tally:
            frame = self._mapped(formula, arguments, taken, None, fields, tally)
            for rows, *parts in frame.collect():
                pairs = list(zip(parts[::2], parts[1::2], strict=True))
                totals.merge(Totals.of(pairs, rows))
        return totals, outcome

    def write_total(
        self, formula: RowFormula, values: Sequence[float], sink: Sink
    ) -> None:
        with spark_errors(self.name):
            self._save(self.row(formula, values), sink)

    def row(self, formula: RowFormula, values: Sequence[float]) -> Any:
        """The DataFrame of one row of these values, of the columns asked for."""
        chosen = chosen_columns([], {}, formula.additions, formula.only)
        added = formula.additions.columns
        schema = _schema([(added[place], "double") for place in chosen])
        content = [tuple([values[place] for place in chosen])]
        return self._frame.sparkSession.createDataFrame(content, schema)

    def _arguments(self, formula: RowFormula) -> list[int]:
        """The places of the formula's columns. DataError for one of no numbers."""
        types = pyspark(".sql.types")
        places = places_of(self._table, list(formula.columns), self.name)
        for place in places:
            kind = self._frame.schema.fields[place].dataType
            is_text = self._of_text and isinstance(kind, types.StringType)
            if not (is_text or isinstance(kind, types.NumericType | types.NullType)):
                shown = kind.simpleString()
                raise DataError(
                    f"the column {self._header[place]} of {self.name} holds"
                    f" {_KINDS.get(shown, shown)}, not numbers"
                )
        return places

    def _mapped(
        self,
        formula: RowFormula,
        arguments: Sequence[int],
        taken: Sequence[int],
        columns: Sequence[int] | None,
        fields: Sequence[tuple[str, Any]],
        tally: Any,
    ) -> Any:
        """What the workers make of columns; partial sums if none are to be written."""
        _send_along()
        # Imported here: it needs PyArrow.
        from gradcalc.mapping.spark_worker import RowWorker

        kernel = formula.kernel()
        worker = RowWorker(
            kernel.source(formula.bound.program.graph.source, [], None),
            kernel.code.results,
            [taken.index(place) for place in arguments],
            [self._header[place] for place in arguments],
            formula.picked,
            columns or [],
            [name for name, _ in fields],
            columns is None,
            self._skip_bad,
            tally,
        )
        frame = self._frame.toDF(*map(_OLD.format, range(len(self._header))))
        frame = frame.select([_OLD.format(place) for place in taken])
        return frame.mapInArrow(worker.__call__, _schema(fields))

    @contextmanager
    def _counted(self, outcome: Outcome, formula: RowFormula) -> Iterator[Any]:
        """What counts the rows while they are used, for the outcome.

        None without a context.
        """
        _send_along()
        from gradcalc.mapping.spark_worker import NOTHING, TallyParam

        tally = None
        if self._context is not None:
            tally = self._context.accumulator(NOTHING, TallyParam())
        with spark_errors(self.name):
            yield tally
        if tally is None:
            return
        outcome.rows, outcome.missing, outcome.odd, first, skipped, why = tally.value
        if first is not None:
            names = (element_names(*column) for column in formula.columns.items())
            shown = zip(chain.from_iterable(names), first, strict=True)
            point = listing([f"{name} = {number!r}" for name, number in shown])
            outcome.first_odd = f"{self.name}, where {point}", first
        if skipped:
            outcome.skipped = Skipped(skipped, DataError(f"{self.name}, column {why}"))

    def _save(self, frame: Any, sink: Sink) -> None:
        """Write the frame where the sink says: as files of Spark's, or as text."""
        kind = sink.kind or self._kind
        if sink.path is not None:
            name, options = _format(kind, sink.path)
            if compression := compression_of(sink.path):
                options = {**options, "compression": compression.program}
            with spark_errors(sink.path, "write"):
                frame.write.format(name).options(**options).save(sink.path)
            return
        name, options = _format(kind if kind in ("csv", "tsv", "jsonl") else "csv", "-")
        functions = pyspark(".sql.functions")
        write = functions.to_csv if name == "csv" else functions.to_json
        lines = frame.select(write(functions.struct("*"), options))
        header = ""
        if name == "csv":
            cells = [table_cell(each, options["sep"]) for each in frame.columns]
            header = options["sep"].join(cells) + "\n"
        sink.write_rows(header, ([f"{line}\n"] for (line,) in lines.toLocalIterator()))


def _schema(fields: Sequence[tuple[str, Any]]) -> Any:
    """The schema of columns of these names and types."""
    types = pyspark(".sql.types")
    known = {
        "double": types.DoubleType(),
        "bigint": types.LongType(),
        "string": types.StringType(),
    }
    return types.StructType(
        [types.StructField(name, known.get(kind, kind)) for name, kind in fields]
    )


def _send_along() -> None:
    """Have what the workers need of gradcalc sent to them, not looked for there."""
    extra_module("pyarrow", SPARK, "tables of Spark")
    cloudpickle = pyspark(".cloudpickle")
    for name in _TRAVELLING:
        cloudpickle.register_pickle_by_value(import_module(name))
