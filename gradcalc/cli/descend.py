"""`gradcalc descend`: steps along the gradient, downwards."""

from typing import Any

import click

from gradcalc.cli import stepping
from gradcalc.cli.commands import FormulaCommand, Request


@click.command(
    "descend",
    cls=FormulaCommand,
    help="Go down: take rate times the gradient off the variables, step by step.",
    examples=[
        'gradcalc descend "(x-3)^2 + y^2" --x=0 --y=2 --rate 0.1 --until 1e-6',
        'gradcalc descend "(1-x)^2 + 100*(y-x^2)^2" --x=-1 --y=1 --rate 0.01'
        " --optimizer adam --steps 2000 --every 200",
        'gradcalc descend "x^2" --x=1 --rate 0.1 --only variables.x',
    ],
)
@stepping.step_command_options
def command(request: Request, **settings: Any) -> int:
    return stepping.step(request, up=False, **settings)
