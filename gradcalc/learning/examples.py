"""Rows of data as examples to learn from: the numbers of inputs and target."""

from collections.abc import Callable, Sequence
from typing import Any

from gradcalc.data.rows import BrokenDataError, Rows, unknown_columns
from gradcalc.errors import DataError
from gradcalc.learning.epochs import Row


class Examples:
    """The examples of a data file.

    rows     the numbers of each: those of the inputs, then those of the target
    classes  the names of the classes, in the order of the target's elements; None if
             the target holds numbers
    skipped  how many rows were left out
    first    what was wrong with the first of them
    """

    __slots__ = ("classes", "first", "rows", "skipped")

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.classes: list[str] | None = None
        self.skipped = 0
        self.first: DataError | None = None


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
    missing = [name for name in (*inputs, *target) if name not in rows.columns]
    if missing:
        raise unknown_columns(rows, missing)
    examples = Examples()
    if classes is None:
        numbers = rows.numbers([*inputs, *target])
        _collect(rows, examples, lambda row: tuple(numbers(row)), skip_bad)
    else:
        _collect_classes(rows, examples, inputs, target[0], classes, skip_bad)
    if not examples.rows:
        if examples.first is not None:
            error = examples.first
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
    skip_bad: bool,
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

    _collect(rows, examples, example, skip_bad)
    order = list(classes) or sorted(found, key=_class_order)
    places = {name: place for place, name in enumerate(order)}
    hot = [
        tuple([1.0 if place == own else 0.0 for place in range(len(order))])
        for own in range(len(order))
    ]
    examples.classes = order
    examples.rows = [
        values + hot[places[name]]
        for values, name in zip(examples.rows, names, strict=True)
    ]


def _class_order(name: str) -> tuple[float, str]:
    """Numbers by size, before all other names by letter."""
    try:
        return float(name), name
    except ValueError:
        return float("inf"), name


def _collect(
    rows: Rows, examples: Examples, example: Callable[[Any], Row], skip_bad: bool
) -> None:
    """Add what `example` makes of each row; leave out those that it cannot use."""
    append = examples.rows.append
    while True:
        try:
            for row in rows:
                append(example(row))
            return
        except DataError as error:
            if not skip_bad or isinstance(error, BrokenDataError):
                raise
            examples.skipped += 1
            if examples.first is None:
                examples.first = error
