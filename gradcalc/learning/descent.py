"""The update rule: steps along the gradient, up or down, and why they end."""

import math
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

from gradcalc.errors import ShapeError, UsageError
from gradcalc.language.bindings import BoundProgram, wanted_nodes
from gradcalc.learning.kinks import crossed_kink
from gradcalc.learning.landscape import Bounds, Landscape
from gradcalc.learning.optimizers import OPTIMIZERS, Move, initial_state, mover
from gradcalc.learning.state import State
from gradcalc.shapes import described, flatten

CONVERGED = "converged"
STEPS_USED_UP = "steps used up"
DIVERGED = "diverged"
KINK = "kink"
INTERRUPTED = "interrupted"

# Of a longer way every second point is dropped, whenever it has grown to this again.
_LONGEST_TRACE = 20_000

# So many steps in a row that each lead back to one of the last few points show that it
# will not get any closer.
_RETURNS = 8
_LONGEST_CYCLE = 6


class Point:
    """Where the variables are after a number of steps.

    step       how many steps were taken
    value      the value of the formula there
    variables  the values of all variables, by name
    gradient   the gradient with respect to those that move
    predicted  the change of value that the gradient promised for the last step
    actual     the change that it made; both None at the start
    """

    __slots__ = ("actual", "gradient", "predicted", "step", "value", "variables")

    def __init__(
        self,
        step: int,
        value: float,
        variables: dict[str, Any],
        gradient: dict[str, Any],
        predicted: float | None = None,
        actual: float | None = None,
    ) -> None:
        self.step = step
        self.value = value
        self.variables = variables
        self.gradient = gradient
        self.predicted = predicted
        self.actual = actual

    @property
    def finite(self) -> bool:
        """Whether the value and the gradient are."""
        slopes = [flatten(slope) for slope in self.gradient.values()]
        return _finite(self.value, [leaf for leaves in slopes for leaf in leaves])


class Descent:
    """The way that the variables went, up or down.

    trace    the points shown: the start, every so many steps, and the end
    stopped  "converged", "steps used up", "diverged", "kink" or "interrupted"
    reason   a sentence about it
    """

    __slots__ = ("reason", "stopped", "trace")

    def __init__(self, trace: list[Point], stopped: str, reason: str) -> None:
        self.trace = trace
        self.stopped = stopped
        self.reason = reason

    @property
    def start(self) -> Point:
        return self.trace[0]

    @property
    def end(self) -> Point:
        return self.trace[-1]


def descend(
    bound: BoundProgram,
    *,
    up: bool = False,
    rate: float = 0.01,
    steps: int = 100,
    until: float = 0.0,
    wrt: Sequence[str] | None = None,
    every: int | None = None,
    optimizer: str = "sgd",
    settings: Mapping[str, float] | None = None,
    bounds: Mapping[str, Bounds] | None = None,
) -> Descent:
    """The way from the variables' values along the gradient, down or up.

    Each step takes rate times the gradient (or what the optimizer makes of it) off the
    variables, or adds it, and puts what left its bounds back on them (the projected
    gradient method: Bertsekas, Nonlinear Programming, section 3.3). It ends when the
    norm of the gradient is at most `until`, counting no component that pushes against
    a bound; after so many steps; at a kink; or before a number that is not finite. An
    interruption from the keyboard ends it too, and is not raised.

    The trace has every step that `every` divides. Without it, it has every step, or so
    many of them, evenly spread, as memory allows.

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
    names, leaves = wanted_nodes(bound.program, wrt)
    if not names:
        raise UsageError("the formula has no variable to move")
    landscape = Landscape(bound, names, leaves, up, bounds or {})
    rule = OPTIMIZERS[optimizer]
    move = mover(rule, {"rate": rate, **(settings or {})})
    way = _Way(landscape, move, initial_state(rule, landscape.start))
    return way.follow(steps, until, every)


# Why it ends, and a sentence about it.
Ending = tuple[str, str]


class _Way:
    """The way so far: a point, the step that led there, and the last few points."""

    def __init__(self, landscape: Landscape, move: Move, state: State) -> None:
        self.landscape = landscape
        self.move = move
        self.state = state
        self.step = 0
        (self.value,), (self.gradient,) = landscape.slopes(*state.parameters)
        self.here = list(state.parameters)
        self.predicted: float | None = None
        self.actual: float | None = None
        self.recent: deque[list[float]] = deque(maxlen=_LONGEST_CYCLE)
        self.returns = 0

    def follow(self, steps: int, until: float, every: int | None) -> Descent:
        """The whole way, with every so many of its points."""
        trace = [self._point()]
        stride = every or 1
        try:
            ending = self._ending(steps, until)
            while ending is None:
                ending = self._take_step()
                if ending is not None:
                    break
                if self.step % stride == 0:
                    trace.append(self._point())
                if every is None and len(trace) > _LONGEST_TRACE:
                    stride *= 2
                    trace = [point for point in trace if point.step % stride == 0]
                ending = self._ending(steps, until)
        except KeyboardInterrupt:
            ending = INTERRUPTED, "from the keyboard"
        if trace[-1].step != self.step:
            trace.append(self._point())
        return Descent(trace, *ending)

    def _point(self) -> Point:
        named = self.landscape.named
        return Point(
            self.step,
            self.value,
            {**self.landscape.bound.variables, **named(self.here)},
            named(self.gradient),
            self.predicted,
            self.actual,
        )

    def _ending(self, steps: int, until: float) -> Ending | None:
        """Why not to go on from here."""
        if self.step == 0 and not _finite(self.value, self.gradient):
            return DIVERGED, f"at the start, {self._not_finite(self.here)}"
        norm = self.landscape.norm(self.here, self.gradient)
        if norm <= until:
            return self._flat(norm)
        if self.returns == _RETURNS:
            crossed = crossed_kink(map(self.landscape.evaluation, self.recent))
            if crossed is not None:
                return KINK, f"the steps go back and forth over the kink of {crossed}"
        if self.step == steps:
            reason = f"the norm of the gradient is still {norm:.3g}"
            if self.returns >= _RETURNS:
                reason += ", and the steps go back and forth: try a smaller rate"
            return STEPS_USED_UP, reason
        return None

    def _take_step(self) -> Ending | None:
        """Go one step further, unless there is a reason not to."""
        landscape, state, gradient = self.landscape, self.state, self.gradient
        downhill = [-slope for slope in gradient] if landscape.up else gradient
        taken = self.move(state, downhill)
        predicted = landscape.project(self.here, state, taken, gradient)
        there = list(state.parameters)
        if there == self.here and not state.memory:
            return CONVERGED, "the steps are too small to change anything"
        (value,), (slopes,) = landscape.slopes(*there)
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
        for note in self.landscape.evaluation(self.here).notes:
            if note.kind in ("kink", "tie"):
                return KINK, note.message
        return CONVERGED, f"the norm of the gradient is {norm:.3g}"

    def _not_finite(self, values: Sequence[float]) -> str:
        for note in self.landscape.evaluation(values).notes:
            if note.kind == "nonfinite":
                return note.message
        return "the variables grow beyond the largest double"


def _finite(value: float, gradient: Sequence[float]) -> bool:
    return math.isfinite(value) and all(map(math.isfinite, gradient))


def _distance(here: Sequence[float], there: Sequence[float]) -> float:
    return max(abs(a - b) for a, b in zip(here, there, strict=True))
