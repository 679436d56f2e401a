"""A formula over columns of Polars: what every row of a block of them gets."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from gradcalc.data.cells import EmptyError, number_in
from gradcalc.engine.columns import odd_rows, sum_and_rest
from gradcalc.errors import extra_module
from gradcalc.mapping.engines import POLARS
from gradcalc.mapping.row_formula import RowFormula
from gradcalc.mapping.totals import Totals


def polars() -> Any:
    """The library. Raises MissingExtraError."""
    return extra_module(POLARS, "data", "Parquet and Arrow files")


class CellError(ValueError):
    """What is wrong with the cell in a row of a column, counted from 0."""

    def __init__(self, message: str, row: int) -> None:
        super().__init__(message)
        self.row = row


@dataclass(frozen=True, eq=False)
class Answers:
    """What the rows of a block get."""

    rows: int
    # A column for each cell, null where a number is missing, and how often that is so.
    columns: list[Any]
    missing: int
    # The rows with a number that is not finite; of the first of them its place in the
    # block and the numbers of its columns.
    odd: int
    first_odd: tuple[int, list[float]] | None

    def totals(self) -> Totals:
        """The sums over the rows in which no number is missing."""
        columns = self.columns
        if self.missing:
            columns = [column.drop_nulls() for column in columns]
        sums = [sum_and_rest(column.to_numpy()) for column in columns]
        return Totals.of(sums, self.rows - self.missing)


class RowKernel:
    """The vector kernel of a formula; `names` are what its columns are called."""

    def __init__(self, formula: RowFormula) -> None:
        self._kernel, self._picked = formula.kernel(), formula.picked
        self.names = [f"n{place}" for place in range(len(formula.cells))]

    def __call__(self, columns: Sequence[Any], rows: int) -> Answers:
        """What so many rows get that have these columns of numbers, or nulls."""
        pl = polars()
        missing = None
        for column in columns:
            if column.null_count():
                is_null = column.is_null()
                missing = is_null if missing is None else missing | is_null
        arrays = [column.to_numpy() for column in columns]
        results = self._kernel(arrays, rows)
        found = [
            pl.Series(name, results[place])
            for name, place in zip(self.names, self._picked, strict=True)
        ]
        odd, first = odd_rows(
            [results[place] for place in self._picked],
            None if missing is None else missing.to_numpy(),
        )
        first_odd = None
        if first is not None:
            first_odd = first, [float(array[first]) for array in arrays]
        if missing is not None:
            found = [column.set(missing, None) for column in found]
        return Answers(
            rows, found, 0 if missing is None else missing.sum(), odd, first_odd
        )


def numbers_of(numbers: Any, texts: Callable[[], Any]) -> Any:
    """The numbers with those mended that Polars reads otherwise than gradcalc.

    These are null, NaN or infinite: `texts` gives the column as the cells stand. A null
    is a missing value. Raises CellError for a cell that is no number.
    """
    doubtful = numbers.is_null() | ~numbers.is_finite()
    if not doubtful.fill_null(value=True).any():
        return numbers
    cells = texts()
    found: list[float | None] = []
    places = doubtful.fill_null(value=True).arg_true()
    for place, cell in zip(
        places.to_list(), cells.gather(places).to_list(), strict=True
    ):
        try:
            found.append(number_in(cell, finite=False))
        except EmptyError:
            found.append(None)
        except ValueError as error:
            raise CellError(str(error), place) from None
    return numbers.scatter(places, found)
