"""`gradcalc predict`: a trained model on rows of data, or on one point."""

import math
import sys
from typing import Any

import click

from gradcalc.cli import consoles, data_options, options
from gradcalc.cli.commands import Request, VariablesCommand
from gradcalc.cli.models import read_model
from gradcalc.data.extending import header_with, row_with_cells, row_with_entries
from gradcalc.data.rows import Rows, Skipped, unknown_columns, usable
from gradcalc.errors import DataError, ShapeError, UsageError
from gradcalc.language.bindings import bind
from gradcalc.learning.model import Model
from gradcalc.learning.prediction import Columns, Prediction, predictor
from gradcalc.shapes import described, flatten, shape_of


@click.command(
    "predict",
    cls=VariablesCommand,
    expected="model",
    help="Add a column of predictions to rows of data, which stay as they are, or print"
    " the prediction for one point.",
    examples=[
        "gradcalc predict model.json --data new.csv > predicted.csv",
        "gradcalc predict model.json --data - --gradient < new.jsonl | head",
        "gradcalc predict model.json --x=32",
    ],
)
@data_options.data
@data_options.format_option
@click.option(
    "--gradient", is_flag=True, help="Add the derivative with respect to each input."
)
@click.option(
    "--scores", is_flag=True, help="Add the number that the model gives each class."
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
    kind: str | None,
    gradient: bool,
    scores: bool,
    column: str,
    skip_bad: bool,
    as_json: bool,
    precision: int | None,
) -> int | None:
    if request.positional is None:
        raise UsageError(
            "there is no model",
            hint="give the file that gradcalc train --save wrote:"
            " gradcalc predict model.json --x=32",
        )
    if data == request.positional == "-":
        raise UsageError("standard input cannot be both the model and the rows")
    model = read_model(request.positional)
    if data is None:
        return _predict_point(
            request,
            model,
            gradient=gradient,
            scores=scores,
            as_json=as_json,
            precision=precision,
        )
    values = bool(request.variables or request.defaults)
    options.exclusive(("--data", True), ("values of variables", values))
    if as_json:
        raise UsageError(
            "--json is for one point; rows of data come out as they went in",
            hint="rows in JSON Lines come out as JSON Lines",
        )
    with data_options.opened_rows(data, kind) as rows:
        columns = Columns(model, column, scores=scores, gradient=gradient)
        return _predict_rows(
            model, rows, columns, column, gradient=gradient, skip_bad=skip_bad
        )


def _predict_rows(
    model: Model,
    rows: Rows,
    columns: Columns,
    name: str,
    *,
    gradient: bool,
    skip_bad: bool,
) -> int:
    """Write each row as it is read, with its prediction; return the exit status."""
    _check_columns(model, rows, columns, name)
    predict = predictor(model, gradient=gradient)
    numbers = rows.numbers(list(model.inputs))
    # Bytes, because the rows are UTF-8 and stay it in every locale.
    write = sys.stdout.buffer.write
    watched = sys.stdout.isatty()
    table = rows.format != "jsonl"
    # Kept until there is a row: of what cannot be understood nothing is printed.
    header = header_with(rows, columns.names)
    begun, odd, skipped = False, 0, Skipped()
    predictions = usable(
        rows, lambda row: predict(numbers(row)), skipped if skip_bad else None
    )
    try:
        for prediction in predictions:
            cells = list(columns.cells(prediction))
            if not all(_finite(cell) for cell in cells):
                odd += 1
            if table:
                text = row_with_cells(rows, cells)
            else:
                text = row_with_entries(rows, _entries(prediction, name, columns))
            write((header + text).encode())
            header, begun = "", True
            if watched:
                sys.stdout.flush()
    except DataError as error:
        if begun:
            # The rows above are out already: the answer is there in part.
            error.exit_code = 1
            sys.stdout.flush()
        raise
    write(header.encode())
    data_options.warn_of(skipped)
    if odd:
        count = "1 row has" if odd == 1 else f"{odd} rows have"
        consoles.warn(f"{count} a prediction or gradient that is not finite")
    return 0


def _check_columns(model: Model, rows: Rows, columns: Columns, name: str) -> None:
    missing = [name for name in model.inputs if name not in rows.columns]
    if missing:
        raise unknown_columns(rows, missing)
    for input_, shape in model.inputs.items():
        if rows.columns[input_] != shape:
            raise DataError(
                f"the column {input_} of {rows.name} holds"
                f" {described(rows.columns[input_])}, but the model takes"
                f" {described(shape)}"
            )
    added = columns.names if rows.format != "jsonl" else [name, "gradient", "score"]
    there = [name for name in added if name in rows.columns]
    if there and (rows.format != "jsonl" or there[0] == name):
        raise DataError(
            f"{rows.name} has a column {there[0]} already",
            hint="give the new one another name with --column NAME",
        )


def _entries(prediction: Prediction, name: str, columns: Columns) -> dict[str, Any]:
    entries = {name: prediction.answer}
    if columns.scores:
        entries["score"] = prediction.score
    if prediction.gradient is not None:
        entries["gradient"] = prediction.gradient
    return entries


def _finite(cell: Any) -> bool:
    return not isinstance(cell, float) or math.isfinite(cell)


def _predict_point(
    request: Request,
    model: Model,
    *,
    gradient: bool,
    scores: bool,
    as_json: bool,
    precision: int | None,
) -> int:
    """Print the prediction for the values given; return the exit status."""
    if model.inputs and not request.variables and not request.defaults:
        inputs = " ".join(f"--{name}=..." for name in list(model.inputs)[:4])
        raise UsageError(
            "there is nothing to predict from",
            hint=f"give rows, --data FILE, or a point, {inputs}",
        )
    bound = bind(
        model.text,
        request.variables,
        defaults={**model.parameters, **request.defaults},
    )
    for name, shape in model.inputs.items():
        given = shape_of(bound.variables[name])
        if given != shape:
            raise ShapeError(
                f"{name} is {described(given)}, the model takes {described(shape)}"
            )
    numbers = [leaf for name in model.inputs for leaf in flatten(bound.variables[name])]
    parameters = {name: bound.variables[name] for name in model.parameters}
    model = Model(
        model.text, model.inputs, model.target, model.classes, parameters, model.loss
    )
    prediction = predictor(model, gradient=gradient)(numbers)
    columns = Columns(model, "prediction", scores=scores, gradient=gradient)
    cells = list(columns.cells(prediction))
    if as_json:
        from gradcalc.reports.prediction_json import prediction_to_dict

        point = {name: bound.variables[name] for name in model.inputs}
        consoles.show_json(prediction_to_dict(prediction, point, model.classes))
    else:
        from gradcalc.reports.numbers import format_value

        bare = len(cells) == 1
        width = max(map(len, columns.names))
        for name, cell in zip(columns.names, cells, strict=True):
            text = cell if isinstance(cell, str) else format_value(cell, precision)
            consoles.show_text(text if bare else f"{name:{width}}  {text}")
    if not all(map(_finite, cells)):
        consoles.warn("the prediction or its gradient is not finite")
    return 0
