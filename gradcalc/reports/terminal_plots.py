"""Plots of curves in the terminal, drawn by plotext.

Not everyone needs the library; it is imported when it draws.
"""

import math
from typing import Any

from gradcalc.analysis.curves import Plotted
from gradcalc.errors import extra_module
from gradcalc.language.bindings import BoundProgram
from gradcalc.reports.plots import (
    Frame,
    expression_text,
    fixed_text,
    frames,
    limits,
    near,
)
from gradcalc.writers.diagram import one_line

# The frame where there is no more than ASCII.
_FRAME = str.maketrans("┌┐└┘├┤┬┴┼─│", "+++++++++-|")
# Plotext's "blue" and "orange", for the legend.
_COLOURS = "\x1b[38;5;4m{}\x1b[0m", "\x1b[38;5;3m{}\x1b[0m"
# How the two curves are drawn, and how the legend shows them, by whether there is no
# more than ASCII. Without colour the signs differ too.
_MARKS = {
    False: (("braille", "blue"), ("·", "orange")),
    True: (("*", "blue"), (".", "orange")),
}
_SIGNS = {False: ("⠤⠒⠉", "···"), True: ("***", "...")}
# Columns and rows that a tick's text needs.
_TICK_WIDTH, _TICK_HEIGHT = 12, 4

# The places on an axis that have a number, and its text.
Ticks = tuple[list[float], list[str]]


def terminal_plot(
    bound: BoundProgram,
    plotted: Plotted,
    *,
    width: int,
    height: int,
    colour: bool,
    ascii_only: bool,
    derivative: bool,
) -> str:
    """The plot as lines of text: formula, legend, and one frame or two.

    Raises MissingExtraError where plotext is not installed.
    """
    plotext = extra_module("plotext", "plot", "plots in the terminal")
    framed = frames(plotted, _MARKS[ascii_only], derivative=derivative)
    name = plotted.name
    signs = _SIGNS[ascii_only]
    slope = f" d/d{one_line(name, 20)}" if derivative else ""
    formula = expression_text(bound, width - len(slope) - 2 * len(signs[0]) - 8)
    if colour:
        first, second = _COLOURS
        signs = (first.format(signs[0]), second.format(signs[1]))
    legend = f"  {signs[0]} {formula}"
    lines = [f"{legend}    {signs[1]}{slope}" if derivative else legend]
    fixed = fixed_text(bound, (name,), width - 2)
    if fixed:
        lines.append(f"  {fixed}")
    for frame in framed:
        rows = max(8, height // len(framed))
        figure = _matrix(plotext, frame, name, width, rows)
        lines.append(figure.string(colorless=not colour).rstrip("\n"))
    text = "\n".join(lines)
    if ascii_only:
        text = text.translate(_FRAME)
    # The matrix is padded to its width.
    return text if colour else "\n".join(line.rstrip() for line in text.split("\n"))


def _matrix(plotext: Any, frame: Frame, name: str, width: int, height: int) -> Any:
    """The matrix of characters with the curves of one frame."""
    # plotext would cut the width to that of the terminal it sees.
    plotext.terminal.limit(False, False)
    figure = plotext.figure
    figure.clear()
    figure.theme("colorless")
    figure.canvas("default")
    figure.plot_size(width, height)
    x = frame[0][0].x
    y_limits, x_limits = limits(frame), (x[0], x[-1])
    y_ticks = _ticks(*y_limits, max(2, height // _TICK_HEIGHT))
    room = width - max(map(len, y_ticks[1])) - 2
    for axis, ends, ticks in (
        ("y", y_limits, y_ticks),
        ("x", x_limits, _ticks_side_by_side(*x_limits, room)),
    ):
        figure.ruler(axis).lim(*ends)
        figure.ruler(axis).ticks(*ticks)
    figure.label(one_line(name, width // 2), "x")
    for curve, mark in reversed(frame):
        for piece_x, piece_y in near(curve, *y_limits):
            marker = plotext.marker(*mark)
            signal = figure.signal(piece_x, piece_y, marker=marker)
            figure.draw(signal.lines(len(piece_x) > 1))
    matrix = figure.build()
    figure.clear()
    return matrix


def _ticks_side_by_side(low: float, high: float, room: int) -> Ticks:
    """As many round numbers as fit into so many columns, but two at least."""
    for most in range(max(2, room // _TICK_WIDTH), 1, -1):
        positions, texts = _ticks(low, high, most)
        if sum(len(text) + 2 for text in texts) <= room:
            return positions, texts
    return [low, high], [f"{low:.3g}", f"+{high - low:.3g}"]


def _ticks(low: float, high: float, most: int) -> Ticks:
    """Two or more round numbers between the two, about `most` of them, as texts too."""
    least = (high / most - low / most) or 1.0
    power = 10.0 ** math.floor(math.log10(least))
    if power == 0 or math.isinf(least):
        return [low, high], [f"{low:.3g}", f"{high:.3g}"]
    steps = [power * factor for factor in (10, 5, 2.5, 2, 1, 0.5, 0.25, 0.2, 0.1)]
    wide_enough = min(step for step in steps if step >= least)
    for step in steps[steps.index(wide_enough) :]:
        first = math.ceil(low / step - 1e-9)
        last = math.floor(high / step + 1e-9)
        if last > first:
            break
    positions = [number * step for number in range(first, last + 1)]
    digits = max(6, 1 + math.ceil(math.log10(max(abs(low), abs(high)) / step + 1)))
    texts = [f"{position:.{digits}g}" for position in positions]
    return positions, [text.replace("e+0", "e").replace("e+", "e") for text in texts]
