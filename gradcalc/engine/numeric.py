"""Backpropagation over numbers.

The table's rules are turned into Python functions, once for each operation and each
choice of operands whose gradient is wanted. Such a pullback takes the gradient that
comes in, the operation's own value and its operands, and returns what each operand is
handed; None where nothing is.
"""

import math
from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import add
from typing import Any

from gradcalc.engine.backward import backward
from gradcalc.graph import Graph
from gradcalc.language.rules import Rule, rule_of
from gradcalc.operations import Operation
from gradcalc.writers.python_code import PythonCode
from gradcalc.writers.python_spelling import SIGN

Pullback = Callable[..., Sequence[float | None]]

# A rule over a longer list is walked as a graph: compiling it would not pay.
_MOST_COMPILED = 200


def gradients(
    graph: Graph, values: Sequence[float], output: int, active: Sequence[int]
) -> list[float | None]:
    """The gradient of the output with respect to every node up to it, as numbers."""
    operations, inputs = graph.operations, graph.inputs

    def contributions(node: int, gradient: float) -> Sequence[float | None]:
        operands = inputs[node]
        mask = tuple([active[operand] for operand in operands])
        return pullback(operations[node], mask)(
            gradient, values[node], *[values[operand] for operand in operands]
        )

    return backward(graph, output, active, 1.0, contributions, add)


@lru_cache(maxsize=4096)
def pullback(operation: Operation, mask: tuple[int, ...]) -> Pullback:
    """The pullback of the operation to the operands that the mask flags with 1."""
    rule = rule_of(operation, len(mask))
    if len(rule.graph) > _MOST_COMPILED:
        return _walked(rule, mask)
    return _compiled(rule, mask)


def _walked(rule: Rule, mask: tuple[int, ...]) -> Pullback:
    def walked(gradient: float, out: float, *operands: float) -> Sequence[float | None]:
        values = rule.graph.forward([*operands, out])
        outside = rule.domain is not None and values[rule.domain] == 0
        handed: list[float | None] = []
        for wanted, partial, gate in zip(
            mask, rule.partials, rule.selected, strict=True
        ):
            if not wanted or partial is None:
                handed.append(None)
            elif outside:
                handed.append(math.nan)
            elif gate is not None and values[gate] == 0:
                handed.append(None)
            else:
                handed.append(gradient * values[partial])
        return handed

    return walked


def _compiled(rule: Rule, mask: tuple[int, ...]) -> Pullback:
    graph, count = rule.graph, len(mask)
    wanted = [
        (partial, gate)
        for flag, partial, gate in zip(mask, rule.partials, rule.selected, strict=True)
        if flag and partial is not None
    ]
    roots = [node for pair in wanted for node in pair if node is not None]
    if rule.domain is not None:
        roots.append(rule.domain)
    code = PythonCode()
    names = [f"x{position}" for position in range(count)]
    given = {node: code.name(name) for node, name in enumerate([*names, "out"])}
    placed = code.place(graph, given, roots)
    code.write([placed[root] for root in roots])
    handed = []
    for flag, partial, gate in zip(mask, rule.partials, rule.selected, strict=True):
        if not flag or partial is None:
            handed.append("None")
            continue
        text = "gradient"
        if code.numbers.get(placed[partial]) != 1:
            text += f" * {code.text(placed[partial], SIGN)}"
        if gate is not None:
            text = f"({text} if {code.truth(placed[gate])} else None)"
        if rule.domain is not None:
            nan = code.constant("nan", math.nan)
            text = f"({text} if {code.truth(placed[rule.domain])} else {nan})"
        handed.append(text)
    lines = [
        f"def pullback(gradient, out, {', '.join(names)}):",
        *(f"    {line}" for line in code.lines),
        f"    return ({', '.join(handed)},)",
    ]
    namespace: dict[str, Any] = dict(code.namespace)
    exec("\n".join(lines), namespace)
    function: Pullback = namespace["pullback"]
    return function
