"""The engine that needs no extra: a compiled function, row by row as they arrive."""

from collections.abc import Callable, Iterator, Sequence
from math import isfinite
from typing import Any

from gradcalc.data.additions import RowWriter
from gradcalc.data.delimited_rows import LongerTable
from gradcalc.data.formats import row_writer
from gradcalc.data.rows import Row, Rows
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
        self.rows = rows
        self._skip_bad = skip_bad
        self._progress = progress

    def write(self, formula: RowFormula, sink: Sink) -> Outcome:
        outcome = Outcome()
        answer = self._answer(formula, outcome)
        writer = row_writer(self.rows, formula.additions, sink.kind, formula.only)
        written = writer.written
        blocks = self._blocks(
            formula, lambda row: written(row, answer(row)), outcome, writer
        )
        sink.write_rows(writer.header, blocks)
        return outcome

    def total(self, formula: RowFormula) -> tuple[Totals, Outcome]:
        outcome = Outcome()
        totals = Totals(len(formula.cells))
        for block in self._blocks(formula, self._answer(formula, outcome), outcome):
            if isinstance(block, Totals):
                totals.merge(block)
            else:
                totals.add([values for values in block if values is not None])
        return totals, outcome

    def write_total(
        self, formula: RowFormula, values: Sequence[float], sink: Sink
    ) -> None:
        only = formula.only or [each.name for each in formula.additions.added]
        writer = row_writer(self.rows, formula.additions, sink.kind, only)
        sink.write_rows(writer.header, [[writer.written(None, values)]])

    def _answer(
        self, formula: RowFormula, outcome: Outcome
    ) -> Callable[[Row], Sequence[float] | None]:
        """The function from a row to what it gets, None if a number is missing."""
        rows = self.rows
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
        formula: RowFormula,
        use: Callable[[Row], Any],
        outcome: Outcome,
        writer: RowWriter | None = None,
    ) -> Iterator[Any]:
        """What `use` makes of the rows, in blocks as they arrive, with rows counted."""
        skipped, quick = outcome.skipped, None
        if isinstance(writer, LongerTable):
            quick = quick_function(writer.rows, formula)
        for block in self.rows.blocks(use, skipped if self._skip_bad else None, quick):
            outcome.rows += len(block)
            self._progress(outcome.rows)
            yield block
        self._check_some(outcome)

    def _check_some(self, outcome: Outcome) -> None:
        """Raise the first error if there were rows, and none could be used."""
        skipped = outcome.skipped
        if not outcome.rows and skipped.first is not None:
            raise skipped.first.but(
                message=f"no row can be used: {skipped.first.message}"
            )
