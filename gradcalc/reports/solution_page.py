"""The roots of a formula as a page: where they are, how exactly, and the way there."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from gradcalc.reports.numbers import format_number
from gradcalc.reports.pages import Line, Page, Part, line, paragraphs
from gradcalc.reports.tables import Column, layout
from gradcalc.solving.roots import DOUBLE, MULTIPLE, STRETCH, Found
from gradcalc.solving.solve import Solution
from gradcalc.wording import counted

# More rows than these are left to --json.
_MOST_ROWS = 100
_MOST_DIGITS = 17


def solution_page(
    solution: Solution,
    *,
    trace: bool = False,
    width: int | None = None,
    precision: int | None = None,
    ascii_only: bool = False,
) -> Page:
    """The solution as a page; `width` is the terminal's, None where there is none."""
    sign = "+-" if ascii_only else "±"
    parts: list[Part] = []
    if trace:
        for found in (*solution.roots, *solution.others):
            parts += [*_trace(solution, found, width, precision), line()]
    if len(solution.roots) == 1:
        parts += _root(solution, solution.roots[0], width, precision, sign)
    elif solution.roots:
        parts += _roots(solution, width, precision, sign)
    else:
        parts += [Line([("no root", "bold yellow")])]
    notes = [found.reason for found in solution.others[:_MOST_ROWS]]
    if not solution.solved and not solution.bracketed:
        notes.append(_advice(solution))
    if notes and parts[-1] != line() and solution.roots:
        parts.append(line())
    parts += paragraphs(notes, width)
    return Page(parts)


def _advice(solution: Solution) -> str:
    """What else may find a root."""
    name = solution.equations.names[0]
    if solution.equations.is_single and name.isidentifier():
        return f"another start may find one, or a bracket: --{name}=-10:10"
    return "another start may find one"


def _root(
    solution: Solution,
    found: Found,
    width: int | None,
    precision: int | None,
    sign: str,
) -> Iterator[Part]:
    """One root: its unknowns, and a sentence."""
    names, end = solution.equations.names, found.end
    if len(names) == 1:
        text = _with_error(end.values[0], found.within, precision, sign)
        yield line(f"{names[0]} = {text}", "bold")
    else:
        columns = [
            Column("unknown", names[:_MOST_ROWS], style="cyan"),
            Column("value", list(end.values[:_MOST_ROWS])),
        ]
        if found.within:
            errors = [f"{sign} {_error(each)}" for each in found.within]
            columns.append(Column("within", errors[:_MOST_ROWS], spare=1))
        tables, told = layout(columns, width, precision)
        yield from tables
        if len(names) > _MOST_ROWS:
            left_out = len(names) - _MOST_ROWS
            told.append(f"{left_out} more unknowns are left out; --json has them.")
        yield from paragraphs(told, width)
    yield line()
    yield from paragraphs([_sentence(found)], width)


def _sentence(found: Found) -> str:
    """What is said of a root."""
    steps = counted(len(found.path) - 1, "step")
    value = format_number(max(map(abs, found.end.residuals)), 3)
    size = "the value is" if len(found.end.residuals) == 1 else "no value is above"
    sentence = f"{found.kind} after {steps}: {size} {value} there"
    if found.kind == MULTIPLE and not found.within:
        return f"{sentence}, and the equations' derivatives are singular"
    if found.kind in (DOUBLE, MULTIPLE):
        return f"{sentence}, and so is the slope, so that rounding leaves fewer digits"
    if found.kind == STRETCH:
        return f"{sentence}, and all around; this is one root of many"
    return sentence


def _roots(
    solution: Solution, width: int | None, precision: int | None, sign: str
) -> Iterator[Part]:
    """Several roots of one unknown, one a row."""
    shown = solution.roots[:_MOST_ROWS]
    columns = [
        Column(solution.equations.names[0], [found.end.values[0] for found in shown]),
        Column("within", [_error_of(found, sign) for found in shown], spare=1),
        Column("value", [found.end.residuals[0] for found in shown], spare=2),
        Column("", [found.kind for found in shown], style="cyan"),
    ]
    tables, told = layout(columns, width, precision)
    yield from tables
    yield line()
    if len(shown) < len(solution.roots):
        told.append("More are left out; --json has them.")
    yield from paragraphs([counted(len(solution.roots), "root"), *told], width)


def _error_of(found: Found, sign: str) -> str:
    return f"{sign} {_error(found.within[0])}" if found.within else "-"


def _with_error(
    value: float, within: Sequence[float], precision: int | None, sign: str
) -> str:
    text = format_number(value, precision)
    return f"{text} {sign} {_error(within[0])}" if within else text


def _error(error: float) -> str:
    return format_number(error, 2)


def _trace(
    solution: Solution, found: Found, width: int | None, precision: int | None
) -> list[Part]:
    """The way to a root: its places, and how many digits are right at each."""
    path = found.path
    steps = [0.0, *(_distance(a.values, b.values) for a, b in pairwise(path))]
    columns = [Column("step", [str(k).rjust(3) for k in range(len(path))])]
    names = solution.equations.names
    single = len(path[0].residuals) == 1
    columns += [
        Column("value", [place.residuals[0] for place in path])
        if single
        else Column("distance", [place.distance for place in path]),
        Column("change", [None, *steps[1:]], spare=1),
    ]
    if found.solves:
        digits = [_digits(place.values, found.end.values) for place in path]
        columns.append(Column("digits", digits, spare=2))
    for place, name in enumerate(names):
        numbers = [each.values[place] for each in path]
        columns.append(Column(name, numbers, spare=0 if place == 0 else 3 + place))
    tables, told = layout(columns, width, precision)
    return [*tables, *paragraphs(told, width)]


def _distance(one: Sequence[float], other: Sequence[float]) -> float:
    return math.dist(one, other)


def _digits(values: Sequence[float], end: Sequence[float]) -> str:
    """How many digits are those of the end."""
    error = max(
        abs(a - b) / abs(b) if b else abs(a) for a, b in zip(values, end, strict=True)
    )
    if not error:
        return "all"
    return str(min(_MOST_DIGITS, max(0, math.floor(-math.log10(error)))))
