"""THE TABLE of the compressions of data files: those of Python's standard library."""

import io
from dataclasses import dataclass
from importlib import import_module
from typing import Any, BinaryIO

from gradcalc.errors import DataError


@dataclass(frozen=True, slots=True)
class Compression:
    """One row of the table."""

    # How the names of its files end, and how they begin.
    ending: str
    magic: bytes
    # The module whose `open` reads and writes it, and what it is called elsewhere.
    module: str
    program: str


COMPRESSIONS = (
    Compression(".gz", b"\x1f\x8b", "gzip", "gzip"),
    Compression(".bz2", b"BZh", "bz2", "bzip2"),
    Compression(".xz", b"\xfd7zXZ\x00", "lzma", "xz"),
    Compression(".zst", b"(\xb5/\xfd", "compression.zstd", "zstd"),
)


def compression_of(path: str) -> Compression | None:
    """The compression that the file's name stands for, or None."""
    lowered = path.lower()
    return next((row for row in COMPRESSIONS if lowered.endswith(row.ending)), None)


def decompressed(stream: BinaryIO, name: str) -> Any:
    """The stream of what is in the stream, whatever its name; errors call it `name`."""
    buffered: Any = stream
    if not hasattr(stream, "peek"):
        buffered = io.BufferedReader(stream)
    begins = buffered.peek(8)
    for row in COMPRESSIONS:
        if begins.startswith(row.magic):
            return _module(row, name).open(buffered, "rb")
    return buffered


def compressing(path: str, stream: BinaryIO) -> BinaryIO | None:
    """A stream that writes into the other one, compressed as the path's ending says.

    None if it says nothing. Closing it leaves the other one open.
    """
    row = compression_of(path)
    if row is None:
        return None
    module = _module(row, path)
    if row.module == "gzip":
        # Without name and time: the same rows make the same file.
        opened: BinaryIO = module.GzipFile("", "wb", 6, stream, 0)
    else:
        opened = module.open(stream, "wb")
    return opened


def _module(row: Compression, name: str) -> Any:
    try:
        return import_module(row.module)
    except ImportError:
        raise DataError(
            f"{name} is compressed by {row.program}, which this Python has no module"
            " for",
            hint=f"{row.program} -dc decompresses it, for --data -",
        ) from None


def is_broken(error: Exception) -> bool:
    """Whether this is what the modules raise for data that cannot be decompressed."""
    if isinstance(error, OSError):
        return error.errno is None
    modules = ("zlib", "_lzma", "_zstd")
    return isinstance(error, EOFError) or type(error).__module__ in modules
