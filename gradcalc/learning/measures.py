"""How well a model does on rows: mean loss, accuracy, and units that are dead."""

from collections.abc import Callable, Mapping, Sequence

from gradcalc.learning.epochs import Example, StepSetup
from gradcalc.learning.objective import Loss, loss_called
from gradcalc.shapes import flatten
from gradcalc.writers.node_text import expression

# (prediction, target), both as lists of numbers -> whether they agree.
Agreement = Callable[[Sequence[float], Sequence[float]], bool]


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
