"""Lines of text out of streams of bytes, in the blocks in which they arrive.

What a pipe has ready is read at once, so that a line that arrives alone can be answered
before the next one comes; of a file a block has hundreds of lines, or as many as are
asked for.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from gradcalc.data.compressions import decompressed, is_broken
from gradcalc.errors import DataError, FileError, GradcalcError

BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"

# So many bytes are read at once.
BLOCK = 1 << 16

# What errors call a stream, and the function that opens it.
Source = tuple[str, Callable[[], BinaryIO]]


class BrokenDataError(DataError):
    """Data that cannot be read on from here, whatever rows are skipped."""


@dataclass(eq=False, slots=True)
class Block:
    """Whole lines as bytes, of the stream of that name."""

    data: bytes
    name: str
    # Whether they are the first of the stream.
    begins: bool


class Lines:
    """Iterates over the lines of streams, each line with its ending.

    name    what errors call the stream that the last line is from
    number  the number of the last line in it, from 1
    recent  the lines since `forget` was last called
    mark    the byte order mark that the first stream began with, or ""
    size    how many bytes have been read, once they are decompressed
    largest how many bytes are read at once of what is no pipe

    A line ends in "\\n", "\\r\\n" or "\\r". One that is not UTF-8 raises DataError, and
    the lines after it can still be read. The streams after the first are opened one
    after another; of these so many lines are left out as the `header` has.
    """

    def __init__(
        self, stream: BinaryIO, name: str, more: Sequence[Source] = ()
    ) -> None:
        self.name = name
        self.number = 0
        self.recent: list[str] = []
        self.mark = ""
        self.size = 0
        self.largest = BLOCK
        self.header: list[str] = []
        # Whether all lines that have arrived are UTF-8, and end in newlines alone.
        self.is_text = True
        self.is_plain = False
        self._has_returns = False
        self._stream = stream
        self._stream_name = name
        self._decompressed: Any = None
        self._opened: BinaryIO | None = None
        self._more = iter(more)
        # Whether nothing of the stream has been read.
        self._begins = True
        # Lines of its header that are still to come.
        self._to_pass = 0
        # What has arrived: whole lines, the place of the next of them; blocks behind
        # them; and the start of a line that goes on.
        self._block: list[str] = []
        self._place = 0
        self._ahead: deque[Block] = deque()
        self._rest: list[bytes] = []
        self._broken: GradcalcError | None = None

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        self._read()
        line = self._block[self._place]
        self._place += 1
        self.number += 1
        self.recent.append(line)
        if not self.is_text:
            self._check(line)
        return line

    def first(self) -> str:
        """The next line, which is still to be read; "" at the end."""
        try:
            return self.waiting(read=True)[0]
        except StopIteration:
            return ""

    def waiting(self, *, read: bool = False) -> list[str]:
        """The lines that have arrived and are still to be read.

        If there are none, and `read` is true, those that arrive next; raises
        StopIteration at the end.
        """
        if read:
            self._read()
        return self._block[self._place :]

    def pass_over(self, count: int) -> None:
        """Take so many of the waiting lines for read."""
        self._place += count
        self.number += count

    def forget(self) -> None:
        """Start a new collection of recent lines."""
        self.recent.clear()

    def check_header(self, stream: BinaryIO, name: str) -> None:
        """Raise DataError unless the stream of that name begins with the header."""
        others = Lines(stream, name)
        for line in self.header:
            if others.first().rstrip("\r\n") != line.rstrip("\r\n"):
                raise DataError(
                    f"{name} has another header than {self.name}",
                    hint="files that are read as one have the same columns in the same"
                    " order",
                )
            next(others)

    def close(self) -> None:
        """Close the streams that were opened here: all but the first."""
        if self._opened is not None:
            self._opened.close()

    def block(self) -> Block | None:
        """The next block, which is taken for read except in what is counted here.

        None if lines are waiting, at the end, and for the start of a stream.
        """
        if self._place < len(self._block) or self._to_pass:
            return None
        try:
            block = self._next_block()
        except StopIteration:
            return None
        except GradcalcError as error:
            # It is raised when the lines above have been read.
            self._broken = error
            return None
        if block.begins:
            self._ahead.appendleft(block)
            return None
        return block

    def take(self, block: Block, behind: Iterable[Block]) -> None:
        """Make the lines of the block those that wait, and then those `behind` it."""
        self._ahead.extendleft(reversed([block, *behind]))
        self._read()

    def _read(self) -> None:
        """Have lines that wait. Raises StopIteration at the end of the last stream."""
        while self._place == len(self._block):
            block = self._next_block()
            if block.begins:
                self.name, self.number = block.name, 0
            lines = block.data.splitlines(keepends=True)
            self._take(lines, begins=block.begins)

    def _next_block(self) -> Block:
        """The next lines. Raises StopIteration at the end of the last stream."""
        if self._ahead:
            return self._ahead.popleft()
        if self._broken is not None:
            raise self._broken
        while True:
            data = self._data()
            if data and self._rest and b"\n" not in data and b"\r" not in data:
                # A line longer than a block is put together once.
                self._rest.append(data)
                continue
            whole = b"".join([*self._rest, data])
            end = _end_of_lines(whole) if data else len(whole)
            self._rest = [whole[end:]] if end < len(whole) else []
            if end:
                block = Block(whole[:end], self._stream_name, self._begins)
                self._begins = False
                return block
            if not data:
                self._open_next()

    def _data(self) -> bytes:
        """What arrives next of the stream; nothing at its end."""
        try:
            if self._decompressed is None:
                self._decompressed = decompressed(self._stream, self._stream_name)
            if self.largest > BLOCK and not self._begins and self._stream.seekable():
                data: bytes = self._decompressed.read(self.largest)
                # With whole lines the block need not be taken apart.
                data += self._decompressed.readline(BLOCK)
            else:
                data = self._decompressed.read1(BLOCK)
        except Exception as error:
            if is_broken(error):
                reason = str(error).lower().rstrip(".")
                message = f"{self._stream_name} cannot be decompressed: {reason}"
                raise BrokenDataError(message) from None
            if isinstance(error, OSError):
                raise FileError.from_system("read", self._stream_name, error) from None
            raise
        self.size += len(data)
        self._has_returns = self._has_returns or b"\r" in data
        return data

    def _take(self, lines: list[bytes], *, begins: bool) -> None:
        """Make these the lines of the block."""
        try:
            self._block = [line.decode() for line in lines]
            self.is_text = True
        except UnicodeDecodeError:
            # What is not UTF-8 becomes surrogates here, so that its line is known.
            self._block = [line.decode(errors="surrogateescape") for line in lines]
            self.is_text = False
        self.is_plain = not self._has_returns and lines[-1].endswith(b"\n")
        self._place = 0
        if begins and self._block[0].startswith(BYTE_ORDER_MARK):
            self._block[0] = self._block[0][1:]
            self.mark = self.mark if self._opened else BYTE_ORDER_MARK
        if begins and self._opened:
            # The stream after the first has its header above.
            self._to_pass = len(self.header)
        passed = min(self._to_pass, len(self._block))
        self._to_pass -= passed
        self.pass_over(passed)

    def _open_next(self) -> None:
        """Go on with the next stream. Raises StopIteration if there is none."""
        self._stream_name, opened = next(self._more)
        self.close()
        self._stream = self._opened = opened()
        self._decompressed = None
        self._begins = True

    def _check(self, line: str) -> None:
        try:
            line.encode()
        except UnicodeEncodeError as error:
            byte = line[error.start].encode(errors="surrogateescape")[0]
            raise DataError(
                f"{self.name}, line {self.number}: the byte 0x{byte:02x} is not"
                " UTF-8 text"
            ) from None


def _end_of_lines(data: bytes) -> int:
    """Where the last line that may go on begins."""
    if data.endswith(b"\n"):
        return len(data)
    # The newline of a carriage return at the end may be still to come.
    end = len(data) - data.endswith(b"\r")
    return max(data.rfind(b"\n", 0, end), data.rfind(b"\r", 0, end)) + 1


class TextStream:
    """A stream of bytes, as `Lines` reads it, of texts that come one by one."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = filter(None, texts)

    def peek(self, _size: int) -> bytes:
        """Nothing: this is not compressed."""
        return b""

    def seekable(self) -> bool:
        """No: it comes as it is asked for."""
        return False

    def read1(self, _size: int) -> bytes:
        """The next text; nothing at the end."""
        return next(self._texts, "").encode()
