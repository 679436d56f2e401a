"""The result of a fit: parameters with their errors, and what is said of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from gradcalc.data.rows import Skipped
from gradcalc.engine.correlations import Covariance, correlations, covariance_matrix
from gradcalc.fitting.intervals import half_width
from gradcalc.learning.model import Model, ParameterUncertainty
from gradcalc.shapes import Shape, flatten, named_leaves

# Why a fit ended.
SOLVED = "solved in one step"
CONVERGED = "converged"
USED_UP = "evaluations used up"


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Fit:
    """A formula fitted to rows of data by least squares.

    Values of parameters are numbers or nested lists, by the names of the parameters.
    """

    formula: str
    # The columns, or formulas of columns, that it was fitted to.
    target: list[str]
    # The shape of each input, by name.
    inputs: dict[str, Shape]
    # The value of every parameter, and the standard error of those that were not held.
    parameters: dict[str, Any]
    sigma: dict[str, Any]
    # The names of the numbers that were fitted, "a" or "v[0]", and their covariance,
    # row by row. The variance is infinite where the rows do not tell a number.
    names: list[str]
    covariance: list[list[float]]
    # The names of the parameters that were held, and of those among them that were held
    # at the value that the formula carries; and of inputs that it carries a value for.
    fixed: list[str]
    carried: list[str]
    replaced: list[str]
    # What the fit started from, and those names of it that were given a start.
    start: dict[str, Any]
    started: list[str]
    rows: int
    # Those that were left out.
    skipped: Skipped = field(default_factory=Skipped)
    degrees_of_freedom: int
    # The sum of squares of the residuals, each divided by its sigma where it has one;
    # that for each degree of freedom; and the share of the target's variance that the
    # formula explains (NaN where the target is constant).
    chi_square: float
    reduced_chi_square: float
    r_squared: float
    # Target minus prediction, an array with one for each row; of a list result one row
    # of numbers for each.
    residuals: Any
    # The column or formula of the target's sigmas; None if the errors are scaled so
    # that the reduced chi square is 1.
    weights: str | None
    # The name of the robust loss, and the residual that is large to it.
    robust: str | None
    robust_scale: float | None
    # One of the above.
    stopped: str
    # Whether the parameters enter linearly, so that they are solved for in one step.
    linear: bool
    # How often the model was computed over all rows.
    evaluations: int
    # Sentences on what to know of the result.
    notes: list[str]

    def __repr__(self) -> str:
        told = ", ".join(
            f"{name}={value!r}±{sigmas.get(name, 0.0):.2g}"
            for sigmas in [named_leaves(self.sigma)]
            for name, value in named_leaves(self.parameters).items()
        )
        return f"Fit({told})"

    @property
    def reached(self) -> bool:
        """Whether the least sum of squares was found."""
        return self.stopped != USED_UP

    @property
    def values(self) -> dict[str, float]:
        """The numbers that were fitted, by their names."""
        leaves = named_leaves(self.parameters)
        return {name: leaves[name] for name in self.names}

    @property
    def errors(self) -> dict[str, float]:
        """Their standard errors."""
        return dict(zip(self.names, _leaves(self.sigma), strict=True))

    @cached_property
    def model(self) -> Model:
        """The formula with its parameters, and how well they are known."""
        places = {name: place for place, name in enumerate(self.names)}
        matrix = covariance_matrix(self.names, self.covariance, "the fit")
        covariance = Covariance(
            list(matrix.sigmas.values()), correlations(matrix.pairs, places)
        )
        return Model(
            self.formula,
            self.inputs,
            self.target,
            None,
            self.parameters,
            "mse",
            ParameterUncertainty(self.names, covariance, self.degrees_of_freedom),
        )

    def intervals(self, share: float = 0.95) -> dict[str, tuple[float, float]]:
        """The confidence interval of each fitted number, by Student's t."""
        reach = half_width(share, self.degrees_of_freedom)
        errors = self.errors
        return {
            name: (value - reach * errors[name], value + reach * errors[name])
            if errors[name]
            else (value, value)
            for name, value in self.values.items()
        }


def _leaves(structures: Mapping[str, Any]) -> list[float]:
    return [leaf for each in structures.values() for leaf in flatten(each)]
