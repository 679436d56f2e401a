"""THE TABLE of the formats that rows of data come in."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

from gradcalc.data.delimited_rows import DelimitedRows
from gradcalc.data.json_rows import JsonRows
from gradcalc.data.rows import BYTE_ORDER_MARK, Lines, Rows


@dataclass(frozen=True, slots=True)
class Format:
    """One row of the table."""

    name: str
    # How the names of its files end.
    endings: tuple[str, ...]
    rows: Callable[[Lines], Rows]
    # Whether data with this first line is taken for it, if its name does not say.
    begins: Callable[[str], bool]


# A format that begins like an earlier one as well is taken before that.
FORMATS = {
    format_.name: format_
    for format_ in (
        Format(
            "csv", (".csv",), partial(DelimitedRows, delimiter=","),
            lambda _line: True,
        ),
        Format(
            "tsv", (".tsv", ".tab"), partial(DelimitedRows, delimiter="\t"),
            lambda line: "\t" in line and "," not in line,
        ),
        Format(
            "jsonl", (".jsonl", ".ndjson"), JsonRows,
            # A list is refused with what to write instead.
            lambda line: line.lstrip(BYTE_ORDER_MARK + " \t\r\n")[:1] in ("{", "["),
        ),
    )
}  # fmt: skip


def format_of(path: str) -> str | None:
    """The format that a file's name stands for, or None if it does not say."""
    lowered = path.lower()
    return next(
        (name for name, each in FORMATS.items() if lowered.endswith(each.endings)), None
    )


def open_rows(stream: BinaryIO, name: str, kind: str | None = None) -> Rows:
    """The rows of the stream.

    `name` is what errors call it; `kind` one of FORMATS, told by the first line if it
    is None. Raises DataError if there are no columns.
    """
    lines = Lines(stream, name)
    if kind is None:
        first = lines.first()
        kind = next(
            kind for kind, each in reversed(FORMATS.items()) if each.begins(first)
        )
    return FORMATS[kind].rows(lines)
