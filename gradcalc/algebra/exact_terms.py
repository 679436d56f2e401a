"""Expressions that are collected before they are written.

Equal ones are kept once, what only numbers enter is computed at once, and laws that
hold for every double, to the bit, leave out what changes nothing.
"""

import math
from collections.abc import Iterable, Mapping

from gradcalc.graph import Graph
from gradcalc.operations import COMPARISONS, LITERAL, OPERATIONS, Operation

_PLUS, _TIMES, _NEGATION = OPERATIONS["+"], OPERATIONS["*"], OPERATIONS["neg"]
_OVER, _POWER = OPERATIONS["/"], OPERATIONS["^"]
_WHERE, _UNEQUAL = OPERATIONS["where"], OPERATIONS["!="]
_CHAINS = {OPERATIONS["sum"]: _PLUS, OPERATIONS["prod"]: _TIMES}


class Expressions:
    """Expressions, known by numbers; each follows those that it is made of.

    operations  what makes each expression
    inputs      the expressions it is made of
    numbers     the value of each expression that is a number
    """

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self.inputs: list[tuple[int, ...]] = []
        self.numbers: dict[int, float] = {}
        self._known: dict[object, int] = {}

    def number(self, value: float) -> int:
        """The expression of a number."""
        # The sign tells -0.0 from 0.0, which are equal.
        key = (value, math.copysign(1.0, value))
        expression = self._known.get(key)
        if expression is None:
            expression = self.new(LITERAL, ())
            self._known[key] = expression
            self.numbers[expression] = value
        return expression

    def new(self, operation: Operation, inputs: tuple[int, ...]) -> int:
        """A new expression, even if there is an equal one."""
        self.operations.append(operation)
        self.inputs.append(inputs)
        return len(self.inputs) - 1

    def apply(self, operation: Operation, inputs: tuple[int, ...]) -> int:
        """The expression of the operation on earlier ones."""
        key = (operation, inputs)
        expression = self._known.get(key)
        if expression is None:
            expression = self._simpler(operation, inputs)
            if expression is None:
                expression = self.new(operation, inputs)
            self._known[key] = expression
        return expression

    def _simpler(self, operation: Operation, inputs: tuple[int, ...]) -> int | None:
        """An expression with the same value, to the bit, that costs less."""
        numbers = self.numbers
        if all(operand in numbers for operand in inputs):
            return self.number(operation.evaluate(*[numbers[i] for i in inputs]))
        if operation in _CHAINS:
            total = inputs[0]
            for operand in inputs[1:]:
                total = self.apply(_CHAINS[operation], (total, operand))
            return total
        if not any(operand in numbers for operand in inputs):
            return None
        if operation is _WHERE and inputs[0] in numbers:
            return inputs[1] if numbers[inputs[0]] != 0 else inputs[2]
        if len(inputs) == 2:
            left, right = (numbers.get(operand) for operand in inputs)
            if operation is _TIMES:
                if left == 1 or right == 1:  # x * 1 -> x
                    return inputs[1] if left == 1 else inputs[0]
                if left == -1 or right == -1:  # x * -1 -> -x
                    return self.apply(
                        _NEGATION, (inputs[1] if left == -1 else inputs[0],)
                    )
            elif operation in (_OVER, _POWER) and right == 1:  # x / 1 -> x, x^1 -> x
                return inputs[0]
            elif operation is _UNEQUAL and right == 0:  # (a < b) != 0 -> a < b
                if self.operations[inputs[0]] in COMPARISONS:
                    return inputs[0]
            elif operation is _POWER and right == 0:  # x^0 -> 1
                return self.number(1.0)
        return None

    def place(
        self, graph: Graph, given: Mapping[int, int], roots: Iterable[int]
    ) -> dict[int, int]:
        """The expressions of the graph's nodes that the roots depend on.

        `given` has those of its variables, and of whatever else is there already.
        """
        placed = dict(given)
        needed = bytearray(len(graph))
        last = -1
        for root in roots:
            needed[root] = 1
            last = max(last, root)
        for node in range(last, -1, -1):
            if needed[node] and node not in placed:
                for operand in graph.inputs[node]:
                    needed[operand] = 1
        for node in range(last + 1):
            if not needed[node] or node in placed:
                continue
            operation = graph.operations[node]
            if operation is LITERAL:
                placed[node] = self.number(graph.literals[node])
            else:
                inputs = tuple([placed[operand] for operand in graph.inputs[node]])
                placed[node] = self.apply(operation, inputs)
        return placed
