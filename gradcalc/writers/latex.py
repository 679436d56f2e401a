"""A graph as LaTeX, for amsmath's math mode: formulas, and lines of them.

A comparison that is used as a number stands in brackets, as Iverson wrote it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import ClassVar

from gradcalc.graph import Graph
from gradcalc.operations import LITERAL, OPERATIONS, Operation
from gradcalc.shapes import Structure, flatten
from gradcalc.writers.infix import literal
from gradcalc.writers.latex_names import (
    distinct_names,
    latex_element,
    latex_name,
    upright,
)
from gradcalc.writers.program_text import shadowed_constants
from gradcalc.writers.spelling import (
    ARITHMETIC,
    COMPARISON,
    NEGATED,
    POWER,
    PRIMARY,
    PRODUCT,
    SUM,
    FormulaWriter,
    PartsPiece,
    Piece,
    Spelling,
    Wrap,
    chain,
    template,
)
from gradcalc.writers.statements import statements, written

# Functions with a command of their own, or with another name on paper.
FUNCTIONS: dict[str, str] = {
    **{
        name: rf"\{name}"
        for name in ("max", "min", "sin", "cos", "tan", "sinh", "cosh", "tanh")
    },
    "asin": r"\arcsin",
    "acos": r"\arccos",
    "atan": r"\arctan",
    "asinh": r"\operatorname{arsinh}",
    "acosh": r"\operatorname{arcosh}",
    "atanh": r"\operatorname{artanh}",
    "sign": r"\operatorname{sgn}",
}

CONSTANTS = {"pi": r"\pi", "tau": r"\tau", "e": r"\mathrm{e}", "inf": r"\infty"}


def _where(operands: Sequence[PartsPiece], wrap: Wrap) -> PartsPiece:
    (condition, binding), first, second = operands
    cases = (
        *(r"\begin{cases}", wrap(first, SUM), r" & \text{if } ", condition),
        "" if binding == COMPARISON else r" \ne 0",
        *(r" \\ ", wrap(second, SUM), r" & \text{otherwise}\end{cases}"),
    )
    return cases, PRODUCT


class LatexWriter(FormulaWriter):
    """Writes nodes of a graph in LaTeX.

    A text that stands for a node must bind as tightly as a name.
    """

    spellings: ClassVar[dict[str, Spelling]] = {
        **ARITHMETIC,
        "<=": template(r"#1 \le #2", COMPARISON, SUM, SUM),
        ">=": template(r"#1 \ge #2", COMPARISON, SUM, SUM),
        "==": template("#1 = #2", COMPARISON, SUM, SUM),
        "!=": template(r"#1 \ne #2", COMPARISON, SUM, SUM),
        "*": template(r"#1 \cdot #2", PRODUCT, NEGATED, POWER),
        "/": template(r"\frac{#1}{#2}", POWER, SUM, SUM),
        "^": template("#1^{#2}", POWER, PRIMARY, SUM),
        "neg": template("-#1", NEGATED, PRODUCT),
        "abs": template(r"\left|#1\right|", PRIMARY, SUM),
        "floor": template(r"\left\lfloor #1 \right\rfloor", PRIMARY, SUM),
        "ceil": template(r"\left\lceil #1 \right\rceil", PRIMARY, SUM),
        "exp": template(r"\mathrm{e}^{#1}", POWER, SUM),
        "expm1": template(r"\mathrm{e}^{#1} - 1", SUM, SUM),
        "log": template(r"\ln\left(#1\right)", PRIMARY, SUM),
        "log2": template(r"\log_{2}\left(#1\right)", PRIMARY, SUM),
        "log10": template(r"\log_{10}\left(#1\right)", PRIMARY, SUM),
        "log1p": template(r"\ln\left(1 + #1\right)", PRIMARY, PRODUCT),
        "xlogx": template(r"#1 \cdot \ln\left(#1\right)", PRODUCT, POWER, SUM),
        "sqrt": template(r"\sqrt{#1}", PRIMARY, SUM),
        "cbrt": template(r"\sqrt[3]{#1}", PRIMARY, SUM),
        "stop_gradient": template("#1", SUM, SUM),
        "mod": template(r"#1 \bmod #2", PRODUCT, POWER, POWER),
        "where": _where,
        "sum": chain("# + #", SUM, SUM, PRODUCT),
        "prod": chain(r"# \cdot #", PRODUCT, PRODUCT, POWER),
        "hypot": chain(r"\sqrt{#^{2} + #^{2}}", PRIMARY, PRIMARY, PRIMARY),
        "logsumexp": chain(
            r"\ln\left(\mathrm{e}^{#} + \mathrm{e}^{#}\right)", PRIMARY, SUM, SUM
        ),
    }
    parentheses = r"\left(", r"\right)"
    truth = brackets = r"\left[", r"\right]"
    identities = False

    def structure(self, structure: Structure) -> str:
        """A number as it is, a list as a column, a matrix as its rows."""
        if not isinstance(structure, list):
            return self.text(structure)
        rows = (" & ".join(map(self.text, flatten(row))) for row in structure)
        return r"\begin{pmatrix}" + r" \\ ".join(rows) + r"\end{pmatrix}"

    def symbol(self, name: str, operation: Operation) -> str:
        return CONSTANTS[name] if operation is LITERAL else latex_name(name)

    def element(self, name: str, index: str) -> str:
        return latex_element(name, index)

    def number(self, value: float) -> Piece:
        return number(value, precision=self.precision)

    @classmethod
    def function(cls, operation: Operation) -> str:
        if operation.name in FUNCTIONS and OPERATIONS[operation.name] is operation:
            return FUNCTIONS[operation.name]
        return rf"\operatorname{{{upright(operation.name)}}}"


def number(value: float, *, precision: int | None = None) -> Piece:
    """A number in LaTeX, its exponent as a power of ten."""
    if value != value:
        return r"\mathrm{NaN}", PRIMARY
    if math.isinf(value):
        return (r"\infty", PRIMARY) if value > 0 else (r"-\infty", NEGATED)
    text, _ = literal(value, precision=precision)
    binding = NEGATED if text.startswith("-") else PRIMARY
    mantissa, e, exponent = text.partition("e")
    if not e:
        return text, binding
    return rf"{mantissa} \times 10^{{{exponent}}}", min(binding, POWER)


def latex_text(
    graph: Graph,
    roots: Mapping[str | None, Structure],
    *,
    precision: int | None = None,
    headings: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """The roots, and what they share, as one formula or as an `aligned` of several.

    `headings` gives the LaTeX that stands for a label on the left of its formula;
    no other formula refers to it.
    """
    lines = statements(graph, roots, unused=headings, exact=False)
    variables = graph.variable_names()
    constants = [
        CONSTANTS[name] for node, name in graph.names.items() if node not in variables
    ]
    labels = [line.label for line in lines if line.label]
    shown = distinct_names([*variables.values(), *labels], constants)
    writer = LatexWriter(graph, precision=precision)
    writer.names.update(shadowed_constants(writer, roots))
    writer.names.update((node, shown[name]) for node, name in variables.items())
    if not writer.names:
        # Where there are numbers alone, each is shorter than a name.
        lines = [replace(line, indices={}) for line in lines]
    rows = list(written(lines, writer, {**shown, **headings}))
    if len(rows) == 1:
        ((label, text),) = rows
        return f"{label} = {text}" if label else text
    body = " \\\\\n".join(
        f"  {label} &= {text}" if label else f"  & {text}" for label, text in rows
    )
    return f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}"
