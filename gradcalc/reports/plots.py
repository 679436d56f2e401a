"""Plots of curves and surfaces: in the terminal by plotext, in files by matplotlib.

Not everyone needs these libraries; each is imported when it draws.
"""

import io
import math
import warnings
from collections.abc import Iterable
from typing import Any

from gradcalc.analysis.curves import Curve, Plotted, Surface
from gradcalc.errors import FormulaError, extra_module
from gradcalc.language.bindings import BoundProgram
from gradcalc.reports.numbers import format_value
from gradcalc.reports.picture_formats import PLOT_FORMATS
from gradcalc.shapes import flatten
from gradcalc.writers.diagram import one_line
from gradcalc.writers.node_text import expression

# The libraries that draw take differences and squares of what they draw.
_LARGEST = 1e150
# Curves whose heights differ by more than this would flatten one another.
_MOST_UNEQUAL = 5.0

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

# The colours and lines of the two curves.
_LINES = ("#1f5f99", "-"), ("#c65a11", "--")
_SIZE = (7.0, 4.6)
_TALL = (7.0, 6.4)
_DOTS = 150
_LONGEST = 90
# Arrows each way.
_ARROWS = 17

# The curves in one frame, each with how it is drawn.
Frame = list[tuple[Curve, tuple[str, str]]]


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
    frames = _frames(plotted, _MARKS[ascii_only], derivative=derivative)
    name = plotted.name
    signs = _SIGNS[ascii_only]
    if colour:
        first, second = _COLOURS
        signs = (first.format(signs[0]), second.format(signs[1]))
    legend = f"  {signs[0]} {_expression_text(bound, width - 12)}"
    lines = [f"{legend}    {signs[1]} d/d{name}" if derivative else legend]
    fixed = _fixed_text(bound, (name,), width - 2)
    if fixed:
        lines.append(f"  {fixed}")
    for frame in frames:
        rows = max(8, height // len(frames))
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
    for axis, (low, high), most in (
        ("y", _limits(frame), height // _TICK_HEIGHT),
        ("x", (x[0], x[-1]), width // _TICK_WIDTH),
    ):
        figure.ruler(axis).lim(low, high)
        figure.ruler(axis).ticks(*_ticks(low, high, max(2, most)))
    figure.label(name, "x")
    for curve, mark in reversed(frame):
        for piece_x, piece_y in curve.segments():
            marker = plotext.marker(*mark)
            signal = figure.signal(piece_x, piece_y, marker=marker)
            figure.draw(signal.lines(len(piece_x) > 1))
    matrix = figure.build()
    figure.clear()
    return matrix


def _ticks(low: float, high: float, most: int) -> tuple[list[float], list[str]]:
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


def curve_picture(
    bound: BoundProgram, plotted: Plotted, kind: str, *, derivative: bool
) -> bytes:
    """The formula and its derivative as the content of a "png", "svg" or "pdf" file.

    They share one axis, or stand one above the other where their scales differ much.
    Raises MissingExtraError where matplotlib is not installed.
    """
    figures = extra_module("matplotlib.figure", "plot", "plots in files")
    frames = _frames(plotted, _LINES, derivative=derivative)
    size = _SIZE if len(frames) == 1 else _TALL
    figure = figures.Figure(figsize=size, layout="constrained")
    panels = figure.subplots(len(frames), 1, sharex=True, squeeze=False)[:, 0]
    slope = f"d/d{plotted.name}"
    together = derivative and len(frames) == 1
    names = ["value and derivative"] if together else ["value", slope]
    handles = []
    for panel, frame, name in zip(panels, frames, names, strict=False):
        panel.grid(color="#e4e4e4", linewidth=0.7)
        panel.axhline(0, color="#999999", linewidth=0.8)
        panel.set_axisbelow(True)
        handles += [_line(panel, curve, *look) for curve, look in frame]
        panel.set_ylim(*_limits(frame))
        panel.set_ylabel(name, parse_math=False)
    panels[-1].set_xlabel(plotted.name, parse_math=False)
    panels[0].set_xlim(plotted.value.x[0], plotted.value.x[-1])
    # Below the plot, where it covers no curve; a leading underscore would hide it.
    texts = [f" {_expression_text(bound, _LONGEST)}", f" {slope}"][: len(handles)]
    legend = figure.legend(handles, texts, loc="outside lower center", ncols=2)
    for text in legend.get_texts():
        text.set_parse_math(False)
    _title(panels[0], bound, (plotted.name,))
    return _content(figure, kind)


def surface_picture(bound: BoundProgram, surface: Surface, kind: str) -> bytes:
    """The formula over two variables: colours for its values, arrows for its gradient.

    The arrows' lengths grow with the gradient, but less than it does.
    """
    figures = extra_module("matplotlib.figure", "plot", "plots in files")
    figure = figures.Figure(figsize=(7.0, 5.6), layout="constrained")
    panel = figure.subplots()
    values = [
        [value if math.isfinite(value) else math.nan for value in row]
        for row in surface.values
    ]
    panel.set_facecolor("#dddddd")
    low, high = _shown(sorted(v for row in values for v in row if v == v))
    mesh = panel.pcolormesh(
        surface.x, surface.y, values, shading="nearest", cmap="viridis",
        vmin=low, vmax=high, rasterized=True,
    )  # fmt: skip
    bar = figure.colorbar(mesh, ax=panel)
    bar.set_label(_expression_text(bound, 60), parse_math=False)
    _arrows(panel, surface)
    panel.set(xlim=(surface.x[0], surface.x[-1]), ylim=(surface.y[0], surface.y[-1]))
    panel.set_xlabel(surface.names[0], parse_math=False)
    panel.set_ylabel(surface.names[1], parse_math=False)
    _title(panel, bound, surface.names, "arrows: the gradient, uphill")
    return _content(figure, kind)


def _shown(finite: list[float]) -> tuple[float, float]:
    """The range of values that colours tell apart: all, unless a pole dwarfs them."""
    edge = len(finite) // 20
    low, high = finite[edge], finite[-1 - edge]
    dwarfed = finite[-1] / 2 - finite[0] / 2 > 20 * (high / 2 - low / 2) > 0
    return (low, high) if dwarfed else (finite[0], finite[-1])


def _arrows(panel: Any, surface: Surface) -> None:
    """Draw the gradients as arrows, in the units of the picture."""
    width = surface.x[-1] - surface.x[0]
    height = surface.y[-1] - surface.y[0]
    along_x, along_y = surface.slopes
    # In units of the picture's width and height: uphill as it is seen.
    arrows = [
        (surface.x[k], surface.y[j], along_x[j][k] * width, along_y[j][k] * height)
        for j in _spread(len(surface.y))
        for k in _spread(len(surface.x))
    ]
    lengths = [math.hypot(u, v) for _, _, u, v in arrows]
    finite = sorted(length for length in lengths if math.isfinite(length))
    if not finite or finite[-1] == 0:
        return
    usual = finite[int(len(finite) * 0.9)] or finite[-1]
    drawn = []
    for (x, y, u, v), length in zip(arrows, lengths, strict=True):
        if 0 < length < math.inf:
            shown = min(1.0, math.sqrt(length / usual))
            drawn.append((x, y, u / length * shown, v / length * shown))
    panel.quiver(
        *zip(*drawn, strict=True),
        angles="uv", scale_units="width", scale=18, width=0.0025,
        color="white", edgecolor="black", linewidth=0.3, pivot="mid",
    )  # fmt: skip


def _spread(count: int) -> list[int]:
    """Positions among so many, evenly spread and none at the border."""
    arrows = min(_ARROWS, count)
    return [(2 * k + 1) * count // (2 * arrows) for k in range(arrows)]


def _line(panel: Any, curve: Curve, colour: str, style: str) -> Any:
    """Draw the pieces of the curve as one line with gaps, and return it."""
    x: list[float] = []
    y: list[float] = []
    for piece_x, piece_y in curve.segments():
        x += [*piece_x, math.nan]
        y += [*piece_y, math.nan]
    (line,) = panel.plot(x, y, color=colour, linestyle=style, linewidth=1.6)
    return line


def _title(
    panel: Any, bound: BoundProgram, names: tuple[str, ...], more: str = ""
) -> None:
    parts = [
        _expression_text(bound, _LONGEST),
        _fixed_text(bound, names, _LONGEST),
        more,
    ]
    panel.set_title("\n".join(filter(None, parts)), fontsize=10, parse_math=False)


def _content(figure: Any, kind: str) -> bytes:
    import matplotlib

    metadata = PLOT_FORMATS[kind].metadata
    buffer = io.BytesIO()
    # The same input gives the same file: no random names.
    with matplotlib.rc_context({"svg.hashsalt": "gradcalc"}), warnings.catch_warnings():
        # A letter that the font lacks is drawn as a box.
        warnings.simplefilter("ignore")
        figure.savefig(buffer, format=kind, dpi=_DOTS, metadata=metadata)
    return buffer.getvalue()


def _limits(frame: Frame) -> tuple[float, float]:
    """The lowest and highest number that the axis of the frame shows.

    Raises FormulaError if no axis can hold them.
    """
    found = [shown for curve, _ in frame if (shown := curve.limits()) is not None]
    low = min((low for low, _ in found), default=0.0)
    high = max((high for _, high in found), default=0.0)
    places = frame[0][0].x
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


def _frames(
    plotted: Plotted, looks: Iterable[tuple[str, str]], *, derivative: bool
) -> list[Frame]:
    """The curves in one frame, or each in its own where one axis does not suit both."""
    curves = list(zip((plotted.value, plotted.derivative), looks, strict=True))
    if not derivative:
        return [curves[:1]]
    shown = [curve.limits() for curve, _ in curves]
    heights = sorted(high / 2 - low / 2 for low, high in filter(None, shown))
    # A constant beside a curve is read well anywhere near it.
    if len(heights) < 2 or heights[0] == 0 or heights[1] / heights[0] <= _MOST_UNEQUAL:
        return [curves]
    return [[curve] for curve in curves]


def _expression_text(bound: BoundProgram, longest: int) -> str:
    """What is plotted: the last statement's text, or the label asked for."""
    graph = bound.program.graph
    (node,) = flatten(bound.output)
    text, label = expression(graph, node), graph.labels.get(node)
    return one_line(f"{label} = {text}" if label else text, longest)


def _fixed_text(bound: BoundProgram, names: tuple[str, ...], longest: int) -> str:
    """The values of the variables that stay as they are: "w = 0.5, b = 2"."""
    parts = [
        f"{name} = {format_value(value, 6)}"
        for name, value in bound.variables.items()
        if name not in names
    ]
    return one_line(", ".join(parts), longest)
