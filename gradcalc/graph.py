"""The expression graph: an append-only list in which every node follows its inputs.

Forward is the list, backward the list reversed: no sort, no recursion, one order on
every run. The columns of the list are kept as arrays side by side, so that a million
nodes fit in memory.
"""

from array import array
from collections.abc import Callable, Container, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, NamedTuple

from gradcalc.errors import FormulaError
from gradcalc.operations import LITERAL, VARIABLE, Operation
from gradcalc.shapes import Structure, flatten, unflatten

# Functions that call functions, and lists of lists, can expand without end for all
# practical purposes.
MOST_NODES = 5_000_000
TOO_LARGE = f"the formula expands to more than {MOST_NODES:,} nodes"


class Body(NamedTuple):
    """The text that a node's span refers to, where that is not the formula."""

    text: str
    # The function of the library in whose definition the span is; None of others.
    library: str | None = None


@dataclass(eq=False, repr=False, slots=True)
class Whole:
    """A call on lists that a book derives as a whole, such as softmax."""

    name: str
    arguments: tuple[int, ...]
    # One for each argument.
    results: tuple[int, ...]


class Differentiated(NamedTuple):
    """A node that a derivative went through and that may have no unique one."""

    node: int
    # The node that is 0 unless the gradient arrives; None if it always does.
    gate: int | None
    # The number of nodes when it was noted.
    size: int


class Graph:
    """Nodes in the order of evaluation, each known by its number from 0."""

    def __init__(self, source: str = "") -> None:
        self.source = source
        # The operation of each node, and the numbers of the nodes that it takes.
        self.operations: list[Operation] = []
        self.inputs: list[tuple[int, ...]] = []
        # Where each node's expression starts and ends in its source text.
        self.starts = array("q")
        self.ends = array("q")
        # The value of each literal node.
        self.literals: dict[int, float] = {}
        # The node or nodes of each free variable, by name, in order of first use.
        self.variables: dict[str, Structure] = {}
        # The name of each variable node ("x", "v[0]") and constant ("pi").
        self.names: dict[int, str] = {}
        # The label of each labelled node.
        self.labels: dict[int, str] = {}
        # For a node inside a called function: where it was written.
        self.bodies: dict[int, Body] = {}
        # For a node that is one element of a list: its index, "[0]" or "[1][2]".
        self.elements: dict[int, str] = {}
        # For the result of a call: the function's name, "@" of a product.
        self.calls: dict[int, str] = {}
        # For an element of such a call's result: the call.
        self.wholes: dict[int, Whole] = {}
        # Nodes that unroll a list operation and that nobody typed.
        self.composed: set[int] = set()
        # What derivatives that the formula asks for went through, in order.
        self.differentiated: list[Differentiated] = []

    def __len__(self) -> int:
        return len(self.operations)

    def check_room(self, count: int) -> None:
        """Raise FormulaError if it cannot grow by so many nodes: before it does."""
        if len(self.operations) + count > MOST_NODES:
            raise FormulaError(TOO_LARGE)

    def add(
        self,
        operation: Operation,
        inputs: tuple[int, ...],
        start: int = 0,
        end: int = 0,
    ) -> int:
        """The number of a new node for the operation on earlier nodes."""
        node = len(self.operations)
        self.operations.append(operation)
        self.inputs.append(inputs)
        self.starts.append(start)
        self.ends.append(end)
        return node

    def add_literal(self, value: float, start: int = 0, end: int = 0) -> int:
        """The number of a new node for a literal."""
        node = self.add(LITERAL, (), start, end)
        self.literals[node] = value
        return node

    def add_variable(self, name: str, start: int = 0, end: int = 0) -> int:
        """The number of a new node for a scalar variable or an element of a list."""
        node = self.add(VARIABLE, (), start, end)
        self.names[node] = name
        return node

    def add_like(self, source: "Graph", node: int, inputs: tuple[int, ...]) -> int:
        """Copy a node of another graph, with these inputs; its new number."""
        operation = source.operations[node]
        new = self.add(operation, inputs)
        if operation is LITERAL:
            self.literals[new] = source.literals[node]
        if node in source.names:
            self.names[new] = source.names[node]
        return new

    def library_function(self, node: int) -> str | None:
        """The function of the library in whose definition the node was written."""
        body = self.bodies.get(node)
        return None if body is None else body.library

    def variable_names(self) -> dict[int, str]:
        """The name of each variable node."""
        operations = self.operations
        return {n: name for n, name in self.names.items() if operations[n] is VARIABLE}

    def copy(self) -> "Graph":
        """The same nodes in a graph of their own."""
        twin = Graph()
        vars(twin).update({name: copy(column) for name, column in vars(self).items()})
        return twin

    def prune(
        self, first: int, roots: Sequence[int], given: Mapping[int, int]
    ) -> dict[int, int]:
        """Forget the nodes from `first` on that the roots do not need, but variables.

        What a derivative among them went through is kept, out of sight, for the notes.
        `given` has nodes among them in whose place earlier ones are taken. The result
        is the new number of each node that is kept or has another in its place.
        """
        noted: list[Differentiated] = []
        while self.differentiated and self.differentiated[-1].size > first:
            noted.append(self.differentiated.pop())
        noted = noted[::-1] if roots else []
        needed = {root for root in roots if root >= first}
        kept = needed | {n for each in noted for n in each[:2] if n and n >= first}
        for node in range(len(self.operations) - 1, first - 1, -1):
            if node in kept and node not in given:
                operands = [i for i in self.inputs[node] if i >= first]
                kept.update(operands)
                if node in needed:
                    needed.update(operands)
                elif self.operations[node] is not VARIABLE:
                    self.composed.add(node)
            elif self.operations[node] is VARIABLE and node not in given:
                kept.add(node)
        made = dict(given)
        columns: tuple[dict[int, Any], ...] = (
            self.literals,
            self.names,
            self.bodies,
            self.elements,
            self.calls,
        )
        # What is explained as one step may be incomplete.
        for node in range(first, len(self.operations)):
            self.wholes.pop(node, None)
        size = first
        for node in range(first, len(self.operations)):
            stays = node in kept and node not in made
            composed = node in self.composed
            self.composed.discard(node)
            found = [column.pop(node, None) for column in columns]
            if not stays:
                continue
            made[node] = size
            self.operations[size] = self.operations[node]
            self.inputs[size] = tuple([made.get(i, i) for i in self.inputs[node]])
            self.starts[size], self.ends[size] = self.starts[node], self.ends[node]
            for column, value in zip(columns, found, strict=True):
                if value is not None:
                    column[size] = value
            if composed:
                self.composed.add(size)
            size += 1
        for rows in (self.operations, self.inputs, self.starts, self.ends):
            del rows[size:]
        for node, gate, _ in noted:
            gate = None if gate is None else made.get(gate, gate)
            place = Differentiated(made.get(node, node), gate, size)
            self.differentiated.append(place)
        variables = {
            self.names[node].partition("[")[0]
            for node in range(first, size)
            if self.operations[node] is VARIABLE
        }
        for name in variables & self.variables.keys():
            structure = self.variables[name]
            leaves = iter([made.get(leaf, leaf) for leaf in flatten(structure)])
            self.variables[name] = unflatten(structure, leaves)
        return made

    def forward(self, given: Sequence[float] | dict[int, float]) -> list[float]:
        """The value of every node, from the values of the variable nodes."""
        values: list[float] = []
        append = values.append
        literals = self.literals
        for operation, inputs in zip(self.operations, self.inputs, strict=True):
            if operation is VARIABLE:
                append(given[len(values)])
            elif len(inputs) == 2:
                a, b = inputs
                append(operation.evaluate(values[a], values[b]))
            elif len(inputs) == 1:
                append(operation.evaluate(values[inputs[0]]))
            elif operation is LITERAL:
                append(literals[len(values)])
            else:
                append(operation.evaluate(*[values[node] for node in inputs]))
        return values

    def dependents(self, nodes: Sequence[int]) -> bytearray:
        """A flag per node: 1 for the given ones and all that depends on them."""
        flags = [0] * len(self.operations)
        for node in nodes:
            flags[node] = 1
        for node, inputs in enumerate(self.inputs):
            for operand in inputs:
                if flags[operand]:
                    flags[node] = 1
                    break
        return bytearray(flags)

    def ancestors(self, nodes: Sequence[int]) -> bytearray:
        """A flag per node: 1 for the given ones and all that they depend on."""
        flags = bytearray(len(self.operations))
        for node in nodes:
            flags[node] = 1
        for node in range(max(nodes, default=-1), -1, -1):
            if flags[node]:
                for operand in self.inputs[node]:
                    flags[operand] = 1
        return flags

    def uses(self, roots: Sequence[int], ends: Container[int] = ()) -> list[int]:
        """How often each node is a root, or an operand of what the roots depend on.

        What `ends` depend on is not looked at.
        """
        uses = [0] * len(self.operations)
        for root in roots:
            uses[root] += 1
        for node in range(max(roots, default=-1), -1, -1):
            if uses[node] and node not in ends:
                for operand in self.inputs[node]:
                    uses[operand] += 1
        return uses

    def translated(
        self,
        roots: Sequence[int],
        make: Callable[[int, tuple[int, ...]], int],
        given: Mapping[int, int] | None = None,
    ) -> dict[int, int]:
        """The new number of each node that the roots depend on, inputs first.

        `make` gets a node and the new numbers of its inputs, and returns the node's
        number in another graph. `given` has the numbers there of some of the leaves.
        """
        made = dict(given or {})
        inputs = self.inputs
        for node, flag in enumerate(self.ancestors(roots)):
            if flag and node not in made:
                made[node] = make(node, tuple([made[i] for i in inputs[node]]))
        return made
