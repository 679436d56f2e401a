"""The way of a descent or a training as the data of its page.

Long ways are thinned out: the points that the page can step through, with all their
digits, and what its charts draw, with fewer.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gradcalc.language.bindings import Value
from gradcalc.learning.optimizers import OPTIMIZERS
from gradcalc.reports.numbers import format_number, format_value, spans_decades
from gradcalc.shapes import Shape, element_names, flatten, shape_of
from gradcalc.strict_json import json_value
from gradcalc.webpage.document import asset, document, escaped
from gradcalc.webpage.landscapes import Path, drawn
from gradcalc.wording import cut_end

# The most numbers of the points to step through, and the most points.
_MOST_NUMBERS, _MOST_POINTS = 2_800, 400
_FEWEST_POINTS = 40
# The most points of a curve, and of a path.
_MOST_DRAWN, _MOST_OF_PATH = 400, 400
# The most lines in one chart; how many times as far apart as each is wide they may be.
_MOST_LINES, _FAR_APART = 10, 5
# Of more numbers than this, each variable is told as a whole.
MOST_ELEMENTS = 40
_LONGEST_TITLE, _LONGEST_VALUE = 80, 200
# The digits of what it came to, where none are asked for.
DIGITS = 6
# A gradient takes about so many times as long as the value.
GRADIENT = 4

# A fact of more letters has a line of its own.
_LONG, _WIDE = 60, ' class="wide"'

_STYLES = ("page.css", "descent.css")
_SCRIPTS = (
    "numbers.js",
    "widgets.js",
    "charts.js",
    "contours.js",
    "landscape.js",
    "descent.js",
)


@dataclass(frozen=True, kw_only=True)
class Account:
    """What the page says in words."""

    command: str
    formula: str
    # What the page is called if not as the formula.
    title: str | None
    # Why the way ended, and whether that is "good", "bad" or neither, "".
    ending: str
    tone: str
    # What it came to, by name, and sentences on what nobody can have meant.
    facts: Mapping[str, str]
    notes: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Stop:
    """A point of the way that the page can show."""

    step: int
    # The value of the formula there, or the loss.
    value: float
    # Each variable's value, and its gradient if it is known.
    variables: Mapping[str, Any]
    gradient: Mapping[str, Any] | None = None
    # More columns, by the name that the page shows.
    more: Mapping[str, float | None]


@dataclass(frozen=True, kw_only=True)
class Way:
    """What the page draws."""

    # What goes up or down, and what one step of the way is called.
    measure: str
    unit: str
    # The number of steps that each point of the path took, and of the whole way.
    steps: Sequence[int]
    last: int
    # The place of the best point.
    best: int
    stops: Sequence[Stop]
    # The values of the variables that stay.
    fixed: Mapping[str, Value]
    # The chart of the loss.
    loss: Mapping[str, Any]
    path: Path
    # What lies around the path, None where that cannot be drawn, and the height there
    # of the point at a place.
    landscape: Mapping[str, Any] | None
    height: Callable[[int], float]
    # None for those that suit the place.
    digits: int | None


def way_page(account: Account, way: Way) -> str:
    """The page, one file."""
    text = " ".join((account.title or account.formula).split())
    body = asset("descent.html").format(
        command=escaped(account.command),
        formula=escaped(account.formula),
        ending=escaped(account.ending),
        tone=account.tone,
        facts="".join(
            f"<div{_WIDE if len(fact) > _LONG else ''}>"
            f"<dt>{escaped(name)}</dt><dd>{escaped(fact)}</dd></div>\n"
            for name, fact in account.facts.items()
        ),
        notes="".join(f"<li>{escaped(note)}</li>\n" for note in account.notes),
    )
    return document(
        f"{account.command}: {cut_end(text, _LONGEST_TITLE)}",
        body,
        styles=_STYLES,
        scripts=_SCRIPTS,
        data=_drawn_way(way),
    )


def _drawn_way(way: Way) -> dict[str, Any]:
    """What the script draws: a path over its landscape, or lines without one."""
    path, around = way.path, way.landscape
    lines = None if around else line_chart(way.steps, path.names, path.places)
    over = path_of(way.steps, path, way.height, way.best) if around else None
    return {
        "measure": way.measure,
        "unit": way.unit,
        "up": path.up,
        "digits": way.digits,
        "last": way.last,
        "best": way.steps[way.best],
        "stops": stops_table(way.stops),
        "fixed": [
            [name, cut_end(format_value(value), _LONGEST_VALUE)]
            for name, value in way.fixed.items()
        ],
        "loss": way.loss,
        "lines": lines,
        "landscape": around,
        "path": over,
    }


def chosen(steps: Sequence[int], count: int, best: int) -> list[int]:
    """The places of the points to step through, of points with so many numbers each.

    The first, the last and the best are among them.
    """
    most = min(_MOST_POINTS, max(_FEWEST_POINTS, _MOST_NUMBERS // (2 * count + 4)))
    return _thinned(len(steps), most, best)


def _thinned(count: int, most: int, *kept: int) -> list[int]:
    """At most about so many of the places below `count`.

    Half of them are evenly spread, half are the denser the nearer to the start they
    are, where most happens.
    """
    if count <= most:
        return list(range(count))
    # An odd stride: of steps to and fro an even one would show one side alone.
    stride = 2 * count // most | 1
    ratio = math.log(count) / (most // 2)
    early = (int(math.exp(k * ratio)) for k in range(most // 2))
    return sorted(
        {*range(0, count, stride), *early, *kept, count - 1} & {*range(count)}
    )


def best_of(values: Sequence[float], *, up: bool = False) -> int:
    """The place of the best value, the first of equal ones; 0 if none is finite."""
    sign = -1.0 if up else 1.0
    places = [k for k, value in enumerate(values) if math.isfinite(value)]
    return min(places, key=lambda k: sign * values[k], default=0)


def loss_chart(
    steps: Sequence[int], curves: Mapping[str, Sequence[float | None]]
) -> dict[str, Any]:
    """The curves over the steps, thinned out so that their highs and lows stay."""
    places = {0, len(steps) - 1}
    buckets = max(1, _MOST_DRAWN // (2 * len(curves)))
    width = -(-len(steps) // buckets)
    for curve in curves.values():
        numbers = [math.nan if value is None else value for value in curve]
        for start in range(0, len(steps), width):
            stop = min(start + width, len(steps))
            finite = [k for k in range(start, stop) if math.isfinite(numbers[k])]
            if len(steps) <= _MOST_DRAWN:
                places.update(range(start, stop))
            elif finite:
                places.add(min(finite, key=numbers.__getitem__))
                places.add(max(finite, key=numbers.__getitem__))
    shown = sorted(places)
    known = [x for curve in curves.values() for x in curve if x is not None]
    return {
        "steps": [steps[k] for k in shown],
        "curves": [
            {"name": name, "y": _drawn_part(curve, shown)}
            for name, curve in curves.items()
        ],
        # A value may come down to 0 itself, which such an axis leaves out.
        "log": spans_decades([x for x in known if x]),
    }


def _drawn_part(
    curve: Sequence[float | None], places: Sequence[int]
) -> list[float | None]:
    parts = [curve[k] for k in places]
    return drawn([math.nan if value is None else value for value in parts])


def line_chart(
    steps: Sequence[int], names: Sequence[str], numbers: Sequence[Sequence[float]]
) -> dict[str, Any]:
    """The numbers over the steps, a line for each; of many those that change most.

    Where they are far from each other for what they change, it shows the changes.
    """
    places = _thinned(len(steps), _MOST_OF_PATH // max(1, min(len(names), 4)))
    # One column after the other: there may be a hundred thousand.
    widths = [_extent(col) for col in zip(*(numbers[k] for k in places), strict=True)]
    shown = sorted(sorted(range(len(names)), key=lambda k: -widths[k])[:_MOST_LINES])
    lines = [[numbers[k][column] for k in places] for column in shown]
    apart = _extent([number for line in lines for number in line])
    since = 0 < _FAR_APART * max(widths) < apart
    if since:
        lines = [[number - line[0] for number in line] for line in lines]
    return {
        "steps": [steps[k] for k in places],
        "curves": [
            {"name": names[k], "y": drawn(line)}
            for k, line in zip(shown, lines, strict=True)
        ],
        "all": len(names),
        "changes": since,
    }


def _extent(numbers: Sequence[float]) -> float:
    """How far apart the numbers are that are finite."""
    finite = [*filter(math.isfinite, numbers)]
    return max(finite) - min(finite) if finite else 0.0


def path_of(
    steps: Sequence[int], path: Path, height: Callable[[int], float], best: int
) -> dict[str, Any]:
    """The path over its landscape, which it may leave: a column for each number.

    `height` is that of the point at a place.
    """
    count = min(path.shown + 1, len(steps))
    shown = _thinned(count, _MOST_OF_PATH, best)
    columns = zip(*(path.places[k] for k in shown), strict=True)
    return {
        "steps": [steps[k] for k in shown],
        "columns": [drawn(column) for column in columns],
        "heights": drawn([height(k) for k in shown]),
    }


def optimizer_text(
    name: str, rate: float | None, constants: Mapping[str, float]
) -> str:
    """The optimizer with its rate, if it has one, and its other constants."""
    optimizer = OPTIMIZERS[name]
    rate = optimizer.rate if rate is None else rate
    numbers = {} if rate is None else {"rate": rate}
    known = {**optimizer.constants, **constants}
    numbers |= {option: known[option] for option in optimizer.options}
    parts = [f"{option} {format_number(it)}" for option, it in numbers.items()]
    return ", ".join([name, *parts])


def stops_table(stops: Sequence[Stop]) -> dict[str, Any]:
    """The points to step through, in columns; of many numbers what sums them up."""
    first = stops[0].variables
    shapes = {name: shape_of(value) for name, value in first.items()}
    count = sum(math.prod(shape) for shape in shapes.values())
    return {
        "steps": [stop.step for stop in stops],
        "values": json_value([stop.value for stop in stops]),
        "more": {
            name: json_value([stop.more[name] for stop in stops])
            for name in stops[0].more
        },
        "rows": [
            row
            for name, shape in shapes.items()
            for row in (
                _element_rows(name, shape, stops)
                if count <= MOST_ELEMENTS
                else [_summary_row(name, shape, stops)]
            )
        ],
    }


def _element_rows(
    name: str, shape: Shape, stops: Sequence[Stop]
) -> list[dict[str, Any]]:
    """A row for each number of the variable: its values and gradients at each stop."""
    values = zip(*(flatten(stop.variables[name]) for stop in stops), strict=True)
    rows = [
        {"name": element, "values": json_value(list(column))}
        for element, column in zip(element_names(name, shape), values, strict=True)
    ]
    slopes = [stop.gradient[name] for stop in stops if stop.gradient]
    if len(slopes) == len(stops):
        columns = zip(*map(flatten, slopes), strict=True)
        for row, column in zip(rows, columns, strict=True):
            row["gradients"] = json_value(list(column))
    return rows


def _summary_row(name: str, shape: Shape, stops: Sequence[Stop]) -> dict[str, Any]:
    """The variable as a whole: its least and greatest number, and its norm."""
    lists = [flatten(stop.variables[name]) for stop in stops]
    row: dict[str, Any] = {
        "name": name,
        "shape": "×".join(map(str, shape)),
        "least": drawn([min(numbers) for numbers in lists]),
        "greatest": drawn([max(numbers) for numbers in lists]),
        "norms": json_value([math.hypot(*numbers) for numbers in lists]),
    }
    slopes = [stop.gradient[name] for stop in stops if stop.gradient]
    if len(slopes) == len(stops):
        norms = [math.hypot(*flatten(slope)) for slope in slopes]
        row["gradient_norms"] = json_value(norms)
    return row
