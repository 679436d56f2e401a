"""A fit as a page: the parameters with their errors, and how well the curve fits."""

import math
from collections.abc import Iterator, Sequence

from gradcalc.fitting.fits import Fit
from gradcalc.reports.learning_pages import SPARKS, carried_sentence, sparkline
from gradcalc.reports.numbers import align_numbers, format_number
from gradcalc.reports.pages import Page, Part, line, paragraphs
from gradcalc.reports.tables import Column, layout
from gradcalc.reports.uncertain_numbers import rounded_pair, to_sigma
from gradcalc.shapes import named_leaves
from gradcalc.wording import counted, cut_end

# The other numbers are seldom known to more digits.
_PRECISION = 6
# More parameters than this are left to the model file and to --json.
_MOST_ROWS = 40
# Correlations of less than this are usual, and of more than so many the largest count.
_STRONG = 0.8
_MOST_PAIRS = 6
_WIDEST = 40
_LONGEST_FORMULA = 400
_NARROWEST = 12


def fit_page(
    fit: Fit,
    *,
    saved: str | None = None,
    drawn: str | None = None,
    width: int | None = None,
    precision: int | None = None,
    ascii_only: bool = False,
) -> Page:
    """The fit as a page; `width` is the terminal's, None where there is none.

    `saved` and `drawn` name the files of the model and of the picture.
    """
    formula = fit.model.formula(precision or 5).replace("\n", "; ")
    facts = dict(_facts(fit, width, precision or _PRECISION, ascii_only))
    broadest = max(map(len, facts))
    told = [f"{name:{broadest}}  {text}" for name, text in facts.items()]
    parts: list[Part] = [
        *_parameters(fit, width, precision),
        line(),
        *(piece for fact in told for piece in _hanging(fact, broadest + 2, width)),
        line(),
        *paragraphs(
            [f"formula: {cut_end(formula, _LONGEST_FORMULA, '...')}"], width, "bold"
        ),
        *paragraphs([f"note: {note}" for note in fit.notes], width, "yellow"),
    ]
    if fit.carried:
        sentence = carried_sentence(fit.carried, fit.model)
        parts += paragraphs([f"note: {sentence}"], width)
    files = {"saved": saved, "drawn": drawn}
    parts += [line(f"{verb}: {path}") for verb, path in files.items() if path]
    return Page(parts)


def _hanging(text: str, indent: int, width: int | None) -> list[Part]:
    """The fact in lines that fit, all but the first below its beginning."""
    if width is None:
        return [line(text)]
    from textwrap import wrap

    return [line(each) for each in wrap(text, width, subsequent_indent=" " * indent)]


def _parameters(fit: Fit, width: int | None, precision: int | None) -> list[Part]:
    errors, intervals = fit.errors, fit.intervals()
    leaves = named_leaves(fit.parameters)
    shown = list(leaves)[:_MOST_ROWS]
    rows = [
        _row(leaves[name], errors.get(name), intervals.get(name), precision)
        for name in shown
    ]
    values, spreads, ranges = map(_aligned, zip(*rows, strict=True))
    columns = [
        Column("parameter", shown, least=_NARROWEST, style="cyan"),
        Column("value", values),
        Column("standard error", spreads),
        Column("95 % interval", ranges, spare=1),
    ]
    parts, notes = layout(columns, width)
    if left_out := len(leaves) - len(shown):
        notes.append(f"{left_out} more parameters are left out; --json shows all.")
    return [*parts, *paragraphs(notes, width)]


def _aligned(texts: Sequence[str]) -> list[str]:
    """The texts with their decimal points in one column; words stand as they are."""
    numbers = [text for text in texts if text[-1:].isdigit() and " " not in text]
    aligned = iter(align_numbers(numbers))
    return [next(aligned) if text in numbers else text for text in texts]


def _row(
    value: float,
    error: float | None,
    interval: tuple[float, float] | None,
    precision: int | None,
) -> tuple[str, str, str]:
    """The texts of a parameter's value, standard error and interval."""
    if error is None or interval is None:
        return format_number(value, precision), "fixed", ""
    known = math.isfinite(error)
    if precision is None:
        number, spread = rounded_pair(value, error)
        ends = [to_sigma(end, error) for end in interval]
    else:
        number, spread = (format_number(x, precision) for x in (value, error))
        ends = [format_number(end, precision) for end in interval]
    if not known:
        return format_number(value, precision or _PRECISION), "unknown", ""
    told = all(map(math.isfinite, interval))
    return number, spread, f"{ends[0]} to {ends[1]}" if told else ""


def _facts(
    fit: Fit, width: int | None, digits: int, ascii_only: bool
) -> Iterator[tuple[str, str]]:
    """What is said of the fit as a whole, by name."""
    freedom = fit.degrees_of_freedom
    reduced = format_number(fit.reduced_chi_square, digits)
    sums = format_number(fit.chi_square, digits)
    if pairs := list(_correlations(fit)):
        more = len(pairs) - _MOST_PAIRS
        told = "; ".join(pairs[:_MOST_PAIRS]) + (f"; {more} more" if more > 0 else "")
        yield "correlations", told
    told = f"{sums}, reduced {reduced}"
    if fit.weights is None and freedom:
        scatter = format_number(math.sqrt(fit.reduced_chi_square), 3)
        told += f": the residuals scatter by {scatter}"
    yield "chi^2" if ascii_only else "χ²", told
    yield "R^2" if ascii_only else "R²", format_number(fit.r_squared, digits)
    numbers = counted(len(fit.names), "parameter")
    yield (
        "rows",
        f"{fit.rows:,}, {numbers}, {counted(freedom, 'degree')} of freedom",
    )
    yield from _residuals(fit, width, ascii_only)
    if fit.robust is not None:
        told = fit.robust
        if fit.robust_scale is not None:
            told += f": what is beyond {format_number(fit.robust_scale, 3)} counts less"
        yield "robust", told
    why = ": the parameters enter linearly" if fit.linear else ""
    yield "stopped", fit.stopped + why


def _correlations(fit: Fit) -> Iterator[str]:
    """The strong correlations of parameters, the strongest first."""
    rows, found = fit.covariance, []
    sigmas = [math.sqrt(row[k]) if row[k] > 0 else 0.0 for k, row in enumerate(rows)]
    for a, row in enumerate(rows):
        for b in range(a):
            size = sigmas[a] * sigmas[b]
            known = size and math.isfinite(size) and math.isfinite(row[b])
            if known and abs(row[b] / size) >= _STRONG:
                found.append((max(-1.0, min(1.0, row[b] / size)), b, a))
    for r, b, a in sorted(found, key=lambda each: -abs(each[0])):
        # As many digits as tell it from 1.
        digits = max(3, 1 - math.floor(math.log10(1 - abs(r)))) if abs(r) < 1 else 3
        yield f"{fit.names[b]}, {fit.names[a]}: {r:.{min(digits, 9)}f}"


def _residuals(
    fit: Fit, width: int | None, ascii_only: bool
) -> Iterator[tuple[str, str]]:
    """The residuals of each target as a row of small bars, in the order of the rows."""
    several = getattr(fit.residuals, "ndim", 1) > 1
    columns = fit.residuals.T if several else [fit.residuals]
    for place, column in enumerate(columns):
        numbers: Sequence[float] = [float(x) for x in column]
        low, high = (format_number(end, 3) for end in (min(numbers), max(numbers)))
        ends = f"{low} to {high}"
        room = _WIDEST if width is None else width - len(f"correlations  {ends}  ")
        curve = sparkline(numbers, SPARKS[not ascii_only], max(2, min(_WIDEST, room)))
        name = fit.target[place] if len(fit.target) > 1 else f"[{place}]"
        yield f"residuals {name}" if several else "residuals", f"{curve}  {ends}"
