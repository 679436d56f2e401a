"""An evaluation as a notebook shows it: the table of its nodes and their picture.

There is no script in it, no style but that of its own elements, and its colours are
seen on light and dark pages.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from gradcalc.analysis.known_nodes import KnownNodes
from gradcalc.engine.evaluation import Evaluation, NodeResult
from gradcalc.language.bindings import bind
from gradcalc.reports.drawing import Drawing, drawing
from gradcalc.reports.numbers import format_value
from gradcalc.shapes import flatten
from gradcalc.webpage.document import escaped
from gradcalc.wording import counted
from gradcalc.writers.diagram import Box, one_line
from gradcalc.writers.nesting import Nested, level_of, nested_boxes

# More of any of these is no small form any more.
_MOST_NODES = 20_000
_MOST_ROWS = 60
_MOST_BOXES = 60
# Of a number, and of the numbers of a list in the picture.
_DIGITS, _LIST_DIGITS = 6, 2

_VALUE, _GRADIENT, _INK = "#2f7bd0", "#c4661f", "currentColor"
_MONO = "ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace"
# In pixels: a letter, a box and what is around it.
_LETTER, _NARROW, _WIDE = 7.3, 124, 300
_HIGH, _UNIT, _BETWEEN, _PILL = 44, 60, 40, 24
_LONGEST = 28


def notebook_form(evaluation: Evaluation) -> str:
    """The markup of the evaluation's small form."""
    if len(evaluation.graph) > _MOST_NODES:
        return f"<pre>{escaped(repr(evaluation))}</pre>"
    notes = [f"<div>note: {escaped(n.sentence)}</div>" for n in evaluation.notes]
    picture = _picture(_drawing(evaluation)) if _is_small(evaluation) else ""
    return (
        f'<div style="font-family:{_MONO};font-size:12px;line-height:1.4">'
        f"{_table(evaluation)}{picture}{''.join(notes)}</div>"
    )


def _is_small(evaluation: Evaluation) -> bool:
    return len(evaluation.graph) <= 20 * _MOST_BOXES


def _drawing(evaluation: Evaluation) -> Drawing:
    """The drawing of the program that the evaluation is of."""
    wanted = list(evaluation.wanted)
    bound = bind(evaluation.source, evaluation.variables, wrt=wanted)
    bound = replace(bound, output=evaluation.output)
    known = KnownNodes(bound, evaluation.values, evaluation, wanted)
    return drawing(known, precision=_DIGITS)


# --- the table


def _table(evaluation: Evaluation) -> str:
    outputs = set(flatten(evaluation.output))
    nodes = [n for n in evaluation.nodes if not n.inner or n.id in outputs]
    few = nodes
    if len(nodes) > _MOST_ROWS:
        few = [n for n in nodes if n.kind == "variable" or n.id in outputs]
        few = few[: _MOST_ROWS // 2] + few[_MOST_ROWS // 2 :][-_MOST_ROWS // 2 :]
    rows = "".join(_row(node, output=node.id in outputs) for node in few)
    heads = "".join(map(_head, ("expression", "value", "gradient")))
    left_out = len(nodes) - len(few)
    more = f"<div>{counted(left_out, 'more row')}</div>" if left_out else ""
    return (
        '<table style="border-collapse:collapse;color:inherit;font:inherit"><thead><tr>'
        f"{heads}</tr></thead><tbody>{rows}</tbody></table>{more}"
    )


def _head(text: str) -> str:
    side = "left" if text == "expression" else "right"
    return f'<th style="text-align:{side};padding:2px 10px">{text}</th>'


def _row(node: NodeResult, *, output: bool) -> str:
    text = one_line(node.expression, 60)
    if node.label and node.label != node.expression:
        text = f"{node.label} = {text}"
    weight = ";font-weight:bold" * output
    numbers = "".join(
        f'<td style="text-align:right;padding:2px 10px;color:{colour}{weight}">'
        f"{_number(number)}</td>"
        for number, colour in ((node.value, _VALUE), (node.gradient, _GRADIENT))
    )
    style = f"text-align:left;padding:2px 10px{weight}"
    return f'<tr><td style="{style}">{escaped(text)}</td>{numbers}</tr>'


def _number(number: Any) -> str:
    return "–" if number is None else one_line(format_value(number, _DIGITS), 60)


# --- the picture


def _picture(drawn: Drawing) -> str:
    """The boxes, with all calls folded, as SVG; "" of too many."""
    graph = drawn.known.bound.program.graph
    boxes = nested_boxes(graph, flatten(drawn.known.bound.output))
    if len(boxes) > _MOST_BOXES:
        return ""
    layout = level_of(graph, boxes, ports=False).layout
    texts = [
        drawn.describe(box.results, _LIST_DIGITS if box.results[1:] else _DIGITS)
        for box in boxes
    ]
    sizes = [_size(box, text) for box, text in zip(boxes, texts, strict=True)]
    lefts, rights, x = [], [], 8.0
    for column in range(max(layout.columns) + 1):
        inside = [s for s, c in zip(sizes, layout.columns, strict=True) if c == column]
        lefts.append(x)
        rights.append(x + max((pill + width for pill, width in inside), default=0))
        x = rights[-1] + _BETWEEN
    top = min([*layout.rows, *(r for rows in layout.bends.values() for r in rows)])
    high = max([*layout.rows, *(r for rows in layout.bends.values() for r in rows)])

    def middle(row: float) -> float:
        return 8 + _HIGH / 2 + (row - top) * _UNIT

    place = {node: k for k, box in enumerate(boxes) for node in box.nodes}
    edges = dict.fromkeys(
        (place[operand], k)
        for k, box in enumerate(boxes)
        for node in sorted(box.nodes)
        for operand in graph.inputs[node]
        if place[operand] != k
    )
    parts = []
    for source, target in edges:
        column = layout.columns[source]
        points = [(lefts[column] + sum(sizes[source]), middle(layout.rows[source]))]
        for row in layout.bends.get((source, target), []):
            column += 1
            points += [(lefts[column], middle(row)), (rights[column], middle(row))]
        end = lefts[layout.columns[target]], middle(layout.rows[target])
        parts.append(_edge([*points, end]))
    for k, (box, text) in enumerate(zip(boxes, texts, strict=True)):
        where = lefts[layout.columns[k]], middle(layout.rows[k])
        parts += _box(box, text, sizes[k], where)
    width, height = round(x - _BETWEEN + 8), round(middle(high) + _HIGH / 2 + 8)
    return (
        '<div style="overflow-x:auto;margin-top:8px">'
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        f' width="{width}" style="display:block;height:auto;max-width:100%;'
        f'min-width:{width * 7 // 10}px"'
        f' role="img" aria-label="{escaped(drawn.title)}"'
        f' font-family="{_MONO}" font-size="12" text-anchor="middle"'
        f' fill="{_INK}">{"".join(parts)}</svg></div>'
    )


def _size(box: Nested, text: Box) -> tuple[float, float]:
    """How wide the operator with its gap and the box are."""
    if text.kind == "literal":
        return 0, max(28, len(text.expression) * _LETTER + 16)
    longest = max(
        len(one_line(text.name, _LONGEST)) + 1,
        2 * (1 + max(len(text.value or ""), len(text.gradient or ""))),
    )
    width = min(_WIDE, max(_NARROW, longest * _LETTER))
    pill = 0.0
    if text.kind == "operation":
        pill = max(_PILL, len(box.symbol) * _LETTER + 14) + 8
    return pill, width


def _edge(points: list[tuple[float, float]]) -> str:
    (x, y), *others = points
    path = f"M{x:.1f} {y:.1f}"
    for right, height in others:
        reach = max(10, (right - x) / 2)
        path += f"C{x + reach:.1f} {y:.1f} {right - reach:.1f} {height:.1f}"
        path += f" {right:.1f} {height:.1f}"
        x, y = right, height
    return f'<path d="{path}" fill="none" stroke="{_INK}" stroke-opacity="0.4"/>'


def _box(
    box: Nested, text: Box, size: tuple[float, float], where: tuple[float, float]
) -> Iterable[str]:
    (pill, width), (x, y) = size, where
    left, half = x + pill, width / 2
    stroke = f'fill="none" stroke="{_INK}" stroke-opacity="0.5"'
    if text.kind == "literal":
        yield _rect(left, y - 12, width, 24, 12, f'{stroke} stroke-dasharray="3 3"')
        yield _text(left + half, y + 4, one_line(text.expression, _LONGEST))
        return
    if pill:
        round_ = _rect(x, y - 12, pill - 8, 24, 12, stroke)
        yield round_ + _text(x + (pill - 8) / 2, y + 4, box.symbol)
        yield f'<path d="M{left - 8:.1f} {y:.1f}h8" {stroke}/>'
    corner = 12 if text.kind == "variable" else 6
    thick = ' stroke-width="2"' * text.output
    top = y - _HIGH / 2
    yield _rect(left, top, width, _HIGH, corner, stroke + thick)
    lines = f"M{left:.1f} {top + 22:.1f}h{width:.1f}m{-half:.1f} 0v22"
    yield f'<path d="{lines}" {stroke}/>'
    letters = int(width / _LETTER) - 1
    yield _text(left + half, top + 15, one_line(text.name, letters), bold=True)
    cells = ((text.value, _VALUE, 0.5), (text.gradient, _GRADIENT, 1.5))
    for number, colour, share in cells:
        shown = one_line(number or "–", max(4, letters // 2))
        yield _text(left + half * share, top + 37, shown, colour)


def _rect(
    x: float, y: float, width: float, height: float, corner: int, style: str
) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}"'
        f' rx="{corner}" {style}/>'
    )


def _text(
    x: float, y: float, content: str, colour: str = _INK, *, bold: bool = False
) -> str:
    style = f'fill="{colour}"' + ' font-weight="600"' * bold
    return f'<text x="{x:.1f}" y="{y:.1f}" {style}>{escaped(content)}</text>'
