"""The check of a gradient as a page: a row per variable, and what it comes to."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gradcalc.reports.numbers import align_numbers, format_number

if TYPE_CHECKING:
    from gradcalc.engine.answers import Answer
    from gradcalc.engine.check import Check
    from gradcalc.engine.verdicts import Row

_ROUNDING = 1e-12
_STYLES = {"ok": "green", "differs": "bold red", "kink": "yellow", "unsure": "yellow"}


def check_page(check: "Check", *, precision: int | None = None) -> RenderableType:
    """Both numbers for every variable, how much they differ, and the verdict."""
    rows = check.rows
    columns = [("variable", [row.variable for row in rows])]
    if any(row.element for row in rows):
        columns.insert(0, ("result", [row.element for row in rows]))
    columns += [
        ("backprop", _numbers([row.gradient for row in rows], precision)),
        ("differences", _numbers([row.difference for row in rows], precision)),
    ]
    if any(row.left is not None for row in rows):
        columns += [
            ("left slope", _numbers([row.left for row in rows], precision)),
            ("right slope", _numbers([row.right for row in rows], precision)),
        ]
    columns.append(("error", [_error(row) for row in rows]))
    reasons = [(f"{row.element} {row.variable}", row.reason) for row in rows]
    return _page(columns, [row.verdict for row in rows], reasons, _summary(rows))


def answers_page(
    answers: Sequence["Answer"],
    *,
    precision: int | None = None,
) -> RenderableType:
    """The learner's numbers beside those of backpropagation."""
    columns = [
        ("variable", [answer.variable for answer in answers]),
        ("yours", _numbers([answer.expected for answer in answers], precision)),
        ("backprop", _numbers([answer.gradient for answer in answers], precision)),
        ("error", [_share(answer.error) for answer in answers]),
    ]
    wrong = [answer.variable for answer in answers if not answer.right]
    summary = "Yours agree with backpropagation."
    if wrong:
        noun = "Yours differs" if len(wrong) == 1 else "Yours differ"
        summary = f"{noun} at {', '.join(wrong)}."
    verdicts = ["ok" if answer.right else "differs" for answer in answers]
    reasons = [(answer.variable, answer.reason) for answer in answers]
    return _page(columns, verdicts, reasons, summary)


def _page(
    columns: Sequence[tuple[str, Sequence[str]]],
    verdicts: Sequence[str],
    reasons: Sequence[tuple[str, str]],
    summary: str,
) -> RenderableType:
    """The table with the verdicts, the reasons behind them, and the summary."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for header, _ in columns:
        table.add_column(header, no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for number, verdict in enumerate(verdicts):
        cells = [Text(texts[number]) for _, texts in columns]
        table.add_row(*cells, Text(verdict, style=_STYLES[verdict]))
    lines = [f"{name.strip()}: {reason}" for name, reason in reasons if reason]
    parts: list[RenderableType] = [table, Text(), *map(Text, lines)]
    return Group(*parts, *([Text()] if lines else []), Text(summary))


def _numbers(numbers: Sequence[float | None], precision: int | None) -> list[str]:
    return align_numbers(
        ["-" if x is None else format_number(x, precision) for x in numbers]
    )


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
