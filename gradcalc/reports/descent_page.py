"""A descent or ascent as a page: a row for every step shown, and why it stopped."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gradcalc.reports.pages import Line, Page, line, one_line, paragraphs
from gradcalc.reports.tables import Column, layout
from gradcalc.shapes import element_names, flatten, shape_of
from gradcalc.wording import counted

if TYPE_CHECKING:
    from gradcalc.learning.descent import Descent, Point

# Of more points the first and last are shown, unless all rows were asked for.
MOST_ROWS = 24

_STYLES = {"converged": "green", "kink": "yellow", "diverged": "red"}


def descent_page(
    descent: "Descent",
    *,
    all_rows: bool = False,
    width: int | None = None,
    precision: int | None = None,
) -> Page:
    """The descent as a page; `width` is the terminal's, None where there is none."""
    points = descent.trace
    gap = None
    if len(points) > MOST_ROWS and not all_rows:
        gap = MOST_ROWS // 2
        points = [*points[:gap], *points[-gap:]]
    table, unfitting = layout(
        _columns(points), width, precision, bold=len(points) - 1, gap=gap
    )
    notes = [*_left_out(descent, points), *unfitting]
    ending = _ending(descent, width)
    return Page([*table, line(), *paragraphs(notes, width), *ending])


def _columns(points: Sequence["Point"]) -> list[Column]:
    """The columns; what comes last is the first to be left out."""
    steps = [str(point.step) for point in points]
    columns = [
        Column("step", [step.rjust(len(steps[-1])) for step in steps]),
        Column("value", [point.value for point in points]),
        Column("predicted change", [point.predicted for point in points], spare=1),
        Column("actual change", [point.actual for point in points], spare=2),
    ]
    # Those that move: the others stand in the command.
    for name, slope in points[0].gradient.items():
        rows = [flatten(point.variables[name]) for point in points]
        for place, element in enumerate(element_names(name, shape_of(slope))):
            numbers = [row[place] for row in rows]
            columns.append(Column(element, numbers, spare=len(columns)))
    return columns


def _left_out(descent: "Descent", points: Sequence["Point"]) -> list[str]:
    count = len(descent.trace) - len(points)
    return [f"{count} steps are left out; --every shows them."] if count else []


def _ending(descent: "Descent", width: int | None) -> list[Line]:
    steps = counted(descent.end.step, "step")
    sentence = f"{descent.stopped} after {steps}: {one_line(descent.reason)}"
    first, *others = paragraphs([sentence], width)
    rest = first.text.removeprefix(descent.stopped)
    style = _STYLES.get(descent.stopped, "")
    return [Line([(descent.stopped, style), (rest, "")]), *others]
