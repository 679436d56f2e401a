"""Terms: a graph in which equal terms are one node, and laws are applied on the way."""

from collections.abc import Callable, Mapping, Sequence

from gradcalc.graph import Graph
from gradcalc.operations import COMPARISONS, LITERAL, OPERATIONS, VARIABLE, Operation

_TIMES = OPERATIONS["*"]
_PLUS = OPERATIONS["+"]
_MINUS = OPERATIONS["-"]
_POWER = OPERATIONS["^"]
_WHERE = OPERATIONS["where"]

# Longer products stay as they are, so that what they share stays shared.
MOST_FACTORS = 8

# A law takes the terms and an operation's operands; it gives the node that they amount
# to, or None where it does not apply.
Law = Callable[..., "int | None"]


def is_short(value: float) -> bool:
    """Whether a number is as short as one that somebody types."""
    return value == value and abs(value) < 1e15 and len(repr(value)) <= 8


class Terms:
    """A graph in which equal terms are one node and every node is simple already."""

    def __init__(self, laws: Mapping[Operation, Sequence["Law"]]) -> None:
        self.graph = Graph()
        self._laws = laws
        self._known: dict[tuple[Operation, tuple[int, ...]], int] = {}
        self._literals: dict[str, int] = {}
        self._variables: dict[str, int] = {}

    def literal(self, value: float, name: str | None = None) -> int:
        """The node of a number; of a constant that keeps its name, such as pi."""
        key = name or repr(value)
        if key not in self._literals:
            node = self.graph.add_literal(value)
            if name is not None:
                self.graph.names[node] = name
            self._literals[key] = node
        return self._literals[key]

    def variable(self, name: str) -> int:
        """The node of a variable, or of an element of one."""
        if name not in self._variables:
            self._variables[name] = self.graph.add_variable(name)
        return self._variables[name]

    def make(self, operation: Operation, *operands: int) -> int:
        """The node of the operation on its operands, simplified."""
        folded = self._folded(operation, operands)
        if folded is not None:
            return folded
        for law in self._laws.get(operation, ()):
            node = law(self, *operands)
            if node is not None:
                return node
        return self.node(operation, operands)

    def node(self, operation: Operation, operands: tuple[int, ...]) -> int:
        """The one node of the operation on these operands, as they are."""
        key = (operation, operands)
        if key not in self._known:
            self._known[key] = self.graph.add(operation, operands, 0, 0)
        return self._known[key]

    def _folded(self, operation: Operation, operands: Sequence[int]) -> int | None:
        """The value of an operation on numbers, if it is as short as a typed one."""
        if operation.written == "call" and operation is not _WHERE:
            return None
        values = []
        for operand in operands:
            value = self.number(operand)
            if value is None and operation in COMPARISONS:
                # A constant keeps its name, but what it compares to is known.
                value = self.graph.literals.get(operand)
            if value is None:
                return None
            values.append(value)
        value = operation.evaluate(*values)
        return self.literal(value) if is_short(value) else None

    # --- what a node is

    def number(self, node: int) -> float | None:
        """The value of a literal that has no name."""
        if self.graph.operations[node] is LITERAL and node not in self.graph.names:
            return self.graph.literals[node]
        return None

    def parts(self, node: int, operation: Operation) -> tuple[int, ...] | None:
        """The operands of the node if it is of that operation."""
        if self.graph.operations[node] is operation:
            return self.graph.inputs[node]
        return None

    def factors(self, node: int) -> list[int]:
        """The factors of a product, from left to right; the node alone if too many.

        What the user gave a label stays whole.
        """
        found: list[int] = []
        first = node
        while len(found) < MOST_FACTORS:
            product = self.parts(first, _TIMES)
            if product is None or first in self.graph.labels:
                return [first, *reversed(found)]
            first, last = product
            found.append(last)
        return [node]

    def split(self, node: int) -> tuple[float, int | None]:
        """The node as a number times a term; None for the term 1."""
        first, *rest = self.factors(node)
        value = self.number(first)
        if value is None:
            return 1.0, node
        if not rest:
            return value, None
        term = rest[0]
        for factor in rest[1:]:
            term = self.node(_TIMES, (term, factor))
        return value, term

    def rank(self, node: int) -> tuple[int, str]:
        """Where a factor stands in a product: names by the alphabet, then the rest."""
        operation = self.graph.operations[node]
        if operation is VARIABLE or (operation is LITERAL and node in self.graph.names):
            return 0, self.graph.names[node]
        return 2 if operation in (_PLUS, _MINUS) else 1, ""

    def power(self, node: int) -> tuple[int, float]:
        """The node as a base to a positive whole power."""
        parts = self.parts(node, _POWER)
        if parts is not None:
            exponent = self.number(parts[1])
            if exponent is not None and exponent > 0 and exponent.is_integer():
                return parts[0], exponent
        return node, 1.0

    def scaled(self, factor: float, term: int | None) -> int:
        """The number times the term."""
        if term is None:
            return self.literal(factor)
        return self.make(_TIMES, self.literal(factor), term)
