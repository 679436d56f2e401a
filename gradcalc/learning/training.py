"""Training: epochs of steps, the loss after each, and every reason to stop."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice

from gradcalc.engine.notes import notes_on
from gradcalc.engine.passes import passes
from gradcalc.learning.epochs import (
    Epoch,
    Example,
    NotFiniteError,
    StepSetup,
    careful_epoch,
    epoch_function,
)
from gradcalc.learning.examples import shuffle
from gradcalc.learning.measures import mean_loss
from gradcalc.learning.optimizers import State, initial_state
from gradcalc.learning.traces import Trace

EPOCHS_USED_UP = "epochs used up"
PATIENCE = "no more improvement"
INTERRUPTED = "interrupted"
DIVERGED = "diverged"

# From so many rows in one step on, arrays are faster, and worth NumPy's start.
FEWEST_OF_ARRAYS = 50_000

# The most epochs whose parameters are kept, the most numbers, and the part that is for
# the first epochs, where most happens.
_LONGEST_TRACE, _MOST_NUMBERS, _EARLY = 2_000, 400_000, 1 / 8

# A loss that is so many times that of the start has not been made smaller.
_GROWN = 10

# Called after every epoch with its number, the mean loss of its steps and, if there are
# rows that are held back, the mean loss over these.
Progress = Callable[..., None]


@dataclass(frozen=True, slots=True)
class EpochPoint:
    """The parameters after a number of epochs."""

    step: int
    parameters: list[float]
    # The mean loss of the steps of that epoch; before the first, over the rows.
    loss: float
    # The mean loss over the rows held back; None without any.
    validation: float | None = None

    @property
    def judged(self) -> float:
        """The loss that says how good they are."""
        return self.loss if self.validation is None else self.validation


@dataclass(frozen=True)
class Training:
    """How a training went."""

    # The values of the learned parameters, number by number.
    parameters: list[float]
    # The mean loss of the steps of each epoch that was completed.
    losses: list[float]
    # After each of them, the mean loss over the rows held back; empty without any.
    validations: list[float]
    # The start, the last of them, the one of the smallest loss, and every so many.
    trace: list[EpochPoint]
    # The mean loss over the rows before the first step.
    first: float
    # The same with the parameters found.
    last: float
    # The mean loss over the rows held back; None without any.
    validation: float | None
    # Why it stopped, and a sentence about that where there is one.
    stopped: str
    reason: str | None

    @property
    def epochs(self) -> int:
        """How many were completed."""
        return len(self.losses)

    @property
    def grew(self) -> bool:
        """Whether it came to its end with a loss far above that of the start."""
        return (
            self.stopped != INTERRUPTED
            and math.isfinite(self.first)
            and not self.last <= _GROWN * abs(self.first)
        )


def train(
    setup: StepSetup,
    rows: list[Example],
    start: Sequence[float],
    epochs: int,
    *,
    validation: Sequence[Example] = (),
    patience: int | None = None,
    random: Callable[[], float] | None = None,
    progress: Progress | None = None,
) -> Training:
    """The training of the setup's parameters on the rows, from `start`.

    The rows are shuffled before each epoch with `random`, in place; without it their
    order stays. With `patience` it stops when the loss (of the validation rows, if
    there are any) has not become smaller for so many epochs, and comes back with the
    parameters of the best. Numbers that are not finite stop it with the last parameters
    that were. An interruption from the keyboard ends it and is not raised.
    """
    loss_of = mean_loss_function(setup, max(len(rows), len(validation)))
    first = loss_of(rows, start)
    state = initial_state(setup.optimizer, start)
    run, best = _epoch_function(setup, len(rows)), _Best(state)
    held = loss_of(validation, start) if validation else None
    kept = _Kept(EpochPoint(0, list(start), first, held))
    losses, validations = list[float](), list[float]()
    news = [first] if held is None else [first, held]
    stopped, reason = EPOCHS_USED_UP, None
    try:
        for loss in islice(_epochs(setup, run, rows, state, random), epochs):
            losses.append(loss)
            news = [loss]
            if validation:
                validations.append(loss_of(validation, state.parameters))
                news += validations[-1:]
            kept.look_at(len(losses), state.parameters, *news)
            if progress is not None:
                progress(len(losses), *news)
            if patience is not None and best.waited(state, news[-1]) >= patience:
                stopped = PATIENCE
                break
    except _DivergedError as error:
        stopped, reason = DIVERGED, str(error)
    except KeyboardInterrupt:
        stopped = INTERRUPTED
    trace = kept.ending_with(EpochPoint(len(losses), state.parameters[:], *news))
    if stopped != INTERRUPTED and math.isfinite(best.loss):
        state = best.state
    found = state.parameters
    return Training(
        found,
        losses,
        validations,
        trace,
        first,
        last=loss_of(rows, found),
        validation=loss_of(validation, found) if validation else None,
        stopped=stopped,
        reason=reason,
    )


def _epoch_function(setup: StepSetup, rows: int) -> Epoch:
    """The fastest epoch for the setup and so many rows."""
    if pays_to_use_arrays(rows) and rows <= (setup.batch or rows):
        # Imported here, as below: most tables are small, and NumPy is an extra.
        from gradcalc.learning.vector_epochs import vector_epoch

        return vector_epoch(setup)
    return epoch_function(setup)


def mean_loss_function(
    setup: StepSetup, rows: int
) -> Callable[[Sequence[Example], Sequence[float]], float]:
    """A function of rows, at most so many, and parameters: the mean loss over them."""
    if pays_to_use_arrays(rows):
        from gradcalc.learning.vector_epochs import vector_mean_loss

        return vector_mean_loss(setup)
    return partial(mean_loss, setup.forward([setup.objective.loss]))


def pays_to_use_arrays(rows: int) -> bool:
    """Whether so many rows at once are computed faster over arrays, and can be."""
    if rows < FEWEST_OF_ARRAYS:
        return False
    from gradcalc.engine.vectorized import numpy_is_installed

    return numpy_is_installed()


class _Kept:
    """The epochs whose parameters are kept."""

    def __init__(self, start: EpochPoint) -> None:
        numbers = _MOST_NUMBERS // max(1, len(start.parameters))
        longest = max(2, min(_LONGEST_TRACE, numbers))
        self._trace = Trace(start, longest, early=int(_EARLY * longest))
        self._least = start.judged
        # What the best point is made of: there may be a better one in every epoch, and
        # making a point takes as long as a short epoch.
        self._best = start.step, start.parameters, start.loss, start.validation

    def look_at(
        self,
        step: int,
        parameters: list[float],
        loss: float,
        validation: float | None = None,
    ) -> None:
        """Keep the parameters after so many epochs if they are wanted."""
        judged = loss if validation is None else validation
        if not self._least <= judged:
            self._least = judged
            self._best = step, parameters[:], loss, validation
        if self._trace.takes(step):
            self._trace.add(EpochPoint(step, parameters[:], loss, validation))

    def ending_with(self, last: EpochPoint) -> list[EpochPoint]:
        """The points that were kept, the last and the best among them."""
        points = {each.step: each for each in self._trace.ending_with(last)}
        best = EpochPoint(*self._best)
        points[best.step] = best
        return [points[step] for step in sorted(points)]


class _Best:
    """The state with the smallest loss so far."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.loss = math.inf
        self._since = 0

    def waited(self, state: State, loss: float) -> int:
        """How many epochs ago the loss was smallest; this one has the given loss."""
        self._since += 1
        if loss < self.loss:
            self.state, self.loss, self._since = state.copy(), loss, 0
        return self._since


class _DivergedError(Exception):
    """An epoch led to numbers that are not finite, for the reason in its message."""


def _epochs(
    setup: StepSetup,
    run: Epoch,
    rows: list[Example],
    state: State,
    random: Callable[[], float] | None,
) -> Iterator[float]:
    """The mean loss of the steps of each epoch; the epochs move the state.

    An epoch that goes wrong, or is interrupted after it went wrong, leaves the last
    parameters that were finite.
    """
    while True:
        if random is not None:
            shuffle(rows, random)
        before = state.copy()
        try:
            total = run(rows, state)
            if not (math.isfinite(total) and state.finite()):
                reason = _first_not_finite(setup, rows, before)
                if reason is not None:
                    state.parameters[:] = before.parameters
                    raise _DivergedError(reason)
        except KeyboardInterrupt:
            if not state.finite():
                state.parameters[:] = before.parameters
            raise
        yield total / len(rows)


def _first_not_finite(
    setup: StepSetup, rows: Sequence[Example], state: State
) -> str | None:
    """Why the epoch from this state on does not stay finite; None if it does.

    Takes the epoch's steps again, up to the one responsible, and leaves the state
    before that one. (A sum of losses may overflow when no step does.)
    """
    try:
        careful_epoch(setup, check=True)(rows, state)
    except NotFiniteError as error:
        numbers = [*error.row, *state.parameters]
    else:
        return None
    nodes = setup.arguments + setup.free
    given = {**setup.fixed, **dict(zip(nodes, numbers, strict=True))}
    objective = setup.objective
    notes = notes_on(passes(objective.graph, given, [objective.loss], setup.free))
    return next(
        (note.message for note in notes if note.kind == "nonfinite"),
        "the step itself leads beyond the largest double",
    )
