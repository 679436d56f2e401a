"""What a plot shows: its axes' limits and names, whether two curves share an axis."""

import math

from gradcalc.analysis.curves import Curve, Plotted
from gradcalc.errors import FormulaError
from gradcalc.language.bindings import BoundProgram
from gradcalc.reports.numbers import format_value
from gradcalc.shapes import flatten
from gradcalc.writers.diagram import one_line

# The libraries that draw take differences and squares of what they draw.
_LARGEST = 1e150

# Curves whose heights differ by more than this would flatten one another.
_MOST_UNEQUAL = 5.0


def limits(*curves: Curve) -> tuple[float, float]:
    """The lowest and highest number that an axis for all the curves shows.

    Raises FormulaError if no axis can hold them.
    """
    found = [shown for curve in curves if (shown := curve.limits()) is not None]
    low = min((low for low, _ in found), default=0.0)
    high = max((high for _, high in found), default=0.0)
    places = curves[0].x
    for number in (low, high, places[0], places[-1]):
        if abs(number) > _LARGEST:
            raise FormulaError(
                f"numbers beyond {_LARGEST:.0e} cannot be drawn, and this plot reaches"
                f" {number:.3g}".replace("e+", "e")
            )
    # A constant, or what differs by its rounding only, has some room around it.
    least = max(abs(low), abs(high)) * 1e-9 or 0.5
    room = (high - low) * 0.04 if high - low > least else max(0.5, abs(low) * 0.1)
    return low - room, high + room


def share_an_axis(plotted: Plotted) -> bool:
    """Whether the formula and its derivative can both be read on one axis."""
    heights = []
    for curve in (plotted.value, plotted.derivative):
        shown = curve.limits()
        if shown is None:
            return True
        heights.append(shown[1] / 2 - shown[0] / 2)
    low, high = sorted(heights)
    # A constant beside a curve is read well anywhere near it.
    return low == 0 or high / low <= _MOST_UNEQUAL


def ticks(low: float, high: float, most: int) -> tuple[list[float], list[str]]:
    """At most so many round numbers between the two, and their texts."""
    least = (high / most - low / most) or 1.0
    power = 10.0 ** math.floor(math.log10(least))
    if power == 0 or math.isinf(least):
        return [low, high], [f"{low:.3g}", f"{high:.3g}"]
    step = next(
        (power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= least),
        power * 10,
    )
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    positions = [number * step for number in range(first, last + 1)]
    digits = max(6, 1 + math.ceil(math.log10(max(abs(low), abs(high)) / step + 1)))
    texts = [f"{position:.{digits}g}" for position in positions]
    return positions, [text.replace("e+0", "e").replace("e+", "e") for text in texts]


def expression_text(bound: BoundProgram, longest: int) -> str:
    """What is plotted: the last statement's text, or the label asked for."""
    from gradcalc.writers.node_text import expression

    graph = bound.program.graph
    (node,) = flatten(bound.output)
    text, label = expression(graph, node), graph.labels.get(node)
    return one_line(f"{label} = {text}" if label else text, longest)


def fixed_text(bound: BoundProgram, names: tuple[str, ...], longest: int) -> str:
    """The values of the variables that stay as they are: "w = 0.5, b = 2"."""
    parts = [
        f"{name} = {format_value(value, 6)}"
        for name, value in bound.variables.items()
        if name not in names
    ]
    return one_line(", ".join(parts), longest)
