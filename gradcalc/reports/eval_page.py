"""An evaluation as a page: a row for every node, or the Jacobian, and the notes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gradcalc.engine.passes import picked
from gradcalc.reports.objects import check_count
from gradcalc.reports.pages import Page, line, one_line, paragraphs
from gradcalc.reports.tables import Column, layout
from gradcalc.shapes import (
    Structure,
    described,
    element_names,
    flatten,
    leaves_of,
    named_leaves,
    shape_of,
    size_of,
)
from gradcalc.wording import counted, listing, plural

if TYPE_CHECKING:
    from gradcalc.engine.evaluation import Evaluation, NodeResult

# A larger graph shows its variables and its output, unless all rows are asked for.
MOST_ROWS = 200

# A Jacobian of more columns shows so many, unless all are asked for.
_MOST_COLUMNS, _FEW_COLUMNS = 200, 8
# One that has more rows or columns says so first.
_SCREENFUL = 40

# An expression and a label are not cut to fewer columns than this.
_NARROWEST = 12
_STYLES = {"variable": "cyan", "literal": "dim", "": "", "output": "bold green"}


def most_columns(output: Structure) -> int | None:
    """Of how many elements of the result the gradients are shown; None: of all."""
    return _FEW_COLUMNS if size_of(output) > _MOST_COLUMNS else None


def evaluation_page(
    evaluation: "Evaluation",
    *,
    width: int | None = None,
    precision: int | None = None,
    expand: bool = False,
    all_rows: bool = False,
    hessian: bool = False,
) -> Page:
    """The evaluation as a page; `width` is the terminal's, None where there is none.

    For a number it has a table of the nodes, with `expand` also of those inside called
    functions, with `all_rows` of all in a large graph, with `hessian` a second one of
    the second derivatives; for a list, the Jacobian.
    """
    outputs = flatten(evaluation.output)
    remarks: list[str]
    if isinstance(evaluation.output, list):
        rows = leaves_of(evaluation.graph.variables, evaluation.wanted)
        shown = rows if all_rows else rows[:MOST_ROWS]
        check_count(evaluation, len(shown))
        columns = _jacobian(evaluation, shown)
        parts, remarks = layout(columns, width, precision, bold=0, division=0)
        if max(len(rows), len(outputs)) > _SCREENFUL:
            result = described(shape_of(evaluation.output))
            size = (
                f"{counted(len(rows) + 1, 'row')} and {counted(len(outputs), 'column')}"
            )
            text = f"The result is {result}. The table has {size}."
            parts = [*paragraphs([text], width), line(), *parts]
        hidden = [
            (len(outputs) - len(evaluation.gradients), "column"),
            (len(rows) - len(shown), "row"),
        ]
    else:
        nodes = [
            n for n in evaluation.nodes if expand or not n.inner or n.id in outputs
        ]
        few = nodes
        if len(nodes) > MOST_ROWS and not all_rows:
            few = [n for n in nodes if n.kind == "variable" or n.id in outputs]
            if len(few) > MOST_ROWS:
                few = few[: MOST_ROWS // 2] + few[-MOST_ROWS // 2 :]
        columns = _node_columns(few, set(outputs))
        parts, remarks = layout(columns, width, precision)
        hidden = [(len(nodes) - len(few), "row")]
    parts += paragraphs([*_left_out(hidden), *remarks], width)
    notes = evaluation.notes
    if hessian and evaluation.curvature.rows:
        columns, hidden = _hessian(evaluation, all_rows=all_rows)
        table, remarks = layout(columns, width, precision)
        parts += [line(), *paragraphs(["Second derivatives:"], width), line(), *table]
        parts += paragraphs([*_left_out(hidden), *remarks], width)
        notes += evaluation.curvature_notes
    if notes:
        sentences = [one_line(f"note: {note.sentence}") for note in notes]
        parts += [line(), *paragraphs(sentences, width)]
    return Page(parts)


def _left_out(hidden: Sequence[tuple[int, str]]) -> list[str]:
    """The sentence about so many rows and columns that are not shown, if there are."""
    left_out = [
        f"{count} more {plural(count, n, n + 's')}" for count, n in hidden if count
    ]
    verb = "is" if left_out == ["1 more row"] else "are"
    return [f"{listing(left_out)} {verb} left out; --all shows them."][: len(left_out)]


def _node_columns(nodes: Sequence["NodeResult"], outputs: set[int]) -> list[Column]:
    """What each node is, its label, expression, value and gradient."""
    kinds = [
        "output" if node.id in outputs else node.kind.replace("operation", "")
        for node in nodes
    ]
    labels = [(n.label or "") if n.label != n.expression else "" for n in nodes]
    expressions = [one_line(node.expression) for node in nodes]
    styles = [_STYLES[kind] for kind in kinds]
    return [
        Column("", kinds, spare=2, style=styles),
        *(
            [Column("label", labels, spare=1, style=styles, least=_NARROWEST)]
            if any(labels)
            else []
        ),
        Column("expression", expressions, style=styles, least=_NARROWEST),
        Column("value", [node.value for node in nodes], style=styles),
        Column("gradient", [node.gradient for node in nodes], style=styles),
    ]


def _hessian(
    evaluation: "Evaluation", *, all_rows: bool
) -> tuple[list[Column], list[tuple[int, str]]]:
    """A row and a column for each variable, and how many of them are not shown."""
    rows, names = evaluation.curvature.rows, list(named_leaves(evaluation.wanted))
    height = width = len(rows)
    if not all_rows:
        height = min(height, MOST_ROWS)
        width = width if width <= _MOST_COLUMNS else _FEW_COLUMNS
    columns = [Column("", names[:height], style="cyan")]
    columns += [
        Column(name, [row[place] for row in rows[:height]], splits=True)
        for place, name in enumerate(names[:width])
    ]
    return columns, [(len(rows) - width, "column"), (len(rows) - height, "row")]


def _jacobian(evaluation: "Evaluation", shown: Sequence[int]) -> list[Column]:
    """A column for each element: its value, and its gradient, a row per variable.

    `shown` are the nodes of the variables that have a row.
    """
    graph = evaluation.graph
    names = ["value", *(f"d/d{graph.names[node]}" for node in shown)]
    columns = [Column("", names, style="cyan")]
    heads = element_names("", shape_of(evaluation.output))
    values = flatten(evaluation.value)
    for place, row in enumerate(evaluation.gradients):
        cells = [values[place], *picked(row, shown)]
        columns.append(Column(heads[place], cells, splits=True))
    return columns
