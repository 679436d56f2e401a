"""`gradcalc solve`: the values of variables at which a formula is 0."""

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from gradcalc.cli import consoles, options
from gradcalc.cli.commands import FormulaCommand, Request
from gradcalc.cli.variables import read_range
from gradcalc.errors import GradcalcError, UsageError
from gradcalc.language.bindings import constant_value
from gradcalc.wording import listing

if TYPE_CHECKING:
    from gradcalc.analysis.curves import Range

# Between the ends of a bracket, so many numbers are tried; fewer of a large formula.
_NUMBERS, _FEWEST = 1000, 40
_MOST_NODES = 4_000_000


class SolveCommand(FormulaCommand):
    values_help = (
        "Where the search starts: a number, a list or a matrix; or a bracket, in which"
        " all roots are looked for: --x=0:2. Also: --NAME VALUE."
    )


@click.command(
    "solve",
    cls=SolveCommand,
    value=read_range,
    help="Find where a formula is 0, or where the equation left == right holds, by"
    " Newton's method with the exact derivatives. A list is a system of equations."
    " Every variable given on the command line is an unknown that starts there, unless"
    " --wrt names others; values that the formula carries are kept.",
    examples=[
        'gradcalc solve "cos(x) - x" --x=1 --trace',
        'gradcalc solve "tan(x) == x" --x=0:10',
        'gradcalc solve "P*(1 + r/12)^n" --P=1000 --r=0.05 --n=1 --wrt n --equals 2000',
        'gradcalc solve "[x^2 + y^2 == 4, x*y == 1]" --x=2 --y=1',
    ],
)
@options.as_json
@click.option(
    "--only",
    metavar="WHAT",
    help="Print bare numbers, a line per root: x, residual, within.x, kind, steps.",
)
@click.option(
    "--equals",
    metavar="VALUE",
    help="What the formula is to be: a number, a constant formula or a list (0).",
)
@click.option(
    "--wrt",
    cls=options.NamesOption,
    metavar="NAMES",
    callback=options.names,
    help="Solve for these alone, with the other variables held: x,y.",
)
@click.option(
    "--steps",
    type=options.Number(1, whole=True),
    default=100,
    metavar="N",
    help="At most so many steps from a start (100).",
)
@click.option("--trace", is_flag=True, help="Show every step.")
@options.output
@options.precision
def command(
    request: Request,
    *,
    only: str | None,
    equals: str | None,
    steps: int,
    trace: bool,
) -> int:
    options.exclusive(("--json", request.as_json), ("--only", only is not None))
    from gradcalc.analysis.curves import Range
    from gradcalc.solving.solve import solve

    ranges = {
        name: value
        for name, value in request.variables.items()
        if isinstance(value, Range)
    }
    starts = {name: over.start for name, over in ranges.items()}
    started = replace(request, variables={**request.variables, **starts})
    bound = started.bind()
    wrt, between = request.wrt, None
    if ranges:
        wrt = _check_bracket(ranges, wrt, bound.output)
        count = int(_MOST_NODES / len(bound.program.graph))
        (over,) = ranges.values()
        between = over.points(max(_FEWEST, min(_NUMBERS, count)))
    value = None if equals is None else _right_side(equals)
    solution = solve(bound, equals=value, wrt=wrt, between=between, steps=steps)
    if only is not None:
        from gradcalc.reports.only import solution_lines

        consoles.show_text(*solution_lines(solution, only, request.precision))
    elif request.as_json:
        from gradcalc.reports.solution_objects import solution_to_dict

        consoles.show_json(solution_to_dict(solution))
    else:
        from gradcalc.reports.solution_page import solution_page

        page = solution_page(
            solution,
            trace=trace,
            width=consoles.width(),
            precision=request.precision,
            ascii_only=not consoles.can_show("±"),
        )
        consoles.show(page)
    if solution.solved:
        return 0
    if only is not None or request.as_json:
        consoles.warn(f"no root: {solution.best.reason}")
    return 1


def _check_bracket(
    ranges: "dict[str, Range]", wrt: list[str] | None, output: object
) -> list[str]:
    """The only unknown; raises UsageError for brackets that are of no use."""
    names = list(ranges)
    if isinstance(output, list):
        raise UsageError(
            "a bracket is for one equation, but the result is a list",
            hint=f"give a start: --{names[0]}={ranges[names[0]].start:g}",
        )
    if len(names) > 1:
        raise UsageError(
            f"{listing(names)} all have brackets, but a bracket is for one unknown",
            hint="give the others a value each",
        )
    if wrt is not None and wrt != names:
        raise UsageError(
            f"{names[0]} has a bracket, but --wrt names {listing(wrt)}",
            hint=f"leave out --wrt, or give {names[0]} a value",
        )
    return names


def _right_side(text: str) -> object:
    """The value of --equals."""
    try:
        return constant_value(text)
    except GradcalcError as error:
        raise UsageError(
            f"--equals: {error.message}",
            source=error.source or text,
            span=error.span,
            hint="an equation with variables on both sides is typed with ==: x^2 == y",
        ) from None
