"""Roots of equations: what tells that there is one, of what kind and how exactly.

What the roundings of all nodes may change in an equation is taken for 0. Beside a
simple root, it is the value over the slope that rounding leaves of the error; a root
where the slope is 0 within rounding is a multiple one, less exact.
"""

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gradcalc.backward import arrived
from gradcalc.learning.descent import CONVERGED, DescentSettings, Walk
from gradcalc.learning.least_squares import least_squares
from gradcalc.learning.moving_formula import MovingFormula
from gradcalc.operations import OPERATIONS, SUM
from gradcalc.shapes import flatten, named_leaves
from gradcalc.wording import some

if TYPE_CHECKING:
    from decimal import Decimal

# What stands at a place: the first four solve the equations.
ROOT = "root"
DOUBLE = "double root"
MULTIPLE = "multiple root"
STRETCH = "stretch of roots"
MINIMUM = "minimum"
POLE = "pole"
JUMP = "jump"
NOWHERE = "no root found"
OUTSIDE = "outside the domain"
_SOLVED = (ROOT, DOUBLE, MULTIPLE, STRETCH)

# What a few roundings may have made is 0.
_ROUNDINGS = 8
# Derivatives so much smaller than others are 0.
_SINGULAR = 1e-6
# So far beside it, another place is no part of a root's rounding.
_STILL = 1e-4
_MOST_IN_DECIMALS = 5_000

_FADES = "the value fades below the smallest double without being 0"

_TIMES = OPERATIONS["*"]


@dataclass(frozen=True)
class Place:
    """Where the unknowns are, and the equations there."""

    values: Sequence[float]
    # What is to be 0.
    residuals: Sequence[float]
    # The part of Newton's step that led here; None if another step did.
    share: float | None = None

    @property
    def distance(self) -> float:
        """How far the equations are from 0: the norm of their values."""
        return math.hypot(*self.residuals)


@dataclass(frozen=True)
class Found:
    """What was found at the end of a path."""

    # One of the words above.
    kind: str
    path: Sequence[Place]
    # What rounding may have moved each unknown of a root by.
    within: Sequence[float] = ()
    # Of what is no root, a sentence about it.
    reason: str = ""

    @property
    def end(self) -> Place:
        return self.path[-1]

    @property
    def solves(self) -> bool:
        """Whether the equations hold there."""
        return self.kind in _SOLVED


class Equations:
    """Equations as functions of their unknowns, and what rounding makes of them."""

    def __init__(self, formula: MovingFormula) -> None:
        self.formula = formula
        self.at = formula.slopes
        self.size = len(formula.leaves)
        self.names = list(named_leaves(formula.moving))
        self.outputs = flatten(formula.bound.output)
        _, rows = self.at(*formula.start)
        # Equations in units of their own count alike.
        tops = [max(map(abs, row)) for row in rows]
        self._scales = [t if t and math.isfinite(t) else 1.0 for t in tops]

    @property
    def is_single(self) -> bool:
        """Whether there is one equation for one unknown."""
        return self.size == len(self.outputs) == 1

    def place(self, values: Sequence[float], share: float | None = None) -> Place:
        """The place with the equations there."""
        return Place(values, self.at(*values)[0], share)

    def named(self, place: Place) -> str:
        """The place in a sentence: x = 1, y = 2."""
        pairs = zip(self.names, place.values, strict=True)
        return some([f"{name} = {value:.6g}" for name, value in pairs])

    def at_kink(self, place: Place) -> bool:
        """Whether slopes there are a convention."""
        notes = self.formula.evaluation(place.values).notes
        return any(note.kind in ("kink", "tie") for note in notes)

    def merit(self) -> MovingFormula:
        """The sum of the equations' squares."""
        formula = self.formula
        bound = formula.bound
        graph = bound.program.graph.copy()
        squares = [graph.add(_TIMES, (node, node)) for node in self.outputs]
        total = graph.add(SUM, tuple(squares))
        program = replace(bound.program, graph=graph)
        whole = replace(bound, program=program, output=total)
        return MovingFormula(whole, formula.moving, {})

    def distance(self, residuals: Sequence[float]) -> float:
        """How far the equations are from 0, each in its unit; inf where they have no
        values.
        """
        pairs = zip(residuals, self._scales, strict=True)
        norm = math.hypot(*[residual / scale for residual, scale in pairs])
        return norm if norm == norm else math.inf

    def noise(self, values: Sequence[float]) -> list[float]:
        """What the rounding of each node's value may change in each equation."""
        evaluation = self.formula.evaluation(values)
        return [
            sys.float_info.epsilon
            * sum(
                size
                for node, gradient in arrived(row)
                for size in [abs(evaluation.values[node] * gradient)]
                if math.isfinite(size)
            )
            for row in evaluation.gradients
        ]

    def hold(self, place: Place) -> bool:
        """Whether all are 0 within rounding."""
        noise = self.noise(place.values)
        pairs = zip(place.residuals, noise, strict=True)
        return all(
            residual == 0 or abs(residual) <= _ROUNDINGS * error < math.inf
            for residual, error in pairs
        )


def differ(one: Place, other: Place) -> bool:
    """Whether the only equation has two signs."""
    a, b = one.residuals[0], other.residuals[0]
    return a < 0 < b or b < 0 < a


def judged(equations: Equations, path: Sequence[Place]) -> Found | None:
    """The root at the end of the path; None if there is none."""
    end = path[-1]
    if equations.is_single:
        end = _polished(equations, end)
        path = path if end is path[-1] else [*path, end]
    if not equations.hold(end):
        return None
    if equations.is_single and not any(end.residuals):
        if _is_still(equations, end):
            if _fades(equations, end):
                where = equations.named(end)
                return Found(NOWHERE, path, reason=f"{_FADES}, at {where}")
            return Found(STRETCH, path)
        if equations.at_kink(end):
            return Found(ROOT, path, _spread(equations, end))
    _, rows = equations.at(*end.values)
    if not all(math.isfinite(slope) for row in rows for slope in row):
        return Found(ROOT, path)
    within = _within(equations, end, rows)
    if within is not None and not _touches(equations, end, rows):
        return Found(ROOT, path, within)
    if not equations.is_single:
        return Found(MULTIPLE, path)
    turn = turning_place(equations, end)
    if turn is not None and turn.values != end.values and equations.hold(turn):
        path, end = [*path, turn], turn
    within = _spread(equations, end)
    return Found(_order(equations, end, within[0]), path, within)


def _order(equations: Equations, place: Place, spread: float) -> str:
    """Whether the curvature alone makes the value rise above rounding so far away."""
    curvature = equations.formula.hessian(place.values)
    (noise,) = equations.noise(place.values)
    bend = abs(curvature[0][0]) if curvature is not None else 0.0
    return DOUBLE if bend and bend * spread**2 >= noise / 32 else MULTIPLE


def turning_place(equations: Equations, place: Place) -> Place | None:
    """The place nearby where the only equation comes nearest to 0; None for none."""
    settings = DescentSettings(up=place.residuals[0] < 0, optimizer="newton")
    way = Walk(equations.formula.starting(place.values), settings).run()
    values = equations.formula.numbers(way.end.variables)
    return equations.place(values) if way.stopped == CONVERGED else None


def _polished(equations: Equations, place: Place) -> Place:
    """The place or one of the doubles beside it, whichever is nearest to 0."""
    best = place
    for _ in range(4):
        around = [math.nextafter(best.values[0], way) for way in (-math.inf, math.inf)]
        places = [best, *(equations.place([x]) for x in around)]
        nearest = min(places, key=lambda each: equations.distance(each.residuals))
        if nearest is best:
            break
        best = nearest
    return best


def _is_still(equations: Equations, place: Place) -> bool:
    """Whether the only equation is 0 on one side of the place as well.

    Also where it is less than a double can be, but not where it is lost in rounding.
    """
    (x,) = place.values
    far = _STILL * max(1.0, abs(x))
    sides = [[x + side * far * part for part in (1, 0.7, 0.4)] for side in (1, -1)]
    return any(
        all(equations.at(x)[0][0] == 0 for x in side)
        and all(abs(_exact(equations, x)) < sys.float_info.min for x in side)
        for side in sides
    )


def _fades(equations: Equations, place: Place) -> bool:
    """Whether a value of 0 would be another number if doubles did not end there."""
    return bool(_exact(equations, place.values[0]) != 0)


def _exact(equations: Equations, x: float) -> "Decimal":
    """The only equation in decimals, whose exponents do not end."""
    # Imported here: few roots need it.
    from decimal import Decimal

    from gradcalc.engine.high_precision import forward

    formula = equations.formula
    graph = formula.bound.program.graph
    if len(graph) > _MOST_IN_DECIMALS:
        return Decimal(equations.at(x)[0][0])
    given = {**formula.known, formula.leaves[0]: x}
    values: list[Decimal] = forward(graph, given)
    output: int = equations.outputs[0]
    return values[output]


def _within(
    equations: Equations, place: Place, rows: Sequence[Sequence[float]]
) -> list[float] | None:
    """What rounding may move each unknown by; None where derivatives are singular."""
    noise = equations.noise(place.values)
    size = equations.size
    total = [sys.float_info.epsilon / 2 * abs(x) for x in place.values]
    units = [[0.0] * len(rows) for _ in rows]
    for row, unit in enumerate(units):
        unit[row] = noise[row]
    solutions, pivots = least_squares(rows, *units)
    if len(pivots) < size or pivots[-1] < _SINGULAR * pivots[0]:
        return None
    for moved in solutions:
        total = [t + abs(m) for t, m in zip(total, moved, strict=True)]
    return total


def _touches(
    equations: Equations, place: Place, rows: Sequence[Sequence[float]]
) -> bool:
    """Whether the only equation's slope is 0 within rounding of the place."""
    if not equations.is_single:
        return False
    curvature = equations.formula.hessian(place.values)
    if curvature is None:
        return False
    (noise,) = equations.noise(place.values)
    return abs(rows[0][0]) < 4 * math.sqrt(noise) * math.sqrt(abs(curvature[0][0]))


def _spread(equations: Equations, place: Place) -> list[float]:
    """How far around the place the only equation is 0 within rounding."""
    (x,), (noise,) = place.values, equations.noise(place.values)
    far = math.ulp(x)
    while any(abs(equations.at(x + d)[0][0]) <= noise for d in (far, -far)):
        far *= 2
        if not math.isfinite(x + far):
            break
    return [far / 2]
