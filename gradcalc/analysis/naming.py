"""Short names for the nodes of a graph, so that formulas about them can be read.

A variable, a labelled node and a call have the names that the user gave them. A short
operation is named by its own text, `x1*w1`; a longer one is a part with a made-up name,
t1, t2 and so on, and the result, if it has no label, is f.
"""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from gradcalc.analysis.wholes import Wholes
from gradcalc.graph import Graph
from gradcalc.language.parser import parse
from gradcalc.language.syntax import DIFF, PRIMES
from gradcalc.operations import LITERAL, VARIABLE
from gradcalc.writers.infix import InfixWriter
from gradcalc.writers.node_text import expression, typed_text
from gradcalc.writers.spelling import PRIMARY, Piece
from gradcalc.writers.statements import fresh_names

# The longest text that still serves as a name.
LONGEST_NAME = 16
# The result is named all over the page: a short call will do, else it is f.
_LONGEST_RESULT = 10


class Derivative(NamedTuple):
    """What a call in the formula is the derivative of, in its own words."""

    # A function, or an expression.
    of: str
    # What it is by; "" for the argument of a function.
    by: str = ""
    order: int = 1
    # Of a list its place, "[0]".
    element: str = ""


class Naming:
    """The names of the nodes that the output and what is wanted depend on.

    atoms   the name of each node that is not named by its own formula
    parts   the made-up names, in order of the nodes, without the result's
    result  the name that the result was given, or None if it had one
    """

    def __init__(
        self,
        graph: Graph,
        output: int,
        functions: Iterable[str] = (),
        wholes: Wholes | None = None,
        wanted: Iterable[int] = (),
    ) -> None:
        self.graph = graph
        self._functions = set(functions)
        self.wholes = wholes = wholes or Wholes()
        self.atoms: dict[int, str] = {}
        self.parts: dict[int, str] = {}
        self.result: str | None = None
        self._texts: dict[int, Piece] = {}
        needed = graph.ancestors([output, *wholes.calls, *wanted])
        nodes = [
            node
            for node, flag in enumerate(needed)
            if (flag or graph.operations[node] is VARIABLE)
            and node not in wholes.hidden
        ]
        taken = {*graph.variables, *graph.names.values(), *self._functions}
        taken |= {label.partition("[")[0] for label in graph.labels.values()}
        # A text that two nodes have in common names neither of them. Their new names
        # may again be the text of another node.
        shared: set[str] = set()
        while True:
            self._name(nodes, output, taken, shared)
            counts = Counter(
                self._texts[node][0] for node in nodes if graph.inputs[node]
            )
            repeated = {text for text, count in counts.items() if count > 1}
            if not repeated:
                break
            shared |= repeated

    def text(self, node: int) -> str:
        """The name of a node, as text of the language."""
        return self._texts[node][0]

    def derivative(self, node: int) -> Derivative | None:
        """What the node is the derivative of; None if it is no call of one."""
        graph = self.graph
        if call_text(graph, node) is None:
            return None
        called, element = graph.calls[node], graph.elements.get(node, "")
        typed = typed_text(graph, node)
        if called == DIFF and DIFF not in self._functions and "…" not in typed:
            (statement,) = parse(typed)
            of, by, *order = (typed[a:b] for _, a, b, *_ in statement.expression[4:])
            if not all(each.isdigit() and int(each) for each in order):
                return None
            times = int(order[0]) if order else 1
            return Derivative(of, by, times, element)
        function = called.rstrip("".join(PRIMES))
        if function == called:
            return None
        count = sum(PRIMES[prime] for prime in called[len(function) :])
        return Derivative(function, order=count, element=element)

    def _name(
        self, nodes: list[int], output: int, taken: set[str], shared: Iterable[str]
    ) -> None:
        self.atoms.clear()
        self.parts.clear()
        fresh = fresh_names(taken)
        for node in nodes:
            longest = _LONGEST_RESULT if node == output else LONGEST_NAME
            name = self._given_name(node, longest)
            if name is None or name in shared:
                piece = self._own_text(node, longest)
                if (
                    piece is not None
                    and piece[0] not in shared
                    and (node != output or piece[1] == PRIMARY)
                ):
                    self._texts[node] = piece
                    continue
                if node == output:
                    name = self.result = "f" if "f" not in taken else next(fresh)
                else:
                    name = self.parts[node] = next(fresh)
            self.atoms[node] = name
            self._texts[node] = name, PRIMARY

    def _given_name(self, node: int, longest: int) -> str | None:
        """The name that the user gave it: of its variable, its label or its call."""
        graph = self.graph
        if node in graph.labels:
            return graph.labels[node]
        if graph.operations[node] in (VARIABLE, LITERAL):
            return graph.names.get(node)
        call = call_text(graph, node)
        return call if call is not None and len(call) <= longest else None

    def _own_text(self, node: int, longest: int) -> Piece | None:
        """The node's formula, if it is short and without made-up names."""
        graph = self.graph
        if graph.operations[node] is LITERAL:
            return InfixWriter.number(graph.literals[node])
        if node in self.wholes.calls:
            return None
        if not self.parts.keys().isdisjoint(graph.inputs[node]):
            return None
        operands = [self._texts[operand] for operand in graph.inputs[node]]
        if sum(len(text) for text, _ in operands) > longest:
            return None
        piece = InfixWriter.operation(graph.operations[node], operands)
        return piece if len(piece[0]) <= longest else None


def call_text(graph: Graph, node: int) -> str | None:
    """The call that the node is the result of, as typed: "neuron(x, w, b)"."""
    if node in graph.bodies or node in graph.composed:
        return None
    # A product is called @, what is differentiated has primes.
    if not graph.calls.get(node, "").rstrip("".join(PRIMES)).isidentifier():
        return None
    typed = expression(graph, node)
    return typed if typed.isprintable() else None
