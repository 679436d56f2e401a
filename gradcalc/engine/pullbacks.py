"""Pullbacks: how one operation takes part in backpropagation over numbers.

A pullback takes the gradient that comes in, the operation's own value and its operands,
and returns what is passed on to each operand; None where nothing is.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache

from gradcalc.language.contributions import contributions_of
from gradcalc.language.rules import MOST_KEPT
from gradcalc.operations import Operation

Pullback = Callable[..., Sequence[float | None]]

# Formulas over longer lists are evaluated as graphs: compiling them would not pay.
_MOST_COMPILED = 200


def pullback(operation: Operation, count: int) -> Pullback:
    """The pullback of the operation on `count` operands."""
    if operation.is_sum:
        # A sum of a million operands: the formulas would be as many.
        return lambda gradient, _out, *operands: [gradient] * len(operands)
    formulas = contributions_of(operation, count)
    forward = formulas.graph.forward

    def evaluated(
        gradient: float, out: float, *operands: float
    ) -> Sequence[float | None]:
        return formulas.passed(forward([*operands, out, gradient]))

    return evaluated


def compiled_pullback(operation: Operation, count: int) -> Pullback:
    """The same as a Python function, unless its formulas are very long."""
    if count <= MOST_KEPT and not operation.is_sum:
        found = _compiled(operation, count)
        if found is not None:
            return found
    return pullback(operation, count)


@lru_cache(maxsize=4096)
def _compiled(operation: Operation, count: int) -> Pullback | None:
    # Imported here: small graphs do without.
    from gradcalc.engine.python_code import PythonCode
    from gradcalc.writers.code_spelling import COMPARISON

    formulas = contributions_of(operation, count)
    graph = formulas.graph
    if len(graph) > _MOST_COMPILED:
        return None
    nodes = [*formulas.products, *formulas.gates]
    code = PythonCode(graph, [node for node in nodes if node is not None])
    texts = []
    for product, gate in zip(formulas.products, formulas.gates, strict=True):
        text = "None" if product is None else code.text(product, COMPARISON)
        if product is not None and gate is not None:
            text += f" if {code.truth(gate)} else None"
        texts.append(f"{text}, ")
    parameters = ["gradient", "out", *[graph.names[node] for node in range(count)]]
    compiled: Pullback = code.function(parameters, f"({''.join(texts)})")
    return compiled
