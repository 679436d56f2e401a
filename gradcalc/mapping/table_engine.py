"""The engine for large tables of text: Polars reads and writes them, block by block.

A block is taken as a whole if all its lines are plain: each is a row of the right
number of cells, of which none is quoted or bad. All others are answered row by row, so
that rows, errors and warnings are the same as those of the engine without Polars, and
memory is that of a few blocks whatever the file's size.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from io import BytesIO
from typing import Any

from gradcalc.data.additions import RowWriter
from gradcalc.data.delimited_rows import DelimitedRows, LongerTable
from gradcalc.data.lines import Block
from gradcalc.data.plain_lines import count_of_plain
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

# The answers of a block, and what is made of them: text, or totals.
_Made = tuple[Answers, Any]
# What that is made by, of a block and an empty place for text; None of a block that has
# lines that are not plain.
_Maker = Callable[[bytes, BytesIO], _Made | None]


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
        # Each is used again when its text is written: new memory takes its time.
        texts = deque([BytesIO() for _ in range(_AT_ONCE)])
        ended = False
        with ThreadPoolExecutor(2) as pool:
            while not ended:
                while len(begun) < _AT_ONCE and (block := lines.block()):
                    begun.append((block, pool.submit(make, block.data, texts[0])))
                    texts.rotate(-1)
                if begun:
                    block, made = begun.popleft()
                    found = made.result()
                    if found is not None:
                        answers, content = found
                        self._count(answers, outcome)
                        self._progress(outcome.rows)
                        yield content
                        if isinstance(content, memoryview):
                            content.release()
                        continue
                    lines.take(block, [each for each, _ in begun])
                    wait([future for _, future in begun])
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
        outcome.add(answers.rows, answers.missing, answers.odd)


def _maker(rows: Any, formula: RowFormula, writer: RowWriter | None) -> _Maker | None:
    """What makes something of the rows; None if nothing does so block by block."""
    if not isinstance(rows, DelimitedRows) or not rows.delimiter.isascii():
        return None
    if isinstance(writer, LongerTable):
        return _Plain(rows, formula).longer
    if isinstance(writer, TableWriter):
        return _Plain(rows, formula, writer).anew
    return None if writer is not None else _Plain(rows, formula).totals


class _Plain:
    """What is made of the plain lines of a table."""

    def __init__(
        self,
        rows: DelimitedRows,
        formula: RowFormula,
        writer: TableWriter | None = None,
    ) -> None:
        self._delimiter = rows.delimiter
        self._width = len(rows.header)
        self._names = [f"c{place}" for place in range(self._width)]
        self._places = rows.places(list(formula.columns))
        self._kernel = RowKernel(formula)
        self._writer = writer

    def longer(self, data: bytes, text: BytesIO) -> _Made | None:
        """The lines with more cells behind them."""
        answers = self._answers(data)
        if answers is None:
            return None
        lines = _cells(data, "\0", ["line"], [0])
        ending = "\r\n" if data.endswith(b"\r\n") else "\n"
        columns = [*lines.values(), *answers.columns]
        return answers, _written(columns, text, self._delimiter, "never", ending)

    def anew(self, data: bytes, text: BytesIO) -> _Made | None:
        """The columns of a table of another form."""
        answers, writer = self._answers(data), self._writer
        if answers is None or writer is None:
            return None
        own = self._own(data, [each for each in writer.chosen if each < self._width])
        columns = [
            own[place] if place < self._width else answers.columns[place - self._width]
            for place in writer.chosen
        ]
        columns = [column.alias(str(place)) for place, column in enumerate(columns)]
        return answers, _written(columns, text, writer.delimiter, "necessary", "\n")

    def totals(self, data: bytes, _text: BytesIO) -> _Made | None:
        """The totals of the lines."""
        answers = self._answers(data)
        return None if answers is None else (answers, answers.totals())

    def _answers(self, data: bytes) -> Answers | None:
        """What the lines get; None if they are not plain."""
        count = count_of_plain(data, self._delimiter, self._width)
        if not count:
            return None
        try:
            return self._kernel(self._numbers(data), count)
        except (polars().exceptions.PolarsError, CellError):
            return None

    def _numbers(self, data: bytes) -> Sequence[Any]:
        """The columns of numbers, in the order of the formula's."""
        pl = polars()
        names = [self._names[place] for place in self._places]
        frame = pl.read_csv(
            data,
            separator=self._delimiter,
            new_columns=self._names,
            schema_overrides=dict.fromkeys(names, pl.Float64),
            columns=sorted(set(self._places)),
            ignore_errors=True,
            **_AS_TEXT,
        )
        return [
            numbers_of(frame.get_column(name), partial(self._cells_at, data, place))
            for name, place in zip(names, self._places, strict=True)
        ]

    def _cells_at(self, data: bytes, place: int) -> Any:
        """The column at the place as it stands."""
        return self._own(data, [place])[place]

    def _own(self, data: bytes, places: Sequence[int]) -> dict[int, Any]:
        """The columns at these places as they stand."""
        return _cells(data, self._delimiter, self._names, places)


_AS_TEXT: dict[str, Any] = {
    "has_header": False, "quote_char": None, "infer_schema": False,
}  # fmt: skip


def _cells(
    data: bytes, separator: str, names: Sequence[str], places: Sequence[int]
) -> dict[int, Any]:
    """Columns of a table with these names, as they stand, by their places."""
    if not places:
        return {}
    ordered = sorted(set(places))
    frame = polars().read_csv(
        data, separator=separator, new_columns=names, columns=ordered, **_AS_TEXT
    )
    return dict(zip(ordered, frame, strict=True))


def _written(
    columns: Sequence[Any], text: BytesIO, delimiter: str, quotes: str, ending: str
) -> memoryview:
    """The columns as the lines of a table, which stand in `text`."""
    text.seek(0)
    polars().DataFrame(columns).write_csv(
        text,
        include_header=False,
        separator=delimiter,
        quote_style=quotes,
        line_terminator=ending,
    )
    return text.getbuffer()[: text.tell()]
