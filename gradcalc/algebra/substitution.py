"""Known values put into a graph in the place of its variables.

`--w=0.5556 --b=-17.78` makes `0.5556*x - 17.78` of `w*x + b`. The result is a graph
that its own text, read again, would make: a negative number is a sign and a number.
Nothing is computed, except that signs are put where a reader expects them:

    a + -2    becomes    a - 2          -(-2)            becomes    2
    a - -2    becomes    a + 2          a + (-2)*x       becomes    a - 2*x

and that a `sum` in which numbers were filled in among the factors is written with `+`.
Each of these leaves the value as it is, to the last bit.
"""

import math
from collections.abc import Callable, Mapping

from gradcalc.graph import Graph, Whole
from gradcalc.language.rules import FunctionOperation, book_graph
from gradcalc.operations import (
    LITERAL,
    MINUS,
    NEG,
    OVER,
    PLUS,
    SUM,
    TIMES,
    VARIABLE,
    Operation,
)
from gradcalc.shapes import Structure, all_leaves, flatten, unflatten

Roots = Mapping[str | None, Structure]

# A longer sum stays a list: as a chain it would nest as deep as it is long.
_LONGEST_CHAIN = 100


def substituted(
    graph: Graph,
    roots: Roots,
    values: Mapping[int, float],
    *,
    plain: bool = False,
    by_the_book: Callable[[Whole], bool] | None = None,
) -> tuple[Graph, dict[str | None, Structure]]:
    """A graph of what the roots depend on, with numbers for the variables in `values`.

    `roots` maps names (None for a result without one) to structures; they come back
    with the nodes of the new graph. `values` gives the number for a variable's node.
    Labels come along. If `plain`, a function with a derivative rule of its own is
    replaced by what it computes. Of calls that a book writes in another way, those that
    `by_the_book` says are written so. The given graph is not changed.
    """
    copy = _Copy(graph, roots, values, plain=plain, by_the_book=by_the_book)
    placed = {
        name: unflatten(structure, (copy.moved[node] for node in flatten(structure)))
        for name, structure in roots.items()
    }
    return copy.result, placed


def filled_values(
    given: Mapping[int, float], kept: Mapping[str, Structure]
) -> dict[int, float]:
    """The given values by node, but for variables that are kept."""
    nodes = set(all_leaves(kept.values()))
    return {node: value for node, value in given.items() if node not in nodes}


class _Copy:
    """The copy under way.

    moved     the new number of each copied node
    filled    new nodes that are a number filled in, or the sign of one
    rewritten  the new nodes of calls as a book has them, by their old results
    opposite  for a new node that starts with a minus sign: the same without it, as
              operation and inputs
    """

    def __init__(
        self,
        graph: Graph,
        roots: Roots,
        values: Mapping[int, float],
        *,
        plain: bool,
        by_the_book: Callable[[Whole], bool] | None,
    ) -> None:
        self.plain = plain
        self.by_the_book = by_the_book
        self.result = Graph()
        self.filled: set[int] = set()
        self.opposite: dict[int, tuple[Operation, tuple[int, ...]] | int] = {}
        leaves = all_leaves(roots.values())
        self.uses = graph.uses(leaves)
        self.moved: dict[int, int] = {}
        self.rewritten: dict[tuple[int, ...], list[int]] = {}

        def make(node: int, inputs: tuple[int, ...]) -> int:
            new = self.moved[node] = self._node(graph, node, inputs, values)
            return new

        graph.translated(leaves, make)
        self._copy_names(graph, values)

    def _node(
        self,
        graph: Graph,
        node: int,
        inputs: tuple[int, ...],
        values: Mapping[int, float],
    ) -> int:
        """The new node for one of the graph's."""
        operation = graph.operations[node]
        if node in values:
            return self._number(values[node])
        if operation is VARIABLE or operation is LITERAL:
            return self.result.add_like(graph, node, inputs)
        if self.plain and isinstance(operation, FunctionOperation):
            return self._expanded(operation, inputs)
        whole = graph.wholes.get(node)
        if (
            whole is not None
            and self.by_the_book is not None
            and self.by_the_book(whole)
        ):
            return self._rewritten(whole, node)
        # A part with a name of its own, or used twice, keeps its sign to itself.
        alone = self.uses[node] == 1 and node not in graph.labels
        new = self._operation(operation, inputs, alone=alone)
        if node in graph.labels:
            self.opposite.pop(new, None)
        return new

    def _expanded(self, operation: FunctionOperation, operands: tuple[int, ...]) -> int:
        """The new node for what a function with its own rule computes."""
        body, result = operation.body, operation.result

        def make(node: int, inputs: tuple[int, ...]) -> int:
            step = body.operations[node]
            if step is LITERAL:
                return self.result.add_like(body, node, inputs)
            if isinstance(step, FunctionOperation):
                return self._expanded(step, inputs)
            return self._operation(step, inputs, alone=False)

        return body.translated([result], make, dict(enumerate(operands)))[result]

    def _rewritten(self, whole: Whole, node: int) -> int:
        """The new node for one of the results of a call, as a book has it."""
        if whole.results not in self.rewritten:
            book, results = book_graph(whole.name, len(whole.arguments))
            made = book.translated(
                results,
                lambda step, inputs: self.result.add_like(book, step, inputs),
                {n: self.moved[each] for n, each in enumerate(whole.arguments)},
            )
            self.rewritten[whole.results] = [made[each] for each in results]
        return self.rewritten[whole.results][whole.results.index(node)]

    def _number(self, value: float) -> int:
        result = self.result
        if value != value:
            infinite = [result.add_literal(math.inf) for _ in range(2)]
            result.names.update(dict.fromkeys(infinite, "inf"))
            return result.add(MINUS, (infinite[0], infinite[1]))
        number = result.add_literal(abs(value))
        if math.isinf(value):
            result.names[number] = "inf"
        self.filled.add(number)
        if math.copysign(1.0, value) > 0:
            return number
        return self._negative(number)

    def _negative(self, number: int) -> int:
        """The new node for a filled-in number with a minus sign."""
        node = self._add(NEG, (number,))
        self.filled.add(node)
        self.opposite[node] = number
        return node

    def _operation(
        self, operation: Operation, inputs: tuple[int, ...], *, alone: bool
    ) -> int:
        if operation is NEG:
            (operand,) = inputs
            if operand in self.opposite:
                return self._without_sign(operand)
            if operand in self.filled:
                return self._negative(operand)
        elif operation in (PLUS, MINUS):
            left, right = inputs
            if right in self.opposite:
                turned = MINUS if operation is PLUS else PLUS
                return self._add(turned, (left, self._without_sign(right)))
        elif operation in (TIMES, OVER):
            left, right = inputs
            node = self._add(operation, inputs)
            if alone and left in self.opposite:
                self.opposite[node] = (operation, inputs)
            if alone and not self.filled.isdisjoint(inputs):
                self.filled.add(node)
            return node
        elif (
            operation is SUM
            and 1 < len(inputs) <= _LONGEST_CHAIN
            and not self.filled.isdisjoint(inputs)
        ):
            total = inputs[0]
            for operand in inputs[1:]:
                total = self._operation(PLUS, (total, operand), alone=False)
            return total
        return self._add(operation, inputs)

    def _add(self, operation: Operation, inputs: tuple[int, ...]) -> int:
        return self.result.add(operation, inputs)

    def _without_sign(self, node: int) -> int:
        """The new node that is the given one without its leading minus sign."""
        opposite = self.opposite[node]
        chain = []
        while not isinstance(opposite, int):
            operation, (left, right) = opposite
            chain.append((operation, right))
            opposite = self.opposite[left]
        positive = opposite
        for operation, right in reversed(chain):
            positive = self._add(operation, (positive, right))
        return positive

    def _copy_names(self, graph: Graph, values: Mapping[int, float]) -> None:
        result = self.result
        for node, label in graph.labels.items():
            if node in self.moved and result.inputs[self.moved[node]]:
                result.labels.setdefault(self.moved[node], label)
        for name, structure in graph.variables.items():
            leaves = flatten(structure)
            if all(node in self.moved and node not in values for node in leaves):
                result.variables[name] = unflatten(
                    structure, (self.moved[node] for node in leaves)
                )
