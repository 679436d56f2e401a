"""What to fit: a formula, rows of data and settings; and the fit that results."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gradcalc.data.rows import Skipped
from gradcalc.engine.evaluation import evaluate
from gradcalc.errors import BindingError, DataError, UsageError, extra_module
from gradcalc.fitting.estimates import Estimates, estimates
from gradcalc.fitting.exact_residuals import exact_residuals
from gradcalc.fitting.fits import Fit
from gradcalc.fitting.observations import (
    Measured,
    Table,
    measured,
    observe,
)
from gradcalc.fitting.residuals import Residuals, largest
from gradcalc.fitting.robust import ROBUST
from gradcalc.fitting.search import Asked, Found, NotFiniteError, search
from gradcalc.language.names import read_program
from gradcalc.language.program import build
from gradcalc.learning.objective import check_prediction
from gradcalc.learning.roles import (
    ParameterOptions,
    Roles,
    assign_roles,
    initial_values,
)
from gradcalc.learning.training_tasks import count_of_outputs, result_shape
from gradcalc.operations import CONSTANT_NAMES, CONSTANTS
from gradcalc.shapes import (
    arrange,
    element_names,
    flatten,
    leaves_of,
)
from gradcalc.wording import counted, did_you_mean, listing, plural

# The square of a residual that is rounding, beside a target of the size 1.
_ROUNDING = 1e-29


@dataclass(frozen=True, kw_only=True)
class FitSettings:
    """How to fit."""

    # What is asked of some parameters: values to start from, or to be held at; shapes.
    parameters: ParameterOptions = field(default_factory=ParameterOptions)
    # The least and largest value of some parameters, or of their elements "v[0]".
    bounds: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    # The column with the standard uncertainty of the target, or a formula of columns;
    # of a target of several columns as many, or one for all. Empty for none.
    sigma: Sequence[str] = ()
    # How many more starts are drawn at random.
    starts: int = 0
    seed: int = 0
    # The loss that large residuals count less in, one of ROBUST.
    robust: str | None = None


@dataclass(frozen=True)
class FitTask:
    """A formula and observations, ready to be fitted."""

    formula: str
    target: list[str]
    roles: Roles
    residuals: Residuals
    settings: FitSettings
    # Of each number that is fitted: its name, and the least and largest value.
    names: list[str]
    bounds: list[tuple[float, float]]
    skipped: Skipped

    def fit(self) -> Fit:
        """The least squares. Raises DataError where the model is never finite."""
        roles, settings = self.roles, self.settings
        given = initial_values(roles.parameters, roles.started, lambda: 1.0)
        start: list[float | None] = []
        for name in roles.learned:
            known = name in roles.started
            start += [each if known else None for each in flatten(given[name])]
        asked = Asked(
            start, self.bounds, settings.robust, settings.starts, settings.seed
        )
        try:
            found = search(self.residuals, asked)
        except NotFiniteError as error:
            raise self._not_finite(error.values) from None
        return self._result(found)

    def _result(self, found: Found) -> Fit:
        roles, settings, residuals = self.roles, self.settings, self.residuals
        observations = residuals.observations
        freedom = residuals.rows - residuals.count
        values, differences, square, jacobian = exact_residuals(
            residuals, found.values, found.linear_at
        )
        chi_square = _times_square(square, residuals.unit)
        if found.variance is not None:
            deviation = math.sqrt(found.variance)
        elif settings.sigma:
            deviation = 1 / residuals.unit
        else:
            # The scatter tells it.
            deviation = math.sqrt(square / freedom) if freedom else math.inf
        known = estimates(jacobian, deviation)
        return Fit(
            formula=self.formula,
            target=self.target,
            inputs=roles.inputs,
            parameters={**self._shaped(values), **roles.fixed},
            sigma=self._shaped(known.errors),
            names=self.names,
            covariance=known.covariance,
            fixed=list(roles.fixed),
            carried=roles.carried,
            replaced=roles.replaced,
            start=self._shaped(found.start),
            started=[name for name in roles.learned if name in roles.started],
            rows=observations.rows,
            skipped=self.skipped,
            degrees_of_freedom=freedom,
            chi_square=chi_square,
            reduced_chi_square=chi_square / freedom if freedom else math.nan,
            r_squared=_explained(residuals, square),
            residuals=differences[0]
            if len(differences) == 1
            else residuals.np.stack(differences, axis=1),
            weights=", ".join(settings.sigma) or None,
            robust=settings.robust,
            robust_scale=found.scale,
            stopped=found.stopped,
            linear=found.linear_at is not None,
            evaluations=residuals.evaluations,
            notes=list(
                self._notes(
                    known,
                    values,
                    found.scale,
                    is_perfect=square <= _ROUNDING * residuals.rows,
                )
            ),
        )

    def _not_finite(self, values: Sequence[float]) -> DataError:
        """The error for a model that is not finite at a start, and why."""
        block = self.residuals.whole(values)
        np = self.residuals.np
        good = np.isfinite(block).all(axis=1)
        row = int(np.argmin(good)) % self.residuals.observations.rows
        numbers = [float(column[row]) for column in self.residuals.observations.inputs]
        roles, inputs = self.roles, iter(numbers)
        given = {
            **{name: arrange(inputs, shape) for name, shape in roles.inputs.items()},
            **self._shaped(values),
            **roles.fixed,
        }
        notes = evaluate(self.formula, given).notes
        reason = next((each.sentence for each in notes if each.kind == "nonfinite"), "")
        start = ", ".join(
            f"{name}={value:g}"
            for name, value in zip(self.names[:8], values, strict=False)
        )
        return DataError(
            f"the model is not finite in row {row + 1} at {start}"
            + (f": {reason}" if reason else ""),
            hint="give values to start from where it is, or bounds",
            shell_hint=f"--{self.names[0].partition('[')[0]}=... gives a value to start"
            " from",
        )

    def _shaped(self, leaves: Sequence[float]) -> dict[str, Any]:
        remaining, shapes = iter(map(float, leaves)), self.roles.parameters
        return {name: arrange(remaining, shapes[name]) for name in self.roles.learned}

    def _notes(
        self,
        known: Estimates,
        values: Sequence[float],
        robust_scale: float | None,
        *,
        is_perfect: bool,
    ) -> Iterator[str]:
        residuals = self.residuals
        for place in known.flat:
            yield (
                f"{self.names[place]} has no influence: the derivative by it is 0 in"
                " every row, so the rows say nothing about it"
            )
        for group in known.confounded:
            together = listing([self.names[place] for place in group])
            yield (
                f"the rows do not tell {together} apart: the Jacobian is"
                " rank-deficient, and other values fit as well"
            )
        names = [
            element
            for name, shape in self.roles.inputs.items()
            for element in element_names(name, shape)
        ]
        for name, column in zip(names, residuals.observations.inputs, strict=True):
            if (known.flat or known.confounded) and (column == column[0]).all():
                yield f"{name} is {column[0]:g} in every row"
        if all((each == each[0]).all() for each in residuals.observations.targets):
            yield "the target is the same in every row, so there is nothing to explain"
        for name, value, (low, high) in zip(
            self.names, values, self.bounds, strict=True
        ):
            if value in (low, high):
                yield (
                    f"{name} sits on its bound {value:g}; the standard errors take no"
                    " account of that"
                )
        for name in sorted({"e", "tau"} & read_program(self.formula).free.keys()):
            if name not in self.roles.shapes:
                yield (
                    f"{name} is the constant {CONSTANTS[CONSTANT_NAMES[name]]:.6g}; a"
                    " start makes it a parameter"
                )
        if robust_scale:
            yield (
                f"residuals beyond {robust_scale:.3g} count less than their squares,"
                " and the standard errors are those of a robust fit"
            )
        elif residuals.rows == residuals.count:
            yield (
                "there are as many parameters as numbers to fit, so nothing is left to"
                " tell the errors from"
            )
        elif is_perfect:
            yield (
                "the formula meets every row but for rounding, which is all that the"
                " standard errors are made of"
            )
        elif not self.settings.sigma:
            yield (
                "the standard errors are scaled by the residuals, as if each number of"
                " the target had the same uncertainty"
            )


def _times_square(number: float, factor: float) -> float:
    """The number times the square of the factor, whatever is in between."""
    return number * factor * factor


def _explained(residuals: Residuals, square: float) -> float:
    """The share of the target's variance, weighted, that is not in the residuals."""
    np, observations = residuals.np, residuals.observations
    differences = []
    for place, target in enumerate(observations.targets):
        weights = None
        if observations.sigmas is not None:
            shares = observations.sigmas[place].min() / observations.sigmas[place]
            weights = shares**2
        # Divided before it is added up: the sum may be beyond the range of doubles.
        size = largest(target) or 1.0
        rest = target / size
        rest -= np.average(rest, weights=weights)
        rest *= size
        differences.append(rest)
    total = residuals.square(differences)
    return 1 - square / total if total > 0 else math.nan


def read_fit_task(
    formula: str, table: Table, target: Sequence[str], settings: FitSettings
) -> FitTask:
    """The task of fitting the formula to the table, whose rows are read.

    `target` has columns, or formulas of columns. Raises GradcalcError for what does not
    fit together, and for rows that cannot be used.
    """
    extra_module("scipy", "fit", "fits")
    if not target:
        raise UsageError("there is no target to fit to")
    _check_settings(settings)
    targets = [measured(text, table, "target") for text in target]
    sigmas = [measured(text, table, "sigma") for text in settings.sigma]
    own = [each.text for each in targets if each.formula is None]
    roles = assign_roles(
        formula, table.columns, own, settings.parameters, may_be_constant=True
    )
    outputs = count_of_outputs([each.shape for each in targets])
    check_prediction(formula, "mse", result_shape(formula, roles), outputs)
    program = build(read_program(formula), roles.shapes, values=roles.fixed)
    _check_sigmas(targets, sigmas)
    names = [
        element
        for name in roles.learned
        for element in element_names(name, roles.parameters[name])
    ]
    bounds = _bounds(settings.bounds, roles, names)
    observations = observe(table, list(roles.inputs), targets, sigmas)
    variables = program.graph.variables
    held = leaves_of(variables, roles.fixed)
    residuals = Residuals(
        program.graph,
        flatten(program.result),
        leaves_of(variables, roles.inputs),
        leaves_of(variables, roles.learned),
        dict(zip(held, leaves_of(roles.fixed, roles.fixed), strict=True)),
        observations,
    )
    if residuals.rows < residuals.count:
        raise DataError(
            f"{counted(residuals.rows, 'number')} cannot tell"
            f" {counted(residuals.count, 'parameter')}: {listing(names[:8])}"
            + (" and more" if len(names) > 8 else ""),
            hint="hold some of them at known values",
            shell_hint=f"--fix {names[0].partition('[')[0]}=... holds a parameter",
        )
    return FitTask(
        formula, list(target), roles, residuals, settings, names,
        bounds, observations.skipped,
    )  # fmt: skip


def _check_settings(settings: FitSettings) -> None:
    if settings.robust is not None and settings.robust not in ROBUST:
        known = f"there are {listing(ROBUST)}"
        raise UsageError(
            f"there is no robust loss called {settings.robust}",
            hint=did_you_mean(settings.robust, ROBUST, known),
        )
    for name in ("starts", "seed"):
        value = getattr(settings, name)
        if not isinstance(value, int) or value < 0:
            raise UsageError(f"{name} is a whole number from 0 on, not {value!r}")


def _check_sigmas(targets: Sequence[Measured], sigmas: Sequence[Measured]) -> None:
    wanted = sum(math.prod(each.shape) for each in targets)
    found = sum(math.prod(each.shape) for each in sigmas)
    if sigmas and found not in (1, wanted):
        raise UsageError(
            f"the target has {counted(wanted, 'number')} in each row, but sigma has"
            f" {found}",
            hint="give one sigma for each, or one for all",
        )


def _bounds(
    asked: Mapping[str, tuple[float, float]], roles: Roles, names: Sequence[str]
) -> list[tuple[float, float]]:
    """The bounds of each number that is fitted; those of a list are its elements'."""
    fixed = [name for name in asked if name.partition("[")[0] in roles.fixed]
    if fixed:
        raise BindingError(
            f"{listing(fixed)} {plural(fixed, 'is', 'are')} held at a value, and"
            f" {plural(fixed, 'needs', 'need')} no bounds"
        )
    for name, (low, high) in asked.items():
        if name not in names and name not in roles.learned:
            raise BindingError(
                f"there are bounds for {name}, which is no parameter of the formula",
                hint=did_you_mean(
                    name, roles.learned, f"its parameters are {listing(roles.learned)}"
                ),
                names=list(roles.learned),
                unused=[name],
            )
        if not low < high:
            sides = "are crossed" if low > high else "leave no room"
            raise BindingError(
                f"the bounds of {name} {sides}: {low:g} to {high:g}",
                hint="the least value stands first"
                if low > high
                else f"hold {name} at a value instead of bounding it",
            )
    found = []
    for name in names:
        low, high = asked.get(name) or asked.get(
            name.partition("[")[0], (-math.inf, math.inf)
        )
        found.append((low, high))
    given = {
        element: value
        for name, value in roles.started.items()
        for element, value in zip(
            element_names(name, roles.parameters[name]),
            _stretched(value, math.prod(roles.parameters[name])),
            strict=False,
        )
    }
    for name, (low, high) in zip(names, found, strict=True):
        if name in given and not low <= given[name] <= high:
            raise BindingError(
                f"{name} starts at {given[name]:g}, outside its bounds {low:g} to"
                f" {high:g}"
            )
    return found


def _stretched(value: Any, count: int) -> list[float]:
    leaves = flatten(value)
    return leaves * count if not isinstance(value, list) else leaves
