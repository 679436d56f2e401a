"""Terms: a graph in which equal terms are one node, and laws apply as it grows.

The code generator and the formulas written for the reader both grow one; they differ in
the laws alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from gradcalc.graph import Graph
from gradcalc.operations import LITERAL, MINUS, PLUS, POWER, TIMES, VARIABLE, Operation

# Longer products stay as they are, so that what they share stays shared.
MOST_FACTORS = 8

# A law takes the terms and an operation's operands; it gives a node with the same
# value, or None where it does not apply.
Law = Callable[..., "int | None"]


@dataclass(frozen=True)
class Laws:
    """What is simplified while terms grow."""

    by_operation: Mapping[Operation, Sequence[Law]]
    # The number that an operation on numbers is, or None to leave it as it is. It takes
    # the terms, the operation and the operands.
    fold: Callable[["Terms", Operation, Sequence[int]], "float | None"]
    # Whether constants such as pi keep their names, or are numbers like all others.
    named_constants: bool


class Terms:
    """A graph in which equal terms are one node and every node is simple already."""

    def __init__(self, laws: Laws) -> None:
        self.graph = Graph()
        self._laws = laws
        # By operation and operands: the node for them as they are, and simplified.
        self._nodes: dict[tuple[Operation, tuple[int, ...]], int] = {}
        self._made: dict[tuple[Operation, tuple[int, ...]], int] = {}
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
        key = (operation, operands)
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = self._simplified(operation, operands)
        return made

    def _simplified(self, operation: Operation, operands: tuple[int, ...]) -> int:
        value = self._laws.fold(self, operation, operands)
        if value is not None:
            return self.literal(value)
        for law in self._laws.by_operation.get(operation, ()):
            node = law(self, *operands)
            if node is not None:
                return node
        return self.node(operation, operands)

    def node(self, operation: Operation, operands: tuple[int, ...]) -> int:
        """The one node of the operation on these operands, as they are."""
        key = (operation, operands)
        node = self._nodes.get(key)
        if node is None:
            node = self._nodes[key] = self.graph.add(operation, operands)
        return node

    def place(
        self,
        graph: Graph,
        roots: Sequence[int],
        given: Mapping[int, int] | None = None,
    ) -> dict[int, int]:
        """The nodes for what the roots depend on, by their numbers in the graph.

        `given` has what stands here already for some of its leaves. Labels are kept on
        the nodes that still compute them.
        """

        def make(node: int, operands: tuple[int, ...]) -> int:
            operation = graph.operations[node]
            if operation is LITERAL or operation is VARIABLE:
                return self.leaf(graph, node)
            made = self.make(operation, *operands)
            label = graph.labels.get(node)
            if label is not None and self.number(made) is None:
                self.graph.labels.setdefault(made, label)
            return made

        return graph.translated(roots, make, given)

    def leaves(self, given: Mapping[int, str | float]) -> dict[int, int]:
        """What stands here for nodes that a name or a number is given for."""
        return {
            node: self.variable(leaf) if isinstance(leaf, str) else self.literal(leaf)
            for node, leaf in given.items()
        }

    def leaf(self, graph: Graph, node: int) -> int:
        """The node of a variable, number or constant of the graph."""
        name = graph.names.get(node)
        if graph.operations[node] is VARIABLE:
            assert name is not None
            return self.variable(name)
        return self.literal(
            graph.literals[node], name if self._laws.named_constants else None
        )

    # --- what a node is

    def number(self, node: int) -> float | None:
        """The value of a literal that has no name."""
        return None if node in self.graph.names else self.graph.literals.get(node)

    def parts(self, node: int, operation: Operation) -> tuple[int, ...] | None:
        """The operands of the node if it is of that operation."""
        if self.graph.operations[node] is operation:
            return self.graph.inputs[node]
        return None

    def factors(self, node: int) -> list[int]:
        """The factors of a product, from left to right; the node alone if too many.

        A product that has a label stays whole.
        """
        found: list[int] = []
        first = node
        while len(found) < MOST_FACTORS:
            product = self.parts(first, TIMES)
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
            term = self.node(TIMES, (term, factor))
        return value, term

    def rank(self, node: int) -> tuple[int, str]:
        """Where a factor stands in a product: names by the alphabet, then the rest."""
        if node in self.graph.names:
            return 0, self.graph.names[node]
        return 2 if self.graph.operations[node] in (PLUS, MINUS) else 1, ""

    def power(self, node: int) -> tuple[int, float]:
        """The node as a base to a positive whole power."""
        parts = self.parts(node, POWER)
        if parts is not None:
            exponent = self.number(parts[1])
            if exponent is not None and exponent > 0 and exponent.is_integer():
                return parts[0], exponent
        return node, 1.0

    def scaled(self, factor: float, term: int | None) -> int:
        """The number times the term."""
        if term is None:
            return self.literal(factor)
        return self.make(TIMES, self.literal(factor), term)
