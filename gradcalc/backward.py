"""The one backward pass, over numbers and over graph nodes alike.

It walks the list of nodes in reverse and adds up, for each node, the contributions of
its consumers, the nodes that take it as an operand. What a gradient *is* (a float, or a
formula) is the business of the functions it is given, so the numeric gradient and the
symbolic derivative cannot disagree.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from gradcalc.graph import Graph

Gradient = TypeVar("Gradient")


def backward(
    graph: Graph,
    output: int,
    active: Sequence[int],
    seed: Gradient,
    contributions: Callable[[int, Gradient], Iterable[Gradient | None]],
    add: Callable[[Gradient, Gradient], Gradient],
) -> list[Gradient | None]:
    """The gradient of the output with respect to every node up to it.

    `active` flags the nodes that depend on a wanted variable. `seed` is the gradient of
    the output with respect to itself. `contributions` gives what a node passes on to
    each of its operands, None where nothing is; `add` sums what meets at a node. A node
    that nothing reached has None.

    This is reverse-mode accumulation: Griewank and Walther, Evaluating Derivatives,
    2nd edition, section 3.2.
    """
    gradients: list[Gradient | None] = [None] * (output + 1)
    gradients[output] = seed
    inputs = graph.inputs
    for node in range(output, -1, -1):
        gradient = gradients[node]
        if gradient is None or not active[node]:
            continue
        operands = inputs[node]
        if not operands:
            continue
        passed = contributions(node, gradient)
        # Without the argument `strict`, which would take a sixth of the whole time.
        for operand, contribution in zip(operands, passed):  # noqa: B905
            if contribution is not None and active[operand]:
                total = gradients[operand]
                gradients[operand] = (
                    contribution if total is None else add(total, contribution)
                )
    return gradients
