"""A graph as Python for people: statements that run after `from math import *`.

They mean what Python means: where gradcalc gives an infinity or NaN, Python's functions
may raise instead. Wherever the numbers are finite, so are these, and equal.
"""

import keyword
import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, ClassVar
from unicodedata import normalize

from gradcalc.graph import Graph
from gradcalc.operations import OPERATIONS, VARIABLE, Operation
from gradcalc.shapes import Structure, flatten
from gradcalc.writers.program_text import shadowed_constants, structure_text
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
from gradcalc.writers.statements import statements

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

    def number(self, value: float) -> Piece:
        return _number(value, self.precision)

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
        is_short = operation.name in SHORT
        return operation.grouped(texts) if is_short else list(texts)

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
    labels = [label for label in roots if label is not None]
    variables = {
        node: name.partition("[")
        for node, name in graph.names.items()
        if graph.operations[node] is VARIABLE
    }
    bases = [base for base, _, _ in variables.values()]
    defined, kept = _functions(graph, roots)
    taken = {*bases, *labels, *kept}
    lines = statements(graph, roots, taken=taken, exact=False, deepest=_DEEPEST)
    fresh = [line.label for line in lines if line.label]
    spelt = _distinct([*bases, *fresh], kept)
    names = {
        node: _number(graph.literals[node], precision)[0]
        for node in shadowed_constants(graph, taken=labels)
    }
    for node, (base, bracket, index) in variables.items():
        names[node] = spelt[base] + bracket + index
    writer = PythonWriter(graph, names, precision=precision)
    texts = [*defined, ""] if defined else []
    for line in lines:
        leaves = map(writer.text, flatten(line.structure))
        formula = structure_text(line.structure, leaves)
        if line.label is None:
            texts.append(formula)
            continue
        label = spelt[line.label]
        texts.append(f"{label} = {formula}")
        names.update(
            (node, label + name[len(line.label) :]) for node, name in line.names.items()
        )
    return "\n".join(texts)


def _functions(
    graph: Graph, roots: Mapping[str | None, Structure]
) -> tuple[list[str], set[str]]:
    """The definitions that are needed, and the names that nothing else may have."""
    leaves = [node for structure in roots.values() for node in flatten(structure)]
    needed = graph.ancestors(leaves)
    operations = {graph.operations[node] for node, flag in enumerate(needed) if flag}
    defined: dict[str, str] = {}
    if any(
        flag and graph.operations[node].name == "sum" and len(inputs) > _LONGEST_CHAIN
        for node, (flag, inputs) in enumerate(zip(needed, graph.inputs, strict=True))
    ):
        defined["add_up"] = SHORT["add_up"]
    for operation in OPERATIONS.values():
        if operation in operations and operation.name not in PythonWriter.spellings:
            defined.update(definitions(operation))
    kept = {"float", "max", "min", *(operation.name for operation in operations)}
    if defined:
        texts = [*SHORT.values(), *defined.values()]
        kept |= PYTHON.intersection(re.findall(r"\w+", " ".join(texts)))
    if _POWER in operations:
        kept.add("pow")
    return list(defined.values()), {
        name for name in (*kept, *defined) if name.isidentifier()
    }


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


def _number(value: float, precision: int | None) -> Piece:
    if value != value:
        return "nan", PRIMARY
    if math.isinf(value):
        return ("inf", PRIMARY) if value > 0 else ("-inf", SIGNED)
    text = repr(value) if precision is None else repr(float(f"{value:.{precision}g}"))
    if value.is_integer() and abs(value) < 1e16:
        text = text.removesuffix(".0")
    return text, SIGNED if text.startswith("-") else PRIMARY
