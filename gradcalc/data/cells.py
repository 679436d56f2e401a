"""What a cell of data holds: a number or the name of a class."""

import math
import re
from typing import Any

from gradcalc.strict_json import json_value, write_json
from gradcalc.wording import cut_end

# How NaN and the infinities are written, by gradcalc and by others.
_NOT_FINITE = re.compile(r"\s*(nan|[+-]?inf(inity)?)\s*", re.IGNORECASE)


class EmptyError(ValueError):
    """The cell is empty, or null."""


def number_in(cell: Any, *, finite: bool = True) -> float:
    """The number that the cell holds, as text or as a number of JSON.

    Unless `finite`, the text may also stand for NaN or an infinity. Raises ValueError
    with what is wrong, as the end of a sentence about the cell; EmptyError if there is
    nothing in it.
    """
    if isinstance(cell, str):
        try:
            # Python's numbers may hold underscores, those of data do not.
            number = float(cell.replace("_", "?"))
        except ValueError:
            if not cell.strip():
                raise EmptyError("the cell is empty") from None
            raise ValueError(f"{shown(cell)} is not a number") from None
        # Not what is too large for a double.
        if not finite and not math.isfinite(number) and _NOT_FINITE.fullmatch(cell):
            return number
    elif isinstance(cell, (int, float)) and not isinstance(cell, bool):
        try:
            number = float(cell)
        except OverflowError:
            number = math.inf
    elif cell is None:
        raise EmptyError("the value is null")
    else:
        raise ValueError(f"{shown(cell)} is not a number")
    if not math.isfinite(number):
        raise ValueError(f"{shown(cell)} is not a finite number")
    return number


def class_in(cell: Any) -> str:
    """The name of the class that the cell holds. Raises ValueError if there is none."""
    if isinstance(cell, str):
        name = cell.strip()
        if not name:
            raise ValueError("the cell is empty")
        if not is_unicode(name):
            raise ValueError(f"{shown(name)} is not Unicode text")
        return name
    if cell is None:
        raise ValueError("the value is null")
    if isinstance(cell, (dict, list)):
        raise ValueError(f"{shown(cell)} is not the name of a class")
    # A class called 1 or true in JSON has the name that it has in a table of text.
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        if not math.isfinite(cell):
            raise ValueError(f"{shown(cell)} is not the name of a class")
        return f"{cell:.0f}" if cell.is_integer() else repr(cell)
    return str(cell)


def is_unicode(text: str) -> bool:
    """Whether the text can be written: JSON's escapes may make halves of characters."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def cells_of(value: Any) -> list[Any]:
    """The numbers and texts in the lists and objects of the value, however deep."""
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        return [value]
    return [cell for item in value for cell in cells_of(item)]


# A number as JSON spells it.
_JSON_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,300})(\.[0-9]+)?([eE][+-]?[0-9]+)?")


def json_cell(text: str) -> Any:
    """What the text of a cell is in JSON: a number if JSON spells it so; null if empty.

    Whole numbers keep all their digits.
    """
    match = _JSON_NUMBER.fullmatch(text)
    if not match:
        return text or None
    return float(text) if match[2] or match[3] or text == "-0" else int(text)


def table_cell(value: Any, delimiter: str) -> str:
    """The value as a cell of a row, in quotation marks if it needs them."""
    if isinstance(value, float):
        return repr(value) if value == value else "NaN"
    if value is None:
        return ""
    text = value if isinstance(value, str) else write_json(json_value(value))
    if any(character in text for character in (delimiter, '"', "\n", "\r")):
        return '"' + text.replace('"', '""') + '"'
    return text


def shown(cell: Any, limit: int = 40) -> str:
    """The cell as a sentence shows it, on one line and cut to a length."""
    if isinstance(cell, str):
        text = "'" + " ".join(cell.split()) + "'"
    elif isinstance(cell, bool):
        text = "true" if cell else "false"
    elif cell is None:
        text = "null"
    elif isinstance(cell, dict):
        text = "an object"
    elif isinstance(cell, list):
        text = "a list"
    else:
        text = str(cell)
    return cut_end(text, limit)
