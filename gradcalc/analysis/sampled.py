"""Uncertainties by Monte Carlo: the result at many points drawn around the measured.

Every measured number is drawn from the normal distribution of its value and standard
uncertainty, correlated ones together (JCGM 101:2008, sections 6.4.7 and 6.4.8), and the
results are ordered for their quantiles (section 7.7).
"""

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from gradcalc.analysis.uncertainty import Uncertainty
from gradcalc.engine.columns import columns_of
from gradcalc.engine.compiled import compile_forward
from gradcalc.engine.vectorized import Kernel, numpy_is_installed
from gradcalc.shapes import flatten

# So many points are computed at once, at most.
_BLOCK = 65_536
# The quantiles that are told: the middle, and those 1 and 2 sigmas of a normal
# distribution away from it.
QUANTILES = (0.025, 0.16, 0.5, 0.84, 0.975)


@dataclass(eq=False)
class Sample:
    """One number of the result at all points, in its unit."""

    # The finite ones, the smallest first.
    numbers: list[float]
    # How many are not finite.
    lost: int

    @cached_property
    def mean(self) -> float:
        if not self.numbers:
            return math.nan
        middle = self.numbers[len(self.numbers) // 2]
        return middle + math.fsum(x - middle for x in self.numbers) / len(self.numbers)

    @cached_property
    def sigma(self) -> float:
        """The standard deviation; NaN of fewer than two numbers."""
        return math.sqrt(self._moment(2) * self._bessel) if self._bessel else math.nan

    @cached_property
    def skewness(self) -> float:
        """The third moment over the cube of the standard deviation; 0 if symmetric."""
        spread = self._moment(2)
        return self._moment(3) / spread**1.5 if spread else 0.0

    @property
    def _bessel(self) -> float:
        count = len(self.numbers)
        return count / (count - 1) if count > 1 else 0.0

    def _moment(self, order: int) -> float:
        if not self.numbers:
            return math.nan
        mean = self.mean
        return math.fsum((x - mean) ** order for x in self.numbers) / len(self.numbers)

    def quantile(self, share: float) -> float:
        """The number below which this share of them is, between the two nearest.

        As NumPy's default: Hyndman and Fan (1996), definition 7.
        """
        if not self.numbers:
            return math.nan
        place = share * (len(self.numbers) - 1)
        low = math.floor(place)
        high = min(low + 1, len(self.numbers) - 1)
        a, b = self.numbers[low], self.numbers[high]
        return a + (b - a) * (place - low)

    @property
    def quantiles(self) -> dict[str, float]:
        """Those of QUANTILES, by their shares as texts."""
        return {str(share): self.quantile(share) for share in QUANTILES}

    def histogram(self, bars: int) -> tuple[float, float, list[int]]:
        """The range of all but the outermost thousandths, and the counts within it."""
        low, high = self.quantile(0.001), self.quantile(0.999)
        counts = [0] * bars
        if high > low:
            for x in self.numbers:
                if low <= x <= high:
                    counts[min(bars - 1, int((x - low) / (high - low) * bars))] += 1
        return low, high, counts


def sampled(found: Uncertainty, count: int, seed: int = 0) -> list[Sample]:
    """A sample of each number of the result, of so many points; a seed repeats them."""
    outputs = flatten(found.evaluation.output)
    graph, known = found.evaluation.graph, dict(found.bound.given)
    places = [k for k, sigma in enumerate(found.sigmas) if sigma]
    drawn = [found.nodes[k] for k in places]
    for node in drawn:
        del known[node]
    columns: list[list[float]] = [[] for _ in outputs]
    if numpy_is_installed() and drawn:
        kernel = Kernel(graph, outputs, drawn, [], known)
        for points in _blocks(found, places, count, seed):
            results = kernel(columns_of(points), len(points))
            for column, result in zip(columns, results, strict=True):
                column += result.tolist()
    else:
        function = compile_forward(graph, outputs, drawn, known)
        for points in _blocks(found, places, count, seed):
            for point in points:
                for column, number in zip(columns, function(*point), strict=True):
                    column.append(number)
    samples = []
    for column in columns:
        finite = sorted(filter(math.isfinite, column))
        samples.append(Sample(finite, len(column) - len(finite)))
    return samples


def _blocks(
    found: Uncertainty, places: Sequence[int], count: int, seed: int
) -> Iterator[list[list[float]]]:
    """The points, block by block: the numbers at these places, drawn together."""
    gauss = random.Random(seed).gauss
    centres = [found.evaluation.values[found.nodes[k]] for k in places]
    sigmas = [found.sigmas[k] for k in places]
    rows = found.correlated.among(places).root()
    for start in range(0, count, _BLOCK):
        block = []
        for _ in range(min(_BLOCK, count - start)):
            drawn = [gauss(0.0, 1.0) for _ in places]
            together = [
                (place, sum([x * drawn[other] for other, x in row.items()]))
                for place, row in rows
            ]
            for place, number in together:
                drawn[place] = number
            block.append(
                [c + s * z for c, s, z in zip(centres, sigmas, drawn, strict=True)]
            )
        yield block
