"""Rows with more cells: each as it stood in its file, the new cells behind it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gradcalc.data.delimited_rows import DELIMITERS, quoted_cell
from gradcalc.data.rows import Rows
from gradcalc.strict_json import json_value


def header_with(rows: Rows, names: Sequence[str]) -> str:
    """The header line, as it stood, with more columns; "" where there is no header."""
    if rows.format == "jsonl":
        return rows.lines.mark
    return rows.lines.mark + row_with_cells(rows, names)


def row_with_cells(rows: Rows, cells: Iterable[Any]) -> str:
    """The last row of a table of text, as it stood, with more cells."""
    delimiter = DELIMITERS[rows.format]
    texts = [quoted_cell(_text(cell), delimiter) for cell in cells]
    return delimiter.join([rows.text, *texts]) + rows.ending


def row_with_entries(rows: Rows, entries: Mapping[str, Any]) -> str:
    """The last row of JSON Lines, as it stood, with more entries in its object.

    What JSON has no number for is a string: "NaN", "Infinity", "-Infinity".
    """
    text = rows.text.rstrip()[:-1].rstrip()
    added = json.dumps(json_value(entries), ensure_ascii=False, allow_nan=False)[1:]
    separator = "" if text.endswith("{") else ", "
    return f"{text}{separator}{added}{rows.ending}"


def _text(cell: Any) -> str:
    if not isinstance(cell, float):
        return str(cell)
    return "NaN" if cell != cell else repr(cell)
