"""Training: epochs of steps over shuffled rows, until there is a reason to stop."""

import math
from collections.abc import Callable, Sequence
from typing import TypeVar

from gradcalc.engine.notes import notes_on
from gradcalc.engine.passes import passes
from gradcalc.learning.epochs import (
    NotFiniteError,
    Recipe,
    Row,
    careful_epoch,
    epoch_function,
)
from gradcalc.learning.measures import loss_function, mean_loss
from gradcalc.learning.optimizers import initial_state
from gradcalc.learning.state import State

EPOCHS_USED_UP = "epochs used up"
PATIENCE = "no more improvement"
INTERRUPTED = "interrupted"
DIVERGED = "diverged"

Item = TypeVar("Item")

# Told after every epoch: its number and the mean loss of its steps.
Progress = Callable[[int, float], None]


class Training:
    """What a training came to.

    parameters  the values of the learned parameters, number by number
    losses      the mean loss of the steps of each epoch
    first       the mean loss over the rows before the first step
    last        the same with the parameters reported
    validation  the mean loss over the rows held back; None without any
    epochs      the epochs that were completed
    stopped     why it stopped
    reason      a sentence about that, where there is one
    """

    def __init__(self, state: State) -> None:
        self.state = state
        self.losses: list[float] = []
        self.first = math.nan
        self.last = math.nan
        self.validation: float | None = None
        self.stopped = EPOCHS_USED_UP
        self.reason: str | None = None

    @property
    def parameters(self) -> list[float]:
        return self.state.parameters

    @property
    def epochs(self) -> int:
        return len(self.losses)


def shuffle(rows: list[Item], random: Callable[[], float]) -> None:
    """Put the rows in an order drawn from `random` (Fisher and Yates's shuffle).

    Of Python's random numbers only these, uniform in [0, 1), are promised to be the
    same in every version; random.shuffle is not.
    """
    for last in range(len(rows) - 1, 0, -1):
        other = int(random() * (last + 1))
        rows[last], rows[other] = rows[other], rows[last]


def held_back(
    rows: list[Row], share: float, random: Callable[[], float]
) -> tuple[list[Row], list[Row]]:
    """The rows to learn from, in their order, and a share of them to validate with."""
    if not share:
        return rows, []
    count = min(max(1, round(share * len(rows))), len(rows) - 1)
    places = list(range(len(rows)))
    shuffle(places, random)
    chosen = set(places[:count])
    kept = [row for place, row in enumerate(rows) if place not in chosen]
    return kept, [rows[place] for place in sorted(chosen)]


def train(
    recipe: Recipe,
    rows: list[Row],
    start: Sequence[float],
    epochs: int,
    *,
    validation: Sequence[Row] = (),
    patience: int | None = None,
    random: Callable[[], float] | None = None,
    progress: Progress | None = None,
) -> Training:
    """The training of the recipe's parameters on the rows, from `start`.

    The rows are shuffled before each epoch with `random`, in place; without it their
    order stays. With `patience` it stops when the loss (of the validation rows, if
    there are any) has not become smaller for so many epochs, and comes back with the
    parameters of the best. Numbers that are not finite stop it with the last parameters
    that were. An interruption from the keyboard ends it and is not raised.
    """
    state = initial_state(recipe.optimizer, start)
    training = Training(state)
    loss_of = loss_function(recipe)
    training.first = mean_loss(loss_of, rows, start)
    run = epoch_function(recipe)
    before = best = state.copy()
    best_loss, waited = math.inf, 0
    try:
        for _ in range(epochs):
            if random is not None:
                shuffle(rows, random)
            before = state.copy()
            total = run(rows, state)
            if not (math.isfinite(total) and state.finite()):
                training.reason = _first_not_finite(recipe, rows, before)
                if training.reason is not None:
                    training.state = state = before
                    training.stopped = DIVERGED
                    break
            loss = total / len(rows)
            training.losses.append(loss)
            if progress is not None:
                progress(len(training.losses), loss)
            if patience is None:
                continue
            if validation:
                loss = mean_loss(loss_of, validation, state.parameters)
            if loss < best_loss:
                best, best_loss, waited = state.copy(), loss, 0
            else:
                waited += 1
                if waited >= patience:
                    training.stopped = PATIENCE
                    break
        if patience is not None and math.isfinite(best_loss):
            training.state = best
    except KeyboardInterrupt:
        training.stopped = INTERRUPTED
        if not state.finite():
            # The epoch under way had gone wrong already.
            training.state = before
    training.last = mean_loss(loss_of, rows, training.parameters)
    if validation:
        training.validation = mean_loss(loss_of, validation, training.parameters)
    return training


def _first_not_finite(recipe: Recipe, rows: Sequence[Row], state: State) -> str | None:
    """Why the epoch from this state on does not stay finite; None if it does.

    Takes the epoch's steps again, up to the one responsible, and leaves the state
    before that one. (A sum of losses may overflow when no step does.)
    """
    try:
        careful_epoch(recipe, check=True)(rows, state)
    except NotFiniteError as error:
        return _responsible(recipe, error, state)
    return None


def _responsible(recipe: Recipe, error: NotFiniteError, state: State) -> str:
    """The node responsible, in a sentence."""
    objective = recipe.objective
    graph = objective.graph
    given = {
        **recipe.fixed,
        **dict(zip(recipe.arguments, error.row, strict=True)),
        **dict(zip(recipe.free, state.parameters, strict=True)),
    }
    for note in notes_on(passes(graph, given, [objective.loss], recipe.free)):
        if note.kind == "nonfinite":
            return note.message
    return "the step itself leads beyond the largest double"
