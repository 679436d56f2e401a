"""What Spark's workers do with rows.

It travels to them by value: they have NumPy and PyArrow, and need no gradcalc. So what
is used here of gradcalc must travel as well: `spark_engine` says which modules do.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from gradcalc.data.cells import EmptyError, number_in
from gradcalc.engine.columns import empty_columns, odd_rows, sum_and_rest

Batches = Iterator[Any]

# How many rows there were, those with a missing value, those with a result that is not
# finite, the numbers of the first of them, how many were left out, and why the first.
Tally = tuple[int, int, int, tuple[float, ...] | None, int, str | None]

NOTHING: Tally = (0, 0, 0, None, 0, None)


class UnreadableCellError(Exception):
    """A cell that is no number: which column it is in, and what is wrong with it."""


class TallyParam:
    """How tallies of parts are added up, as Spark's accumulators ask for it."""

    def zero(self, _value: Tally) -> Tally:
        return NOTHING

    def addInPlace(self, one: Tally, other: Tally) -> Tally:  # noqa: N802
        rows, missing, odd, numbers, skipped, reason = other
        return (
            one[0] + rows,
            one[1] + missing,
            one[2] + odd,
            one[3] or numbers,
            one[4] + skipped,
            one[5] or reason,
        )


@dataclass(eq=False, repr=False)
class RowWorker:
    """What a formula makes of batches of rows.

    Called with those of a partition it gives them back with what their rows get, null
    where a number is missing; or, if `adds_up`, one row of partial sums: how many rows
    they are of, and of each cell the sum and what that is too small by.
    """

    # The module of the kernel, and how many results that has.
    source: str
    results: int
    # The places of the numbers in a batch, and what errors call these columns.
    arguments: Sequence[int]
    names: Sequence[str]
    # The place of each new column among the results.
    picked: Sequence[int]
    # The columns to give back, by their places in the batch and, behind these, among
    # the new ones; and their names.
    columns: Sequence[int]
    given: Sequence[str]
    adds_up: bool = False
    skip_bad: bool = False
    # Spark's accumulator of tallies, if it is to be told.
    tally: Any = None

    def __call__(self, batches: Batches) -> Batches:
        namespace: dict[str, Any] = {}
        exec(self.source, namespace)
        blocks = (self._answered(batch, namespace["fill"]) for batch in batches)
        if not self.adds_up:
            for batch, found, missing in blocks:
                new = [pa.array(numbers, mask=missing) for numbers in found]
                every = [*batch.columns, *new]
                chosen = [every[place] for place in self.columns]
                yield pa.RecordBatch.from_arrays(chosen, list(self.given))
            return
        rows, parts = 0, []
        for batch, found, missing in blocks:
            if missing is not None:
                found = [numbers[~missing] for numbers in found]
            rows += batch.num_rows if missing is None else int((~missing).sum())
            parts.append([sum_and_rest(numbers) for numbers in found])
        if rows:
            sums: list[float] = []
            for column in zip(*parts, strict=True):
                highs, lows = zip(*column, strict=True)
                high, low = sum_and_rest(highs)
                sums += [high, low + sum(lows)]
            content = [pa.array([rows], pa.int64()), *(pa.array([s]) for s in sums)]
            yield pa.RecordBatch.from_arrays(content, list(self.given))

    def _answered(self, batch: Any, fill: Any) -> tuple[Any, list[Any], Any]:
        """The batch, what its rows get, and which miss a number: None for no row."""
        columns = [self._numbers(batch.column(place)) for place in self.arguments]
        problems = [
            (row, f"{name}: {reason}")
            for name, (_, bad) in zip(self.names, columns, strict=True)
            for row, reason in bad
        ]
        arrays = [array for array, _ in columns]
        if problems:
            reason = min(problems)[1]
            if not self.skip_bad:
                raise UnreadableCellError(reason)
            refused = {row for row, _ in problems}
            kept = pa.array([row not in refused for row in range(batch.num_rows)])
            batch, arrays = batch.filter(kept), [each.filter(kept) for each in arrays]
            self._tell((0, 0, 0, None, len(refused), reason))
        missing = None
        for array in arrays:
            if array.null_count:
                null = array.is_null().to_numpy(zero_copy_only=False)
                missing = null if missing is None else missing | null
        numbers = [array.to_numpy(zero_copy_only=False) for array in arrays]
        results = empty_columns(self.results, batch.num_rows)
        fill(numbers, results, 0, batch.num_rows)
        found = [results[place] for place in self.picked]
        if self.tally is not None:
            odd, row = odd_rows(found, missing)
            first = (
                None if row is None else tuple([float(each[row]) for each in numbers])
            )
            lacking = 0 if missing is None else int(missing.sum())
            self._tell((batch.num_rows, lacking, odd, first, 0, None))
        return batch, found, missing

    def _numbers(self, column: Any) -> tuple[Any, list[tuple[int, str]]]:
        """The numbers in a column, and the rows in which there is none, with why."""
        if not (
            pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
        ):
            if pa.types.is_decimal(column.type):
                # By its text, which is rounded once.
                column = column.cast(pa.string())
            return column.cast(pa.float64(), safe=False), []
        trimmed = pc.utf8_trim_whitespace(column)
        trimmed = pc.if_else(pc.equal(trimmed, ""), None, trimmed)
        try:
            found = trimmed.cast(pa.float64())
        except pa.ArrowInvalid:
            doubtful: Any = range(len(column))
            numbers: list[float | None] = [None] * len(column)
        else:
            finite = pc.is_finite(found).fill_null(True)
            if pc.all(finite).as_py() is not False:
                return found, []
            doubtful = pc.indices_nonzero(pc.invert(finite)).to_pylist()
            numbers = found.to_pylist()
        bad = []
        for row in doubtful:
            try:
                numbers[row] = number_in(column[row].as_py(), finite=False)
            except EmptyError:
                pass
            except ValueError as error:
                bad.append((row, str(error)))
        return pa.array(numbers, pa.float64()), bad

    def _tell(self, tally: Tally) -> None:
        if self.tally is not None:
            self.tally.add(tally)
