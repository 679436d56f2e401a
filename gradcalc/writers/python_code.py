"""A graph as lines of Python that compute with floats, exactly as the engine does.

Operators that never raise are written as operators; every other operation is a call of
the table's own function, so that compiled and walked results are the same bits.
"""

import math
from collections.abc import Callable, Iterable

from gradcalc.graph import Graph
from gradcalc.operations import LITERAL, VARIABLE

# How an operation is spelt where Python's own notation means exactly the same.
_SPELLING: dict[str, str] = {
    "+": "({0} + {1})",
    "-": "({0} - {1})",
    "*": "({0} * {1})",
    "neg": "(-{0})",
    "<": "(1.0 if {0} < {1} else 0.0)",
    "<=": "(1.0 if {0} <= {1} else 0.0)",
    ">": "(1.0 if {0} > {1} else 0.0)",
    ">=": "(1.0 if {0} >= {1} else 0.0)",
    "==": "(1.0 if {0} == {1} else 0.0)",
    "!=": "(1.0 if {0} != {1} else 0.0)",
    "where": "({1} if {0} != 0 else {2})",
}

# Expressions nested deeper than this get a line of their own.
_DEEPEST = 20


class PythonCode:
    """Lines that compute the given nodes of a graph, and the names they need.

    lines      assignments, in order
    namespace  the functions and constants that the lines refer to
    """

    def __init__(self, graph: Graph, roots: Iterable[int]) -> None:
        self.graph = graph
        self.lines: list[str] = []
        self.namespace: dict[str, object] = {}
        self._texts: dict[int, str] = {}
        self._depths: dict[int, int] = {}
        self._functions: dict[Callable[..., float], str] = {}
        self._write(list(roots))

    def parameter(self, node: int) -> str:
        """The name of a variable node."""
        return f"v{node}"

    def operand(self, node: int) -> str:
        """The expression or the name that holds the node's value."""
        return self._texts[node]

    def _write(self, roots: list[int]) -> None:
        graph = self.graph
        needed = graph.ancestors(roots)
        uses = [0] * len(graph)
        for node in roots:
            uses[node] += 1
        for node in range(len(graph)):
            if needed[node]:
                for operand in graph.inputs[node]:
                    uses[operand] += 1
        for node in range(len(graph)):
            if not needed[node]:
                continue
            operation = graph.operations[node]
            if operation is LITERAL:
                text = self._number(graph.literals[node])
                depth = 0
            elif operation is VARIABLE:
                text = self.parameter(node)
                depth = 0
            else:
                operands = [self._texts[operand] for operand in graph.inputs[node]]
                depth = 1 + max(
                    self._depths[operand] for operand in graph.inputs[node]
                )
                text = self._operation(node, operands)
                if uses[node] > 1 or depth >= _DEEPEST:
                    name = f"n{node}"
                    self.lines.append(f"{name} = {text}")
                    text, depth = name, 0
            self._texts[node] = text
            self._depths[node] = depth

    def _operation(self, node: int, operands: list[str]) -> str:
        graph = self.graph
        operation = graph.operations[node]
        if operation.name == "^":
            exponent = graph.inputs[node][1]
            if graph.literals.get(exponent) == 2.0 and operands[0].isidentifier():
                return f"({operands[0]} * {operands[0]})"
        spelling = _SPELLING.get(operation.name)
        if spelling is not None and operation.definition is None:
            return spelling.format(*operands)
        return f"{self._function(operation.evaluate)}({', '.join(operands)})"

    def _function(self, function: Callable[..., float]) -> str:
        if function not in self._functions:
            name = f"f{len(self._functions)}"
            self._functions[function] = name
            self.namespace[name] = function
        return self._functions[function]

    def _number(self, value: float) -> str:
        if math.isfinite(value):
            return repr(value) if value >= 0 else f"({value!r})"
        name = "nan" if value != value else "inf" if value > 0 else "minus_inf"
        self.namespace[name] = value
        return name
