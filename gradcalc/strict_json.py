"""Strict JSON, in which answers are written and files are read.

JSON has no number for NaN and the infinities; they are written as strings.
"""

from functools import cache
from math import inf, isfinite, nan
from typing import Any

from gradcalc.errors import DataError
from gradcalc.wording import listing, plural, unprintable

# The version of what `--json` prints.
SCHEMA = 1

_NOT_FINITE = {"NaN": nan, "Infinity": inf, "-Infinity": -inf}

# Whole numbers of so many digits are beyond all doubles; Python refuses thousands.
_MOST_DIGITS = 400

# What JSON calls so.
Object = dict[str, Any]


def json_value(value: Any) -> Any:
    """The value with NaN and the infinities as strings, in lists and objects too."""
    if isinstance(value, float):
        if isfinite(value):
            return value
        return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, list | tuple):
        return [json_value(entry) for entry in value]
    if isinstance(value, dict):
        return {name: json_value(entry) for name, entry in value.items()}
    return value


def from_json_value(value: Any) -> Any:
    """The number or list that `json_value` wrote: its strings are numbers again."""
    if isinstance(value, list):
        return [from_json_value(entry) for entry in value]
    return _NOT_FINITE.get(value, value) if isinstance(value, str) else value


def write_json(
    content: Any, *, ascii_only: bool = False, indent: int | None = None
) -> str:
    """The content as strict JSON, in which no character is one that terminals obey.

    An escape stands for such a character, and for all that is not ASCII if asked for.
    """
    # Imported here, as below: most commands write and read none.
    import json

    text = json.dumps(content, ensure_ascii=ascii_only, allow_nan=False, indent=indent)
    # What json itself leaves of them; a new line is its own, between two entries.
    escapes = {
        ord(c): "\\u007f" if c == "\x7f" else json.dumps(c)[1:-1]
        for c in unprintable(text)
        if c != "\n"
    }
    return text.translate(escapes) if escapes else text


class JsonError(Exception):
    """JSON that cannot be used: an object in it, or its depth."""


class NotJsonError(JsonError):
    """Text that is not strict JSON: why, and at which character if that is known."""

    def __init__(self, reason: str, position: int | None = None) -> None:
        super().__init__(reason)
        self.position = position


def decoded(text: str) -> Any:
    """The value that the text stands for.

    Raises NotJsonError if it is not JSON, JsonError for an object in which a name
    stands twice: one of the values would be lost.
    """
    import json

    try:
        return _decoder().decode(text)
    except json.JSONDecodeError as error:
        reason = error.msg[:1].lower() + error.msg[1:]
        raise NotJsonError(reason, error.pos) from None
    except RecursionError:
        raise JsonError("its lists are nested too deeply") from None


@cache
def _decoder() -> Any:
    import json

    return json.JSONDecoder(
        object_pairs_hook=_object, parse_int=_whole_number, parse_constant=_constant
    )


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        from collections import Counter

        counts = Counter(name for name, _ in pairs)
        twice = [name or "''" for name, count in counts.items() if count > 1]
        raise JsonError(
            f"{listing(twice)} {plural(twice, 'is', 'are')} given more than once"
        )
    return found


def _whole_number(digits: str) -> float:
    # As a whole number, minus zero would lose its sign.
    exact = len(digits) < _MOST_DIGITS and digits != "-0"
    return int(digits) if exact else float(digits)


def _constant(constant: str) -> Any:
    raise NotJsonError(f"{constant} is not a number")


def read_json(text: str, where: str, *, hint: str | None = None) -> Any:
    """The value that the text stands for.

    Errors call the text `where`, and `hint` says what it should be. Raises DataError if
    the text is not JSON, or holds an object in which a name stands twice.
    """
    try:
        return decoded(text)
    except NotJsonError as error:
        place = error.position
        if place is None:
            raise DataError(f"{where} is not JSON: {error} there") from None
        if not text.strip():
            raise DataError(f"{where} is empty", hint=hint) from None
        reason = str(error)
        at_end = place >= len(text.rstrip())
        if at_end and reason in ("expecting value", "expecting ',' delimiter"):
            reason = "it ends too early"
        line = text.count("\n", 0, place) + 1
        column = place - text.rfind("\n", 0, place)
        raise DataError(
            f"{where} is not JSON: line {line}, column {column}: {reason}", hint=hint
        ) from None
    except JsonError as error:
        raise DataError(f"{where}: {error}") from None
