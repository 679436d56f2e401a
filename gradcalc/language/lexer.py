"""Text to lexemes, with the terminals of the grammar.

One regular expression made of the grammar's terminals reads the whole text. Newlines
inside brackets are blanks, so a formula may go over several lines there.
"""

import re
import sys
from collections.abc import Iterator

from gradcalc.language.syntax import Syntax


class Lexer:
    """Reads lexemes: tuples (terminal, start, end, text), the leaves of the syntax."""

    __slots__ = ("_blank", "_lexeme")

    def __init__(self, blank: str, lexeme: str) -> None:
        self._blank = re.compile(blank)
        self._lexeme = re.compile(lexeme)

    def lexemes(self, text: str) -> Iterator[Syntax]:
        """The lexemes of the text; raises FormulaSyntaxError at a foreign character."""
        depth = 0
        blank = self._blank.match(text)
        first = blank.end() if blank else 0
        intern = sys.intern
        for match in self._lexeme.finditer(text, first):
            kind = match.lastgroup or ""
            start, end = match.span(kind)
            value = match[kind]
            if kind == "NAME":
                if not value.isascii():
                    value = _normal(text, value, start, end)
                # One copy of each name, however often it is written.
                value = intern(value)
            elif kind == "LPAR" or kind == "LSQB":
                depth += 1
            elif kind == "RPAR" or kind == "RSQB":
                depth -= 1
            elif kind == "SEPARATOR":
                if depth > 0 and value == "\n":
                    continue
            elif kind == "POWER":
                value = "^"
            elif kind == "OTHER":
                from gradcalc.language.characters import unexpected_character

                raise unexpected_character(text, start)
            yield (kind, start, end, value)


def _normal(text: str, name: str, start: int, end: int) -> str:
    """The name in the form that Python's identifiers have."""
    import unicodedata

    if not name.isidentifier():
        from gradcalc.language.characters import unusable_name

        raise unusable_name(text, start, end)
    return unicodedata.normalize("NFKC", name)
