"""The update rule: steps along the gradient, up or down, and why they end."""

import math
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gradcalc.errors import ShapeError, UsageError
from gradcalc.language.bindings import BoundProgram
from gradcalc.language.references import wanted_nodes
from gradcalc.learning.moving_formula import Bounds, MovingFormula, crossed_kink
from gradcalc.learning.optimizers import OPTIMIZERS, RATE, initial_state, mover
from gradcalc.shapes import described, leaves_of

CONVERGED = "converged"
STEPS_USED_UP = "steps used up"
DIVERGED = "diverged"
KINK = "kink"
INTERRUPTED = "interrupted"

# When a trace that may be thinned out is longer, every second point is dropped.
_LONGEST_TRACE = 20_000

# After so many steps in a row that each lead back to one of the last few points, the
# descent is going back and forth.
_RETURNS = 8
_LONGEST_CYCLE = 6


@dataclass(frozen=True, kw_only=True)
class DescentSettings:
    """How to go up or down."""

    up: bool = False
    rate: float = RATE
    # How many at most.
    steps: int = 100
    # The norm of the gradient at which it ends.
    until: float = 0.0
    # The variables that move; None for all.
    wrt: Sequence[str] | None = None
    # Keep one point in this many steps; None for all, or as many as memory allows.
    every: int | None = None
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
    # "converged", "steps used up", "diverged", "kink" or "interrupted".
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
    against a bound; after so many steps; at a kink; or before a number that is not
    finite. An interruption from the keyboard ends it too, and is not raised.

    Raises ShapeError if the formula results in a list, UsageError and BindingError for
    bounds and names that do not fit.
    """
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
    formula = MovingFormula(bound, moving, settings.bounds)
    return _Walk(formula, settings).run()


# Why it ends, and a sentence about it.
Ending = tuple[str, str]


class _Walk:
    """The loop of a descent: a point, the step that led there, and the last points."""

    def __init__(self, formula: MovingFormula, settings: DescentSettings) -> None:
        self.formula = formula
        self.settings = settings
        optimizer = OPTIMIZERS[settings.optimizer]
        self.move = mover(optimizer, {"rate": settings.rate, **settings.constants})
        self.state = initial_state(optimizer, formula.start)
        self.step = 0
        (self.value,), (self.gradient,) = formula.slopes(*formula.start)
        self.here = list(formula.start)
        self.predicted: float | None = None
        self.actual: float | None = None
        self.recent: deque[list[float]] = deque(maxlen=_LONGEST_CYCLE)
        self.returns = 0

    def run(self) -> Descent:
        """The whole descent."""
        every = self.settings.every
        trace = [self._point()]
        stride = every or 1
        try:
            while (ending := self._ending() or self._take_step()) is None:
                if self.step % stride == 0:
                    trace.append(self._point())
                if every is None and len(trace) > _LONGEST_TRACE:
                    stride *= 2
                    trace = [point for point in trace if point.step % stride == 0]
        except KeyboardInterrupt:
            ending = INTERRUPTED, "from the keyboard"
        if trace[-1].step != self.step:
            trace.append(self._point())
        return Descent(trace, *ending)

    def _point(self) -> Point:
        named = self.formula.named
        return Point(
            self.step,
            self.value,
            {**self.formula.bound.variables, **named(self.here)},
            named(self.gradient),
            self.predicted,
            self.actual,
        )

    def _ending(self) -> Ending | None:
        """Why not to go on from here."""
        if self.step == 0 and not _finite(self.value, self.gradient):
            return DIVERGED, f"at the start, {self._not_finite(self.here)}"
        norm = self.formula.norm(self.here, self.gradient, up=self.settings.up)
        if norm <= self.settings.until:
            return self._flat(norm)
        if self.returns == _RETURNS:
            crossed = crossed_kink(map(self.formula.evaluation, self.recent))
            if crossed is not None:
                return KINK, f"the steps go back and forth over the kink of {crossed}"
        if self.step == self.settings.steps:
            reason = f"the norm of the gradient is still {norm:.3g}"
            if self.returns >= _RETURNS:
                reason += ", and the steps go back and forth: try a smaller rate"
            return STEPS_USED_UP, reason
        return None

    def _take_step(self) -> Ending | None:
        """Go one step further, unless there is a reason not to."""
        formula, state, gradient = self.formula, self.state, self.gradient
        downhill = [-slope for slope in gradient] if self.settings.up else gradient
        taken = self.move(state, downhill)
        predicted = formula.project(self.here, state, taken, gradient)
        there = list(state.parameters)
        if there == self.here and not state.memory:
            return CONVERGED, "the steps are too small to change anything"
        (value,), (slopes,) = formula.slopes(*there)
        if not _finite(value, slopes):
            return DIVERGED, self._not_finite(there)
        self.returns = self.returns + 1 if self._returns(there) else 0
        self.recent.append(self.here)
        self.predicted, self.actual = predicted, value - self.value
        self.here, self.value, self.gradient = there, value, slopes
        self.step += 1
        return None

    def _returns(self, there: Sequence[float]) -> bool:
        """Whether the step from here to there leads back to one of the last points."""
        near = 1e-9 * _distance(self.here, there)
        return any(_distance(point, there) <= near for point in self.recent)

    def _flat(self, norm: float) -> Ending:
        """Why the gradient vanishes here: at a kink that may be a convention only."""
        for note in self.formula.evaluation(self.here).notes:
            if note.kind in ("kink", "tie"):
                return KINK, note.message
        return CONVERGED, f"the norm of the gradient is {norm:.3g}"

    def _not_finite(self, values: Sequence[float]) -> str:
        for note in self.formula.evaluation(values).notes:
            if note.kind == "nonfinite":
                return note.message
        return "the variables grow beyond the largest double"


def _finite(value: float, gradient: Sequence[float]) -> bool:
    return math.isfinite(value) and all(map(math.isfinite, gradient))


def _distance(here: Sequence[float], there: Sequence[float]) -> float:
    return max(abs(a - b) for a, b in zip(here, there, strict=True))
