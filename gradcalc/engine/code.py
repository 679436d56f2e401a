"""Straight-line Python that computes with floats exactly as the table does.

Formulas grow in a graph whose laws hold to the bit; what is needed is written, each
part that is used more than once as a line of its own. No line raises for any floats: an
operation is written as Python's own where that cannot raise, and else as a call of the
table's function.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from gradcalc.engine.code_spelling import (
    ATOM,
    CONDITIONAL,
    SIGN,
    SUM,
    Spelling,
    spelling,
)
from gradcalc.graph import Graph
from gradcalc.language.exact_laws import EXACT
from gradcalc.language.terms import Terms
from gradcalc.operations import COMPARISONS, LITERAL, OPERATIONS, VARIABLE

_PLUS, _TIMES, _WHERE = OPERATIONS["+"], OPERATIONS["*"], OPERATIONS["where"]

# A side of a `where`: its term, and 1 or 2.
Branch = tuple[int, int]

# Expressions nested deeper than this get a line of their own; Python's parser gives up
# at 100 levels.
_DEEPEST = 20


class PythonCode:
    """Nodes of a graph as lines of Python, and the texts that refer to them."""

    def __init__(
        self,
        graph: Graph,
        roots: Sequence[int],
        given: Mapping[int, str | float] | None = None,
        *,
        prefix: str = "t",
        beside: Sequence[int] = (),
    ) -> None:
        """Writes the lines that compute the roots.

        `given` has the name in the code, or the number, of variable nodes; the others
        go by their own names. `prefix` starts every name that the code makes up. The
        nodes `beside` the roots become terms too, for what is written besides.
        """
        # The assignments, in order, and the functions and constants they refer to.
        self.lines: list[str] = []
        self.namespace: dict[str, object] = {}
        self._prefix = prefix
        terms = Terms(EXACT)
        leaves = {
            node: terms.variable(leaf) if isinstance(leaf, str) else terms.literal(leaf)
            for node, leaf in (given or {}).items()
        }
        self._places = terms.place(graph, [*roots, *beside], leaves)
        self._graph = terms.graph
        self._functions: dict[Callable[..., object], str] = {}
        # What a term looks like where it is used: its text and how tightly that binds;
        # and the text of its being other than 0, if that is simpler.
        self._texts: dict[int, tuple[str, int]] = {}
        self._truths: dict[int, str] = {}
        self._write([self._places[root] for root in roots])

    def text(self, node: int, binding: int = CONDITIONAL) -> str:
        """What a root is called, in parentheses if that binds less tightly than asked.

        Raises KeyError for what is no root, nor part of one.
        """
        return self._text(self._places[node], binding)

    def truth(self, node: int) -> str:
        """The condition that a root is not 0, as an operand of and and or."""
        return self._truth(self._places[node])

    def row(self, nodes: Sequence[int]) -> str:
        """The tuple of the roots."""
        return "(" + "".join([f"{self.text(node)}, " for node in nodes]) + ")"

    def function(self, parameters: Sequence[str], returned: str) -> Any:
        """The Python function of the lines that returns what the text says."""
        source = [
            f"def compiled({', '.join(parameters)}):",
            *(f"    {line}" for line in self.lines),
            f"    return {returned}",
        ]
        namespace: dict[str, Any] = dict(self.namespace)
        exec("\n".join(source), namespace)
        return namespace["compiled"]

    def name(self, function: Callable[..., object], name: str) -> str:
        """What the function is called in the code."""
        if function not in self._functions:
            name = f"{self._prefix}_{name if name.isidentifier() else 'function'}"
            while name in self.namespace:
                name += "_"
            self._functions[function] = name
            self.namespace[name] = function
        return self._functions[function]

    def _write(self, roots: Sequence[int]) -> None:
        graph = self._graph
        depths: dict[int, int] = {}
        counted = self._uses(roots)
        places = self._branches(roots, counted)
        lines: dict[Branch | None, list[str]] = {None: self.lines}
        for node, uses in enumerate(counted):
            if not uses:
                continue
            operation = graph.operations[node]
            depth = 0
            if operation is LITERAL:
                text = self._number(graph.literals[node])
            elif operation is VARIABLE:
                text = (graph.names[node], ATOM)
            else:
                text = self._operation(node)
                depth = 1 + max(
                    depths.get(operand, 0) for operand in graph.inputs[node]
                )
                branches = [lines.pop((node, side), []) for side in (1, 2)]
                if uses > 1 or depth >= _DEEPEST or any(branches):
                    name = f"{self._prefix}{node}"
                    here = lines.setdefault(places[node], [])
                    if any(branches):
                        here += self._chosen(node, name, branches)
                    else:
                        here.append(f"{name} = {text[0]}")
                    text, depth = (name, ATOM), 0
                    self._truths.pop(node, None)
            self._texts[node] = text
            depths[node] = depth

    def _chosen(
        self, node: int, name: str, branches: Sequence[Sequence[str]]
    ) -> Iterator[str]:
        """The lines of a `where` of which a side needs lines of its own."""
        condition, *sides = self._graph.inputs[node]
        for start, side, lines in zip(
            (f"if {self._truth(condition)}:", "else:"), sides, branches, strict=True
        ):
            yield start
            yield from (f"    {line}" for line in lines)
            yield f"    {name} = {self._text(side)}"

    def _branches(
        self, roots: Sequence[int], uses: Sequence[int]
    ) -> "list[Branch | None]":
        """For each term the side of a `where` that alone needs it, the innermost."""
        graph = self._graph
        places: list[Branch | None] = [None] * len(graph)
        depths = [0] * len(graph)
        found = bytearray(len(graph))
        for root in roots:
            found[root] = 1
        for node in range(len(graph) - 1, -1, -1):
            if not uses[node]:
                continue
            chooses = graph.operations[node] is _WHERE
            for side, operand in enumerate(graph.inputs[node]):
                place, depth = places[node], depths[node]
                if chooses and side and depth < _DEEPEST:
                    place, depth = (node, side), depth + 1
                if found[operand]:
                    # Outwards, to what both uses are in.
                    other, further = places[operand], depths[operand]
                    while place != other:
                        if depth >= further:
                            assert place is not None
                            place, depth = places[place[0]], depth - 1
                        else:
                            assert other is not None
                            other, further = places[other[0]], further - 1
                found[operand] = 1
                places[operand], depths[operand] = place, depth
        return places

    def _uses(self, roots: Sequence[int]) -> list[int]:
        """How often each term is written; 0 for what the roots do not need."""
        inputs = self._graph.inputs
        uses = [0] * len(inputs)
        for root in roots:
            uses[root] += 1
        for node in range(len(uses) - 1, -1, -1):
            if uses[node] and inputs[node]:
                times = self._spelling(node).uses(len(inputs[node]))
                for operand, number in zip(inputs[node], times, strict=True):
                    uses[operand] += number
        return uses

    def _spelling(self, node: int) -> Spelling:
        literals = self._graph.literals
        return spelling(
            self._graph.operations[node],
            tuple([literals.get(operand) for operand in self._graph.inputs[node]]),
        )

    def _text(self, node: int, binding: int = CONDITIONAL) -> str:
        text, own = self._texts[node]
        return text if own >= binding else f"({text})"

    def _truth(self, node: int) -> str:
        return self._truths.get(node) or self._text(node, SUM)

    def _operation(self, node: int) -> tuple[str, int]:
        operation, inputs = self._graph.operations[node], self._graph.inputs[node]
        written = self._spelling(node)
        if written.template is None:
            name = self.name(operation.evaluate, operation.name)
            return f"{name}({', '.join(map(self._text, inputs))})", ATOM
        names = {
            name: self.name(function, name)
            for name, function in written.functions.items()
        }
        names["exponential"] = f"{self._prefix}_"
        operands = [
            ""  # such as the exponent of x*x
            if operand not in self._texts
            else self._truth(operand)
            if position in written.truths
            else self._text(operand, binding)
            for position, (operand, binding) in enumerate(
                zip(inputs, written.slots, strict=True)
            )
        ]
        text = written.template.format(*operands, **names)
        if operation in COMPARISONS:
            self._truths[node] = f"{operands[0]} {operation.name} {operands[1]}"
        elif operation is _PLUS or operation is _TIMES:
            # Of conditions, which are 0 or 1, the product is "and", the sum "or".
            truths = [self._truths.get(operand) for operand in inputs]
            if None not in truths:
                word = "or" if operation is _PLUS else "and"
                self._truths[node] = f"({truths[0]} {word} {truths[1]})"
        return text, written.binding

    def _number(self, value: float) -> tuple[str, int]:
        if math.isfinite(value):
            text = repr(value)
            return text, SIGN if text.startswith("-") else ATOM
        name = "nan" if value != value else "inf" if value > 0 else "minus_inf"
        name = f"{self._prefix}_{name}"
        self.namespace[name] = value
        return name, ATOM
