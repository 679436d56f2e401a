"""`gradcalc formula`: the formula written out."""

import click

from gradcalc.algebra.written_out import formula_text
from gradcalc.cli import consoles, options
from gradcalc.cli.commands import FormulaCommand, Request
from gradcalc.writers.notations import NOTATIONS


@click.command(
    "formula",
    cls=FormulaCommand,
    help="Print a formula written out: functions and lists expanded, the variables that"
    " are given filled in as numbers. Nothing else is computed. Labels are kept, and a"
    " part that is used twice gets one, so the text makes the same graph again. The"
    " Python needs `from math import *`; where a result is not finite it may raise.",
    examples=[
        'gradcalc formula "w*x + b" --w=0.5556 --b=-17.78',
        'gradcalc formula "huber(w*x + b, y)" --format latex',
        'gradcalc formula "sigmoid(x)^2" --format python',
    ],
)
@options.as_json
@options.format_option(NOTATIONS, "text")
@click.option(
    "--wrt",
    metavar="NAMES",
    callback=options.names,
    help="Keep these as names, though they have values: x1,w1.",
)
@options.output
@options.precision
def command(request: Request, *, format_: str) -> None:
    bound = request.bind(complete=False)
    kept = request.wrt or ()
    if request.as_json:
        from gradcalc.reports.objects import formula_to_dict

        text = formula_text(bound, notation=format_, wrt=kept)
        consoles.show_json(formula_to_dict(bound, format_, text))
    else:
        text = formula_text(
            bound, notation=format_, precision=request.precision, wrt=kept
        )
        consoles.show_text(text)
