"""The errors for where the parser cannot go on: the mistake behind each."""

import re
from typing import Any

from gradcalc.errors import FormulaSyntaxError, Span
from gradcalc.language.grammar import END
from gradcalc.language.library import known_functions
from gradcalc.language.mistakes import CLOSER, mistake
from gradcalc.language.syntax import CALL, GROUP, Syntax, span_of

# Words and pairs of operators of other languages, and what to write here.
_BOTH = "for both conditions at once, multiply them: (a)*(b)"
_EITHER = "for one condition or the other, write max(a, b)"
_CHOICE = "to choose between two values, write where(condition, a, b)"
_FUNCTION = "a function is defined by a line such as f(x) = x^2"
WORDS = {
    "and": _BOTH,
    "or": _EITHER,
    "not": "for the opposite of a condition c, write 1 - c",
    "if": _CHOICE,
    "then": _CHOICE,
    "else": _CHOICE,
    "lambda": _FUNCTION,
    "def": _FUNCTION,
    "let": "a label is defined by a line such as y = x^2",
}
PAIRS = {
    "<>": "write !=",
    "=>": "write >=",
    "=<": "write <=",
    "==": "write ==",
    "//": "for the whole part of a/b, write floor(a/b)",
    "**": "write **",
    "^^": "write ^",
}

# The message and the hint for a lexeme behind a complete operand.
_MISPLACED: dict[str, tuple[str, str | None]] = {
    "COMPARISON": (
        "comparisons cannot be chained",
        "for both at once, multiply them: (a < b)*(b < c)",
    ),
    "EQUAL": (
        "'=' cannot stand here",
        "to compare two values, write ==; a label stands alone before '='",
    ),
    "SEPARATOR": (
        "'{}' cannot stand inside brackets",
        "separate items by commas, or close the bracket before it",
    ),
    "VBAR": (
        "'|' cannot stand here",
        "it follows the body of a function: f(x) = body | partial; " + _EITHER,
    ),
}

_OPENER = {closer: opener for opener, closer in CLOSER.items()}

# A number as somebody may have meant it, of which the grammar reads a part.
_NUMBERLIKE = re.compile(r"[\w.]*(?:(?<=[eE])[+-]\w*)?")
_GROUPED = re.compile(r"(?<![\d.])\d{1,3}(,\d{3})+(?![\d.])")
_ASSIGNS = re.compile(r"\s*=(?!=)")
_OPENS = re.compile(r"\s*\(")


def unexpected_lexeme(
    text: str, lexeme: Syntax, stack: list[Any]
) -> FormulaSyntaxError:
    """The error for a lexeme that may not follow the values on the parser's stack."""
    kind, start, end, _ = lexeme
    before = stack[-1] if stack else None
    if kind == END:
        return _early_end(text, before)
    written = text[start:end]
    operand = _operand_before(stack)
    if operand is not None:
        return _after_operand(text, stack, operand, kind, (start, end))
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
    """The error for a formula that ends before it is complete, `before` being last."""
    source, hint = text, None
    if whole is not None:
        source, hint = whole, "a formula goes over several lines inside brackets"
    stop = len(text.rstrip())
    message = "the formula ends too early"
    if isinstance(before, tuple):
        start, stop = span_of(before)
        message = (
            f"the formula ends after '{source[start:stop]}', where a value is missing"
        )
    return mistake(source, (stop, stop), message, hint)


def _after_operand(
    text: str, stack: list[Any], before: Syntax, kind: str, span: Span
) -> FormulaSyntaxError:
    start, end = span
    written = text[start:end]
    if kind in ("NAME", "NUMBER", "LPAR"):
        return _adjacent(text, stack, before, kind, span)
    if kind in ("RPAR", "RSQB"):
        return _closer(text, stack, written, span)
    if kind == "COMMA":
        return mistake(
            text, span, "a comma cannot stand here", _comma_hint(text, stack, before)
        )
    message, hint = _MISPLACED.get(kind, ("'{}' cannot stand here", None))
    return mistake(text, span, message.format(written), hint)


def _bracket(stack: list[Any]) -> tuple[Any, Any]:
    """The innermost open bracket of the parser's stack, and what stands before it."""
    closed = 0
    for position in range(len(stack) - 1, -1, -1):
        piece = stack[position]
        if not isinstance(piece, tuple):
            continue
        closed += piece[0] in ("RPAR", "RSQB")
        if piece[0] in ("LPAR", "LSQB"):
            if closed == 0:
                return piece, stack[position - 1] if position else None
            closed -= 1
    return None, None


def _comma_hint(text: str, stack: list[Any], before: Syntax) -> str:
    bracket, owner = _bracket(stack)
    if bracket is not None and bracket[0] == "LSQB" and _operand_before([owner]):
        return "an element of a matrix is written m[0][1]"
    grouped = _GROUPED.match(text, before[1])
    if bracket is None and grouped:
        return f"digits are grouped by _: {grouped[0].replace(',', '_')}"
    left = text[before[1] : before[2]]
    return f"a list is written in brackets: [{left if len(left) <= 24 else 'a'}, ...]"


def _adjacent(
    text: str, stack: list[Any], before: Syntax, kind: str, span: Span
) -> FormulaSyntaxError:
    """Two operands side by side: a number misspelt, or a missing operator."""
    start, end = span
    left = before
    while left[0] not in ("NAME", "NUMBER", CALL, GROUP) and len(left) > 4:
        left = left[-1]
    left_text = text[left[1] : left[2]]
    if left[0] == "NUMBER" and left[2] == start and kind in ("NAME", "NUMBER"):
        number = _misspelt_number(text, left, kind, span)
        if number is not None:
            return number
    right = text[start:end] if kind != "LPAR" else "(...)"
    if kind == "NAME":
        if text[start:end] in WORDS or left_text in WORDS:
            word = span if text[start:end] in WORDS else (left[1], left[2])
            written = text[word[0] : word[1]]
            return mistake(
                text, word, f"'{written}' is not part of the language", WORDS[written]
            )
        if _ASSIGNS.match(text, end):
            return mistake(
                text,
                span,
                f"a new statement cannot begin at '{right}'",
                "separate statements by ; or a new line",
            )
        if _OPENS.match(text, end) or right in known_functions():
            right += "(...)"
    if (
        left[0] == "NAME"
        and kind in ("NAME", "NUMBER")
        and left_text in known_functions()
    ):
        return mistake(
            text,
            (left[1], end),
            f"the argument of {left_text} needs parentheses",
            f"{left_text}({right})",
        )
    padded: list[Any] = [None, None, *stack]
    *_, base, operator, _ = padded
    if kind == "LPAR" and _is_lexeme(operator, "POWER") and _is_lexeme(base, "NAME"):
        name = base[3]
        if name in known_functions():
            return mistake(
                text,
                (base[1], left[2]),
                f"the argument of {name} must follow it at once",
                f"{name}(...){text[base[2] : left[2]]}",
            )
    bracket, _ = _bracket(stack)
    joint = ", " if bracket and left[0] == kind == "NUMBER" else "*"
    if len(left_text) > 24:
        left_text = "..." + left_text[-20:]
    return mistake(
        text,
        (left[1] if left[2] - left[1] <= 24 else start, end),
        f"there is no operator between '{left_text}' and '{text[start:end]}'",
        f"{left_text}{joint}{right}",
    )


def _misspelt_number(
    text: str, left: Syntax, kind: str, span: Span
) -> FormulaSyntaxError | None:
    """A number that the grammar read only in part, unless it is one beside a name."""
    left_text = text[left[1] : left[2]]
    match = _NUMBERLIKE.match(text, left[1])
    whole = match[0] if match else left_text
    simple = kind == "NAME" and text[span[0] : span[1]].isidentifier()
    exponent = re.fullmatch(r"[eE]\d*[+-]?", whole[len(left_text) :])
    based = left_text == "0" and re.fullmatch(r"0[xob]\w*", whole, re.IGNORECASE)
    if simple and not exponent and not based and whole[len(left_text)] != "_":
        return None
    return mistake(
        text,
        (left[1], left[1] + len(whole)),
        f"'{whole}' is not a number",
        "numbers look like 2, 2.5, .5, 1e-3, 1_000",
    )


def _is_lexeme(piece: Any, kind: str) -> bool:
    return isinstance(piece, tuple) and piece[0] == kind


def _closer(
    text: str, stack: list[Any], written: str, span: Span
) -> FormulaSyntaxError:
    for value in reversed(stack):
        if isinstance(value, tuple) and value[0] in ("LPAR", "LSQB"):
            opener = value[3]
            return mistake(
                text,
                span,
                f"'{written}' does not close '{opener}'",
                f"write '{CLOSER[opener]}'",
            )
    return _closer_alone(text, written, span)


def _operand_missing(
    text: str, before: Any, kind: str, span: Span
) -> FormulaSyntaxError:
    written = text[span[0] : span[1]]
    if not isinstance(before, tuple) or before[0] == "SEPARATOR":
        if kind in ("RPAR", "RSQB"):
            return _closer_alone(text, written, span)
        hint = "the absolute value is abs(x)" if written == "|" else None
        return mistake(text, span, f"a value is missing before '{written}'", hint)
    left = text[slice(*span_of(before))]
    if before[0] == "LPAR" and kind == "RPAR":
        return mistake(
            text, (before[1], span[1]), "there is nothing between the parentheses"
        )
    shown = "\\n" if written == "\n" else written
    return mistake(
        text,
        span,
        f"a value is missing between '{left}' and '{shown}'",
        PAIRS.get(left + written),
    )


def _closer_alone(text: str, written: str, span: Span) -> FormulaSyntaxError:
    return mistake(
        text,
        span,
        f"'{written}' closes nothing",
        f"remove it, or add the '{_OPENER[written]}' that belongs to it",
    )
