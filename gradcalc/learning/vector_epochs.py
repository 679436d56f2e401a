"""Sums over the rows of a large table, over arrays of numbers, and what needs no more.

That is the epoch of one step over all rows, and the mean loss.
"""

from collections.abc import Callable, Mapping, Sequence
from math import fsum
from typing import Any

from gradcalc.engine.columns import columns_of, sum_and_rest
from gradcalc.engine.vectorized import Kernel
from gradcalc.graph import Graph
from gradcalc.learning.epochs import Epoch, Example, StepSetup
from gradcalc.learning.optimizers import State, mover

# So many numbers are computed at once, at most.
MOST_NUMBERS = 8_000_000

# From the rows, and the numbers that are the same for all of them.
Sums = Callable[[Sequence[Example], Sequence[float]], list[float]]


def column_sums(
    graph: Graph,
    output: int,
    arguments: list[int],
    shared: list[int],
    wanted: list[int],
    fixed: Mapping[int, float],
) -> Sums:
    """A function that adds up a node's values over rows, then each of its gradients.

    A row gives the values of the nodes in `arguments`; those in `shared` have one for
    all rows. Sums have what is lost to rounding added to them. Raises MissingExtraError
    without NumPy.
    """
    first = len(arguments)
    places = frozenset(range(first, first + len(shared)))
    nodes = arguments + shared
    kernel = Kernel(graph, [output], nodes, wanted, fixed, shared=places)
    count = 1 + len(wanted)
    size = max(1, MOST_NUMBERS // count)
    # The rows that the columns are of: shuffled, they have the same sums.
    known: tuple[Sequence[Example], list[Any]] | None = None

    def sums(rows: Sequence[Example], numbers: Sequence[float]) -> list[float]:
        nonlocal known
        if known is None or known[0] is not rows:
            known = rows, columns_of(rows)
        columns, same = known[1], columns_of([tuple(numbers)])
        parts: list[list[float]] = [[] for _ in range(count)]
        for start in range(0, len(rows), size):
            stop = min(start + size, len(rows))
            found = kernel(
                [column[start:stop] for column in columns] + same, stop - start
            )
            for part, results in zip(parts, found, strict=True):
                part += sum_and_rest(results)
        return list(map(_sum, parts))

    return sums


def vector_epoch(setup: StepSetup) -> Epoch:
    """The epoch of a setup whose batch is all rows.

    Losses and gradients are those of the other epochs but for the last digits.
    """
    sums = loss_sums(setup, setup.free)
    move = mover(setup.optimizer, setup.constants)

    def epoch(rows: Sequence[Example], state: State) -> float:
        total, *slopes = sums(rows, state.parameters)
        decay = setup.decay
        move(
            state,
            [
                each / len(rows) + decay * parameter
                for each, parameter in zip(slopes, state.parameters, strict=True)
            ],
        )
        return total

    return epoch


def vector_mean_loss(
    setup: StepSetup,
) -> Callable[[Sequence[Example], Sequence[float]], float]:
    """A function of rows and parameters: the mean of the loss over the rows."""
    sums = loss_sums(setup, [])
    return lambda rows, parameters: sums(rows, parameters)[0] / len(rows)


def loss_sums(setup: StepSetup, wanted: list[int]) -> Sums:
    """The sum of the losses, then of the gradients of the wanted parameters."""
    objective = setup.objective
    return column_sums(
        objective.graph,
        objective.loss,
        setup.arguments,
        setup.free,
        wanted,
        setup.fixed,
    )


def _sum(parts: Sequence[float]) -> float:
    try:
        return fsum(parts)
    except (OverflowError, ValueError):
        # Beyond the largest double, or infinities of both signs.
        return sum(parts)
