"""Guards: conditions in the code of a gradient that hold where doubles suffice.

A guard holds if every gradient that is passed on is so far from the ends of the range
of doubles that nothing can have been lost. The walk over the nodes looks for the same
(`extended_range`); where a guard fails, it decides.
"""

from collections.abc import Callable, Collection

from gradcalc.engine.extended_range import LARGEST, LEAST
from gradcalc.graph import Graph
from gradcalc.operations import OPERATIONS

_NEG, _WHERE = OPERATIONS["neg"], OPERATIONS["where"]
_TIMES, _OVER = OPERATIONS["*"], OPERATIONS["/"]
_SUMS = (OPERATIONS["+"], OPERATIONS["-"])

# A condition for a zero is not pursued deeper into a formula.
_DEEPEST = 4


class Guards:
    """The guards of the terms of one backward pass.

    graph      the terms
    known      those that are values of the forward pass
    passed_on  those that are gradients of a node that passes them on, without signs
    """

    def __init__(
        self, graph: Graph, known: Collection[int], passed_on: Collection[int]
    ) -> None:
        self.graph = graph
        self.known = set(known)
        self.passed_on = {self._unsigned(node) for node in passed_on}

    def guarded(self, received: Collection[int]) -> list[int]:
        """The terms to guard: those passed on, and what a variable receives of them.

        A variable's own needs none if it is rounded once: it is passed on no more.
        """
        once = self._rounded_once()
        more = {self._unsigned(node) for node in received if not once[node]}
        return sorted(
            node for node in self.passed_on | more if not self._is_ordinary(node)
        )

    def condition(
        self, node: int, text: Callable[[int], str], truth: Callable[[int], str]
    ) -> str:
        """The condition, as Python, that the term is in range or rightly 0."""
        name = text(node)
        # Comparisons are faster than a call of abs.
        ordinary = f"{LEAST} < {name} < {LARGEST} or -{LARGEST} < {name} < -{LEAST}"
        zero = self._zero(node, text, truth, _DEEPEST, outer=True)
        return f"({ordinary} or {name} == 0.0 and {zero})" if zero else f"({ordinary})"

    def _unsigned(self, node: int) -> int:
        while self.graph.operations[node] is _NEG:
            (node,) = self.graph.inputs[node]
        return node

    def _is_ordinary(self, node: int) -> bool:
        """Whether the term is a number that needs no guard."""
        return LEAST < abs(self.graph.literals.get(node, 0.0)) < LARGEST

    def _is_exact(self, node: int) -> bool:
        node = self._unsigned(node)
        found = node in self.known or node in self.passed_on
        return found or self._is_ordinary(node)

    def _rounded_once(self) -> list[bool]:
        """For each term whether it is rounded at most once from what is guarded."""
        literals = self.graph.literals
        once: list[bool] = []
        for node, operation in enumerate(self.graph.operations):
            inputs = self.graph.inputs[node]
            if operation is _TIMES or operation is _OVER:
                once.append(all(map(self._is_exact, inputs)))
            elif operation in _SUMS or operation is _NEG:
                once.append(all(once[operand] for operand in inputs))
            elif operation is _WHERE:
                # A number stands there for what is not passed on.
                sides = [side for side in inputs[1:] if side not in literals]
                once.append(all(once[side] for side in sides))
            else:
                once.append(False)
            once[-1] = once[-1] or self._is_exact(node)
        return once

    def _zero(
        self,
        node: int,
        text: Callable[[int], str],
        truth: Callable[[int], str],
        depth: int,
        *,
        outer: bool = False,
    ) -> str:
        """A condition that the term is 0 without having lost anything, or ""."""
        node = self._unsigned(node)
        if node in self.graph.literals and not outer:
            return "True" if self.graph.literals[node] == 0 else ""
        if node in self.known or (node in self.passed_on and not outer):
            return f"{text(node)} == 0.0"
        operation, inputs = self.graph.operations[node], self.graph.inputs[node]
        if not depth or operation not in (_WHERE, _TIMES, _OVER, *_SUMS):
            return ""
        if operation is _OVER:
            return self._zero(inputs[0], text, truth, depth - 1)
        parts = [
            self._zero(operand, text, truth, depth - 1)
            for operand in (inputs[1:] if operation is _WHERE else inputs)
        ]
        if operation is _TIMES:
            either = " or ".join(filter(None, parts))
            return f"({either})" if either else ""
        if operation is _WHERE:
            yes, no = (part or "False" for part in parts)
            return f"({yes} if {truth(inputs[0])} else {no})" if any(parts) else ""
        return f"({parts[0]} and {parts[1]})" if all(parts) else ""
