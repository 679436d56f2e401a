"""A Jacobian as a page: the gradient of every element of a list."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from rich import box
from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gradcalc.reports.eval_page import flat, notes
from gradcalc.reports.numbers import align_numbers, format_value

if TYPE_CHECKING:
    from gradcalc.engine.evaluation import Evaluation


def jacobian_page(
    evaluation: "Evaluation",
    *,
    width: int | None = None,
    precision: int | None = None,
) -> RenderableType:
    """The Jacobian of a list: a column for every output, a row for every variable.

    Values stand above it. Where a terminal is too narrow for all columns, the page is
    several tables, one below the other.
    """
    assert evaluation.jacobian is not None
    values = list(_indexed("", evaluation.value))
    rows: list[tuple[str, list[str]]] = []
    by_output = {
        name: list(_outputs(evaluation.value, slopes))
        for name, slopes in evaluation.jacobian.items()
    }
    for name, slopes in by_output.items():
        for index, (path, _) in enumerate(_indexed(name, slopes[0])):
            column = [list(flat([slope]))[index] for slope in slopes]
            rows.append((path, [format_value(entry, precision) for entry in column]))
    shown = [format_value(value, precision) for _, value in values]
    columns = [
        align_numbers([shown[k], *(row[k] for _, row in rows)])
        for k in range(len(values))
    ]
    heads = [path for path, _ in values]
    names = ["value", *(f"d/d{path}" for path, _ in rows)]
    parts: list[RenderableType] = []
    for chosen in _fitting(names, heads, columns, width):
        table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
        table.add_column("", no_wrap=True, style="cyan")
        for k in chosen:
            table.add_column(heads[k], no_wrap=True)
        for row, name in enumerate(names):
            cells = [Text(columns[k][row]) for k in chosen]
            style = "bold" if row == 0 else ""
            table.add_row(Text(name), *cells, style=style, end_section=row == 0)
        parts += [Text(), table] if parts else [table]
    return Group(*parts, *notes(evaluation, width))


def _fitting(
    names: Sequence[str],
    heads: Sequence[str],
    columns: Sequence[Sequence[str]],
    width: int | None,
) -> Iterable[list[int]]:
    """The columns' indices, in groups that fit the width."""
    first = max(map(cell_len, names))
    room, group = first, list[int]()
    for k, texts in enumerate(columns):
        needed = max(map(cell_len, (heads[k], *texts))) + 3
        if group and width is not None and room + needed > width:
            yield group
            room, group = first, []
        room += needed
        group.append(k)
    if group:
        yield group


def _indexed(name: str, value: Any) -> Iterable[tuple[str, float]]:
    """Every number in the value with the path to it: `v[0]`, `m[1][2]`."""
    if isinstance(value, list | tuple):
        for index, entry in enumerate(value):
            yield from _indexed(f"{name}[{index}]", entry)
    else:
        yield name, value


def _outputs(shape: Any, slopes: Any) -> Iterable[Any]:
    """The gradients, one for every number of a value of that shape, in its order."""
    if isinstance(shape, list | tuple):
        for part, slope in zip(shape, slopes, strict=True):
            yield from _outputs(part, slope)
    else:
        yield slopes
