"""Rows of data as examples to learn from: the numbers of inputs and target."""

from collections.abc import Sequence
from typing import Any

from gradcalc.data.rows import Rows, Skipped, usable
from gradcalc.errors import DataError
from gradcalc.learning.epochs import Row


class Examples:
    """The examples of a data file.

    rows     the numbers of each: those of the inputs, then those of the target
    classes  the names of the classes, in the order of the target's elements; None if
             the target holds numbers
    skipped  the rows that were left out
    """

    __slots__ = ("classes", "rows", "skipped")

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.classes: list[str] | None = None
        self.skipped = Skipped()


def read_examples(
    rows: Rows,
    inputs: Sequence[str],
    target: Sequence[str],
    *,
    classes: Sequence[str] | None = None,
    skip_bad: bool = False,
) -> Examples:
    """The examples in the rows, with the columns `inputs` and `target`.

    If `classes` is not None, the one target column holds the names of classes: of
    these, or of any in sorted order if the sequence is empty. The target of an example
    is then 1 for its own class and 0 for the others.

    Raises DataError for the first row that cannot be used, unless `skip_bad`, and if
    there is none that can.
    """
    rows.require([*inputs, *target])
    examples = Examples()
    skipped = examples.skipped if skip_bad else None
    if classes is None:
        numbers = rows.numbers([*inputs, *target])
        examples.rows = list(usable(rows, lambda row: tuple(numbers(row)), skipped))
    else:
        _collect_classes(rows, examples, inputs, target[0], classes, skipped)
    if not examples.rows:
        if (error := examples.skipped.first) is not None:
            error.message = f"no row can be used: {error.message}"
            raise error
        raise DataError(f"{rows.name} has no rows under its header")
    return examples


def _collect_classes(
    rows: Rows,
    examples: Examples,
    inputs: Sequence[str],
    column: str,
    classes: Sequence[str],
    skipped: Skipped | None,
) -> None:
    """Add an example for each row, its target 1 for its own class."""
    numbers = rows.numbers(inputs)
    name_in = rows.names(column)
    known = {name: position for position, name in enumerate(classes)}
    found: dict[str, None] = {}
    names: list[str] = []

    def example(row: Any) -> Row:
        values = tuple(numbers(row))
        name = name_in(row)
        if known and name not in known:
            raise rows.problem(
                f"{name!r} is not among the classes {', '.join(classes)}", column=column
            )
        found.setdefault(name)
        names.append(name)
        return values

    read = list(usable(rows, example, skipped))
    order = list(classes) or sorted(found, key=_class_order)
    places = {name: place for place, name in enumerate(order)}
    hot = [
        tuple([1.0 if place == own else 0.0 for place in range(len(order))])
        for own in range(len(order))
    ]
    examples.classes = order
    examples.rows = [
        values + hot[places[name]] for values, name in zip(read, names, strict=True)
    ]


def _class_order(name: str) -> tuple[float, str]:
    """Numbers by size, before all other names by letter."""
    try:
        return float(name), name
    except ValueError:
        return float("inf"), name
