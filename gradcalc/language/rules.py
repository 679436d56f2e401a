"""Derivative rules of the table: from their formulas to graphs.

The rule of an operation is a small graph over its operands and `out`, its own value.
Whoever needs a derivative, as a number, as a formula or as a step of an explanation,
takes it from here.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from gradcalc.errors import GradcalcError, ShapeError
from gradcalc.graph import Graph
from gradcalc.language.builder import Builder
from gradcalc.language.functions import Definitions, Function
from gradcalc.language.library import library_documentation
from gradcalc.language.parser import parse
from gradcalc.language.syntax import NUMBER, Syntax, span_of
from gradcalc.operations import Operation
from gradcalc.shapes import Shape, Structure, arrange, flatten

# Rules over more operands are not cached: each would hold that much memory for ever.
MOST_KEPT = 1_000


@dataclass(eq=False, repr=False, slots=True)
class Rule:
    """The derivative rule of an operation on a number of operands."""

    # Nodes 0 to n - 1 are the operands, node n is `out`.
    graph: Graph
    # For each operand the node of its partial derivative; None passes nothing.
    partials: list[int | None]
    # For each operand the node that is 0 when it was not selected, or None.
    selected: list[int | None]
    # The node that is 0 outside the operation's domain, or None.
    domain: int | None


class FunctionOperation(Operation):
    """The operation of a function with its own derivative rule.

    Its operands are its arguments and, behind them, what the function takes from the
    place where it is defined.

    function     the function
    definitions  the functions that it may call
    shapes       the shapes of its arguments
    captured     the shape of each name that it takes from its place
    body         the graph of its body, in which nodes 0 to n - 1 are the operands
    result       the node of its value there
    rule         its derivative rule, which passes nothing to what is captured
    """

    def __init__(
        self,
        function: Function,
        definitions: Definitions,
        shapes: tuple[Shape, ...],
        captured: dict[str, Shape],
    ) -> None:
        text, statement = function.text, function.statement
        self.function = function
        self.definitions = definitions
        self.shapes = shapes
        self.captured = captured
        builder, local = self._begun()
        result = builder.run(statement.code, local, function)
        if isinstance(result, list):
            message = (
                f"{function.name} has its own derivative rule,"
                " so it must give one number"
            )
            span = statement.start, statement.end
            raise ShapeError(message, source=text, span=span)
        graph = builder.graph
        super().__init__(
            function.name,
            function.parameters,
            lambda *values: graph.forward(values)[result],
            tuple(text[slice(*span_of(partial))] for partial in statement.partials),
            "a function with its own derivative rule",
            size=sum(operation.size for operation in graph.operations),
        )
        self.body, self.result = graph, result
        try:
            self.rule = self._rule()
        except GradcalcError as error:
            message = f"in the derivative rule of {function.name}: {error.message}"
            span = function.rule_span
            raise error.but(message=message, source=text, span=span) from None

    @property
    def arity(self) -> int:
        """How many of its operands are its arguments."""
        return sum(map(math.prod, self.shapes))

    def grouped(self, operands: Sequence[Any]) -> list[Any]:
        """The arguments among the operands: each as it is, or a list, or a matrix."""
        leaves = iter(operands)
        return [arrange(leaves, shape) for shape in self.shapes]

    def _begun(self) -> tuple[Builder, dict[str, Structure]]:
        """A builder that has the operands, and the structures of the parameters."""
        text = self.function.text
        builder = Builder(text, self.definitions, Graph(text))
        shapes = dict(zip(self.function.parameters, self.shapes, strict=True))
        local = builder.bound(shapes)
        builder.scope.update(builder.bound(self.captured))
        return builder, local

    def _rule(self) -> Rule:
        builder, local = self._begun()
        partials: list[int | None] = [None] * len(builder.graph)
        known = {**local, **builder.bound({"out": ()})}
        codes = self.function.statement.rule
        for structure, code in zip(local.values(), codes, strict=True):
            kind, _, _, text = code[-1][:4]
            if kind != NUMBER or text != "0":
                operands = flatten(structure)
                found = builder.run(code, known, self.function)
                nodes = _stretched(found, len(operands))
                partials[operands[0] : operands[-1] + 1] = nodes
        return Rule(builder.graph, partials, [None] * len(partials), None)


def rule_of(operation: Operation, count: int, *, textbook: bool = False) -> Rule:
    """The rule of the operation on `count` operands, computed or as a book has it."""
    if isinstance(operation, FunctionOperation):
        return operation.rule
    make = _make_rule if count <= MOST_KEPT else _make_rule.__wrapped__
    return make(operation, count, textbook)


@lru_cache(maxsize=256)
def condition_graph(
    operation: Operation, formula: str, count: int
) -> tuple[Graph, int]:
    """The graph of a condition in the operands and `out`, and its node."""
    builder = _builder(operation, count)
    (node,) = flatten(builder.run(_code(formula)))
    return builder.graph, node


def formula_graph(formula: str) -> tuple[Graph, int]:
    """The graph of a formula in any variables, and its node."""
    graph = Graph()
    builder = Builder("", Definitions(""), graph)
    (node,) = flatten(builder.run(_code(formula)))
    return graph, node


@cache
def _code(formula: str) -> list[Syntax]:
    (statement,) = parse(formula)
    return statement.code


@cache
def _book() -> Definitions:
    """The functions of the library that a book writes in another way, in that way."""
    text = "\n".join(
        f"{name}(v) = {each.book}"
        for name, each in library_documentation().items()
        if each.book
    )
    definitions = Definitions(text)
    for statement in parse(text):
        definitions.define(statement)
    return definitions


@lru_cache(maxsize=256)
def book_graph(name: str, count: int) -> tuple[Graph, list[int]]:
    """A function of a list as a book has it, and the nodes of its results.

    Nodes 0 to n - 1 are the elements of the list.
    """
    builder = Builder("", _book(), Graph())
    builder.scope.update(builder.bound({"v": (count,)}))
    return builder.graph, flatten(builder.run(_code(f"{name}(v)")))


def _builder(operation: Operation, count: int, textbook: bool = False) -> Builder:
    """A builder with the operands of an operation of the table and `out` bound."""
    size = len(operation.parameters)
    shape = (count // size,) if operation.lists else ()
    builder = Builder("", _book() if textbook else Definitions(""), Graph())
    shapes = dict.fromkeys(operation.parameters, shape)
    builder.scope.update(builder.bound({**shapes, "out": ()}))
    return builder


@lru_cache(maxsize=4096)
def _make_rule(operation: Operation, count: int, textbook: bool = False) -> Rule:
    builder = _builder(operation, count, textbook)
    partials: list[int | None] = []
    selected: list[int | None] = []
    gates = operation.selected or (None,) * len(operation.parameters)
    for name, formula, gate in zip(
        operation.parameters,
        operation.textbook if textbook else operation.partials,
        gates,
        strict=True,
    ):
        size = len(flatten(builder.scope[name]))
        passing = formula != "0"
        for nodes, text in (partials, formula), (selected, gate):
            if passing and text is not None:
                nodes += _stretched(builder.run(_code(text)), size)
            else:
                nodes += [None] * size
    if textbook and count == 2 and operation.of_two:
        for own, other in ((0, 1), (1, 0)):
            builder.scope.update(a=own, b=other)
            (partials[own],) = flatten(builder.run(_code(operation.of_two)))
    domain = None
    if operation.domain is not None:
        (domain,) = flatten(builder.run(_code(operation.domain)))
    return Rule(builder.graph, partials, selected, domain)


def _stretched(structure: Structure, size: int) -> list[int]:
    leaves = flatten(structure)
    if len(leaves) not in (1, size):
        raise ShapeError(
            f"a partial has {len(leaves)} elements, but its parameter has {size}"
        )
    return leaves * size if len(leaves) == 1 else leaves
