"""The engine for rows of text that become a file whose columns have types.

Another engine writes them as text into a file aside, all of which tells the types.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from tempfile import NamedTemporaryFile
from typing import Any

from gradcalc.data.delimited_rows import DelimitedRows
from gradcalc.mapping.engines import Engine, Outcome, Sink
from gradcalc.mapping.frame_engine import polars_errors, sink_columns
from gradcalc.mapping.row_engine import RowEngine
from gradcalc.mapping.row_formula import RowFormula
from gradcalc.mapping.row_kernel import polars
from gradcalc.mapping.totals import Totals
from gradcalc.mapping.typed_tables import typed_table


class ColumnarEngine(Engine):
    """Rows of text that another engine answers, and a file of columns with types."""

    def __init__(self, engine: RowEngine, kind: str) -> None:
        self.name, self.columns = engine.name, engine.columns
        self._engine = engine
        self._kind = kind
        rows = engine.rows
        self._delimiter = rows.reading.delimiter or ","
        is_table = isinstance(rows, DelimitedRows) and self._delimiter.isascii()
        self._text_kind = "csv" if is_table else "jsonl"

    def write(self, formula: RowFormula, sink: Sink) -> Outcome:
        with _aside(self._text_kind) as text:
            outcome = self._engine.write(formula, text)
            self._convert(formula, text, sink)
        return outcome

    def total(self, formula: RowFormula) -> tuple[Totals, Outcome]:
        return self._engine.total(formula)

    def write_total(
        self, formula: RowFormula, values: Sequence[float], sink: Sink
    ) -> None:
        with _aside(self._text_kind) as text:
            self._engine.write_total(formula, values, text)
            self._convert(formula, text, sink)

    def _convert(self, formula: RowFormula, text: "_Aside", sink: Sink) -> None:
        """Write what has been written as text into the sink."""
        pl, path = polars(), text.stream.name
        text.stream.flush()
        with polars_errors(self.name):
            if text.kind == "jsonl":
                frame = pl.scan_ndjson(path, infer_schema_length=None)
            else:
                frame = typed_table(path, self._delimiter, formula.additions.columns)
            sink_columns(frame, self._kind, sink.stream)


class _Aside:
    """A sink that is a file of text, in the format of that name."""

    path = None

    def __init__(self, kind: str, stream: Any) -> None:
        self.kind = kind
        self.stream = stream

    def write_rows(self, header: str, blocks: Any) -> None:
        self.stream.write(header.encode())
        for block in blocks:
            is_text = isinstance(block, memoryview)
            self.stream.write(block if is_text else "".join(block).encode())


@contextmanager
def _aside(kind: str) -> Iterator[_Aside]:
    """A file that is removed at the end."""
    with NamedTemporaryFile(suffix=f".{kind}") as stream:
        yield _Aside(kind, stream)
