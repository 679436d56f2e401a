"""A curve and its derivative in the terminal, drawn by plotext."""

from typing import Any

from gradcalc.analysis.curves import Curve, Plotted
from gradcalc.language.bindings import BoundProgram
from gradcalc.reports.pictures import extra_module
from gradcalc.reports.plot_scale import (
    expression_text,
    fixed_text,
    limits,
    share_an_axis,
    ticks,
)

# The frame and the two curves where there is no more than ASCII.
_FRAME = str.maketrans("┌┐└┘├┤┬┴┼─│", "+++++++++-|")
# Plotext's "blue" and "orange", for the legend.
_BLUE, _ORANGE, _PLAIN = "\x1b[38;5;4m", "\x1b[38;5;3m", "\x1b[0m"
# Columns and rows that a tick's text needs.
_TICK_WIDTH, _TICK_HEIGHT = 12, 4


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
    curves = [(plotted.value, *_mark("value", ascii_only=ascii_only))]
    if derivative:
        mark = _mark("derivative", ascii_only=ascii_only)
        curves.append((plotted.derivative, *mark))
    frames = [curves]
    if derivative and not share_an_axis(plotted):
        # One below the other, each with a scale of its own.
        frames = [[curve] for curve in curves]
    name = plotted.name
    formula = expression_text(bound, width - 12)
    signs = ("***", "...") if ascii_only else ("⠤⠒⠉", "···")
    if colour:
        signs = (f"{_BLUE}{signs[0]}{_PLAIN}", f"{_ORANGE}{signs[1]}{_PLAIN}")
    legend = f"  {signs[0]} {formula}"
    lines = [f"{legend}    {signs[1]} d/d{name}" if derivative else legend]
    fixed = fixed_text(bound, (name,), width - 2)
    if fixed:
        lines.append(f"  {fixed}")
    for content in frames:
        rows = max(8, height // len(frames))
        figure = _frame(plotext, content, name, width, rows)
        lines.append(figure.string(colorless=not colour).rstrip("\n"))
    text = "\n".join(lines)
    if ascii_only:
        text = text.translate(_FRAME)
    # The matrix is padded to its width.
    return text if colour else "\n".join(line.rstrip() for line in text.split("\n"))


def _mark(curve: str, *, ascii_only: bool) -> tuple[str, str]:
    """How the curve is drawn, and its colour. Without colour the signs differ too."""
    if ascii_only:
        return ("*", "blue") if curve == "value" else (".", "orange")
    return ("braille", "blue") if curve == "value" else ("·", "orange")


def _frame(
    plotext: Any,
    curves: list[tuple[Curve, str, str]],
    name: str,
    width: int,
    height: int,
) -> Any:
    """The matrix of characters with the curves in one frame."""
    # plotext would cut the width to that of the terminal it sees.
    plotext.terminal.limit(False, False)
    figure = plotext.figure
    figure.clear()
    figure.theme("colorless")
    figure.canvas("default")
    figure.plot_size(width, height)
    low, high = limits(*(curve for curve, _, _ in curves))
    figure.ruler("y").lim(low, high)
    figure.ruler("y").ticks(*ticks(low, high, max(2, height // _TICK_HEIGHT)))
    x = curves[0][0].x
    figure.ruler("x").lim(x[0], x[-1])
    figure.ruler("x").ticks(*ticks(x[0], x[-1], max(2, width // _TICK_WIDTH)))
    figure.label(name, "x")
    for curve, sign, colour in reversed(curves):
        for piece_x, piece_y in curve.segments():
            marker = plotext.marker(sign, colour)
            signal = figure.signal(piece_x, piece_y, marker=marker)
            figure.draw(signal.lines(len(piece_x) > 1))
    matrix = figure.build()
    figure.clear()
    return matrix
