"""`gradcalc fit`: a formula's parameters by least squares, with their errors."""

from typing import TYPE_CHECKING, Any

import click

from gradcalc.cli import consoles, data_options, options, step_options
from gradcalc.cli.commands import FormulaCommand, Request
from gradcalc.cli.output_files import OutputFiles
from gradcalc.data.rows import Reading
from gradcalc.errors import UsageError
from gradcalc.language.names import read_program
from gradcalc.learning.roles import ParameterOptions

if TYPE_CHECKING:
    from gradcalc.fitting.fit_tasks import FitTask
    from gradcalc.fitting.fits import Fit


class FitCommand(FormulaCommand):
    values_help = (
        "Where a parameter starts: --a=1, --v=1,2,3; without one a start is looked for."
        " Also: --NAME VALUE."
    )


@click.command(
    "fit",
    cls=FitCommand,
    takes_model=False,
    help="Fit a formula to rows of data by least squares, with the exact Jacobian. Its"
    " names that are columns are inputs, the others are parameters, which come with"
    " their standard errors.",
    examples=[
        'gradcalc fit "a*exp(-k*t) + c" --data decay.csv --target y',
        'gradcalc fit "a*exp(-k*t) + c" --data decay.csv --target y --sigma err'
        " --bound k=0: --plot decay.svg --save decay.json",
        'gradcalc fit "log(a) - k*t" --data decay.csv --target "log(y)" --a=1 --only k',
        'gradcalc fit "a*x^2 + b*x + c" --data - --target y --fix c=0 --json < r.csv',
    ],
)
@data_options.data
@data_options.reading
@click.option(
    "--target",
    cls=options.NamesOption,
    metavar="COLUMN",
    help="What to fit to: a column, or a formula of columns as log(y); several as"
    " y1,y2 for a list.",
)
@click.option(
    "--sigma",
    cls=options.NamesOption,
    metavar="COLUMN",
    help="The standard uncertainty of the target, a column or a formula of columns."
    " Without it the errors are scaled by the residuals.",
)
@click.option(
    "--bound",
    "bounds",
    multiple=True,
    metavar="NAME=LOW:HIGH",
    help="Keep a parameter, or v[0] of one, in a range (k=0:10, k=0:, k=:10). May be"
    " repeated.",
)
@step_options.fix
@step_options.shape
@click.option(
    "--starts",
    type=options.Number(0, whole=True, most=100_000),
    default=0,
    metavar="N",
    help="Also start from so many points at random, and keep the best (0).",
)
@click.option(
    "--seed",
    type=options.Number(0, whole=True, most=10**18),
    default=0,
    metavar="N",
    help="Draw other points (0).",
)
@click.option(
    "--robust",
    cls=options.OptionalValue,
    metavar="[=LOSS]",
    help="Let outliers count less: soft_l1 (the default), huber, cauchy or arctan.",
)
@data_options.skip_bad
@click.option(
    "--plot",
    metavar="FILE",
    help="Draw data, curve and its band of one sigma: .png, .svg or .pdf.",
)
@click.option(
    "--save",
    metavar="FILE",
    help="Save the model with its covariance, for predict and --model.",
)
@options.as_json
@click.option(
    "--only",
    metavar="WHAT",
    help="Print bare numbers: k, sigma.k, parameters, sigma, covariance, chi_square,"
    " r_squared ...; several with commas.",
)
@options.precision
def command(
    request: Request,
    *,
    data: str | None,
    reading: Reading,
    target: str | None,
    save: str | None,
    plot: str | None,
    only: str | None,
    **given: Any,
) -> int:
    options.exclusive(("--json", request.as_json), ("--only", only is not None))
    if data is None or not target:
        raise UsageError(
            "there are no rows: --data is missing"
            if data is None
            else "there is nothing to fit to: --target is missing",
            hint="fit to a file with --data FILE --target COLUMN",
        )
    files = OutputFiles(save, plot)
    files.check([*request.sources, data])
    task = _read(request, data, reading, target, given)
    fit = task.fit()
    # Raised after the parameters are printed, so that they are not lost.
    unwritten = files.write(
        lambda: _entries(fit), lambda kind: _picture(task, fit, kind, request.title)
    )
    _show(request, fit, only, OutputFiles() if unwritten else files)
    if unwritten is not None:
        raise unwritten
    if fit.reached:
        return 0
    consoles.warn(
        f"the fit has not converged: {fit.stopped}; starts that are nearer, --NAME=...,"
        " or more of them, --starts 20, may help"
    )
    return 1


def _read(
    request: Request, data: str, reading: Reading, target: str, given: dict[str, Any]
) -> "FitTask":
    """The task, with all rows read."""
    # Imported here: only a fit needs arrays.
    from gradcalc.fitting.fit_tasks import FitSettings, read_fit_task
    from gradcalc.fitting.observations import table_of
    from gradcalc.fitting.robust import ROBUST

    parameters = ParameterOptions(
        started=request.variables,
        defaults=request.defaults,
        shapes=step_options.read_shapes(given["shape_texts"]),
        fixed=step_options.read_values(given["fixed_texts"]),
    )
    known = {*request.variables, *request.defaults}
    known |= {*parameters.fixed, *parameters.shapes}
    bounds = step_options.read_bounds(given["bounds"], elements=True)
    usual, *_ = ROBUST
    robust = usual if given["robust"] == "" else given["robust"]
    with data_options.opened_rows(data, reading) as rows:
        learned = read_program(request.formula).variables({*rows.columns, *known})
        # Widths of peaks are called sigma, and columns of errors are no widths.
        own = {"sigma"} if given["sigma"] in rows.columns else set[str]()
        told = {*rows.columns, *known, *own}
        request.refuse_options(name for name in learned if name not in told)
        settings = FitSettings(
            parameters=parameters,
            bounds=bounds,
            sigma=data_options.columns_in(given["sigma"], rows),
            starts=given["starts"],
            seed=given["seed"],
            robust=robust,
        )
        table = table_of(rows, skip_bad=given["skip_bad"])
        targets = data_options.columns_in(target, rows)
        task = read_fit_task(request.formula, table, targets, settings)
        data_options.warn_of_columns(task.roles, targets, rows)
    return task


def _entries(fit: "Fit") -> dict[str, Any]:
    from gradcalc.reports.fit_objects import fit_to_dict

    return fit_to_dict(fit)


def _picture(task: "FitTask", fit: "Fit", kind: str, title: str | None) -> bytes:
    from gradcalc.reports.fit_plot import fit_picture

    return fit_picture(fit, task.residuals.observations, kind, title)


def _show(request: Request, fit: "Fit", only: str | None, files: OutputFiles) -> None:
    """Print the fit in the form that is asked for."""
    data_options.warn_of(fit.skipped)
    if only is not None:
        from gradcalc.reports.only import fit_lines

        consoles.show_text(*fit_lines(fit, only, request.precision))
    elif request.as_json:
        consoles.show_json(_entries(fit))
    else:
        from gradcalc.reports.fit_page import fit_page

        page = fit_page(
            fit,
            saved=files.save,
            drawn=files.plot,
            width=consoles.width(),
            precision=request.precision,
            ascii_only=not consoles.can_show("χ²▁█"),
        )
        consoles.show(page)
