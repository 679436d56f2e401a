"""`gradcalc explain`: backpropagation done by hand, step by step."""

import sys
from functools import partial

import click

from gradcalc.cli import consoles, options
from gradcalc.cli.commands import FormulaCommand, Request
from gradcalc.cli.eval import warn_if_not_finite
from gradcalc.errors import UsageError

# More operations than anybody reads one by one.
_MOST_EXPLAINED = 500


@click.command(
    "explain",
    cls=FormulaCommand,
    help="Explain the gradient step by step: backpropagation done by hand.",
    examples=[
        'gradcalc explain "y = x^2; y*sin(x)" --x=3',
        'gradcalc explain "tanh(x*w + b)" --x=2 --w=-3 --b=1 --for w',
        'gradcalc explain "max(x, y)^2" --x=1 --y=2 --format markdown',
    ],
)
@options.as_json
@click.option(
    "--format",
    "style",
    type=options.Choice(["text", "markdown", "latex"]),
    help="text (default), markdown or latex.",
)
@click.option(
    "--for",
    "--wrt",
    "wrt",
    cls=options.NamesOption,
    metavar="NAMES",
    callback=options.names,
    help="Explain only the paths to these variables: w1 or w1,b.",
)
@options.output
@options.precision
@options.strict
@click.option(
    "--all", "all_steps", is_flag=True, help="Explain every step of a large graph."
)
def command(
    request: Request, *, style: str | None, strict: bool, all_steps: bool
) -> int:
    options.exclusive(("--json", request.as_json), ("--format", style is not None))
    bound = request.bind()
    operations = sum(map(bool, bound.program.graph.inputs))
    whole = not (request.as_json or all_steps or request.wrt)
    if whole and operations > _MOST_EXPLAINED:
        raise UsageError(
            f"the formula has {operations} operations, too many to explain one by one",
            hint="--for NAME explains the paths to one variable, --all explains all",
        )
    # The steps import the laws and the writers, which errors do not need.
    from gradcalc.analysis.explanation import Explanation

    explanation = Explanation(bound, request.wrt)
    if request.as_json:
        from gradcalc.reports.explanation_objects import explanation_to_dict

        consoles.show_json(explanation_to_dict(explanation))
    else:
        from gradcalc.reports.explanation_page import (
            DIGITS,
            Terminal,
            explanation_page,
        )

        colour = consoles.takes_colour(sys.stdout)
        terminal = Terminal(
            consoles.width(),
            ascii_only=not consoles.can_show("∂"),
            heading=partial(click.style, bold=True) if colour else str,
        )
        digits = DIGITS if request.precision is None else request.precision
        page = explanation_page(
            explanation, style or "text", precision=digits, terminal=terminal
        )
        consoles.show_text(page, styled=colour)
    return warn_if_not_finite(explanation.evaluation, strict=strict)
