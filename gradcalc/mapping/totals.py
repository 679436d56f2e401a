"""Sums of numbers over all rows, in which the roundings do not add up."""

from collections.abc import Sequence
from fractions import Fraction
from math import fsum, inf, isfinite, nan

from gradcalc.errors import DataError


class Totals:
    """The sums of some columns, and how many rows are in them.

    Each sum is kept as a double and what that is too small by: twice as many digits as
    a double has. So it is the same, to the last digit but one, however the rows are
    divided into blocks and partial sums.
    """

    def __init__(self, width: int) -> None:
        self.rows = 0
        self._sums = [(0.0, 0.0)] * width

    @classmethod
    def of(cls, sums: Sequence[tuple[float, float]], rows: int) -> "Totals":
        """The totals of so many rows: each sum, and what that is too small by."""
        totals = cls(len(sums))
        totals.rows, totals._sums = rows, list(sums)
        return totals

    def add(self, rows: Sequence[Sequence[float]]) -> None:
        """Add the numbers of these rows."""
        self.rows += len(rows)
        if rows:
            columns = zip(*rows, strict=True)
            self._sums = list(map(_added, self._sums, columns))

    def merge(self, other: "Totals") -> None:
        """Add what is in the other sums of as many columns."""
        self.rows += other.rows
        self._sums = list(map(_added, self._sums, other._sums))

    def reduced(self, how: str, where: str) -> list[float]:
        """The "sum" or the "mean" of each column.

        Raises DataError for the mean of no row; `where` is what it calls their source.
        """
        if how == "sum":
            return self.sums
        if not self.rows:
            raise DataError(f"there is no row in {where} to take the mean of")
        return self.means

    @property
    def sums(self) -> list[float]:
        """The sum of each column."""
        return [high for high, _ in self._sums]

    @property
    def means(self) -> list[float]:
        """The mean of each column; there must be a row."""
        return [
            float((Fraction(high) + Fraction(low)) / self.rows)
            if isfinite(high)
            else high
            for high, low in self._sums
        ]


def _added(total: tuple[float, float], numbers: Sequence[float]) -> tuple[float, float]:
    """The sum with more numbers: a double, and what is left of it."""
    terms = [*total, *numbers]
    try:
        high = fsum(terms)
        # Of an infinity nothing is left.
        return (high, fsum([*terms, -high])) if isfinite(high) else (high, 0.0)
    except OverflowError:
        return _beyond(terms)
    except ValueError:
        # Infinities of both signs.
        return nan, 0.0


def _beyond(terms: Sequence[float]) -> tuple[float, float]:
    """The sum of finite numbers where it is, perhaps on the way alone, no double."""
    exact = sum(map(Fraction, terms))
    try:
        high = float(exact)
    except OverflowError:
        return (inf if exact > 0 else -inf), 0.0
    return high, float(exact - Fraction(high))
