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
    " part that is used twice gets one, so the text makes the same graph again. In a"
    " programming language it is a function of what has no value, complete with what it"
    " needs; --gradient makes it give the gradient, too.",
    examples=[
        'gradcalc formula "w*x + b" --w=0.5556 --b=-17.78',
        'gradcalc formula "huber(w*x + b, y)" --format latex',
        'gradcalc formula "sigmoid(x)^2" --format python',
        'gradcalc formula "n = x*w + b; tanh(n)" --format c --gradient',
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
@click.option(
    "--gradient",
    is_flag=True,
    help="Write a function that returns the value and the gradient, with respect to"
    " --wrt or to what has no value.",
)
@options.output
@options.precision
def command(request: Request, *, format_: str, gradient: bool) -> None:
    bound = request.bind(complete=False)
    text = formula_text(
        bound,
        notation=format_,
        precision=None if request.as_json else request.precision,
        wrt=request.wrt,
        gradient=gradient,
    )
    if request.as_json:
        from gradcalc.reports.objects import formula_to_dict

        consoles.show_json(formula_to_dict(bound, format_, text))
    else:
        consoles.show_text(text)
