"""Steps of L-BFGS-B, whose model of the curvature comes from the last gradients.

Byrd, Lu, Nocedal and Zhu, A limited memory algorithm for bound constrained
optimization, 1995; SciPy has it.
"""

import math
from collections.abc import Sequence
from operator import mul
from typing import Any

from gradcalc.errors import extra_module
from gradcalc.learning.descent import Ending, Walk

_EVALUATIONS_PER_STEP = 100


def lbfgs_steps(walk: Walk) -> Ending:
    """Take steps until one is the last, or none leads lower; why it ends.

    Raises MissingExtraError if SciPy is not installed.
    """
    optimize = extra_module("scipy.optimize", "fit", "the steps of --optimizer lbfgs")
    sign, ending = walk.sign, None
    tried = walk.here

    def function(values: Any) -> tuple[float, list[float]]:
        """The value to make small and its gradient."""
        nonlocal tried
        tried = values.tolist()
        value, gradient = walk.look(tried)
        if not math.isfinite(value) or not all(map(math.isfinite, gradient)):
            # So high that the search turns back, and a number that it can reckon with.
            return sign * walk.value + 1e3 * (1 + abs(walk.value)), [0.0] * len(tried)
        return sign * value, [sign * slope for slope in gradient]

    def arrived(values: Any) -> None:
        nonlocal ending
        there: Sequence[float] = values.tolist()
        moved = [b - a for a, b in zip(walk.here, there, strict=True)]
        ending = walk.arrive(there, sum(map(mul, walk.gradient, moved)))
        if ending is not None:
            raise StopIteration

    remaining = walk.settings.steps
    optimize.minimize(
        function,
        walk.here,
        jac=True,
        method="L-BFGS-B",
        bounds=walk.formula.limits,
        callback=arrived,
        options={
            "maxiter": remaining,
            "maxfun": _EVALUATIONS_PER_STEP * (remaining + 1),
            "maxls": 50,
            "ftol": 0.0,
            "gtol": 0.0,
        },
    )
    if ending is not None:
        return ending
    moved = [b - a for a, b in zip(walk.here, tried, strict=True)]
    return walk.no_better(tried, sum(map(mul, walk.gradient, moved)))
