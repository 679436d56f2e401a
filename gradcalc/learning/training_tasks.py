"""What to train: a formula, examples and settings; and the model that results."""

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gradcalc.data.rows import Rows, Skipped
from gradcalc.errors import DataError, ShapeError, UsageError
from gradcalc.language.names import read_program
from gradcalc.language.program import build
from gradcalc.learning.epochs import Example, StepSetup
from gradcalc.learning.examples import Examples, held_back, read_examples
from gradcalc.learning.mean_losses import MeanLoss
from gradcalc.learning.measures import (
    Outside,
    accuracies,
    dead_units,
    flat_parameters,
    outside_probabilities,
)
from gradcalc.learning.model import Model
from gradcalc.learning.objective import Objective, check_loss, compose
from gradcalc.learning.optimizers import RATE, UPDATE_RULES
from gradcalc.learning.roles import (
    ParameterOptions,
    Roles,
    assign_roles,
    initial_values,
)
from gradcalc.learning.scaling import Scale, scaled_text, scales_of
from gradcalc.learning.training import DIVERGED, Progress, Training, train
from gradcalc.shapes import Shape, arrange, element_names, flatten, leaves_of, shape_of

# Predictions are the same if they differ by so little on the first rows.
_ROUNDING, _COMPARED = 1e-12, 1_000

if TYPE_CHECKING:
    from gradcalc.learning.steady_rates import SteadyRate


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
    # Whether it learns from inputs minus their mean, over their standard deviation.
    scale: bool = False
    # Stop when the loss has not fallen for so many epochs; None for never.
    patience: int | None = None


@dataclass(frozen=True, kw_only=True)
class TrainingResult:
    """A trained model, and how its training went."""

    model: Model
    training: Training
    # The shape of each learned parameter, and the loss over the rows learned from as a
    # function of their numbers.
    learned: dict[str, Shape]
    mean_loss: MeanLoss
    # Of one that diverged or came to a larger loss, a rate that does not, or None.
    steady: "SteadyRate | None"
    # The formula that was given, and the scales of inputs. The model takes these as
    # they are: it has the scaling in its parameters or in its formula.
    formula: str
    scales: dict[str, Scale]
    # What it was asked for: how to train, and the values that parameters started from.
    settings: Settings
    started: dict[str, Any]
    # The names of the parameters that were held, and of those among them that were held
    # at the value that the formula carries.
    fixed: list[str]
    carried: list[str]
    # How many rows were learned from.
    rows: int
    # How many were held back.
    validation_rows: int
    # Those that were left out.
    skipped: Skipped
    # The expressions of units that pass nothing back on any row.
    dead: list[str]
    # The names of parameters that have no gradient on any row, but could have one.
    flat: list[str]
    # Numbers that are no probabilities though the loss takes them for some, or None.
    outside: Outside | None
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
    # The length of the target's list; None if it is a number.
    outputs: int | None

    def train(
        self, settings: Settings, progress: Progress | None = None
    ) -> TrainingResult:
        """The result of training with these settings."""
        roles, examples = self.roles, self.examples
        generator = random.Random(settings.seed)
        values = initial_values(
            roles.parameters, {**roles.started, **roles.fixed}, generator.random
        )
        if settings.validate and len(examples.rows) < 2:
            raise DataError("one row cannot be divided into training and validation")
        rows, validation = held_back(
            list(examples.rows), settings.validate, generator.random
        )
        scales = scales_of(rows, roles.inputs) if settings.scale else {}
        setup = self._setup(settings, leaves_of(values, roles.fixed), scales)
        start, order, state = leaves_of(values, roles.learned), [*rows], None
        if settings.shuffle:
            state = generator.getstate()
        training = train(
            setup,
            rows,
            start,
            settings.epochs,
            validation=validation,
            patience=settings.patience,
            random=generator.random if settings.shuffle else None,
            progress=progress,
        )
        leaves = iter(training.parameters)
        for name in roles.learned:
            values[name] = arrange(leaves, roles.parameters[name])
        found = training.parameters
        dead = dead_units(setup, rows, found)
        outside = outside_probabilities(setup, rows, found)
        flat = list[str]()
        # Beside these, a parameter without a gradient is no news.
        if training.epochs and not (dead or outside):
            flat = self._flat(setup, rows, found, generator)
        return TrainingResult(
            steady=self._steady(setup, order, start, training, settings, state),
            model=self._model(values, scales, rows),
            formula=self.formula,
            scales=scales,
            training=training,
            learned={name: roles.parameters[name] for name in roles.learned},
            mean_loss=MeanLoss(setup, rows),
            settings=settings,
            started=roles.started,
            fixed=list(roles.fixed),
            carried=roles.carried,
            rows=len(rows),
            validation_rows=len(validation),
            skipped=examples.skipped,
            dead=dead,
            flat=flat,
            outside=outside,
            accuracy=accuracies(
                setup,
                self.loss,
                {"training": rows, "validation": validation},
                found,
                classes=examples.classes is not None,
            ),
        )

    def _scaled(self, scales: Mapping[str, Scale]) -> str:
        """The formula with the scaling of these inputs in it."""
        return scaled_text(self.formula, scales, self.roles.shapes)

    def _model(
        self,
        values: dict[str, Any],
        scales: Mapping[str, Scale],
        rows: Sequence[Example],
    ) -> Model:
        """The model of inputs as they are: their scaling is in it.

        It is in the parameters where the predictions for the rows stay the same.
        """

        def model(text: str, parameters: dict[str, Any]) -> Model:
            roles, classes = self.roles, self.examples.classes
            return Model(
                text, roles.inputs, self.target, classes, parameters, self.loss
            )

        whole = model(self._scaled(scales), values)
        if not scales:
            return whole
        # Imported here, as below: few trainings scale.
        from gradcalc.learning.folding import folded

        plain = model(self.formula, values)
        parameters, names = folded(plain, scales, self.roles.learned)
        left = {name: each for name, each in scales.items() if name not in names}
        found = model(self._scaled(left), parameters)
        return found if names and _agree(found, whole, rows) else whole

    def _steady(
        self,
        setup: StepSetup,
        rows: Sequence[Example],
        start: Sequence[float],
        training: Training,
        settings: Settings,
        state: Any,
    ) -> "SteadyRate | None":
        """A rate that does not diverge, if one is needed; `state` is as before it."""
        # What l2 adds is no part of the loss, which may grow for it.
        grew = training.grew and not settings.l2
        diverged = training.stopped == DIVERGED
        if not (diverged or grew) or not math.isfinite(training.first):
            return None
        # Imported here: most trainings need none.
        from gradcalc.learning.steady_rates import steady_rate

        def shuffling() -> Callable[[], float]:
            generator = random.Random()
            generator.setstate(state)
            return generator.random

        again = None if state is None else shuffling
        return steady_rate(setup, rows, start, settings.epochs, again)

    def _flat(
        self,
        setup: StepSetup,
        rows: Sequence[Example],
        found: Sequence[float],
        generator: random.Random,
    ) -> list[str]:
        """The names of parameters without a gradient, else of elements of them."""
        roles = self.roles
        elsewhere = initial_values(roles.parameters, roles.fixed, generator.random)
        places = set(
            flat_parameters(setup, rows, found, leaves_of(elsewhere, roles.learned))
        )
        names, start = list[str](), 0
        for name in roles.learned:
            elements = element_names(name, roles.parameters[name])
            flat = [element for k, element in enumerate(elements, start) if k in places]
            names += [name] if len(flat) == len(elements) else flat
            start += len(elements)
        return names

    def _setup(
        self, settings: Settings, fixed: Sequence[float], scales: Mapping[str, Scale]
    ) -> StepSetup:
        objective, roles = self.objective, self.roles
        if scales:
            text = self._scaled(scales)
            objective = compose(
                text, self.loss, roles.shapes, self.outputs, roles.fixed
            )
        variables = objective.graph.variables
        inputs = leaves_of(variables, roles.inputs)
        held = leaves_of(variables, roles.fixed)
        return StepSetup(
            objective,
            arguments=inputs + flatten(objective.target),
            free=leaves_of(variables, roles.learned),
            fixed=dict(zip(held, fixed, strict=True)),
            optimizer=UPDATE_RULES[settings.optimizer],
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
    rows.require(list(roles.inputs))
    one_number = result_shape(formula, roles) in ((), (1,))
    outputs = count_of_outputs([rows.columns[name] for name in target])
    if classes is None:
        # Report what does not fit before a long file is read.
        objective = compose(formula, loss, roles.shapes, outputs, roles.fixed)
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
        objective = compose(formula, loss, roles.shapes, outputs, roles.fixed)
    return TrainingTask(formula, target, loss, roles, examples, objective, outputs)


def _agree(one: Model, other: Model, rows: Sequence[Example]) -> bool:
    """Whether two models predict the same on rows, but for rounding."""
    from gradcalc.learning.prediction import predictor

    predict, expected = predictor(one), predictor(other)
    count = sum(map(math.prod, one.inputs.values()))
    pairs = [
        (flatten(predict(row[:count]).score), flatten(expected(row[:count]).score))
        for row in rows[:_COMPARED]
    ]
    largest = max(abs(number) for _, wanted in pairs for number in wanted)
    return all(
        math.isclose(a, b, rel_tol=_ROUNDING, abs_tol=_ROUNDING * largest)
        for found, wanted in pairs
        for a, b in zip(found, wanted, strict=True)
    )


def result_shape(formula: str, roles: Roles) -> Shape:
    try:
        program = build(read_program(formula), roles.shapes, values=roles.fixed)
        return shape_of(program.result)
    except ShapeError as error:
        numbers = [name for name in roles.learned if not roles.parameters[name]]
        if not numbers:
            raise
        first, names = numbers[0], ", ".join(numbers[:4])
        raise error.but(
            hint=f"learned as numbers are {names}; --shape {first}=4 makes a list,"
            f" --shape {first}=4x2 a matrix"
        ) from None


def count_of_outputs(shapes: Sequence[Shape]) -> int | None:
    """The length of the target's list; None if the target is one number."""
    if len(shapes) == 1:
        (shape,) = shapes
        if len(shape) > 1:
            raise UsageError("a target that is a matrix cannot be learned")
        return shape[0] if shape else None
    if any(shapes):
        raise UsageError("several targets must each be a column of numbers")
    return len(shapes)
