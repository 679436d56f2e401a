"""The way to a root by Newton's method, and to what stands where there is none.

Each step solves the equations' linear model, with the exact derivatives, and is halved
until the equations come nearer to 0 (Deuflhard, Newton Methods for Nonlinear Problems,
2004, chapter 3). Beside a simple root each step squares the error. Beside a multiple
one it divides it, by what tells how many roots fall together; then so many steps are
taken at once. Where no step leads nearer, the least distance from 0 is looked for.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from gradcalc.learning.descent import (
    CONVERGED,
    INTERRUPTED,
    KINK,
    STUCK,
    DescentSettings,
    Walk,
)
from gradcalc.learning.least_squares import least_squares
from gradcalc.learning.moving_formula import MovingFormula
from gradcalc.solving.brackets import edge_of_domain, refined
from gradcalc.solving.roots import (
    MINIMUM,
    MULTIPLE,
    NOWHERE,
    OUTSIDE,
    Equations,
    Found,
    Place,
    differ,
    judged,
)

# A step must bring the equations nearer to 0 by this part of what its model promises.
_PROGRESS = 1e-4
_LEAST_SHARE = 2.0**-40
# Steps that all shrink by one part, to this share of it, lead to a multiple root.
_ALIKE = 0.02
_SHRINKING = (0.4, 0.95)
# After so many steps in a row that were too long, a root is looked for between two
# signs if these are known.
_HALVED = 4
# Equations that came so much nearer to 0 are there.
_VANISHED = 1e-24
# The second derivatives of more take too long.
_MOST_UNKNOWNS = 200


def root_from(equations: Equations, steps: int) -> Found:
    """What Newton's method leads to from the formula's start, in so many steps."""
    start = equations.place(equations.formula.start)
    if not all(map(math.isfinite, start.residuals)):
        return Found(OUTSIDE, [start], reason=_not_finite(equations, start))
    way = newton_path(equations, start, steps)
    found = judged(equations, way.path)
    if found is not None:
        return found
    if way.bracket is not None:
        between = refined(equations, *way.bracket)
        if between.solves:
            return replace(between, path=[*way.path, *between.path])
    if way.edge is not None:
        last = edge_of_domain(equations, *way.edge)
        found = judged(equations, [*way.path, last])
        if found is not None:
            return found
    return _nearest(equations, way.path, steps)


def _not_finite(equations: Equations, place: Place) -> str:
    for note in equations.formula.evaluation(place.values).notes:
        if note.kind == "nonfinite":
            return f"at the start, {note.message}"
    return "the formula is not finite at the start"


@dataclass(frozen=True)
class Way:
    """The path of Newton's method."""

    path: list[Place]
    # Two places between which the only equation changes its sign, and two, the first
    # with a value and the other without, if some were seen.
    bracket: tuple[Place, Place] | None
    edge: tuple[Place, Place] | None


def newton_path(equations: Equations, start: Place, steps: int) -> Way:
    """The path from the start, in at most so many steps."""
    path, lengths, bracket, edge = [start], list[float](), None, None
    halved = 0
    while len(path) <= steps and any(path[-1].residuals):
        here = path[-1]
        residuals, rows = equations.at(*here.values)
        if not all(math.isfinite(slope) for row in rows for slope in row):
            break
        (step,), pivots = least_squares(rows, [-r for r in residuals])
        if not pivots or not all(map(math.isfinite, step)):
            break
        lengths.append(math.hypot(*step))
        share, distance = _multiplicity(lengths), equations.distance(residuals)
        while share > _LEAST_SHARE:
            values = [x + share * s for x, s in zip(here.values, step, strict=True)]
            there = equations.place(values, share)
            left = equations.distance(there.residuals)
            if equations.is_single and differ(here, there):
                bracket = here, there
            if equations.is_single and left == math.inf:
                edge = here, there
            if left < distance * (1 - _PROGRESS * min(1.0, share)):
                break
            share = 1.0 if share > 1 else share / 2
        else:
            break
        halved = halved + 1 if share < 1 else 0
        if values == here.values or (bracket and halved == _HALVED):
            break
        path.append(there)
    return Way(path, bracket, edge)


def _multiplicity(lengths: Sequence[float]) -> float:
    """How many roots fall together where steps of these lengths lead.

    Beside a root of that many, m, each leaves the part 1 - 1/m of the error.
    """
    last = lengths[-4:]
    if len(last) < 4 or not all(last):
        return 1.0
    ratios = [b / a for a, b in pairwise(last)]
    low, high = _SHRINKING
    alike = max(ratios) - min(ratios) <= _ALIKE * max(ratios)
    if not alike or not low < ratios[-1] < high:
        return 1.0
    return float(round(1 / (1 - ratios[-1])))


def _nearest(equations: Equations, path: Sequence[Place], steps: int) -> Found:
    """What there is where no step of Newton's method leads on.

    A root, where the way to the least distance from 0 crosses or ends at one; else that
    least distance, or where the search for it gave up.
    """
    end = path[-1]
    if equations.size > _MOST_UNKNOWNS:
        reason = f"no step leads nearer to 0 than {end.distance:.6g}"
        return Found(NOWHERE, path, reason=reason)
    single = equations.is_single
    formula = equations.formula if single else equations.merit()
    up = single and end.residuals[0] < 0
    settings = DescentSettings(up=up, optimizer="newton", steps=steps)
    descent = Walk(formula.starting(end.values), settings).run()
    if descent.stopped == INTERRUPTED:
        raise KeyboardInterrupt
    places = [
        equations.place(equations.formula.numbers(point.variables))
        for point in descent.trace
    ]
    if single:
        for before, after in pairwise(places):
            if differ(before, after):
                return refined(equations, before, after)
    last = newton_path(equations, places[-1], steps).path
    for way in (last, places):
        found = judged(equations, [*path, *way[1:]])
        if found is not None:
            return found
    if not single and places[-1].distance <= _VANISHED * path[0].distance:
        # A root of squares, whose roundings have no size beside 0.
        return Found(MULTIPLE, [*path, *places[1:]])
    kind, reason = _nothing(equations, formula, places[-1], descent.stopped)
    return Found(kind, [*path, *places[1:]], reason=reason)


def _nothing(
    equations: Equations, formula: MovingFormula, place: Place, stopped: str
) -> tuple[str, str]:
    """What stands at the end of a search for the least distance from 0."""
    where, distance = equations.named(place), f"{place.distance:.6g}"
    what, comes, is_ = ("the equations", "come", "are")
    if equations.is_single:
        what, comes, is_ = ("the value", "comes", "is")
        if formula.hessian(place.values) == [[0.0]] and stopped == CONVERGED:
            return NOWHERE, f"{what} is {distance} away from 0 and flat at {where}"
    if stopped in (CONVERGED, KINK, STUCK):
        return MINIMUM, f"{what} {comes} no nearer to 0 than {distance}, at {where}"
    return NOWHERE, (
        f"{what} {is_} still {distance} away from 0 at {where}, where the search ends"
    )
