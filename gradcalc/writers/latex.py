"""A graph as LaTeX, for amsmath's math mode: names, formulas, and lines of them.

A comparison that is used as a number stands in brackets, as Iverson wrote it.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar

from gradcalc.graph import Graph
from gradcalc.operations import LITERAL, OPERATIONS, Operation
from gradcalc.shapes import Structure, flatten
from gradcalc.writers.infix import InfixWriter
from gradcalc.writers.program_text import shadowed_constants
from gradcalc.writers.spelling import (
    ARITHMETIC,
    COMPARISON,
    MODULO,
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
    "erfinv": r"\operatorname{erf}^{-1}",
    "gamma": r"\Gamma",
    "digamma": r"\psi",
}

# What is spelt with its operand written two times.
_TWICE = frozenset({OPERATIONS["xlogx"]})

CONSTANTS = {"pi": r"\pi", "tau": r"\tau", "e": r"\mathrm{e}", "inf": r"\infty"}

# As TeX knows them; the other capitals look like Latin letters and have no command.
_COMMANDS = re.findall(
    r"\w+",
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho"
    " sigma tau upsilon phi chi psi omega"
    " Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega",
)
_NAME = re.compile(r"(.+?)(?:_+(.+?)|(\d+))?((?:\[\d+\])*)", re.DOTALL)


def _where(operands: Sequence[PartsPiece], wrap: Wrap) -> PartsPiece:
    (condition, binding), first, second = operands
    cases = (
        *(r"\begin{cases}", wrap(first, MODULO), r" & \text{if } ", condition),
        "" if binding == COMPARISON else r" \ne 0",
        *(r" \\ ", wrap(second, MODULO), r" & \text{otherwise}\end{cases}"),
    )
    return cases, PRODUCT


class LatexWriter(FormulaWriter):
    """Writes nodes of a graph in LaTeX.

    A text that stands for a node must bind as tightly as a name.
    """

    spellings: ClassVar[dict[str, Spelling]] = {
        **ARITHMETIC,
        "<=": template(r"#1 \le #2", COMPARISON, MODULO, MODULO),
        ">=": template(r"#1 \ge #2", COMPARISON, MODULO, MODULO),
        "==": template("#1 = #2", COMPARISON, MODULO, MODULO),
        "!=": template(r"#1 \ne #2", COMPARISON, MODULO, MODULO),
        "*": template(r"#1 \cdot #2", PRODUCT, NEGATED, POWER),
        "/": template(r"\frac{#1}{#2}", POWER, MODULO, MODULO),
        "^": template("#1^{#2}", POWER, PRIMARY, MODULO),
        "neg": template("-#1", NEGATED, PRODUCT),
        "abs": template(r"\left|#1\right|", PRIMARY, MODULO),
        "floor": template(r"\left\lfloor #1 \right\rfloor", PRIMARY, MODULO),
        "ceil": template(r"\left\lceil #1 \right\rceil", PRIMARY, MODULO),
        "exp": template(r"\mathrm{e}^{#1}", POWER, MODULO),
        "expm1": template(r"\mathrm{e}^{#1} - 1", SUM, MODULO),
        "log": template(r"\ln\left(#1\right)", PRIMARY, MODULO),
        "log2": template(r"\log_{2}\left(#1\right)", PRIMARY, MODULO),
        "log10": template(r"\log_{10}\left(#1\right)", PRIMARY, MODULO),
        "log1p": template(r"\ln\left(1 + #1\right)", PRIMARY, PRODUCT),
        "xlogx": template(r"#1 \cdot \ln\left(#1\right)", PRODUCT, POWER, MODULO),
        "sqrt": template(r"\sqrt{#1}", PRIMARY, MODULO),
        "cbrt": template(r"\sqrt[3]{#1}", PRIMARY, MODULO),
        "stop_gradient": template("#1", SUM, SUM),
        "mod": template(r"#1 \bmod #2", MODULO, POWER, PRIMARY),
        "where": _where,
        "sum": chain("# + #", SUM, SUM, PRODUCT),
        "prod": chain(r"# \cdot #", PRODUCT, PRODUCT, POWER),
        "lgamma": template(r"\ln\left|\Gamma\left(#1\right)\right|", PRIMARY, MODULO),
        "polygamma": template(
            r"\psi^{\left(#1\right)}\left(#2\right)", PRIMARY, MODULO, MODULO
        ),
        "sinc_derivative": template(
            r"\operatorname{sinc}^{\left(#1\right)}\left(#2\right)",
            *(PRIMARY, MODULO, MODULO),
        ),
        "hypot": chain(r"\sqrt{#^{2} + #^{2}}", PRIMARY, PRIMARY, PRIMARY),
        **dict.fromkeys(
            ("logsumexp", "logaddexp"),
            chain(
                r"\ln\left(\mathrm{e}^{#} + \mathrm{e}^{#}\right)",
                *(PRIMARY, MODULO, MODULO),
            ),
        ),
    }
    parentheses = r"\left(", r"\right)"
    truth = brackets = r"\left[", r"\right]"
    identities = False
    argument = MODULO
    nan = r"\mathrm{NaN}"
    infinity = r"\infty"
    minus = NEGATED

    def structure(self, structure: Structure) -> str:
        """A number as it is, a list as a column, a matrix as its rows."""
        if not isinstance(structure, list):
            return self.text(structure)
        rows = (" & ".join(map(self.text, flatten(row))) for row in structure)
        return r"\begin{pmatrix}" + r" \\ ".join(rows) + r"\end{pmatrix}"

    def symbol(self, name: str, operation: Operation) -> str:
        return CONSTANTS[name] if operation is LITERAL else latex_name(name)

    @staticmethod
    def element(name: str, index: str) -> str:
        numbers = ", ".join(re.findall(r"\d+", index))
        if not numbers:
            return name
        if name.endswith("}") and "_{" in name:
            return f"{name[:-1]}, {numbers}}}"
        return f"{name}_{{{numbers}}}"

    @classmethod
    def magnitude(cls, value: float, precision: int | None) -> Piece:
        text, _ = InfixWriter.magnitude(value, precision)
        mantissa, e, exponent = text.partition("e")
        if not e:
            return text, PRIMARY
        return rf"{mantissa} \times 10^{{{exponent}}}", POWER

    @classmethod
    def function(cls, operation: Operation) -> str:
        if operation.name in FUNCTIONS and OPERATIONS[operation.name] is operation:
            return FUNCTIONS[operation.name]
        return rf"\operatorname{{{upright(operation.name)}}}"


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
    lines = statements(graph, roots, unused=headings, exact=False, twice=_TWICE)
    variables = graph.variable_names()
    constants = [
        CONSTANTS[name] for node, name in graph.names.items() if node not in variables
    ]
    labels = [line.label for line in lines if line.label]
    shown = distinct_names([*variables.values(), *labels], constants)
    writer = LatexWriter(graph, precision=precision)
    writer.names.update(shadowed_constants(writer, roots))
    writer.names.update((node, shown[name]) for node, name in variables.items())
    rows = list(written(lines, writer, {**shown, **headings}))
    if len(rows) == 1:
        ((label, text),) = rows
        return f"{label} = {text}" if label else text
    body = " \\\\\n".join(
        f"  {label} &= {text}" if label else f"  & {text}" for label, text in rows
    )
    return f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}"


def latex_name(name: str) -> str:
    """A name in LaTeX: `x_1` and `x1` as x_{1}, theta as \\theta, `v[0]` as v_{0}."""
    match = _NAME.fullmatch(name)
    if match is None or not match[1].strip("_"):
        return verbatim(name)
    base, word, digits, indices = match.groups()
    text = _word(base, r"\mathit")
    parts = [_word(part, r"\mathrm") for part in (word or digits,) if part]
    parts += re.findall(r"\d+", indices)
    return f"{text}_{{{', '.join(parts)}}}" if parts else text


def distinct_names(names: Iterable[str], taken: Iterable[str]) -> dict[str, str]:
    """LaTeX for each name, no two alike: one that would be is written as typed."""
    used = set(taken)
    shown: dict[str, str] = {}
    for name in names:
        if name not in shown:
            text = latex_name(name)
            shown[name] = verbatim(name) if text in used else text
            used.add(shown[name])
    return shown


def verbatim(name: str) -> str:
    """The name letter by letter, as it is typed."""
    return rf"\mathtt{{{upright(name)}}}"


def upright(name: str) -> str:
    """The name with what LaTeX would take for a command made harmless."""
    return name.replace("_", r"\_")


def _word(word: str, style: str) -> str:
    """A part of a name: a Greek letter, a single letter, digits, or a word."""
    if word in _COMMANDS:
        return f"\\{word}"
    if len(word) == 1:
        return _letter(word)
    if word.isascii() and word.isdigit():
        return word
    command = style if word.isascii() else r"\text"
    return f"{command}{{{upright(word)}}}"


def _letter(letter: str) -> str:
    if letter.isascii():
        return upright(letter)
    kind, _, name = unicodedata.name(letter, "").partition(" LETTER ")
    # Unicode's name of lambda has no b.
    name = name.replace("LAMDA", "LAMBDA")
    command = name.lower() if kind == "GREEK SMALL" else name.capitalize()
    is_greek = kind in ("GREEK SMALL", "GREEK CAPITAL") and command in _COMMANDS
    return rf"\{command}" if is_greek else rf"\text{{{letter}}}"
