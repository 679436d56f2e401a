"""`gradcalc predict`: a trained or fitted model on rows of data, or on one point."""

import os
from contextlib import suppress
from dataclasses import replace

import click

from gradcalc.cli import consoles, data_options, options
from gradcalc.cli.arguments import Split
from gradcalc.cli.commands import Request, VariablesCommand
from gradcalc.cli.files import STANDARD_INPUT, check_not_output, read_model
from gradcalc.cli.mistaken_names import setting
from gradcalc.cli.row_output import RowOutput
from gradcalc.data.formats import row_writer
from gradcalc.data.rows import Reading, Row, Rows, Skipped
from gradcalc.errors import (
    BindingError,
    DataError,
    GradcalcError,
    ShapeError,
    UsageError,
)
from gradcalc.language.bindings import bind, constant_value
from gradcalc.learning.model import Model
from gradcalc.learning.prediction import (
    prediction_additions,
    predictor,
    spread_names,
    values_of,
)
from gradcalc.shapes import described, leaves_of, shape_of
from gradcalc.wording import counted, plural


class ModelCommand(VariablesCommand):
    """A command whose positional word is the file of a model."""

    def explained(self, ctx: click.Context, error: GradcalcError) -> GradcalcError:
        # The file, and what may be meant as values or as rows.
        path, *words = ctx.obj.positionals or [""]
        assigned = any("=" in word for word in words)
        if not words or assigned or not ctx.obj.problem or path == STANDARD_INPUT:
            return super().explained(ctx, error)
        try:
            values = list(map(constant_value, words))
            names = list(read_model(path).inputs)
        except GradcalcError:
            rows = len(words) == 1 and os.path.isfile(words[0])
            hint = f"rows of data are given with --data {words[0]}"
            return error.but(hint=hint) if rows else super().explained(ctx, error)
        if len(values) != len(names):
            return super().explained(ctx, error)
        declared = self.declared_options(ctx)
        pairs = zip(names, words, strict=True)
        given = " ".join(setting(name, declared, word) for name, word in pairs)
        return error.but(hint=f"values are given by name: {given}")

    def typed_formula(self, split: Split) -> str:
        path = next(iter(split.positionals), STANDARD_INPUT)
        if path != STANDARD_INPUT:
            with suppress(GradcalcError):
                return read_model(path).text
        return ""


@click.command(
    "predict",
    cls=ModelCommand,
    expected="model",
    help="Add a column of predictions to rows of data, which stay as they are, or print"
    " the prediction for one point. Each of a model that fit saved has its sigma, from"
    " the covariance of the parameters; the noise of a measurement is not in it.",
    examples=[
        "gradcalc predict model.json --data new.csv > predicted.csv",
        "gradcalc predict model.json --data - --gradient < new.jsonl | head",
        "gradcalc predict model.json --x=32",
        "gradcalc predict decay.json --data times.csv --interval 0.95",
    ],
)
@data_options.data
@data_options.reading
@click.option(
    "--gradient", is_flag=True, help="Add the derivative with respect to each input."
)
@click.option(
    "--scores", is_flag=True, help="Add the number that the model gives each class."
)
@click.option(
    "--interval",
    "confidence",
    type=options.Number(0, 1, strictly=True),
    metavar="SHARE",
    help="Add the ends of the curve's interval of confidence, 0.95 say, by Student's t"
    " (of a model that fit saved).",
)
@click.option(
    "--column",
    default="prediction",
    metavar="NAME",
    help="What to call the new column (prediction).",
)
@data_options.skip_bad
@options.as_json
@options.precision
def command(
    request: Request,
    *,
    data: str | None,
    reading: Reading,
    gradient: bool,
    scores: bool,
    confidence: float | None,
    column: str,
    skip_bad: bool,
) -> int | None:
    if request.positional is None:
        raise UsageError(
            "there is no model",
            hint="give the file that gradcalc train or fit wrote with --save:"
            " gradcalc predict model.json --x=32",
        )
    model = read_model(request.positional)
    width = None if confidence is None else _reach(model, confidence)
    if data is None:
        return _predict_point(request, model, gradient, scores, width)
    values = bool(request.variables or request.defaults)
    options.exclusive(("--data", True), ("values of variables", values))
    if request.as_json:
        raise UsageError(
            "--json is for one point; rows of data come out as they went in",
            hint="rows in JSON Lines come out as JSON Lines",
        )
    scores = scores and model.classes is not None
    spread = spread_names(model, interval=width is not None)
    check_not_output(data)
    with data_options.opened_rows(data, reading) as rows:
        _check_inputs(model, rows)
        additions = prediction_additions(
            model,
            column,
            scores=scores,
            gradient=gradient,
            spread=spread,
            taken=rows.columns,
        )
        writer = row_writer(rows, additions)
        predict = predictor(model, gradient=gradient, reach=width)
        numbers = rows.numbers(list(model.inputs), finite=False)
        odd, skipped = 0, Skipped()

        def predicted(row: Row) -> str:
            nonlocal odd
            prediction = predict(numbers(row))
            values = values_of(prediction, scores=scores, spread=spread)
            text = writer.written(row, values)
            odd += not prediction.finite
            return text

        blocks = rows.blocks(predicted, skipped if skip_bad else None)
        RowOutput().write_rows(writer.header, blocks)
    data_options.warn_of(skipped)
    if odd:
        consoles.warn(
            f"{counted(odd, 'row')} {plural(odd, 'has', 'have')} a"
            f" {_listed(model)} that is not finite"
        )
    return 0


def _listed(model: Model) -> str:
    """What a prediction consists of."""
    return (
        "prediction, sigma or gradient"
        if model.uncertainty
        else ("prediction or gradient")
    )


def _reach(model: Model, confidence: float) -> float:
    """How many sigmas the intervals of the model's predictions reach to each side."""
    # Imported here: few predictions have one.
    from gradcalc.fitting.intervals import half_width

    known = model.uncertainty
    if known is None or known.degrees_of_freedom is None or model.classes is not None:
        raise UsageError(
            "--interval: the model does not say how uncertain its parameters are",
            hint="gradcalc fit --save writes a model that does",
        )
    return half_width(confidence, known.degrees_of_freedom)


def _check_inputs(model: Model, rows: Rows) -> None:
    """Raise DataError unless the rows have a column for every input of the model."""
    rows.require(list(model.inputs))
    for name, shape in model.inputs.items():
        if rows.columns[name] != shape:
            raise DataError(
                f"the column {name} of {rows.name} holds"
                f" {described(rows.columns[name])}, but the model takes"
                f" {described(shape)}"
            )


def _predict_point(
    request: Request, model: Model, gradient: bool, scores: bool, width: float | None
) -> int:
    """Print the prediction for the values given; return the exit status."""
    if model.inputs and not request.variables and not request.defaults:
        inputs = " ".join(map(request.setting, list(model.inputs)[:4]))
        raise UsageError(
            "there is nothing to predict from",
            hint=f"give rows, --data FILE, or a point, {inputs}",
        )
    defaults = {**model.parameters, **request.defaults}
    bound = bind(model.text, request.variables, defaults=defaults)
    # A name such as e has a value of its own in a formula, but not as an input.
    if missing := [name for name in model.inputs if name not in bound.variables]:
        raise BindingError(
            f"no value is given for the {plural(missing, 'input', 'inputs')}"
            f" {', '.join(missing)}",
            hint="add " + " ".join(f"--{name}=..." for name in missing[:4]),
        )
    point = {name: bound.variables[name] for name in model.inputs}
    for name, shape in model.inputs.items():
        given = shape_of(point[name])
        if given != shape:
            raise ShapeError(
                f"{name} is {described(given)}, the model takes {described(shape)}"
            )
    numbers = leaves_of(point, point)
    parameters = {
        name: value for name, value in bound.variables.items() if name not in point
    }
    exact = {*request.variables, *request.defaults}
    model = replace(
        model,
        parameters=parameters,
        uncertainty=model.uncertainty and model.uncertainty.but_exact(exact),
    )
    prediction = predictor(model, gradient=gradient, reach=width)(numbers)
    scores = scores and model.classes is not None
    if request.as_json:
        from gradcalc.reports.objects import prediction_to_dict

        consoles.show_json(prediction_to_dict(prediction, point, model.classes))
    else:
        from gradcalc.reports.learning_pages import prediction_lines, uncertain_texts

        # Scripts read the prediction alone, as long as no more is asked for.
        told = prediction.sigma is not None and consoles.width() is not None
        interval = width is not None
        spread = spread_names(model, interval=True) if interval and not told else ()
        columns = prediction_additions(
            model, "prediction", scores=scores, gradient=gradient, spread=spread
        ).columns
        values = values_of(prediction, scores=scores, spread=spread)
        if told:
            texts = uncertain_texts(
                prediction, request.precision, "±" if consoles.can_show("±") else "+-"
            )
            values[: len(texts)] = texts
        consoles.show_text(*prediction_lines(columns, values, request.precision))
    if not prediction.finite:
        beside = ", its sigma or" if model.uncertainty else " or its"
        consoles.warn(f"the prediction{beside} gradient is not finite")
    return 0
