"""A graph as Python for people: statements that run after `from math import *`.

They mean what Python means: where gradcalc gives an infinity or NaN, Python's functions
may raise instead. Wherever the numbers are finite, so are these, and equal.
"""

import keyword
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import compress
from typing import Any, ClassVar
from unicodedata import normalize

from gradcalc.graph import Graph
from gradcalc.operations import OPERATIONS, Operation
from gradcalc.shapes import Structure, all_leaves
from gradcalc.writers.program_text import shadowed_constants
from gradcalc.writers.python_definitions import PYTHON, SHORT, called, definitions
from gradcalc.writers.spelling import (
    ARITHMETIC,
    COMPARISON,
    CONDITIONAL,
    POWER,
    PRIMARY,
    PRODUCT,
    SIGNED,
    SUM,
    FormulaWriter,
    Parts,
    PartsPiece,
    Piece,
    Spelling,
    chain,
    joined,
    template,
)
from gradcalc.writers.statements import statements, written

_POWER, _NEGATION = OPERATIONS["^"], OPERATIONS["neg"]

# An operation whose exponent is a whole number: ** is as good as pow and reads better.
_WHOLE_POWER = template("#1**#2", POWER, PRIMARY, SIGNED)

# Python's own parser gives up on formulas that nest a few hundred deep.
_DEEPEST = 60

# Python's compiler gives up on chains of a few thousand; longer ones are calls.
_LONGEST_CHAIN = 100
LONG_CHAINS = {
    "sum": chain("add_up(#, #)", PRIMARY, SUM, SUM),
    "prod": chain("prod([#, #])", PRIMARY, SUM, SUM),
}


class PythonWriter(FormulaWriter):
    """Writes nodes of a graph in Python.

    A comparison is True or False in Python, and a number only inside float(...).
    """

    spellings: ClassVar[dict[str, Spelling]] = {
        **ARITHMETIC,
        "^": template("pow(#1, #2)", PRIMARY, CONDITIONAL, CONDITIONAL),
        "neg": template("-#1", SIGNED, SIGNED),
        "mod": template("#1 % #2", PRODUCT, PRODUCT, SIGNED),
        "where": template("#2 if #1 else #3", CONDITIONAL, SUM, COMPARISON, SUM),
        "clip": template("min(max(#1, #2), #3)", PRIMARY, SUM, SUM, SUM),
        "relu": template("max(#1, 0.0)", PRIMARY, SUM),
        "stop_gradient": template("#1", SUM, SUM),
        # From left to right as gradcalc adds: Python's own sum() rounds less.
        "sum": chain("# + #", SUM, SUM, PRODUCT),
        "prod": chain("#*#", PRODUCT, PRODUCT, SIGNED),
    }
    truth = "float(", ")"
    identities = False

    def text(self, root: int) -> str:
        piece = self.piece(root)
        return joined(self.wrap(piece, SUM)) if piece[1] == COMPARISON else piece[0]

    @classmethod
    def magnitude(cls, value: float, precision: int | None) -> Piece:
        text = repr(value if precision is None else float(f"{value:.{precision}g}"))
        whole = value.is_integer() and value < 1e16
        return text.removesuffix(".0") if whole else text, PRIMARY

    def spelt(self, node: int, operands: Sequence[PartsPiece]) -> PartsPiece:
        operation = self.graph.operations[node]
        if operation is _POWER and self._is_whole(self.graph.inputs[node][1]):
            return _WHOLE_POWER(operands, self.wrap)
        if len(operands) > _LONGEST_CHAIN and operation.name in LONG_CHAINS:
            return LONG_CHAINS[operation.name](operands, self.wrap)
        return super().spelt(node, operands)

    @classmethod
    def function(cls, operation: Operation) -> str:
        return called(operation)

    @classmethod
    def arguments(cls, operation: Operation, texts: Sequence[Parts]) -> list[Any]:
        # The table's own functions take lists operand by operand.
        return operation.grouped(texts) if operation.name in SHORT else list(texts)

    def _is_whole(self, node: int) -> bool:
        graph = self.graph
        if graph.operations[node] is _NEGATION:
            (node,) = graph.inputs[node]
        return (
            node not in self.names
            and node not in graph.names
            and graph.literals.get(node, 0.5).is_integer()
        )


def python_text(
    graph: Graph,
    roots: Mapping[str | None, Structure],
    *,
    precision: int | None = None,
) -> str:
    """The roots as Python statements, the last an expression or an assignment.

    They need `from math import *`, and the variables as floats under their names. A
    name that Python keeps for itself has an underscore behind it.
    """
    defined, kept = _functions(graph, all_leaves(roots.values()))
    lines = statements(graph, roots, taken=kept, exact=False, deepest=_DEEPEST)
    variables = {
        node: name.partition("[") for node, name in graph.variable_names().items()
    }
    labels = [line.label for line in lines if line.label]
    shown = _distinct([*(base for base, _, _ in variables.values()), *labels], kept)
    writer = PythonWriter(graph, precision=precision)
    writer.names.update(shadowed_constants(writer, roots))
    for node, (base, bracket, index) in variables.items():
        writer.names[node] = shown[base] + bracket + index
    texts = [*defined, ""] if defined else []
    for label, text in written(lines, writer, shown):
        texts.append(f"{label} = {text}" if label else text)
    return "\n".join(texts)


def _functions(graph: Graph, leaves: Sequence[int]) -> tuple[list[str], set[str]]:
    """The definitions that are needed, and the names that nothing else may have."""
    needed = graph.ancestors(leaves)
    operations = set(compress(graph.operations, needed))
    defined: dict[str, str] = {}
    if any(
        operation.name == "sum" and len(inputs) > _LONGEST_CHAIN
        for operation, inputs in compress(
            zip(graph.operations, graph.inputs, strict=True), needed
        )
    ):
        defined["add_up"] = SHORT["add_up"]
    for operation in OPERATIONS.values():
        if operation in operations and operation.name not in PythonWriter.spellings:
            defined.update(definitions(operation))
    kept = {"float", "max", "min", *defined, *(row.name for row in operations)}
    if defined:
        texts = [*SHORT.values(), *defined.values()]
        kept |= PYTHON.intersection(re.findall(r"\w+", " ".join(texts)))
    if _POWER in operations:
        kept.add("pow")
    return list(defined.values()), set(filter(str.isidentifier, kept))


def _distinct(names: Iterable[str], kept: Collection[str]) -> dict[str, str]:
    """Python's name for each name: no keyword, no function, no two alike."""
    used = set(kept)
    spelt: dict[str, str] = {}
    for name in names:
        if name in spelt:
            continue
        # Python reads names in this form of Unicode.
        text = normalize("NFKC", name)
        while keyword.iskeyword(text) or text in used:
            text += "_"
        used.add(text)
        spelt[name] = text
    return spelt
