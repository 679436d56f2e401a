"""Both passes in decimal arithmetic of sixty digits, for what doubles cannot tell."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, getcontext, localcontext
from operator import add

from gradcalc.backward import Gradients, backward
from gradcalc.engine.decimal_arithmetic import DIGITS, ONE, arithmetic
from gradcalc.engine.decimals import CONSTANTS, DEFINITIONS
from gradcalc.graph import Graph
from gradcalc.language.contributions import contributions_of
from gradcalc.language.rules import FunctionOperation
from gradcalc.operations import LITERAL, VARIABLE, Operation


def forward(
    graph: Graph,
    given: Sequence[float | Decimal] | Mapping[int, float | Decimal],
    digits: int = DIGITS,
    *,
    in_table: bool = False,
) -> list[Decimal]:
    """The value of every node, from the values of the variable nodes.

    The graph may be that of a rule, over its operands and `out`. In a rule of the table
    pi is pi itself; elsewhere it is the double of that name.
    """
    values: list[Decimal] = []
    with localcontext(arithmetic(digits)):
        for node, operation in enumerate(graph.operations):
            if operation is VARIABLE:
                values.append(Decimal(given[node]))
            elif operation is LITERAL:
                exact = CONSTANTS.get(graph.names.get(node, "")) if in_table else None
                values.append(exact() if exact else Decimal(graph.literals[node]))
            else:
                operands = [values[operand] for operand in graph.inputs[node]]
                values.append(applied(operation, operands))
    return values


def gradients(
    graph: Graph,
    values: Sequence[Decimal],
    output: int,
    active: Sequence[int],
    digits: int = DIGITS,
    *,
    sizes: bool = False,
) -> Gradients[Decimal]:
    """The gradient of the output with respect to every node.

    If `sizes`, every contribution is taken as positive: how large the terms are that
    add up to the gradient, or what an error in each node's value may grow to.
    """
    contribute = _sizes if sizes else contributed

    def contributions(node: int, gradient: Decimal) -> Sequence[Decimal | None]:
        operands = [values[operand] for operand in graph.inputs[node]]
        operation = graph.operations[node]
        return contribute(operation, operands, values[node], gradient, digits)

    with localcontext(arithmetic(digits)):
        return backward(graph, output, active, ONE, contributions, add)


def contributed(
    operation: Operation,
    operands: Sequence[Decimal],
    out: Decimal,
    gradient: Decimal,
    digits: int = DIGITS,
) -> Sequence[Decimal | None]:
    """What an operation passes on to each operand; None where nothing is."""
    if operation.is_sum:
        return [gradient] * len(operands)
    formulas = contributions_of(operation, len(operands))
    in_table = not isinstance(operation, FunctionOperation)
    given = [*operands, out, gradient]
    return formulas.passed(forward(formulas.graph, given, digits, in_table=in_table))


def _sizes(
    operation: Operation,
    operands: Sequence[Decimal],
    out: Decimal,
    gradient: Decimal,
    digits: int,
) -> Sequence[Decimal | None]:
    """The contributions as positive numbers, also where a rule denies them."""
    passed: Sequence[Decimal | None]
    if isinstance(operation, FunctionOperation):
        passed = passed_by_body(operation, operands, digits, sizes=True)
        return [None if each is None else each * gradient for each in passed]
    if operation.is_flat:
        return [gradient] * len(operands)
    passed = contributed(operation, operands, out, gradient, digits)
    return [None if each is None else abs(each) for each in passed]


def passed_by_body(
    operation: FunctionOperation,
    operands: Sequence[Decimal],
    digits: int = DIGITS,
    *,
    sizes: bool = False,
) -> list[Decimal | None]:
    """What the function's body passes on to each operand, for a gradient of 1.

    None where nothing is, and `sizes` as in `gradients`.
    """
    body, result = operation.body, operation.result
    values = forward(body, operands, digits)
    everything = bytearray(b"1" * len(values))
    found = gradients(body, values, result, everything, digits, sizes=sizes)
    return [found[node] for node in range(len(operands))]


def applied(operation: Operation, operands: Sequence[Decimal]) -> Decimal:
    """The value of an operation, within `arithmetic()`."""
    if isinstance(operation, FunctionOperation):
        digits = getcontext().prec
        return forward(operation.body, operands, digits)[operation.result]
    return DEFINITIONS[operation.name](*operands)
