"""Measured values: a number, a list or a matrix, each number with its uncertainty.

The notations are those of the Guide to the Expression of Uncertainty in Measurement
(JCGM 100:2008, section 7.2.2): 2.0±0.1, also written 2.0+-0.1 and 2.0+/-0.1, with the
digits of the uncertainty in parentheses 2.0(1), or with a relative one 2.0±5%.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gradcalc.errors import BindingError, GradcalcError
from gradcalc.language.bindings import Value, checked_value, constant_value
from gradcalc.shapes import arrange, flatten, shape_of
from gradcalc.wording import quoted, represented

_SIGN = re.compile(r"±|\+/?-")
# 2.0(1), 1.602176634(12)e-19; with a point, 2.0(0.1), it is no count of last digits.
_DIGITS = re.compile(
    r"\s*([-+]?(?:\d+\.?(\d*)|\.(\d+)))\((\d+|\d*\.\d+|\d+\.\d*)\)([eE][-+]?\d+)?\s*"
)
# (2.0±0.1)e3, as results of large exponents are written.
_SCALED = re.compile(r"\s*\(([^()]*)\)([eE][-+]?\d+)\s*")
_FORMS = "write 2.0±0.1 (or 2.0+-0.1), 2.0(1) or 2.0±5%"


@dataclass(frozen=True, slots=True)
class Measurement:
    """A value and the standard uncertainty of each of its numbers, in its shape.

    The two have the same unit, whatever it is. An uncertainty of 0 is that of an exact
    number.
    """

    value: Value
    sigma: Value


def measurement(name: str, given: Any) -> Measurement:
    """What is given for a name: a Measurement, a pair (value, sigma) or a plain value.

    One sigma may stand for all numbers of a list. Raises BindingError for what is no
    number, a sigma that is negative or not finite, or of another shape.
    """
    value, sigma = given, 0.0
    if isinstance(given, Measurement):
        value, sigma = given.value, given.sigma
    elif isinstance(given, tuple) and len(given) == 2:
        value, sigma = given
    elif isinstance(given, Mapping):
        if set(given) - {"value", "sigma"} or "value" not in given:
            raise BindingError(
                f"the value of {name} is an object, but not of value and sigma",
                hint='write {"value": 2.0, "sigma": 0.1}',
            )
        value, sigma = given["value"], given.get("sigma", 0.0)
    elif isinstance(given, str):
        return measurement(name, measured(given))
    value = checked_value(name, value)
    sigma = checked_value(f"the sigma of {name}", sigma)
    shape = shape_of(value)
    if not isinstance(sigma, list):
        sigma = arrange([sigma] * math.prod(shape), shape)
    elif shape_of(sigma) != shape:
        raise BindingError(f"the sigma of {name} has another shape than its value")
    for each in flatten(sigma):
        if not 0 <= each < math.inf:
            raise BindingError(
                f"the sigma of {name} is {represented(each)}",
                hint="an uncertainty is a finite number from 0 up",
            )
    return Measurement(value, sigma)


def measured(text: str) -> Measurement:
    """The measurement that a text stands for, its numbers as formulas of numbers.

    Raises GradcalcError, with a span in the text of the value or of the uncertainty.
    """
    whole = re.fullmatch(rf"\s*(\[.*\])\s*(?:{_SIGN.pattern})(.*)", text, re.DOTALL)
    if whole is not None and whole[2].strip():
        return _of_texts(*_with_sigma(whole[1], whole[2]))
    values, sigmas = [], []
    for cell, separator in _cells(text):
        value, sigma = _split(cell)
        values += [value, separator]
        sigmas += [sigma if value.strip() else value, separator]
    return _of_texts("".join(values), "".join(sigmas))


def _of_texts(value: str, sigma: str) -> Measurement:
    try:
        spread = constant_value(sigma)
    except GradcalcError as error:
        raise error.but(
            BindingError,
            message=f"the uncertainty: {error.message}",
            hint=error.page_hint or _FORMS,
        ) from None
    number = constant_value(value)
    if not isinstance(spread, list) and isinstance(number, list):
        shape = shape_of(number)
        spread = arrange([spread] * math.prod(shape), shape)
    return Measurement(number, spread)


def _cells(text: str) -> list[tuple[str, str]]:
    """What stands between the separators of lists, each with the one that follows."""
    found, start, depth = [], 0, 0
    for place, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth <= 0 and character in "[],;":
            found.append((text[start:place], character))
            start = place + 1
    return [*found, (text[start:], "")]


def _split(cell: str) -> tuple[str, str]:
    """The texts of the value and of the uncertainty of one number."""
    if match := _DIGITS.fullmatch(cell):
        number, decimals, more, digits, exponent = match.groups()
        exponent = exponent or ""
        if "." in digits:
            return number + exponent, digits + exponent
        places = len(decimals or more or "")
        return number + exponent, f"{digits}e{int(exponent[1:] or 0) - places}"
    if match := _SCALED.fullmatch(cell):
        value, sigma = _split(match[1])
        return f"({value})*1{match[2]}", f"({sigma})*1{match[2]}"
    signs = list(_SIGN.finditer(cell))
    if not signs:
        return cell, "0"
    if len(signs) > 1:
        raise BindingError(f"{quoted(cell.strip())} has two uncertainties", hint=_FORMS)
    value, sigma = cell[: signs[0].start()], cell[signs[0].end() :]
    if not value.strip() or not sigma.strip():
        side = "value" if sigma.strip() else "uncertainty"
        raise BindingError(f"{quoted(cell.strip())} has no {side}", hint=_FORMS)
    return _with_sigma(value, sigma)


def _with_sigma(value: str, sigma: str) -> tuple[str, str]:
    """The two texts, where the uncertainty may be a share of the value."""
    share = sigma.strip()
    if share.endswith("%"):
        return value, f"abs({value})*({share[:-1]})/100"
    return value, sigma
