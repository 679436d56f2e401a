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

from gradcalc.backward import backward
from gradcalc.engine.code import PythonCode
from gradcalc.engine.code_spelling import SIGN
from gradcalc.graph import Graph
from gradcalc.language.rules import MOST_KEPT, Rule, rule_of
from gradcalc.operations import Operation

Pullback = Callable[..., Sequence[float | None]]

# A rule over a longer list is walked as a graph: compiling it would not pay.
_MOST_COMPILED = 200

# From this many nodes on it pays to make a loop of their operations.
_LARGE = 1_500


def gradients(
    graph: Graph, values: Sequence[float], output: int, active: Sequence[int]
) -> list[float | None]:
    """The gradient of the output with respect to every node up to it, as numbers."""
    if output >= _LARGE:
        from gradcalc.engine.numeric_loop import loop_gradients

        return loop_gradients(graph, values, output, active)
    return node_gradients(graph, values, output, active)


def node_gradients(
    graph: Graph, values: Sequence[float], output: int, active: Sequence[int]
) -> list[float | None]:
    """The gradients node by node, with a call for each."""
    operations, inputs = graph.operations, graph.inputs

    def contributions(node: int, gradient: float) -> Sequence[float | None]:
        operands = inputs[node]
        mask = tuple([active[operand] for operand in operands])
        return pullback(operations[node], mask)(
            gradient, values[node], *[values[operand] for operand in operands]
        )

    return backward(graph, output, active, 1.0, contributions, add)


def pullback(operation: Operation, mask: tuple[int, ...]) -> Pullback:
    """The pullback of the operation to the operands that the mask flags with 1."""
    if len(mask) > MOST_KEPT:
        return _walked(rule_of(operation, len(mask)), mask)
    return _kept_pullback(operation, mask)


@lru_cache(maxsize=4096)
def _kept_pullback(operation: Operation, mask: tuple[int, ...]) -> Pullback:
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
    names = [f"x{position}" for position in range(len(mask))]
    code, handed = handed_back(rule, mask, [*names, "out"])
    lines = [
        f"def pullback(gradient, out, {', '.join(names)}):",
        *(f"    {line}" for line in code.lines),
        f"    return ({''.join([f'{text}, ' for text in handed])})",
    ]
    namespace: dict[str, Any] = dict(code.namespace)
    exec("\n".join(lines), namespace)
    function: Pullback = namespace["pullback"]
    return function


def handed_back(
    rule: Rule, mask: Sequence[int], names: Sequence[str], prefix: str = "t"
) -> tuple[PythonCode, list[str]]:
    """The code of a rule, and for each operand the text of what it is handed.

    The code calls the operands and the operation's own value by the given names, and
    what comes in `gradient`.
    """
    code = PythonCode(prefix)
    given = {node: code.name(name) for node, name in enumerate(names)}
    handing = [
        position
        for position, partial in enumerate(rule.partials)
        if mask[position] and partial is not None
    ]
    roots = [rule.domain] if handing else []
    for position in handing:
        roots += [rule.partials[position], rule.selected[position]]
    needed = [root for root in roots if root is not None]
    placed = code.place(rule.graph, given, needed)
    code.write([placed[root] for root in needed])
    handed = ["None"] * len(mask)
    for position in handing:
        partial, gate = rule.partials[position], rule.selected[position]
        assert partial is not None
        factor = code.numbers.get(placed[partial])
        text = "gradient"
        if factor == -1:
            text = "-gradient"
        elif factor != 1:
            text += f" * {code.text(placed[partial], SIGN)}"
        if gate is not None:
            text = f"({text} if {code.truth(placed[gate])} else None)"
        if rule.domain is not None:
            nan = code.constant("nan", math.nan)
            text = f"({text} if {code.truth(placed[rule.domain])} else {nan})"
        handed[position] = text
    return code, handed
