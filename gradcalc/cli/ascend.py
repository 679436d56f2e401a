"""`gradcalc ascend`: steps along the gradient, upwards."""

from typing import Any

import click

from gradcalc.cli.commands import FormulaCommand, Request
from gradcalc.cli.descend import step, step_command_options


@click.command(
    "ascend",
    cls=FormulaCommand,
    help="Climb: add rate times the gradient to the variables, step by step.",
    examples=[
        'gradcalc ascend "(a+b)*c" --a=5 --b=-3 --c=-2 --rate 0.01 --steps 1',
        'gradcalc ascend "x*exp(-x)" --x=3 --rate 0.5 --until 1e-9',
        'gradcalc ascend "x*y" --x=1 --y=2 --bound x=0:10 --bound y=0:5 --rate 1',
    ],
)
@step_command_options
def command(request: Request, **given: Any) -> int:
    return step(request, up=True, **given)
