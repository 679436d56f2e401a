"""Rows of data as examples to learn from: the numbers of inputs and target."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from gradcalc.data.cells import number_in
from gradcalc.data.rows import Rows, Skipped, usable
from gradcalc.errors import DataError
from gradcalc.learning.epochs import Example

Item = TypeVar("Item")


@dataclass(frozen=True)
class Examples:
    """The examples of a data file."""

    rows: list[Example]
    # The names of the classes, in the order of the target's elements; None if the
    # target holds numbers.
    classes: list[str] | None
    # The rows that were left out.
    skipped: Skipped


def read_examples(
    rows: Rows,
    inputs: Sequence[str],
    target: Sequence[str],
    *,
    classes: Sequence[str] | None = None,
    one_number: bool = False,
    skip_bad: bool = False,
) -> Examples:
    """The examples in the rows, with the columns `inputs` and `target`.

    If `classes` is not None, the one target column holds the names of classes: of
    these, or of any in sorted order if the sequence is empty. The target of an example
    is then 1 for its own class and 0 for the others; of two classes with `one_number`,
    it is 1 for the second and 0 for the first.

    Raises DataError for the first row that cannot be used, unless `skip_bad`, and if
    there is none that can, or only one class.
    """
    rows.require([*inputs, *target])
    skipped = Skipped()
    given_up = skipped if skip_bad else None
    if classes is None:
        numbers = rows.numbers([*inputs, *target])
        found = list(usable(rows, lambda row: tuple(numbers(row)), given_up))
        order = None
    else:
        found, order = _read_classes(rows, inputs, target[0], classes, given_up)
    if not found:
        if (error := skipped.first) is not None:
            raise error.but(message=f"no row can be used: {error.message}")
        raise DataError(f"{rows.name} has no rows under its header")
    if order is not None:
        if len(order) < 2:
            raise DataError(f"{rows.name} has only one class, {order[0]}")
        if one_number and len(order) == 2:
            found = [(*row[:-2], row[-1]) for row in found]
    return Examples(found, order, skipped)


def _read_classes(
    rows: Rows,
    inputs: Sequence[str],
    column: str,
    classes: Sequence[str],
    skipped: Skipped | None,
) -> tuple[list[Example], list[str]]:
    """An example for each row, its target 1 for its own class; and all classes."""
    numbers = rows.numbers(inputs)
    name_in = rows.names(column)
    known = set(classes)

    def example(row: Any) -> tuple[Example, str]:
        values = tuple(numbers(row))
        name = name_in(row)
        if known and name not in known:
            raise rows.problem(
                f"{name!r} is not among the classes {', '.join(classes)}", column=column
            )
        return values, name

    read = list(usable(rows, example, skipped))
    order = list(classes) or sorted(
        dict.fromkeys(name for _, name in read), key=_class_order
    )
    targets = {
        own: tuple([1.0 if name == own else 0.0 for name in order]) for own in order
    }
    return [values + targets[name] for values, name in read], order


def _class_order(name: str) -> tuple[float, str]:
    """Numbers by size, before all other names by letter.

    A class may be called nan, which no order has a place for among numbers.
    """
    try:
        number = number_in(name)
    except ValueError:
        number = math.inf
    return number, name


def shuffle(rows: list[Item], random: Callable[[], float]) -> None:
    """Put the rows in an order drawn from `random` (Fisher and Yates's shuffle).

    Of Python's random numbers only these, uniform in [0, 1), are promised to be the
    same in every version; random.shuffle is not.
    """
    for last in range(len(rows) - 1, 0, -1):
        other = int(random() * (last + 1))
        rows[last], rows[other] = rows[other], rows[last]


def held_back(
    rows: list[Example], share: float | None, random: Callable[[], float]
) -> tuple[list[Example], list[Example]]:
    """The rows to learn from, in their order, and a share of them to validate with."""
    if not share:
        return rows, []
    count = min(max(1, round(share * len(rows))), len(rows) - 1)
    places = list(range(len(rows)))
    shuffle(places, random)
    chosen = set(places[:count])
    kept = [row for place, row in enumerate(rows) if place not in chosen]
    return kept, [rows[place] for place in sorted(chosen)]
