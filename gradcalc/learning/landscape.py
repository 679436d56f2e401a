"""A formula as a landscape: heights and slopes over the variables that move in it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from gradcalc.engine.compiled import compile_gradient
from gradcalc.engine.evaluation import Evaluation, evaluate_bound
from gradcalc.errors import UsageError
from gradcalc.language.bindings import BoundProgram, wanted_nodes
from gradcalc.learning.state import State
from gradcalc.shapes import flatten, unflatten

Bounds = tuple[float, float]


class Landscape:
    """A formula as a function of the variables that move, list by list.

    start   the numbers that they start from
    limits  the bounds of each
    slopes  a function from the numbers to ((value,), (gradient,))
    up      whether the way leads up
    """

    def __init__(
        self,
        bound: BoundProgram,
        names: list[str],
        leaves: list[int],
        up: bool,
        bounds: Mapping[str, Bounds],
    ) -> None:
        self.bound = bound
        self.names = names
        self.leaves = leaves
        self.up = up
        moving = set(leaves)
        known = {n: value for n, value in bound.given.items() if n not in moving}
        self.known = known
        self.start = [bound.given[node] for node in leaves]
        self.slopes = compile_gradient(
            bound.program.graph, [bound.output], leaves, leaves, known
        )
        self.limits = self._limits(bounds)

    def _limits(self, bounds: Mapping[str, Bounds]) -> list[Bounds]:
        wanted_nodes(self.bound.program, list(bounds))
        still = [name for name in bounds if name not in self.names]
        if still:
            raise UsageError(f"{', '.join(still)} does not move, so it needs no bound")
        limits = []
        for name in self.names:
            low, high = map(float, bounds.get(name, (-math.inf, math.inf)))
            for value in flatten(self.bound.variables[name]):
                if not low <= value <= high:
                    raise UsageError(
                        f"{name} starts at {value:g}, outside its bound"
                        f" {low:g}:{high:g}"
                    )
                limits.append((low, high))
        return limits

    def named(self, leaves: Sequence[float]) -> dict[str, Any]:
        """The numbers as the values of the variables, by name."""
        variables = self.bound.program.graph.variables
        remaining = iter(leaves)
        return {name: unflatten(variables[name], remaining) for name in self.names}

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

    def norm(self, here: Sequence[float], gradient: Sequence[float]) -> float:
        """The norm of the gradient without what pushes against a bound."""
        slopes = []
        for value, slope, (low, high) in zip(here, gradient, self.limits, strict=True):
            rising = slope > 0 if self.up else slope < 0
            if (value >= high and rising) or (value <= low and slope and not rising):
                continue
            slopes.append(slope)
        return math.hypot(*slopes)

    def evaluation(self, values: Sequence[float]) -> Evaluation:
        """The values, gradients and notes of all nodes there."""
        given = {**self.known, **dict(zip(self.leaves, values, strict=True))}
        bound = replace(self.bound, variables={}, given=given)
        return evaluate_bound(bound, self.names)
