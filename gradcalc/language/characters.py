"""What is said of characters that are no part of the language, and what to write."""

import unicodedata

from gradcalc.errors import FormulaSyntaxError

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
    "&": "a*b, for conditions a and b",
}

_QUOTES = "'\"`\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}"

_HINTS = {
    **dict.fromkeys(
        _QUOTES, "a formula has no text in quotes; names are written without"
    ),
    ".": "a number needs a digit beside its point",
    "!": "not equal is !=, the opposite of a condition c is 1 - c",
    "?": "to choose between two values, write where(condition, a, b)",
    "\\": "a formula goes over several lines inside brackets",
}


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
    if character in _LOOKALIKES:
        return f"write {_LOOKALIKES[character]}"
    if character in _HINTS:
        return _HINTS[character]
    if character == ":":
        if text.count("[", 0, position) > text.count("]", 0, position):
            return "an index takes one element; v[-1] is the last"
        return "only gradcalc plot takes a range, as an option: --x=-5:5"
    if unicodedata.category(character) == "Zs":
        return "write an ordinary space"
    if unicodedata.category(character) in ("Cc", "Cf"):
        return "it cannot be seen; remove it"
    plain = unicodedata.normalize("NFKC", character)
    return f"write {plain}" if plain != character and plain.isascii() else None


def unexpected_character(text: str, position: int) -> FormulaSyntaxError:
    return FormulaSyntaxError(
        f"{_named(text[position])} is not part of the language",
        source=text,
        span=(position, position + 1),
        hint=_hint(text, position),
    )


def unusable_name(text: str, start: int, end: int) -> FormulaSyntaxError:
    """A word with a character such as ² that Python, too, refuses in a name."""
    name = text[start:end]
    for offset, character in enumerate(name):
        if not ("x" + character).isidentifier():
            place = (
                "cannot be part of a name" if offset else "is not part of the language"
            )
            return FormulaSyntaxError(
                f"{_named(character)} {place}",
                source=text,
                span=(start + offset, start + offset + 1),
                hint=_digit_hint(name[:offset], character),
            )
    return FormulaSyntaxError(
        f"'{name}' cannot be a name", source=text, span=(start, end)
    )


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
