"""`gradcalc map`: a formula and its gradient over rows of data, or over a grid."""

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from math import isfinite
from typing import Any

import click

from gradcalc.cli import consoles, data_options, options
from gradcalc.cli.commands import FormulaCommand, Request
from gradcalc.cli.files import (
    STANDARD_INPUT,
    check_not_output,
    check_not_read,
    check_replaceable,
    standard_input_is_free,
)
from gradcalc.cli.map_engines import Source, opened_engine
from gradcalc.cli.row_output import opened_output
from gradcalc.data.formats import LINE_FORMATS, format_of
from gradcalc.data.grids import Sweep
from gradcalc.data.rows import Reading
from gradcalc.errors import BindingError, UsageError
from gradcalc.language.bindings import constant_value
from gradcalc.language.references import not_variables
from gradcalc.mapping.engines import ENGINES, SPARK, Outcome
from gradcalc.mapping.row_formula import Asked, RowFormula, row_formula
from gradcalc.wording import counted, listing, plural

_DECIMAL = re.compile(r"\s*[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?\s*")


def read_sweep(text: str) -> Any:
    """The sweep that `0:10:0.1` stands for; without a colon the value, as everywhere.

    Without a step it is 1.
    """
    if ":" not in text:
        return constant_value(text)
    parts = text.split(":")
    if len(parts) > 3 or not all(part.strip() for part in parts):
        raise BindingError(
            "a range is START:STOP:STEP",
            source=text,
            span=(0, len(text)),
            hint="write for example 0:10:0.1",
        )
    start, stop, *step = map(_exact, parts)
    try:
        return Sweep(start, stop, step[0] if step else Fraction(1))
    except BindingError as error:
        turned = ":".join([parts[1], parts[0], *parts[2:]])
        hint = f"write {turned}" if step and step[0] else "write for example 0:10:0.1"
        raise error.but(source=text, span=(0, len(text)), hint=hint) from None


def _exact(text: str) -> Fraction:
    """The number that the text stands for: of a decimal exactly this, no double."""
    if _DECIMAL.fullmatch(text):
        return Fraction(text.strip())
    value = constant_value(text)
    if isinstance(value, list) or not isfinite(value):
        raise BindingError("a range is made of finite numbers")
    return Fraction(value)


@click.command(
    "map",
    cls=FormulaCommand,
    value=read_sweep,
    help="Write every row of data with the value of a formula and its derivatives."
    " Names that are columns are read from them, all others are given: --w=0.5. Rows"
    " stay as they are; those of a pipe are answered as they arrive. A range in the"
    " place of a value, --x=0:10:0.1, makes rows of its own. Parquet and Arrow files,"
    " and large tables, go through Polars.",
    examples=[
        'gradcalc map "tanh(x*w + b)" --data rows.csv --w=0.5 --b=1 --out mapped.csv',
        'tail -f log.jsonl | gradcalc map "log(rate)" --only time,value | ...',
        'gradcalc map "(w*x - y)^2" --data "part-*.csv.gz" --w=2 --reduce mean',
        'gradcalc map "sl*sw" --data iris.csv --rename "sepal length (cm)=sl"'
        ' --rename "sepal width (cm)=sw"',
        'gradcalc map "sin(x)/x" --x=0:10:0.1',
        'gradcalc map "log(x)*w" --w=2 --data s3a://lake/rows.parquet --engine spark'
        " --master yarn --out s3a://lake/mapped.parquet",
    ],
)
@data_options.data
@data_options.reading
@options.wrt
@click.option(
    "--only",
    cls=options.NamesOption,
    metavar="NAMES",
    callback=options.names,
    help="Write these columns alone, of the data or new ones: id,value,d_x.",
)
@click.option(
    "--prefix",
    default="",
    metavar="TEXT",
    help="What the names of the new columns begin with.",
)
@click.option(
    "--reduce",
    type=options.Choice(["sum", "mean"]),
    metavar="sum|mean",
    help="Write one row, the total over all rows: its value, and its derivatives with"
    " respect to the names that are no columns.",
)
@click.option(
    "--out",
    metavar="FILE",
    help="Write a file, when all is done; its name says its format: rows.jsonl.gz.",
)
@click.option(
    "--json", "as_json", is_flag=True, help="Write JSON Lines: an object for each row."
)
@options.output
@data_options.skip_bad
@click.option(
    "--engine",
    type=options.Choice(list(ENGINES)),
    metavar="NAME",
    help=f"What reads, computes and writes: {listing(ENGINES, 'or')} (told by the"
    " files' formats and sizes).",
)
@click.option(
    "--master",
    metavar="URL",
    help="The master of Spark, for --engine spark: local[2], spark://host:7077, yarn"
    " (that which Spark is set up for).",
)
@options.strict
def command(
    request: Request,
    *,
    data: str | None,
    reading: Reading,
    only: list[str] | None,
    prefix: str,
    reduce: str | None,
    out: str | None,
    skip_bad: bool,
    engine: str | None,
    master: str | None,
    strict: bool,
) -> int:
    if master is not None and engine != SPARK:
        raise UsageError("--master is Spark's", hint=f"write --engine {SPARK}, too")
    # Whether paths are handed on as they are.
    hands_on = engine is not None and ENGINES[engine].has_files
    given = request.variables.items()
    sweeps = {name: value for name, value in given if isinstance(value, Sweep)}
    constants = {name: value for name, value in given if name not in sweeps}
    options.exclusive(
        ("--data", data is not None),
        ("a range", bool(sweeps)),
        hint="leave out one of them: a range makes rows of its own",
    )
    if data is None and not sweeps:
        data = _free_input(request)
    kind = _output_kind(request, reading, out)
    if data is not None:
        if not hands_on:
            check_not_output(data)
        told = format_of(data) if hands_on else data_options.format_of_data(data)
        reading = replace(reading, kind=told or reading.kind)
    is_columnar = bool(reading.kind) and reading.kind not in LINE_FORMATS
    if is_columnar and kind is None and (reduce is not None or sys.stdout.isatty()):
        # To be read by people.
        kind = "csv"
    if out is not None:
        _check_named(out)
        if not hands_on:
            _check_output(out, request, data)
    asked = Asked(
        constants=constants,
        defaults=request.defaults,
        output=request.output,
        wrt=request.wrt,
        only=only,
        only_option="--only",
        prefix=prefix,
        total=reduce is not None,
    )
    source = Source(data, sweeps, reading, out, kind, skip_bad, master)
    with opened_engine(source, engine) as mapping:
        formula = row_formula(request.formula, mapping.columns, mapping.name, asked)
        _check_swept(formula, sweeps)
        for name in formula.replaced if data is not None else ():
            consoles.warn(
                f"{name} is a column of {mapping.name}, so its values come from there"
            )
        if reduce is None:
            with opened_output(out, kind, as_path=hands_on) as output:
                outcome = mapping.write(formula, output)
            total = None
        else:
            totals, outcome = mapping.total(formula)
            total = totals.reduced(reduce, mapping.name)
            with opened_output(out, kind, as_path=hands_on) as output:
                mapping.write_total(formula, total, output)
    return _warn(outcome, formula, total, strict=strict)


def _free_input(request: Request) -> str:
    """Standard input, if there are rows to read from it."""
    read = request.positional == STANDARD_INPUT or STANDARD_INPUT in (
        request.given.get("--file"), request.given.get("--vars"),
    )  # fmt: skip
    no_formula = request.positional is None and not (
        request.given.get("--file") or request.given.get("--model")
    )
    if read or no_formula or not standard_input_is_free():
        raise UsageError(
            "there are no rows",
            hint="give a file, --data rows.csv, or a range, --x=0:10:0.1",
        )
    return STANDARD_INPUT


def _output_kind(request: Request, reading: Reading, out: str | None) -> str | None:
    """The format to write; None for that of the rows."""
    named = format_of(out) if out is not None else None
    if request.as_json:
        if named not in (None, "jsonl"):
            raise UsageError(
                f"--json writes JSON Lines, and --out {out} is {named}",
                hint="leave out --json, or write into a file such as rows.jsonl",
            )
        return "jsonl"
    return named or reading.kind


def _check_named(out: str) -> None:
    """Raise UsageError unless it can be the name of a file."""
    if out in (STANDARD_INPUT, ""):
        raise UsageError(
            "--out takes the name of a file",
            hint="without --out rows are written to standard output",
        )


def _check_output(out: str, request: Request, data: str | None) -> None:
    """Raise GradcalcError unless the file can be written, and is none that is read."""
    files = [STANDARD_INPUT] if data is None else data_options.data_files(data)
    check_not_read(out, [*request.sources, *files])
    check_replaceable(out)


def _check_swept(formula: RowFormula, sweeps: Mapping[str, Sweep]) -> None:
    """Raise BindingError for a range of what is no variable of the formula."""
    if unused := [name for name in sweeps if name not in formula.columns]:
        names = list(formula.bound.program.graph.variables)
        raise BindingError(not_variables(unused), names=names, unused=unused)


def _warn(
    outcome: Outcome,
    formula: RowFormula,
    total: Sequence[float] | None,
    *,
    strict: bool,
) -> int:
    """Warn of rows that are not as they should be, and return the exit status."""
    data_options.warn_of(outcome.skipped)
    if not outcome.rows:
        consoles.warn("there are no rows")
    if total is not None and outcome.missing:
        rows = counted(outcome.missing, "row")
        verb = plural(outcome.missing, "is", "are")
        consoles.warn(f"{rows} with a missing value {verb} left out")
    if outcome.first_odd is not None:
        where, numbers = outcome.first_odd
        reason = formula.reason(numbers)
        consoles.warn(
            f"{counted(outcome.odd, 'row')} {plural(outcome.odd, 'has', 'have')} a"
            f" result that is not finite; the first: {where}"
            + (f": {reason}" if reason else "")
        )
    elif total is not None and not all(map(isfinite, total)):
        consoles.warn("the total is not finite, though the result of every row is")
    else:
        return 0
    return 1 if strict else 0
