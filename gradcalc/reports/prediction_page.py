"""A prediction for one point as lines of text."""

from collections.abc import Sequence
from typing import Any

from gradcalc.data.cells import cells_of
from gradcalc.reports.numbers import format_value


def prediction_lines(
    columns: Sequence[tuple[str, list[str]]],
    values: Sequence[tuple[str, Any]],
    precision: int | None = None,
) -> list[str]:
    """The values, each behind its name; a single one is bare.

    `columns` and `values` are those of `gradcalc.learning.prediction.Additions`.
    """
    names = [name for _, group in columns for name in group]
    texts = [
        cell if isinstance(cell, str) else format_value(cell, precision)
        for _, value in values
        for cell in cells_of(value)
    ]
    if len(texts) == 1:
        return texts
    width = max(map(len, names))
    return [f"{name:{width}}  {text}" for name, text in zip(names, texts, strict=True)]
