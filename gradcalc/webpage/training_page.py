"""The page of a training: its loss and its parameters, epoch by epoch."""

from collections.abc import Callable, Sequence
from typing import Any

from gradcalc.learning.training import (
    DIVERGED,
    EPOCHS_USED_UP,
    PATIENCE,
    EpochPoint,
)
from gradcalc.learning.training_tasks import TrainingResult
from gradcalc.reports.learning_pages import (
    divergence,
    growth,
    training_facts,
    training_notes,
)
from gradcalc.reports.numbers import format_number
from gradcalc.shapes import arrange, element_names
from gradcalc.webpage.drawn_ways import (
    DIGITS,
    GRADIENT,
    Account,
    Stop,
    Way,
    best_of,
    chosen,
    loss_chart,
    optimizer_text,
    way_page,
)
from gradcalc.webpage.landscapes import Path, landscape
from gradcalc.wording import counted, cut_end

_FORMULA_DIGITS = 4
_TONES = {EPOCHS_USED_UP: "good", PATIENCE: "good", DIVERGED: "bad"}
_LONGEST_FORMULA = 2_000
# Gradients are left out where those of all epochs that are shown take longer than so
# many nodes.
_MOST_WORK = 100_000_000


def training_page(
    result: TrainingResult, title: str | None = None, precision: int | None = None
) -> str:
    """The page of the training, one file.

    It is called as the formula if there is no title. `precision` is how many digits
    numbers are shown with.
    """
    training, model = result.training, result.model
    points = training.trace
    shapes = result.learned
    names = [
        element
        for name, shape in shapes.items()
        for element in element_names(name, shape)
    ]
    steps, places = [p.step for p in points], [p.parameters for p in points]
    best = best_of([point.judged for point in points])
    stops = [points[k] for k in chosen(steps, len(names), best)]
    slopes = _slopes(result, stops)
    path = Path(
        names=names,
        places=places,
        heights=[point.loss for point in points],
        up=False,
        diverged=training.stopped == DIVERGED or training.grew,
    )
    mean = result.mean_loss
    losses: dict[str, list[float | None]] = {
        "training": [training.first, *training.losses]
    }
    if training.validations:
        losses["validation"] = [points[0].validation, *training.validations]
    epochs = range(training.epochs + 1)
    way = Way(
        measure="loss",
        unit="epoch",
        steps=steps,
        last=training.epochs,
        best=best,
        stops=[
            _stop(result, point, slope)
            for point, slope in zip(stops, slopes, strict=True)
        ],
        fixed={name: model.parameters[name] for name in result.fixed},
        loss=loss_chart(epochs, losses),
        path=path,
        landscape=landscape(mean.value, path, mean.work),
        height=_height(result),
        digits=precision,
    )
    return way_page(_account(result, title, precision or DIGITS), way)


def _slopes(
    result: TrainingResult, points: Sequence[EpochPoint]
) -> list[tuple[float, list[float]] | None]:
    """The loss over all rows and its gradient at each of the points, or None."""
    mean = result.mean_loss
    if GRADIENT * mean.work * len(points) > _MOST_WORK:
        return [None] * len(points)
    return [mean.slopes(point.parameters) for point in points]


def _height(result: TrainingResult) -> Callable[[int], float]:
    """The height of a point of the trace on a curve of the loss over all rows."""
    points = result.training.trace
    if len(points[0].parameters) > 1:
        # Over a map it stands nowhere.
        return lambda place: points[place].loss
    return lambda place: result.mean_loss.value(points[place].parameters)


def _stop(
    result: TrainingResult,
    point: EpochPoint,
    slopes: tuple[float, list[float]] | None,
) -> Stop:
    def named(numbers: Sequence[float]) -> dict[str, Any]:
        leaves = iter(numbers)
        return {name: arrange(leaves, shape) for name, shape in result.learned.items()}

    more: dict[str, float | None] = {}
    if result.training.validations:
        more["validation loss"] = point.validation
    if slopes is not None:
        more["loss over all rows"] = slopes[0]
    return Stop(
        step=point.step,
        value=point.loss,
        variables=named(point.parameters),
        gradient=named(slopes[1]) if slopes else None,
        more=more,
    )


def _account(result: TrainingResult, title: str | None, digits: int) -> Account:
    training, settings = result.training, result.settings
    facts = training_facts(result, digits)
    ending = facts.pop("stopped")
    notes = list(training_notes(result))
    if training.stopped == DIVERGED:
        ending = divergence(training)
    elif training.grew:
        notes.insert(0, growth(training))
    if result.steady is not None:
        notes.insert(0, f"--rate {format_number(result.steady.rate)} is steadier")
    formula = result.model.formula(_FORMULA_DIGITS).replace("\n", "; ")
    facts["formula"] = cut_end(formula, _LONGEST_FORMULA)
    facts["optimizer"] = optimizer_text(
        settings.optimizer, settings.rate, settings.constants
    )
    facts["batch"] = counted(settings.batch, "row") if settings.batch else "all rows"
    facts["loss function"] = result.model.loss
    return Account(
        command="train",
        formula=result.formula,
        title=title,
        ending=ending,
        tone=_TONES.get(training.stopped, ""),
        facts=facts,
        notes=notes,
    )
