"""The search for the least sum of squares: in one step, or from one or many starts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from gradcalc.fitting.fits import SOLVED
from gradcalc.fitting.linear_solver import bounded_least_squares, linear_least_squares
from gradcalc.fitting.residuals import Residuals, power_of_two
from gradcalc.fitting.robust import robust_fit
from gradcalc.fitting.scan import MOST_ROWS, Scan, strangeness
from gradcalc.fitting.separation import Contents, derivative_contents, linear_together
from gradcalc.fitting.solver import solve
from gradcalc.fitting.trimmed import trimmed_square

# A larger matrix than of so many numbers is not kept.
_MOST_NUMBERS = 1_000_000
# Starts that a scan finds, and the rows that they are tried on.
_STARTS, _TRIED_ROWS = 6, 2_000
# Of so many rows some are looked at first.
_MANY_ROWS, _FEW_ROWS = 100_000, 10_000
# Evaluations of each of these, before the best goes on.
_EVALUATIONS = 60
# Sums of squares are equal that differ by this share, or in each row by so much.
_EQUAL, _NOTHING = 1e-6, 1e-24


class NotFiniteError(Exception):
    """The model, or its derivative, is not finite at the start."""

    def __init__(self, values: Sequence[float]) -> None:
        super().__init__()
        self.values = values


@dataclass(frozen=True)
class Asked:
    """How to search."""

    # For each number the value to start from, None where there is none; and its bounds.
    start: Sequence[float | None]
    bounds: Sequence[tuple[float, float]]
    robust: str | None = None
    # How many more starts are drawn at random.
    starts: int = 0
    seed: int = 0

    @property
    def is_free(self) -> bool:
        """Whether there are no bounds."""
        return all(math.isinf(side) for pair in self.bounds for side in pair)


@dataclass(frozen=True, kw_only=True, eq=False)
class Found:
    """Where the sum of squares is least."""

    values: Any
    start: Any
    stopped: str
    # Where the Jacobian of a linear model was computed: it is the same everywhere.
    linear_at: Any = None
    # Of a robust fit: the variance of the residuals, in the square of their unit, and
    # the residual that is large.
    variance: float | None = None
    scale: float | None = None


def search(residuals: Residuals, asked: Asked) -> Found:
    """The least squares. Raises NotFiniteError if no start is of use."""
    contents = derivative_contents(residuals.graph, residuals.outputs, residuals.free)
    found = None
    if not any(contents):
        found = _in_one_step(residuals, asked)
    if found is None:
        found = _from_starts(residuals, asked, contents)
    if asked.robust is None:
        return found
    start, values = _robust_start(residuals, asked, contents, found)
    robust = robust_fit(residuals, asked.robust, values, asked.bounds)
    return replace(
        found,
        start=start,
        values=robust.values,
        stopped=robust.stopped,
        linear_at=None,
        variance=robust.variance,
        scale=robust.scale,
    )


def _in_one_step(residuals: Residuals, asked: Asked) -> Found | None:
    """The least squares of a linear model; None if numbers are not finite."""
    np, size = residuals.np, residuals.count + 1
    near = np.zeros(residuals.count)
    if residuals.rows * residuals.count < _MOST_NUMBERS:
        block = residuals.whole(near)
    else:
        # Near the end residuals are small, and rounding takes little of the triangle.
        few = _some(residuals, _TRIED_ROWS, asked.seed)
        rough = few.triangle(near, np.ones(size))
        if rough is not None:
            near = linear_least_squares(rough[:, :-1], -rough[:, -1])
        block = residuals.triangle(near, np.ones(size))
    if block is None or not np.isfinite(block).all():
        return None
    matrix, right = block[:, :-1], -block[:, -1]
    values = near + linear_least_squares(matrix, right)
    if not asked.is_free:
        low, high = (np.array(side) for side in zip(*asked.bounds, strict=True))
        if ((values < low) | (values > high)).any():
            right = right + matrix @ near
            values = bounded_least_squares(matrix, right, low, high)
    return Found(values=values, start=values, stopped=SOLVED, linear_at=near)


def _from_starts(residuals: Residuals, asked: Asked, contents: Contents) -> Found:
    """The best that is reached from the starts."""
    starts, scan = _starts(residuals, asked, contents)
    if len(starts) == 1:
        return _through_some(residuals, asked, starts[0])
    tried = _some(residuals, _TRIED_ROWS, asked.seed)
    found = []
    for start in starts:
        try:
            found.append(_reached(tried, asked, start, _EVALUATIONS))
        except NotFiniteError:
            continue
    if not found:
        given = [1.0 if each is None else each for each in asked.start]
        raise NotFiniteError(starts[0] if starts else given)
    best = _best(tried, found)
    if scan is not None:
        best = replace(best, values=scan.plainest(best.values))
    final = _through_some(residuals, asked, best.values)
    residuals.evaluations += tried.evaluations if tried is not residuals else 0
    return replace(final, start=best.start)


def _robust_start(
    residuals: Residuals, asked: Asked, contents: Contents, found: Found
) -> tuple[Any, Any]:
    """What a robust fit begins with, and the start that this comes from.

    Of robust fits to some of the rows it is the one that meets two thirds of them best.
    """
    assert asked.robust is not None
    np = residuals.np
    starts, scan = _starts(residuals, asked, contents, is_robust=True)
    tried = _some(residuals, _TRIED_ROWS, asked.seed)
    ends = []
    for start, near in [
        (found.start, found.values),
        *((each, each) for each in starts),
    ]:
        if np.isfinite(tried.whole(near, careful=False)).all():
            end = robust_fit(tried, asked.robust, near, asked.bounds).values
            left = tried.whole(end, careful=False)[:, -1]
            if np.isfinite(left).all():
                ends.append((trimmed_square(np, left), start, end))
    if not ends:
        return found.start, found.values
    bound = min(cost for cost, *_ in ends) * (1 + _EQUAL) + _NOTHING * tried.rows
    equal = [(start, end) for cost, start, end in ends if cost <= bound]
    start, end = min(equal, key=lambda each: strangeness(each[1]))
    residuals.evaluations += tried.evaluations if tried is not residuals else 0
    return start, end if scan is None else scan.plainest(end)


def _through_some(residuals: Residuals, asked: Asked, start: Any) -> Found:
    """Where the search ends that goes through some of very many rows first."""
    if residuals.observations.rows < _MANY_ROWS:
        return _reached(residuals, asked, start)
    few = _some(residuals, _FEW_ROWS, asked.seed)
    try:
        near = _reached(few, asked, start).values
        found = _reached(residuals, asked, near, is_near=True)
    except NotFiniteError:
        return _reached(residuals, asked, start)
    return replace(found, start=start)


def _best(residuals: Residuals, found: Sequence[Found]) -> Found:
    """The one with the least sum of squares; of equal ones the plainest."""
    costs = [_cost(residuals, each.values) for each in found]
    bound = min(costs) * (1 + _EQUAL) + _NOTHING * residuals.rows
    equal = [e for e, cost in zip(found, costs, strict=True) if cost <= bound]
    return min(equal, key=lambda each: strangeness(each.values))


def _cost(residuals: Residuals, values: Any) -> float:
    rest = residuals.triangle(values, residuals.np.ones(residuals.count + 1))
    with residuals.np.errstate(all="ignore"):
        return math.inf if rest is None else float(rest[:, -1] @ rest[:, -1])


def _starts(
    residuals: Residuals, asked: Asked, contents: Contents, *, is_robust: bool = False
) -> tuple[list[Any], Scan | None]:
    """The starts that are given, looked for and drawn, the best first; and the scan."""
    np, random = residuals.np, Random(asked.seed)
    unknown = [place for place, each in enumerate(asked.start) if each is None]
    if not unknown:
        given = np.array(asked.start, float)
        return [
            given,
            *(_near(given, asked, random) for _ in range(asked.starts)),
        ], None
    linear = linear_together(contents, unknown)
    scan = Scan(
        _some(residuals, MOST_ROWS, asked.seed),
        [1.0 if each is None else each for each in asked.start],
        [place for place in unknown if place not in linear],
        linear,
        asked.bounds,
        is_robust=is_robust,
    )
    return scan.starts(_STARTS + asked.starts, random), scan


def _near(given: Any, asked: Asked, random: Random) -> Any:
    """A start drawn around the one that is given, or anywhere between its bounds."""
    found = given.copy()
    for place, (low, high) in enumerate(asked.bounds):
        drawn = random.random()
        if math.isfinite(high - low):
            found[place] = low + drawn * (high - low)
        else:
            size = (abs(given[place]) or 1.0) * 10 ** (2 * drawn - 1)
            sign = -1 if random.random() < 0.25 else 1
            drawn = math.copysign(size, given[place]) * sign
            found[place] = min(max(drawn, low), high)
    return found


def _some(residuals: Residuals, most: int, seed: int) -> Residuals:
    """The residuals of so many rows at most, drawn at random."""
    rows = residuals.observations.rows
    if rows <= most:
        return residuals
    random = Random(seed)
    # One of each run of rows.
    drawn = [int((each + random.random()) * rows / most) for each in range(most)]
    return residuals.of_rows(residuals.np.array(drawn))


def _scales(residuals: Residuals, values: Any) -> Any:
    """Powers of 2 of the size of the columns of [J r]. Raises NotFiniteError."""
    np = residuals.np
    triangle = residuals.triangle(values, np.ones(residuals.count + 1))
    if triangle is not None:
        sizes = np.abs(triangle).max(axis=0)
    else:
        # They may be too large for their squares.
        sizes = np.zeros(residuals.count + 1)
        for block in residuals.blocks(values):
            sizes = np.maximum(sizes, np.abs(block).max(axis=0))
        if not np.isfinite(sizes).all():
            raise NotFiniteError(values)
    return np.array([power_of_two(float(size)) for size in sizes])


def _reached(
    residuals: Residuals,
    asked: Asked,
    start: Any,
    evaluations: int | None = None,
    *,
    is_near: bool = False,
) -> Found:
    """Where the search from one start ends. Raises NotFiniteError."""
    np, count = residuals.np, residuals.count
    low, high = (np.array(side, float) for side in zip(*asked.bounds, strict=True))
    start = np.clip(start, low, high)
    scales = _scales(residuals, start)
    units = scales[count] / scales[:count]

    def at(values: Any) -> Any:
        return residuals.triangle(values * units, scales)

    with np.errstate(all="ignore"):
        sides = low / units, high / units
        found = solve(at, start / units, *sides, evaluations, is_near=is_near)
        values = np.clip(found.values * units, low, high)
    return Found(values=values, start=start, stopped=found.stopped)
