"""Text from files and standard input, with one-sentence errors."""

import os
import sys

from gradcalc.errors import FileError

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


def read_text(path: str) -> str:
    """The text of the file (`-` for standard input), its lines ending in newlines."""
    if path == STANDARD_INPUT:
        where = "standard input"
        if sys.stdin is None:
            raise FileError("cannot read standard input: it is closed")
    else:
        where = path or "''"
    try:
        if path == STANDARD_INPUT:
            content = sys.stdin.buffer.read()
        else:
            with open(file_name(path), "rb") as file:
                content = file.read()
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise FileError(f"cannot read {where}: {reason}") from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FileError(
            f"{where} is not UTF-8 text: line {line} holds the byte"
            f" 0x{content[error.start]:02x}"
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def write_file(path: str, content: bytes) -> None:
    """Write the file as a whole: beside it first, then under its name.

    So a failure leaves what was there before. What is no ordinary file, a pipe or a
    device, is written to directly. Raises FileError.
    """
    try:
        target = os.path.realpath(file_name(path))
        if os.path.exists(target) and not os.path.isfile(target):
            with open(target, "wb") as file:
                file.write(content)
            return
        aside = os.fsdecode(target) + f".{os.getpid()}.part"
        try:
            with open(file_name(aside), "xb") as file:
                file.write(content)
            if os.path.exists(target):
                os.chmod(file_name(aside), os.stat(target).st_mode & 0o7777)
            os.replace(file_name(aside), target)
        except BaseException:
            if os.path.exists(file_name(aside)):
                os.remove(file_name(aside))
            raise
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise FileError(f"cannot write {path}: {reason}") from None
