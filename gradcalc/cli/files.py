"""Text from files and standard input, with one-sentence errors."""

import os
import sys
from typing import TYPE_CHECKING, BinaryIO

from gradcalc.errors import FileError

if TYPE_CHECKING:
    from gradcalc.learning.model import Model

STANDARD_INPUT = "-"


def file_name(path: str) -> str | bytes:
    """The path as the operating system takes it, under an ASCII locale too."""
    try:
        os.fsencode(path)
    except UnicodeEncodeError:
        return path.encode("utf-8", "surrogateescape")
    return path


def standard_input_is_free() -> bool:
    """Whether standard input has something to read: it is open and no terminal."""
    return sys.stdin is not None and not sys.stdin.isatty()


def standard_input() -> BinaryIO:
    """The bytes of standard input. Raises FileError if it is closed."""
    if sys.stdin is None:
        raise FileError("cannot read standard input: it is closed")
    return sys.stdin.buffer


def read_text(path: str) -> str:
    """The text of the file (`-` for standard input), its lines ending in newlines."""
    where = "standard input" if path == STANDARD_INPUT else path or "''"
    try:
        if path == STANDARD_INPUT:
            content = standard_input().read()
        else:
            with open(file_name(path), "rb") as file:
                content = file.read()
    except (OSError, ValueError) as error:
        raise FileError.from_system("read", where, error) from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FileError(
            f"{where} is not UTF-8 text: line {line} holds the byte"
            f" 0x{content[error.start]:02x}"
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_model(path: str) -> "Model":
    """The model in a file that `gradcalc train --save` wrote (`-` as above)."""
    # Imported here: few commands read one.
    from gradcalc.learning.model import model_from

    text = read_text(path)
    return model_from(text, "standard input" if path == STANDARD_INPUT else path)
