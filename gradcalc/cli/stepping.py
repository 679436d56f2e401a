"""What `gradcalc ascend` and `gradcalc descend` share: all but the direction."""

import math
from collections.abc import Callable
from typing import Any

import click

from gradcalc.cli import consoles, options, step_options
from gradcalc.cli.commands import Request
from gradcalc.errors import GradcalcError, UsageError
from gradcalc.language.bindings import bind
from gradcalc.language.constants import constant_value
from gradcalc.learning.descent import DIVERGED, INTERRUPTED, KINK, descend
from gradcalc.learning.landscape import Bounds

_STEPS = 100
_STEPS_UNTIL = 10_000


_OPTIONS = [
    step_options.rate,
    click.option(
        "--steps",
        callback=options.whole_number(0),
        metavar="N",
        help=f"At most so many steps ({_STEPS}; with --until {_STEPS_UNTIL}).",
    ),
    click.option(
        "--until",
        callback=step_options.number(0),
        metavar="TOL",
        help="Stop when the norm of the gradient is at most TOL.",
    ),
    step_options.optimizer,
    step_options.momentum,
    click.option(
        "--bound",
        "bounds",
        multiple=True,
        metavar="NAME=LOW:HIGH",
        help="Keep a variable in a range (x=0:10, x=0:, x=:10). May be repeated.",
    ),
    click.option(
        "--every",
        callback=options.whole_number(1),
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
    rate: float,
    steps: int | None,
    until: float | None,
    optimizer: str,
    momentum: float | None,
    bounds: tuple[str, ...],
    every: int | None,
    wrt: list[str] | None,
    output: str | None,
    as_json: bool,
    only: str | None,
    precision: int | None,
) -> int:
    """Go up or down, print the way and return the exit status."""
    options.exclusive(("--json", as_json), ("--only", only is not None))
    limits = _bounds(bounds)
    settings = step_options.optimizer_settings(optimizer, momentum)
    bound = bind(
        request.formula, request.variables, defaults=request.defaults, output=output
    )
    descent = descend(
        bound,
        up=up,
        rate=rate,
        steps=steps if steps is not None else _STEPS if until is None else _STEPS_UNTIL,
        until=until or 0.0,
        wrt=wrt,
        every=every,
        optimizer=optimizer,
        settings=settings,
        bounds=limits,
    )
    if only is not None:
        from gradcalc.reports.only import descent_lines

        for line in descent_lines(descent, only, precision):
            consoles.show_text(line)
    elif as_json:
        from gradcalc.reports.objects import descent_to_dict

        consoles.show_json(descent_to_dict(descent))
    else:
        from gradcalc.reports.descent_page import descent_page

        consoles.show(
            descent_page(
                descent,
                all_rows=every is not None,
                width=consoles.width(),
                precision=precision,
            )
        )
    if descent.stopped == DIVERGED:
        advice = "start where the value and the gradient are finite"
        if descent.end.finite:
            advice = (
                "the last finite point is the answer; try a --rate smaller than"
                f" {rate:g}"
            )
        consoles.warn(f"{descent.reason}; {advice}")
        return 1
    if descent.stopped == KINK and (as_json or only is not None):
        consoles.warn(descent.reason)
    return 130 if descent.stopped == INTERRUPTED else 0


def _bounds(texts: tuple[str, ...]) -> dict[str, Bounds]:
    """The range of each variable that was given one."""
    found = {}
    ranges = step_options.settings_of(texts, "--bound", "x=0:10")
    for name, text in ranges.items():
        low_text, colon, high_text = text.partition(":")
        low = _end(name, low_text, -math.inf)
        high = _end(name, high_text, math.inf)
        if not colon or not low <= high:
            raise UsageError(
                f"the bound of {name} is no range: '{text}'",
                hint="write the lower end, a colon and the upper end: x=0:10",
            )
        found[name] = (low, high)
    return found


def _end(name: str, text: str, otherwise: float) -> float:
    if not text.strip():
        return otherwise
    try:
        value = constant_value(text)
    except GradcalcError as error:
        raise UsageError(
            f"the bound of {name}: {error.message}",
            source=error.source or text,
            span=error.span,
        ) from None
    if not isinstance(value, float):
        raise UsageError(f"the bound of {name} is a list, not a number")
    return value
