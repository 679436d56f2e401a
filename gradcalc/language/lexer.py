"""Text to lexemes, with the terminals of the grammar.

One regular expression made of the grammar's terminals reads the whole text. Newlines
inside brackets are blanks, so a formula may go over several lines there.
"""

import re
import sys
import unicodedata
from collections.abc import Iterator
from typing import Any

from lark.lexer import Lexer

from gradcalc.language.syntax import Lexeme


class FormulaLexer(Lexer):
    """The lexer that Lark's parser is given in place of its own."""

    def __init__(self, lexer_conf: Any) -> None:
        # Longest first, as Lark's own lexer orders them: "==" before "=".
        terminals = sorted(
            lexer_conf.terminals,
            key=lambda terminal: (
                -terminal.pattern.max_width,
                -len(terminal.pattern.value),
                terminal.name,
            ),
        )
        ignored = set(lexer_conf.ignore)
        blanks = "|".join(
            terminal.pattern.to_regexp()
            for terminal in terminals
            if terminal.name in ignored
        )
        alternatives = "|".join(
            f"(?P<{terminal.name}>{terminal.pattern.to_regexp()})"
            for terminal in terminals
            if terminal.name not in ignored
        )
        self._blank = re.compile(f"(?:{blanks})*")
        self._scanner = re.compile(f"(?:{alternatives}|(?P<OTHER>.))(?:{blanks})*")

    def lex(self, text: str) -> Iterator[Lexeme]:  # type: ignore[override]
        """The lexemes of the text; raises FormulaSyntaxError at a foreign character."""
        depth = 0
        blank = self._blank.match(text)
        first = blank.end() if blank else 0
        make = tuple.__new__
        for match in self._scanner.finditer(text, first):
            kind = match.lastgroup or ""
            start, end = match.span(kind)
            value = match[kind]
            if kind == "NAME":
                if not value.isascii():
                    if not value.isidentifier():
                        from gradcalc.language.characters import unusable_name

                        raise unusable_name(text, start, end)
                    value = unicodedata.normalize("NFKC", value)
                # One copy of each name, however often it is written.
                value = sys.intern(value)
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
            yield make(Lexeme, (kind, start, end, value))
