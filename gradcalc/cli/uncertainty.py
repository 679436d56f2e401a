"""`gradcalc uncertainty`: measured values, and what their errors make of the result."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from gradcalc.analysis.measurements import Measurement, measured, measurement
from gradcalc.cli import consoles, options
from gradcalc.cli.commands import FormulaCommand, Request
from gradcalc.cli.files import called, check_not_read, read_text, replace_file
from gradcalc.engine.correlations import read_matrix
from gradcalc.errors import DataError, GradcalcError, UsageError
from gradcalc.language.bindings import constant_value
from gradcalc.language.identifiers import normal
from gradcalc.reports.picture_formats import PLOT_FORMATS
from gradcalc.shapes import (
    element_names,
    flatten,
    named_leaves,
    shape_of,
    unflatten,
)
from gradcalc.strict_json import from_json_value
from gradcalc.wording import quoted

if TYPE_CHECKING:
    from gradcalc.analysis.sampled import Sample
    from gradcalc.analysis.uncertainty import Uncertainty


class UncertaintyCommand(FormulaCommand):
    values_help = (
        "A number with its standard uncertainty: 2.0±0.1, 2.0+-0.1, 2.0(1) or 2.0±5%;"
        " in lists, too. Also: --NAME VALUE."
    )


def _entry(name: str, value: Any, where: str) -> Measurement:
    """A measurement as JSON has it: a number, a text, or an object of two numbers."""
    if isinstance(value, Mapping):
        value = {key: from_json_value(each) for key, each in value.items()}
    elif isinstance(value, list):
        value = from_json_value(value)
    try:
        return measurement(name, value)
    except GradcalcError as error:
        raise DataError(f"{where}: {error.message}", hint=error.page_hint) from None


@click.command(
    "uncertainty",
    cls=UncertaintyCommand,
    value=measured,
    entry=_entry,
    help="Print the result of a formula of measured values with its standard"
    " uncertainty, and what each value contributes to it: the size of its partial"
    " derivative times its sigma.",
    examples=[
        'gradcalc uncertainty "m*g*h" --m=2.0±0.1 --g=9.81 --h=1.2+-0.05',
        'gradcalc uncertainty "V/I" --V="4.999(3)" --I=0.01966±0.05%'
        " --correlation V,I=-0.36",
        'gradcalc uncertainty "x^2" --x=0.1±0.2 --order 2 --samples 100000',
        'gradcalc uncertainty "a*b" --vars measured.json --json | jq .sigma',
    ],
)
@options.as_json
@click.option(
    "--only",
    metavar="WHAT",
    help="Print bare numbers: value, sigma, covariance; several with commas.",
)
@click.option(
    "--correlation",
    "pairs",
    multiple=True,
    metavar="A,B=R",
    help="How two values vary together, from -1 to 1 (repeatable).",
)
@click.option(
    "--correlations",
    "matrix",
    metavar="FILE",
    help='A matrix in JSON: {"names": ["m", "h"], "correlation": [[1, 0.5], [0.5, 1]]},'
    ' or "covariance", which gives each sigma, too.',
)
@click.option(
    "--order",
    type=options.Number(1, 2, whole=True),
    default=1,
    metavar="1|2",
    help="2 adds what second derivatives change.",
)
@click.option(
    "--samples",
    type=options.Number(2, 10_000_000, whole=True),
    metavar="N",
    help="Also draw so many points at random, and say what the results are like.",
)
@click.option(
    "--seed",
    type=options.Number(0, whole=True),
    default=0,
    metavar="N",
    help="Draw other points (0).",
)
@click.option(
    "--plot",
    metavar="FILE",
    help="Draw the samples as a histogram: .png, .svg or .pdf.",
)
@options.output
@options.precision
@options.strict
def command(
    request: Request,
    *,
    only: str | None,
    pairs: Sequence[str],
    matrix: str | None,
    order: int,
    samples: int | None,
    seed: int,
    plot: str | None,
    strict: bool,
) -> int:
    options.exclusive(("--json", request.as_json), ("--only", only is not None))
    kind = options.format_of_file(plot, PLOT_FORMATS, "--plot")
    if plot is not None:
        if samples is None:
            raise UsageError("--plot draws samples", hint="add --samples 100000")
        check_not_read(plot, [*request.sources, *filter(None, [matrix])])
    from gradcalc.analysis.linearity import remarks
    from gradcalc.analysis.sampled import sampled
    from gradcalc.analysis.uncertainty import propagated

    known = {**request.defaults, **request.variables}
    given = {name: measurement(name, value) for name, value in known.items()}
    plain = replace(
        request,
        variables={name: given[name].value for name in request.variables},
        defaults={name: given[name].value for name in request.defaults},
    )
    bound = plain.bind()
    correlation = dict(map(_pair, pairs))
    if matrix is not None:
        read = read_matrix(read_text(matrix), called(matrix))
        names = {*named_leaves(bound.program.graph.variables)}
        if names.isdisjoint(read.names):
            names = {*read.names}
        # A file may be about other names as well.
        kept = {pair: r for pair, r in read.pairs.items() if names.issuperset(pair)}
        correlation = {**kept, **correlation}
        given = {**given, **_with_sigmas(given, read.sigmas)}
    found = propagated(bound, given, correlation)
    drawn = None if samples is None else sampled(found, samples, seed)
    if plot is not None and kind is not None and drawn is not None:
        _draw(found, drawn, plot, kind, request.title)
    if only is not None:
        from gradcalc.reports.only import uncertainty_lines

        consoles.show_text(*uncertainty_lines(found, only, request.precision))
    elif request.as_json:
        from gradcalc.reports.uncertainty_objects import uncertainty_to_dict

        consoles.show_json(uncertainty_to_dict(found, drawn, order=order))
    else:
        from gradcalc.reports.uncertainty_page import uncertainty_page

        page = uncertainty_page(
            found,
            samples=drawn,
            order=order,
            notes=list(remarks(found, drawn, order)),
            width=consoles.width(),
            precision=request.precision,
            ascii_only=not consoles.can_show("±█▁"),
        )
        consoles.show(page)
    if found.finite:
        return 0
    consoles.warn("the uncertainty is not finite")
    return 1 if strict else 0


def _draw(
    found: "Uncertainty", drawn: "list[Sample]", path: str, kind: str, title: str | None
) -> None:
    """Write the picture of a result that is one number."""
    if len(drawn) != 1:
        raise UsageError(
            "--plot draws one number, but the result is a list",
            hint="choose one element of it: --output [0]",
        )
    from gradcalc.reports.plots import expression_text, histogram_picture

    (value,), (sigma,) = flatten(found.value), flatten(found.sigma)
    text = title or expression_text(found.bound)
    replace_file(path, histogram_picture(drawn[0], value, sigma, kind, text))


def _pair(text: str) -> tuple[tuple[str, str], float]:
    """The two names of `A,B=R`, and the coefficient."""
    names, equals, coefficient = text.partition("=")
    pair = [normal(name.strip()) for name in names.split(",")]
    if not equals or len(pair) != 2 or not all(pair) or not coefficient.strip():
        raise UsageError(
            f"--correlation takes A,B=R, not {quoted(text)}",
            hint="write --correlation m,h=0.5",
        )
    value = constant_value(coefficient)
    if isinstance(value, list):
        raise UsageError("--correlation: a coefficient is a number, not a list")
    return (pair[0], pair[1]), value


def _with_sigmas(
    given: Mapping[str, Measurement], sigmas: Mapping[str, float]
) -> dict[str, Measurement]:
    """The measurements with the standard deviations of a covariance matrix."""
    found = {}
    for name, measurement_ in given.items():
        elements = element_names(name, shape_of(measurement_.value))
        if not any(element in sigmas for element in elements):
            continue
        if any(flatten(measurement_.sigma)):
            raise UsageError(
                f"{name} is given an uncertainty, and the covariances have one, too",
                hint="leave out one of them",
            )
        leaves = iter([sigmas.get(element, 0.0) for element in elements])
        found[name] = replace(measurement_, sigma=unflatten(measurement_.value, leaves))
    return found
