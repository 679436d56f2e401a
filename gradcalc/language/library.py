"""The library of functions written in the language, read when one is first called."""

from functools import cache
from pathlib import Path

from gradcalc.language.functions import Function
from gradcalc.language.parser import parse


@cache
def library() -> dict[str, Function]:
    """The library's functions by name, in the order of the file."""
    text = Path(__file__).with_name("library.grad").read_text(encoding="utf-8")
    return {
        statement[4][3]: Function(text, statement, order, library=True)
        for order, statement in enumerate(parse(text))
    }


@cache
def library_meanings() -> dict[str, str]:
    """The line of documentation above each function of the library."""
    meanings = {}
    for function in library().values():
        above = function.text[: function.span[0]].rstrip("\n").rsplit("\n", 1)[-1]
        meanings[function.name] = above.removeprefix("#").strip()
    return meanings
