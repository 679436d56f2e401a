"""One pass over the rows, a step of the optimizer after each batch.

`written_epoch` writes model, loss, gradient and update rule out as one Python function
whose parameters are local variables, so that a step costs what its arithmetic costs.
`careful_epoch` does the same with lists and function calls: for graphs too large to be
written out, and to find the step at which numbers stopped being finite. Both come to
the same bits.
"""

import math
from collections.abc import Callable, Mapping, Sequence

from gradcalc.engine.code_spelling import ATOM
from gradcalc.engine.compiled import GradientCode, compile_gradient
from gradcalc.learning.objective import Objective
from gradcalc.learning.optimizers import Optimizer, mover
from gradcalc.learning.state import State

# The numbers of a row: those of the inputs, then those of the target.
Row = tuple[float, ...]

# Goes over the rows in their order, moves the state, returns the sum of the losses.
Epoch = Callable[[Sequence[Row], State], float]

# Beyond this Python's compiler takes longer than a function saves.
MOST_WRITTEN = 4_000


class Recipe:
    """What a step is made of.

    objective  model and loss
    arguments  the nodes of a row: inputs, then target
    free       the nodes of the parameters that are learned
    fixed      the values of those that are held
    optimizer  the update rule
    settings   its constants, the rate among them
    batch      rows for each step; None for all
    decay      what l2 adds to each gradient, times the parameter
    """

    __slots__ = (
        "arguments",
        "batch",
        "decay",
        "fixed",
        "free",
        "objective",
        "optimizer",
        "settings",
    )

    def __init__(
        self,
        objective: Objective,
        arguments: Sequence[int],
        free: Sequence[int],
        fixed: Mapping[int, float],
        optimizer: Optimizer,
        settings: Mapping[str, float],
        *,
        batch: int | None = 1,
        decay: float = 0.0,
    ) -> None:
        self.objective = objective
        self.arguments = list(arguments)
        self.free = list(free)
        self.fixed = dict(fixed)
        self.optimizer = optimizer
        self.settings = {**optimizer.settings, **settings}
        self.batch = batch
        self.decay = decay


class NotFiniteError(Exception):
    """A step led to a number that is not finite; the state is the one before it."""

    def __init__(self, row: Row, loss: float) -> None:
        super().__init__(loss)
        self.row = row
        self.loss = loss


def epoch_function(recipe: Recipe) -> Epoch:
    """The fastest function for the recipe."""
    size = len(recipe.objective.graph) + 4 * len(recipe.free)
    return written_epoch(recipe) if size <= MOST_WRITTEN else careful_epoch(recipe)


def written_epoch(recipe: Recipe) -> Epoch:
    """The epoch as straight-line Python."""
    namespace: dict[str, object] = {}
    source = epoch_source(recipe, namespace)
    exec(source, namespace)
    epoch: Epoch = namespace["epoch"]  # type: ignore[assignment]
    return epoch


def epoch_source(recipe: Recipe, namespace: dict[str, object]) -> str:
    """The source of the epoch's function; `namespace` gets what it refers to."""
    free = range(len(recipe.free))
    parameters = [f"p{i}" for i in free]
    row = [f"x{i}" for i in range(len(recipe.arguments))]
    nodes = recipe.arguments + recipe.free
    given: dict[int, str | float] = dict(recipe.fixed)
    given.update(zip(nodes, row + parameters, strict=True))
    loss = recipe.objective.loss
    code = GradientCode(recipe.objective.graph, [loss], recipe.free, given)
    namespace.update(code.namespace)
    namespace["sqrt"] = math.sqrt
    memory = recipe.optimizer.memory
    # Defaults of parameters are local variables, the fastest that Python has.
    settings = [f"{name}={value!r}" for name, value in recipe.settings.items()]
    lines = [f"def epoch(rows, state, {', '.join(settings)}, sqrt=sqrt):"]
    lines.append(f"    {_tuple(parameters)} = state.parameters")
    remembered = [_tuple([f"{name}{i}" for i in free]) for name in memory]
    for place, names in enumerate(remembered):
        lines.append(f"    {names} = state.memory[{place}]")
    lines += ["    count = state.count", "    total = 0.0", "    try:"]
    texts = [code.text(node, ATOM) for node in code.rows[0]]
    body = [*code.lines, f"total += {code.text(loss)}"]
    if recipe.batch == 1:
        loop = [f"for {_tuple(row)} in rows:"]
        loop += [f"    {line}" for line in [*body, *_update(recipe, texts)]]
    else:
        body += [f"s{i} += {text}" for i, text in enumerate(texts)]
        loop = _batched(recipe, row, body)
    lines += [f"        {line}" for line in loop]
    # Also when it is interrupted: what was learned so far is not lost.
    lines += ["    finally:", f"        state.parameters[:] = {_tuple(parameters)}"]
    for place, names in enumerate(remembered):
        lines.append(f"        state.memory[{place}][:] = {names}")
    lines += ["        state.count = count", "    return total"]
    return "\n".join(lines)


def _tuple(names: Sequence[str]) -> str:
    return "(" + "".join(f"{name}, " for name in names) + ")"


def _batched(recipe: Recipe, row: Sequence[str], body: Sequence[str]) -> list[str]:
    """The loop over batches, with the mean gradient of each and its update."""
    sums = [f"s{i}" for i in range(len(recipe.free))]
    size = "len(rows)" if recipe.batch is None else str(recipe.batch)
    return [
        f"for start in range(0, len(rows), {size}):",
        f"    batch = rows[start : start + {size}]",
        "    share = len(batch)",
        f"    {' = '.join(sums)} = 0.0",
        f"    for {_tuple(row)} in batch:",
        *(f"        {line}" for line in body),
        *(f"    {line}" for line in _update(recipe, [f"{s} / share" for s in sums])),
    ]


def _update(recipe: Recipe, texts: Sequence[str]) -> list[str]:
    """The lines that move every parameter along its gradient.

    All steps are computed before any parameter moves: gradients refer to parameters.
    """
    optimizer = recipe.optimizer
    lines = list(optimizer.before)
    often = sum(line.count("{gradient}") for line in optimizer.rule) > 1
    for i, text in enumerate(texts):
        decay = f" + {recipe.decay!r} * p{i}" if recipe.decay else ""
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


def careful_epoch(recipe: Recipe, *, check: bool = False) -> Epoch:
    """The epoch over lists.

    With `check` it raises NotFiniteError at the first step that leads to a loss or a
    parameter that is not finite, and leaves the state as it was before that step.
    """
    function = compile_gradient(
        recipe.objective.graph,
        [recipe.objective.loss],
        recipe.arguments + recipe.free,
        recipe.free,
        recipe.fixed,
    )
    move = mover(recipe.optimizer, recipe.settings)
    decay = recipe.decay

    def epoch(rows: Sequence[Row], state: State) -> float:
        total = 0.0
        size = len(rows) if recipe.batch is None else recipe.batch
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
                raise NotFiniteError(_odd_row(function, batch, state), loss)
        return total

    return epoch


def _odd_row(
    function: Callable[..., tuple[Row, tuple[Row, ...]]],
    batch: Sequence[Row],
    state: State,
) -> Row:
    """The first row with a gradient that is not finite, else the last of the batch."""
    for row in batch:
        _, (gradient,) = function(*row, *state.parameters)
        if not all(map(math.isfinite, gradient)):
            return row
    return batch[-1]
