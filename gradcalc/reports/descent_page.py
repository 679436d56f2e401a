"""A descent or ascent as a page: a row for every step shown, and why it stopped."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich import box
from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gradcalc.graph import element_names, flatten, shape_of
from gradcalc.reports.eval_table import one_line
from gradcalc.reports.numbers import align_numbers, format_number

if TYPE_CHECKING:
    from gradcalc.learning.descent import Descent, Point

# A longer way is shown by its two ends, unless its rows were asked for.
MOST_ROWS = 24

_STYLES = {"converged": "green", "kink": "yellow", "diverged": "red"}


def descent_page(
    descent: "Descent",
    *,
    all_rows: bool = False,
    width: int | None = None,
    precision: int | None = None,
) -> RenderableType:
    """The descent as a page; `width` is the terminal's, None where there is none."""
    points = descent.trace
    gap = None
    if len(points) > MOST_ROWS and not all_rows:
        gap = MOST_ROWS // 2
        points = [*points[:gap], *points[-gap:]]
    columns = _columns(points, precision)
    shown = _fitting(columns, width)
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for header, _ in columns[:shown]:
        table.add_column(header, no_wrap=True)
    for row in range(len(points)):
        if row == gap:
            table.add_row(*["..."] * shown)
        last = row == len(points) - 1
        cells = [Text(texts[row]) for _, texts in columns[:shown]]
        table.add_row(*cells, style="bold" if last else "")
    lines = [_left_out(descent, points), _hidden(columns[shown:])]
    return Group(
        table, Text(), *(Text(line) for line in lines if line), _ending(descent)
    )


def _columns(
    points: Sequence["Point"], precision: int | None
) -> list[tuple[str, list[str]]]:
    """The header and the texts of each column."""

    def numbers(values: Sequence[float | None]) -> list[str]:
        return align_numbers(
            ["-" if v is None else format_number(v, precision) for v in values]
        )

    columns = [
        ("step", align_numbers([str(point.step) for point in points])),
        ("value", numbers([point.value for point in points])),
        ("predicted change", numbers([point.predicted for point in points])),
        ("actual change", numbers([point.actual for point in points])),
    ]
    columns[0] = (
        "step",
        [text.rjust(len(columns[0][1][-1])) for text in columns[0][1]],
    )
    # Those that move: the others stand in the command.
    for name, slope in points[0].gradient.items():
        rows = [flatten(point.variables[name]) for point in points]
        for place, element in enumerate(element_names(name, shape_of(slope))):
            columns.append((element, numbers([row[place] for row in rows])))
    return columns


def _fitting(columns: Sequence[tuple[str, Any]], width: int | None) -> int:
    """How many columns fit the width, at least those up to the first variable."""
    if width is None:
        return len(columns)
    taken = -3
    for count, (header, texts) in enumerate(columns):
        taken += 3 + max(map(cell_len, (header, *texts)))
        if taken > width and count > 4:
            return count
    return len(columns)


def _left_out(descent: "Descent", points: Sequence["Point"]) -> str:
    count = len(descent.trace) - len(points)
    return f"{count} steps are left out; --every shows them." if count else ""


def _hidden(columns: Sequence[tuple[str, Any]]) -> str:
    if not columns:
        return ""
    names = [name for name, _ in columns]
    listed = ", ".join(names[:6]) + (", ..." if len(names) > 6 else "")
    verb = "does" if len(names) == 1 else "do"
    return f"{listed} {verb} not fit in here; --json shows all."


def _ending(descent: "Descent") -> Text:
    steps = descent.end.step
    count = "1 step" if steps == 1 else f"{steps} steps"
    line = Text(descent.stopped, style=_STYLES.get(descent.stopped, ""))
    return line.append(f" after {count}: {one_line(descent.reason)}", style="default")
