"""The check of a gradient as a page: a row per variable, and a summary."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from gradcalc.reports.numbers import format_number
from gradcalc.reports.pages import Page, line, paragraphs
from gradcalc.reports.tables import Column, layout

if TYPE_CHECKING:
    from gradcalc.analysis.answers import Answer, Answers
    from gradcalc.analysis.check import Check
    from gradcalc.analysis.verdicts import Row

_ROUNDING = 1e-12
# Relative to the larger of the two numbers.
_ERROR = "error/larger"
_STYLES = {"ok": "green", "differs": "bold red", "kink": "yellow", "unsure": "yellow"}


def check_page(
    check: "Check", *, width: int | None = None, precision: int | None = None
) -> Page:
    """Both numbers for every variable, how much they differ, and the verdict.

    `width` is the terminal's, None where there is none.
    """
    rows = check.rows
    columns = [
        Column("variable", [row.variable for row in rows]),
        Column("backprop", [row.gradient for row in rows]),
        Column("differences", [row.difference for row in rows], spare=1),
        Column(_ERROR, [_error(row) for row in rows], spare=2),
    ]
    if any(row.element for row in rows):
        columns.insert(0, Column("result", [row.element for row in rows]))
    reasons = [
        f"{_place(row)}: {reason}"
        for row in rows
        if (reason := _reason(row, precision))
    ]
    return _page(rows, columns, reasons, _summary(rows), width, precision)


def answers_page(
    answers: "Answers", *, width: int | None = None, precision: int | None = None
) -> Page:
    """The learner's numbers beside those of backpropagation."""
    rows = answers.rows
    columns = [
        Column("variable", [answer.variable for answer in rows]),
        Column("yours", [answer.expected for answer in rows]),
        Column("backprop", [answer.gradient for answer in rows]),
        Column(_ERROR, [_share(answer.error) for answer in rows], spare=1),
    ]
    wrong = [answer.variable for answer in rows if not answer.right]
    summary = "Yours agree with backpropagation."
    if wrong:
        summary = f"Yours differ at {', '.join(wrong)}."
    reasons = [f"{row.variable}: {row.reason}" for row in rows if row.reason]
    return _page(rows, columns, reasons, summary, width, precision)


def _page(
    rows: Sequence["Row | Answer"],
    columns: Sequence[Column],
    reasons: Sequence[str],
    summary: str,
    width: int | None,
    precision: int | None,
) -> Page:
    """The table with its verdicts, the reasons behind them, and the summary."""
    verdicts = [row.verdict for row in rows]
    styles = [_STYLES[verdict] for verdict in verdicts]
    last = Column("verdict", verdicts, style=styles)
    parts, notes = layout([*columns, last], width, precision)
    for sentences in (notes, reasons, [summary]):
        if sentences:
            parts += [line(), *paragraphs(sentences, width)]
    return Page(parts)


def _place(row: "Row") -> str:
    """The variable, after the element of the result that it is about."""
    return f"{row.element} {row.variable}".strip()


def _reason(row: "Row", precision: int | None) -> str:
    """What lies behind the verdict, with the slopes where they are not one."""
    slopes = [
        f"{format_number(slope, precision)} on the {side}"
        for slope, side in ((row.left, "left"), (row.right, "right"))
        if slope is not None and slope == slope
    ]
    return row.reason + (f" (slope {' and '.join(slopes)})" if slopes else "")


def _error(row: "Row") -> str:
    """The relative error; none where the two numbers are not to be compared."""
    comparable = row.verdict != "kink" and row.difference is not None
    return _share(row.error) if comparable else "-"


def _share(error: float) -> str:
    # How far below depends on the machine's mathematical library.
    if 0 < error < _ROUNDING:
        return f"<{format_number(_ROUNDING)}"
    return format_number(error, 2)


def _summary(rows: Sequence["Row"]) -> str:
    """The verdicts counted, in a sentence, or what they speak against."""
    differing = [row for row in rows if row.verdict == "differs"]
    wrong = [_place(row) for row in differing if not row.meant]
    meant = [_place(row) for row in differing if row.meant]
    doubtful = [
        _place(row) for row in rows if row.verdict == "unsure" and not row.agrees
    ]
    sentences = []
    if wrong:
        sentences.append(
            f"Backpropagation differs from differences at {', '.join(wrong)}."
        )
    if meant:
        sentences.append(
            f"The gradient at {', '.join(meant)} is not the slope, and the formula"
            " itself makes it so."
        )
    if doubtful:
        sentences.append(
            f"Differences do not confirm the gradient at {', '.join(doubtful)}."
        )
    if sentences:
        return " ".join(sentences)
    counts = Counter(row.verdict for row in rows)
    if counts["ok"] == len(rows):
        return "Backpropagation agrees with differences."
    words = {"ok": "ok", "kink": "at a kink", "unsure": "unsure"}
    parts = [f"{counts[each]} {words[each]}" for each in words if counts[each]]
    return f"Nothing differs: {', '.join(parts)}."
