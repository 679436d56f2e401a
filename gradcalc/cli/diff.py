"""`gradcalc diff`: the gradient as formulas."""

import click

from gradcalc.algebra.gradients import gradient_formulas
from gradcalc.cli import consoles, options
from gradcalc.cli.commands import FormulaCommand, Request


@click.command(
    "diff",
    cls=FormulaCommand,
    help="Print the gradient as formulas in the same language, simplified."
    " Values that are given are filled in.",
    examples=[
        'gradcalc diff "x^2*y" --wrt x',
        'gradcalc diff "a*x^2 + b*x" --a=3 --b=1',
        'gradcalc diff "x^2" --x=3',
        'gradcalc diff "x^2*sin(y)" --order 2',
        'gradcalc diff "sin(x*w)" | gradcalc eval - --output d_w --x=2 --w=1',
        'gradcalc diff "x^3" | gradcalc diff -',
    ],
)
@options.as_json
@options.wrt
@options.format_option(["text", "latex"], "text")
@options.output
@options.precision
@click.option(
    "--order",
    type=options.Number(1, 2, whole=True),
    default=1,
    metavar="N",
    help="1 for the gradient (default), 2 for the Hessian.",
)
@click.option(
    "--exact",
    is_flag=True,
    help="Write what is computed: with all conventions, and for every double.",
)
def command(request: Request, *, order: int, format_: str, exact: bool) -> None:
    bound = request.bind(complete=False)
    gradient = gradient_formulas(bound, request.wrt, order, exact=exact)
    # The writers are needed now, and by no other command.
    from gradcalc.reports import derivatives

    if request.as_json:
        from gradcalc.reports.objects import gradient_to_dict

        consoles.show_json(gradient_to_dict(gradient))
    elif format_ == "latex":
        consoles.show_text(derivatives.latex_text(gradient, request.precision))
    else:
        consoles.show_text(*derivatives.program_lines(gradient, request.precision))
