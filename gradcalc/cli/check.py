"""`gradcalc check`: the gradient compared with differences, or with one's own."""

import re
from collections.abc import Sequence

import click

from gradcalc.cli import consoles, options
from gradcalc.cli.commands import FormulaCommand, Request
from gradcalc.errors import BindingError, UsageError
from gradcalc.language.identifiers import NAME, normal, repeated
from gradcalc.wording import quoted

_ANSWER = re.compile(rf"\s*({NAME}(?:\[\d+\])*)\s*=(.*)", re.DOTALL)


@click.command(
    "check",
    cls=FormulaCommand,
    help="Compare the gradient with differences, or with one worked out by hand.\n\n"
    "Verdicts: ok; differs (status 1); kink, where the slopes on the two sides differ;"
    " unsure, where rounding or a convention decides, or the value is not finite"
    " (status 1 if another slope is found).\n\n"
    "An answer given with --expect is right if it is right to the digits given:"
    " 0.71 for 0.7071. Whole numbers and formulas must agree to a millionth, a formula"
    " in the variables (x=2*x) also at other points.",
    examples=[
        'gradcalc check "tanh(x*w + b)" --x=2 --w=-3 --b=7',
        'gradcalc check "x^2*y" --x=3 --y=-1 --expect x=-6 --expect y=9',
        'gradcalc check "tanh(x*w)" --x=2 --w=-3 --expect "x = w*(1 - tanh(x*w)^2)"',
        'gradcalc check "w @ x" --w=1,2 --x=3,4 --expect w=3,4 --json',
    ],
)
@options.as_json
@options.wrt
@click.option(
    "--expect",
    "expected",
    multiple=True,
    metavar="NAME=VALUE",
    help="Your own answer for a variable's gradient, to compare (repeatable).",
)
@options.output
@options.precision
def command(request: Request, *, expected: Sequence[str]) -> int:
    if expected and request.wrt is not None:
        raise UsageError(
            "--expect and --wrt are both given",
            hint="--expect checks the variables that it names",
        )
    answers = [_answer(text) for text in expected]
    if twice := repeated([name for name, _ in answers], "expected"):
        raise BindingError(twice)
    answers = [(normal(name), value) for name, value in answers]
    bound = request.bind(wrt=[name for name, _ in answers] or None)
    from gradcalc.analysis.answers import Answers, check_answers
    from gradcalc.analysis.check import check

    checked = check_answers(bound, answers) if answers else check(bound, request.wrt)
    if request.as_json:
        from gradcalc.reports.objects import answers_to_dict, check_to_dict

        consoles.show_json(
            answers_to_dict(checked)
            if isinstance(checked, Answers)
            else check_to_dict(checked)
        )
    else:
        from gradcalc.reports.check_page import answers_page, check_page

        width, digits = consoles.width(), request.precision
        consoles.show(
            answers_page(checked, width=width, precision=digits)
            if isinstance(checked, Answers)
            else check_page(checked, width=width, precision=digits)
        )
    return 0 if checked.agrees else 1


def _answer(text: str) -> tuple[str, str]:
    match = _ANSWER.fullmatch(text)
    if match is None or not match[2].strip():
        raise UsageError(
            f"--expect takes NAME=VALUE, not {quoted(text)}",
            hint="write --expect w1=1.5",
        )
    return match[1], match[2]
