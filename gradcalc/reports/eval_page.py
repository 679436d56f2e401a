"""An evaluation as a page: a row for every node, or the Jacobian, and the notes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gradcalc.reports.pages import Page, line, one_line, paragraphs
from gradcalc.reports.tables import Column, layout
from gradcalc.shapes import element_names, flatten, shape_of
from gradcalc.wording import plural

if TYPE_CHECKING:
    from gradcalc.engine.evaluation import Evaluation, NodeResult

# A larger graph shows its variables and its output, unless all rows are asked for.
MOST_ROWS = 200

# An expression and a label are not cut to fewer columns than this.
_NARROWEST = 12
_STYLES = {"variable": "cyan", "literal": "dim", "": "", "output": "bold green"}


def evaluation_page(
    evaluation: "Evaluation",
    *,
    width: int | None = None,
    precision: int | None = None,
    expand: bool = False,
    all_rows: bool = False,
) -> Page:
    """The evaluation as a page; `width` is the terminal's, None where there is none.

    For a number it has a table of the nodes, with `expand` also of those inside called
    functions, with `all_rows` of all in a large graph; for a list, the Jacobian.
    """
    if evaluation.jacobian is not None:
        parts, remarks = layout(
            _jacobian(evaluation), width, precision, bold=0, division=0
        )
    else:
        outputs = set(flatten(evaluation.output))
        all_nodes = evaluation.nodes
        nodes = [n for n in all_nodes if expand or not n.inner or n.id in outputs]
        shown = nodes
        if len(nodes) > MOST_ROWS and not all_rows:
            shown = [n for n in nodes if n.kind == "variable" or n.id in outputs]
            if len(shown) > MOST_ROWS:
                shown = shown[: MOST_ROWS // 2] + shown[-MOST_ROWS // 2 :]
        parts, remarks = layout(_node_columns(shown, outputs), width, precision)
        if left_out := len(nodes) - len(shown):
            rows = plural(left_out, "row is", "rows are")
            remarks.insert(0, f"{left_out} more {rows} left out; --all shows them.")
    parts += paragraphs(remarks, width)
    if evaluation.notes:
        notes = [one_line(f"note: {note.sentence}") for note in evaluation.notes]
        parts += [line(), *paragraphs(notes, width)]
    return Page(parts)


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


def _jacobian(evaluation: "Evaluation") -> list[Column]:
    """A column for every output: its value, and its gradient, a row per variable."""
    assert evaluation.jacobian is not None
    shape = shape_of(evaluation.value)
    names = ["value"]
    columns = [[value] for value in flatten(evaluation.value)]
    for name, slopes in evaluation.jacobian.items():
        # One for every output, in the order of the columns.
        by_output = slopes if len(shape) == 1 else [s for row in slopes for s in row]
        names += [f"d/d{path}" for path in element_names(name, shape_of(by_output[0]))]
        for column, slope in zip(columns, by_output, strict=True):
            column += flatten(slope)
    found = [Column("", names, style="cyan")]
    for head, column in zip(element_names("", shape), columns, strict=True):
        found.append(Column(head, column, splits=True))
    return found
