"""A rate with which a training that diverged would not have: from the curvature, tried.

Where L is the curvature, the largest eigenvalue of the loss's Hessian, steps of rate
times gradient grow if the rate is above 2/L, and above 2(1 + momentum)/L if they
remember earlier ones: Goh, Why Momentum Really Works, 2017. Half of that leaves room
for a curvature that grows on the way; then the training is run with it to see.
"""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from gradcalc.engine.compiled import compile_gradient
from gradcalc.engine.graph_gradients import graph_gradients
from gradcalc.learning.epochs import Example, StepSetup
from gradcalc.learning.optimizers import RATE
from gradcalc.learning.training import (
    EPOCHS_USED_UP,
    INTERRUPTED,
    pays_to_use_arrays,
    train,
)
from gradcalc.operations import SUM, TIMES

# A function of rows, and the direction in which the parameters change, to the change
# of the mean loss's gradient.
Product = Callable[[Sequence[Example], Sequence[float]], list[float]]

# Rows, batches and steps that the curvature is told from: it is only tried out.
_MOST_ROWS = 2_000
_BATCHES, _MOST_STEPS = 8, 40
_CLOSE = 0.01
# How often a smaller rate is tried, and how many nodes a trial computes about.
_MOST_TRIALS, _MOST_WORK = 12, 10_000_000
# What an epoch costs besides, in nodes.
_EPOCH = 200
_FEWEST_EPOCHS = 20
# A loss may end so much above that of the start and not be said to diverge.
_ROOM = 1.01


@dataclass(frozen=True, slots=True)
class SteadyRate:
    """A rate that does not diverge."""

    # Of one digit.
    rate: float
    # Whether it was tried over all epochs, not the first ones alone.
    sure: bool


def steady_rate(
    setup: StepSetup,
    rows: Sequence[Example],
    start: Sequence[float],
    epochs: int,
    random: Callable[[], Callable[[], float]] | None,
) -> SteadyRate | None:
    """A rate below the setup's with which so many epochs from `start` do not diverge.

    `random` makes the numbers that the rows are shuffled with, the same each time; None
    where they are not. None if no rate is found, or the search is interrupted.
    """
    rate, factor = setup.constants["rate"], 10.0
    tried = min(rate / factor, RATE)
    limit = setup.optimizer.limit
    try:
        curvature = 0.0 if limit is None else largest_curvature(setup, rows, start)
    except KeyboardInterrupt:
        return None
    if limit is not None and 0 < curvature < math.inf:
        factor = 3.0
        constants = {**setup.optimizer.constants, **setup.constants}
        tried = min(limit(constants) / curvature / 2, rate / factor)
    work = len(rows) * len(setup.objective.graph) + _EPOCH
    count = min(epochs, max(_FEWEST_EPOCHS, _MOST_WORK // work))
    for _ in range(_MOST_TRIALS):
        tried = _rounded(tried)
        if not tried:
            return None
        trial = train(
            replace(setup, constants={**setup.constants, "rate": tried}),
            list(rows),
            start,
            count,
            random=random() if random else None,
        )
        if trial.stopped == INTERRUPTED:
            return None
        if trial.stopped == EPOCHS_USED_UP and trial.last <= _ROOM * trial.first:
            return SteadyRate(tried, sure=count == epochs)
        tried /= factor
    return None


def largest_curvature(
    setup: StepSetup, rows: Sequence[Example], parameters: Sequence[float]
) -> float:
    """The largest absolute eigenvalue of the Hessian of the loss of a batch.

    It is that of the mean loss over the batch, with what l2 adds, by power iteration
    (Golub and Van Loan, Matrix Computations, section 7.3), and the largest over the
    batches, of which those that bend most along one direction are looked at. Large
    tables are told from some of their rows. NaN or inf where the loss has no Hessian.
    """
    size = min(setup.batch or len(rows), len(rows))
    arrays = size == len(rows) and pays_to_use_arrays(size)
    if not arrays:
        # Of whole batches, evenly spread over the table, and of even parts of each.
        count = max(1, _MOST_ROWS // size)
        rows = [
            row
            for start in _spread(0, len(rows), size, count)
            for row in rows[start : start + size][:: -(-size // _MOST_ROWS)]
        ]
        size = min(size, -(-size // -(-size // _MOST_ROWS)))
    product = _hessian_product(setup, parameters, arrays=arrays)
    batches = [rows[start : start + size] for start in range(0, len(rows), size)]
    numbers = random.Random(0)
    direction = _unit([numbers.random() - 0.5 for _ in parameters])
    if len(batches) > _BATCHES:
        batches.sort(key=lambda batch: -math.hypot(*product(batch, direction)))
        del batches[_BATCHES:]
    return max(_largest(product, batch, direction) for batch in batches)


def _spread(start: int, stop: int, step: int, count: int) -> list[int]:
    """At most so many of the numbers from start to stop by step, evenly spread."""
    every = range(start, stop, step)
    return list(every[:: -(-len(every) // count)])


def _hessian_product(
    setup: StepSetup, parameters: Sequence[float], *, arrays: bool
) -> Product:
    """The product of the Hessian at the parameters with a direction.

    It is the gradient of the sum of the loss's gradients, each times its part of the
    direction: reverse mode twice (Griewank and Walther, section 5.4).
    """
    objective, free = setup.objective, setup.free
    gradients = graph_gradients(objective.graph, [objective.loss], free)
    graph = gradients.graph
    directions = [graph.add_variable(f"direction[{k}]") for k in range(len(free))]
    pairs = zip(directions, gradients.rows[0], strict=True)
    slope = graph.add(SUM, tuple([graph.add(TIMES, pair) for pair in pairs]))
    shared = free + directions
    decay = setup.decay
    if arrays:
        from gradcalc.learning.vector_epochs import column_sums

        sums = column_sums(graph, slope, setup.arguments, shared, free, setup.fixed)
    else:
        nodes = setup.arguments + shared
        slopes = compile_gradient(graph, [slope], nodes, free, setup.fixed)

        def sums(rows: Sequence[Example], numbers: Sequence[float]) -> list[float]:
            found = [slopes(*row, *numbers)[1][0] for row in rows]
            return [0.0, *map(sum, zip(*found, strict=True))]

    def product(rows: Sequence[Example], direction: Sequence[float]) -> list[float]:
        _, *totals = sums(rows, [*parameters, *direction])
        return [
            total / len(rows) + decay * part
            for total, part in zip(totals, direction, strict=True)
        ]

    return product


def _largest(
    product: Product, batch: Sequence[Example], direction: Sequence[float]
) -> float:
    found = 0.0
    for _ in range(_MOST_STEPS):
        changed = product(batch, direction)
        norm = math.hypot(*changed)
        if not 0 < norm < math.inf or abs(norm - found) <= _CLOSE * norm:
            return norm
        found, direction = norm, _unit(changed)
    return found


def _unit(numbers: Sequence[float]) -> list[float]:
    norm = math.hypot(*numbers)
    return [number / norm for number in numbers]


def _rounded(rate: float) -> float:
    """The rate with one digit, not above it; 0 if there is hardly one."""
    if not 1e-290 < rate < math.inf:
        return 0.0
    digit, _, exponent = f"{rate:.15e}".partition("e")
    return float(f"{digit[0]}e{exponent}")
