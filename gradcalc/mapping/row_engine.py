"""The engine that needs no extra: a compiled function, row by row as they arrive."""

from collections.abc import Callable, Iterator, Sequence
from math import isfinite

from gradcalc.data.delimited_rows import LongerTable
from gradcalc.data.formats import row_writer
from gradcalc.data.rows import Result, Row, Rows
from gradcalc.mapping.engines import Engine, Outcome, Sink
from gradcalc.mapping.quick_rows import quick_function
from gradcalc.mapping.row_formula import RowFormula
from gradcalc.mapping.totals import Totals


class RowEngine(Engine):
    """Rows that are answered one by one. Raises DataError if columns share a name.

    `progress` is called with the number of rows so far, again and again.
    """

    def __init__(
        self,
        rows: Rows,
        *,
        skip_bad: bool = False,
        progress: Callable[[int], None] = lambda _rows: None,
    ) -> None:
        rows.check_distinct()
        self.name = rows.name
        self.columns = rows.columns
        self._rows = rows
        self._skip_bad = skip_bad
        self._progress = progress

    def write(self, formula: RowFormula, sink: Sink) -> Outcome:
        outcome = Outcome()
        answer = self._answer(formula, outcome)
        writer = row_writer(self._rows, formula.additions, sink.kind, formula.only)
        written = writer.written
        quick = None
        if isinstance(writer, LongerTable):
            quick = quick_function(writer.rows, formula)
        blocks = self._blocks(lambda row: written(row, answer(row)), outcome, quick)
        sink.write_rows(writer.header, blocks)
        return outcome

    def total(self, formula: RowFormula) -> tuple[Totals, Outcome]:
        outcome = Outcome()
        totals = Totals(len(formula.cells))
        for block in self._blocks(self._answer(formula, outcome), outcome):
            totals.add([values for values in block if values is not None])
        return totals, outcome

    def write_total(
        self, formula: RowFormula, values: Sequence[float], sink: Sink
    ) -> None:
        only = formula.only or [each.name for each in formula.additions.added]
        writer = row_writer(self._rows, formula.additions, sink.kind, only)
        sink.write_rows(writer.header, [[writer.written(None, values)]])

    def _answer(
        self, formula: RowFormula, outcome: Outcome
    ) -> Callable[[Row], Sequence[float] | None]:
        """The function from a row to what it gets, None if a number is missing."""
        rows = self._rows
        rows.require(list(formula.columns))
        numbers = rows.numbers_or_none(list(formula.columns))
        function = formula.function()

        def answer(row: Row) -> Sequence[float] | None:
            found = numbers(row)
            if found is None:
                outcome.missing += 1
                return None
            values = function(found)
            # A finite sum is of finite numbers.
            if not isfinite(sum(values)) and not all(map(isfinite, values)):
                outcome.add_odd(rows.place, found)
            return values

        return answer

    def _blocks(
        self,
        use: Callable[[Row], Result],
        outcome: Outcome,
        quick: Callable[[str, Row], Result | None] | None = None,
    ) -> Iterator[list[Result]]:
        """The results for the rows, in blocks as they arrive, with the rows counted."""
        skipped = outcome.skipped
        for block in self._rows.blocks(use, skipped if self._skip_bad else None, quick):
            outcome.rows += len(block)
            self._progress(outcome.rows)
            yield block
        if not outcome.rows and skipped.first is not None:
            raise skipped.first.but(
                message=f"no row can be used: {skipped.first.message}"
            )
