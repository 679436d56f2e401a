"""A diagram as a Mermaid flowchart, which many pages of Markdown draw.

Each kind of box has a shape of its own: colour is not needed to tell them apart.
"""

from gradcalc.writers.diagram import Box, Diagram, one_line

# The brackets that make the shape: stadium, slanted, plain, double-sided.
_SHAPES = {
    "variable": ("([", "])"),
    "literal": ("[/", "/]"),
    "operation": ("[", "]"),
    "output": ("[[", "]]"),
}

_CLASSES = """\
  classDef variable fill:#e3f0fb,stroke:#2a6496,color:#000
  classDef literal fill:#f5f5f5,stroke:#777,color:#000,stroke-dasharray:4
  classDef operation fill:#fff,stroke:#444,color:#000
  classDef output fill:#e6f4e1,stroke:#2d6a1f,color:#000,stroke-width:3px"""

# Mermaid reads labels as Markdown and HTML; these characters are written by number.
_ESCAPED = frozenset('"#&<>*_~`\\[]{};$')


def mermaid_text(diagram: Diagram, *, longest: int = 32) -> str:
    """The diagram as a flowchart; labels are cut to `longest` characters."""
    lines = ["flowchart LR"]
    for node in diagram.nodes:
        box = diagram.box(node)
        kind = "output" if box.output else box.kind
        opening, closing = _SHAPES[kind]
        lines.append(f'  n{node}{opening}"{_label(box, longest)}"{closing}:::{kind}')
    for step, node in diagram.drawn_steps().items():
        lines.append(f'  s{node}(("{_escaped(step.symbol)}"))')
        lines += [f"  n{operand} --> s{node}" for operand in step.inputs]
        lines += [f"  s{node} --> n{output}" for output in step.outputs]
    return "\n".join([*lines, _CLASSES])


def _label(box: Box, longest: int) -> str:
    name = one_line(box.name, longest)
    return _escaped(" | ".join((name, *box.numbers())))


def _escaped(text: str) -> str:
    # A sign at the beginning would make a list of it.
    return "".join(
        f"#{ord(character)};"
        if character in _ESCAPED or (position == 0 and character in "+-=")
        else character
        for position, character in enumerate(text)
    )
