"""Definitions of functions that a text needs, taken from a source of them.

A source is text in which definitions stand between empty lines; each begins with the
name that it defines, after comments and words such as `static double`.
"""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path

_WORD = re.compile(r"[^\W\d]\w*")
_COMMENT = re.compile(r'/\*.*?\*/|//.*|#.*|""".*?"""')


class SourceDefinitions:
    """The definitions in files beside the languages, by name.

    Those of later files stand in the place of earlier ones of the same name. `replaced`
    has words of the files and what they are in the language.
    """

    def __init__(self, *files: str, replaced: dict[str, str] | None = None) -> None:
        self._files = files
        self._replaced = replaced or {}

    def __call__(self, words: Iterable[str]) -> Iterator[str]:
        """The definitions that the words need, those first that others need."""
        found = self.found
        needed: set[str] = set()
        pending = [word for word in words if word in found]
        while pending:
            name = pending.pop()
            if name not in needed:
                needed.add(name)
                inside = set(_WORD.findall(_COMMENT.sub("", found[name])))
                pending += [word for word in inside if word in found]
        return (text for name, text in found.items() if name in needed)

    @cached_property
    def found(self) -> dict[str, str]:
        """The text of each definition, in the order of the files."""
        found: dict[str, str] = {}
        folder = Path(__file__).with_name("languages")
        for file in self._files:
            source = (folder / file).read_text("utf-8")
            for old, new in self._replaced.items():
                source = re.sub(rf"\b{old}\b", new, source)
            for text in re.split(r"\n\n+", source.strip()):
                name = self._defined(text)
                if name:
                    found[name] = text
        return found

    @staticmethod
    def _defined(text: str) -> str | None:
        lines = (
            line for line in text.splitlines() if not line.startswith(("#", "/", " "))
        )
        match = re.search(r"(\w+)(?=\(| *(?:\[\w*\])* = |$)", next(lines, ""))
        return match and match[1]
