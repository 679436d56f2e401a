"""An evaluation as a page: a row for every node, and the notes.

Digits are never cut and numbers never wrapped: where a terminal is too narrow, only the
expressions give way.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rich import box
from rich.cells import cell_len, set_cell_size
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gradcalc.reports.numbers import align_numbers, format_value

if TYPE_CHECKING:
    from gradcalc.engine.evaluation import Evaluation, NodeResult

# A larger graph shows its variables and its output, unless all rows are asked for.
MOST_ROWS = 200

_DASH = "-"
_NARROWEST = 12
_BLOCK = 1000
_STYLES = {"variable": "cyan", "literal": "dim", "": "", "output": "bold green"}


def evaluation_page(
    evaluation: "Evaluation",
    *,
    width: int | None = None,
    precision: int | None = None,
    expand: bool = False,
    all_rows: bool = False,
) -> RenderableType:
    """The evaluation as a page; `width` is the terminal's, None where there is none.

    `expand` shows the nodes inside called functions, `all_rows` every row of a graph
    however large.
    """
    outputs = set(flat([evaluation.output]))
    nodes = [
        node
        for node in evaluation.nodes
        if expand or not node.inner or node.id in outputs
    ]
    left_out = 0
    if len(nodes) > MOST_ROWS and not all_rows:
        ends = [n for n in nodes if n.kind == "variable" or n.id in outputs]
        if len(ends) > MOST_ROWS:
            ends = ends[: MOST_ROWS // 2] + ends[-MOST_ROWS // 2 :]
        left_out = len(nodes) - len(ends)
        nodes = ends
    parts: list[RenderableType] = [
        *node_table(nodes, outputs, width=width, precision=precision)
    ]
    if left_out:
        rows = "row is" if left_out == 1 else "rows are"
        parts.append(Text(f"{left_out} more {rows} left out; --all shows them."))
    parts += notes(evaluation, width)
    return Group(*parts)


def node_table(
    nodes: Sequence["NodeResult"],
    outputs: set[int],
    *,
    width: int | None = None,
    precision: int | None = None,
) -> Iterator[Table]:
    """The table of the nodes: what each is, its expression, value and gradient."""
    kinds = [
        "output" if node.id in outputs else node.kind.replace("operation", "")
        for node in nodes
    ]
    labels = [
        node.label if node.label and node.label != node.expression else ""
        for node in nodes
    ]
    values = align_numbers([format_value(node.value, precision) for node in nodes])
    gradients = align_numbers(
        [
            _DASH if node.gradient is None else format_value(node.gradient, precision)
            for node in nodes
        ]
    )
    expressions = [one_line(node.expression) for node in nodes]
    columns = [("", kinds), ("label", labels), ("expression", expressions)]
    columns += [("value", values), ("gradient", gradients)]
    if not any(labels):
        del columns[1]
    return _table(columns, kinds, shrinking="expression", width=width)


def _table(
    columns: Sequence[tuple[str, Sequence[str]]],
    kinds: Sequence[str],
    *,
    shrinking: str,
    width: int | None,
) -> Iterator[Table]:
    """The table of the columns' texts, only the shrinking one cut to fit the width."""
    widths = {
        header: max(map(cell_len, (header, *texts)), default=0)
        for header, texts in columns
    }
    # Three blanks stand between columns.
    taken = sum(widths.values()) - widths[shrinking] + 3 * (len(columns) - 1)
    if width is not None:
        room = max(_NARROWEST, width - taken)
        widths[shrinking] = min(widths[shrinking], room)
    rows = list(zip(kinds, *(texts for _, texts in columns), strict=True))
    # A very long table comes in pieces: its beginning need not wait for its end.
    for start in range(0, max(1, len(rows)), _BLOCK):
        table = Table(
            box=box.SIMPLE_HEAD,
            show_edge=False,
            pad_edge=False,
            show_header=start == 0,
        )
        for header, _ in columns:
            table.add_column(header, no_wrap=True)
        for kind, *texts in rows[start : start + _BLOCK]:
            cells = [
                Text(
                    set_cell_size(_cut(text, widths[header]), widths[header]),
                    style=_STYLES[kind],
                )
                for (header, _), text in zip(columns, texts, strict=True)
            ]
            table.add_row(*cells)
        yield table


def _cut(text: str, columns: int) -> str:
    """The text, its end replaced by an ellipsis if it needs more columns."""
    if cell_len(text) <= columns:
        return text
    return set_cell_size(text, columns - 3).rstrip() + "..."


def one_line(text: str) -> str:
    """The text with line breaks, tabs and what else cannot be shown as blanks."""
    if text.isprintable():
        return text
    return " ".join(
        "".join(c if c.isprintable() else " " for c in line).strip()
        for line in text.splitlines()
    )


def notes(evaluation: "Evaluation", width: int | None) -> list[RenderableType]:
    """The notes of the evaluation, a paragraph each, after an empty line."""
    if not evaluation.notes:
        return []
    from textwrap import wrap

    lines = [Text()]
    for note in evaluation.notes:
        text = one_line(f"note: {note.message}")
        for line in wrap(text, width, subsequent_indent="  ") if width else [text]:
            lines.append(Text(line))
    return list(lines)


def flat(nested: Iterable[Any]) -> Iterable[Any]:
    """Everything in the nested lists, in order."""
    for entry in nested:
        if isinstance(entry, list | tuple):
            yield from flat(entry)
        else:
            yield entry
