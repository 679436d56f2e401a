"""What a session answers: values and gradients, compact, and what it holds."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gradcalc.engine.passes import picked
from gradcalc.reports.eval_page import MOST_ROWS, evaluation_page
from gradcalc.reports.numbers import format_value
from gradcalc.reports.pages import Line, Page, line, one_line, paragraphs
from gradcalc.reports.tables import Column, layout
from gradcalc.shapes import described, named_leaves, shape_of, size_of
from gradcalc.wording import plural

if TYPE_CHECKING:
    from gradcalc.engine.evaluation import Evaluation

# What stands on a line is a list of so many numbers at most.
_MOST_NUMBERS = 40


def answer_page(
    evaluation: "Evaluation", *, name: str | None = None, width: int | None = None
) -> Page:
    """The value of a formula and its gradient, a row for each variable, and notes.

    With a name, the value alone, of the label so called. A list has its Jacobian.
    """
    if name is not None or not evaluation.wanted:
        return Page([value_line(name, evaluation.value)])
    if isinstance(evaluation.output, list):
        return evaluation_page(evaluation, width=width)
    leaves = named_leaves(evaluation.wanted)
    names, nodes = [*leaves][:MOST_ROWS], [*leaves.values()][:MOST_ROWS]
    columns = [
        Column("variable", names, style="cyan"),
        Column("value", [evaluation.values[node] for node in nodes]),
        Column("gradient", picked(evaluation.gradients[0], nodes)),
    ]
    parts, remarks = layout(columns, width)
    if left := len(leaves) - len(names):
        verb = plural(left, "variable is", "variables are")
        remarks = [f"{left} more {verb} left out; :eval --all shows them.", *remarks]
    parts = [value_line(None, evaluation.value), *parts]
    parts += paragraphs(remarks, width)
    if evaluation.notes:
        notes = [one_line(f"note: {note.sentence}") for note in evaluation.notes]
        parts += [line(), *paragraphs(notes, width)]
    return Page(parts)


def value_line(name: str | None, value: Any) -> Line:
    """The value on a line, after the name of what has it."""
    before = [(f"{name} = ", "cyan")] if name is not None else []
    return Line([*before, (_value(value), "bold green")])


def _value(value: Any) -> str:
    if size_of(value) > _MOST_NUMBERS:
        return described(shape_of(value))
    return format_value(value)


def definitions_page(
    rows: Sequence[tuple[str, str, Any]], *, width: int | None = None
) -> Page:
    """A row for each definition: its kind, its text, and its value or None."""
    kinds, texts, values = zip(*rows, strict=True)
    shown = ["-" if value is None else _value(value) for value in values]
    columns = [
        Column("", kinds, spare=1, style="cyan"),
        Column("definition", [one_line(text) for text in texts], least=12),
        Column("value", shown, least=12),
    ]
    parts, remarks = layout(columns, width)
    return Page([*parts, *paragraphs(remarks, width)])
