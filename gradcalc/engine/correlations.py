"""Covariances: how uncertain numbers are, which pairs vary together, and how much.

The law of propagation is here, for measured values as for the parameters of a fit.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gradcalc.errors import BindingError, DataError
from gradcalc.language.identifiers import normal
from gradcalc.strict_json import from_json_value, read_json
from gradcalc.wording import counted, did_you_mean, represented

# What rounding of the coefficients to a few digits may take from an eigenvalue.
_ROUNDING = 1e-9
_FORM = 'write {"names": ["m", "h"], "correlation": [[1, 0.5], [0.5, 1]]}'


@dataclass(frozen=True, slots=True)
class Correlations:
    """The correlation matrix of some numbers, of which most are independent.

    Coefficients are dimensionless, from -1 to 1.
    """

    # For each number those that vary with it, each with its coefficient; never itself.
    others: Mapping[int, Mapping[int, float]]

    def times(self, numbers: Sequence[float]) -> list[float]:
        """The product of the matrix and a vector."""
        found = list(numbers)
        for place, row in self.others.items():
            terms = (r * numbers[other] for other, r in row.items())
            found[place] = math.fsum([numbers[place], *terms])
        return found

    def form(self, left: Sequence[float], right: Sequence[float]) -> float:
        """The bilinear form of two vectors: left times the matrix times right."""
        return math.fsum(a * b for a, b in zip(left, self.times(right), strict=True))

    def among(self, places: Sequence[int]) -> "Correlations":
        """Those of the numbers at these places, counted anew."""
        anew = {place: k for k, place in enumerate(places)}
        rows = {
            anew[place]: {anew[k]: r for k, r in row.items() if k in anew}
            for place, row in self.others.items()
            if place in anew
        }
        return Correlations({place: row for place, row in rows.items() if row})

    def root(self) -> list[tuple[int, dict[int, float]]]:
        """The rows of a lower triangular L with L L^T the matrix, by Cholesky.

        Only those of numbers that are correlated, each with the number it is of; a
        number without a row is independent of all others. Raises DataError if there is
        none: the matrix has a negative eigenvalue.
        """
        places = sorted(self.others)
        rows: list[tuple[int, dict[int, float]]] = []
        for place in places:
            row: dict[int, float] = {}
            for other, above in rows:
                met = math.fsum(row[k] * x for k, x in above.items() if k in row)
                rest = self.others[place].get(other, 0.0) - met
                pivot = above.get(other, 0.0)
                if pivot:
                    row[other] = rest / pivot
                elif abs(rest) > math.sqrt(_ROUNDING):
                    raise _impossible()
            rest = 1 - math.fsum(x * x for x in row.values())
            if rest < -_ROUNDING:
                raise _impossible()
            # A direction in which nothing varies is left with rounding alone.
            row[place] = math.sqrt(rest) if rest > _ROUNDING else 0.0
            rows.append((place, row))
        return rows


@dataclass(frozen=True, slots=True)
class Covariance:
    """How uncertain some numbers are, and how they vary together."""

    # The standard deviation of each, in its own unit.
    sigmas: Sequence[float]
    correlated: Correlations

    def terms(self, gradient: Sequence[float]) -> list[float]:
        """The partial derivatives times the standard deviations."""
        # An exact number adds nothing, not even where the slope is not finite; neither
        # does one of any size where the slope is 0.
        return [
            slope * sigma if slope and sigma else 0.0
            for slope, sigma in zip(gradient, self.sigmas, strict=True)
        ]

    def size(self, terms: Sequence[float]) -> float:
        """The root of the variance that the terms make."""
        if not self.correlated.others:
            return math.hypot(*terms)
        terms, scale = scaled(terms)
        return scale * math.sqrt(max(0.0, self.correlated.form(terms, terms)))

    def sigma(self, gradient: Sequence[float]) -> float:
        """The standard deviation of a result, from its gradient by these numbers.

        The root of g C g (JCGM 100:2008, equation 13), in the unit of the result.
        """
        return self.size(self.terms(gradient))


def scaled(terms: Sequence[float]) -> tuple[list[float], float]:
    """The terms divided by the size of the largest, and that; no square overflows."""
    scale = max(map(abs, terms), default=0.0)
    if not scale or not math.isfinite(scale):
        return list(terms), 1.0 if scale else 0.0
    return [term / scale for term in terms], scale


def correlations(
    pairs: Mapping[tuple[str, str], float], places: Mapping[str, int]
) -> Correlations:
    """The correlations of pairs of names, whose numbers are at these places.

    Raises BindingError for a name that is none of them, a coefficient that is not from
    -1 to 1 and a number's with itself, DataError if no numbers could vary so.
    """
    others: dict[int, dict[int, float]] = {}
    for (one, other), coefficient in pairs.items():
        for name in (one, other):
            if name not in places:
                elements = [each for each in places if each.startswith(f"{name}[")]
                raise BindingError(
                    f"a correlation is given for {name}, which is "
                    + ("a list" if elements else "no variable of the formula"),
                    hint=f"name its elements, such as {elements[0]}"
                    if elements
                    else did_you_mean(name, places),
                )
        if not -1 <= coefficient <= 1:
            raise BindingError(
                f"the correlation of {one} and {other} is {represented(coefficient)}",
                hint="a correlation coefficient is a number from -1 to 1",
            )
        a, b = places[one], places[other]
        if a == b:
            if coefficient != 1:
                raise BindingError(f"the correlation of {one} with itself is 1")
            continue
        if others.get(a, {}).get(b, coefficient) != coefficient:
            raise BindingError(f"{one} and {other} are given two correlations")
        if coefficient:
            others.setdefault(a, {})[b] = coefficient
            others.setdefault(b, {})[a] = coefficient
    found = Correlations(others)
    found.root()
    return found


@dataclass(frozen=True, slots=True)
class Matrix:
    """A correlation matrix as it was read."""

    names: list[str]
    pairs: dict[tuple[str, str], float]
    # The standard deviation of each name; empty if no covariances were given.
    sigmas: dict[str, float]


def read_matrix(text: str, where: str) -> Matrix:
    """The matrix in a JSON object with its `names`, as `correlation` or `covariance`.

    Other entries are passed over: `gradcalc fit --json` writes such an object. Raises
    DataError if there is no symmetric matrix of as many rows as there are names.
    """
    content = read_json(text, where, hint=_FORM)
    if not isinstance(content, dict):
        raise DataError(f"{where} holds no object", hint=_FORM)
    kinds = [kind for kind in ("correlation", "covariance") if kind in content]
    names = content.get("names")
    if len(kinds) != 1 or not isinstance(names, list):
        raise DataError(f"{where} has no names with one matrix", hint=_FORM)
    if not all(isinstance(name, str) for name in names):
        raise DataError(f"{where}: a name is no text", hint=_FORM)
    (kind,) = kinds
    names = [normal(name) for name in names]
    if kind == "covariance":
        matrix = covariance_matrix(names, content[kind], where)
        if any(map(math.isinf, matrix.sigmas.values())):
            raise _no_variance(where)
        return matrix
    rows = _square(from_json_value(content[kind]), len(names), f"{where}: the {kind}")
    if any(rows[k][k] != 1 for k in range(len(rows))):
        raise DataError(f"{where}: the correlation of a name with itself is not 1")
    return Matrix(names, _pairs(names, rows), {})


def covariance_matrix(names: Sequence[str], content: Any, where: str) -> Matrix:
    """The matrix in rows of covariances as JSON has them.

    A number whose variance is not finite is known to nobody, whatever it varies with.
    Raises DataError as `read_matrix`.
    """
    rows = _square(from_json_value(content), len(names), f"{where}: the covariance")
    variances = [rows[k][k] for k in range(len(rows))]
    if any(each < 0 for each in variances):
        raise _no_variance(where)
    sigmas = [math.sqrt(each) if each == each else math.inf for each in variances]
    known = [bool(a) and math.isfinite(a) for a in sigmas]
    coefficients = [
        [
            max(-1.0, min(1.0, rows[a][b] / sigmas[a] / sigmas[b]))
            if known[a] and known[b]
            else 0.0
            for b in range(len(rows))
        ]
        for a in range(len(rows))
    ]
    known_sigmas = dict(zip(names, sigmas, strict=True))
    return Matrix([*names], _pairs(names, coefficients), known_sigmas)


def _square(rows: Any, size: int, what: str) -> list[list[float]]:
    fits = isinstance(rows, list) and len(rows) == size
    if not fits or not all(isinstance(r, list) and len(r) == size for r in rows):
        raise DataError(f"{what} is not a matrix of {counted(size, 'row')}")
    for x in (x for row in rows for x in row):
        if isinstance(x, bool) or not isinstance(x, (int, float)):
            raise DataError(f"{what} holds {represented(x)}")
    for a, row in enumerate(rows):
        for b, x in enumerate(row):
            if x == x and not math.isclose(
                x, rows[b][a], rel_tol=_ROUNDING, abs_tol=_ROUNDING
            ):
                raise DataError(f"{what} is not symmetric")
    return [list(map(float, row)) for row in rows]


def _pairs(
    names: Sequence[str], matrix: Sequence[Sequence[float]]
) -> dict[tuple[str, str], float]:
    """Each pair once, with its coefficient."""
    return {
        (names[other], names[place]): row[other]
        for place, row in enumerate(matrix)
        for other in range(place)
    }


def _no_variance(where: str) -> DataError:
    return DataError(f"{where}: a variance is not a number from 0 up")


def _impossible() -> DataError:
    return DataError(
        "no numbers can be correlated so: the matrix has a negative eigenvalue",
        hint="three numbers cannot all have -1 with each other, say",
    )
