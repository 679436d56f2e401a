"""Strict JSON, in which answers are written and files are read.

JSON has no number for NaN and the infinities; they are written as strings.
"""

from collections.abc import Callable
from math import isfinite
from typing import Any

from gradcalc.errors import DataError

# The version of what `--json` prints.
SCHEMA = 1


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


def read_json(
    text: str,
    where: str,
    *,
    hint: str | None = None,
    pairs: Callable[[list[tuple[str, Any]]], Any] | None = None,
    whole: Callable[[str], Any] | None = None,
) -> Any:
    """The value that the text stands for.

    Errors call the text `where`, and `hint` says what it should be. `pairs` turns the
    entries of an object into its value, `whole` the digits of a whole number. Raises
    DataError if the text is not JSON.
    """
    # Imported here: most commands read none.
    import json

    def reject(constant: str) -> Any:
        raise DataError(f"{where} is not JSON: {constant} is not a number there")

    try:
        return json.loads(
            text, object_pairs_hook=pairs, parse_constant=reject, parse_int=whole
        )
    except json.JSONDecodeError as error:
        raise DataError(
            f"{where} is not JSON: line {error.lineno}, column {error.colno}:"
            f" {error.msg[:1].lower()}{error.msg[1:]}",
            hint=hint,
        ) from None
    except RecursionError:
        raise DataError(f"{where}: its lists are nested too deeply") from None
    except ValueError:
        # A whole number of thousands of digits.
        raise DataError(f"{where} is not JSON that can be read") from None
