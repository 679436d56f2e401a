"""A table of text as a frame whose columns have the types that all their cells have.

It is read twice, block by block, so that memory does not grow with the file: first for
the types, then for what is done with the frame.
"""

from collections.abc import Collection, Iterator
from typing import Any

from gradcalc.mapping.row_kernel import polars

# So many bytes are read at once.
BLOCK = 16_000_000

_WHOLE = r"^[+-]?[0-9]+$"
_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$|^[+-]?inf$|^NaN$"
_TRUTH = "^(true|false)$"
# 007 is no number: it would lose its zeros, and one of twenty digits some of them.
_PADDED = "^[+-]?0[0-9]"


def typed_table(path: str, delimiter: str, numbers: Collection[str]) -> Any:
    """The table in the file; the columns of these names hold numbers at any rate."""
    pl = polars()
    names = pl.scan_csv(path, separator=delimiter, infer_schema=False).collect_schema()
    texts = dict.fromkeys(names, pl.String)
    guesses = {name: _Guess() for name in names if name not in numbers}
    for frame in _frames(path, delimiter, texts):
        for name, guess in guesses.items():
            guess.look_at(frame.get_column(name))
    schema = {
        name: guesses[name].kind if name in guesses else pl.Float64 for name in names
    }

    def source(
        columns: list[str] | None, predicate: Any, rows: int | None, _size: int | None
    ) -> Iterator[Any]:
        for frame in _frames(path, delimiter, schema):
            found = frame if columns is None else frame.select(columns)
            found = found if predicate is None else found.filter(predicate)
            if rows is not None:
                found = found.head(rows)
                rows -= found.height
            yield found

    return pl.io.plugins.register_io_source(source, schema=schema)


class _Guess:
    """What the cells of a column may be, of those looked at."""

    def __init__(self) -> None:
        self._is_empty = self._is_whole = self._is_number = self._is_truth = True
        self._keeps_digits = True

    def look_at(self, texts: Any) -> None:
        """Take the next texts of the column into account."""
        texts = texts.drop_nulls()
        if not texts.len():
            return
        pl, self._is_empty = polars(), False
        if self._is_whole:
            self._is_whole = bool(texts.str.contains(_WHOLE).all())
            self._keeps_digits &= not (
                texts.str.contains(_PADDED).any()
                or texts.cast(pl.Int64, strict=False).null_count()
            )
        if self._is_number and not self._is_whole:
            self._is_number = bool(texts.str.contains(_NUMBER).all())
        if self._is_truth:
            self._is_truth = bool(texts.str.contains(_TRUTH).all())

    @property
    def kind(self) -> Any:
        """The type of the column."""
        pl = polars()
        if self._is_empty or (self._is_whole and not self._keeps_digits):
            return pl.String
        if self._is_whole:
            return pl.Int64
        if self._is_number:
            return pl.Float64
        return pl.Boolean if self._is_truth else pl.String


def _frames(path: str, delimiter: str, schema: dict[str, Any]) -> Iterator[Any]:
    """The rows of the table, block by block, as columns of these types."""
    begins = True
    with open(path, "rb") as file:
        rest = b""
        while True:
            data = file.read(BLOCK)
            whole = rest + data
            end = _end_of_rows(whole) if data else len(whole)
            rest = whole[end:]
            if end:
                yield polars().read_csv(
                    whole[:end], has_header=begins, separator=delimiter, schema=schema
                )
                begins = False
            if not data:
                return


def _end_of_rows(data: bytes) -> int:
    """Where the last row that may go on begins: a quoted cell may have lines."""
    end = data.rfind(b"\n") + 1
    is_open = data.count(b'"', 0, end) % 2
    while end and is_open:
        start = data.rfind(b"\n", 0, end - 1) + 1
        is_open ^= data.count(b'"', start, end) % 2
        end = start
    return end
