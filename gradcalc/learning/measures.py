"""How well a model does on rows: mean loss, accuracy, and what no longer learns."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from gradcalc.engine.compiled import Gradient, compile_gradient, walked_gradient
from gradcalc.engine.notes import is_outside, probabilities
from gradcalc.language.library import OF_PROBABILITIES
from gradcalc.learning.epochs import Example, StepSetup
from gradcalc.learning.objective import Loss, loss_called
from gradcalc.shapes import flatten
from gradcalc.writers.node_text import expression

# (prediction, target), both as lists of numbers -> whether they agree.
Agreement = Callable[[Sequence[float], Sequence[float]], bool]

# A parameter that moves the prediction by less than this share does not learn.
_LEAST_SLOPE = 1e-9
# Rows that are walked before it is worth while to compile.
_WALKED = 4


def mean_loss(
    function: Callable[..., tuple[float, ...]],
    rows: Sequence[Example],
    parameters: Sequence[float],
) -> float:
    """The mean of the loss over the rows, without what l2 adds.

    `function` is compiled from the loss: `setup.forward([setup.objective.loss])`.
    """
    total = 0.0
    for row in rows:
        total += function(*row, *parameters)[0]
    return total / len(rows)


def accuracies(
    setup: StepSetup,
    loss: str,
    parts: Mapping[str, Sequence[Example]],
    parameters: Sequence[float],
    *,
    classes: bool,
) -> dict[str, float] | None:
    """The share of right predictions in each part of the rows that is not empty.

    None if the predictions are not about classes. They are if the data names `classes`,
    or if the loss is one of two or more classes and every target is 0 or 1. A single
    number stands for the second class if it is more than a half, or more than 0 for a
    logit; of a list the largest counts.
    """
    outputs = flatten(setup.objective.prediction)
    agrees = _agreement(loss_called(loss), parts["training"], len(outputs), classes)
    if agrees is None:
        return None
    function = setup.forward(outputs)
    return {
        name: sum(
            agrees(function(*row, *parameters), row[-len(outputs) :]) for row in rows
        )
        / len(rows)
        for name, rows in parts.items()
        if rows
    }


def _agreement(
    kind: Loss, rows: Sequence[Example], outputs: int, classes: bool
) -> Agreement | None:
    """How to tell whether a prediction is right; None if it is not about classes."""
    if not classes and (
        not kind.classes
        or any(number not in (0.0, 1.0) for row in rows for number in row[-outputs:])
    ):
        return None
    if outputs > 1 and (classes or kind.single):
        return lambda prediction, target: largest(prediction) == largest(target)
    return lambda prediction, target: all(
        (number > kind.threshold) == (wanted > 0.5)
        for number, wanted in zip(prediction, target, strict=True)
    )


def largest(numbers: Sequence[float]) -> int:
    """The place of the largest number, the first of equal ones."""
    return max(range(len(numbers)), key=lambda place: numbers[place])


def dead_units(
    setup: StepSetup, rows: Sequence[Example], parameters: Sequence[float]
) -> list[str]:
    """The expressions of units such as relu that pass nothing back on any row.

    Their parameters have the gradient 0 everywhere: they no longer learn.
    """
    graph = setup.objective.graph
    active = graph.dependents(setup.free)
    needed = graph.ancestors([setup.objective.loss])
    units = [
        node
        for node, operation in enumerate(graph.operations)
        if operation.selected is not None
        and len(graph.inputs[node]) == 1
        and active[node]
        and needed[node]
    ]
    function = setup.forward(units)
    dead = list(enumerate(units))
    for row in rows:
        if not dead:
            break
        values = function(*row, *parameters)
        dead = [(place, unit) for place, unit in dead if values[place] == 0]
    return [expression(graph, unit) for _, unit in dead]


def flat_parameters(
    setup: StepSetup,
    rows: Sequence[Example],
    parameters: Sequence[float],
    elsewhere: Sequence[float],
) -> list[int]:
    """The places of parameters that have no gradient on any row, and could have one.

    A gradient is none below a billionth of the prediction's, for a change by 1 or by
    the parameter's own size: weights that fell to nothing together, or that stand
    before units saturated on every row. With the parameters `elsewhere` they have one.
    """
    free = len(setup.free)
    arguments = (
        setup.objective.graph,
        [setup.objective.loss],
        setup.arguments + setup.free,
        [*setup.free, *flatten(setup.objective.prediction)],
        setup.fixed,
    )
    walked = walked_gradient(*arguments)

    @cache
    def compiled() -> Gradient:
        return compile_gradient(*arguments)

    def without_gradient(parameters: Sequence[float]) -> list[int]:
        """The places of those without one; none if no row asks for a finite change."""
        places, largest = list(range(free)), 0.0
        for number, row in enumerate(rows):
            # Most often the first row shows that every parameter has a gradient.
            function = walked if number < _WALKED else compiled()
            _, (gradient,) = function(*row, *parameters)
            asked = max(map(abs, gradient[free:]))
            places = [
                place
                for place in places
                if abs(gradient[place]) * max(1.0, abs(parameters[place]))
                <= _LEAST_SLOPE * asked
            ]
            largest = max(largest, asked)
            if not places or not math.isfinite(asked):
                return []
        return places if largest > 0 else []

    flat = without_gradient(parameters)
    hopeless = set(without_gradient(elsewhere) if flat else ())
    return [place for place in flat if place not in hopeless]


@dataclass(frozen=True, slots=True)
class Outside:
    """Predictions that a loss takes for probabilities though they are none."""

    # On how many rows.
    rows: int
    # The function that takes them, and the one of any numbers in its place.
    function: str
    instead: str


def outside_probabilities(
    setup: StepSetup, rows: Sequence[Example], parameters: Sequence[float]
) -> Outside | None:
    """What is said of numbers outside 0 to 1, if a function takes them for others."""
    graph = setup.objective.graph
    taken = probabilities(graph)
    if not taken:
        return None
    values_of = setup.forward(list(taken))
    first, count = None, 0
    for row in rows:
        values = zip(taken.values(), values_of(*row, *parameters), strict=True)
        taker = next((taker for taker, value in values if is_outside(value)), None)
        count += taker is not None
        first = taker if first is None else first
    if first is None:
        return None
    function = graph.library_function(first) or ""
    return Outside(count, function, OF_PROBABILITIES[function][1])
