"""Terms in operations that NumPy has: the others become formulas of these.

The formulas have the values of the table to the bit, as far as NumPy's functions do.
"""

from gradcalc.engine.vector_spelling import lowered
from gradcalc.language.exact_laws import EXACT
from gradcalc.language.terms import Terms
from gradcalc.operations import (
    ABS,
    AT_LEAST,
    EXP,
    NEG,
    OVER,
    PLUS,
    POWER,
    SIGMOID,
    TIMES,
    WHERE,
    Operation,
)


class VectorTerms(Terms):
    """Terms in the operations that NumPy has."""

    def __init__(self) -> None:
        super().__init__(EXACT)
        # What the sigmoid of which a term is the value is of.
        self._sigmoid_of: dict[int, int] = {}

    def make(self, operation: Operation, *operands: int) -> int:
        if all(operand in self.graph.literals for operand in operands):
            return super().make(operation, *operands)
        if operation is SIGMOID:
            return self._sigmoid(*operands)
        if operation is ABS:
            operands = (self._unsigned(*operands),)
        if operation is POWER and self.number(operands[1]) == 2:
            return self.make(TIMES, operands[0], operands[0])
        if operation is TIMES:
            product = self._slope(*operands)
            if product is not None:
                return product
        found = lowered(self, operation, operands)
        return super().make(operation, *operands) if found is None else found

    def _unsigned(self, node: int) -> int:
        """A term of the same size: the one under a minus, or with a positive factor."""
        graph = self.graph
        while graph.operations[node] is NEG:
            (node,) = graph.inputs[node]
        factor, term = self.split(node)
        if factor < 0 and term is not None:
            return self.scaled(-factor, term)
        return node

    def _sigmoid(self, x: int) -> int:
        # No exponential overflows: it is that of a negative number.
        power, whole = self._powers(x)
        is_positive = self.make(AT_LEAST, x, self.literal(0.0))
        chosen = self.make(WHERE, is_positive, self.literal(1.0), power)
        node = self.make(OVER, chosen, whole)
        self._sigmoid_of[node] = x
        return node

    def _powers(self, x: int) -> tuple[int, int]:
        power = self.make(EXP, self.make(NEG, self.make(ABS, x)))
        return power, self.make(PLUS, self.literal(1.0), power)

    def _slope(self, a: int, b: int) -> int | None:
        """The product sigmoid(x)*sigmoid(-x), whichever side of 0 the x is on."""
        parts = self.parts(a, TIMES)
        factor, first = parts if parts and a not in self._sigmoid_of else (None, a)
        x, minus = self._sigmoid_of.get(first), self._sigmoid_of.get(b)
        if x is None or minus is None or not self._are_opposite(x, minus):
            return None
        power, whole = self._powers(x)
        once = self.make(OVER, self.literal(1.0), whole)
        if factor is not None:
            once = self.make(TIMES, factor, once)
        return self.make(TIMES, once, self.make(OVER, power, whole))

    def _are_opposite(self, a: int, b: int) -> bool:
        for one, other in ((a, b), (b, a)):
            if self.parts(one, NEG) == (other,):
                return True
        (first, term), (second, same) = self.split(a), self.split(b)
        return first == -second and term == same
