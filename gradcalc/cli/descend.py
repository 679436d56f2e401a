"""`gradcalc descend`: steps along the gradient, down; and what `ascend` shares."""

from collections.abc import Callable, Sequence
from typing import Any

import click

from gradcalc.cli import consoles, options, step_options
from gradcalc.cli.commands import FormulaCommand, Request
from gradcalc.cli.files import replace_file
from gradcalc.cli.output_files import OutputFiles
from gradcalc.errors import UsageError
from gradcalc.learning.descent import (
    DIVERGED,
    INTERRUPTED,
    KINK,
    STUCK,
    Descent,
    DescentSettings,
    descend,
)
from gradcalc.learning.optimizers import OPTIMIZERS, RATE
from gradcalc.reports.picture_formats import PAGE_FORMATS

_STEPS = 100
_STEPS_UNTIL = 10_000


_OPTIONS: list[Callable[..., Any]] = [
    click.option(
        "--rate",
        type=options.Number(0, strictly=True),
        metavar="H",
        help=f"The learning rate: a step is H times the gradient ({RATE:g}), or times"
        " the whole step of newton (1).",
    ),
    click.option(
        "--steps",
        type=options.Number(0, whole=True),
        metavar="N",
        help=f"At most so many steps ({_STEPS}; with --until {_STEPS_UNTIL}).",
    ),
    click.option(
        "--until",
        type=options.Number(0),
        metavar="TOL",
        help="Stop when the norm of the gradient is at most TOL.",
    ),
    step_options.optimizer(OPTIMIZERS, " (SciPy)"),
    click.option(
        "--bound",
        "bounds",
        multiple=True,
        metavar="NAME=LOW:HIGH",
        help="Keep a variable in a range (x=0:10, x=0:, x=:10). May be repeated.",
    ),
    click.option(
        "--every",
        type=options.Number(1, whole=True),
        metavar="K",
        help="Show every K-th step.",
    ),
    options.wrt,
    options.output,
    options.as_json,
    click.option(
        "--only",
        metavar="WHAT",
        help="Print bare numbers, a line per step shown: value, variables.x,"
        " gradient.x, actual_change; or one: end.value, end.variables.x.",
    ),
    options.out_option(PAGE_FORMATS),
    options.precision,
]


def step_command_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function with the options of both commands."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def step(
    request: Request,
    *,
    up: bool,
    only: str | None,
    out: str | None,
    steps: int | None,
    until: float | None,
    bounds: Sequence[str],
    **given: Any,
) -> int:
    """Go up or down, print the points and return the exit status."""
    options.exclusive(
        ("--json", request.as_json),
        ("--only", only is not None),
        ("--out", out is not None),
    )
    OutputFiles(out=out).check(request.sources)
    if steps is None:
        steps = _STEPS if until is None else _STEPS_UNTIL
    settings = DescentSettings(
        up=up,
        wrt=request.wrt,
        steps=steps,
        until=until or 0.0,
        thinned=out is not None,
        bounds=step_options.read_bounds(bounds),
        constants=step_options.take_constants(given),
        **given,
    )
    optimizer = OPTIMIZERS[settings.optimizer]
    if settings.rate is not None and optimizer.rate is None:
        raise UsageError(
            f"--rate is given, but {optimizer.name} finds the length of its steps"
            " itself",
            hint="leave out --rate",
        )
    bound = request.bind()
    descent = descend(bound, settings)
    if out is not None:
        # Imported here: few descents are drawn.
        from gradcalc.webpage.descent_page import descent_page

        page = descent_page(bound, settings, descent, request.title, request.precision)
        replace_file(out, page.encode())
    else:
        _show(request, descent, only, all_rows=settings.every is not None)
    if descent.stopped == DIVERGED:
        advice = "start where the value and the gradient are finite"
        if descent.end.finite:
            advice = "the last finite point is the answer"
            if optimizer.rule:
                rate = settings.rate or optimizer.rate
                advice += f"; try a --rate smaller than {rate:g}"
        consoles.warn(f"{descent.reason}; {advice}")
        return 1
    told = out is None and only is None and not request.as_json
    if descent.stopped in (KINK, STUCK) and not told:
        consoles.warn(descent.reason)
    return 130 if descent.stopped == INTERRUPTED else 0


def _show(
    request: Request, descent: Descent, only: str | None, *, all_rows: bool
) -> None:
    """Print the descent in the form that is asked for."""
    if only is not None:
        from gradcalc.reports.only import descent_lines

        consoles.show_text(*descent_lines(descent, only, request.precision))
    elif request.as_json:
        from gradcalc.reports.objects import descent_to_dict

        consoles.show_json(descent_to_dict(descent))
    else:
        from gradcalc.reports.learning_pages import descent_page

        consoles.show(
            descent_page(
                descent,
                all_rows=all_rows,
                width=consoles.width(),
                precision=request.precision,
            )
        )


@click.command(
    "descend",
    cls=FormulaCommand,
    help="Go down: take rate times the gradient off the variables, step by step.",
    examples=[
        'gradcalc descend "(x-3)^2 + y^2" --x=0 --y=2 --rate 0.1 --until 1e-6',
        'gradcalc descend "(1-x)^2 + 100*(y-x^2)^2" --x=-1 --y=1 --rate 0.01'
        " --optimizer adam --steps 2000 --every 200",
        'gradcalc descend "(1-x)^2 + 100*(y-x^2)^2" --x=-1 --y=1 --optimizer newton'
        " --out way.html",
        'gradcalc descend "x^2" --x=1 --rate 0.1 --only variables.x',
    ],
)
@step_command_options
def command(request: Request, **given: Any) -> int:
    return step(request, up=False, **given)
