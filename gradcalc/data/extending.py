"""Rows with more cells: each as it stood in its file, the new cells behind it."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gradcalc.data.delimited_rows import DELIMITERS
from gradcalc.data.rows import Rows


def header_with(rows: Rows, names: Sequence[str]) -> str:
    """The header line, as it stood, with more columns; "" where there is no header."""
    if rows.format == "jsonl":
        return rows.lines.mark
    return rows.lines.mark + row_with_cells(rows, names)


def row_with_cells(rows: Rows, cells: Iterable[Any]) -> str:
    """The last row of a table of text, as it stood, with more cells."""
    delimiter = DELIMITERS[rows.format]
    texts = [_quoted(_text(cell), delimiter) for cell in cells]
    return delimiter.join([rows.text, *texts]) + rows.ending


def row_with_entries(rows: Rows, entries: Mapping[str, Any]) -> str:
    """The last row of JSON Lines, as it stood, with more entries in its object.

    What JSON has no number for is a string: "NaN", "Infinity", "-Infinity".
    """
    text = rows.text.rstrip()[:-1].rstrip()
    added = json.dumps(_strict(entries), ensure_ascii=False, allow_nan=False)[1:]
    separator = "" if text.endswith("{") else ", "
    return f"{text}{separator}{added}{rows.ending}"


def _text(cell: Any) -> str:
    if not isinstance(cell, float):
        return str(cell)
    return "NaN" if cell != cell else repr(cell)


def _quoted(text: str, delimiter: str) -> str:
    if any(character in text for character in (delimiter, '"', "\n", "\r")):
        return '"' + text.replace('"', '""') + '"'
    return text


def _strict(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, Mapping):
        return {name: _strict(entry) for name, entry in value.items()}
    if isinstance(value, list):
        return [_strict(entry) for entry in value]
    return value
