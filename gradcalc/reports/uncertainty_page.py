"""The uncertainty of a result as a page: the result, and who contributes what."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from gradcalc.reports.numbers import format_number
from gradcalc.reports.pages import Page, Part, line, paragraphs
from gradcalc.reports.tables import Column, layout
from gradcalc.reports.uncertain_numbers import to_sigma, with_sigma
from gradcalc.shapes import element_names, flatten, shape_of
from gradcalc.wording import counted, some

if TYPE_CHECKING:
    from gradcalc.analysis.sampled import Sample
    from gradcalc.analysis.uncertainty import Contribution, Uncertainty

# What a bar of a whole variance takes, and a histogram.
_BAR, _HISTOGRAM = 20, 40
# The other numbers are seldom known to more digits.
_PRECISION = 6
# Beyond this many rows the smallest shares are left out.
_MOST_ROWS = 40


def uncertainty_page(
    found: "Uncertainty",
    *,
    samples: "Sequence[Sample] | None" = None,
    order: int = 1,
    notes: Sequence[str] = (),
    width: int | None = None,
    precision: int | None = None,
    ascii_only: bool = False,
) -> Page:
    """The result with its uncertainty, a table of contributions for each number of it.

    Then the labels, the correlation of several results, what second derivatives and a
    Monte Carlo say, and the notes. `width` is the terminal's, None where there is none.
    """
    precision = precision or _PRECISION
    sign = "+-" if ascii_only else "±"
    text = found.bound.text.strip()
    head = text if "\n" not in text and len(text) <= 60 else "result"
    shape = shape_of(found.evaluation.output)
    names = element_names("", shape)
    values, sigmas = flatten(found.value), flatten(found.sigma)
    parts: list[Part] = []
    for place, name in enumerate(names):
        title = with_sigma(values[place], sigmas[place], sign)
        parts += [line(f"{name or head} = {title}", "bold"), line()]
        tables, told = _contributions(
            found.contributions[place], width, precision, ascii_only
        )
        parts += [*tables, line(), *paragraphs(told, width)]
        if told:
            parts.append(line())
    if found.labels:
        parts += [*_labels(found, sign), line()]
    if len(names) > 1:
        columns = [
            Column("correlation", names),
            *(
                Column(name, [row[k] for row in found.correlation], splits=True)
                for k, name in enumerate(names)
            ),
        ]
        parts += [*layout(columns, width, min(precision, 4))[0], line()]
    sentences = []
    if order == 2:
        for name, second, value in zip(names, found.second_order, values, strict=True):
            sentences.append(
                f"{name or 'Second order'}: the mean is shifted by"
                f" {format_number(second.shift, 3)}, to"
                f" {with_sigma(value + second.shift, second.sigma, sign)}."
            )
    parts += paragraphs(sentences, width)
    for name, sample in zip(names, samples or (), strict=False):
        parts += [*_sample(name, sample, width, sign, ascii_only)]
    parts += paragraphs(notes, width)
    while parts and parts[-1] == line():
        parts.pop()
    return Page(parts)


def _contributions(
    rows: "Sequence[Contribution]",
    width: int | None,
    precision: int | None,
    ascii_only: bool,
) -> tuple[list[Part], list[str]]:
    """The table of one result, and sentences on what it leaves out."""
    told = []
    if len(rows) > _MOST_ROWS:
        kept = sorted(rows, key=lambda row: -abs(row.share))[:_MOST_ROWS]
        told.append(
            f"The {len(rows) - _MOST_ROWS:,} smallest shares are left out; --json has"
            " them all."
        )
        rows = [row for row in rows if row in kept]
    bar = "#" if ascii_only else "█"
    columns = [
        Column("variable", [row.variable for row in rows], style="cyan"),
        Column("value", [row.value for row in rows], spare=3),
        Column("sigma", [row.sigma for row in rows]),
        Column("gradient", [row.gradient for row in rows], spare=2),
        Column("contribution", [row.contribution for row in rows], spare=1),
        Column("share", [_percent(row.share) for row in rows]),
        Column("", [_bar(row.share, bar) for row in rows], spare=4, style="green"),
    ]
    tables, notes = layout(columns, width, precision)
    return tables, told + notes


def _percent(share: float) -> str:
    return "-" if share != share else f"{100 * share:6.1f} %"


def _bar(share: float, character: str) -> str:
    return character * round(_BAR * min(1.0, max(0.0, share))) if share == share else ""


def _labels(found: "Uncertainty", sign: str) -> Iterator[Part]:
    for label, (value, sigma) in found.labels.items():
        pairs = list(zip(flatten(value), flatten(sigma), strict=True))
        texts = [with_sigma(a, b, sign) for a, b in pairs]
        text = texts[0] if not isinstance(value, list) else f"[{some(texts)}]"
        yield line(f"{label} = {text}")


def _sample(
    name: str, sample: "Sample", width: int | None, sign: str, ascii_only: bool
) -> Iterator[Part]:
    """What a Monte Carlo found, and its histogram."""
    count = len(sample.numbers) + sample.lost
    head = f"{name + ': ' if name else ''}{counted(count, 'sample')}"
    yield line(f"{head}: {with_sigma(sample.mean, sample.sigma, sign)}", "bold")
    # Those of a normal distribution 2 and 1 sigmas below the middle, and above.
    least, lower, middle, upper, most = [
        to_sigma(number, sample.sigma) for number in sample.quantiles.values()
    ]
    yield from paragraphs(
        [
            f"68 % are from {lower} to {upper}, 95 % from {least} to {most}; the median"
            f" is {middle}."
        ],
        width,
    )
    low, high, counts = sample.histogram(min(_HISTOGRAM, (width or 80) - 30))
    if high > low:
        levels = " .:-=+*#@" if ascii_only else " ▁▂▃▄▅▆▇█"
        bars = "".join(levels[-(-8 * n // max(counts))] for n in counts)
        first, last = (to_sigma(end, sample.sigma) for end in (low, high))
        yield line(f"{first} {bars} {last}")
