"""The errors for a text that is no program, but for those where the parser stops.

Brackets without a partner, statements that only the grammar allows, and characters that
are not part of the language, each with a hint at what to write.
"""

import re
import unicodedata

from gradcalc.errors import FormulaSyntaxError, Span
from gradcalc.language.foreign import factorial
from gradcalc.language.syntax import DEFAULT, NAME, PRIMED, Statement, span_of

CLOSER = {"(": ")", "[": "]"}

# What other notations write, and gradcalc's own way.
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
    "\N{DOUBLE VERTICAL LINE}": "norm(...)",
    "\N{INFINITY}": "inf",
    "{": "(",
    "}": ")",
    "%": "mod(a, b)",
    "°": "*pi/180",
    "∑": "sum(...)",
    "∏": "prod(...)",
    "&": "a*b, for conditions a and b",
}

_ACCENTS = "´\N{LEFT SINGLE QUOTATION MARK}"
_QUOTES = "'\"`\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}’"

_NO_RANGE = "a formula takes no range"
_RANGE = "only gradcalc plot takes a range, as an option: --x=-5:5"

_HINTS = {
    **dict.fromkeys(
        _QUOTES, "a formula has no text in quotes; names are written without"
    ),
    ".": "a number needs a digit beside its point",
    "!": "not equal is !=, the opposite of a condition c is 1 - c",
    "?": "to choose between two values, write where(condition, a, b)",
    **dict.fromkeys(_ACCENTS, "the prime of a derivative is ', as in sin'(x)"),
    **dict.fromkeys("∂∇", "the derivative of an expression u by x is diff(u, x)"),
    "\\": "a formula goes over several lines inside brackets",
}


def mistake(
    text: str, span: Span, message: str, hint: str | None = None
) -> FormulaSyntaxError:
    """The error for a span of the text."""
    return FormulaSyntaxError(message, source=text, span=span, hint=hint)


def check_brackets(text: str) -> None:
    """Raise the error for the innermost bracket that is never closed, if any."""
    opened: list[int] = []
    for match in re.finditer(r"#[^\n]*|[][()]", text):
        if match[0] in CLOSER:
            opened.append(match.start())
        elif match[0] in ")]" and opened:
            opened.pop()
    if opened:
        start = opened[-1]
        bracket = text[start]
        hint = f"add the '{CLOSER[bracket]}' that belongs to it"
        message = f"'{bracket}' is never closed"
        raise mistake(text, (start, start + 1), message, hint)


def check_statements(text: str, statements: list[Statement]) -> None:
    """Raise the error for what only the grammar allows.

    That is no statement at all, `name = value` among the arguments of a call that
    defines nothing, or something other than names left of "=".
    """
    if not statements:
        raise mistake(text, (0, 0), "the formula is empty", "a formula such as x*y + 1")
    for statement in statements:
        left = statement.left
        roots = [statement.expression, *statement.partials]
        if statement.is_definition:
            for parameter in left[4:]:
                if parameter[0] == DEFAULT:
                    roots.append(parameter[4])
                elif parameter[0] != NAME:
                    span = span_of(parameter)
                    raise mistake(text, span, "a parameter must be a name")
        elif left is not None and not statement.label:
            message = "only a name or a function such as f(x, y) can stand before '='"
            hint = "to compare two values, write =="
            if left[0] == PRIMED:
                hint = "a function's own derivative follows its body: f(x) = x^2 | 2*x"
            raise mistake(text, span_of(left), message, hint)
        elif statement.partials:
            message = "only a function can have a derivative rule after '|'"
            raise mistake(text, span_of(statement.partials[0]), message)
        while roots:
            node = roots.pop()
            if node[0] == DEFAULT:
                message = "an argument is given by its place, not by its name"
                hint = f"write only {text[slice(*span_of(node[4]))]}"
                raise mistake(text, span_of(node), message, hint)
            roots.extend(node[4:])


def _named(character: str) -> str:
    """The character quoted, with its Unicode name where it may not be readable."""
    if character.isascii() and character.isprintable():
        return f"'{character}'"
    code = f"U+{ord(character):04X}"
    name = unicodedata.name(character, "")
    shown = f"'{character}' " if character.isprintable() else ""
    return f"{shown}({code} {name})" if name else f"{shown}({code})"


def _hint(text: str, position: int) -> str | None:
    """What to write in place of the character."""
    character = text[position]
    following = text[position + 1 :].lstrip(" \t")[:1]
    if character == "%" and following in (*"+-*/^)],;=<>\n", ""):
        return "for a percentage, write /100"
    if character == "!" and following != "=" and (found := factorial(text, position)):
        return found
    if character == "." and (name := _dotted(text, position)):
        return f"write {name}"
    if character in _LOOKALIKES:
        return f"write {_LOOKALIKES[character]}"
    if character in _HINTS:
        return _HINTS[character]
    if character == ":":
        if text.count("[", 0, position) > text.count("]", 0, position):
            return "an index takes one element; v[-1] is the last"
        if text.startswith("=", position + 1):
            return "write ="
        return _NO_RANGE
    if unicodedata.category(character) == "Zs":
        return "write an ordinary space"
    if unicodedata.category(character) in ("Cc", "Cf"):
        return "it cannot be seen; remove it"
    plain = unicodedata.normalize("NFKC", character)
    return f"write {plain}" if plain != character and plain.isascii() else None


def _dotted(text: str, position: int) -> str | None:
    """What to write for a name with a point in it, as math.sin and A.T."""
    before = re.search(r"[^\W\d]\w*$", text[:position])
    after = re.match(r"[^\W\d]\w*", text[position + 1 :])
    if before is None or after is None:
        return None
    if after[0] == "T":
        return f"transpose({before[0]})"
    called = re.match(r"\s*\(", text[position + 1 + after.end() :])
    return f"{after[0]}(...)" if called else None


def unexpected_character(text: str, position: int) -> FormulaSyntaxError:
    """The error for a character of no lexeme."""
    message = f"{_named(text[position])} is not part of the language"
    hint = _hint(text, position)
    error = mistake(text, (position, position + 1), message, hint)
    error.shell_hint = _RANGE if hint == _NO_RANGE else None
    return error


def unusable_name(text: str, start: int, end: int) -> FormulaSyntaxError:
    """A word with a character such as ² that Python, too, refuses in a name."""
    for position in range(start, end):
        character = text[position]
        if not ("x" + character).isidentifier():
            verb = "cannot be part of a name"
            if position == start:
                verb = "is not part of the language"
            message = f"{_named(character)} {verb}"
            hint = _digit_hint(text[start:position], character)
            return mistake(text, (position, position + 1), message, hint)
    return mistake(text, (start, end), f"'{text[start:end]}' cannot be a name")


def _digit_hint(before: str, character: str) -> str | None:
    """What to write for a raised or lowered digit, or a fraction."""
    plain = unicodedata.normalize("NFKC", character)
    if plain.isdigit():
        style = unicodedata.decomposition(character).partition(" ")[0]
        if style == "<super>":
            return f"write ^{plain}"
        return f"write {before}_{plain}" if before else f"write {plain}"
    if "\N{FRACTION SLASH}" in plain:
        return f"write ({plain.replace(chr(0x2044), '/')})"
    return None
