"""Kinks between points: which node's slope jumps on the way from one to another."""

from collections.abc import Iterable
from typing import Any

from gradcalc.engine.evaluation import Evaluation
from gradcalc.operations import Singularity
from gradcalc.writers.node_text import expression


def crossed_kink(evaluations: Iterable[Evaluation]) -> str | None:
    """The expression of the first node with a kink between some of the points.

    The evaluations are of one formula; None if the points lie on one side of all kinks.
    """
    first, *others = evaluations
    for node, operation in enumerate(first.graph.operations):
        if not first.active[node] or not any(
            _concerns(first, node, singularity) for singularity in operation.singular
        ):
            continue
        if any(_side(other, node) != _side(first, node) for other in others):
            return expression(first.graph, node)
    return None


def _concerns(evaluation: Evaluation, node: int, singularity: Singularity) -> bool:
    """Whether the singularity is a kink or tie of an operand that moves."""
    if singularity.kind not in ("kink", "tie"):
        return False
    if singularity.of is None:
        return True
    place = evaluation.graph.operations[node].parameters.index(singularity.of)
    return bool(evaluation.active[evaluation.graph.inputs[node][place]])


def _side(evaluation: Evaluation, node: int) -> Any:
    """What tells one side of a node's kink from the other.

    The sign of each local derivative, None where nothing passes; the value of what has
    no derivative at all, such as a comparison.
    """
    graph, values = evaluation.graph, evaluation.values
    operation, inputs = graph.operations[node], graph.inputs[node]
    if operation.is_flat:
        return values[node]
    slopes = evaluation.contributions(node, 1.0)
    return [
        None if slope is None else slope > 0
        for operand, slope in zip(inputs, slopes, strict=True)
        if evaluation.active[operand]
    ]
