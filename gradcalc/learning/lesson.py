"""A lesson: from a formula, rows of data and settings to a trained model."""

import random
from collections.abc import Mapping, Sequence
from typing import Any

from gradcalc.data.rows import Rows
from gradcalc.errors import DataError, ShapeError, UsageError
from gradcalc.language.parser import parse
from gradcalc.language.program import build
from gradcalc.learning.epochs import Recipe
from gradcalc.learning.examples import Examples, read_examples
from gradcalc.learning.measures import accuracy, agreement, dead_units
from gradcalc.learning.model import Model
from gradcalc.learning.objective import Objective, compose, loss_formula
from gradcalc.learning.optimizers import OPTIMIZERS, RATE
from gradcalc.learning.parameters import initial_values, leaves_of
from gradcalc.learning.roles import Roles, assign_roles
from gradcalc.learning.training import Progress, Training, held_back, train
from gradcalc.shapes import Shape, arrange, flatten, shape_of


class Settings:
    """How to train: what `gradcalc train` says of each of its options."""

    def __init__(
        self,
        *,
        rate: float = RATE,
        epochs: int = 100,
        batch: int | None = 1,
        optimizer: str = "sgd",
        constants: Mapping[str, float] | None = None,
        l2: float = 0.0,
        seed: int = 0,
        shuffled: bool = True,
        validate: float = 0.0,
        patience: int | None = None,
    ) -> None:
        self.rate = rate
        self.epochs = epochs
        self.batch = batch
        self.optimizer = optimizer
        self.constants = dict(constants or {})
        self.l2 = l2
        self.seed = seed
        self.shuffled = shuffled
        self.validate = validate
        self.patience = patience


class Outcome:
    """What a lesson came to.

    model     the formula with the parameters learned
    training  how that went
    fixed     the names of the parameters that were held
    accuracy  for classes: the share of right predictions, by "training", "validation"
    dead      the expressions of units that pass nothing back on any row
    rows      how many rows were learned from
    skipped   those that were left out
    """

    def __init__(
        self,
        model: Model,
        training: Training,
        fixed: Sequence[str],
        examples: Examples,
    ) -> None:
        self.model = model
        self.training = training
        self.fixed = list(fixed)
        self.accuracy: dict[str, float] | None = None
        self.dead: list[str] = []
        self.rows = 0
        self.skipped = examples.skipped


class Lesson:
    """A formula and rows, ready to train on.

    roles     its inputs and parameters
    examples  the numbers of the rows
    """

    def __init__(
        self,
        formula: str,
        rows: Rows,
        target: Sequence[str],
        *,
        started: Mapping[str, Any] | None = None,
        defaults: Mapping[str, Any] | None = None,
        fixed: Mapping[str, Any] | None = None,
        shapes: Mapping[str, Shape] | None = None,
        classes: Sequence[str] | None = None,
        skip_bad: bool = False,
        loss: str = "mse",
    ) -> None:
        """Reads the rows.

        `classes` says that the target names classes, as in `read_examples`; the rest is
        as in `assign_roles`. Raises GradcalcError for what does not fit together.
        """
        self.formula = formula
        self.target = list(target)
        self.loss = loss
        loss_formula(loss)
        rows.require(target)
        if classes is not None and len(target) > 1:
            raise UsageError("--classes takes one target column, not several")
        self.roles: Roles = assign_roles(
            formula,
            rows.columns,
            target,
            started=started or {},
            defaults=defaults or {},
            fixed=fixed or {},
            shapes=shapes or {},
        )
        result = self._result_shape()
        # What does not fit is said before a long file is read, where that is known.
        outputs = _outputs([rows.columns[name] for name in target])
        if classes is None:
            self.objective = self._compose(outputs)
        try:
            self.examples: Examples = read_examples(
                rows,
                list(self.roles.inputs),
                target,
                classes=classes,
                skip_bad=skip_bad,
            )
        except DataError as error:
            if classes is None and f", column {target[0]}: '" in error.message:
                error.hint = "if these are the names of classes, add --classes"
            raise
        names = self.examples.classes
        if names is not None:
            if len(names) < 2:
                raise DataError(f"{rows.name} has only one class, {names[0]}")
            if result in ((), (1,)) and len(names) == 2:
                # One number for two classes: 1 stands for the second.
                self.examples.rows = [
                    (*row[:-2], row[-1]) for row in self.examples.rows
                ]
                self.objective = self._compose(None)
            else:
                self.objective = self._compose(len(names))

    def _result_shape(self) -> Shape:
        try:
            return shape_of(
                build(self.formula, parse(self.formula), self.roles.shapes).result
            )
        except ShapeError as error:
            numbers = [
                name for name in self.roles.learned if not self.roles.parameters[name]
            ]
            if numbers:
                names = ", ".join(numbers[:4])
                error.hint = (
                    f"learned as numbers are {names}; --shape {numbers[0]}=4 makes a"
                    f" list, --shape {numbers[0]}=4x2 a matrix"
                )
            raise

    def _compose(self, outputs: int | None) -> Objective:
        return compose(self.formula, self.loss, self.roles.shapes, outputs)

    def train(self, settings: Settings, progress: Progress | None = None) -> Outcome:
        """The outcome of training with these settings. Shuffles the examples."""
        roles, objective, examples = self.roles, self.objective, self.examples
        generator = random.Random(settings.seed)
        start = initial_values(
            roles.parameters, {**roles.started, **roles.fixed}, generator.random
        )
        held = objective.leaves(list(roles.fixed))
        recipe = Recipe(
            objective,
            objective.leaves(list(roles.inputs)) + flatten(objective.target),
            objective.leaves(roles.learned),
            dict(zip(held, leaves_of(start, list(roles.fixed)), strict=True)),
            OPTIMIZERS[settings.optimizer],
            {"rate": settings.rate, **settings.constants},
            batch=settings.batch,
            decay=settings.l2,
        )
        if settings.validate and len(examples.rows) < 2:
            raise DataError("one row cannot be divided into training and validation")
        rows, validation = held_back(
            list(examples.rows), settings.validate, generator.random
        )
        training = train(
            recipe,
            rows,
            leaves_of(start, roles.learned),
            settings.epochs,
            validation=validation,
            patience=settings.patience,
            random=generator.random if settings.shuffled else None,
            progress=progress,
        )
        leaves = iter(training.parameters)
        learned = {
            name: arrange(leaves, roles.parameters[name]) for name in roles.learned
        }
        values = {**start, **learned}
        model = Model(
            self.formula,
            roles.inputs,
            self.target,
            examples.classes,
            values,
            self.loss,
        )
        outcome = Outcome(model, training, list(roles.fixed), examples)
        outcome.rows = len(rows)
        outcome.dead = dead_units(recipe, rows, training.parameters)
        agrees = agreement(
            self.loss,
            classes=examples.classes is not None,
            rows=rows,
            outputs=len(flatten(objective.prediction)),
        )
        if agrees is not None:
            outcome.accuracy = {
                name: accuracy(recipe, part, training.parameters, agrees)
                for name, part in (("training", rows), ("validation", validation))
                if part
            }
        return outcome


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
