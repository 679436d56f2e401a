"""THE TABLE of the formats that rows of data come in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import BinaryIO

from gradcalc.data.additions import Additions, RowWriter
from gradcalc.data.compressions import compression_of
from gradcalc.data.delimited_rows import DelimitedRows
from gradcalc.data.json_rows import JsonRows
from gradcalc.data.lines import BYTE_ORDER_MARK, Lines, Source
from gradcalc.data.row_writers import JsonWriter, TableWriter
from gradcalc.data.rows import Reading, Rows
from gradcalc.errors import MissingExtraError

Reader = Callable[[Lines, Reading], Rows]
Writer = Callable[[Rows, Additions, "Sequence[str] | None"], RowWriter]


@dataclass(frozen=True, slots=True)
class Format:
    """One row of the table."""

    name: str
    # How the names of its files end.
    endings: tuple[str, ...]
    # What reads its rows line by line, and what writes rows anew; None for a format
    # that is not made of lines.
    rows: Reader | None = None
    writer: Writer | None = None
    # Whether data with this first line is taken for it, if its name does not say.
    begins: Callable[[str], bool] = lambda _line: False
    # What Spark calls it, and the options with which Spark reads and writes it as it is
    # read and written here; None for a format that Spark has not.
    spark: tuple[str, Mapping[str, str]] | None = None


# What is between the cells of tables.
DELIMITERS = {"csv": ",", "tsv": "\t"}


def _spark_table(delimiter: str) -> tuple[str, Mapping[str, str]]:
    # A quotation mark within a cell is doubled.
    return "csv", {
        "sep": delimiter, "header": "true", "quote": '"', "escape": '"',
        "ignoreLeadingWhiteSpace": "false", "ignoreTrailingWhiteSpace": "false",
    }  # fmt: skip


# A format that begins like an earlier one as well is taken before that.
FORMATS = {
    format_.name: format_
    for format_ in (
        Format(
            "csv", (".csv",), partial(DelimitedRows, delimiter=DELIMITERS["csv"]),
            partial(TableWriter, delimiter=DELIMITERS["csv"]), lambda _line: True,
            _spark_table(DELIMITERS["csv"]),
        ),
        Format(
            "tsv", (".tsv", ".tab"),
            partial(DelimitedRows, delimiter=DELIMITERS["tsv"]),
            partial(TableWriter, delimiter=DELIMITERS["tsv"]),
            lambda line: "\t" in line and "," not in line,
            _spark_table(DELIMITERS["tsv"]),
        ),
        Format(
            "jsonl", (".jsonl", ".ndjson", ".json"), JsonRows, JsonWriter,
            # A list is refused with what to write instead.
            lambda line: line.lstrip(BYTE_ORDER_MARK + " \t\r\n")[:1] in ("{", "["),
            ("json", {"ignoreNullFields": "false"}),
        ),
        Format("parquet", (".parquet", ".pq"), spark=("parquet", {})),
        Format("arrow", (".arrow", ".ipc", ".feather")),
    )
}  # fmt: skip
# Those whose rows can be read and written one by one.
LINE_FORMATS = [name for name, each in FORMATS.items() if each.rows]


def format_of(path: str) -> str | None:
    """The format that a file's name stands for, or None if it does not say."""
    lowered = path.lower()
    if compression := compression_of(lowered):
        lowered = lowered.removesuffix(compression.ending)
    return next(
        (name for name, each in FORMATS.items() if lowered.endswith(each.endings)), None
    )


def open_rows(
    stream: BinaryIO,
    name: str,
    reading: Reading | None = None,
    more: Sequence[Source] = (),
) -> Rows:
    """The rows of the stream, and then of `more` with the same header.

    `name` is what errors call it. The format is told by the first line if it is not
    given. Raises DataError if there are no columns.
    """
    reading = reading or Reading()
    lines = Lines(stream, name, more)
    kind = reading.kind
    if kind is None:
        first = lines.first()
        kind = next(
            kind for kind, each in reversed(FORMATS.items()) if each.begins(first)
        )
    read = FORMATS[kind].rows
    if read is None:
        raise MissingExtraError(
            f"{name}: {kind} files need polars: pip install 'gradcalc[data]'"
        )
    return read(lines, replace(reading, kind=kind))


def row_writer(
    rows: Rows,
    additions: Additions,
    kind: str | None = None,
    only: Sequence[str] | None = None,
) -> RowWriter:
    """The writer of rows of which none has been read: as they stand, if that can be.

    `kind` is the format to write, None for their own; `only` names the columns and
    additions to write, None for all. Raises DataError for names that are taken.
    """
    kind = kind or rows.reading.kind or ""
    longer = None
    if kind == rows.reading.kind and only is None:
        longer = rows.longer(additions)
    if longer is not None:
        return longer
    write = FORMATS[kind].writer
    if write is None:
        raise MissingExtraError(
            f"{kind} files need polars: pip install 'gradcalc[data]'"
        )
    return write(rows, additions, only)
