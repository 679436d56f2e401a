"""The one backward pass, over numbers and over graph nodes alike.

It walks the list of nodes in reverse and adds up, for each node, the contributions of
its consumers, the nodes that take it as an operand. What a gradient *is* (a float, or a
formula) is the business of the functions it is given, so the numeric gradient and the
symbolic derivative cannot disagree.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Generic, TypeVar

from gradcalc.graph import Graph

Gradient = TypeVar("Gradient")

# For each node whether it depends on a wanted one.
Flags = Mapping[int, int] | Sequence[int]


class Sparse(dict[int, Gradient | None], Generic[Gradient]):
    """The gradients of the nodes that an output depends on; None of all others."""

    def __missing__(self, node: int) -> None:
        return None


# The gradient of each node, by its number.
Gradients = list[Gradient | None] | Sparse[Gradient]


def backward(
    graph: Graph,
    output: int,
    active: Flags,
    seed: Gradient,
    contributions: Callable[[int, Gradient], Iterable[Gradient | None]],
    add: Callable[[Gradient, Gradient], Gradient],
    *,
    sparse: bool = False,
) -> Gradients[Gradient]:
    """The gradient of the output with respect to every node.

    `active` flags the nodes that depend on a wanted variable. `seed` is the gradient of
    the output with respect to itself. `contributions` gives what a node passes on to
    each of its operands, None where nothing is; `add` sums what meets at a node. A node
    that nothing reached has None. If `sparse`, for one of many outputs, it takes the
    time and room of what the output depends on, not of the graph.

    This is reverse-mode accumulation: Griewank and Walther, Evaluating Derivatives,
    2nd edition, section 3.2.
    """
    gradients: Gradients[Gradient]
    if sparse:
        nodes: Sequence[int] = _on_paths(graph, output, active)
        gradients = Sparse(dict.fromkeys(nodes))
    else:
        nodes = range(output, -1, -1)
        gradients = [None] * len(graph)
    gradients[output] = seed
    inputs = graph.inputs
    # The others are reached only if they are active.
    for node in nodes if active[output] else ():
        gradient, operands = gradients[node], inputs[node]
        if gradient is None or not operands:
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


def _on_paths(graph: Graph, output: int, active: Flags) -> list[int]:
    """The output and the active nodes that it depends on, the last first."""
    found = {output}
    pending = [output]
    while pending:
        for operand in graph.inputs[pending.pop()]:
            if active[operand] and operand not in found:
                found.add(operand)
                pending.append(operand)
    return sorted(found, reverse=True)


def of_nodes(
    gradients: Gradients[Gradient],
) -> Iterator[tuple[int, Gradient | None]]:
    """The nodes that the output may depend on, in order, each with its gradient."""
    if isinstance(gradients, Sparse):
        return reversed(gradients.items())
    return enumerate(gradients)


def arrived(gradients: Gradients[Gradient]) -> Iterator[tuple[int, Gradient]]:
    """The nodes that a gradient arrived at, in order, each with it."""
    return ((n, found) for n, found in of_nodes(gradients) if found is not None)
