"""A diagram as a Mermaid flowchart, which many pages of Markdown draw.

Each kind of box has a shape of its own: colour is not needed to tell them apart.
"""

from gradcalc.writers.diagram import Box, Diagram

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

    def box_line(box: Box) -> str:
        opening, closing = _SHAPES[box.style]
        label = _escaped(" | ".join(box.fields(longest)))
        return f'  n{box.node}{opening}"{label}"{closing}:::{box.style}'

    def step_line(number: int, symbol: str) -> str:
        return f'  s{number}(("{_escaped(symbol)}"))'

    lines = diagram.lines(box_line, step_line, "  {} --> {}")
    return "\n".join(["flowchart LR", *lines, _CLASSES])


def _escaped(text: str) -> str:
    # A sign at the beginning would make a list of it.
    return "".join(
        f"#{ord(character)};"
        if character in _ESCAPED or (position == 0 and character in "+-=")
        else character
        for position, character in enumerate(text)
    )
