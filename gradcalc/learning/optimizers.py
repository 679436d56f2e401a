"""THE TABLE of optimizers: how parameters follow their gradient.

A rule for each parameter alone is written once, as lines of Python with the parameter's
own numbers in braces, and is written out for each parameter of a training step or put
into a loop over lists. Definitions are those of PyTorch's torch.optim (SGD, SGD with
momentum, Adam; Kingma and Ba, 2015, algorithm 1), without their weight decay. Others
look for each point themselves, which takes one formula of all parameters.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from gradcalc.engine.python_code import defined

# The learning rate where none is given.
RATE = 0.01


@dataclass(slots=True)
class State:
    """Where the parameters are, number by number, and what the optimizer remembers."""

    parameters: list[float]
    # For each thing that the optimizer remembers, a value per parameter.
    memory: list[list[float]]
    # The steps taken, if the optimizer counts them.
    count: int = 0

    def copy(self) -> "State":
        """A state of its own with the same numbers."""
        memory = [list(numbers) for numbers in self.memory]
        return State(list(self.parameters), memory, self.count)

    def finite(self) -> bool:
        """Whether every parameter is finite."""
        return all(map(math.isfinite, self.parameters))


# Moves the state in place along the gradient and returns what was taken off.
Move = Callable[[State, Sequence[float]], list[float]]


@dataclass(frozen=True, slots=True)
class Optimizer:
    """One row of the table."""

    name: str
    # One line for the reader.
    meaning: str
    # Lines for one parameter: from {gradient} and memory to {step}, the amount that is
    # taken off the parameter. Only what has such a rule can train.
    rule: tuple[str, ...] = ()
    # The numbers that it keeps for every parameter, 0 at first.
    memory: tuple[str, ...] = ()
    constants: Mapping[str, float] = field(default_factory=dict)
    # The constants that an option of the same name sets, each with its range.
    options: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    # Lines that run once for each step, before any parameter's.
    before: tuple[str, ...] = ()
    # From the constants, the rate times the curvature above which steps grow; None if
    # they do not follow the size of the gradient.
    limit: Callable[[Mapping[str, float]], float] | None = None
    # Without a rule, the function that takes the steps of a walk: module:function.
    search: str = ""
    # What multiplies a step where no rate is given; None where it has no rate.
    rate: float | None = RATE
    # Whether it leaves a point without slope that the Hessian says is not the lowest.
    leaves_saddles: bool = False


OPTIMIZERS = {
    optimizer.name: optimizer
    for optimizer in (
        Optimizer(
            "sgd", "the plain update rule: rate times gradient",
            ("{step} = rate * {gradient}",),
            limit=lambda _: 2.0,
        ),
        Optimizer(
            "momentum", "rate times a decaying sum of all gradients",
            (
                "{velocity} = momentum * {velocity} + {gradient}",
                "{step} = rate * {velocity}",
            ),
            memory=("velocity",),
            constants={"momentum": 0.9},
            options={"momentum": (0.0, 1.0)},
            limit=lambda constants: 2.0 * (1.0 + constants["momentum"]),
        ),
        Optimizer(
            "adam", "rate times the mean gradient over its root mean square",
            (
                "{mean} = beta1 * {mean} + (1.0 - beta1) * {gradient}",
                "{square} = beta2 * {square} + (1.0 - beta2) * {gradient} * {gradient}",
                "{step} = pace * {mean} / (sqrt({square}) / spread + epsilon)",
            ),
            memory=("mean", "square"),
            constants={"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8},
            before=(
                "count += 1",
                "pace = rate / (1.0 - beta1**count)",
                "spread = sqrt(1.0 - beta2**count)",
            ),
        ),
        Optimizer(
            "newton", "to the lowest point of the exact second-order model, damped",
            search="gradcalc.learning.newton:newton_steps",
            rate=1.0,
            leaves_saddles=True,
        ),
        Optimizer(
            "lbfgs", "a model of the curvature from the last gradients: SciPy's",
            search="gradcalc.learning.lbfgs:lbfgs_steps",
            rate=None,
        ),
    )
}  # fmt: skip

# Those with a rule for each parameter alone.
UPDATE_RULES = {name: row for name, row in OPTIMIZERS.items() if row.rule}


def initial_state(optimizer: Optimizer, parameters: Sequence[float]) -> State:
    """The state before the first step."""
    return State(list(parameters), [[0.0] * len(parameters) for _ in optimizer.memory])


def mover(optimizer: Optimizer, constants: Mapping[str, float]) -> Move:
    """A function that takes one step, over lists.

    `constants` has the rate, and those of the optimizer's constants that differ.
    """
    names = {name: f"{name}[i]" for name in optimizer.memory}
    lines = [
        "def move(state, gradient):",
        "    parameters, count = state.parameters, state.count",
        *(f"    {name} = state.memory[{k}]" for k, name in enumerate(optimizer.memory)),
        *(f"    {line}" for line in optimizer.before),
        "    steps = [0.0] * len(parameters)",
        "    for i in range(len(parameters)):",
        *(
            "        " + line.format(gradient="gradient[i]", step="steps[i]", **names)
            for line in optimizer.rule
        ),
        "        parameters[i] -= steps[i]",
        "    state.count = count",
        "    return steps",
    ]
    namespace = {"sqrt": math.sqrt, **optimizer.constants, **constants}
    move: Move = defined("move", "\n".join(lines), namespace)
    return move
