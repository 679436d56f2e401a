"""Lines of text from a stream of bytes, numbered, read as they are needed."""

import io
from collections.abc import Iterator
from typing import BinaryIO

from gradcalc.errors import DataError

BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"


class Lines:
    """Iterates over the lines of a stream, each with its ending.

    name    what errors call the stream
    number  the number of the last line, from 1
    recent  the lines since `forget` was last called
    mark    the byte order mark that the stream began with, or ""

    A line ends in "\\n", "\\r\\n" or "\\r". One that is not UTF-8 raises DataError, and
    the lines after it can still be read.
    """

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self.name = name
        self.number = 0
        self.recent: list[str] = []
        self.mark = ""
        self._held: str | None = None
        # What is not UTF-8 becomes surrogates here, so that its line is known below.
        self._text = io.TextIOWrapper(
            stream, encoding="utf-8", errors="surrogateescape", newline=""
        )

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._held is None:
            line = self._text.readline()
        else:
            line, self._held = self._held, None
        if not line:
            raise StopIteration
        self.number += 1
        if self.number == 1 and line.startswith(BYTE_ORDER_MARK):
            self.mark, line = BYTE_ORDER_MARK, line[1:]
        self.recent.append(line)
        if not line.isascii():
            self._check(line)
        return line

    def first(self) -> str:
        """The first line, which is still to be read."""
        if self._held is None and self.number == 0:
            self._held = self._text.readline()
        return self._held or ""

    def forget(self) -> None:
        """Start a new collection of recent lines."""
        self.recent.clear()

    def _check(self, line: str) -> None:
        try:
            line.encode()
        except UnicodeEncodeError as error:
            byte = line[error.start].encode(errors="surrogateescape")[0]
            raise DataError(
                f"{self.name}, line {self.number}: the byte 0x{byte:02x} is not"
                " UTF-8 text"
            ) from None
