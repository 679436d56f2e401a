"""The update rule: steps along the gradient, up or down, and why they end."""

import math
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gradcalc.engine.bindings import BoundProgram, wanted_nodes
from gradcalc.engine.compiled import compile_gradient
from gradcalc.engine.evaluation import evaluate_bound
from gradcalc.engine.expressions import expression
from gradcalc.engine.numeric import pullback
from gradcalc.errors import ShapeError, UsageError
from gradcalc.graph import Graph, flatten, unflatten
from gradcalc.language.lists import described
from gradcalc.learning.optimizers import OPTIMIZERS, initial_state, mover

CONVERGED = "converged"
STEPS_USED_UP = "steps used up"
DIVERGED = "diverged"
KINK = "kink"

Bounds = tuple[float, float]

# So many steps in a row that each lead back to one of the last few points show that it
# will not get any closer.
_RETURNS = 8
_LONGEST_CYCLE = 6


class Point:
    """Where the variables are after a number of steps.

    step       how many steps were taken
    value      the value of the formula there
    variables  the values of the variables that move, by name
    gradient   the gradient with respect to them
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


class Descent:
    """The way that the variables went, up or down.

    trace    the points shown: the start, every so many steps, and the end
    stopped  "converged", "steps used up", "diverged" or "kink"
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
    every: int = 1,
    optimizer: str = "sgd",
    settings: Mapping[str, float] | None = None,
    bounds: Mapping[str, Bounds] | None = None,
) -> Descent:
    """The way from the variables' values along the gradient, down or up.

    Each step takes rate times the gradient (or what the optimizer makes of it) off the
    variables, or adds it, and puts what left its bounds back on them (the projected
    gradient method: Bertsekas, Nonlinear Programming, section 3.3). It ends when the
    norm of the gradient is at most `until`, counting no component that pushes against
    a bound; after so many steps; at a kink; or before a number that is not finite.

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
    path = _Path(bound, names, leaves, up, bounds or {})
    rule = OPTIMIZERS[optimizer]
    move = mover(rule, {"rate": rate, **(settings or {})})
    return path.follow(move, initial_state(rule, path.start), steps, until, every)


class _Path:
    """The formula as a function of the variables that move."""

    def __init__(
        self,
        bound: BoundProgram,
        names: list[str],
        leaves: list[int],
        up: bool,
        bounds: Mapping[str, Bounds],
    ) -> None:
        self.bound = bound
        self.names = names
        self.leaves = leaves
        self.up = up
        known = {n: value for n, value in bound.given.items() if n not in set(leaves)}
        self.known = known
        self.start = [bound.given[node] for node in leaves]
        self.function = compile_gradient(
            bound.program.graph, [bound.output], leaves, leaves, known
        )
        self.limits = self._limits(bounds)

    def _limits(self, bounds: Mapping[str, Bounds]) -> list[Bounds]:
        wanted_nodes(self.bound.program, list(bounds))
        still = [name for name in bounds if name not in self.names]
        if still:
            raise UsageError(f"{', '.join(still)} does not move, so it needs no bound")
        limits = []
        for name in self.names:
            low, high = map(float, bounds.get(name, (-math.inf, math.inf)))
            for value in flatten(self.bound.variables[name]):
                if not low <= value <= high:
                    raise UsageError(
                        f"{name} starts at {value:g}, outside its bound"
                        f" {low:g}:{high:g}"
                    )
                limits.append((low, high))
        return limits

    def point(
        self,
        step: int,
        values: Sequence[float],
        value: float,
        gradient: Sequence[float],
        change: tuple[float, float] | None,
    ) -> Point:
        return Point(
            step, value, self._named(values), self._named(gradient), *(change or ())
        )

    def _named(self, leaves: Sequence[float]) -> dict[str, Any]:
        variables = self.bound.program.graph.variables
        remaining = iter(leaves)
        return {name: unflatten(variables[name], remaining) for name in self.names}

    def follow(
        self, move: Any, state: Any, steps: int, until: float, every: int
    ) -> Descent:
        (value,), (gradient,) = self.function(*self.start)
        trace = [self.point(0, self.start, value, gradient, None)]
        if not _finite(value, gradient):
            reason = f"at the start, {self._not_finite(self.start)}"
            return Descent(trace, DIVERGED, reason)
        stopped, reason = STEPS_USED_UP, ""
        recent: deque[list[float]] = deque(maxlen=_LONGEST_CYCLE)
        returns = 0
        step = 0
        change: tuple[float, float] | None = None
        while True:
            here = list(state.parameters)
            norm = self._norm(here, gradient)
            if norm <= until:
                stopped, reason = self._flat(here, norm)
                break
            if step == steps:
                reason = f"the norm of the gradient is still {norm:.3g}"
                if returns >= _RETURNS:
                    reason += ", and the steps go back and forth: try a smaller rate"
                break
            taken = move(state, [-slope for slope in gradient] if self.up else gradient)
            predicted = self._project(here, state, taken, gradient)
            if returns == _RETURNS:
                crossed = self._crossed(recent)
                if crossed is not None:
                    stopped = KINK
                    reason = f"the steps go back and forth over the kink of {crossed}"
                    break
            if state.parameters == here and not state.memory:
                stopped, reason = (
                    CONVERGED,
                    "the steps are too small to change anything",
                )
                break
            (new,), (slopes,) = self.function(*state.parameters)
            if not _finite(new, slopes):
                stopped, reason = DIVERGED, self._not_finite(state.parameters)
                break
            returns = returns + 1 if _returns(recent, here, state.parameters) else 0
            recent.append(here)
            step += 1
            change = (predicted, new - value)
            value, gradient = new, slopes
            if step % every == 0:
                trace.append(
                    self.point(step, state.parameters, value, gradient, change)
                )
        if trace[-1].step != step:
            trace.append(self.point(step, here, value, gradient, change))
        return Descent(trace, stopped, reason)

    def _project(
        self,
        here: Sequence[float],
        state: Any,
        taken: Sequence[float],
        gradient: Sequence[float],
    ) -> float:
        """Put the variables back into their bounds; the change that is predicted."""
        predicted = 0.0
        for place, (low, high) in enumerate(self.limits):
            moved = state.parameters[place]
            change = -taken[place]
            if not low <= moved <= high and moved == moved:
                state.parameters[place] = moved = min(max(moved, low), high)
                change = moved - here[place]
            predicted += gradient[place] * change
        return predicted

    def _norm(self, here: Sequence[float], gradient: Sequence[float]) -> float:
        """The norm of the gradient without what pushes against a bound."""
        slopes = []
        for value, slope, (low, high) in zip(here, gradient, self.limits, strict=True):
            rising = slope > 0 if self.up else slope < 0
            if (value >= high and rising) or (value <= low and slope and not rising):
                continue
            slopes.append(slope)
        return math.hypot(*slopes)

    def _evaluation(self, values: Sequence[float]) -> Any:
        given = {**self.known, **dict(zip(self.leaves, values, strict=True))}
        bound = BoundProgram(
            self.bound.text, self.bound.program, self.bound.output, {}, given
        )
        return evaluate_bound(bound, self.names)

    def _flat(self, here: Sequence[float], norm: float) -> tuple[str, str]:
        """Why the gradient vanishes there: at a kink that may be no more than its
        convention.
        """
        for note in self._evaluation(here).notes:
            if note.kind in ("kink", "tie"):
                return KINK, note.message
        text = "0" if norm == 0 else f"{norm:.3g}"
        return CONVERGED, f"the norm of the gradient is {text}"

    def _not_finite(self, values: Sequence[float]) -> str:
        for note in self._evaluation(values).notes:
            if note.kind == "nonfinite":
                return str(note.message)
        return "the variables grow beyond the largest double"

    def _crossed(self, points: Iterable[Sequence[float]]) -> str | None:
        """The expression of a node with a kink between some of the points."""
        first, *others = [self._evaluation(point) for point in points]
        graph: Graph = first.graph
        for node, operation in enumerate(graph.operations):
            if not first.active[node] or not any(
                _concerns(first, node, singularity)
                for singularity in operation.singular
            ):
                continue
            if any(_side(other, node) != _side(first, node) for other in others):
                return expression(graph, node)
        return None


def _finite(value: float, gradient: Sequence[float]) -> bool:
    return math.isfinite(value) and all(map(math.isfinite, gradient))


def _returns(
    recent: Iterable[Sequence[float]], here: Sequence[float], there: Sequence[float]
) -> bool:
    """Whether the step from here to there leads back to one of the recent points."""
    near = 1e-9 * _distance(here, there)
    return any(_distance(point, there) <= near for point in recent)


def _distance(here: Sequence[float], there: Sequence[float]) -> float:
    return max(abs(a - b) for a, b in zip(here, there, strict=True))


def _concerns(evaluation: Any, node: int, singularity: Any) -> bool:
    """Whether the singularity is a kink or tie of an operand that moves."""
    if singularity.kind not in ("kink", "tie"):
        return False
    if singularity.of is None:
        return True
    place = evaluation.graph.operations[node].parameters.index(singularity.of)
    return bool(evaluation.active[evaluation.graph.inputs[node][place]])


def _side(evaluation: Any, node: int) -> Any:
    """What tells one side of a node's kink from the other.

    The sign of each local derivative, None where nothing passes; the value of what has
    no derivative at all, such as a comparison.
    """
    graph, values = evaluation.graph, evaluation.values
    operation, inputs = graph.operations[node], graph.inputs[node]
    if set(operation.partials) == {"0"}:
        return values[node]
    mask = tuple([evaluation.active[operand] for operand in inputs])
    operands = [values[operand] for operand in inputs]
    handed = pullback(operation, mask)(1.0, values[node], *operands)
    return [None if slope is None else slope > 0 for slope in handed]
