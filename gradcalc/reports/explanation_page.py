"""The blocks of an explanation laid out as plain text, Markdown or LaTeX."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from textwrap import wrap

from gradcalc.analysis.explanation import Explanation
from gradcalc.reports.explanation_mathematics import (
    LatexMathematics,
    MarkdownMathematics,
    Mathematics,
)
from gradcalc.reports.explanation_sentences import Block, Writer

# Blocks of one kind that follow each other.
Groups = list[tuple[str, list[Block]]]

# To so many its numbers are rounded unless somebody wants others.
DIGITS = 4

# How far a heading and what follows it are indented, and the line below it, if any.
_HEADINGS = {"section": ("", "  ", ""), "node": ("  ", "    ")}


# In less room every word would have a line.
_NARROWEST = 30


@dataclass(frozen=True)
class Terminal:
    """Where a page is shown: its lines are broken between words to fit the width."""

    width: int | None = None
    ascii_only: bool = False
    # May put headings in colour.
    heading: Callable[[str], str] = str


def explanation_page(
    explanation: Explanation,
    style: str = "text",
    *,
    precision: int | None,
    terminal: Terminal = Terminal(),
) -> str:
    """The explanation as a page of this style, one of STYLES."""
    notation, layout = STYLES[style]
    written = notation(explanation, precision=precision, ascii_only=terminal.ascii_only)
    blocks = Writer(explanation, written).blocks()
    groups = groupby(blocks, key=lambda block: block.kind)
    lines: list[str] = []
    for line in layout([(kind, list(group)) for kind, group in groups], terminal):
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines).rstrip("\n")


def _text(groups: Groups, terminal: Terminal) -> Iterator[str]:
    depth = ""
    for kind, blocks in groups:
        if kind == "equation":
            yield from _aligned(blocks, depth, terminal.width)
        elif kind == "sentence":
            for block in blocks:
                yield from _wrapped(depth + block.sides[0], terminal.width)
        else:
            indent, depth, *after = _HEADINGS[kind]
            for block in blocks:
                lines = _broken(indent, block.sides, terminal.width)
                yield from ("", *map(terminal.heading, lines), *after)


def _aligned(blocks: Sequence[Block], depth: str, width: int | None) -> Iterator[str]:
    """Equations, what follows from them in a column of its own if there is room."""
    lefts = [depth + " = ".join(block.sides) for block in blocks]
    rights = [f"{block.words} {block.result}".rstrip() for block in blocks]
    pairs = list(zip(lefts, rights, strict=True))
    column = max((len(left) for left, right in pairs if right), default=0) + 3
    widest = column + max(map(len, rights))
    for block, (left, right) in zip(blocks, pairs, strict=True):
        if right and (width is None or widest <= width):
            yield left.ljust(column) + right
            continue
        yield from _broken(depth, block.sides, width)
        if right:
            yield from _wrapped(f"{depth}  {right}", width)


def _broken(depth: str, sides: Sequence[str], width: int | None) -> list[str]:
    """The equation in lines that fit, broken before an equals sign if possible."""
    first, *others = sides
    lines = [depth + first]
    for side in others:
        if width is None or len(f"{lines[-1]} = {side}") <= width:
            lines[-1] += f" = {side}"
        else:
            lines.append(f"{depth}  = {side}")
    return [piece for line in lines for piece in _wrapped(line, width)]


def _wrapped(text: str, width: int | None) -> list[str]:
    """The sentence in lines that fit, all but the first indented further."""
    if width is None:
        return [text]
    indent = " " * (len(text) - len(text.lstrip()) + 2)
    return wrap(
        text,
        max(width, _NARROWEST),
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _markdown(groups: Groups, _: Terminal) -> Iterator[str]:
    """The lines of the page, its formulas as code."""
    for kind, blocks in groups:
        for block in blocks:
            text = " = ".join(block.sides)
            if kind == "equation":
                follows = f": {block.words}" if block.words else ""
                result = f" `{block.result}`" if block.result else ""
                yield f"- `{text}`{follows}{result}"
            else:
                yield from ("", _MARKDOWN[kind].format(text), "")


_MARKDOWN = {"section": "## {}", "node": "### `{}`", "sentence": "{}"}

_PREAMBLE = r"""\documentclass[fleqn]{article}
\usepackage[T1]{fontenc}
\usepackage{amsmath}
\usepackage[a4paper, margin=2.5cm]{geometry}
\setlength{\parindent}{0pt}
\setlength{\parskip}{\medskipamount}
\allowdisplaybreaks
\begin{document}"""


def _latex(groups: Groups, _: Terminal) -> Iterator[str]:
    """The lines of a document, which needs amsmath and geometry."""
    yield _PREAMBLE
    for kind, blocks in groups:
        if kind == "equation":
            rows = " \\\\\n".join(map(_latex_row, blocks))
            yield f"\\begin{{align*}}\n{rows}\n\\end{{align*}}"
        else:
            for block in blocks:
                yield _LATEX[kind].format(" = ".join(block.sides))
    yield r"\end{document}"


_LATEX = {
    "section": r"\section*{{{}}}",
    "node": r"\subsection*{{${}$}}",
    "sentence": "{}\n",
}


def _latex_row(block: Block) -> str:
    first, *rest = block.sides
    row = f"{first} &= {' = '.join(rest)}"
    if not block.words:
        return row
    # On a row of its own: paper is narrow.
    return f"{row} \\\\\n& \\text{{{block.words} }}{block.result}"


Layout = Callable[[Groups, Terminal], Iterator[str]]

STYLES: dict[str, tuple[type[Mathematics], Layout]] = {
    "text": (Mathematics, _text),
    "markdown": (MarkdownMathematics, _markdown),
    "latex": (LatexMathematics, _latex),
}
