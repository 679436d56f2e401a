"""What is said when a text is not a formula: one function per mistake."""

import re
import unicodedata
from typing import Any

from gradcalc.errors import FormulaSyntaxError, Span
from gradcalc.language.syntax import (
    ASSIGNMENT,
    CALL,
    DEFAULT,
    GROUP,
    NAME,
    OPERATION,
    Syntax,
)

# Characters that look like an operator of the language, and that operator.
_LOOKALIKES = {
    "\N{MINUS SIGN}": "-",
    "\N{EN DASH}": "-",
    "\N{EM DASH}": "-",
    "\N{HYPHEN}": "-",
    "\N{NON-BREAKING HYPHEN}": "-",
    "\N{MULTIPLICATION SIGN}": "*",
    "\N{MIDDLE DOT}": "*",
    "\N{DOT OPERATOR}": "*",
    "\N{ASTERISK OPERATOR}": "*",
    "\N{DIVISION SIGN}": "/",
    "\N{FRACTION SLASH}": "/",
    "\N{DIVISION SLASH}": "/",
    "\N{LESS-THAN OR EQUAL TO}": "<=",
    "\N{GREATER-THAN OR EQUAL TO}": ">=",
    "\N{NOT EQUAL TO}": "!=",
    "\N{SQUARE ROOT}": "sqrt(...)",
    "{": "(",
    "}": ")",
    "%": "mod(a, b)",
    "&": "a*b, for conditions a and b",
    "!": "!=",
}

_CLOSER = {"(": ")", "[": "]"}
_OPENER = {")": "(", "]": "["}

# An operator between two operands, after blanks and comments.
_OPERATOR = re.compile(r"(?:\s|#[^\n]*)*([-+/@^]|\*\*?|[<>=!]=?)")

# A number as somebody may have meant it, of which the grammar reads a part.
_NUMBERLIKE = re.compile(r"[\w.]*(?:(?<=[eE])[+-]\w*)?")


def _error(
    text: str, span: Span, message: str, hint: str | None = None
) -> FormulaSyntaxError:
    return FormulaSyntaxError(message, source=text, span=span, hint=hint)


def _named(character: str) -> str:
    """The character quoted, with its Unicode name where it may not be readable."""
    if character.isascii() and character.isprintable():
        return f"'{character}'"
    code = f"U+{ord(character):04X}"
    name = unicodedata.name(character, "")
    shown = f"'{character}' " if character.isprintable() else ""
    return f"{shown}({code} {name})" if name else f"{shown}({code})"


def operator_span(text: str, node: Syntax) -> Span:
    """Where the node's operator stands, or the whole node if it has none."""
    if node[0] != OPERATION or len(node) < 6:
        return node[1], node[2]
    match = _OPERATOR.match(text, node[4][2], node[5][1])
    return match.span(1) if match else (node[1], node[2])


def empty_formula(text: str) -> FormulaSyntaxError:
    return _error(text, (0, 0), "the formula is empty", "a formula such as x*y + 1")


def unexpected_character(text: str, position: int) -> FormulaSyntaxError:
    character = text[position]
    hint = None
    if character in _LOOKALIKES:
        hint = f"write {_LOOKALIKES[character]}"
    elif unicodedata.category(character) == "No":
        digit = unicodedata.normalize("NFKC", character)
        hint = f"write ^{digit}" if digit.isdigit() else None
    elif character in "'\"":
        hint = "a formula has no text in quotes; names are written without"
    elif character == ".":
        hint = "a number needs a digit beside its point"
    elif character == ":":
        hint = "a range such as x=-5:5 is given as an option, --x=-5:5"
    return _error(
        text,
        (position, position + 1),
        f"{_named(character)} is not part of the language",
        hint,
    )


def unusable_name(text: str, start: int, end: int) -> FormulaSyntaxError:
    name = text[start:end]
    for offset, character in enumerate(name):
        if not ("x" + character).isidentifier() and character != "_":
            digit = unicodedata.normalize("NFKC", character)
            hint = None
            if digit.isdigit() and offset > 0:
                hint = f"write {name[:offset]}^{digit} or {name[:offset]}_{digit}"
            return _error(
                text,
                (start + offset, start + offset + 1),
                f"{_named(character)} cannot be part of a name",
                hint,
            )
    return _error(text, (start, end), f"'{name}' cannot be a name")


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
                return _error(
                    text,
                    (position, position + 1),
                    f"'{character}' is never closed",
                    f"add the '{_CLOSER[character]}' that belongs to it",
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
                return _error(
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
                return _error(
                    text,
                    (partial[1], partial[2]),
                    "only a function can have a derivative rule after '|'",
                )
        for parameter in allowed:
            if parameter[0] == DEFAULT:
                roots.append(parameter[4])
            elif parameter[0] != NAME:
                return _error(
                    text,
                    (parameter[1], parameter[2]),
                    "a parameter must be a name",
                )
        while roots:
            node = roots.pop()
            if node[0] == DEFAULT:
                return _error(
                    text,
                    (node[1], node[2]),
                    "an argument is given by its place, not by its name",
                    f"write only {text[node[4][1] : node[4][2]]}",
                )
            roots.extend(node[4:])
    return None


def unexpected_token(text: str, problem: Any) -> FormulaSyntaxError:
    """The mistake behind Lark's error, from what stands before the token."""
    token = problem.token
    kind = token.type
    before = problem.state.value_stack[-1] if problem.state.value_stack else None
    if kind == "$END":
        return _early_end(text, before)
    start, end = token.start_pos, token.end_pos
    written = text[start:end]
    operand = _operand_before(problem.state.value_stack)
    if operand is not None:
        return _after_operand(text, problem, operand, kind, (start, end))
    if kind == "SEPARATOR" and written == "\n":
        return _early_end(text[:start], before, whole=text)
    return _operand_missing(text, before, kind, (start, end))


def _operand_before(stack: list[Any]) -> Syntax | None:
    """The complete operand at the end of the parser's stack, if there is one.

    After a closing bracket it is still in pieces: it starts at the bracket's opener,
    or at the name of the function that is called.
    """
    if not stack or not isinstance(stack[-1], tuple):
        return None
    last = stack[-1]
    if last[0] in ("RPAR", "RSQB"):
        opener = "LPAR" if last[0] == "RPAR" else "LSQB"
        for position in range(len(stack) - 2, -1, -1):
            piece = stack[position]
            if isinstance(piece, tuple) and piece[0] == opener:
                start = piece[1]
                ahead = stack[position - 1] if position else None
                if isinstance(ahead, tuple) and ahead[2] == start:
                    called = ahead[0] == "NAME" or not ahead[0].isupper()
                    start = ahead[1] if called else start
                return (GROUP, start, last[2], None)
    if last[0].isupper() and last[0] not in ("NAME", "NUMBER"):
        return None
    operand: Syntax = last
    return operand


def _early_end(
    text: str, before: Any, *, whole: str | None = None
) -> FormulaSyntaxError:
    stop = len(text.rstrip())
    if before is not None and isinstance(before, tuple):
        stop = max(stop if whole is None else 0, before[2])
    span = (stop, stop)
    source = text if whole is None else whole
    hint = None
    if whole is not None:
        hint = "a formula goes over several lines inside brackets"
    if before is None or not isinstance(before, tuple):
        return _error(source, span, "the formula ends too early", hint)
    return _error(
        source,
        span,
        f"the formula ends after '{source[before[1] : before[2]]}',"
        " where a value is missing",
        hint,
    )


def _after_operand(
    text: str, problem: Any, before: Syntax, kind: str, span: Span
) -> FormulaSyntaxError:
    start, end = span
    written = text[start:end]
    left = text[before[1] : before[2]]
    if kind in ("NAME", "NUMBER", "LPAR"):
        return _adjacent(text, before, kind, span)
    if kind in ("RPAR", "RSQB"):
        return _closer(text, problem, written, span)
    if kind == "COMPARISON":
        return _error(
            text,
            span,
            "comparisons cannot be chained",
            "for both at once, multiply them: (a < b)*(b < c)",
        )
    if kind == "EQUAL":
        return _error(
            text,
            span,
            "'=' cannot stand here",
            "to compare two values, write ==; a label stands alone before '='",
        )
    if kind == "COMMA":
        return _error(
            text,
            span,
            "a comma outside of brackets",
            f"a list is written in brackets: [{left}, ...]",
        )
    if kind == "SEPARATOR":
        return _error(
            text, span, f"'{written}' inside brackets", "close the bracket before it"
        )
    if kind == "VBAR":
        return _error(
            text,
            span,
            "'|' cannot stand here",
            "it follows the body of a function: f(x) = body | partial",
        )
    if kind == "LSQB":
        return _error(text, span, "'[' cannot stand here")
    return _error(text, span, f"'{written}' cannot stand here")


def _adjacent(text: str, before: Syntax, kind: str, span: Span) -> FormulaSyntaxError:
    """Two operands side by side: a number misspelt, or a missing operator."""
    start, end = span
    left = before
    while left[0] not in ("NAME", "NUMBER", CALL, GROUP) and len(left) > 4:
        left = left[-1]
    left_text = text[left[1] : left[2]]
    touching = left[2] == start
    if left[0] == "NUMBER" and touching and kind in ("NAME", "NUMBER"):
        match = _NUMBERLIKE.match(text, left[1])
        whole = match[0] if match else left_text
        simple = kind == "NAME" and text[start:end].isidentifier()
        exponent = re.fullmatch(r"[eE]\d*[+-]?", whole[len(left_text) :])
        based = left_text == "0" and re.fullmatch(r"0[xob]\w*", whole, re.IGNORECASE)
        if not simple or exponent or based or whole[len(left_text)] == "_":
            return _error(
                text,
                (left[1], left[1] + len(whole)),
                f"'{whole}' is not a number",
                "numbers look like 2, 2.5, .5, 1e-3, 1_000",
            )
    right = text[start:end] if kind != "LPAR" else "(...)"
    if left[0] == "NAME" and kind in ("NAME", "NUMBER") and _is_function(left_text):
        return _error(
            text,
            (left[1], end),
            f"the argument of {left_text} needs parentheses",
            f"{left_text}({right})",
        )
    if len(left_text) > 24:
        left_text = "..." + left_text[-20:]
    return _error(
        text,
        (left[1] if left[2] - left[1] <= 24 else start, end),
        f"there is no operator between '{left_text}' and '{text[start:end]}'",
        f"{left_text}*{right}",
    )


def _is_function(name: str) -> bool:
    from gradcalc.language.functions import is_function

    return is_function(name)


def _closer(text: str, problem: Any, written: str, span: Span) -> FormulaSyntaxError:
    for value in reversed(problem.state.value_stack):
        if isinstance(value, tuple) and value[0] in ("LPAR", "LSQB"):
            opener = value[3]
            return _error(
                text,
                span,
                f"'{written}' does not close '{opener}'",
                f"write '{_CLOSER[opener]}'",
            )
    return _error(
        text,
        span,
        f"'{written}' closes nothing",
        f"remove it, or add the '{_OPENER[written]}' that belongs to it",
    )


def _operand_missing(
    text: str, before: Any, kind: str, span: Span
) -> FormulaSyntaxError:
    written = text[span[0] : span[1]]
    if kind in ("RPAR", "RSQB") and (before is None or not isinstance(before, tuple)):
        return _closer_alone(text, written, span)
    if before is None or not isinstance(before, tuple) or before[0] == "SEPARATOR":
        if kind in ("RPAR", "RSQB"):
            return _closer_alone(text, written, span)
        return _error(text, span, f"a value is missing before '{written}'")
    left = text[before[1] : before[2]]
    if before[0] == "LPAR" and kind == "RPAR":
        return _error(
            text, (before[1], span[1]), "there is nothing between the parentheses"
        )
    shown = "\\n" if written == "\n" else written
    return _error(text, span, f"a value is missing between '{left}' and '{shown}'")


def _closer_alone(text: str, written: str, span: Span) -> FormulaSyntaxError:
    return _error(
        text,
        span,
        f"'{written}' closes nothing",
        f"remove it, or add the '{_OPENER[written]}' that belongs to it",
    )
