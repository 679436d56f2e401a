"""Inputs brought to one size: minus their mean, over their standard deviation.

A formula is trained on its inputs as they are, and scales them itself: statements that
do so stand before it. Where these can be left out, because parameters of the formula
can take them over, `folding` says.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count

from gradcalc.language.names import read_program
from gradcalc.language.syntax import DIFF, NAME, Statement, Syntax, differentiated_by
from gradcalc.learning.epochs import Example
from gradcalc.operations import CALLABLE, CONSTANT_NAMES
from gradcalc.shapes import Shape, Structure, arrange, flatten

# The mean and deviation of what stays as it is.
_UNSCALED = 0.0, 1.0


@dataclass(frozen=True)
class Scale:
    """Mean and standard deviation of an input over rows, shaped like the input.

    An element that is the same in every row stays as it is: they are 0 and 1.
    """

    mean: Structure
    deviation: Structure


def scales_of(rows: Sequence[Example], inputs: Mapping[str, Shape]) -> dict[str, Scale]:
    """The scale of each input that is not the same in every row.

    The rows begin with the numbers of the inputs. The deviation is that of the rows
    themselves: it divides by their number.
    """
    columns = zip(*rows, strict=True)
    found = {}
    for name, shape in inputs.items():
        pairs = [_moments(next(columns)) for _ in range(math.prod(shape))]
        if any(pair != _UNSCALED for pair in pairs):
            means, deviations = zip(*pairs, strict=True)
            found[name] = Scale(arrange(means, shape), arrange(deviations, shape))
    return found


def _moments(numbers: Sequence[float]) -> tuple[float, float]:
    low, high = min(numbers), max(numbers)
    largest = max(abs(low), abs(high))
    if low == high or largest < 1e-290:
        return _UNSCALED
    # So that no square leaves the range of doubles.
    unit = 1.0 if 1e-100 < largest < 1e100 else largest
    shares = [number / unit for number in numbers]
    mean = math.fsum(shares) / len(shares)
    variance = math.fsum((share - mean) ** 2 for share in shares) / len(shares)
    deviation = math.sqrt(variance) * unit
    return (mean * unit, deviation) if deviation > 0 else _UNSCALED


def scaled_text(text: str, scales: Mapping[str, Scale], taken: Collection[str]) -> str:
    """The formula with each name that has a scale replaced by what is computed of it.

    New labels are none of the names that are `taken`. What is differentiated by is
    still the input itself.
    """
    if not scales:
        return text
    parsed = read_program(text)
    known = {*taken, *parsed.labels, *parsed.functions, *parsed.mentions()}
    known |= {*CONSTANT_NAMES, *CALLABLE}
    labels = {name: _fresh(f"{name}_scaled", known) for name in scales}
    separator = "\n" if "\n" in text else "; "
    above, edits = "", list[tuple[int, int, str]]()
    for name, scale in scales.items():
        line = f"{labels[name]} = {_scaling(name, scale)}"
        carrying = [each for each in parsed.statements if each.label == name]
        if carrying:
            # The statement that gives the input a value where it has none.
            edits.append((carrying[0].end, carrying[0].end, separator + line))
        else:
            above += line + separator
    for leaf in _names(parsed.statements):
        if leaf[3] in labels:
            edits.append((leaf[1], leaf[2], labels[leaf[3]]))
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return above + text


def _names(statements: Sequence[Statement]) -> list[Syntax]:
    """The free names in the formulas, but for those that `diff` differentiates by."""
    by = {leaf[1] for leaf in names_of_diff(statements)}
    found = list[Syntax]()
    for statement in statements:
        if statement.is_definition:
            found += [*statement.free_names(), *statement.rule_names()]
        else:
            found += [leaf for leaf in statement.code if leaf[0] == NAME]
    return [leaf for leaf in found if leaf[1] not in by]


def names_of_diff(statements: Sequence[Statement]) -> list[Syntax]:
    """The names that `diff` differentiates by, unless the program has its own."""
    if any(each.is_definition and each.left[3] == DIFF for each in statements):
        return []
    found = list[Syntax]()
    for each in statements:
        code = [*each.calls, *each.rule_calls] if each.is_definition else each.code
        found += differentiated_by(code)
    return found


def _fresh(name: str, known: set[str]) -> str:
    choices = chain([name], (f"{name}{number}" for number in count(2)))
    found = next(each for each in choices if each not in known)
    known.add(found)
    return found


def _scaling(name: str, scale: Scale) -> str:
    """The formula of the scaled input."""
    if isinstance(scale.mean, list):
        means, deviations = (
            f"[{', '.join(map(_number, flatten(part)))}]"
            for part in (scale.mean, scale.deviation)
        )
        return f"({name} - {means})/{deviations}"
    sign = "+" if scale.mean < 0 else "-"
    return f"({name} {sign} {_number(abs(scale.mean))})/{_number(scale.deviation)}"


def _number(number: float) -> str:
    return repr(number).removesuffix(".0")
