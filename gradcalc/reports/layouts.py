"""The blocks of an explanation laid out as plain text, Markdown or LaTeX."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from textwrap import wrap

from gradcalc.analysis.explanation import Explanation
from gradcalc.reports.notation import LatexNotation, MarkdownNotation, Notation
from gradcalc.reports.sentences import Block, Writer

_INDENT = {"section": "", "node": "  "}


def text_page(
    explanation: Explanation,
    *,
    precision: int | None,
    width: int | None = None,
    ascii_only: bool = False,
    heading: Callable[[str], str] = str,
) -> str:
    """The explanation as plain text.

    `width` is the terminal's; sentences are wrapped to it, formulas are not. `heading`
    may put headings in colour.
    """
    notation = _notation(Notation, explanation, precision, ascii_only)
    lines: list[str] = []
    depth = ""
    for kind, group in groupby(
        _blocks(explanation, notation), lambda block: block.kind
    ):
        blocks = list(group)
        if kind in _INDENT:
            depth = "    " if kind == "node" else "  "
        if kind == "equation":
            lines += _aligned(blocks, depth, width)
            continue
        for block in blocks:
            text = _INDENT.get(kind, depth) + " = ".join(block.sides)
            if kind in _INDENT:
                lines.append("")
                text = heading(text)
            if kind == "sentence":
                lines += _wrapped(text, width)
            else:
                lines.append(text)
            if kind == "section":
                lines.append("")
    return "\n".join(_without_double_blanks(lines))


def _aligned(blocks: Sequence[Block], depth: str, width: int | None) -> Iterator[str]:
    """Equations, what follows from them in a column of its own if there is room."""
    lefts = [depth + " = ".join(block.sides) for block in blocks]
    rights = [_result(block) for block in blocks]
    pairs = list(zip(lefts, rights, strict=True))
    column = max((len(left) for left, right in pairs if right), default=0) + 3
    widest = column + max(map(len, rights))
    for left, right in pairs:
        if not right:
            yield left
        elif width is None or widest <= width:
            yield left.ljust(column) + right
        else:
            yield left
            yield from _wrapped(f"{depth}  {right}", width)


def _wrapped(text: str, width: int | None) -> list[str]:
    """The sentence in lines that fit, each after the first set in a little further."""
    if width is None:
        return [text]
    indent = " " * (len(text) - len(text.lstrip()) + 2)
    return wrap(text, max(width, 40), subsequent_indent=indent, break_long_words=False)


def _result(block: Block) -> str:
    if block.result is None:
        return ""
    words, sides = block.result
    return f"{words} {' = '.join(sides)}".rstrip()


def _without_double_blanks(lines: Sequence[str]) -> Iterator[str]:
    before = ""
    for line in lines:
        if line or before:
            yield line
        before = line


def markdown_page(
    explanation: Explanation, *, precision: int | None, ascii_only: bool = False
) -> str:
    """The explanation as Markdown, its formulas as code."""
    notation = _notation(MarkdownNotation, explanation, precision, ascii_only)
    lines: list[str] = []
    for block in _blocks(explanation, notation):
        text = " = ".join(block.sides)
        if block.kind == "section":
            lines += ["", f"## {text}", ""]
        elif block.kind == "node":
            lines += ["", f"### `{text}`", ""]
        elif block.kind == "equation":
            line = f"- `{text}`"
            if block.result is not None:
                words, sides = block.result
                line += f": {words}" + (f" `{' = '.join(sides)}`" if sides else "")
            lines.append(line)
        else:
            lines += ["", text, ""]
    return "\n".join(_without_double_blanks(lines)).strip("\n")


_PREAMBLE = r"""\documentclass[fleqn]{article}
\usepackage[T1]{fontenc}
\usepackage{amsmath}
\usepackage[a4paper, margin=2.5cm]{geometry}
\setlength{\parindent}{0pt}
\setlength{\parskip}{\medskipamount}
\allowdisplaybreaks
\begin{document}"""


def latex_page(explanation: Explanation, *, precision: int | None) -> str:
    """The explanation as a LaTeX document, which needs amsmath and geometry."""
    notation = _notation(LatexNotation, explanation, precision, False)
    lines = [_PREAMBLE]
    for kind, group in groupby(
        _blocks(explanation, notation), lambda block: block.kind
    ):
        blocks = list(group)
        if kind == "equation":
            rows = " \\\\\n".join(map(_latex_row, blocks))
            lines.append(f"\\begin{{align*}}\n{rows}\n\\end{{align*}}")
            continue
        for block in blocks:
            text = " = ".join(block.sides)
            if kind == "section":
                lines.append(f"\\section*{{{notation.plain(text)}}}")
            elif kind == "node":
                lines.append(f"\\subsection*{{${text}$}}")
            else:
                lines.append(f"{text}\n")
    lines.append(r"\end{document}")
    return "\n".join(lines)


def _latex_row(block: Block) -> str:
    first, *rest = block.sides
    row = f"{first} &= {' = '.join(rest)}"
    if block.result is not None:
        words, sides = block.result
        # On a row of its own: paper is narrow.
        row += f" \\\\\n& \\text{{{words} }}{' = '.join(sides)}"
    return row


def _notation(
    kind: type[Notation],
    explanation: Explanation,
    precision: int | None,
    ascii_only: bool,
) -> Notation:
    return kind(
        explanation.naming,
        explanation.values,
        precision=precision,
        ascii_only=ascii_only,
    )


def _blocks(explanation: Explanation, notation: Notation) -> Iterator[Block]:
    return Writer(explanation, notation).blocks()
