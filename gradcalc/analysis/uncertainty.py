"""Uncertainties propagated through the gradient.

The law of propagation of the Guide to the Expression of Uncertainty in Measurement
(JCGM 100:2008, equations 10 and 13): the variance of the result is g C g, where g is
the gradient and C the covariance of the inputs. With second derivatives H the result is
off by half the trace of H C in the mean, and its variance is larger by half the trace
of (H C)^2, exactly so for a formula of degree 2 in normally distributed inputs.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from gradcalc.analysis.measurements import Measurement, measurement
from gradcalc.engine.correlations import (
    Correlations,
    Covariance,
    correlations,
    scaled,
)
from gradcalc.engine.evaluation import Evaluation, evaluate_bound
from gradcalc.engine.passes import passes, picked
from gradcalc.errors import BindingError, FormulaError, entry_point
from gradcalc.language.bindings import BoundProgram, Value, bind
from gradcalc.language.identifiers import by_normal_name
from gradcalc.shapes import (
    Structure,
    all_leaves,
    flatten,
    named_leaves,
    unflatten,
)

# More of them fill the memory rather than answer a question.
_MOST_COVARIANCES = 1_000_000


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one measured number adds to the uncertainty of one result."""

    # The variable, or its element "v[0]".
    variable: str
    value: float
    sigma: float
    # The partial derivative of the result with respect to it.
    gradient: float
    # The uncertainty of the result that comes from this number alone: the size of the
    # gradient times sigma, in the unit of the result.
    contribution: float
    # Its part of the variance, dimensionless: all parts add up to 1, and one may be
    # negative where correlations take from it. NaN if the variance is 0 or not finite.
    share: float


@dataclass(frozen=True, slots=True)
class SecondOrder:
    """What second derivatives add to a result."""

    # What the mean is larger by than the value, in the unit of the result.
    shift: float
    # The uncertainty with what bending adds.
    sigma: float


@dataclass(eq=False)
class Uncertainty:
    """The uncertainty of each number of a result, and where it comes from."""

    evaluation: Evaluation
    bound: BoundProgram
    # The measurement of each variable.
    measurements: dict[str, Measurement]
    correlated: Correlations

    def __repr__(self) -> str:
        return f"Uncertainty(value={self.value}, sigma={self.sigma})"

    @cached_property
    def names(self) -> list[str]:
        """The name of each measured number: a variable's, or its element's, "v[0]"."""
        return list(named_leaves(self.evaluation.wanted))

    @cached_property
    def nodes(self) -> list[int]:
        """The node of each measured number."""
        return all_leaves(self.evaluation.wanted.values())

    @cached_property
    def sigmas(self) -> list[float]:
        """The uncertainty of each measured number."""
        return all_leaves(each.sigma for each in self.measurements.values())

    @property
    def value(self) -> Value:
        """The value of the result: a number, a list or a matrix."""
        return self.evaluation.value

    @cached_property
    def sigma(self) -> Value:
        """The standard uncertainty of each number of the result, in its shape."""
        return self._shaped(self._inputs.size(terms) for terms in self._terms)

    @property
    def finite(self) -> bool:
        """Whether all values and uncertainties of the result are finite."""
        return all(map(math.isfinite, [*flatten(self.value), *flatten(self.sigma)]))

    @cached_property
    def covariance(self) -> list[list[float]]:
        """The covariance of each two numbers of the result, row by row.

        Raises FormulaError if there are more than a million.
        """
        return self._forms(self._terms)

    @cached_property
    def correlation(self) -> list[list[float]]:
        """The correlation of each two numbers of the result; NaN where one is exact.

        Raises as `covariance`.
        """
        rows = [scaled(terms)[0] for terms in self._terms]
        spreads = [self._inputs.size(terms) for terms in rows]
        return [
            [
                max(-1.0, min(1.0, form / a / b)) if a and b else math.nan
                for form, b in zip(row, spreads, strict=True)
            ]
            for row, a in zip(self._forms(rows), spreads, strict=True)
        ]

    def _forms(self, rows: Sequence[Sequence[float]]) -> list[list[float]]:
        """The covariance of each two results, from the terms of each."""
        if len(rows) ** 2 > _MOST_COVARIANCES:
            raise FormulaError(
                f"there would be {len(rows) ** 2:,} covariances",
                hint="--output '[0]' asks for one element of the result",
            )
        met = [self.correlated.times(row) for row in rows]
        forms = [[0.0] * len(rows) for _ in rows]
        for a, row in enumerate(rows):
            # Of many results each has a few variables.
            terms = [(place, term) for place, term in enumerate(row) if term]
            for b in range(a + 1):
                other = met[b]
                forms[a][b] = forms[b][a] = math.fsum(
                    [term * other[place] for place, term in terms]
                )
        return forms

    @cached_property
    def contributions(self) -> list[list[Contribution]]:
        """For each number of the result what each measured number adds to it."""
        outputs = range(len(flatten(self.evaluation.output)))
        return [self._contributions(place) for place in outputs]

    @cached_property
    def labels(self) -> dict[str, tuple[Value, Value]]:
        """For each label its value and the uncertainty of each number of it."""
        graph, found = self.evaluation.graph, {}
        for label, structure in self.evaluation.scope.items():
            if label in graph.variables or label in self.bound.own:
                continue
            leaves = flatten(structure)
            rows = passes(graph, self.bound.given, leaves, self.nodes).gradients
            sigmas = (self._inputs.sigma(picked(row, self.nodes)) for row in rows)
            found[label] = (
                self.evaluation.value_of(structure),
                unflatten(structure, sigmas),
            )
        return found

    @cached_property
    def second_order(self) -> list[SecondOrder]:
        """For each number of the result what second derivatives add to it."""
        return [self._second(node) for node in flatten(self.evaluation.output)]

    @cached_property
    def _inputs(self) -> Covariance:
        return Covariance(self.sigmas, self.correlated)

    @cached_property
    def _terms(self) -> list[list[float]]:
        """For each number of the result the partial derivatives times their sigmas."""
        return [
            self._inputs.terms(picked(row, self.nodes))
            for row in self.evaluation.gradients
        ]

    def _shaped(self, leaves: Iterable[Any]) -> Structure:
        return unflatten(self.evaluation.output, iter(leaves))

    def _contributions(self, place: int) -> list[Contribution]:
        slopes = picked(self.evaluation.gradients[place], self.nodes)
        terms, _ = scaled(self._terms[place])
        others = self.correlated.times(terms)
        variance = math.fsum(a * b for a, b in zip(terms, others, strict=True))
        rows = zip(self.names, self.nodes, self.sigmas, slopes, strict=True)
        return [
            Contribution(
                name,
                self.evaluation.values[node],
                sigma,
                slope,
                abs(slope * sigma) if sigma else 0.0,
                term * other / variance if variance else math.nan,
            )
            for (name, node, sigma, slope), term, other in zip(
                rows, terms, others, strict=True
            )
        ]

    def _second(self, output: int) -> SecondOrder:
        uncertain = [k for k, sigma in enumerate(self.sigmas) if sigma]
        wanted = [self.names[k] for k in uncertain]
        evaluation = evaluate_bound(replace(self.bound, output=output), wanted)
        linear = self._inputs.sigma(picked(evaluation.gradients[0], self.nodes))
        if not uncertain:
            return SecondOrder(0.0, linear)
        nodes = [self.nodes[k] for k in uncertain]
        sigmas = [self.sigmas[k] for k in uncertain]
        rows = [
            [bend * s * t for bend, t in zip(bends, sigmas, strict=True)]
            for bends, s in zip(
                evaluation.second_derivatives(nodes, nodes), sigmas, strict=True
            )
        ]
        # H C: the trace of it and of its square are wanted.
        within = self.correlated.among(uncertain)
        met = [within.times(row) for row in rows]
        shift = math.fsum(met[k][k] for k in range(len(met))) / 2
        square = math.fsum(
            met[a][b] * met[b][a] for a in range(len(met)) for b in range(len(met))
        )
        return SecondOrder(shift, math.hypot(linear, math.sqrt(max(0.0, square / 2))))


@entry_point
def uncertainty(
    text: str,
    values: Mapping[str, Any],
    *,
    correlation: Mapping[tuple[str, str], float] | None = None,
    output: str | None = None,
) -> Uncertainty:
    """The result of a formula of measured values, with its standard uncertainty.

    Each value is a pair (value, sigma), a text such as "2.0±0.1" or, where it is exact,
    a plain number; values and sigmas may be lists, in the unit of the variable. A
    correlation is that of a pair of names, those of elements as "v[0]", dimensionless;
    what is not named is independent. `output` names the label that is asked for.

    Raises GradcalcError for mistakes in the formula or the values, BindingError for a
    negative sigma, DataError for correlations that no numbers can have.
    """
    measured = {
        name: measurement(name, value)
        for name, value in by_normal_name(values.items()).items()
    }
    plain = {name: each.value for name, each in measured.items()}
    return propagated(bind(text, plain, output=output), measured, correlation or {})


def propagated(
    bound: BoundProgram,
    measured: Mapping[str, Measurement],
    correlation: Mapping[tuple[str, str], float],
) -> Uncertainty:
    """The uncertainty of a bound program's result. Raises as `uncertainty`."""
    variables = bound.program.graph.variables
    known = {
        name: measured.get(name) or measurement(name, value)
        for name, value in bound.variables.items()
        if name not in bound.own
    }
    wanted = {name: variables[name] for name in known}
    if not wanted:
        raise BindingError("the formula has no variables that could be measured")
    places = {name: place for place, name in enumerate(named_leaves(wanted))}
    return Uncertainty(
        evaluate_bound(bound, list(wanted)),
        bound,
        known,
        correlations(correlation, places),
    )
