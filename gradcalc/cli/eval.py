"""`gradcalc eval`: the value and the gradient of every node."""

import click

from gradcalc.cli import consoles, options
from gradcalc.cli.commands import FormulaCommand, Request
from gradcalc.engine.evaluation import Evaluation, evaluate_bound
from gradcalc.language.references import wanted_nodes


@click.command(
    "eval",
    cls=FormulaCommand,
    help="Print the value of a formula and the gradient of every node in it.",
    examples=[
        'gradcalc eval "x^2*y" --x=3 --y=-1',
        'gradcalc eval "-x^2" --x 3 --json | jq .gradient.x',
        'gradcalc eval "n = w @ x + b; tanh(n)" --w=1,2 --x=[3,4] --b=-11',
        'gradcalc eval "sin(theta)" --theta=pi/4 --only gradient.theta',
        'gradcalc eval "x^2*y" --x=3 --y=-1 --hessian',
        "gradcalc eval --file loss.grad --vars weights.json",
        'echo "a*b + c" | gradcalc eval --a=2 --b=-3 --c=10 --only value',
    ],
)
@options.as_json
@click.option(
    "--only",
    metavar="WHAT",
    help="Print bare numbers: value, gradient, jacobian, also of one variable or label,"
    " as value.n, and hessian, also of two as hessian.x.y; several with commas.",
)
@click.option(
    "--hessian", is_flag=True, help="Also print the matrix of second derivatives."
)
@options.wrt
@options.output
@options.precision
@options.strict
@options.expand
@click.option(
    "--all", "all_rows", is_flag=True, help="Print every row of a large graph."
)
def command(
    request: Request,
    *,
    only: str | None,
    hessian: bool,
    strict: bool,
    expand: bool,
    all_rows: bool,
) -> int:
    options.exclusive(("--json", request.as_json), ("--only", only is not None))
    bound, most, wanted, wrt = request.bind(), None, None, request.wrt
    if only is not None:
        from gradcalc.reports.only import (
            asks_for_hessian,
            differentiated_by,
            evaluation_lines,
        )

        wanted = list(wanted_nodes(bound.program, wrt))
        # What nobody asked for is not worked out.
        wrt, hessian = differentiated_by(only, wanted), asks_for_hessian(only)
    elif not request.as_json and not all_rows:
        from gradcalc.reports.eval_page import most_columns

        most = most_columns(bound.output)
    evaluation = evaluate_bound(bound, wrt, most=most)
    if only is not None:
        lines = evaluation_lines(evaluation, only, request.precision, wanted)
        consoles.show_text(*lines)
    elif request.as_json:
        from gradcalc.reports.objects import evaluation_to_dict

        consoles.show_json(evaluation_to_dict(evaluation, hessian=hessian))
    else:
        from gradcalc.reports.eval_page import evaluation_page

        page = evaluation_page(
            evaluation,
            width=consoles.width(),
            precision=request.precision,
            expand=expand,
            all_rows=all_rows,
            hessian=hessian,
        )
        consoles.show(page)
    return warn_if_not_finite(
        evaluation, strict=strict, noted=only is None, hessian=hessian
    )


def warn_if_not_finite(
    evaluation: Evaluation, *, strict: bool, noted: bool = True, hessian: bool = False
) -> int:
    """Warn if the result is not finite, and return the exit status.

    `noted` says that the notes are printed: the warning repeats none of them. With
    `hessian` the second derivatives belong to the result.
    """
    if evaluation.result_finite and not (hessian and not evaluation.curvature.finite):
        return 0
    notes = evaluation.notes + (evaluation.curvature_notes if hessian else ())
    reasons = [note.sentence for note in notes if note.kind == "nonfinite"]
    # The first is where it began: the others follow from it.
    warning = "the result is not finite"
    if reasons:
        warning = f"{warning}; the first note says why" if noted else reasons[0]
    consoles.warn(warning)
    return 1 if strict else 0
