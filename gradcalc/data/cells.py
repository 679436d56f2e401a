"""What a cell of data holds: a number or the name of a class."""

import math
from typing import Any

from gradcalc.wording import cut_end


def number_in(cell: Any) -> float:
    """The finite number that the cell holds, as text or as a number of JSON.

    Raises ValueError with what is wrong, as the end of a sentence about the cell.
    """
    if isinstance(cell, str):
        try:
            # Python's numbers may hold underscores, those of data do not.
            number = float(cell.replace("_", "?"))
        except ValueError:
            if not cell.strip():
                raise ValueError("the cell is empty") from None
            raise ValueError(f"{shown(cell)} is not a number") from None
    elif isinstance(cell, (int, float)) and not isinstance(cell, bool):
        try:
            number = float(cell)
        except OverflowError:
            number = math.inf
    elif cell is None:
        raise ValueError("the value is null")
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


def shown(cell: Any, limit: int = 40) -> str:
    """The cell as a sentence shows it, on one line and cut to a length."""
    if isinstance(cell, str):
        text = "'" + " ".join(cell.split()) + "'"
    elif isinstance(cell, bool):
        text = "true" if cell else "false"
    elif isinstance(cell, dict):
        text = "an object"
    elif isinstance(cell, list):
        text = "a list"
    else:
        text = str(cell)
    return cut_end(text, limit)
