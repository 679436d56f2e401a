"""What is said when a text as a whole is not a formula: one function per mistake."""

import re
from typing import Any

from gradcalc.errors import FormulaSyntaxError, Span
from gradcalc.language.syntax import (
    ASSIGNMENT,
    CALL,
    DEFAULT,
    NAME,
    OPERATION,
    Syntax,
)

CLOSER = {"(": ")", "[": "]"}

# An operator between two operands, after blanks and comments.
_OPERATOR = re.compile(r"(?:\s|#[^\n]*)*([-+/@^]|\*\*?|[<>=!]=?)")


def mistake(
    text: str, span: Span, message: str, hint: str | None = None
) -> FormulaSyntaxError:
    """The error for a span of the text."""
    return FormulaSyntaxError(message, source=text, span=span, hint=hint)


def operator_span(text: str, node: Syntax) -> Span:
    """Where the node's operator stands, or the whole node if it has none."""
    if node[0] != OPERATION or len(node) < 6:
        return node[1], node[2]
    match = _OPERATOR.match(text, node[4][2], node[5][1])
    return match.span(1) if match else (node[1], node[2])


def empty_formula(text: str) -> FormulaSyntaxError:
    return mistake(text, (0, 0), "the formula is empty", "a formula such as x*y + 1")


def unclosed_bracket(text: str) -> FormulaSyntaxError | None:
    """The innermost bracket that is never closed, if there is one."""
    plain = re.sub(r"#[^\n]*", lambda match: " " * len(match[0]), text)
    closers = 0
    for position in range(len(plain) - 1, -1, -1):
        character = plain[position]
        if character in ")]":
            closers += 1
        elif character in "([":
            if closers == 0:
                return mistake(
                    text,
                    (position, position + 1),
                    f"'{character}' is never closed",
                    f"add the '{CLOSER[character]}' that belongs to it",
                )
            closers -= 1
    return None


def misplaced_default(text: str, statements: list[Syntax]) -> FormulaSyntaxError | None:
    """A `name = value` among the arguments of a call that defines nothing."""
    for statement in statements:
        allowed: tuple[Any, ...] = ()
        roots = [statement]
        if statement[0] == ASSIGNMENT:
            left = statement[4]
            if left[0] not in (NAME, CALL):
                return mistake(
                    text,
                    (left[1], left[2]),
                    "only a name or a function such as f(x, y) can stand before '='",
                    "to compare two values, write ==",
                )
            roots = list(statement[4:])
            if left[0] == CALL:
                allowed = left[4:]
                roots = list(statement[5:])
            elif len(statement) > 6:
                partial = statement[6]
                return mistake(
                    text,
                    (partial[1], partial[2]),
                    "only a function can have a derivative rule after '|'",
                )
        for parameter in allowed:
            if parameter[0] == DEFAULT:
                roots.append(parameter[4])
            elif parameter[0] != NAME:
                return mistake(
                    text,
                    (parameter[1], parameter[2]),
                    "a parameter must be a name",
                )
        while roots:
            node = roots.pop()
            if node[0] == DEFAULT:
                return mistake(
                    text,
                    (node[1], node[2]),
                    "an argument is given by its place, not by its name",
                    f"write only {text[node[4][1] : node[4][2]]}",
                )
            roots.extend(node[4:])
    return None
