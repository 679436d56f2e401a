"""Rows of data as columns of numbers: what a formula is fitted to.

They come from a file, or from columns in memory. The target, and its sigma, are columns
or formulas of columns.
"""

import math
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from gradcalc.data.rows import Rows, Skipped, usable
from gradcalc.engine.columns import finite_rows
from gradcalc.errors import DataError, GradcalcError, extra_module
from gradcalc.language.bindings import constant_value, values_by_name
from gradcalc.mapping.row_formula import Asked, RowFormula, row_formula
from gradcalc.shapes import Shape, shape_of
from gradcalc.wording import did_you_mean, some

# A function from names of columns to an array for each of their numbers, in order.
Numbers = Callable[[Sequence[str]], list[Any]]


@dataclass(frozen=True)
class Table:
    """Columns of numbers, from wherever they come."""

    # What errors call it.
    name: str
    columns: Mapping[str, Shape]
    # Reads the numbers; to be called once.
    read: Numbers
    # The rows that were left out; bad ones are errors if that is None.
    skipped: Skipped | None = None


@dataclass(frozen=True)
class Observations:
    """The numbers that a formula is fitted to."""

    rows: int
    # An array for each number of the inputs, in order, and for each of the target.
    inputs: list[Any]
    targets: list[Any]
    # The standard uncertainty of each number of the target; None where it is not known.
    sigmas: list[Any] | None
    skipped: Skipped = field(default_factory=Skipped)

    def at(self, places: Any) -> "Observations":
        """Those in some rows alone."""
        return Observations(
            len(places),
            [column[places] for column in self.inputs],
            [column[places] for column in self.targets],
            None if self.sigmas is None else [each[places] for each in self.sigmas],
        )


def table_of(rows: Rows, *, skip_bad: bool = False) -> Table:
    """The rows of a file, which are read when their numbers are asked for."""
    skipped = Skipped() if skip_bad else None

    def read(names: Sequence[str]) -> list[Any]:
        np = _numpy()
        rows.require(list(dict.fromkeys(names)))
        numbers, found = rows.numbers(names), array("d")
        width = sum(math.prod(rows.columns[name]) for name in names)
        for row in usable(rows, lambda row: tuple(numbers(row)), skipped):
            found.extend(row)
        if not found:
            if skipped is not None and (error := skipped.first) is not None:
                raise error.but(message=f"no row can be used: {error.message}")
            raise DataError(f"{rows.name} has no rows under its header")
        return list(np.frombuffer(found).reshape(-1, width).T)

    return Table(rows.name, rows.columns, read, skipped)


def table_in(columns: Any) -> Table:
    """The columns in memory: a dict of columns, a data frame, or a list of dicts.

    A column has a number in each row, or a list or matrix of numbers. Raises DataError
    for columns of different lengths, and for what is no number or not finite.
    """
    np = _numpy()
    arrays = {
        name: _column(np, name, column) for name, column in _by_name(columns).items()
    }
    lengths = {name: len(column) for name, column in arrays.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{name} has {n}" for name, n in lengths.items())
        raise DataError(f"the columns have different numbers of rows: {told}")

    def read(names: Sequence[str]) -> list[Any]:
        if not next(iter(lengths.values()), 0):
            raise DataError("the data have no rows")
        found = []
        for name in names:
            for flat in arrays[name].reshape(lengths[name], -1).T:
                number = np.ascontiguousarray(flat)
                if (finite := finite_rows([number])) is not None:
                    place = int(np.argmin(finite))
                    raise DataError(
                        f"row {place + 1} of the data, column {name}: {number[place]}"
                        " is not a finite number"
                    )
                found.append(number)
        return found

    shapes = {name: column.shape[1:] for name, column in arrays.items()}
    return Table("the data", shapes, read)


def _numpy() -> Any:
    return extra_module("numpy", "fit", "fits")


def _by_name(columns: Any) -> dict[str, Any]:
    """The columns by name, from whatever holds them."""
    hint = 'give a dict of columns, such as {"t": [0, 1, 2], "y": [5, 3, 2]}'
    if isinstance(columns, Mapping):
        return values_by_name(columns)
    names = getattr(getattr(columns, "dtype", None), "names", None)
    if names is None and not isinstance(columns, (str, bytes)):
        names = getattr(columns, "columns", None)
    if names is not None:
        return values_by_name({name: columns[name] for name in names})
    if isinstance(columns, Iterable) and not isinstance(columns, (str, bytes)):
        rows = list(columns)
        if all(isinstance(row, Mapping) for row in rows):
            names = list(rows[0]) if rows else []
            for number, row in enumerate(rows, 1):
                missing = [name for name in names if name not in row]
                if missing:
                    raise DataError(f"row {number} of the data has no {missing[0]}")
            return values_by_name({n: [row[n] for row in rows] for n in names})
    raise DataError(
        f"the data are columns or rows by name, not {type(columns).__name__}", hint=hint
    )


def _column(np: Any, name: str, column: Any) -> Any:
    """The column as doubles, one row for each of its own."""
    wrong = DataError(f"the column {name} does not hold numbers, as many in each row")
    if hasattr(column, "to_numpy"):
        column = column.to_numpy()
    if isinstance(column, np.ma.MaskedArray):
        column = column.astype(float).filled(math.nan)
    try:
        found = np.asarray(column)
        if found.dtype.kind not in "fiubO":
            raise wrong
        if found.dtype.kind == "O":
            # Numbers of other classes, such as Decimal; None is a missing one.
            number = np.vectorize(_number, otypes=[float])
            found = number(np.array(found.tolist(), object))
        found = found.astype(float, copy=False)
    except DataError:
        raise
    except Exception:
        # Whatever a class of arrays of others' raises.
        raise wrong from None
    if not 1 <= found.ndim <= 3 or 0 in found.shape[1:]:
        raise wrong
    return found


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)


@dataclass(frozen=True)
class Measured:
    """What is measured in each row: a column, or a formula of columns."""

    text: str
    # The shape of its result.
    shape: Shape
    # The names of its columns.
    names: list[str]
    # None of a column.
    formula: RowFormula | None = None
    # The number that it is in every row, of a formula without columns.
    number: float | None = None


def measured(text: str, table: Table, what: str) -> Measured:
    """What the text names in the table: a column, else a formula of its columns.

    `what` is what errors call it. Raises GradcalcError where it is neither.
    """
    if text in table.columns:
        return Measured(text, table.columns[text], [text])
    if text.isidentifier() or not text.strip():
        raise DataError(
            f"{table.name} has no column {text}, which is to be the {what}",
            hint=did_you_mean(text, table.columns)
            or f"its columns are {some(table.columns)}",
        )
    with suppress(GradcalcError):
        number = constant_value(text)
        if isinstance(number, float):
            return Measured(text, (), [], number=number)
    try:
        formula = row_formula(text, table.columns, table.name, Asked(wrt=[]))
    except GradcalcError as error:
        raise error.but(message=f"the {what}: {error.message}") from None
    return Measured(
        text, shape_of(formula.bound.output), list(formula.columns), formula
    )


def observe(
    table: Table,
    inputs: Sequence[str],
    targets: Sequence[Measured],
    sigmas: Sequence[Measured],
) -> Observations:
    """The observations in the table, whose rows are read. Raises DataError.

    There are as many sigmas as numbers in the target, or one for all of them, or none.
    """
    np = _numpy()
    wanted = [*targets, *sigmas]
    names = list(
        dict.fromkeys([*inputs, *(name for each in wanted for name in each.names)])
    )
    if not names:
        raise DataError(f"neither formula nor target has a column of {table.name}")
    read = iter(table.read(names))
    numbers = {
        name: [next(read) for _ in range(math.prod(table.columns[name]))]
        for name in names
    }
    rows = len(next(iter(numbers.values()))[0])
    good = np.ones(rows, bool)
    skipped = Skipped() if table.skipped is None else table.skipped
    found: dict[int, list[Any]] = {}
    for place, each in enumerate(wanted):
        given = [number for name in each.names for number in numbers[name]]
        if each.number is not None:
            found[place] = [np.full(rows, each.number)]
        elif each.formula is None:
            found[place] = given
        else:
            results = each.formula.kernel()(given, rows)
            found[place] = [results[k] for k in each.formula.picked]
        is_sigma = place >= len(targets)
        for values in found[place]:
            with np.errstate(all="ignore"):
                fine = np.isfinite(values) & ((values > 0) | (not is_sigma))
            if fine.all():
                continue
            row = int(np.argmin(fine))
            reason = None
            if each.formula is not None:
                reason = each.formula.reason([float(one[row]) for one in given])
            error = _unusable(table, each, row, float(values[row]), is_sigma, reason)
            if table.skipped is None:
                raise error
            for _ in range(int((good & ~fine).sum())):
                skipped.add(error)
            good &= fine
    if not good.any():
        assert skipped.first is not None
        raise skipped.first.but(message=f"no row can be used: {skipped.first.message}")
    if not good.all():
        numbers = {n: [one[good] for one in each] for n, each in numbers.items()}
        found = {k: [one[good] for one in each] for k, each in found.items()}
    count = len(targets)
    flat = [one for place in range(count) for one in found[place]]
    errors = [one for place in range(count, len(wanted)) for one in found[place]]
    return Observations(
        rows=int(good.sum()),
        inputs=[one for name in inputs for one in numbers[name]],
        targets=flat,
        sigmas=errors * len(flat) if len(errors) == 1 else errors or None,
        skipped=skipped,
    )


def _unusable(
    table: Table,
    each: Measured,
    row: int,
    value: float,
    is_sigma: bool,
    reason: str | None,
) -> DataError:
    where = f"{table.name}, row {row + 1}"
    if is_sigma and math.isfinite(value):
        problem = f"the sigma {each.text} is {value:g}, and must be greater than 0"
        reason = "a measurement without an error has no weight that is finite"
    else:
        problem = f"{each.text} is {value}"
    return DataError(f"{where}: {problem}", hint=reason)
