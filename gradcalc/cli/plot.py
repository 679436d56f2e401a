"""`gradcalc plot`: the function and its derivative over a range."""

import sys
from collections.abc import Mapping
from dataclasses import replace

import click

from gradcalc.analysis.curves import Plotted, Range, Surface, curve, surface
from gradcalc.cli import consoles, options
from gradcalc.cli.commands import FormulaCommand, Request
from gradcalc.cli.files import check_not_read, replace_file
from gradcalc.cli.variables import read_range
from gradcalc.errors import BindingError, UsageError
from gradcalc.language.bindings import BoundProgram
from gradcalc.reports.picture_formats import PLOT_FORMATS
from gradcalc.wording import listing

# Samples over the range, for each kind of plot, and the least of them: a formula of
# hundreds of thousands of nodes is not computed a thousand times unless asked for.
_FINE, _FEW_FINE = 1000, 40
_GRID, _FEW_GRID = 150, 10
_MOST_GRID = 1000
_MOST_NODES = 4_000_000
_WIDTH, _HEIGHT = 80, 22
_NARROWEST = 30


@click.command(
    "plot",
    cls=FormulaCommand,
    value=read_range,
    help="Plot a formula and its derivative over the range of one variable, in the"
    " terminal or into a file. With ranges of two variables, a file shows colours for"
    " the values and arrows for the gradient. Where the formula jumps or has a pole,"
    " the curve has a gap.",
    examples=[
        'gradcalc plot "sin(x)*exp(-x/5)" --x=0:4*pi',
        'gradcalc plot "relu(w*x + b)" --x=-5:5 --w=2 --b=1 --no-derivative',
        'gradcalc plot "1/x" --x=-2:2 --out pole.svg',
        'gradcalc plot "x^2 - y^2" --x=-1:1 --y=-1:1 --out saddle.png',
    ],
)
@options.as_json
@options.out_option(PLOT_FORMATS)
@click.option(
    "--points",
    type=options.Number(2, 100_000, whole=True),
    metavar="N",
    help=f"Samples of the range ({_FINE}; {_GRID} each way for two ranges; fewer"
    " for a very large formula).",
)
@click.option(
    "--derivative/--no-derivative",
    default=True,
    help="Draw the derivative too, or not.",
)
@options.output
def command(
    request: Request,
    *,
    out: str | None,
    points: int | None,
    derivative: bool,
) -> None:
    kind = options.format_of_file(out, PLOT_FORMATS)
    options.exclusive(("--json", request.as_json), ("--out", bool(out)))
    if out is not None:
        check_not_read(out, request.sources)
    ranges = {
        name: value
        for name, value in request.variables.items()
        if isinstance(value, Range)
    }
    starts = {name: over.start for name, over in ranges.items()}
    started = replace(request, variables={**request.variables, **starts})
    bound = started.bind(complete=bool(ranges))
    _check_ranges(bound, list(ranges), out, request)
    plotted = _sampled(bound, ranges, points)
    if request.as_json:
        from gradcalc.reports.objects import curve_to_dict, surface_to_dict

        consoles.show_json(
            surface_to_dict(bound, plotted)
            if isinstance(plotted, Surface)
            else curve_to_dict(bound, plotted)
        )
    elif out is not None and kind is not None:
        from gradcalc.reports.plots import curve_picture, surface_picture

        content = (
            surface_picture(bound, plotted, kind, request.title)
            if isinstance(plotted, Surface)
            else curve_picture(
                bound, plotted, kind, request.title, derivative=derivative
            )
        )
        replace_file(out, content)
    elif isinstance(plotted, Plotted):
        from gradcalc.reports.terminal_plots import terminal_plot

        colour = consoles.takes_colour(sys.stdout)
        text = terminal_plot(
            bound,
            plotted,
            width=max(_NARROWEST, consoles.width() or _WIDTH),
            height=_height(),
            colour=colour,
            ascii_only=not consoles.can_show("┌─⣀·"),
            derivative=derivative,
        )
        consoles.show_text(text, styled=colour)


def _check_ranges(
    bound: BoundProgram, names: list[str], out: str | None, request: Request
) -> None:
    """Raise the error for no range, for too many, or for what cannot have one."""
    if not names:
        variables = list(bound.program.graph.variables)
        if not variables:
            raise BindingError("the formula has no variable to plot it over")
        free = next((n for n in variables if n not in bound.variables), variables[0])
        raise BindingError(
            "no variable has a range",
            hint=f"write for example {request.setting(free, '-5:5')}",
        )
    if indices := [name for name in names if name in bound.program.indices]:
        raise BindingError(
            f"{indices[0]} is an index in the formula, which can have no range",
            hint="an index is a whole number",
        )
    if len(names) > 2:
        raise BindingError(
            f"{listing(names)} all have ranges, but a plot has room for two",
            hint="give the others a value each",
        )
    if len(names) == 2 and out is None and not request.as_json:
        raise UsageError(
            "a plot over two ranges is a picture, and needs --out",
            hint="add --out plot.png",
        )


def _sampled(
    bound: BoundProgram, ranges: Mapping[str, Range], points: int | None
) -> Plotted | Surface:
    """The formula over one range or two, at as many points as asked for."""
    # By default as many as can be computed in a moment.
    times = _MOST_NODES / len(bound.program.graph)
    if len(ranges) == 1:
        ((name, over),) = ranges.items()
        count = points or max(_FEW_FINE, min(_FINE, int(times)))
        return curve(bound, name, over, count)
    if points is not None and points > _MOST_GRID:
        raise UsageError(
            f"--points: over two ranges at most {_MOST_GRID} each way are possible,"
            f" not {points}"
        )
    count = points or max(_FEW_GRID, min(_GRID, int(times**0.5)))
    (first, over_first), (second, over_second) = ranges.items()
    return surface(bound, (first, second), (over_first, over_second), count)


def _height() -> int:
    """The rows of a plot: most of the terminal, so that the prompt still fits."""
    if consoles.width() is None:
        return _HEIGHT
    from shutil import get_terminal_size

    return min(40, max(10, get_terminal_size().lines - 4))
