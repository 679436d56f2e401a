"""Keeping the tables of the grammar.

They come with an installed gradcalc; in a checkout they are kept in the user's own
cache directory. They are JSON, so that nothing in them is ever executed, and whatever
is wrong with a kept file, the tables are made anew.
"""

import json
import os
import zlib
from typing import Any

from gradcalc.language.grammar import grammar_folder, grammar_text, make_tables

# Counts up when the layout of the tables changes.
LAYOUT = 2

# The file in the installed package.
PACKAGED = "expression.json"


def tables() -> dict[str, Any]:
    """The tables of the grammar: kept ones that belong to its text, or new ones."""
    grammar = grammar_text()
    found = read_tables(os.path.join(grammar_folder(), PACKAGED), grammar)
    if found is not None:
        return found
    path = cache_path()
    if path is not None and _trusted(os.path.dirname(path)) and _trusted(path):
        found = read_tables(path, grammar)
        if found is not None:
            return found
    found = make_tables()
    if path is not None:
        keep_tables(path, grammar, found)
    return found


def write_tables(grammar: str, made: dict[str, Any]) -> str:
    """The text of a file of tables: a check sum, then what they belong to."""
    content = json.dumps({"layout": LAYOUT, "grammar": grammar, "tables": made})
    return f"{zlib.crc32(content.encode()):08x}\n{content}\n"


def read_tables(path: str, grammar: str) -> dict[str, Any] | None:
    """The tables in the file, or None if it is not there or not as it should be."""
    try:
        with open(path, encoding="utf-8") as file:
            check, _, content = file.read().partition("\n")
        content = content.removesuffix("\n")
        if check != f"{zlib.crc32(content.encode()):08x}":
            return None
        kept = json.loads(content)
        if kept["layout"] != LAYOUT or kept["grammar"] != grammar:
            return None
        found: dict[str, Any] = kept["tables"]
        return found
    except (OSError, ValueError, KeyError, TypeError):
        return None


def keep_tables(path: str, grammar: str, made: dict[str, Any]) -> None:
    """Write the file of tables, or do nothing where that is impossible."""
    # Beside it first, so that no reader ever finds half a file.
    folder, aside = os.path.dirname(path), f"{path}.{os.getpid()}"
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        if not _trusted(folder):
            return
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(handle, "w", encoding="utf-8") as file:
            file.write(write_tables(grammar, made))
        os.replace(aside, path)
    except OSError:
        try:
            os.unlink(aside)
        except OSError:
            pass


def cache_path() -> str | None:
    """The file in the user's cache directory; None if there is no such directory."""
    from gradcalc import __version__

    # As the XDG Base Directory Specification says: a relative path is invalid.
    base = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(base):
        base = os.path.join(os.path.expanduser("~"), ".cache")
    if not os.path.isabs(base):
        return None
    return os.path.join(base, "gradcalc", f"expression-{__version__}.json")


def _trusted(path: str) -> bool:
    """Whether it is there and nobody but the user and root can have written it."""
    try:
        status = os.stat(path)
    except OSError:
        return False
    if not hasattr(os, "getuid"):
        return True
    return status.st_uid in (os.getuid(), 0) and not status.st_mode & 0o022
