"""The engine for tables on a cluster: Spark reads and writes them.

The numbers are the vector kernel's: its source travels to Spark's workers, inside the
function that they map over batches of rows. They need NumPy and PyArrow, no gradcalc.
"""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
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
from gradcalc.data.formats import DELIMITERS, open_rows
from gradcalc.data.row_writers import chosen_columns
from gradcalc.data.rows import Reading, Skipped, check_distinct, renamed
from gradcalc.errors import (
    BindingError,
    DataError,
    FileError,
    GradcalcError,
    MissingExtraError,
    UsageError,
    entry_point,
    extra_module,
)
from gradcalc.language.bindings import values_by_name
from gradcalc.language.identifiers import checked_names, normal
from gradcalc.mapping.engines import ENGINES, SPARK, Engine, Outcome, Sink
from gradcalc.mapping.row_formula import Asked, RowFormula, row_formula
from gradcalc.mapping.totals import Totals
from gradcalc.shapes import element_names
from gradcalc.wording import listing, represented

_LIBRARY = ENGINES[SPARK].library

# What the columns of the data, and the new ones, are called here: no two alike.
_OLD, _NEW = "c{}", "n{}"

# What Spark calls the formats, and how it is to read and write them: as tables are
# written elsewhere, where a quotation mark within a cell is doubled.
_TABLE = {
    "header": "true",
    "quote": '"',
    "escape": '"',
    "ignoreLeadingWhiteSpace": "false",
    "ignoreTrailingWhiteSpace": "false",
}
_FORMATS: dict[str, tuple[str, dict[str, str]]] = {
    **{
        name: ("csv", {**_TABLE, "sep": delimiter})
        for name, delimiter in DELIMITERS.items()
    },
    "jsonl": ("json", {"ignoreNullFields": "false"}),
    "parquet": ("parquet", {}),
}

# What errors call what is no number.
_KINDS = {"string": "text", "boolean": "true and false"}

# What of gradcalc is sent to the workers as it stands, wherever it is referred to.
_TRAVELLING = (
    "gradcalc.data.cells",
    "gradcalc.engine.columns",
    "gradcalc.mapping.spark_worker",
    "gradcalc.wording",
)

_JAVA = (
    "install Java 17 or later (apt install openjdk-17-jre-headless, brew install"
    " openjdk@17), or let JAVA_HOME name the folder that has it"
)


def _pyspark(module: str = "") -> Any:
    """The library, or a module of it. Raises MissingExtraError."""
    return extra_module(f"{_LIBRARY}{module}", SPARK, "tables of Spark")


@contextmanager
def session(master: str | None) -> Iterator[Any]:
    """A session of Spark on the master; None for that which Spark is set up for.

    Raises MissingExtraError without Spark or Java, and UsageError for a master that
    cannot be used.
    """
    core = _pyspark()
    conf = core.SparkConf().setAppName("gradcalc map")
    conf.set("spark.sql.caseSensitive", "true")
    if master is not None:
        conf.setMaster(master)
    is_local = (master or "").startswith("local")
    if is_local:
        conf.set("spark.driver.host", "localhost")
        conf.set("spark.driver.bindAddress", "127.0.0.1")
        conf.set("spark.ui.enabled", "false")
    try:
        context = core.SparkContext(gateway=_gateway(quiet=is_local), conf=conf)
    except Exception as error:
        if not _is_sparks(error):
            raise
        which = "" if master is None else f" {master}"
        raise UsageError(
            f"cannot use the master{which}: {_reason(error)}",
            hint="a master is such as local[2], spark://host:7077 or yarn",
        ) from None
    if context.master.startswith("local") and context.pythonExec == "python3":
        # Which may be another one than this, without the libraries.
        context.pythonExec = sys.executable
    try:
        yield _pyspark(".sql").SparkSession(context)
    finally:
        context.stop()


@cache
def _gateway(*, quiet: bool) -> Any:
    """The way to a new process of Java, which ends with this one.

    What it prints goes where errors go, or nowhere if it is to be `quiet`.
    """
    # Imported here: nothing else needs it.
    from tempfile import TemporaryFile

    with TemporaryFile() as log:
        streams = {"stdout": log, "stderr": log} if quiet else {"stdout": 2}
        try:
            return _pyspark(".java_gateway").launch_gateway(None, streams)
        except _pyspark(".errors").PySparkRuntimeError:
            log.seek(0)
            lines = log.read().decode(errors="replace").splitlines()
            said = next((line for line in lines if "JAVA_HOME" in line), None)
            raise MissingExtraError(
                "Spark needs Java, which did not start" + (f": {said}" if said else ""),
                hint=_JAVA,
            ) from None


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
    with _told(path):
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


def _format(kind: str, path: str) -> tuple[str, dict[str, str]]:
    """What Spark calls the format, and its options."""
    if kind not in _FORMATS:
        raise UsageError(
            f"{path}: Spark reads and writes {listing(_FORMATS)}, no {kind} files",
            hint="leave out --engine spark, or use another format",
        )
    return _FORMATS[kind]


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
    if not isinstance(dataframe, _pyspark(".sql").DataFrame):
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
        with _told(self.name):
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
        types = _pyspark(".sql.types")
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
        with _told(self.name):
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
            with _told(sink.path, "write"):
                frame.write.format(name).options(**options).save(sink.path)
            return
        name, options = _format(kind if kind in ("csv", "tsv", "jsonl") else "csv", "-")
        functions = _pyspark(".sql.functions")
        write = functions.to_csv if name == "csv" else functions.to_json
        lines = frame.select(write(functions.struct("*"), options))
        header = ""
        if name == "csv":
            cells = [table_cell(each, options["sep"]) for each in frame.columns]
            header = options["sep"].join(cells) + "\n"
        sink.write_rows(header, ([f"{line}\n"] for (line,) in lines.toLocalIterator()))


def _schema(fields: Sequence[tuple[str, Any]]) -> Any:
    """The schema of columns of these names and types."""
    types = _pyspark(".sql.types")
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
    cloudpickle = _pyspark(".cloudpickle")
    for name in _TRAVELLING:
        cloudpickle.register_pickle_by_value(import_module(name))


_UNREADABLE = "UnreadableCellError"


@contextmanager
def _told(name: str, verb: str = "read") -> Iterator[None]:
    """Raise GradcalcError for what Spark says of what it cannot read, or write."""
    try:
        yield
    except Exception as error:
        if not _is_sparks(error):
            raise
        raise _explained(error, name, verb) from None


def _is_sparks(error: Exception) -> bool:
    return type(error).__module__.partition(".")[0] in (_LIBRARY, "py4j")


def _explained(error: Exception, name: str, verb: str) -> GradcalcError:
    text = str(error)
    if unreadable := re.search(rf"{_UNREADABLE}: (.*)", text):
        return DataError(f"{name}, column {unreadable[1]}")
    if lacking := re.search(r"ModuleNotFoundError: No module named '(\w+)'", text):
        return MissingExtraError(
            f"Spark's workers have no {lacking[1]}",
            hint="install numpy and pyarrow for the Python that runs there, which"
            " PYSPARK_PYTHON names",
        )
    if "[PATH_NOT_FOUND]" in text:
        return FileError(f"cannot read {name}: no such file or directory")
    if "[PATH_ALREADY_EXISTS]" in text:
        return FileError(
            f"cannot write {name}: it exists",
            hint="remove it, or give the new folder another name",
        )
    return DataError(f"cannot {verb} {name}: {_reason(error)}")


def _reason(error: Exception) -> str:
    """What Spark says is wrong: of a chain of causes the last."""
    java = getattr(error, "java_exception", None)
    text = str(error if java is None else java.toString())
    causes = re.findall(r"^Caused by: (.*)$", str(error), re.MULTILINE)
    line = (causes or [text.strip().partition("\n")[0]])[-1]
    line = re.sub(r"^(?:[\w$]+\.)+\w+(?:Exception|Error): ", "", line)
    line = re.sub(r"^\[[A-Z_.]+\] ", "", line)
    return re.sub(r" SQLSTATE: \w+$", "", line)
