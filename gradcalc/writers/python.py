"""A graph as Python for people: statements that run after `from math import *`.

They mean what Python means: where gradcalc gives an infinity or NaN, Python's functions
may raise instead. Wherever the numbers are finite, so are these, and equal.
"""

import keyword
import math
from collections.abc import Mapping, Sequence
from unicodedata import normalize

from gradcalc.graph import Graph
from gradcalc.operations import LITERAL, OPERATIONS, VARIABLE, Operation
from gradcalc.shapes import Structure, flatten
from gradcalc.writers.program import shadowed_constants, structure_text
from gradcalc.writers.python_helpers import HELPERS
from gradcalc.writers.spelling import Piece, bracketed, written
from gradcalc.writers.statements import passes_through, statements

_POWER, _NEGATION = OPERATIONS["^"], OPERATIONS["neg"]

# How tightly each way of writing binds. A comparison is True or False in Python, and a
# number, 1.0 or 0.0, only inside float(...).
CONDITIONAL, COMPARISON, SUM, PRODUCT, SIGNED, POWER, PRIMARY = range(7)

# An operation whose exponent is a whole number: ** is as good as pow and reads better.
_WHOLE_POWER = "whole power"

# name: (how it is spelt, how tightly it binds, what its operands must at least bind)
_SPELLING: dict[str, tuple[str, int, tuple[int, ...]]] = {
    "<": ("{} < {}", COMPARISON, (SUM, SUM)),
    "<=": ("{} <= {}", COMPARISON, (SUM, SUM)),
    ">": ("{} > {}", COMPARISON, (SUM, SUM)),
    ">=": ("{} >= {}", COMPARISON, (SUM, SUM)),
    "==": ("{} == {}", COMPARISON, (SUM, SUM)),
    "!=": ("{} != {}", COMPARISON, (SUM, SUM)),
    "+": ("{} + {}", SUM, (SUM, PRODUCT)),
    "-": ("{} - {}", SUM, (SUM, PRODUCT)),
    "*": ("{}*{}", PRODUCT, (PRODUCT, SIGNED)),
    "/": ("{}/{}", PRODUCT, (PRODUCT, SIGNED)),
    "^": ("pow({}, {})", PRIMARY, (CONDITIONAL, CONDITIONAL)),
    _WHOLE_POWER: ("{}**{}", POWER, (PRIMARY, SIGNED)),
    "neg": ("-{}", SIGNED, (SIGNED,)),
    "mod": ("{} % {}", PRODUCT, (PRODUCT, SIGNED)),
    "where": ("{1} if {0} else {2}", CONDITIONAL, (COMPARISON, SUM, SUM)),
    "clip": ("min(max({}, {}), {})", PRIMARY, (SUM, SUM, SUM)),
    "relu": ("max({}, 0.0)", PRIMARY, (SUM,)),
    "stop_gradient": ("{}", SUM, (SUM,)),
}

# Python's own parser gives up on formulas that nest a few hundred deep.
_DEEPEST = 60

# Chains, from left to right as gradcalc adds them up: Python's own sum() rounds less.
_CHAINS = {"sum": (" + ", SUM, PRODUCT), "prod": ("*", PRODUCT, SIGNED)}
# Python's compiler gives up on chains of a few thousand; these are called instead.
_LONGEST_CHAIN = 100
_LONG = {"sum": "add_up", "prod": "product"}


def _wrapped(piece: Piece, needed: int) -> str:
    text, tier = piece
    if tier >= needed:
        return text
    return f"float({text})" if tier == COMPARISON else f"({text})"


def _spell(kind: Operation | str, pieces: Sequence[Piece]) -> Piece:
    name = kind if isinstance(kind, str) else kind.name
    if name in _SPELLING:
        template, tier, needed = _SPELLING[name]
        return template.format(*map(_wrapped, pieces, needed)), tier
    if name in _CHAINS:
        operator, tier, right = _CHAINS[name]
        first, *rest = pieces
        texts = [_wrapped(first, tier), *(_wrapped(piece, right) for piece in rest)]
        return operator.join(texts), tier
    texts = [_wrapped(piece, SUM) for piece in pieces]
    if name == "product":
        return f"prod([{', '.join(texts)}])", PRIMARY
    arguments = kind.grouped(texts) if isinstance(kind, Operation) else texts
    return f"{name}({', '.join(map(bracketed, arguments))})", PRIMARY


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
    return _PythonText(graph, roots, precision).text()


class _PythonText:
    def __init__(
        self,
        graph: Graph,
        roots: Mapping[str | None, Structure],
        precision: int | None,
    ) -> None:
        self.graph = graph
        self.precision = precision
        labels = [label for label in roots if label is not None]
        variables = [
            name.partition("[")[0]
            for node, name in graph.names.items()
            if graph.operations[node] is VARIABLE
        ]
        self.helpers, self.called = self._functions(roots)
        taken = {*variables, *labels, *self.called}
        self.lines = statements(
            graph, roots, taken=taken, exact=False, deepest=_DEEPEST
        )
        fresh = [line.label for line in self.lines if line.label]
        self.spelt = self._distinct([*variables, *fresh])
        self.constants = shadowed_constants(graph, taken=[*labels, *variables])
        self.names: dict[int, str] = {}

    def text(self) -> str:
        lines = [HELPERS[name] for name in self.helpers]
        lines += [""] if lines else []
        for line in self.lines:
            leaves = flatten(line.structure)
            texts = (self._formula(node, alone=True) for node in leaves)
            formula = structure_text(line.structure, texts)
            if line.label is None:
                lines.append(formula)
                continue
            label = self.spelt[line.label]
            lines.append(f"{label} = {formula}")
            for node, name in line.names.items():
                self.names[node] = label + name[len(line.label) :]
        return "\n".join(lines)

    def _functions(
        self, roots: Mapping[str | None, Structure]
    ) -> tuple[list[str], set[str]]:
        """The helpers that are needed, in order, and every name that is called."""
        graph = self.graph
        leaves = [node for structure in roots.values() for node in flatten(structure)]
        needed = graph.ancestors(leaves)
        operations = set()
        for node in range(len(graph)):
            if needed[node]:
                name = graph.operations[node].name
                operations.add(name)
                if name in _LONG and len(graph.inputs[node]) > _LONGEST_CHAIN:
                    operations.add(_LONG[name])
        helpers = [name for name in HELPERS if name in operations]
        called = {"float", "max", "min", *operations, *helpers}
        if helpers:
            called.update(("abs", "copysign", "exp", "fsum", "log", "log1p", "sorted"))
        if "^" in operations:
            called.add("pow")
        return helpers, {name for name in called if name.isidentifier()}

    def _distinct(self, names: Sequence[str]) -> dict[str, str]:
        """Python's name for each name: no keyword, no function, no two alike."""
        used = set(self.called)
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

    def _formula(self, node: int, *, alone: bool) -> str:
        piece = written(
            self.graph,
            node,
            _spell,
            self._leaf,
            self._kind,
            lambda node: passes_through(self.graph, node),
        )
        return _wrapped(piece, SUM) if piece[1] == COMPARISON and alone else piece[0]

    def _kind(self, node: int) -> Operation | str:
        operation = self.graph.operations[node]
        operands = self.graph.inputs[node]
        if operation is _POWER and self._is_whole(operands[1]):
            return _WHOLE_POWER
        if operation.name in _LONG and len(operands) > _LONGEST_CHAIN:
            return _LONG[operation.name]
        return operation

    def _is_whole(self, node: int) -> bool:
        graph = self.graph
        if graph.operations[node] is _NEGATION:
            (node,) = graph.inputs[node]
        return (
            node not in self.names
            and node not in graph.names
            and graph.literals.get(node, 0.5).is_integer()
        )

    def _leaf(self, node: int) -> Piece | None:
        if node in self.names:
            return self.names[node], PRIMARY
        graph = self.graph
        operation = graph.operations[node]
        if operation is VARIABLE:
            base, bracket, index = graph.names[node].partition("[")
            return self.spelt[base] + bracket + index, PRIMARY
        if operation is not LITERAL:
            return None
        if node in graph.names and node not in self.constants:
            return graph.names[node], PRIMARY
        return _number(graph.literals[node], self.precision)


def _number(value: float, precision: int | None) -> Piece:
    if value != value:
        return "nan", PRIMARY
    if math.isinf(value):
        return ("inf", PRIMARY) if value > 0 else ("-inf", SIGNED)
    text = repr(value) if precision is None else repr(float(f"{value:.{precision}g}"))
    if value.is_integer() and abs(value) < 1e16:
        text = text.removesuffix(".0")
    return text, SIGNED if text.startswith("-") else PRIMARY
