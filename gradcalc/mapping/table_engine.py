"""The engine for large tables of text: Polars reads and writes them, block by block.

A block is taken as a whole if all its lines are plain: each is a row of the right
number of cells, of which none is quoted or bad. All others are answered row by row, so
that rows, errors and warnings are the same as those of the engine without Polars, and
memory is that of a few blocks whatever the file's size.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import Any

from gradcalc.data.additions import RowWriter
from gradcalc.data.delimited_rows import DelimitedRows, LongerTable
from gradcalc.data.lines import Block
from gradcalc.data.row_writers import TableWriter
from gradcalc.data.rows import Row
from gradcalc.errors import DataError
from gradcalc.mapping.engines import Outcome
from gradcalc.mapping.row_engine import RowEngine
from gradcalc.mapping.row_formula import RowFormula
from gradcalc.mapping.row_kernel import (
    Answers,
    CellError,
    RowKernel,
    numbers_of,
    polars,
)

# So many bytes are a block, of which so many are at work at once.
LARGEST_BLOCK = 4_000_000
_AT_ONCE = 3
# Python's reader takes no longer cells.
_LONGEST = 131_072

# The answers of a block, and what is made of them: text, or totals.
_Made = tuple[Answers, Any]


class TableEngine(RowEngine):
    """Rows of a table, answered block by block where they are plain."""

    def _blocks(
        self,
        formula: RowFormula,
        use: Callable[[Row], Any],
        outcome: Outcome,
        writer: RowWriter | None = None,
    ) -> Iterator[Any]:
        rows, lines = self.rows, self.rows.lines
        make = _maker(rows, formula, writer)
        if make is None:
            yield from super()._blocks(formula, use, outcome, writer)
            return
        lines.largest = LARGEST_BLOCK
        skipped = outcome.skipped if self._skip_bad else None
        begun: deque[tuple[Block, Future[_Made | None]]] = deque()
        ended = False
        with ThreadPoolExecutor(2) as pool:
            while not ended:
                while len(begun) < _AT_ONCE and (block := lines.block()):
                    begun.append((block, pool.submit(make, block.data)))
                if begun:
                    block, made = begun.popleft()
                    found = made.result()
                    if found is not None:
                        self._count(found[0], outcome)
                        self._progress(outcome.rows)
                        yield found[1]
                        continue
                    lines.take(block, [each for each, _ in begun])
                    begun.clear()
                results: list[Any] = []
                try:
                    ended = rows.use_block(results, use, skipped, None)
                except DataError:
                    yield results
                    raise
                outcome.rows += len(results)
                self._progress(outcome.rows)
                yield results
        self._check_some(outcome)

    def _count(self, answers: Answers, outcome: Outcome) -> None:
        """Count the rows of a block, which are the last that were read."""
        lines = self.rows.lines
        if answers.first_odd is not None and outcome.first_odd is None:
            place, numbers = answers.first_odd
            where = f"{self.rows.name}, line {lines.number + place + 1}"
            outcome.first_odd = where, numbers
        lines.number += answers.rows
        outcome.rows += answers.rows
        outcome.missing += answers.missing
        outcome.odd += answers.odd


def _maker(
    rows: Any, formula: RowFormula, writer: RowWriter | None
) -> Callable[[bytes], _Made | None] | None:
    """The function of a block of plain lines, None of others; None if there is none."""
    if not isinstance(rows, DelimitedRows) or not rows.delimiter.isascii():
        return None
    if isinstance(writer, LongerTable):
        return _Plain(rows, formula).longer
    if isinstance(writer, TableWriter):
        return _Plain(rows, formula, writer).anew
    return None if writer is not None else _Plain(rows, formula).totals


@dataclass(frozen=True, eq=False)
class _Table:
    """A block of plain lines."""

    lines: Any
    answers: Answers
    ending: str


class _Plain:
    """What is made of the plain lines of a table."""

    def __init__(
        self,
        rows: DelimitedRows,
        formula: RowFormula,
        writer: TableWriter | None = None,
    ) -> None:
        self._rows = rows
        self._width = len(rows.header)
        self._names = [f"c{place}" for place in range(self._width)]
        self._places = rows.places(list(formula.columns))
        self._kernel = RowKernel(formula)
        self._writer = writer

    def longer(self, data: bytes) -> _Made | None:
        """The lines with more cells behind them."""
        table = self._table(data)
        if table is None:
            return None
        text = _text(
            [table.lines, *table.answers.columns],
            self._rows.delimiter,
            "never",
            table.ending,
        )
        return table.answers, text

    def anew(self, data: bytes) -> _Made | None:
        """The columns of a table of another form."""
        table, writer = self._table(data), self._writer
        if table is None or writer is None:
            return None
        chosen = writer.chosen
        own = self._cells(data, [place for place in chosen if place < self._width])
        columns = [
            own[self._names[place]]
            if place < self._width
            else table.answers.columns[place - self._width]
            for place in chosen
        ]
        columns = [column.alias(str(place)) for place, column in enumerate(columns)]
        return table.answers, _text(columns, writer.delimiter, "necessary", "\n")

    def totals(self, data: bytes) -> _Made | None:
        """The totals of the lines."""
        table = self._table(data)
        return None if table is None else (table.answers, table.answers.totals())

    def _table(self, data: bytes) -> _Table | None:
        """What is in the lines and what they get; None if they are not plain."""
        pl = polars()
        returns, ending = data.count(b"\r"), b"\n"
        if returns:
            ending = b"\r\n"
        count = data.count(ending)
        header = self._rows.lines.header[-1].encode()
        if (
            b'"' in data
            or b"\0" in data
            or not data.endswith(ending)
            or not header.endswith(ending)
            or data.count(b"\n") != count
            or (returns and returns != count)
        ):
            return None
        try:
            lines = pl.read_csv(
                data, separator="\0", new_columns=["line"], **_AS_TEXT
            ).get_column("line")
            delimiters = lines.str.count_matches(self._rows.delimiter, literal=True)
            if (
                # An empty line is null here.
                len(lines) != count
                or lines.null_count()
                or (delimiters != self._width - 1).any()
                or lines.str.len_bytes().max() > _LONGEST
            ):
                return None
            columns = self._numbers(data)
        except (pl.exceptions.PolarsError, CellError):
            return None
        return _Table(lines, self._kernel(columns, count), ending.decode())

    def _numbers(self, data: bytes) -> Sequence[Any]:
        """The columns of numbers, in the order of the formula's."""
        pl = polars()
        names = [self._names[place] for place in self._places]
        frame = pl.read_csv(
            data,
            separator=self._rows.delimiter,
            new_columns=self._names,
            schema_overrides=dict.fromkeys(names, pl.Float64),
            columns=sorted(set(self._places)),
            ignore_errors=True,
            **_AS_TEXT,
        )
        return [
            numbers_of(frame.get_column(name), partial(self._cell, data, place))
            for name, place in zip(names, self._places, strict=True)
        ]

    def _cell(self, data: bytes, place: int) -> Any:
        """The column at the place as it stands."""
        return self._cells(data, [place])[self._names[place]]

    def _cells(self, data: bytes, places: Sequence[int]) -> dict[str, Any]:
        """The columns at these places as they stand, by their names here."""
        if not places:
            return {}
        frame = polars().read_csv(
            data,
            separator=self._rows.delimiter,
            new_columns=self._names,
            columns=sorted(set(places)),
            **_AS_TEXT,
        )
        return {column.name: column for column in frame}


_AS_TEXT: dict[str, Any] = {
    "has_header": False, "quote_char": None, "infer_schema": False,
}  # fmt: skip


def _text(columns: Sequence[Any], delimiter: str, quotes: str, ending: str) -> bytes:
    """The columns as the lines of a table."""
    text = BytesIO()
    polars().DataFrame(columns).write_csv(
        text,
        include_header=False,
        separator=delimiter,
        quote_style=quotes,
        line_terminator=ending,
    )
    return text.getvalue()
