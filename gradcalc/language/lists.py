"""Lists and matrices, unrolled into scalar nodes while the graph is built.

Every function takes the graph first and gives a structure: a node's number, a list of
them, or a matrix as a list of rows. Errors are raised without a span; the builder
knows where the user wrote the operator.
"""

from collections.abc import Callable

from gradcalc.errors import ShapeError
from gradcalc.graph import Graph
from gradcalc.operations import OPERATIONS, Operation
from gradcalc.shapes import (
    Shape,
    Structure,
    arrange,
    described,
    element_names,
    flatten,
    shape_of,
)

_TIMES = OPERATIONS["*"]
_SUM = OPERATIONS["sum"]


def make_list(
    _graph: Graph, items: list[Structure], _start: int, _end: int
) -> Structure:
    """A list literal; its items must all be numbers or all rows of one length."""
    if not items:
        raise ShapeError("a list cannot be empty")
    first = shape_of(items[0])
    if len(first) > 1:
        raise ShapeError(
            "a list of matrices is not possible; lists nest two deep at most"
        )
    for number, item in enumerate(items):
        if shape_of(item) != first:
            raise ShapeError(
                "the rows of a matrix must have one length: item 0 is"
                f" {described(first)}, item {number} is {described(shape_of(item))}"
            )
    return list(items)


def indexable(_graph: Graph, base: Structure, _start: int, _end: int) -> Structure:
    """The list or matrix itself; a number has no elements."""
    if not isinstance(base, list):
        raise ShapeError(
            "a number has no elements",
            hint="only a list or a matrix can be indexed; a list variable is given"
            " as --v=1,2,3",
        )
    return base


def element(
    _graph: Graph, base: Structure, index: int, _start: int, _end: int
) -> Structure:
    """The element of a list, or the row of a matrix, counted from 0 or from the end."""
    size = len(base)
    if not -size <= index < size:
        raise ShapeError(
            f"the index {index} is out of range for {described(shape_of(base))}",
            hint=f"indices go from 0 to {size - 1}, or from -1 back to {-size}",
        )
    return base[index]


def elementwise(
    graph: Graph,
    operation: Operation,
    operands: list[Structure],
    start: int,
    end: int,
) -> Structure:
    """The operation on each element, numbers stretched over the lists."""
    shapes = [shape_of(operand) for operand in operands]
    shape: Shape = ()
    for candidate in shapes:
        if candidate and shape and candidate != shape:
            raise ShapeError(
                f"the shapes do not fit: {described(shape)} {operation.name}"
                f" {described(candidate)}"
                if operation.written == "infix"
                else f"the shapes do not fit in {operation.name}:"
                f" {described(shape)} and {described(candidate)}",
            )
        shape = shape or candidate
    if not shape:
        return graph.add(operation, tuple(operands), start, end)
    size = 1
    for length in shape:
        size *= length
    columns = [
        flatten(operand) if isinstance(operand, list) else [operand] * size
        for operand in operands
    ]
    nodes = [
        graph.add(operation, inputs, start, end)
        for inputs in zip(*columns, strict=True)
    ]
    _number_elements(graph, nodes, shape)
    return arrange(nodes, shape)


def _number_elements(graph: Graph, nodes: list[int], shape: Shape) -> None:
    for node, index in zip(nodes, element_names("", shape), strict=True):
        if index:
            graph.elements[node] = index


def row_operation(
    graph: Graph,
    operation: Operation,
    arguments: list[Structure],
    start: int,
    end: int,
) -> Structure:
    """An operation on several lists of one length, such as logits and targets."""
    shapes = [shape_of(argument) for argument in arguments]
    for shape in shapes:
        if shape != shapes[0] or len(shape) > 1:
            raise ShapeError(
                f"{operation.name} takes lists of one length:"
                f" here are {' and '.join(map(described, shapes))}",
            )
    leaves = tuple(leaf for argument in arguments for leaf in flatten(argument))
    return graph.add(operation, leaves, start, end)


def matrix_product(
    graph: Graph, left: Structure, right: Structure, start: int, end: int
) -> Structure:
    """left @ right: matrix and vector products, and the dot product of two lists."""
    left_shape, right_shape = shape_of(left), shape_of(right)
    if not left_shape and not right_shape:
        return graph.add(_TIMES, (left, right), start, end)
    if not left_shape or not right_shape or left_shape[-1] != right_shape[0]:
        raise ShapeError(
            f"the shapes do not fit: {described(left_shape)} @"
            f" {described(right_shape)}",
            hint="to scale by a number, write *"
            if not left_shape or not right_shape
            else "the last length on the left must equal the first on the right",
        )
    rows = left if len(left_shape) == 2 else [left]
    columns = (
        list(map(list, zip(*right, strict=True))) if len(right_shape) == 2 else [right]
    )
    nodes = []
    for row in rows:
        for column in columns:
            products = [
                graph.add(_TIMES, (a, b), start, end)
                for a, b in zip(row, column, strict=True)
            ]
            if len(products) == 1:
                nodes.append(products[0])
            else:
                graph.composed.update(products)
                total = graph.add(_SUM, tuple(products), start, end)
                graph.calls[total] = "@"
                nodes.append(total)
    shape = left_shape[:-1] + right_shape[1:]
    _number_elements(graph, nodes, shape)
    return arrange(nodes, shape)


def length(graph: Graph, operand: Structure, start: int, end: int) -> Structure:
    """The number of elements of a list or a matrix, 1 for a number."""
    size = len(operand) if isinstance(operand, list) else 1
    if isinstance(operand, list) and isinstance(operand[0], list):
        size *= len(operand[0])
    return graph.add_literal(float(size), start, end)


def others(graph: Graph, operand: Structure, start: int, end: int) -> Structure:
    """For each element, the product of all the others, in three products each."""
    leaves = flatten(operand)
    first = len(graph)
    one = graph.add_literal(1.0, start, end)
    before = [one]

    def product(left: int, right: int) -> int:
        if left == one or right == one:
            return right if left == one else left
        return graph.add(_TIMES, (left, right), start, end)

    for leaf in leaves[:-1]:
        before.append(product(before[-1], leaf))
    after = [one]
    for leaf in reversed(leaves[1:]):
        after.append(product(leaf, after[-1]))
    after.reverse()
    nodes = list(map(product, before, after))
    graph.composed.update(range(first, len(graph)))
    return arrange(nodes, shape_of(operand))


def transpose(_graph: Graph, operand: Structure, _start: int, _end: int) -> Structure:
    """Rows and columns of a matrix exchanged."""
    if len(shape_of(operand)) != 2:
        raise ShapeError(
            f"transpose takes a matrix, not {described(shape_of(operand))}"
        )
    return [list(column) for column in zip(*operand, strict=True)]


# Functions of one list that are worked out while the graph is built, and what they are.
STRUCTURAL: dict[str, tuple[Callable[[Graph, Structure, int, int], Structure], str]] = {
    "length": (length, "number of elements of a list"),
    "others": (others, "for each element of a list, the product of all the others"),
    "transpose": (transpose, "rows and columns of a matrix exchanged"),
}
