"""The residuals of a model over all rows, and their Jacobian, in bounded memory.

Rows are taken block by block. What least squares needs of the Jacobian J and the
residuals r is the triangle R of the QR decomposition of [J r], which has as many rows
as columns: J^T J, J^T r and the sum of squares are those of R. The blocks are folded
into it one after another (Golub and Van Loan, Matrix Computations, 4th edition, section
5.2; Demmel et al., Communication-optimal QR, 2012), so that nothing is squared.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from gradcalc.engine.vectorized import Kernel
from gradcalc.errors import extra_module
from gradcalc.fitting.observations import Observations
from gradcalc.graph import Graph

# So many numbers of the Jacobian are there at once, at most.
_MOST_NUMBERS = 1_000_000
# From so many rows on, a sample of them says how to make the others' columns nearly
# orthogonal, so that these can be multiplied: that is faster, and loses nothing.
_MANY_ROWS, _SAMPLE, _PART = 20_000, 2_000, 8_192
_WELL_CONDITIONED = 1e4
# So many triangles are kept, with what they are of.
_REMEMBERED = 4
# Of numbers beyond 2 to this power the squares may be no doubles.
_EXTREME = 300


class Residuals:
    """Prediction minus target, each divided by its sigma, for values of parameters.

    All are in units of the largest target, a power of 2, so that no square of them is
    too large or too small for a double.

    graph      of the model
    free       the variable nodes of the parameters that are fitted
    count      how many of these there are
    rows       how many residuals there are
    unit       what they are divided by
    evaluations  how often all of them were computed
    """

    def __init__(
        self,
        graph: Graph,
        outputs: Sequence[int],
        arguments: Sequence[int],
        free: Sequence[int],
        known: Mapping[int, float],
        observations: Observations,
        unit: float | None = None,
    ) -> None:
        self.np = extra_module("numpy", "fit", "fits")
        self.graph, self.outputs, self.free = graph, list(outputs), list(free)
        self.arguments, self.known = list(arguments), known
        self.observations = observations
        self.count = len(free)
        self.rows = observations.rows * len(outputs)
        self.unit = unit or _unit(self.np, observations)
        self.evaluations = 0
        self._known_triangles: dict[tuple[bytes, bytes, bool], Any] = {}

    @cached_property
    def _kernel(self) -> Kernel:
        return self.kernel(self.free)

    @cached_property
    def _values(self) -> Kernel:
        return self.kernel([])

    def kernel(self, wanted: Sequence[int], *, shared: bool = True) -> Kernel:
        """The kernel of inputs and parameters with gradients for the wanted nodes.

        Unless `shared`, the parameters may differ from row to row.
        """
        first = len(self.arguments)
        return Kernel(
            self.graph,
            self.outputs,
            [*self.arguments, *self.free],
            wanted,
            self.known,
            frozenset(range(first, first + self.count) if shared else ()),
        )

    def blocks(self, values: Sequence[float], *, careful: bool = True) -> Iterator[Any]:
        """The matrix [J r], block by block of rows; `careful` is the kernel's."""
        np, observations = self.np, self.observations
        self.evaluations += 1
        outputs, count = len(self.outputs), self.count
        size = max(1, _MOST_NUMBERS // (outputs * (count + 1)))
        for start in range(0, observations.rows, size):
            stop = min(start + size, observations.rows)
            block = np.empty((outputs, count + 1, stop - start))
            found = [each[count] for each in block]
            found += [row for each in block for row in each[:count]]
            self._found(self._kernel, values, start, stop, careful, found)
            with np.errstate(all="ignore"):
                for place, target in enumerate(observations.targets):
                    block[place, count] -= target[start:stop]
                if observations.sigmas is not None:
                    for place, sigma in enumerate(observations.sigmas):
                        block[place] /= sigma[start:stop]
                if self.unit != 1:
                    block /= self.unit
            yield block.transpose(0, 2, 1).reshape(-1, count + 1)

    def _found(
        self,
        kernel: Kernel,
        values: Sequence[float],
        start: int,
        stop: int,
        careful: bool = True,
        results: Sequence[Any] | None = None,
    ) -> Sequence[Any]:
        np = self.np
        columns = [column[start:stop] for column in self.observations.inputs]
        parameters = np.array(values, float).reshape(-1, 1)
        columns += list(parameters)
        return kernel(columns, stop - start, careful=careful, results=results)

    def whole(self, values: Sequence[float], *, careful: bool = True) -> Any:
        """The matrix [J r] of all rows."""
        return self.np.concatenate(list(self.blocks(values, careful=careful)))

    def of_rows(self, places: Any) -> "Residuals":
        """Those of some rows alone."""
        rows = self.observations.at(places)
        given = self.graph, self.outputs, self.arguments, self.free, self.known
        return Residuals(*given, rows, self.unit)

    def triangle(
        self, values: Sequence[float], scales: Any, *, careful: bool = False
    ) -> Any:
        """The triangle R of [J r], its columns divided by the scales; None if it has
        numbers that are not finite.

        The scales are powers of 2, so that nothing is lost.
        """
        np, size = self.np, self.count + 1
        numbers = np.array(values, float)
        is_extreme = (np.abs(np.log2(scales)) > _EXTREME).any()
        key = numbers.tobytes(), scales.tobytes() if is_extreme else b"", careful
        if key not in self._known_triangles:
            if len(self._known_triangles) > _REMEMBERED:
                self._known_triangles.pop(next(iter(self._known_triangles)))
            folded = np.zeros((0, size))
            for block in self.blocks(numbers, careful=careful):
                with np.errstate(all="ignore"):
                    if is_extreme:
                        block = block / scales
                    parts = [folded, _triangle(np, block)]
                    folded = np.linalg.qr(np.concatenate(parts), mode="r")
            padded = np.zeros((size, size))
            padded[: len(folded)] = folded
            self._known_triangles[key] = padded
        found = self._known_triangles[key]
        if not np.isfinite(found).all():
            return None
        return found if is_extreme else found / scales

    def predictions(self, values: Sequence[float]) -> Sequence[Any]:
        """The model's values, an array for each number of its result."""
        return self._found(self._values, values, 0, self.observations.rows)

    def weighted(self, differences: Sequence[Any]) -> list[Any]:
        """Differences of targets and predictions as residuals, in their unit."""
        return self._weighted(differences, slice(None))

    def _weighted(self, differences: Sequence[Any], rows: slice) -> list[Any]:
        sigmas = self.observations.sigmas
        found = [each[rows] for each in differences]
        with self.np.errstate(all="ignore"):
            if sigmas is not None:
                found = [e / s[rows] for e, s in zip(found, sigmas, strict=True)]
            return [each / self.unit for each in found]

    def square(self, differences: Sequence[Any]) -> float:
        """The sum of the squares of the differences as residuals, in their unit."""
        total = 0.0
        # In parts that fit the cache.
        for start in range(0, self.observations.rows, _PART):
            parts = self._weighted(differences, slice(start, start + _PART))
            with self.np.errstate(all="ignore"):
                total += sum(float(part @ part) for part in parts)
        return total


def _triangle(np: Any, block: Any) -> Any:
    """The triangle of the QR decomposition; NaN where it is not finite.

    Of many rows by Cholesky's decomposition of the columns divided by the triangle of
    some rows (Fukaya et al., Shifted Cholesky QR, SIAM Journal on Scientific Computing
    42, 2020, has the idea); where that is of no use, by reflections.
    """
    rows, size = block.shape
    if rows > _MANY_ROWS > _SAMPLE > 4 * size:
        near = np.linalg.qr(block[:: rows // _SAMPLE], mode="r")
        try:
            inverse = np.linalg.inv(near.T)
            squares = np.zeros((size, size))
            # In parts that fit the cache.
            for start in range(0, rows, _PART):
                divided = inverse @ block.T[:, start : start + _PART]
                squares += divided @ divided.T
            triangle = np.linalg.cholesky(squares).T
        except np.linalg.LinAlgError:
            pass
        else:
            # What the division and the squares lose grows with these.
            lost = (np.abs(inverse) @ np.abs(near.T)).max()
            if max(lost, np.linalg.cond(triangle)) < _WELL_CONDITIONED:
                return triangle @ near
    return np.linalg.qr(block, mode="r")


def _unit(np: Any, observations: Observations) -> float:
    """The power of 2 next to the largest target, divided by its sigma."""
    targets, sigmas = observations.targets, observations.sigmas
    with np.errstate(all="ignore"):
        if sigmas is not None:
            targets = [each / s for each, s in zip(targets, sigmas, strict=True)]
        return power_of_two(max(map(largest, targets)))


def largest(numbers: Any) -> float:
    """The largest size of the numbers, without a copy of them."""
    return max(float(numbers.max()), -float(numbers.min()))


def power_of_two(size: float) -> float:
    """The power of 2 that is next to the size, 1 for 0."""
    if not size or not math.isfinite(size):
        return 1.0
    return math.ldexp(1.0, min(max(math.frexp(size)[1] - 1, -1000), 1000))
