"""Starts from nothing: a scan of signs and magnitudes before the fit.

Numbers that enter linearly are solved for at each trial of the others, many trials at
once. Magnitudes go over a few decades around 1, around the size of the data and around
its inverse; there are places within the data, and frequencies that its rows can show.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import product
from random import Random
from typing import Any

from gradcalc.fitting.residuals import Residuals
from gradcalc.fitting.trimmed import least_trimmed

# Trials at random, and of those that are varied number by number.
_DRAWN, _VARIED = 1500, 10
# So many numbers are computed at once, at most; so many rows are looked at.
_MOST_NUMBERS, MOST_ROWS = 2_000_000, 200
# What a number that is solved for adds to the sum of squares, so that large ones that
# cancel are no good trial: the square of this times its share of the largest target.
_RIDGE = 1e-3
# Trials whose sums of squares differ by this share are equal.
_EQUAL = 1e-9

_DECADES = [10.0 ** (k / 2) for k in range(-6, 7)]
_AROUND = [10.0 ** (k / 2) for k in range(-4, 5)]
_PLACES = 17
_MOST_FREQUENCIES = 200
# A larger number is no angle.
_LARGEST_ANGLE = 1e6


class Scan:
    """Trials of some numbers of a model, the others held or solved for.

    scanned  the places of the numbers that are tried
    linear   the places of those that are solved for
    """

    def __init__(
        self,
        residuals: Residuals,
        base: Sequence[float],
        scanned: Sequence[int],
        linear: Sequence[int],
        bounds: Sequence[tuple[float, float]],
        *,
        is_robust: bool = False,
    ) -> None:
        """`base` has the values of all numbers that are held.

        If it `is_robust`, trials are compared by two thirds of the rows, those that
        they meet best.
        """
        self._is_robust = is_robust
        self._np, self._residuals = residuals.np, residuals
        self.scanned, self.linear = list(scanned), list(linear)
        self._bounds = bounds
        self._base = self._np.array(base, float)
        self._base[self.linear] = 0.0
        self._kernel = residuals.kernel(
            [residuals.free[place] for place in linear], shared=False
        )
        self._lists = [
            [self._allowed(place, each) for each in self._kinds(place)]
            for place in scanned
        ]

    def starts(self, count: int, random: Random) -> list[Any]:
        """So many of the best trials, all numbers of each, the best first."""
        np = self._np
        if not self.scanned:
            return [self.completed(np.empty(0))]
        lists = [[value for kind in each for value in kind] for each in self._lists]
        trials = [[1.0] * len(lists)]
        if len(lists) == 1:
            trials += [[value] for value in lists[0]]
        else:
            trials += [
                [random.choice(random.choice(kinds)) for kinds in self._lists]
                for _ in range(_DRAWN)
            ]
        best = self._best(np.array([self._within(trial) for trial in trials]), count)
        if len(lists) > 1:
            best = self._varied(best, lists, max(count, _VARIED))
        return [self.completed(trial) for trial in best[:count]]

    def _varied(self, best: Any, lists: Sequence[Any], count: int) -> Any:
        """The best trials after each of their numbers went through its list, twice."""
        np = self._np
        ones = np.array([self._within([1.0] * len(lists))])
        best = np.concatenate([best[: count - 1], ones])
        for column in [*range(len(lists))] * 2:
            found = []
            for trial in best:
                trials = np.repeat(trial[None], len(lists[column]) + 1, axis=0)
                trials[1:, column] = lists[column]
                found.append(self._best(trials, 1))
            best = np.concatenate(found)
        return self._best(best, count)

    def _best(self, trials: Any, count: int) -> Any:
        """The trials with the least sums of squares, that come closest to 1 first."""
        np = self._np
        trials = np.unique(trials, axis=0)
        costs = self.costs(trials)
        is_good = np.isfinite(costs)
        trials, costs = trials[is_good], _rounded(np, costs[is_good])
        signs, sizes = (trials < 0).sum(axis=1), np.abs(trials).sum(axis=1)
        order = np.lexsort((sizes, signs, costs))
        # Those that leave as much are the same curve.
        is_new = np.diff(costs[order], prepend=-1.0) > 0
        return trials[order[is_new][:count]]

    def costs(self, trials: Any) -> Any:
        """For each trial the sum of squares that is left; infinite where it is none."""
        np = self._np
        rows = self._residuals.rows
        size = max(1, _MOST_NUMBERS // (rows * (len(self.linear) + 1)))
        found = np.full(len(trials), math.inf)
        for start in range(0, len(trials), size):
            matrix, scale = self._matrices(trials[start : start + size])
            good = np.isfinite(matrix).all(axis=(1, 2))
            if good.any() and np.isfinite(scale):
                with np.errstate(all="ignore"):
                    left = self._left(matrix[good])
                found[start : start + size][good] = np.nan_to_num(left, nan=math.inf)
        return found

    def _left(self, matrices: Any) -> Any:
        """The sum of squares that is left of each matrix [J r]."""
        np, width = self._np, len(self.linear)
        if self._is_robust:
            return least_trimmed(np, matrices, _RIDGE)[1]
        ridge = np.zeros((len(matrices), width, width + 1))
        ridge[:, range(width), range(width)] = _RIDGE
        triangles = np.linalg.qr(np.concatenate([matrices, ridge], axis=1), mode="r")
        return (triangles[:, width:, width] ** 2).sum(axis=1)

    def _matrices(self, trials: Any) -> tuple[Any, float]:
        """For each trial the matrix [J r] of what is solved for, scaled; r's scale."""
        np, residuals = self._np, self._residuals
        observations, outputs = residuals.observations, len(residuals.outputs)
        rows, count, width = observations.rows, len(trials), len(self.linear)
        columns = [np.tile(column, count) for column in observations.inputs]
        for place, value in enumerate(self._base):
            if place in self.scanned:
                tried = trials[:, self.scanned.index(place)]
                columns.append(np.repeat(tried, rows))
            else:
                columns.append(np.array([value]))
        found = self._kernel(columns, rows * count, careful=False)
        matrix = np.empty((count, outputs, rows, width + 1))
        scale = 0.0
        with np.errstate(all="ignore"):
            for output in range(outputs):
                weights = 1.0
                if observations.sigmas is not None:
                    weights = 1 / observations.sigmas[output]
                target = observations.targets[output]
                scale = max(scale, float(np.abs(target * weights).max()))
                rest = found[output].reshape(count, rows) - target
                matrix[:, output, :, width] = rest * weights
                for place in range(width):
                    column = found[outputs + output * width + place]
                    values = column.reshape(count, rows) * weights
                    matrix[:, output, :, place] = values
            matrix = matrix.reshape(count, outputs * rows, width + 1)
            sizes = np.abs(matrix).max(axis=1, keepdims=True)
            sizes[sizes == 0] = 1.0
            sizes[:, :, width] = scale or 1.0
            return matrix / sizes, scale

    def completed(self, trial: Any) -> Any:
        """All numbers of a trial: those tried, held and solved for."""
        np = self._np
        values = self._base.copy()
        values[self.scanned] = trial
        if self.linear:
            block = self._residuals.whole(values, careful=False)
            matrix, right = block[:, self.linear], -block[:, -1]
            with np.errstate(all="ignore"):
                sizes = np.abs(matrix).max(axis=0)
                sizes[sizes == 0] = 1.0
                scale = np.abs(right).max() or 1.0
                if np.isfinite(block).all():
                    solved = self._solved(matrix / sizes, right / scale)
                    values[self.linear] = solved / sizes * scale
        low, high = zip(*self._bounds, strict=True)
        return np.clip(np.nan_to_num(values, nan=1.0), low, high)

    def _solved(self, matrix: Any, right: Any) -> Any:
        np = self._np
        if self._is_robust:
            return least_trimmed(np, np.c_[matrix, -right][None], _RIDGE)[0][0]
        return np.linalg.lstsq(matrix, right, rcond=None)[0]

    def plainest(self, values: Any) -> Any:
        """The numbers that give the same sum of squares and are the plainest.

        That is, with the fewest signs, and without whole turns in angles.
        """
        np = self._np
        count = len(self.scanned)
        if not 1 <= count <= 4:
            return values
        here = values[self.scanned]
        trials = [here]
        for signs in product((1.0, -1.0), repeat=count):
            trials.append(here * signs)
        for turned in range(count):
            if abs(here[turned]) > _LARGEST_ANGLE:
                continue
            for trial in [*trials]:
                for turn in (math.pi, 2 * math.pi):
                    other = trial.copy()
                    other[turned] -= turn * round(other[turned] / turn)
                    trials += [other, other + turn * (np.arange(count) == turned)]
        tried = np.unique(np.array([self._within(trial) for trial in trials]), axis=0)
        costs = self.costs(tried)
        bound = self.costs(here[None])[0] * (1 + _EQUAL) + 1e-28
        equal = [self.completed(trial) for trial in tried[costs <= bound]]
        return min([values, *equal], key=strangeness)

    def _within(self, trial: Sequence[float]) -> list[float]:
        found = []
        for place, value in zip(self.scanned, trial, strict=True):
            low, high = self._bounds[place]
            found.append(min(max(value, low), high))
        return found

    def _allowed(self, place: int, values: Sequence[float]) -> list[float]:
        low, high = self._bounds[place]
        kept = [each for each in values if low <= each <= high and math.isfinite(each)]
        return kept or [min(max(1.0, low), high)]

    def _kinds(self, place: int) -> Iterator[list[float]]:
        """Lists of values to try, each of one kind."""
        np = self._np
        low, high = self._bounds[place]
        if math.isfinite(low) and math.isfinite(high):
            yield list(np.linspace(low, high, 2 * _PLACES))
        yield _signed(_DECADES)
        observations = self._residuals.observations
        seen = set()
        for column in observations.inputs[:8]:
            first, last = float(column.min()), float(column.max())
            if (first, last) in seen or not math.isfinite(last - first):
                continue
            seen.add((first, last))
            size, span = max(abs(first), abs(last)), last - first
            if not size or not span:
                continue
            yield _signed([size * each for each in _AROUND])
            yield _signed([each / span for each in _AROUND])
            yield list(np.linspace(first, last, _PLACES))
            most = min(observations.rows, _MOST_FREQUENCIES)
            yield [math.pi / span * k for k in range(1, most)]
            yield [0.5 / span * k for k in range(1, most)]
        sizes = [float(np.abs(target).max()) for target in observations.targets]
        if size := max(sizes):
            yield _signed([size * each for each in _AROUND])


def _signed(sizes: Sequence[float]) -> list[float]:
    return [*sizes, *[-size for size in sizes]]


def _rounded(np: Any, numbers: Any) -> Any:
    """The numbers to six digits."""
    parts, exponents = np.frexp(numbers)
    return np.ldexp(np.round(parts * 2**20) / 2**21, exponents)


def strangeness(values: Any) -> tuple[int, float]:
    """How many signs there are, and how large the numbers are."""
    return sum(value < 0 for value in values), float(sum(map(abs, values)))
