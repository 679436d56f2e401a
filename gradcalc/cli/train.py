"""`gradcalc train`: fit a formula's parameters to rows of data."""

import math
import sys
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import click

from gradcalc.cli import consoles, data_options, options, step_options
from gradcalc.cli.commands import FormulaCommand, Request
from gradcalc.cli.output_files import OutputFiles
from gradcalc.cli.training_records import take_record
from gradcalc.data.rows import Reading
from gradcalc.errors import UsageError
from gradcalc.language.bindings import checked_value
from gradcalc.learning.objective import LOSSES, is_least_squares
from gradcalc.learning.optimizers import UPDATE_RULES
from gradcalc.learning.roles import ParameterOptions
from gradcalc.learning.training import DIVERGED, INTERRUPTED
from gradcalc.learning.training_tasks import (
    Settings,
    TrainingResult,
    TrainingTask,
    read_task,
)
from gradcalc.reports.numbers import format_number
from gradcalc.reports.picture_formats import PAGE_FORMATS, PLOT_FORMATS
from gradcalc.wording import listing


def _setting(
    name: str, kind: options.Number, metavar: str, text: str
) -> Callable[..., Any]:
    """The option for a setting of training; `text` is its help, {} its default."""
    default = getattr(Settings, name)
    return click.option(
        f"--{name}",
        type=kind,
        default=default,
        metavar=metavar,
        help=text.format(default),
    )


class TrainCommand(FormulaCommand):
    """The command, whose formula may come from the file of a model trained before."""

    def read_formula(
        self, context: click.Context, positional: str | None
    ) -> tuple[str, dict[str, Any]]:
        record = context.params.pop("record")
        if record is None:
            return super().read_formula(context, positional)
        path = context.params.pop("formula_file")
        options.exclusive(
            ("a formula", positional is not None or path is not None),
            ("--like", True),
            hint="leave out one of them: the file of a model has a formula of its own",
        )
        formula, started = record
        return formula, {
            name: checked_value(name, value) for name, value in started.items()
        }


@click.command(
    "train",
    cls=TrainCommand,
    takes_model=False,
    help="Fit a formula to rows of data. Its names that are columns are inputs, the"
    " others are parameters: --w=0.5 starts one there, else it starts at random.",
    examples=[
        'gradcalc train "w*x + b" --data f2c.csv --target y --epochs 1000'
        " --save model.json",
        'gradcalc train "sigmoid(w*x + b)" --data d.csv --target y --loss bce --w=0.1',
        'gradcalc train "W @ [x1, x2] + b" --shape W=3x2 --shape b=3 --data d.csv'
        " --target name --classes --loss cross_entropy_logits",
        'gradcalc train "a*exp(-k*t)" --data - --target y --fix a=2 --loss'
        ' "abs(prediction - target)" < decay.csv',
        "gradcalc train --like model.json --data f2c.csv --epochs 2000 --every 100"
        " --plot loss.svg --out way.html",
    ],
)
@data_options.data
@data_options.reading
@click.option(
    "--target",
    cls=options.NamesOption,
    metavar="COLUMN",
    help="What to predict; several as y1,y2 for a list.",
)
@click.option(
    "--classes",
    cls=options.OptionalValue,
    metavar="[=A,B,C]",
    help="The target names classes: these, or those found, sorted. Each is an element"
    " of a list, 1 for its own rows and 0 else (or two are 0 and 1 of a number).",
)
@click.option(
    "--loss",
    default="mse",
    metavar="LOSS",
    help=", ".join(LOSSES).replace("mse", "mse (default)", 1)
    + ", or a formula in prediction and target.",
)
@step_options.rate
@_setting(
    "epochs", options.Number(0, whole=True), "N", "How often to go over all rows ({})."
)
@click.option(
    "--batch",
    callback=step_options.batch,
    default="1",
    metavar="N",
    help="Rows for each step, or all (1); their mean gradient counts.",
)
@step_options.optimizer(UPDATE_RULES, ", as PyTorch defines them")
@_setting(
    "l2",
    options.Number(0),
    "L",
    "Add L/2 times the sum of squares of the parameters to the loss ({:g}).",
)
@step_options.shape
@step_options.fix
@click.option(
    "--scale",
    is_flag=True,
    help="Learn from columns minus their mean, over their standard deviation; the model"
    " takes them as they are. Values of parameters are those beside scaled columns.",
)
@_setting(
    "seed",
    options.Number(0, whole=True, most=10**18),
    "N",
    "Another seed starts and shuffles differently ({}).",
)
@click.option(
    "--no-shuffle", is_flag=True, help="Go over the rows as they stand in every epoch."
)
@_setting(
    "validate",
    options.Number(0, 1, strictly=True),
    "SHARE",
    "Hold back a share of the rows, 0.2 say, to measure the loss on.",
)
@_setting(
    "patience",
    options.Number(1, whole=True),
    "N",
    "Stop when the (validation) loss has not fallen for N epochs, and go back to where"
    " it was least.",
)
@data_options.skip_bad
@click.option(
    "--every",
    type=options.Number(1, whole=True),
    metavar="N",
    help="Show the loss of every so many epochs, as a column on standard error.",
)
@click.option(
    "--like",
    "record",
    is_eager=True,
    callback=take_record,
    metavar="FILE",
    help="Take formula, target and options from a model that was saved; options that"
    " are given here win.",
)
@click.option(
    "--plot",
    metavar="FILE",
    help=f"Draw the loss: {listing(PLOT_FORMATS, 'or')}, by the file's ending.",
)
@click.option("--save", metavar="FILE", help="Save the model for predict and --model.")
@options.out_option(PAGE_FORMATS)
@options.as_json
@options.precision
def command(
    request: Request,
    *,
    data: str | None,
    reading: Reading,
    target: str | None,
    **given: Any,
) -> int:
    options.exclusive(("--json", request.as_json), ("--out", given["out"] is not None))
    if data is None or not target:
        raise UsageError(
            "there are no rows: --data is missing"
            if data is None
            else "there is nothing to predict: --target is missing",
            hint="train on a file with --data FILE --target COLUMN",
        )
    parameters = ParameterOptions(
        started=request.variables,
        defaults=request.defaults,
        shapes=step_options.read_shapes(given["shape_texts"]),
        fixed=step_options.read_values(given["fixed_texts"]),
    )
    settings = _settings(given)
    # Before hours of training, not after.
    files = OutputFiles(given["save"], given["plot"], given["out"])
    files.check([*request.sources, data, request.given.get("--like", data)])
    with data_options.opened_rows(data, reading) as rows:
        task = read_task(
            request.formula,
            rows,
            data_options.columns_in(target, rows),
            parameters,
            loss=given["loss"],
            classes=data_options.read_classes(given["classes"]),
            skip_bad=given["skip_bad"],
        )
        known = {*task.roles.started, *parameters.shapes}
        request.refuse_options(n for n in task.roles.learned if n not in known)
        data_options.warn_of_columns(task.roles, task.target, rows)
    result = _trained(request, task, settings, given["every"])
    return _finish(request, result, files)


def _settings(given: dict[str, Any]) -> Settings:
    constants = step_options.take_constants(given)
    own = {
        each.name: given[each.name] for each in fields(Settings) if each.name in given
    }
    return Settings(constants=constants, shuffle=not given["no_shuffle"], **own)


def _trained(
    request: Request, task: TrainingTask, settings: Settings, every: int | None
) -> TrainingResult:
    """The result of training, while standard error shows how it goes.

    That is a column of losses if asked for, else a bar if it is a terminal.
    """
    if every is None and (not sys.stderr.isatty() or settings.epochs < 2):
        return task.train(settings)
    from gradcalc.reports.learning_pages import loss_column, training_progress

    epochs, colour = settings.epochs, consoles.takes_colour(sys.stderr)
    with (
        training_progress(sys.stderr, epochs, colour=colour)
        if every is None
        else loss_column(sys.stderr, epochs, every, request.precision)
    ) as show:
        return task.train(settings, show)


def _loss_picture(result: TrainingResult, kind: str) -> bytes:
    from gradcalc.reports.plots import loss_picture

    return loss_picture(result, kind)


def _page(request: Request, result: TrainingResult) -> str:
    from gradcalc.webpage.training_page import training_page

    return training_page(result, request.title, request.precision)


def _finish(request: Request, result: TrainingResult, files: OutputFiles) -> int:
    """Write the files, print the result and return the exit status."""
    from gradcalc.reports.learning_pages import divergence, growth
    from gradcalc.reports.objects import history_of, training_to_dict

    entries = training_to_dict(result)
    # Raised after the parameters are printed, so that they are not lost.
    unsaved = files.write(
        lambda: entries,
        lambda kind: _loss_picture(result, kind),
        lambda: _page(request, result),
    )
    data_options.warn_of(result.skipped)
    if request.as_json:
        consoles.show_json({**entries, "history": history_of(result.training)})
    else:
        from gradcalc.reports.learning_pages import training_page

        page = training_page(
            result,
            saved=None if unsaved else files.save,
            unicode=consoles.can_show("→▁█"),
            width=consoles.width(),
            precision=request.precision,
        )
        consoles.show(page)
    if request.as_json:
        from gradcalc.reports.learning_pages import training_notes

        for sentence in training_notes(result):
            consoles.warn(sentence)
    if unsaved is not None:
        raise unsaved
    training = result.training
    if training.stopped == DIVERGED:
        consoles.warn(f"{divergence(training)}; {_advice(result)}")
        return 1
    if training.grew and not result.settings.l2:
        consoles.warn(f"{growth(training)}; {_advice(result)}")
    return 130 if training.stopped == INTERRUPTED else 0


def _advice(result: TrainingResult) -> str:
    """What to do about a training that diverged."""
    if not math.isfinite(result.training.first):
        return "no --rate helps, for it is not finite at the start"
    settings, steady = result.settings, result.steady
    advice = f"a --rate smaller than {settings.rate:g} may help"
    if steady is not None:
        would = "would" if steady.sure else "should"
        have = "not have diverged" if steady.sure else "not diverge"
        advice = f"--rate {format_number(steady.rate)} {would} {have}"
    model = result.model
    if model.classes is None and not settings.l2 and is_least_squares(model.loss):
        advice += ", and gradcalc fit needs no rate"
    if steady is not None and not settings.scale and steady.rate < settings.rate / 10:
        advice += "; --scale makes larger rates possible where columns are large"
    return advice
