"""The epoch of one step over all rows of a large table: over arrays of numbers."""

from collections.abc import Sequence
from math import fsum
from typing import Any

from gradcalc.engine.columns import columns_of, sum_and_rest
from gradcalc.engine.vectorized import Kernel
from gradcalc.learning.epochs import Epoch, Example, StepSetup
from gradcalc.learning.optimizers import State, mover

# So many numbers are computed at once, at most.
MOST_NUMBERS = 8_000_000


def vector_epoch(setup: StepSetup) -> Epoch:
    """The epoch of a setup whose batch is all rows.

    Losses and gradients are those of the other epochs but for the last digits: they are
    added up with what is lost to rounding. Raises MissingExtraError without NumPy.
    """
    inputs, free = len(setup.arguments), len(setup.free)
    kernel = Kernel(
        setup.objective.graph,
        [setup.objective.loss],
        setup.arguments + setup.free,
        setup.free,
        setup.fixed,
        shared=frozenset(range(inputs, inputs + free)),
    )
    move = mover(setup.optimizer, setup.constants)
    size = max(1, MOST_NUMBERS // (1 + free))
    # The rows that the columns are of: shuffled, they have the same sums.
    known: tuple[Sequence[Example], list[Any]] | None = None

    def epoch(rows: Sequence[Example], state: State) -> float:
        nonlocal known
        if known is None or known[0] is not rows:
            known = rows, columns_of(rows)
        columns = known[1]
        parameters = columns_of([tuple(state.parameters)])
        parts: list[list[float]] = [[] for _ in range(1 + free)]
        for start in range(0, len(rows), size):
            stop = min(start + size, len(rows))
            found = kernel(
                [column[start:stop] for column in columns] + parameters, stop - start
            )
            for part, numbers in zip(parts, found, strict=True):
                part += sum_and_rest(numbers)
        total, *sums = map(_sum, parts)
        decay = setup.decay
        move(
            state,
            [
                each / len(rows) + decay * parameter
                for each, parameter in zip(sums, state.parameters, strict=True)
            ],
        )
        return total

    return epoch


def _sum(parts: Sequence[float]) -> float:
    try:
        return fsum(parts)
    except (OverflowError, ValueError):
        # Beyond the largest double, or infinities of both signs.
        return sum(parts)
