"""The update rule: steps along the gradient, up or down, and why they end."""

import math
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from gradcalc.errors import ShapeError, UsageError
from gradcalc.language.bindings import BoundProgram
from gradcalc.language.references import wanted_nodes
from gradcalc.learning.moving_formula import Bounds, MovingFormula, crossed_kink
from gradcalc.learning.optimizers import OPTIMIZERS, initial_state, mover
from gradcalc.learning.symmetric_factors import symmetric_factors
from gradcalc.learning.traces import Trace
from gradcalc.shapes import described, leaves_of

CONVERGED = "converged"
STEPS_USED_UP = "steps used up"
DIVERGED = "diverged"
KINK = "kink"
STUCK = "stuck"
INTERRUPTED = "interrupted"

# The most points of a trace that may be thinned out.
_LONGEST_TRACE = 20_000

# After so many steps in a row that each lead back to one of the last few points, the
# descent is going back and forth.
_RETURNS = 8
_LONGEST_CYCLE = 6

# A step that changes no number by more than this part, or that promises no more than
# this part of the value, is lost in rounding.
_ROUNDING = 4 * sys.float_info.epsilon

# For nodes times variables beyond this, nobody who did not ask for second derivatives
# waits for them.
_MOST_WORK = 1_000_000


@dataclass(frozen=True, kw_only=True)
class DescentSettings:
    """How to go up or down."""

    up: bool = False
    # What multiplies a step; None for the optimizer's own.
    rate: float | None = None
    # How many at most.
    steps: int = 100
    # The norm of the gradient at which it ends.
    until: float = 0.0
    # The variables that move; None for all.
    wrt: Sequence[str] | None = None
    # Keep one point in this many steps; None for all, or as many as memory allows.
    every: int | None = None
    # Whether more points than a picture needs may be dropped in spite of that.
    thinned: bool = False
    optimizer: str = "sgd"
    # Those of the optimizer's constants that differ from its own.
    constants: Mapping[str, float] = field(default_factory=dict)
    bounds: Mapping[str, Bounds] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Point:
    """Where the variables are after a number of steps."""

    # How many steps were taken.
    step: int
    value: float
    # The values of all variables, by name.
    variables: dict[str, Any]
    # The gradient with respect to those that move.
    gradient: dict[str, Any]
    # The change of value that the gradient promised for the last step, and the change
    # that it made; None at the start.
    predicted: float | None
    actual: float | None

    @property
    def finite(self) -> bool:
        """Whether the value and the gradient are."""
        return _finite(self.value, leaves_of(self.gradient, self.gradient))


@dataclass(frozen=True)
class Descent:
    """The points that a descent or ascent went through."""

    # The start, every so many steps, and the end.
    trace: list[Point]
    # "converged", "steps used up", "diverged", "kink", "stuck" or "interrupted".
    stopped: str
    # A sentence about that.
    reason: str

    @property
    def start(self) -> Point:
        return self.trace[0]

    @property
    def end(self) -> Point:
        return self.trace[-1]


def descend(bound: BoundProgram, settings: DescentSettings) -> Descent:
    """The descent from the variables' values along the gradient, or the ascent.

    Each step subtracts rate times the gradient (or the optimizer's step) from the
    variables, or adds it, and moves those outside their bounds back onto them (the
    projected gradient method: Bertsekas, Nonlinear Programming, section 3.3). It ends
    when the norm of the gradient is at most `until`, counting no component that pushes
    against a bound; after so many steps; at a kink; before a number that is not
    finite; or where an optimizer that looks for lower values finds none. An
    interruption from the keyboard ends it too, and is not raised.

    Raises ShapeError if the formula results in a list, UsageError and BindingError for
    bounds and names that do not fit, MissingExtraError for lbfgs without SciPy.
    """
    return Walk(moving_formula(bound, settings), settings).run()


def moving_formula(bound: BoundProgram, settings: DescentSettings) -> MovingFormula:
    """The formula as a function of what moves. Raises the errors of `descend`."""
    if isinstance(bound.output, list):
        shape = described((len(bound.output),))
        raise ShapeError(
            f"the result is {shape}, which has no direction up or down",
            source=bound.text,
            span=(0, len(bound.text)),
            hint="make it a number, such as its sum(...)",
        )
    moving = wanted_nodes(bound.program, settings.wrt)
    if not moving:
        raise UsageError("the formula has no variable to move")
    return MovingFormula(bound, moving, settings.bounds)


# Why it ends, and a sentence about it.
Ending = tuple[str, str]


class Walk:
    """A descent on its way: where it is, the step that led there, the last points.

    here      the numbers that move
    value     of the formula there
    gradient  of the formula there, number by number
    """

    def __init__(self, formula: MovingFormula, settings: DescentSettings) -> None:
        self.formula = formula
        self.settings = settings
        self.optimizer = OPTIMIZERS[settings.optimizer]
        self.step = 0
        self.value, self.gradient = self.look(formula.start)
        self.here = list(formula.start)
        self._predicted: float | None = None
        self._actual: float | None = None
        self._recent: deque[list[float]] = deque(maxlen=_LONGEST_CYCLE)
        self._returns = 0
        whole = settings.every is not None and not settings.thinned
        longest = None if whole else _LONGEST_TRACE
        self._trace = Trace(self._point(), longest, settings.every or 1)

    @property
    def sign(self) -> float:
        """1 where lower values are better, -1 where higher ones are."""
        return -1.0 if self.settings.up else 1.0

    @property
    def norm(self) -> float:
        """The norm of the gradient without what pushes against a bound."""
        return self.formula.norm(self.here, self.gradient, up=self.settings.up)

    @property
    def free(self) -> list[int]:
        """The places of the numbers that do not push against a bound."""
        return self.formula.free(self.here, self.gradient, up=self.settings.up)

    @property
    def rate(self) -> float:
        """What multiplies a step."""
        given = self.settings.rate
        return given if given is not None else self.optimizer.rate or 1.0

    def run(self) -> Descent:
        """The whole descent."""
        take_steps = _follow_rule
        if self.optimizer.search:
            module, _, name = self.optimizer.search.partition(":")
            take_steps = getattr(import_module(module), name)
        try:
            ending = self._ending() or take_steps(self)
        except KeyboardInterrupt:
            ending = INTERRUPTED, "from the keyboard"
        return Descent(self._trace.ending_with(self._point()), *ending)

    def look(self, there: Sequence[float]) -> tuple[float, Sequence[float]]:
        """The value and the gradient there."""
        (value,), (slopes,) = self.formula.slopes(*there)
        return value, slopes

    def arrive(self, there: Sequence[float], predicted: float) -> Ending | None:
        """Go there, in one step that promised this change; why not to go on."""
        value, slopes = self.look(there)
        if not _finite(value, slopes):
            return DIVERGED, self._not_finite(there)
        self._returns = self._returns + 1 if self._leads_back(there) else 0
        self._recent.append(self.here)
        self._predicted, self._actual = predicted, value - self.value
        self.here, self.value, self.gradient = list(there), value, slopes
        self.step += 1
        if self._trace.takes(self.step):
            self._trace.add(self._point())
        return self._ending()

    def no_better(self, tried: Sequence[float], predicted: float) -> Ending:
        """Why it ends where the step that promised this change leads no lower."""
        norm = self.norm
        if self._negligible(tried, predicted):
            reason = f"the norm of the gradient is {norm:.3g}"
            if norm:
                reason += ", zero within rounding"
            return CONVERGED, reason + self._told()
        points = map(self.formula.evaluation, [self.here, tried])
        if (crossed := crossed_kink(points)) is not None:
            return KINK, f"the lowest values are at the kink of {crossed}"
        better = "higher" if self.settings.up else "lower"
        reason = f"no {better} value is found, but the norm of the gradient is still"
        return STUCK, f"{reason} {norm:.3g}"

    def _negligible(self, tried: Sequence[float], predicted: float) -> bool:
        """Whether a step, or what it promises, is not above rounding."""
        short = all(
            abs(b - a) <= _ROUNDING * abs(a)
            for a, b in zip(self.here, tried, strict=True)
        )
        return short or abs(predicted) <= _ROUNDING * abs(self.value)

    def _point(self) -> Point:
        named = self.formula.named
        return Point(
            self.step,
            self.value,
            {**self.formula.bound.variables, **named(self.here)},
            named(self.gradient),
            self._predicted,
            self._actual,
        )

    def _ending(self) -> Ending | None:
        """Why not to go on from here."""
        if self.step == 0 and not _finite(self.value, self.gradient):
            return DIVERGED, f"at the start, {self._not_finite(self.here)}"
        norm = self.norm
        if norm <= self.settings.until and not (
            self.optimizer.leaves_saddles and self._curves(-self.sign)
        ):
            return self._flat(norm)
        if self._returns == _RETURNS:
            crossed = crossed_kink(map(self.formula.evaluation, self._recent))
            if crossed is not None:
                return KINK, f"the steps go back and forth over the kink of {crossed}"
        if self.step == self.settings.steps:
            reason = f"the norm of the gradient is still {norm:.3g}"
            if self._returns >= _RETURNS:
                reason += ", and the steps go back and forth: try a smaller rate"
            return STEPS_USED_UP, reason
        return None

    def _leads_back(self, there: Sequence[float]) -> bool:
        """Whether the step from here to there leads back to one of the last points."""
        near = 1e-9 * _distance(self.here, there)
        return any(_distance(point, there) <= near for point in self._recent)

    def _flat(self, norm: float) -> Ending:
        """Why the gradient vanishes here: at a kink that may be a convention only."""
        for note in self.formula.evaluation(self.here).notes:
            if note.kind in ("kink", "tie"):
                return KINK, note.message
        return CONVERGED, f"the norm of the gradient is {norm:.3g}" + self._told()

    def _told(self) -> str:
        """What the Hessian says of a point without slope, as the end of a sentence."""
        up, down = self._curves(1.0), self._curves(-1.0)
        if up and down:
            kind = "a saddle point: the Hessian has eigenvalues of both signs"
        elif down and not self.settings.up:
            kind = "a maximum: the Hessian has negative eigenvalues alone"
        elif up and self.settings.up:
            kind = "a minimum: the Hessian has positive eigenvalues alone"
        else:
            return ""
        return f", at {kind}"

    def _curves(self, sign: float) -> bool:
        """Whether the value curves up (1) or down (-1) along some way from here."""
        return any(sign * value > 0 for value in self._eigenvalues())

    def _eigenvalues(self) -> list[float]:
        """Numbers with the signs of those of the Hessian; none if it is not known."""
        formula, free = self.formula, self.free
        work = len(formula.leaves) * len(formula.bound.program.graph)
        if not free or (work > _MOST_WORK and not self.optimizer.leaves_saddles):
            return []
        rows = formula.hessian(self.here)
        if rows is None:
            return []
        return symmetric_factors([[rows[i][j] for j in free] for i in free]).eigenvalues

    def _not_finite(self, values: Sequence[float]) -> str:
        for note in self.formula.evaluation(values).notes:
            if note.kind == "nonfinite":
                return note.message
        return "the variables grow beyond the largest double"


def _follow_rule(walk: Walk) -> Ending:
    """Take steps by the rule for each number alone, until one is the last."""
    formula, settings = walk.formula, walk.settings
    move = mover(walk.optimizer, {"rate": walk.rate, **settings.constants})
    state = initial_state(walk.optimizer, formula.start)
    while True:
        gradient = walk.gradient
        taken = move(state, [-slope for slope in gradient] if settings.up else gradient)
        predicted = formula.project(walk.here, state, taken, gradient)
        if state.parameters == walk.here and not state.memory:
            return CONVERGED, "the steps are too small to change anything"
        if (ending := walk.arrive(state.parameters, predicted)) is not None:
            return ending


def _finite(value: float, gradient: Sequence[float]) -> bool:
    return math.isfinite(value) and all(map(math.isfinite, gradient))


def _distance(here: Sequence[float], there: Sequence[float]) -> float:
    return max(abs(a - b) for a, b in zip(here, there, strict=True))
