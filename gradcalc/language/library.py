"""The library of functions written in the language, read when one is first called."""

from functools import cache
from pathlib import Path

from gradcalc.language.functions import Function
from gradcalc.language.parser import parse

_GROUP = "# --- "
_EXAMPLE = "# e.g. "


class Documentation:
    """What the comments of the library say of a function.

    group    the heading that it stands under
    meaning  one line for the reader
    example  a call to try: "mean([1, 2, 6])"
    """

    __slots__ = ("example", "group", "meaning")

    def __init__(self, group: str, meaning: str, example: str) -> None:
        self.group = group
        self.meaning = meaning
        self.example = example


@cache
def library() -> dict[str, Function]:
    """The library's functions by name, in the order of the file."""
    text = Path(__file__).with_name("library.grad").read_text(encoding="utf-8")
    return {
        statement[4][3]: Function(text, statement, order, library=True)
        for order, statement in enumerate(parse(text))
    }


@cache
def library_documentation() -> dict[str, Documentation]:
    """The documentation of each function of the library, by name."""
    documentation = {}
    for function in library().values():
        above = function.text[: function.span[0]].splitlines()
        group = next(line for line in reversed(above) if line.startswith(_GROUP))
        documentation[function.name] = Documentation(
            group.removeprefix(_GROUP),
            above[-2].removeprefix("# "),
            above[-1].removeprefix(_EXAMPLE),
        )
    return documentation
