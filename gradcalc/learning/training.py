"""Training: a formula and examples, epochs of steps, and the model that results."""

import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from gradcalc.data.rows import Rows, Skipped
from gradcalc.engine.notes import notes_on
from gradcalc.engine.passes import passes
from gradcalc.errors import DataError, ShapeError, UsageError
from gradcalc.language.names import read_program
from gradcalc.language.program import build
from gradcalc.learning.epochs import (
    Epoch,
    Example,
    NotFiniteError,
    StepSetup,
    careful_epoch,
    epoch_function,
)
from gradcalc.learning.examples import Examples, held_back, read_examples, shuffle
from gradcalc.learning.measures import accuracies, dead_units, mean_loss
from gradcalc.learning.model import Model
from gradcalc.learning.objective import Objective, check_loss, compose
from gradcalc.learning.optimizers import OPTIMIZERS, RATE, State, initial_state
from gradcalc.learning.roles import (
    ParameterOptions,
    Roles,
    assign_roles,
    initial_values,
)
from gradcalc.shapes import Shape, arrange, flatten, leaves_of, shape_of

EPOCHS_USED_UP = "epochs used up"
PATIENCE = "no more improvement"
INTERRUPTED = "interrupted"
DIVERGED = "diverged"

# Called after every epoch with its number and the mean loss of its steps.
Progress = Callable[[int, float], None]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How to train."""

    rate: float = RATE
    epochs: int = 100
    # Rows for each step; None for all.
    batch: int | None = 1
    optimizer: str = "sgd"
    # Those of the optimizer's constants that differ from its own.
    constants: Mapping[str, float] = field(default_factory=dict)
    l2: float = 0.0
    seed: int = 0
    # Whether each epoch takes the rows in another order.
    shuffle: bool = True
    # The share of the rows that is held back to measure the loss on; None for none.
    validate: float | None = None
    # Stop when the loss has not fallen for so many epochs; None for never.
    patience: int | None = None


@dataclass(frozen=True)
class Training:
    """How a training went."""

    # The values of the learned parameters, number by number.
    parameters: list[float]
    # The mean loss of the steps of each epoch that was completed.
    losses: list[float]
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


@dataclass(frozen=True, kw_only=True)
class TrainingResult:
    """A trained model, and what is to be said of it."""

    model: Model
    training: Training
    # The names of the parameters that were held.
    fixed: list[str]
    # How many rows were learned from.
    rows: int
    # Those that were left out.
    skipped: Skipped
    # The expressions of units that pass nothing back on any row.
    dead: list[str]
    # For classes: the share of right predictions, by "training", "validation".
    accuracy: dict[str, float] | None


@dataclass(frozen=True)
class TrainingTask:
    """A formula and examples, ready to train on."""

    formula: str
    target: list[str]
    loss: str
    roles: Roles
    examples: Examples
    objective: Objective

    def train(
        self, settings: Settings, progress: Progress | None = None
    ) -> TrainingResult:
        """The result of training with these settings."""
        roles, examples = self.roles, self.examples
        generator = random.Random(settings.seed)
        values = initial_values(
            roles.parameters, {**roles.started, **roles.fixed}, generator.random
        )
        setup = self._setup(settings, leaves_of(values, roles.fixed))
        if settings.validate and len(examples.rows) < 2:
            raise DataError("one row cannot be divided into training and validation")
        rows, validation = held_back(
            list(examples.rows), settings.validate, generator.random
        )
        training = train(
            setup,
            rows,
            leaves_of(values, roles.learned),
            settings.epochs,
            validation=validation,
            patience=settings.patience,
            random=generator.random if settings.shuffle else None,
            progress=progress,
        )
        leaves = iter(training.parameters)
        for name in roles.learned:
            values[name] = arrange(leaves, roles.parameters[name])
        return TrainingResult(
            model=Model(
                self.formula,
                roles.inputs,
                self.target,
                examples.classes,
                values,
                self.loss,
            ),
            training=training,
            fixed=list(roles.fixed),
            rows=len(rows),
            skipped=examples.skipped,
            dead=dead_units(setup, rows, training.parameters),
            accuracy=accuracies(
                setup,
                self.loss,
                {"training": rows, "validation": validation},
                training.parameters,
                classes=examples.classes is not None,
            ),
        )

    def _setup(self, settings: Settings, fixed: Sequence[float]) -> StepSetup:
        objective, roles = self.objective, self.roles
        variables = objective.graph.variables
        inputs = leaves_of(variables, roles.inputs)
        held = leaves_of(variables, roles.fixed)
        return StepSetup(
            objective,
            arguments=inputs + flatten(objective.target),
            free=leaves_of(variables, roles.learned),
            fixed=dict(zip(held, fixed, strict=True)),
            optimizer=OPTIMIZERS[settings.optimizer],
            constants={"rate": settings.rate, **settings.constants},
            batch=settings.batch,
            decay=settings.l2,
        )


def read_task(
    formula: str,
    rows: Rows,
    target: list[str],
    parameters: ParameterOptions,
    *,
    loss: str = "mse",
    classes: Sequence[str] | None = None,
    skip_bad: bool = False,
) -> TrainingTask:
    """The task of fitting the formula to the rows, which are read.

    `classes` says that the target names classes, as in `read_examples`; the loss is
    given by name or as a formula. Raises GradcalcError for what does not fit together.
    """
    check_loss(loss)
    rows.require(target)
    if classes is not None and len(target) > 1:
        raise UsageError("--classes takes one target column, not several")
    roles = assign_roles(formula, rows.columns, target, parameters)
    one_number = _result_shape(formula, roles) in ((), (1,))
    outputs = _outputs([rows.columns[name] for name in target])
    if classes is None:
        # What does not fit is said before a long file is read.
        objective = compose(formula, loss, roles.shapes, outputs)
    try:
        examples = read_examples(
            rows,
            list(roles.inputs),
            target,
            classes=classes,
            one_number=one_number,
            skip_bad=skip_bad,
        )
    except DataError as error:
        if classes is None and f", column {target[0]}: '" in error.message:
            hint = "if these are the names of classes, add --classes"
            raise error.but(hint=hint) from None
        raise
    if examples.classes is not None:
        count = len(examples.classes)
        outputs = None if one_number and count == 2 else count
        objective = compose(formula, loss, roles.shapes, outputs)
    return TrainingTask(formula, target, loss, roles, examples, objective)


def _result_shape(formula: str, roles: Roles) -> Shape:
    try:
        return shape_of(build(read_program(formula), roles.shapes).result)
    except ShapeError as error:
        numbers = [name for name in roles.learned if not roles.parameters[name]]
        if not numbers:
            raise
        first, names = numbers[0], ", ".join(numbers[:4])
        raise error.but(
            hint=f"learned as numbers are {names}; --shape {first}=4 makes a list,"
            f" --shape {first}=4x2 a matrix"
        ) from None


def _outputs(shapes: Sequence[Shape]) -> int | None:
    """The length of the target's list; None if the target is one number."""
    if len(shapes) == 1:
        (shape,) = shapes
        if len(shape) > 1:
            raise UsageError("a target that is a matrix cannot be learned")
        return shape[0] if shape else None
    if any(shapes):
        raise UsageError("several targets must each be a column of numbers")
    return len(shapes)


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
    loss_of = setup.forward([setup.objective.loss])
    first = mean_loss(loss_of, rows, start)
    state = initial_state(setup.optimizer, start)
    run, best = epoch_function(setup), _Best(state)
    losses: list[float] = []
    stopped, reason = EPOCHS_USED_UP, None
    try:
        for loss in islice(_epochs(setup, run, rows, state, random), epochs):
            losses.append(loss)
            if progress is not None:
                progress(len(losses), loss)
            if patience is not None:
                if validation:
                    loss = mean_loss(loss_of, validation, state.parameters)
                if best.waited(state, loss) >= patience:
                    stopped = PATIENCE
                    break
    except _DivergedError as error:
        stopped, reason = DIVERGED, str(error)
    except KeyboardInterrupt:
        stopped = INTERRUPTED
    if stopped != INTERRUPTED and math.isfinite(best.loss):
        state = best.state
    found = state.parameters
    return Training(
        found,
        losses,
        first,
        last=mean_loss(loss_of, rows, found),
        validation=mean_loss(loss_of, validation, found) if validation else None,
        stopped=stopped,
        reason=reason,
    )


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
