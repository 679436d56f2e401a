"""Lists and matrices, unrolled into scalar nodes while the graph is built.

Every function takes the graph first and gives a structure: a node's number, a list of
them, or a matrix as a list of rows. Errors are raised without a span; the builder
knows where the user wrote the operator.
"""

import sys
from collections.abc import Callable
from itertools import accumulate, product, repeat
from math import prod

from gradcalc.errors import FormulaError, ShapeError, Span
from gradcalc.graph import MOST_NODES, TOO_LARGE, Graph
from gradcalc.operations import LOGSUMEXP, PLUS, SUM, TIMES, Operation
from gradcalc.shapes import (
    Shape,
    Structure,
    all_leaves,
    arrange,
    described,
    element_names,
    flatten,
    shape_of,
    size_of,
)

# The logsumexp of nothing is minus infinity: with this the rest stays finite.
_LEAST = -sys.float_info.max
_INDEXED = "only a list or a matrix can be indexed; a list variable is given as"


def make_list(_graph: Graph, items: list[Structure], _span: Span) -> Structure:
    """A list literal; its items must all be numbers or all rows of one length."""
    if not items:
        raise ShapeError("a list cannot be empty")
    first, *rest = map(shape_of, items)
    if len(first) > 1:
        message = "a list of matrices is not possible; lists nest two deep at most"
        raise ShapeError(message)
    for number, shape in enumerate(rest, 1):
        if shape != first:
            raise ShapeError(
                "the rows of a matrix must have one length: item 0 is"
                f" {described(first)}, item {number} is {described(shape)}"
            )
    if len(items) * prod(first) > MOST_NODES:
        # Its rows are one and the same list, again and again.
        raise FormulaError(TOO_LARGE)
    return items


def indexable(_graph: Graph, base: Structure, _span: Span) -> Structure:
    """The list or matrix itself; a number has no elements."""
    if not isinstance(base, list):
        raise ShapeError(
            "a number has no elements",
            hint=f'{_INDEXED} {{"v": [1, 2, 3]}}',
            shell_hint=f"{_INDEXED} --v=1,2,3",
        )
    return base


def element(_graph: Graph, base: Structure, index: int, _span: Span) -> Structure:
    """The element of a list, or the row of a matrix, counted from 0 or from the end."""
    size = len(base)
    if not -size <= index < size:
        raise ShapeError(
            f"the index {index} is out of range for {described(shape_of(base))}",
            hint=f"indices go from 0 to {size - 1}, or from -1 back to {-size}",
        )
    return base[index]


def elementwise(
    graph: Graph, operation: Operation, operands: list[Structure], span: Span
) -> Structure:
    """The operation on each element, numbers stretched over the lists."""
    first, *rest = filter(None, map(shape_of, operands))
    for shape in rest:
        if shape != first:
            left, right = described(first), described(shape)
            product = operation is TIMES and first[-1] == shape[0]
            raise ShapeError(
                f"the shapes do not fit: {left} {operation.name} {right}"
                if operation.written == "infix"
                else f"the shapes do not fit in {operation.name}: {left} and {right}",
                hint="for the product of matrices and lists, write @"
                if product
                else None,
            )
    graph.check_room(prod(first))
    columns = [
        flatten(operand) if isinstance(operand, list) else repeat(operand)
        for operand in operands
    ]
    nodes = [
        graph.add(operation, inputs, *span) for inputs in zip(*columns, strict=False)
    ]
    return _arranged(graph, nodes, first)


def _arranged(graph: Graph, nodes: list[int], shape: Shape) -> Structure:
    """The nodes in the given shape, with the index of each in the graph."""
    if shape:
        graph.elements.update(zip(nodes, element_names("", shape), strict=True))
    return arrange(nodes, shape)


def row_operation(
    graph: Graph, operation: Operation, arguments: list[Structure], span: Span
) -> Structure:
    """An operation on several lists of one length, such as logits and targets."""
    shapes = [shape_of(argument) for argument in arguments]
    if len(set(shapes)) > 1 or len(shapes[0]) > 1:
        given = " and ".join(map(described, shapes))
        raise ShapeError(
            f"{operation.name} takes lists of one length: here are {given}"
        )
    return graph.add(operation, tuple(all_leaves(arguments)), *span)


def matrix_product(
    graph: Graph, left: Structure, right: Structure, span: Span
) -> Structure:
    """left @ right: matrix and vector products, and the dot product of two lists."""
    left_shape, right_shape = shape_of(left), shape_of(right)
    if not left_shape and not right_shape:
        # Lists may be given for them: it is drawn as it was typed.
        product_ = graph.add(TIMES, (left, right), *span)
        graph.calls[product_] = "@"
        return product_
    if not left_shape or not right_shape or left_shape[-1] != right_shape[0]:
        hint = "the last length on the left must equal the first on the right"
        if not left_shape or not right_shape:
            hint = "to scale by a number, write *"
        shapes = f"{described(left_shape)} @ {described(right_shape)}"
        raise ShapeError(f"the shapes do not fit: {shapes}", hint=hint)
    rows = left if len(left_shape) == 2 else [left]
    width = right_shape[1] if len(right_shape) == 2 else 1
    graph.check_room(len(rows) * width * (len(right) + 1))
    columns = list(zip(*right, strict=True)) if len(right_shape) == 2 else [right]
    nodes = []
    for row, column in product(rows, columns):
        products = [
            graph.add(TIMES, pair, *span) for pair in zip(row, column, strict=True)
        ]
        node = products[0]
        if len(products) > 1:
            graph.composed.update(products)
            node = graph.add(SUM, tuple(products), *span)
            graph.calls[node] = "@"
        nodes.append(node)
    shape = left_shape[:-1] + right_shape[1:]
    return _arranged(graph, nodes, shape)


def length(graph: Graph, operand: Structure, span: Span) -> Structure:
    """The number of elements of a list or a matrix, 1 for a number."""
    return graph.add_literal(float(size_of(operand)), *span)


def others(graph: Graph, operand: Structure, span: Span) -> Structure:
    """For each element, the product of all the others, in three products each."""
    leaves = flatten(operand)
    graph.check_room(3 * len(leaves))
    first = len(graph)
    one = graph.add_literal(1.0, *span)

    def times(left: int, right: int) -> int:
        if left == one or right == one:
            return right if left == one else left
        return graph.add(TIMES, (left, right), *span)

    before = accumulate(leaves[:-1], times, initial=one)
    after = accumulate(
        reversed(leaves[1:]), lambda found, leaf: times(leaf, found), initial=one
    )
    # All that stands before each element is multiplied before what stands after.
    nodes = list(map(times, list(before), reversed(list(after))))
    graph.composed.update(range(first, len(graph)))
    return arrange(nodes, shape_of(operand))


def _of_others(operation: Operation, nothing: float) -> "ListFunction":
    """For each element the operation on all the others; `nothing` if there are none."""

    def of_others(graph: Graph, operand: Structure, span: Span) -> Structure:
        leaves = flatten(operand)
        first = len(graph)
        if len(leaves) == 1:
            return arrange([graph.add_literal(nothing, *span)], shape_of(operand))
        # Pairs, pairs of pairs and so on; then from the top down for each pair what is
        # outside of it. So rounding grows with the logarithm of the length alone.
        levels = [leaves]
        while len(levels[-1]) > 2:
            below = levels[-1]
            pairs = zip(below[::2], below[1::2], strict=False)
            above = [graph.add(operation, pair, *span) for pair in pairs]
            levels.append(above + below[len(above) * 2 :])
        outside = levels.pop()[::-1]
        while levels:
            below = levels.pop()
            found = []
            for place in range(len(below)):
                around = outside[place // 2]
                if place ^ 1 < len(below):
                    pair = (below[place ^ 1], around)
                    around = graph.add(operation, pair, *span)
                found.append(around)
            outside = found
        graph.composed.update(range(first, len(graph)))
        return arrange(outside, shape_of(operand))

    return of_others


def transpose(_graph: Graph, operand: Structure, _span: Span) -> Structure:
    """Rows and columns of a matrix exchanged."""
    if len(shape_of(operand)) != 2:
        raise ShapeError(
            f"transpose takes a matrix, not {described(shape_of(operand))}"
        )
    return [list(column) for column in zip(*operand, strict=True)]


# Functions of one list that are worked out while the graph is built, and what they are.
ListFunction = Callable[[Graph, Structure, Span], Structure]
STRUCTURAL: dict[str, tuple[ListFunction, str]] = {
    "length": (length, "number of elements of a list"),
    "others": (others, "for each element of a list, the product of all the others"),
    "sum_of_others": (
        _of_others(PLUS, 0.0),
        "for each element of a list, the sum of all the others",
    ),
    "logsumexp_of_others": (
        _of_others(LOGSUMEXP, _LEAST),
        "for each element of a list, the logsumexp of all the others",
    ),
    "transpose": (transpose, "rows and columns of a matrix exchanged"),
}
