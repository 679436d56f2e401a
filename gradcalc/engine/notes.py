"""What the reader should know of a result: conventions used, numbers not finite."""

import math
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from gradcalc.engine.pullbacks import pullback
from gradcalc.graph import Graph
from gradcalc.language.rules import condition_graph, rule_of
from gradcalc.operations import LITERAL, VARIABLE, Operation
from gradcalc.writers.infix import InfixWriter
from gradcalc.writers.node_text import expression, shortened


class Note:
    """A remark on one node.

    node     its number
    kind     "kink", "tie", "saturated" or "nonfinite"
    message  one sentence
    """

    __slots__ = ("kind", "message", "node")

    def __init__(self, node: int, kind: str, message: str) -> None:
        self.node = node
        self.kind = kind
        self.message = message

    def __repr__(self) -> str:
        return f"Note({self.node}, {self.kind!r}, {self.message!r})"


def notes_on(
    graph: Graph,
    values: Sequence[float],
    active: Sequence[int],
    gradients: Sequence[Sequence[float | None]],
) -> Iterator[Note]:
    """The notes on an evaluation; `gradients` has a list for each output."""
    yield from _first_nonfinite_value(graph, values, active)
    for row in gradients:
        note = _first_nonfinite_gradient(graph, values, active, row)
        if note is not None:
            yield note
            break
    for node, operation in enumerate(graph.operations):
        if operation.singular and active[node]:
            yield from _singularities(graph, values, active, gradients, node)


def _singularities(
    graph: Graph,
    values: Sequence[float],
    active: Sequence[int],
    gradients: Sequence[Sequence[float | None]],
    node: int,
) -> Iterator[Note]:
    operation, inputs = graph.operations[node], graph.inputs[node]
    if not operation.is_flat:
        if not any(node < len(row) and row[node] is not None for row in gradients):
            return
    elif not any(node < len(row) for row in gradients):
        return
    operands = [values[operand] for operand in inputs]
    for singularity in operation.singular:
        if singularity.of is not None:
            position = operation.parameters.index(singularity.of)
            if not active[inputs[position]]:
                continue
        holds = _condition(operation, singularity.condition, len(inputs))
        if holds(operands, values[node]):
            yield Note(
                node,
                singularity.kind,
                f"{expression(graph, node)}: {singularity.message}",
            )


@lru_cache(maxsize=1024)
def _condition(
    operation: Operation, formula: str, count: int
) -> Callable[[Sequence[float], float], bool]:
    graph, root = condition_graph(operation, formula, count)

    def holds(operands: Sequence[float], out: float) -> bool:
        return graph.forward([*operands, out])[root] == 1

    return holds


def number(value: float) -> str:
    """The number for a sentence: shortest digits, whole numbers without a point."""
    if math.isfinite(value) and value.is_integer():
        return f"{value:.0f}" if abs(value) < 1e15 else repr(value)
    return "NaN" if value != value else repr(value)


def _inputs_text(
    graph: Graph, values: Sequence[float], active: Sequence[int], node: int
) -> str:
    """The inputs with their values, "x is 0 and y is 2", without constant ones."""
    parts = []
    inputs = dict.fromkeys(graph.inputs[node])
    wanted = [operand for operand in inputs if active[operand]]
    for operand in wanted or inputs:
        text, value = expression(graph, operand), number(values[operand])
        if graph.operations[operand] is not LITERAL and text != value:
            parts.append(f"{text} is {value}")
        elif not wanted and text.startswith("-"):
            # Of constants, half a reason would blame the wrong one: (-8)^(1/3).
            return ""
    if len(parts) > 3:
        odd = [
            f"{expression(graph, operand)} is {number(values[operand])}"
            for operand in graph.inputs[node]
            if not math.isfinite(values[operand])
        ]
        parts = odd[:3] or [*parts[:2], "so on"]
    return " and ".join(parts)


def _first_nonfinite_value(
    graph: Graph, values: Sequence[float], active: Sequence[int]
) -> Iterator[Note]:
    for node, value in enumerate(values):
        if math.isfinite(value):
            continue
        text = f"{expression(graph, node)} is {number(value)}"
        operation = graph.operations[node]
        if operation is VARIABLE:
            text += ", as given"
        elif operation is LITERAL:
            if node in graph.names:
                continue
            text += ", the nearest that a double can hold"
        else:
            reason = _inputs_text(graph, values, active, node)
            text += f" because {reason}" if reason else ""
        yield Note(node, "nonfinite", text)
        return


def _first_nonfinite_gradient(
    graph: Graph,
    values: Sequence[float],
    active: Sequence[int],
    gradients: Sequence[float | None],
) -> Note | None:
    if all(gradient is None or math.isfinite(gradient) for gradient in gradients):
        return None
    for node in range(len(gradients) - 1, -1, -1):
        gradient = gradients[node]
        if gradient is None or not active[node] or not math.isfinite(gradient):
            continue
        inputs = graph.inputs[node]
        operands = [values[operand] for operand in inputs]
        back = pullback(graph.operations[node], len(inputs))
        factors = back(1.0, values[node], *operands)
        for position, contribution in enumerate(
            back(gradient, values[node], *operands)
        ):
            if not active[inputs[position]]:
                continue
            if contribution is not None and not math.isfinite(contribution):
                local = factors[position]
                return _gradient_note(
                    graph, values, active, node, position, gradient, local
                )
    # Finite contributions that overflowed where they met.
    for node in range(len(gradients) - 1, -1, -1):
        gradient = gradients[node]
        if gradient is not None and not math.isfinite(gradient):
            return Note(
                node,
                "nonfinite",
                f"the gradient of {expression(graph, node)} is {number(gradient)}:"
                " the contributions it receives add up to more than the largest double",
            )
    return None


def _gradient_note(
    graph: Graph,
    values: Sequence[float],
    active: Sequence[int],
    node: int,
    position: int,
    gradient: float,
    local: float | None,
) -> Note:
    operation, inputs = graph.operations[node], graph.inputs[node]
    rule = rule_of(operation, len(inputs))
    partial = rule.partials[position]
    formula = ""
    if partial is not None and len(rule.graph) < 50:
        names = {
            place: expression(graph, operand) for place, operand in enumerate(inputs)
        }
        names[len(inputs)] = expression(graph, node)
        formula = " " + shortened(InfixWriter(rule.graph, names).text(partial))
    operand_text = expression(graph, inputs[position])
    outside = rule.domain is not None and local is not None and local != local
    where = _inputs_text(graph, values, active, node)
    local_text = number(math.nan if local is None else local)
    text = f"in {expression(graph, node)}, where {where},"
    if outside:
        text += f" the derivative for {operand_text} does not exist: NaN"
    else:
        text += f" the derivative for {operand_text},{formula}, is {local_text}"
        if gradient != 1 and local is not None:
            text += (
                f"; times the gradient that comes in,"
                f" {number(gradient)}*{number(local)}, it is {number(gradient * local)}"
            )
    return Note(node, "nonfinite", text)
