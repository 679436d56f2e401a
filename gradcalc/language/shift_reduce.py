"""The LALR parser: runs the tables that Lark made of the grammar.

The same steps as Lark's own parser, on plain tuples and on rows that lead straight to
the next row: it takes two thirds of its time, and nothing of Lark need be imported.
"""

from collections.abc import Callable, Iterable
from typing import Any

from gradcalc.language.grammar import CHILD, HELPER
from gradcalc.language.syntax import Children, Syntax, SyntaxTree

END = "$END"

# By terminal or rule: the row of the state that follows, or the rule that is complete
# as (number of children, origin, what makes a value of them).
Row = dict[str, Any]
Make = Callable[[Children], Any]


class UnexpectedLexemeError(Exception):
    """The parser cannot go on: `lexeme` may not follow the values on its stack."""

    def __init__(self, lexeme: Syntax, values: list[Any]) -> None:
        super().__init__()
        self.lexeme = lexeme
        self.values = values


class ShiftReduceParser:
    """Makes the list of a program's statements from its lexemes."""

    __slots__ = ("_end", "_start")

    def __init__(self, tables: dict[str, Any]) -> None:
        rows: list[Row] = [{} for _ in tables["states"]]
        rules = [
            (size, origin, _make(*rest)) for origin, size, *rest in tables["rules"]
        ]
        for row, state in zip(rows, tables["states"], strict=True):
            for symbol, number in state.items():
                row[symbol] = rows[number] if number >= 0 else rules[-1 - number]
        self._start = rows[0]
        self._end = rows[tables["end"]]

    def parse(self, lexemes: Iterable[Syntax]) -> list[Syntax]:
        """The statements. Raises UnexpectedLexemeError where they are no program."""
        row = self._start
        rows: list[Row] = [row]
        values: list[Any] = []
        enter, push = rows.append, values.append
        for lexeme in lexemes:
            action = row.get(lexeme[0])
            while action.__class__ is tuple:
                size, origin, make = action
                if make is None:
                    # One child stands for itself: only the state changes.
                    rows[-1] = row = rows[-2][origin]
                else:
                    row = self._reduce(rows, values, size, origin, make)
                action = row.get(lexeme[0])
            if action is None:
                raise UnexpectedLexemeError(lexeme, values)
            row = action
            enter(row)
            push(lexeme)
        while row is not self._end:
            action = row.get(END)
            if action.__class__ is not tuple:
                raise UnexpectedLexemeError((END, -1, -1, ""), values)
            size, origin, make = action
            row = self._reduce(rows, values, size, origin, make or _only)
        statements: list[Syntax] = values[-1]
        return statements

    @staticmethod
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


def _only(children: Children) -> Any:
    (child,) = children
    return child


def _make(method: str, helpers: list[int]) -> Make | None:
    """What makes a value of a rule's children; None if there is one, the value."""
    if method == CHILD:
        return None
    make: Make = _themselves if method == HELPER else getattr(SyntaxTree, method)
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
