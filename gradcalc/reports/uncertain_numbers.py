"""Numbers rounded to what is known of them: as many digits as their uncertainty has."""

import math
from decimal import Decimal

from gradcalc.reports.numbers import format_number

# Of an uncertainty two digits are known at best (JCGM 100:2008, section 7.2.6).
_DIGITS = 2
# Numbers of more digits than this before the point, or zeros behind it, have an
# exponent.
_PLAIN = 7
# A double has so many digits.
_MOST = 17


def with_sigma(value: float, sigma: float, sign: str = "±") -> str:
    """The value rounded to its uncertainty, of which two digits are kept: 23.5 ± 1.1.

    Both as they are where the uncertainty is 0, or below what a double can hold beside
    the value, or one of them is not finite.
    """
    number, spread, power = _to_two_digits(value, sigma)
    pair = f"{number} {sign} {spread}"
    return f"({pair})e{power}" if power else pair


def rounded_pair(value: float, sigma: float) -> tuple[str, str]:
    """The texts of the value rounded so, and of its uncertainty, of one exponent."""
    number, spread, power = _to_two_digits(value, sigma)
    return (f"{number}e{power}", f"{spread}e{power}") if power else (number, spread)


def to_sigma(value: float, sigma: float) -> str:
    """The value alone, rounded so."""
    number, _, power = _to_two_digits(value, sigma)
    return f"{number}e{power}" if power else number


def _to_two_digits(value: float, sigma: float) -> tuple[str, str, int]:
    """The texts of both, and the power of ten that they are multiplied by."""
    if not sigma or not math.isfinite(value) or not math.isfinite(sigma):
        return format_number(value), format_number(sigma), 0
    number, spread, power = Decimal(value), Decimal(sigma), 0
    top = Decimal(f"{spread:.{_DIGITS - 1}e}").adjusted()
    last = top - _DIGITS + 1
    if number:
        top = max(top, number.adjusted())
    if top - last >= _MOST:
        return format_number(value), format_number(sigma, _DIGITS), 0
    if not -_PLAIN < last <= top < _PLAIN:
        power, last = top, last - top
        number, spread = number.scaleb(-power), spread.scaleb(-power)
    return _rounded(number, last), _rounded(spread, last), power


def _rounded(number: Decimal, last: int) -> str:
    """The number rounded to the digit of the last power of ten."""
    places = max(0, -last)
    if last > 0:
        number = number.scaleb(-last).to_integral_value().scaleb(last)
    # No sign for what rounds to 0.
    text = f"{number:.{places}f}"
    return text.removeprefix("-") if not float(text) else text
