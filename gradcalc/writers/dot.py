"""A diagram as DOT, the language of Graphviz.

Variables have round corners, numbers dashed lines, the result a thick one, so that
colour is not needed to tell them apart.
"""

from gradcalc.writers.diagram import MOST_BOXES, Box, Diagram, one_line

_HEAD = """\
digraph "%s" {
  rankdir=LR; ranksep=0.35; nodesep=0.2; labelloc=t; bgcolor=white;
  fontname="Helvetica,Arial,sans-serif"; fontsize=12;
  node [fontname="Helvetica,Arial,sans-serif", fontsize=11, height=0.3];
  edge [arrowsize=0.6, color="#666666"];"""

_STYLES = {
    "variable": 'shape=Mrecord, style=filled, fillcolor="#e3f0fb", color="#2a6496"',
    "literal": 'shape=record, style="filled,dashed", fillcolor="#f5f5f5"'
    ', color="#777777"',
    "operation": 'shape=record, style=filled, fillcolor=white, color="#444444"',
    "output": 'shape=record, style=filled, fillcolor="#e6f4e1", color="#2d6a1f"'
    ", penwidth=2.5",
}
_STEP = 'shape=ellipse, margin="0.04,0.02", width=0.3, color="#888888"'

# What means something inside a record's label, and what DOT reads as an entity.
_RECORD = str.maketrans(
    {**{character: f"\\{character}" for character in '\\"{}|<>'}, "&": "&amp;"}
)
_STRING = str.maketrans({"\\": "\\\\", '"': '\\"', "&": "&amp;"})

_LONGEST_TITLE = 100


def dot_text(diagram: Diagram, *, longest: int = 32) -> str:
    """The diagram as a DOT file; labels are cut to `longest` characters."""
    title = one_line(diagram.title, _LONGEST_TITLE).translate(_STRING)
    # Inside braces the fields of a record stand side by side, which is too wide to read
    # where there are many boxes, or lists with much to say in one.
    stacked = len(diagram.nodes) > MOST_BOXES or bool(diagram.lists)
    opening, closing = ("", "") if stacked else ("{", "}")

    def box_line(box: Box) -> str:
        fields = " | ".join(field.translate(_RECORD) for field in box.fields(longest))
        tip = one_line(box.expression, 400).translate(_STRING)
        return (
            f'  n{box.node} [label="{opening}{fields}{closing}",'
            f' tooltip="{box.style}: {tip}", {_STYLES[box.style]}];'
        )

    def step_line(number: int, symbol: str) -> str:
        return f'  s{number} [label="{symbol.translate(_STRING)}", {_STEP}];'

    lines = diagram.lines(box_line, step_line, "  {} -> {};")
    return "\n".join([_HEAD % title, f'  label="{title}";', *lines, "}"])
