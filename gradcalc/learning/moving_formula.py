"""A formula as a function of the variables that move in it, within their bounds."""

import math
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from typing import Any

from gradcalc.algebra.independent import independent
from gradcalc.engine.compiled import compile_gradient
from gradcalc.engine.evaluation import Evaluation, evaluate_bound
from gradcalc.errors import FormulaError, UsageError
from gradcalc.language.bindings import BoundProgram
from gradcalc.language.references import check_independent, wanted_nodes
from gradcalc.learning.optimizers import State
from gradcalc.operations import Singularity
from gradcalc.shapes import Structure, all_leaves, flatten, leaves_of, unflatten
from gradcalc.writers.node_text import expression

Bounds = tuple[float, float]


class MovingFormula:
    """A formula as a function of some of its variables and labels, list by list.

    A label is a variable of its own.

    start   the numbers that they start from
    limits  the bounds of each
    slopes  a function from the numbers to the values, of a list several, and the
            gradient of each
    """

    def __init__(
        self,
        bound: BoundProgram,
        moving: Mapping[str, Structure],
        bounds: Mapping[str, Bounds],
    ) -> None:
        check_independent(bound.program, moving, "they cannot both move")
        self.bound = bound = independent(bound, moving)
        self.moving = moving
        self.leaves = leaves = all_leaves(moving.values())
        moved = set(leaves)
        self.known = {
            node: value for node, value in bound.given.items() if node not in moved
        }
        self.start = [bound.given[node] for node in leaves]
        self.slopes = compile_gradient(
            bound.program.graph, flatten(bound.output), leaves, leaves, self.known
        )
        self.limits = self._limits(bounds)

    def _limits(self, bounds: Mapping[str, Bounds]) -> list[Bounds]:
        wanted_nodes(self.bound.program, list(bounds))
        still = [name for name in bounds if name not in self.moving]
        if still:
            raise UsageError(f"{', '.join(still)} does not move, so it needs no bound")
        limits = []
        for name in self.moving:
            low, high = map(float, bounds.get(name, (-math.inf, math.inf)))
            for value in flatten(self.bound.variables[name]):
                if name in bounds and not low <= value <= high:
                    raise UsageError(
                        f"{name} starts at {value:g}, outside its bound"
                        f" {low:g}:{high:g}"
                    )
                limits.append((low, high))
        return limits

    def starting(self, values: Sequence[float]) -> "MovingFormula":
        """The same formula with another start."""
        other = copy(self)
        other.start = list(values)
        return other

    def numbers(self, variables: Mapping[str, Any]) -> list[float]:
        """The numbers that are the values of the variables that move."""
        return leaves_of(variables, self.moving)

    def named(self, leaves: Sequence[float]) -> dict[str, Any]:
        """The numbers as the values of the variables, by name."""
        remaining = iter(leaves)
        return {
            name: unflatten(structure, remaining)
            for name, structure in self.moving.items()
        }

    def project(
        self,
        here: Sequence[float],
        state: State,
        taken: Sequence[float],
        gradient: Sequence[float],
    ) -> float:
        """Put the variables back into their bounds; the change that is predicted."""
        predicted = 0.0
        for place, (low, high) in enumerate(self.limits):
            moved = state.parameters[place]
            change = -taken[place]
            if not low <= moved <= high and moved == moved:
                state.parameters[place] = moved = min(max(moved, low), high)
                change = moved - here[place]
            predicted += gradient[place] * change
        return predicted

    def free(
        self, here: Sequence[float], gradient: Sequence[float], *, up: bool
    ) -> list[int]:
        """The places of the numbers that do not push against a bound."""
        return [
            place
            for place, (value, slope) in enumerate(zip(here, gradient, strict=True))
            for low, high in [self.limits[place]]
            for rising in [slope > 0 if up else slope < 0]
            if not (value >= high and rising)
            and not (value <= low and slope and not rising)
        ]

    def norm(
        self, here: Sequence[float], gradient: Sequence[float], *, up: bool
    ) -> float:
        """The norm of the gradient without what pushes against a bound."""
        return math.hypot(
            *[gradient[place] for place in self.free(here, gradient, up=up)]
        )

    def hessian(self, values: Sequence[float]) -> list[list[float]] | None:
        """The second derivatives there, a row for each number; None if not finite.

        Raises FormulaError for more than a million.
        """
        try:
            found = self.evaluation(values).curvature
        except FormulaError as error:
            raise error.but(hint="--optimizer lbfgs needs none") from None
        return found.rows if found.finite else None

    def evaluation(self, values: Sequence[float]) -> Evaluation:
        """The values, gradients and notes of all nodes there."""
        given = {**self.known, **dict(zip(self.leaves, values, strict=True))}
        bound = replace(self.bound, variables={}, given=given)
        return evaluate_bound(bound, list(self.moving))


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
