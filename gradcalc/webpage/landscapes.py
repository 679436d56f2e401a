"""What lies around a way: the curve of one number that moves, a map over two.

The values are computed here; the browser only draws them. Those of a map are kept as
depths, from the best value seen: on the way down how far above the lowest, on the way
up how far below the highest.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from gradcalc.analysis.curves import Range, joined
from gradcalc.errors import FormulaError
from gradcalc.reports.plots import limits, near

# From the numbers that move to the value.
Function = Callable[[Sequence[float]], float]

# How many nodes may be computed for it, the samples of a curve, and those of a map each
# way: at most, and so few that it shows nothing.
_MOST_WORK = 10_000_000
_SAMPLES, _FEW_SAMPLES = 400, 40
_GRID, _FEW_GRID = 61, 12

# What is shown beside the way, as a part of its width.
_CURVE_MARGIN, _MAP_MARGIN = 0.35, 0.18
# A way that is so much narrower than it is long, or than where it is, has no width.
_NARROW = 1e-9
# Values so many times as far from the start as the first step leads are not gone to.
_FAR = 1000.0

# Depths that differ by more than this are told apart by their logarithm.
_DECADES = 25.0
# A depth so many times that of all but the last twentieth is a pole's.
_DWARFS = 20.0
_CONTOURS = 10


@dataclass(frozen=True)
class Path:
    """The points of a way that are drawn."""

    # The names of the numbers that move, and their values at each point.
    names: Sequence[str]
    places: Sequence[Sequence[float]]
    # The value at each point.
    heights: Sequence[float]
    # Whether higher values are better, and whether the way leads beyond all bounds.
    up: bool
    diverged: bool

    @property
    def shown(self) -> int:
        """How many points from the start on the picture is to hold."""
        if not self.diverged or len(self.heights) < 3:
            return len(self.heights)
        first, second = self.heights[:2]
        far = _FAR * max(abs(second - first), abs(first))
        near_start = takewhile(lambda it: abs(it - first) <= far, self.heights)
        return max(2, len(list(near_start)))


def landscape(function: Function, path: Path, work: int) -> dict[str, Any] | None:
    """The values around the path as data of the page, or None if there is no picture.

    `work` is how many nodes a value takes, about.
    """
    values = max(1, _MOST_WORK // max(1, work))
    columns = list(zip(*path.places[: path.shown], strict=True))
    if len(path.names) == 1 and values >= _FEW_SAMPLES:
        return _curve(function, path, columns[0], min(_SAMPLES, values))
    side = min(_GRID, math.isqrt(values))
    if len(path.names) == 2 and side >= _FEW_GRID:
        return _map(function, path, columns, side)
    return None


def _curve(
    function: Function, path: Path, places: Sequence[float], samples: int
) -> dict[str, Any] | None:
    over = _range(places, _width([places], places), _CURVE_MARGIN)
    if over is None:
        return None
    x = over.points(samples)
    curve = joined(x, [function([place]) for place in x], lambda it: function([it]))
    if not any(map(math.isfinite, curve.y)):
        return None
    try:
        low, high = limits([(curve, ("", ""))])
    except FormulaError:
        return None
    if not curve.is_cut:
        seen = [low, high, *filter(math.isfinite, path.heights[: path.shown])]
        low, high = min(seen), max(seen)
    return {
        "kind": "curve",
        "names": list(path.names),
        "x": [over.start, over.stop],
        "y": [low, high],
        "pieces": [
            [drawn(piece) for piece in pieces] for pieces in near(curve, low, high)
        ],
    }


def _map(
    function: Function, path: Path, columns: Sequence[Sequence[float]], side: int
) -> dict[str, Any] | None:
    ranges = [
        _range(places, _width(columns, places), _MAP_MARGIN) for places in columns
    ]
    if ranges[0] is None or ranges[1] is None:
        return None
    x, y = (over.points(side) for over in ranges if over)
    sign = -1.0 if path.up else 1.0
    values = [sign * function([a, b]) for b in y for a in x]
    base = min(filter(math.isfinite, values), default=math.inf)
    heights = path.heights[: path.shown]
    base = min([base, *(sign * h for h in heights if math.isfinite(h))])
    depths = [value - base for value in values]
    finite = sorted(filter(math.isfinite, depths))
    if not finite:
        return None
    return {
        "kind": "map",
        "names": list(path.names),
        "x": [ranges[0].start, ranges[0].stop],
        "y": [ranges[1].start, ranges[1].stop],
        "columns": len(x),
        "rows": len(y),
        "base": sign * base,
        "sign": sign,
        "depths": drawn(depths, 3),
        **_shades(finite),
    }


def _shades(depths: Sequence[float]) -> dict[str, Any]:
    """Where colours begin and end, and the depths of contours; from sorted depths.

    What only a pole reaches has the last colour.
    """

    def quantile(share: float) -> float:
        return depths[int(share * (len(depths) - 1))]

    high = depths[-1]
    if high / _DWARFS > quantile(0.95) > 0:
        high = quantile(0.95)
    least = high * 1e-8
    by_decades = quantile(0.9) > _DECADES * quantile(0.1) and least > 0
    if by_decades:
        low = max(quantile(0.03), least)
        levels = _decades(low, high)
    else:
        low, levels = 0.0, _even(high)
    return {"low": low, "high": high, "log": by_decades, "levels": levels}


def _even(high: float) -> list[float]:
    """About ten multiples of a round number up to `high`."""
    step = high / _CONTOURS
    if not step > 0:
        return []
    unit = 10.0 ** math.floor(math.log10(step))
    # The smallest doubles have no power of ten beside them.
    step = next((m * unit for m in (1, 2, 5) if m * unit >= step), 10 * unit) or step
    return [step * k for k in range(1, int(high / step) + 1)]


def _decades(low: float, high: float) -> list[float]:
    """Round numbers from `low` to `high`, evenly spread by their logarithm."""
    first, last = (math.floor(math.log10(end)) for end in (low, high))
    decades = last - first
    parts = (1, 2, 5) if decades <= 3 else (1, 3) if decades <= 5 else (1,)
    levels = [m * 10.0**k for k in range(first, last + 1) for m in parts]
    return [level for level in levels if low <= level <= high]


def _width(columns: Sequence[Sequence[float]], places: Sequence[float]) -> float:
    """How wide the places are; of places without width, as wide as the others."""
    widths = [max(column) - min(column) for column in columns]
    where = max(map(abs, places))
    width = max(places) - min(places)
    if width > _NARROW * max(where, *widths):
        return width
    return max(widths) if max(widths) > _NARROW * where else max(1.0, where)


def _range(places: Sequence[float], width: float, margin: float) -> Range | None:
    """A range of that width and margins around the places; None beyond the doubles."""
    low, high = min(places), max(places)
    room = max(0.0, width - (high - low)) / 2 + margin * width
    start, stop = low - room, high + room
    if not math.isfinite(stop - start) or not start < stop:
        return None
    return Range(start, stop)


def drawn(numbers: Sequence[float], digits: int = 7) -> list[float | None]:
    """The numbers as exactly as a picture needs them, None for what is not finite."""
    return [
        float(f"{number:.{digits}g}") if math.isfinite(number) else None
        for number in numbers
    ]
