"""One pass over the rows, a step of the optimizer after each batch.

`written_epoch` writes model, loss, gradient and update rule out as one Python function
whose parameters are local variables, so that a step costs little but its arithmetic.
`careful_epoch` does the same with lists and function calls: for graphs too large to be
written out, and to find the step at which numbers stopped being finite. Both give the
same bits.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from gradcalc.engine.compiled import (
    Gradient,
    GradientCode,
    compile_forward,
    compile_gradient,
)
from gradcalc.engine.python_code import defined
from gradcalc.learning.objective import Objective
from gradcalc.learning.optimizers import Optimizer, State, mover
from gradcalc.writers.code_spelling import ATOM

# The numbers of a row of data: those of the inputs, then those of the target.
Example = tuple[float, ...]

# Goes over the rows in their order, moves the state, returns the sum of the losses.
Epoch = Callable[[Sequence[Example], State], float]

# Beyond this Python's compiler takes longer than a function saves.
MOST_WRITTEN = 4_000


@dataclass(frozen=True)
class StepSetup:
    """What a training step needs besides rows and state."""

    objective: Objective
    # The nodes that an example gives: those of the inputs, then those of the target.
    arguments: list[int]
    # The nodes of the parameters that are learned.
    free: list[int]
    # The values of those that are held.
    fixed: Mapping[int, float]
    optimizer: Optimizer
    # The rate, and those of the optimizer's constants that differ from its own.
    constants: Mapping[str, float]
    # Rows for each step; None for all.
    batch: int | None = 1
    # What l2 adds to each gradient, times the parameter.
    decay: float = 0.0

    def forward(self, outputs: list[int]) -> Callable[..., tuple[float, ...]]:
        """A function from an example and the parameters to the values of the nodes."""
        return compile_forward(
            self.objective.graph, outputs, self.arguments + self.free, self.fixed
        )


class NotFiniteError(Exception):
    """A step led to a number that is not finite; the state is the one before it."""

    def __init__(self, row: Example, loss: float) -> None:
        super().__init__(loss)
        self.row = row
        self.loss = loss


def epoch_function(setup: StepSetup) -> Epoch:
    """The fastest function for the setup."""
    size = len(setup.objective.graph) + 4 * len(setup.free)
    return written_epoch(setup) if size <= MOST_WRITTEN else careful_epoch(setup)


def written_epoch(setup: StepSetup) -> Epoch:
    """The epoch as straight-line Python."""
    free = range(len(setup.free))
    parameters = [f"p{i}" for i in free]
    row = [f"x{i}" for i in range(len(setup.arguments))]
    nodes = setup.arguments + setup.free
    given: dict[int, str | float] = dict(setup.fixed)
    given.update(zip(nodes, row + parameters, strict=True))
    loss = setup.objective.loss
    code = GradientCode(setup.objective.graph, [loss], setup.free, given)
    # Defaults of parameters are local variables, the fastest that Python has.
    constants = {**setup.optimizer.constants, **setup.constants}
    defaults = [f"{name}={value!r}" for name, value in constants.items()]
    lines = [f"def epoch(rows, state, {', '.join(defaults)}, sqrt=sqrt):"]
    lines.append(f"    {_tuple(parameters)} = state.parameters")
    remembered = [
        _tuple([f"{name}{i}" for i in free]) for name in setup.optimizer.memory
    ]
    for place, names in enumerate(remembered):
        lines.append(f"    {names} = state.memory[{place}]")
    lines += ["    count = state.count", "    total = 0.0", "    try:"]
    texts = [code.text(node, ATOM) for node in code.rows[0]]
    body = [*code.lines, f"total += {code.text(loss)}"]
    if code.guard:
        slopes = [f"g{i}" for i in free]
        body.append(f"if {code.guard}:")
        body += [f"    {g} = {text}" for g, text in zip(slopes, texts, strict=True)]
        body += ["else:", f"    ({_tuple(slopes)},) = {code.careful_rows}"]
        texts = slopes
    if setup.batch == 1:
        loop = [f"for {_tuple(row)} in rows:"]
        loop += [f"    {line}" for line in [*body, *_update(setup, texts)]]
    else:
        body += [f"s{i} += {text}" for i, text in enumerate(texts)]
        loop = _batched(setup, row, body)
    lines += [f"        {line}" for line in loop]
    # Also when it is interrupted: what was learned so far is not lost.
    lines += ["    finally:", f"        state.parameters[:] = {_tuple(parameters)}"]
    for place, names in enumerate(remembered):
        lines.append(f"        state.memory[{place}][:] = {names}")
    lines += ["        state.count = count", "    return total"]
    namespace = {**code.namespace, "sqrt": math.sqrt}
    epoch: Epoch = defined("epoch", "\n".join(lines), namespace)
    return epoch


def _tuple(names: Sequence[str]) -> str:
    return "(" + "".join(f"{name}, " for name in names) + ")"


def _batched(setup: StepSetup, row: Sequence[str], body: Sequence[str]) -> list[str]:
    """The loop over batches, with the mean gradient of each and its update."""
    sums = [f"s{i}" for i in range(len(setup.free))]
    size = "len(rows)" if setup.batch is None else str(setup.batch)
    return [
        f"for start in range(0, len(rows), {size}):",
        f"    batch = rows[start : start + {size}]",
        "    share = len(batch)",
        f"    {' = '.join(sums)} = 0.0",
        f"    for {_tuple(row)} in batch:",
        *(f"        {line}" for line in body),
        *(f"    {line}" for line in _update(setup, [f"{s} / share" for s in sums])),
    ]


def _update(setup: StepSetup, texts: Sequence[str]) -> list[str]:
    """The lines that move every parameter along its gradient.

    All steps are computed before any parameter moves: gradients refer to parameters.
    """
    optimizer = setup.optimizer
    lines = list(optimizer.before)
    often = sum(line.count("{gradient}") for line in optimizer.rule) > 1
    for i, text in enumerate(texts):
        decay = f" + {setup.decay!r} * p{i}" if setup.decay else ""
        gradient = f"({text}{decay})"
        if often:
            lines.append(f"g{i} = {gradient}")
            gradient = f"g{i}"
        names = {name: f"{name}{i}" for name in optimizer.memory}
        lines += [
            line.format(gradient=gradient, step=f"d{i}", **names)
            for line in optimizer.rule
        ]
    return lines + [f"p{i} -= d{i}" for i in range(len(texts))]


def loss_gradient(setup: StepSetup) -> Gradient:
    """The loss of a row and its gradient, of the row's numbers and the parameters."""
    return compile_gradient(
        setup.objective.graph,
        [setup.objective.loss],
        setup.arguments + setup.free,
        setup.free,
        setup.fixed,
    )


def careful_epoch(setup: StepSetup, *, check: bool = False) -> Epoch:
    """The epoch over lists.

    With `check` it raises NotFiniteError at the first step that leads to a loss or a
    parameter that is not finite, and leaves the state as it was before that step.
    """
    function = loss_gradient(setup)
    move = mover(setup.optimizer, setup.constants)
    decay = setup.decay

    def epoch(rows: Sequence[Example], state: State) -> float:
        total = 0.0
        size = len(rows) if setup.batch is None else setup.batch
        for start in range(0, len(rows), size):
            batch = rows[start : start + size]
            parameters = state.parameters
            sums = [0.0] * len(parameters)
            for row in batch:
                (loss,), (gradient,) = function(*row, *parameters)
                if check and not math.isfinite(loss):
                    raise NotFiniteError(row, loss)
                total += loss
                sums = [a + b for a, b in zip(sums, gradient, strict=True)]
            if size != 1:
                sums = [a / len(batch) for a in sums]
            if decay:
                sums = [a + decay * p for a, p in zip(sums, parameters, strict=True)]
            before = state.copy() if check else state
            move(state, sums)
            if check and not state.finite():
                state.parameters[:] = before.parameters
                # The first row with such a gradient, else the last of the batch.
                for row in batch:
                    _, (gradient,) = function(*row, *parameters)
                    if not all(map(math.isfinite, gradient)):
                        break
                raise NotFiniteError(row, loss)
        return total

    return epoch
