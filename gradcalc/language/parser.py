"""Text to syntax: lexemes, and the loop of an LALR parser over the grammar's tables.

One regular expression made of the grammar's terminals reads the whole text. The loop
takes the same steps as Lark's own, on plain tuples and on rows that lead straight to
the next row: it takes two thirds of its time, and nothing of Lark need be imported.
"""

import re
import sys
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from gradcalc.errors import UsageError
from gradcalc.language.grammar import CHILD, END, read_tables
from gradcalc.language.identifiers import normal
from gradcalc.language.syntax import MAKERS, Children, Statement, Syntax

# A "=" that is not part of a comparison.
_ASSIGNS = r"(?<![<>=!])=(?!=)"

# By terminal or rule: the row of the state that follows, or the rule that is complete
# as (number of children, origin, what makes a value of them).
Row = dict[str, Any]
Make = Callable[[Children], Any]


def parse(text: str) -> list[Statement]:
    """The statements of the program, in order; there is at least one.

    Raises FormulaSyntaxError where the text is not a program.
    """
    if not isinstance(text, str):
        raise UsageError(f"a formula is text, not {type(text).__name__}")
    # The messages are imported only where there may be a mistake to describe.
    if text.count("(") != text.count(")") or text.count("[") != text.count("]"):
        from gradcalc.language.mistakes import check_brackets

        check_brackets(text)
    statements = _parser().parse(text)
    if not statements or re.search(_ASSIGNS, text):
        from gradcalc.language.mistakes import check_statements

        check_statements(text, statements)
    return statements


@cache
def _parser() -> "_Parser":
    return _Parser(read_tables())


class _Parser:
    """The parser that runs the tables; `read_tables` says what they hold."""

    def __init__(self, tables: dict[str, Any]) -> None:
        self._blank = re.compile(tables["blank"])
        self._lexeme = re.compile(tables["lexeme"])
        rows: list[Row] = [{} for _ in tables["states"]]
        rules = [
            (size, origin, _make(*rest)) for origin, size, *rest in tables["rules"]
        ]
        for row, state in zip(rows, tables["states"], strict=True):
            for symbol, number in state.items():
                row[symbol] = rows[number] if number >= 0 else rules[-1 - number]
        self._start = rows[0]
        rows[tables["end"]][END] = {}

    def lexemes(self, text: str) -> Iterator[Syntax]:
        """The lexemes (terminal, start, end, text), the leaves of the syntax, and END.

        Newlines inside brackets are blanks: a formula may go over several lines there.
        Raises FormulaSyntaxError at a foreign character.
        """
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
                    value = _checked(text, value, start, end)
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
                from gradcalc.language.mistakes import unexpected_character

                raise unexpected_character(text, start)
            yield (kind, start, end, value)
        yield (END, len(text), len(text), "")

    def parse(self, text: str) -> list[Statement]:
        """The statements of the text. Raises FormulaSyntaxError."""
        row = self._start
        rows: list[Row] = [row]
        values: list[Any] = []
        enter, push = rows.append, values.append
        for lexeme in self.lexemes(text):
            kind = lexeme[0]
            action = row.get(kind)
            while action.__class__ is tuple:
                size, origin, make = action
                if make is None:
                    # One child stands for itself: only the state changes.
                    rows[-1] = row = rows[-2][origin]
                else:
                    row = _reduce(rows, values, size, origin, make)
                action = row.get(kind)
            if action is None:
                from gradcalc.language.unexpected import unexpected_lexeme

                raise unexpected_lexeme(text, lexeme, values)
            row = action
            enter(row)
            push(lexeme)
        statements: list[Statement] = values[0]
        return statements


def _reduce(
    rows: list[Row], values: list[Any], size: int, origin: str, make: Make
) -> Row:
    """Replace the children by what is made of them; the row that follows."""
    if size:
        children = values[-size:]
        del values[-size:], rows[-size:]
    else:
        children = []
    values.append(make(children))
    row: Row = rows[-1][origin]
    rows.append(row)
    return row


def _make(method: str, helpers: list[int]) -> Make | None:
    """What makes a value of a rule's children; None if there is one, the value."""
    if method == CHILD:
        return None
    make = MAKERS.get(method, _themselves)
    if not helpers:
        return make
    (position,) = helpers
    return lambda children: make(_flattened(children, position))


def _themselves(children: Children) -> Children:
    return children


def _flattened(children: Children, position: int) -> Children:
    """The children with those of the helper at the position in its place."""
    helper: Children = children[position]
    if position == 0:
        # A repetition grows by one item at a time: copying would be quadratic.
        helper.extend(children[1:])
        return helper
    return [*children[:position], *helper, *children[position + 1 :]]


def _checked(text: str, name: str, start: int, end: int) -> str:
    """The name in its normal form. Raises FormulaSyntaxError if it cannot be one."""
    if not name.isidentifier():
        from gradcalc.language.mistakes import unusable_name

        raise unusable_name(text, start, end)
    return normal(name)
