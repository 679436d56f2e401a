"""The check of a gradient as a page: a row per variable, and what it comes to."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from gradcalc.reports.numbers import format_number
from gradcalc.reports.tables import Column, layout, paragraphs

if TYPE_CHECKING:
    from gradcalc.analysis.answers import Answer
    from gradcalc.analysis.check import Check
    from gradcalc.analysis.verdicts import Row

_ROUNDING = 1e-12
_STYLES = {"ok": "green", "differs": "bold red", "kink": "yellow", "unsure": "yellow"}


def check_page(
    check: "Check", *, width: int | None = None, precision: int | None = None
) -> RenderableType:
    """Both numbers for every variable, how much they differ, and the verdict.

    `width` is the terminal's, None where there is none.
    """
    rows = check.rows
    columns = [Column("variable", [row.variable for row in rows])]
    if any(row.element for row in rows):
        columns.insert(0, Column("result", [row.element for row in rows]))
    columns += [
        Column("backprop", [row.gradient for row in rows]),
        Column("differences", [row.difference for row in rows], spare=1),
        Column("error", [_error(row) for row in rows], spare=2),
    ]
    reasons = [
        (f"{row.element} {row.variable}", _reason(row, precision)) for row in rows
    ]
    verdicts = [row.verdict for row in rows]
    columns.append(_verdicts(verdicts))
    return _page(layout(columns, width, precision), reasons, _summary(rows), width)


def answers_page(
    answers: Sequence["Answer"],
    *,
    width: int | None = None,
    precision: int | None = None,
) -> RenderableType:
    """The learner's numbers beside those of backpropagation."""
    verdicts = ["ok" if answer.right else "differs" for answer in answers]
    columns = [
        Column("variable", [answer.variable for answer in answers]),
        Column("yours", [answer.expected for answer in answers]),
        Column("backprop", [answer.gradient for answer in answers]),
        Column("error", [_share(answer.error) for answer in answers], spare=1),
        _verdicts(verdicts),
    ]
    wrong = [answer.variable for answer in answers if not answer.right]
    summary = "Yours agree with backpropagation."
    if wrong:
        noun = "Yours differs" if len(wrong) == 1 else "Yours differ"
        summary = f"{noun} at {', '.join(wrong)}."
    reasons = [(answer.variable, answer.reason) for answer in answers]
    return _page(layout(columns, width, precision), reasons, summary, width)


def _verdicts(verdicts: Sequence[str]) -> Column:
    return Column("verdict", verdicts, style=[_STYLES[each] for each in verdicts])


def _page(
    table: tuple[list[RenderableType], list[str]],
    reasons: Sequence[tuple[str, str]],
    summary: str,
    width: int | None,
) -> RenderableType:
    """The table, the reasons behind its verdicts, and the summary."""
    parts, notes = table
    lines = [f"{name.strip()}: {reason}" for name, reason in reasons if reason]
    parts.append(Text())
    for sentences in (notes, lines):
        if sentences:
            parts += [*paragraphs(sentences, width), Text()]
    return Group(*parts, *paragraphs([summary], width))


def _reason(row: "Row", precision: int | None) -> str:
    """What lies behind the verdict, with the slopes where they are not one."""
    slopes = [
        f"{format_number(slope, precision)} on the {side}"
        for slope, side in ((row.left, "left"), (row.right, "right"))
        if slope is not None and slope == slope
    ]
    if not slopes:
        return row.reason
    return f"{row.reason} (slope {' and '.join(slopes)})"


def _error(row: "Row") -> str:
    """The relative error; none where the two numbers are not to be compared."""
    comparable = row.verdict in ("ok", "differs") and row.difference is not None
    return _share(row.error) if comparable else "-"


def _share(error: float) -> str:
    # How far below depends on the machine's mathematical library.
    if 0 < error < _ROUNDING:
        return f"<{format_number(_ROUNDING)}"
    return format_number(error, 2)


def _summary(rows: Sequence["Row"]) -> str:
    """The verdicts counted, in a sentence."""
    differing = [
        f"{row.element} {row.variable}".strip()
        for row in rows
        if row.verdict == "differs"
    ]
    if differing:
        verb = "differs" if len(differing) == 1 else "differ"
        return f"Backpropagation {verb} from differences at {', '.join(differing)}."
    counts = Counter(row.verdict for row in rows)
    if counts["ok"] == len(rows):
        return "Backpropagation agrees with differences."
    parts = [
        f"{counts[verdict]} {words}"
        for verdict, words in (
            ("ok", "ok"),
            ("kink", "at a kink"),
            ("unsure", "unsure"),
        )
        if counts[verdict]
    ]
    return f"Nothing differs: {', '.join(parts)}."
