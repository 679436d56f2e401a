"""Derivative rules of the table: from their formulas to graphs.

The rule of an operation is a small graph over its operands and `out`, its own value.
Whoever needs a derivative, as a number, as a formula or as a step of an explanation,
takes it from here.
"""

from functools import cache, lru_cache

from gradcalc.errors import ShapeError
from gradcalc.graph import Graph
from gradcalc.language.builder import Builder
from gradcalc.language.parser import parse
from gradcalc.language.syntax import Syntax, postorder
from gradcalc.operations import Operation
from gradcalc.shapes import Shape, Structure, flatten

# What belongs to more operands is made anew each time: its size is theirs, and it would
# never be given back.
MOST_KEPT = 1_000


class Rule:
    """The derivative rule of an operation on a number of operands.

    graph      nodes 0 to n - 1 are the operands, node n is `out`
    partials   for each operand the node of its partial derivative; None passes nothing
    selected   for each operand the node that is 0 when it was not selected, or None
    domain     the node that is 0 outside the operation's domain, or None
    """

    __slots__ = ("domain", "graph", "partials", "selected")

    def __init__(
        self,
        graph: Graph,
        partials: list[int | None],
        selected: list[int | None],
        domain: int | None,
    ) -> None:
        self.graph = graph
        self.partials = partials
        self.selected = selected
        self.domain = domain


@cache
def _code(formula: str) -> list[Syntax]:
    (statement,) = parse(formula)
    return postorder(statement)


def parameter_shapes(operation: Operation, count: int) -> dict[str, Shape]:
    """The shape of each parameter when the operation has `count` operands."""
    if operation.shapes is not None:
        return dict(zip(operation.parameters, operation.shapes, strict=True))
    shape: Shape = ()
    if operation.lists:
        shape = (count // len(operation.parameters),)
    return dict.fromkeys(operation.parameters, shape)


def _builder(operation: Operation, count: int) -> tuple[Builder, dict[str, int]]:
    """A builder with the operands and `out` bound, and each parameter's size."""
    builder = Builder("", functions=operation.scope)
    shapes = parameter_shapes(operation, count)
    builder.bind({**shapes, "out": ()})
    sizes = {name: len(flatten(builder.scope[name])) for name in shapes}
    return builder, sizes


def _stretched(structure: Structure, size: int) -> list[int]:
    leaves = flatten(structure)
    if len(leaves) not in (1, size):
        raise ShapeError(
            f"a partial has {len(leaves)} elements, but its parameter has {size}"
        )
    return leaves * size if len(leaves) == 1 else leaves


def rule_of(operation: Operation, count: int) -> Rule:
    """The rule of the operation on `count` operands."""
    if count > MOST_KEPT:
        return _make_rule(operation, count)
    return _kept_rule(operation, count)


@lru_cache(maxsize=4096)
def _kept_rule(operation: Operation, count: int) -> Rule:
    return _make_rule(operation, count)


def _make_rule(operation: Operation, count: int) -> Rule:
    builder, sizes = _builder(operation, count)
    partials: list[int | None] = []
    selected: list[int | None] = []
    gates = operation.selected or (None,) * len(operation.parameters)
    for name, formula, gate in zip(
        operation.parameters, operation.partials, gates, strict=True
    ):
        size = sizes[name]
        if formula == "0":
            partials += [None] * size
            selected += [None] * size
            continue
        partials += _stretched(builder.run(_code(formula)), size)
        if gate is None:
            selected += [None] * size
        else:
            selected += _stretched(builder.run(_code(gate)), size)
    domain = None
    if operation.domain is not None:
        (domain,) = flatten(builder.run(_code(operation.domain)))
    return Rule(builder.graph, partials, selected, domain)


@lru_cache(maxsize=256)
def condition_graph(
    operation: Operation, formula: str, count: int
) -> tuple[Graph, int]:
    """The graph of a condition in the operands and `out`, and its node."""
    builder, _ = _builder(operation, count)
    (node,) = flatten(builder.run(_code(formula)))
    return builder.graph, node


@lru_cache(maxsize=256)
def body_of(operation: Operation) -> tuple[Graph, int]:
    """The graph of a function with a derivative rule of its own, and its result.

    Nodes 0 to n - 1 are the operands.
    """
    function = operation.scope[operation.name]
    builder = Builder(function.text, functions=operation.scope)
    shapes = operation.shapes or ()
    builder.bind(dict(zip(operation.parameters, shapes, strict=True)))
    (node,) = flatten(builder.run(function.body))
    return builder.graph, node
