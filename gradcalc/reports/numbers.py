"""Numbers as people read them, and as scripts do."""

from collections.abc import Callable, Sequence
from math import inf, isfinite
from typing import Any

# What is off by an ulp or two, 0.30000000000000004, is shown as what it stands for;
# a number that needs more digits than this is shown to its last one.
_SHORT = 12


def format_number(x: float, precision: int | None = None) -> str:
    """The number as text.

    With a precision, that many significant digits, without trailing zeros. Without one,
    the shortest text that reads back as the same number, except that a number within
    rounding of one of at most 12 digits is shown as that one.
    """
    if x != x:
        return "NaN"
    if x == 0:
        # The sign of a zero is for machines: JSON has it.
        return "0"
    if precision is not None:
        return _plain(f"{x:.{precision}g}")
    near = float(f"{x:.15g}")
    # The largest doubles round to infinity.
    rounded = _plain(repr(near if abs(near) != inf else float(x)))
    digits = rounded.partition("e")[0].replace(".", "").strip("-0")
    return rounded if len(digits) <= _SHORT else _plain(repr(float(x)))


def exact_number(x: float, precision: int | None = None) -> str:
    """The number as a script reads it: the shortest text of the same double.

    With a precision, that many significant digits.
    """
    if x != x or precision is not None:
        return format_number(x, precision)
    return _plain(repr(float(x)))


def _plain(text: str) -> str:
    """Python's text of a number without `.0`, `e+` and zeros before an exponent."""
    mantissa, e, exponent = text.partition("e")
    mantissa = mantissa.removesuffix(".0")
    return f"{mantissa}e{int(exponent)}" if e else mantissa


def format_value(
    value: Any,
    precision: int | None = None,
    number: Callable[[float, int | None], str] = format_number,
) -> str:
    """A number, or a nested list of them as JSON spells lists: `[1, 2.5]`.

    `number` spells each: `format_number` for people, `exact_number` for scripts.
    """
    if isinstance(value, list | tuple):
        entries = [format_value(entry, precision, number) for entry in value]
        return f"[{', '.join(entries)}]"
    return "null" if value is None else number(value, precision)


def align_numbers(texts: Sequence[str]) -> list[str]:
    """The texts padded so that their decimal points stand in one column.

    Texts that would grow far wider that way come back padded to end together.
    """
    parts = [_split_at_point(text) for text in texts]
    left = max((len(whole) for whole, _ in parts), default=0)
    right = max((len(rest) for _, rest in parts), default=0)
    longest = max((len(text) for text in texts), default=0)
    if left + right > longest + 8:
        return [text.rjust(longest) for text in texts]
    return [whole.rjust(left) + rest.ljust(right) for whole, rest in parts]


def _split_at_point(text: str) -> tuple[str, str]:
    end = next((k for k, character in enumerate(text) if character in ".e"), len(text))
    return text[:end], text[end:]


def spans_decades(numbers: Sequence[float]) -> bool:
    """Whether a logarithmic axis suits them: positive, over more than two decades."""
    finite = list(filter(isfinite, numbers))
    return bool(finite) and 0 < min(finite) < max(finite) / 100
