"""Rows written as they come: to standard output, or to a file that they replace."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from gradcalc.cli.files import replaced_file
from gradcalc.data.additions import Written
from gradcalc.data.compressions import compressing
from gradcalc.errors import DataError
from gradcalc.wording import printable


@dataclass(frozen=True)
class RowOutput:
    """Where rows go: a file, or standard output if it is None; and their format.

    That is one of `data.formats.FORMATS`, None for that of the rows that come in.
    `path` is for an engine that opens it itself.
    """

    file: BinaryIO | None = None
    kind: str | None = None
    path: str | None = None

    @property
    def stream(self) -> BinaryIO:
        """Where the bytes go."""
        return sys.stdout.buffer if self.file is None else self.file

    def write_rows(self, header: str, blocks: Iterable[Written]) -> None:
        """Write the header and the rows, of every block as soon as it comes.

        Nothing is written before there is a row, or the end. A DataError behind a row
        on standard output has the exit status 1: the rows above are a part of the
        answer.
        """
        # Bytes, because the rows are UTF-8 and stay it in every locale.
        output = self.stream
        watched = self.file is None and sys.stdout.isatty()
        begun = False
        try:
            for block in blocks:
                if not block:
                    continue
                content = (
                    block if isinstance(block, memoryview) else "".join(block).encode()
                )
                if header:
                    content, header = header.encode() + content, ""
                if watched:
                    # A terminal would obey some of the characters in the data.
                    text = bytes(content).decode().replace("\r\n", "\n")
                    content = printable(text, keep="\t\n").encode()
                output.write(content)
                if self.file is None:
                    output.flush()
                    begun = True
        except DataError as error:
            raise (error.but(exit_code=1) if begun else error) from None
        output.write(header.encode())


@contextmanager
def opened_output(
    path: str | None, kind: str | None, *, as_path: bool = False
) -> Iterator[RowOutput]:
    """Rows go to the file, compressed as its name says; to standard output for None.

    If `as_path`, the file is left to the engine to open.
    """
    if path is None or as_path:
        yield RowOutput(None, kind, path)
        return
    with replaced_file(path) as file:
        compressed = compressing(path, file)
        if compressed is None:
            yield RowOutput(file, kind)
            return
        with compressed:
            yield RowOutput(compressed, kind)
