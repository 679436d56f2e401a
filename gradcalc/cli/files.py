"""Text read from files, and files replaced as a whole, never left half written."""

import os
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, BinaryIO

from gradcalc.errors import FileError

if TYPE_CHECKING:
    from gradcalc.learning.model import Model

STANDARD_INPUT = "-"

# As the operating system takes it.
Path = str | bytes


def file_name(path: str) -> Path:
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


def called(path: str) -> str:
    """What errors call the file, which is standard input if the path is `-`."""
    return "standard input" if path == STANDARD_INPUT else path or "''"


def matching_files(path: str) -> list[str]:
    """The file, or those that match if it is a pattern such as part-*.csv, in order."""
    if os.path.lexists(file_name(path)) or not any(c in path for c in "*?["):
        return [path]
    # Imported here: few paths are patterns.
    from glob import glob

    found = sorted(glob(path, recursive=True))
    files = [each for each in found if not os.path.isdir(file_name(each))]
    if not files:
        raise FileError(f"cannot read {path}: no file matches it")
    return files


def size_of_files(paths: Iterable[str]) -> int | None:
    """How many bytes are in the files; None where that says nothing of their rows."""
    # Imported here, as below: few commands read rows.
    from gradcalc.data.compressions import compression_of

    total = 0
    for path in paths:
        status = _status(path)
        if status is None or not stat.S_ISREG(status.st_mode) or compression_of(path):
            return None
        total += status.st_size
    return total


def read_text(path: str) -> str:
    """The text of the file (`-` for standard input), its lines ending in newlines."""
    where = called(path)
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
    """The model in a file that `gradcalc train` or `fit` saved (`-` as above)."""
    # Imported here: few commands read one.
    from gradcalc.learning.model import model_from

    return model_from(read_text(path), called(path))


def check_readable(path: str) -> None:
    """Raise FileError if there is no such file, or folder, that can be read."""
    try:
        if not os.path.isdir(file_name(path)):
            with open(file_name(path), "rb"):
                pass
    except (OSError, ValueError) as error:
        raise FileError.from_system("read", called(path), error) from None


def check_not_read(path: str, sources: Iterable[str]) -> None:
    """Raise FileError if the file is one of those that a command reads.

    It is the same one under another name, too: through links, as standard input.
    """
    for source in sources:
        if _same_file(_status(path), _status(source)):
            what = "it" if source == path else called(source)
            raise FileError(
                f"cannot write {path}: this command reads {what}",
                hint="give the new file another name",
            )


def check_replaceable(path: str) -> None:
    """Raise FileError if a file cannot be written there. Changes nothing."""
    try:
        target = os.path.realpath(file_name(path))
        with suppress(FileNotFoundError, NotADirectoryError):
            os.lstat(target)
    except (OSError, ValueError) as error:
        # Such as a name that is too long, or holds a NUL.
        raise FileError.from_system("write", path, error) from None
    folder = os.path.dirname(target)
    if os.path.isdir(target):
        raise FileError(f"cannot write {path}: it is a directory")
    if not os.path.isdir(folder):
        raise FileError(
            f"cannot write {path}: the directory {os.fsdecode(folder)} does not exist"
        )
    writable = target if _is_device(target) else folder
    if not os.access(writable, os.W_OK):
        raise FileError(f"cannot write {path}: permission denied")


def same_path(one: str, other: str) -> bool:
    """Whether both lead to one file, which need not exist."""
    return os.path.realpath(file_name(one)) == os.path.realpath(file_name(other))


def check_not_output(path: str) -> None:
    """Raise FileError if standard output goes into the file, which would not end."""
    with suppress(OSError, ValueError):
        if not _same_file(_status(path), os.fstat(sys.stdout.fileno())):
            return
        raise FileError(
            f"cannot read {called(path)}: the answer is written into it",
            hint="write the answer into another file",
        )


def _status(path: str) -> os.stat_result | None:
    """What the system knows of the file, or of that which standard input is."""
    with suppress(OSError, ValueError):
        if path != STANDARD_INPUT:
            return os.stat(file_name(path))
        if sys.stdin is not None:
            return os.fstat(sys.stdin.fileno())
    return None


def _same_file(one: os.stat_result | None, other: os.stat_result | None) -> bool:
    """Whether both are one file with content: writing to a terminal changes nothing."""
    return (
        one is not None
        and other is not None
        and stat.S_ISREG(one.st_mode)
        and os.path.samestat(one, other)
    )


def replace_file(path: str, content: bytes) -> None:
    """Write the content to the file: all of it or, whatever happens, none of it."""
    with replaced_file(path) as file:
        file.write(content)


@contextmanager
def replaced_file(path: str) -> Iterator[BinaryIO]:
    """A stream of bytes that become the file's: all of them or none.

    They go into a new file beside that, the stream's `name`, which is flushed and
    renamed if nothing is raised meanwhile, and else removed. A link stays a link, and a
    file keeps its permissions. Raises FileError.
    """
    aside = None
    try:
        target = os.path.realpath(file_name(path))
        if _is_device(target):
            with open(target, "wb") as device:
                yield device
            return
        aside = _beside(target)
        with _told_to_end():
            with open(aside, "xb") as file:
                if os.path.exists(target):
                    os.chmod(aside, stat.S_IMODE(os.stat(target).st_mode))
                yield file
                file.flush()
                os.fsync(file.fileno())
            os.replace(aside, target)
        _sync_folder(os.path.dirname(target))
    except (OSError, ValueError) as error:
        raise FileError.from_system("write", path, error) from None
    finally:
        if aside is not None:
            # It is there only if it was not renamed.
            with suppress(OSError):
                os.unlink(aside)


@contextmanager
def _told_to_end() -> Iterator[None]:
    """Let signals that ask for the end raise SystemExit, so that all is removed."""
    import signal

    def end(number: int, _frame: Any) -> None:
        raise SystemExit(128 + number)

    before = {}
    for name in ("SIGTERM", "SIGHUP"):
        # Not everywhere is there such a signal, and a thread can take none.
        with suppress(AttributeError, ValueError):
            number = getattr(signal, name)
            before[number] = signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _beside(target: Path) -> Path:
    """A new name in the same directory: a rename does not cross file systems."""
    folder, base = os.path.split(os.fsdecode(target))
    # A long name must leave room for what is added.
    name = f".{base[:60]}.{os.urandom(6).hex()}.tmp"
    return os.fsencode(os.path.join(folder, name))


def _is_device(target: Path) -> bool:
    """Whether the path is a device or pipe such as /dev/stdout, written to directly."""
    known = os.path.isfile(target) or os.path.isdir(target)
    return os.path.exists(target) and not known


def _sync_folder(folder: Path) -> None:
    """Flush the rename itself to the disk where the system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
