"""Graphs, curves and surfaces as pictures, by libraries that not everyone needs.

pygraphviz draws graphs, matplotlib what is plotted; each is imported when it draws.
"""

import io
import math
import warnings
from importlib import import_module
from typing import Any

from gradcalc.analysis.curves import Curve, Plotted, Surface
from gradcalc.errors import FormulaError, MissingExtraError
from gradcalc.language.bindings import BoundProgram
from gradcalc.reports.picture_formats import PLOT_FORMATS
from gradcalc.reports.plot_scale import (
    expression_text,
    fixed_text,
    limits,
    share_an_axis,
)
from gradcalc.writers.diagram import Diagram
from gradcalc.writers.dot import dot_text

_BLUE, _ORANGE = "#1f5f99", "#c65a11"
_SIZE = (7.0, 4.6)
_TALL = (7.0, 6.4)
_DOTS = 150
_LONGEST = 90
# Arrows each way.
_ARROWS = 17


def extra_module(name: str, extra: str, purpose: str) -> Any:
    """The module. Raises MissingExtraError, which names what to install.

    `purpose` is what needs it, in the plural: "svg and png pictures".
    """
    try:
        return import_module(name)
    except ImportError:
        library = name.partition(".")[0]
        raise MissingExtraError(
            f"{purpose} need {library}: pip install 'gradcalc[{extra}]'"
        ) from None


def graph_picture(diagram: Diagram, *, kind: str, most: int) -> bytes:
    """The diagram as the content of an "svg" or "png" file.

    Raises FormulaError for more than `most` boxes, MissingExtraError where pygraphviz
    is not installed.
    """
    boxes = len(diagram.nodes)
    if boxes > most:
        raise FormulaError(
            f"the graph has {boxes} boxes: as a picture of more than {most} it would be"
            " slow to draw and hard to read",
            hint=f"--limit {boxes} draws it, --format dot writes it as text",
        )
    pygraphviz = extra_module("pygraphviz", "draw", "svg and png pictures")
    graph = pygraphviz.AGraph(string=dot_text(diagram))
    # Enough for a screen of twice the usual density.
    arguments = "-Gdpi=144" if kind == "png" else ""
    content: bytes = graph.draw(path=None, format=kind, prog="dot", args=arguments)
    return content


def curve_picture(
    bound: BoundProgram, plotted: Plotted, kind: str, *, derivative: bool
) -> bytes:
    """The formula and its derivative as the content of a "png", "svg" or "pdf" file.

    They share one axis, or stand one above the other where their scales differ much.
    Raises MissingExtraError where matplotlib is not installed.
    """
    figures = extra_module("matplotlib.figure", "plot", "plots in files")
    together = not derivative or share_an_axis(plotted)
    figure = figures.Figure(figsize=_SIZE if together else _TALL, layout="constrained")
    rows = 1 if together else 2
    panels = figure.subplots(rows, 1, sharex=True, squeeze=False)[:, 0]
    formula, slope = expression_text(bound, _LONGEST), f"d/d{plotted.name}"
    drawn = [(panels[0], plotted.value, formula, _BLUE, "-")]
    if derivative:
        drawn.append((panels[-1], plotted.derivative, slope, _ORANGE, "--"))
    for panel in panels:
        _prepare(panel)
    handles = [
        _line(panel, curve, colour, style) for panel, curve, _, colour, style in drawn
    ]
    texts = [text for _, _, text, _, _ in drawn]
    if together:
        panels[0].set_ylim(*limits(*(curve for _, curve, *_ in drawn)))
        panels[0].set_ylabel("value and derivative" if derivative else "value")
    else:
        for panel, curve, what in zip(
            panels, (plotted.value, plotted.derivative), ("value", slope), strict=True
        ):
            panel.set_ylim(*limits(curve))
            panel.set_ylabel(what, parse_math=False)
    panels[-1].set_xlabel(plotted.name, parse_math=False)
    panels[0].set_xlim(plotted.value.x[0], plotted.value.x[-1])
    # Below the plot, where it covers no curve; a leading underscore would hide it.
    legend = figure.legend(
        handles, [f" {text}" for text in texts], loc="outside lower center", ncols=2
    )
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
    finite = sorted(value for row in values for value in row if value == value)
    low, high = _shown(finite)
    panel.set_facecolor("#dddddd")
    mesh = panel.pcolormesh(
        surface.x, surface.y, values, shading="nearest", cmap="viridis",
        vmin=low, vmax=high, rasterized=True,
    )  # fmt: skip
    bar = figure.colorbar(mesh, ax=panel)
    bar.set_label(expression_text(bound, 60), parse_math=False)
    _arrows(panel, surface)
    panel.set_xlim(surface.x[0], surface.x[-1])
    panel.set_ylim(surface.y[0], surface.y[-1])
    panel.set_xlabel(surface.names[0], parse_math=False)
    panel.set_ylabel(surface.names[1], parse_math=False)
    _title(panel, bound, surface.names, "arrows: the gradient, uphill")
    return _content(figure, kind)


def _shown(finite: list[float]) -> tuple[float, float]:
    """The range of values that colours tell apart: all, unless a pole dwarfs them."""
    low, high = finite[0], finite[-1]
    edge = len(finite) // 20
    usual_low, usual_high = finite[edge], finite[-1 - edge]
    if high / 2 - low / 2 > 20 * (usual_high / 2 - usual_low / 2) > 0:
        return usual_low, usual_high
    return low, high


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
        if math.isfinite(length) and length > 0:
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


def _prepare(panel: Any) -> None:
    panel.grid(color="#e4e4e4", linewidth=0.7)
    panel.axhline(0, color="#999999", linewidth=0.8)
    panel.set_axisbelow(True)


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
    parts = [expression_text(bound, _LONGEST), fixed_text(bound, names, _LONGEST), more]
    panel.set_title(
        "\n".join(part for part in parts if part), fontsize=10, parse_math=False
    )


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
