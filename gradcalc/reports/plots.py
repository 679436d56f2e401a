"""Plots of curves, surfaces and samples in files."""

import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from gradcalc.analysis.curves import Curve, Plotted, Surface
from gradcalc.analysis.sampled import Sample
from gradcalc.errors import FormulaError
from gradcalc.language.bindings import BoundProgram
from gradcalc.reports.figures import LARGEST, SIZE, TALL, content, headline, new_figure
from gradcalc.reports.numbers import format_value, spans_decades
from gradcalc.shapes import flatten
from gradcalc.writers.diagram import one_line
from gradcalc.writers.node_text import expression

if TYPE_CHECKING:
    from gradcalc.learning.training_tasks import TrainingResult

# Curves whose heights differ by more than this would flatten one another.
_MOST_UNEQUAL = 5.0

# The colours and lines of the two curves.
_LINES = ("#1f5f99", "-"), ("#c65a11", "--")
_BARS = 60
# Characters of a line, of a formula beside a curve, and of a name.
_LONGEST, _LONGEST_NAME, _LONGEST_LABEL = 90, 40, 24
# Of a longer training only every so many epochs are drawn.
_MOST_EPOCHS = 2000
# Arrows each way.
_ARROWS = 17

# The x and the y of points that a line joins.
Line = tuple[list[float], list[float]]
# The curves in one frame, each with how it is drawn.
Frame = list[tuple[Curve, tuple[str, str]]]


def curve_picture(
    bound: BoundProgram,
    plotted: Plotted,
    kind: str,
    title: str | None = None,
    *,
    derivative: bool,
) -> bytes:
    """The formula and its derivative as the content of a "png", "svg" or "pdf" file.

    The title is the formula if there is no other. The two share one axis, or stand one
    above the other where their scales differ much. Raises MissingExtraError where
    matplotlib is not installed.
    """
    framed = frames(plotted, _LINES, derivative=derivative)
    size = SIZE if len(framed) == 1 else TALL
    figure = new_figure(size)
    panels = figure.subplots(len(framed), 1, sharex=True, squeeze=False)[:, 0]
    slope = f"d/d{one_line(plotted.name, _LONGEST_LABEL)}"
    together = derivative and len(framed) == 1
    names = ["value and derivative"] if together else ["value", slope]
    handles = []
    for panel, frame, name in zip(panels, framed, names, strict=False):
        panel.grid(color="#e4e4e4", linewidth=0.7)
        panel.axhline(0, color="#999999", linewidth=0.8)
        panel.set_axisbelow(True)
        shown = limits(frame)
        handles += [_line(panel, near(curve, *shown), *look) for curve, look in frame]
        panel.set_ylim(*shown)
        panel.set_ylabel(name, parse_math=False)
    panels[-1].set_xlabel(one_line(plotted.name, _LONGEST_LABEL), parse_math=False)
    panels[0].set_xlim(plotted.value.x[0], plotted.value.x[-1])
    # Below the plot, where it covers no curve; a leading underscore would hide it.
    texts = [f" {_short_name(bound)}", f" {slope}"][: len(handles)]
    legend = figure.legend(handles, texts, loc="outside lower center", ncols=2)
    for text in legend.get_texts():
        text.set_parse_math(False)
    title = title or expression_text(bound)
    headline(figure, title, fixed_text(bound, (plotted.name,), _LONGEST))
    return content(figure, kind, title)


def surface_picture(
    bound: BoundProgram, surface: Surface, kind: str, title: str | None = None
) -> bytes:
    """The formula over two variables: colours for its values, arrows for its gradient.

    The title is the formula if there is no other. The arrows' lengths grow with the
    gradient, but less than it does.
    """
    figure = new_figure((7.0, 5.6))
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
    bar.set_label(_short_name(bound), parse_math=False)
    _arrows(panel, surface)
    panel.set(xlim=(surface.x[0], surface.x[-1]), ylim=(surface.y[0], surface.y[-1]))
    for axis, name in zip("xy", surface.names, strict=True):
        label = one_line(name, _LONGEST_LABEL)
        getattr(panel, f"set_{axis}label")(label, parse_math=False)
    title = title or expression_text(bound)
    fixed = fixed_text(bound, surface.names, _LONGEST)
    headline(figure, title, fixed, "arrows: the gradient, uphill")
    return content(figure, kind, title)


def histogram_picture(
    sample: Sample, value: float, sigma: float, kind: str, title: str
) -> bytes:
    """How the results of a sample are spread, and how the linear answer has it.

    `value` and `sigma` are those of the linear answer, whose normal distribution is a
    line. Raises FormulaError if there is nothing to draw.
    """
    low, high, counts = sample.histogram(_BARS)
    if not high > low or max(abs(low), abs(high)) > LARGEST:
        raise FormulaError("the samples have no spread that could be drawn")
    figure = new_figure(SIZE)
    panel = figure.subplots()
    width = (high - low) / _BARS
    places = [low + (k + 0.5) * width for k in range(_BARS)]
    # Heights are densities, so that the two can be compared.
    heights = [count / (len(sample.numbers) * width) for count in counts]
    (colour, _), (other, style) = _LINES
    panel.bar(places, heights, width, color=colour, alpha=0.55, label="samples")
    if sigma > 0 and math.isfinite(value) and math.isfinite(sigma):
        x = [low + (high - low) * k / 400 for k in range(401)]
        top = 1 / (sigma * math.sqrt(2 * math.pi))
        y = [top * math.exp(-(((a - value) / sigma) ** 2) / 2) for a in x]
        panel.plot(x, y, color=other, linestyle=style, label="linear")
        # A far narrower line would flatten the bars.
        panel.set_ylim(0, 1.05 * min(max(top, *heights), 4 * max(heights)))
    panel.set_xlabel("result")
    panel.set_ylabel("density")
    figure.legend(loc="outside lower center", ncols=2)
    headline(figure, title)
    return content(figure, kind, title)


def loss_picture(result: "TrainingResult", kind: str) -> bytes:
    """The loss from the start to the last epoch, and that of the rows held back.

    The axis is logarithmic where the losses span decades. What is not finite is left
    out.
    """
    figure = new_figure(SIZE)
    training, title = result.training, one_line(result.model.text, 2 * _LONGEST)
    panel = figure.subplots()
    panel.grid(color="#e4e4e4", linewidth=0.7)
    panel.set_axisbelow(True)
    curves = {"training": dict(enumerate([training.first, *training.losses]))}
    if training.validations:
        curves["validation"] = dict(enumerate(training.validations, 1))
    kept = list[float]()
    for (name, losses), look in zip(curves.items(), _LINES, strict=False):
        # A million epochs are more than a picture has room for.
        stride = 1 + len(losses) // _MOST_EPOCHS
        drawn = {
            epoch: loss
            for epoch, loss in losses.items()
            if (epoch % stride == 0 or epoch == training.epochs)
            and abs(loss) <= LARGEST
        }
        kept += drawn.values()
        line = _line(panel, [(list(drawn), list(drawn.values()))], *look)
        line.set_label(name)
        if len(drawn) == 1:
            line.set_marker("o")
    # A loss may come down to 0 itself, which such an axis leaves out.
    if spans_decades([loss for loss in kept if loss]):
        panel.set_yscale("log")
    panel.set_xlim(0, max(training.epochs, 1))
    panel.xaxis.get_major_locator().set_params(integer=True)
    panel.set_xlabel("epoch")
    loss = one_line(f"loss ({result.model.loss})", _LONGEST_NAME)
    panel.set_ylabel(loss, parse_math=False)
    if len(curves) > 1:
        figure.legend(loc="outside lower center", ncols=2)
    headline(figure, title)
    return content(figure, kind, title)


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


def _line(panel: Any, pieces: Iterable[Line], colour: str, style: str) -> Any:
    """Draw the pieces of a curve as one line with gaps, and return it."""
    x: list[float] = []
    y: list[float] = []
    for piece_x, piece_y in pieces:
        x += [*piece_x, math.nan]
        y += [*piece_y, math.nan]
    (line,) = panel.plot(x, y, color=colour, linestyle=style, linewidth=1.6)
    return line


def near(curve: Curve, low: float, high: float) -> Iterator[Line]:
    """The connected pieces of the curve, cut a little outside of the two limits.

    A pole reaches so far that libraries fail to draw the way there.
    """
    low, high = low - (high - low), high + (high - low)
    for x, y in curve.segments():
        piece: Line = ([], [])
        held = [min(max(number, low), high) for number in y]
        for k, (place, number) in enumerate(zip(x, y, strict=True)):
            if number == held[k]:
                piece[0].append(place)
                piece[1].append(number)
                continue
            for other in (k - 1, k + 1):
                if 0 <= other < len(y) and held[other] != held[k]:
                    # Where the way to that neighbour crosses a limit.
                    share = (held[k] / 2 - number / 2) / (y[other] / 2 - number / 2)
                    piece[0].append(place + (x[other] - place) * share)
                    piece[1].append(held[k])
                    if other < k:
                        yield piece
                        piece = ([], [])
        if piece[0]:
            yield piece


def limits(frame: Frame) -> tuple[float, float]:
    """The lowest and highest number that the axis of the frame shows.

    Raises FormulaError if no axis can hold them.
    """
    curves = [curve for curve, _ in frame]
    if curves[0].is_cut:
        # Its derivative grows faster still: beside that the function would be flat.
        curves = curves[:1]
    found = [shown for curve in curves if (shown := curve.limits()) is not None]
    low = min((low for low, _ in found), default=0.0)
    high = max((high for _, high in found), default=0.0)
    places = frame[0][0].x
    for number in (low, high, places[0], places[-1]):
        if abs(number) > LARGEST:
            raise FormulaError(
                f"numbers beyond {LARGEST:.0e} cannot be drawn, and this plot reaches"
                f" {number:.3g}".replace("e+", "e")
            )
    # A constant, or what differs by its rounding only, has some room around it.
    least = max(abs(low), abs(high)) * 1e-9 or 0.5
    room = (high - low) * 0.04 if high - low > least else max(0.5, abs(low) * 0.1)
    return low - room, high + room


def frames(
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


def _short_name(bound: BoundProgram) -> str:
    """What stands beside a curve or colours: the formula, if there is room for it."""
    text = expression_text(bound)
    return text if len(text) <= _LONGEST_NAME else "value"


def expression_text(bound: BoundProgram, longest: int = 2 * _LONGEST) -> str:
    """What is plotted: the last statement's text, or the label asked for."""
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
