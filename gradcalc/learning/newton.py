"""Newton's steps to the lowest or highest value, damped.

Each step goes to the lowest point of the model of second order, made of the gradient
and the exact Hessian. Where this does not curve up, it is made to: see
`symmetric_factors`. The step is halved until it keeps a part of what the model
promises. Numbers that push against a bound stay there, and steps are projected onto the
bounds (Bertsekas, Projected Newton methods for optimization problems, 1982).
"""

import math
from collections.abc import Sequence
from operator import mul

from gradcalc.learning.descent import Ending, Walk
from gradcalc.learning.symmetric_factors import SymmetricFactors, symmetric_factors

# The part of the promised change that a step must make. With more than a half, steps
# would be halved for ever; with little, a step may land far beyond the next minimum.
_KEPT = 0.25
# A way down that the slope does not show is taken where it promises so much more.
_STEEPER = 100.0


def newton_steps(walk: Walk) -> Ending:
    """Take steps until one is the last, or none leads lower; why it ends."""
    while True:
        model = _Model(walk)
        step = model.step()
        # The whole step first, or the part of it that the rate says.
        share = walk.rate
        whole = tried, moved = model.moved(share, step)
        while not model.is_lower(tried, moved):
            share /= 2
            tried, moved = model.moved(share, step)
            if not any(moved):
                return walk.no_better(whole[0], model.change(whole[1]))
        ending = walk.arrive(tried, walk.sign * model.change(moved))
        if ending is not None:
            return ending


class _Model:
    """The change of the value near a point by gradient and Hessian; down is better."""

    def __init__(self, walk: Walk) -> None:
        self.walk, self.here = walk, walk.here
        self.gradient = [walk.sign * slope for slope in walk.gradient]
        hessian = walk.formula.hessian(walk.here)
        # Without second derivatives it is a plane.
        self.rows = hessian or [[0.0] * len(self.here) for _ in self.here]
        self.rows = [[walk.sign * entry for entry in row] for row in self.rows]

    def change(self, moved: Sequence[float]) -> float:
        """What a step promises."""
        bent = [sum(map(mul, row, moved)) for row in self.rows]
        slopes = [g + b / 2 for g, b in zip(self.gradient, bent, strict=True)]
        return float(sum(map(mul, slopes, moved)))

    def moved(
        self, share: float, step: Sequence[float]
    ) -> tuple[list[float], list[float]]:
        """Where a share of the step leads within the bounds, and how far."""
        tried = [
            min(max(x + share * change, low), high)
            for x, change, (low, high) in zip(
                self.here, step, self.walk.formula.limits, strict=True
            )
        ]
        return tried, [b - a for a, b in zip(self.here, tried, strict=True)]

    def is_lower(self, tried: Sequence[float], moved: Sequence[float]) -> bool:
        """Whether the value there is lower by a part of what is promised.

        Where the values are equal within rounding, a smaller gradient tells.
        """
        walk = self.walk
        promised = self.change(moved)
        if promised >= 0:
            return False
        value, gradient = walk.look(tried)
        change = walk.sign * (value - walk.value)
        if change <= _KEPT * promised:
            return all(map(math.isfinite, gradient))
        norm = walk.formula.norm(tried, gradient, up=walk.settings.up)
        return change <= 0 and norm < walk.norm / 2

    def step(self) -> list[float]:
        """The step to the model's lowest point, or down where it has none."""
        free = self.walk.free
        while free:
            factors = symmetric_factors([[self.rows[i][j] for j in free] for i in free])
            step = self._spread(free, factors.solved([-self.gradient[i] for i in free]))
            inward = [place for place in free if not self._leaves(place, step[place])]
            if len(inward) == len(free):
                return self._downward(step, free, factors)
            free = inward
        return [0.0] * len(self.here)

    def _downward(
        self, step: list[float], free: Sequence[int], factors: SymmetricFactors
    ) -> list[float]:
        """The step, not too long where the model has no lowest point, or a steeper."""
        if factors.definite:
            return step
        longest = max(1.0, *map(abs, self.here))
        length = max(map(abs, step))
        if length > longest:
            step = [change * (longest / length) for change in step]
        down = factors.downward()
        if down is None:
            return step
        length = max(map(abs, down))
        ahead = self._spread(free, [change * (longest / length) for change in down])
        ways = [ahead, [-change for change in ahead]]
        promises = [self.change(self.moved(1.0, way)[1]) for way in ways]
        best = promises.index(min(promises))
        return ways[best] if promises[best] < _STEEPER * self.change(step) else step

    def _spread(self, free: Sequence[int], part: Sequence[float]) -> list[float]:
        """The changes of the free numbers among those of all."""
        step = [0.0] * len(self.here)
        for place, change in zip(free, part, strict=True):
            step[place] = change
        return step

    def _leaves(self, place: int, change: float) -> bool:
        """Whether the number is at a bound, and the change leads out."""
        low, high = self.walk.formula.limits[place]
        x = self.here[place]
        return (x >= high and change > 0) or (x <= low and change < 0)
