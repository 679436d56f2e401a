"""What the reader should know of a result: conventions used, numbers not finite."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from gradcalc.backward import Gradients, arrived
from gradcalc.engine.extended_range import Extended
from gradcalc.engine.passes import Passes
from gradcalc.graph import Graph
from gradcalc.language.contributions import whole_rule
from gradcalc.language.library import OF_PROBABILITIES
from gradcalc.language.rules import Rule, condition_graph
from gradcalc.operations import (
    COMPARISONS,
    EQUAL,
    LITERAL,
    UNEQUAL,
    VARIABLE,
    Operation,
    Singularity,
)
from gradcalc.writers.node_text import expression, shortened

if TYPE_CHECKING:
    from gradcalc.engine.hessian import Hessian

_EQUALITIES = frozenset({EQUAL, UNEQUAL})


# What a sum of probabilities, or 1 minus one, may be off by.
_ROUNDING = 1e-9


class Note(NamedTuple):
    """A remark on one node."""

    # The number of the node.
    node: int
    # "kink", "tie", "saturated", "nonfinite", "range" or "outside".
    kind: str
    # One sentence.
    message: str
    # The function of the library that the node is in, None for what the user wrote.
    function: str | None = None

    @property
    def sentence(self) -> str:
        """The message, after the function that it is about where nobody typed that."""
        return f"in {self.function}: {self.message}" if self.function else self.message


def notes_on(passes: Passes) -> Iterator[Note]:
    """The notes on an evaluation."""
    yield from _first_nonfinite_value(passes)
    graph = passes.graph
    reached = bytearray(len(graph))
    note = None
    for row in passes.gradients:
        finite = True
        for node, gradient in arrived(row):
            reached[node] = 1
            finite &= math.isfinite(gradient)
        if note is None and not finite:
            note = _first_nonfinite_gradient(passes, row)
            yield note
    yield from _out_of_range(passes)
    for node, gate, _ in graph.differentiated:
        reached[node] |= gate is None or passes.values[gate] != 0
    last = max(passes.gradients.outputs, default=-1)
    for node in singular_nodes(graph):
        operation = graph.operations[node]
        # A gradient must have arrived, unless the operation passes none anyway.
        if passes.active[node] and (
            reached[node] or (operation.is_flat and node <= last)
        ):
            yield from _singularities(passes, node, operation.singular)
    yield from _no_probabilities(passes)


def singular_nodes(graph: Graph) -> Iterator[int]:
    """The nodes where a note on a convention may be due, in order."""
    differentiated = {node for node, *_ in graph.differentiated}
    for node, operation in enumerate(graph.operations):
        if not operation.singular:
            continue
        if operation in _EQUALITIES and graph.library_function(node):
            # It sets one point apart, as where 0*log(0) is meant to be 0.
            continue
        composed = node in graph.composed and node not in differentiated
        if operation in COMPARISONS and composed:
            # It chooses the more accurate one of two formulas for the same.
            continue
        yield node


def _out_of_range(passes: Passes) -> Iterator[Note]:
    """A note on the first gradient on the way back that no double holds."""
    for row in passes.gradients:
        if isinstance(row, Extended) and row.beyond:
            node = max(row.beyond)
            message = f"the gradient of {expression(passes.graph, node)} is"
            message += f" {row.beyond[node]}, beyond the range of doubles;"
            message += " it is rounded here, but passed on as it is"
            yield _note(passes.graph, node, "range", message)
            return


def probabilities(graph: Graph) -> dict[int, int]:
    """The nodes that stand for probabilities, each with the node that takes it for one.

    That one is within a function of the library, one of OF_PROBABILITIES.
    """
    if OF_PROBABILITIES.keys().isdisjoint(graph.calls.values()):
        return {}
    found: dict[int, int] = {}
    for node in graph.bodies:
        taker, _ = OF_PROBABILITIES.get(graph.library_function(node) or "", ("", ""))
        if graph.operations[node].name == taker:
            found.setdefault(graph.inputs[node][0], node)
    return found


def is_outside(value: float) -> bool:
    """Whether the number cannot be a probability."""
    return value < -_ROUNDING or value > 1 + _ROUNDING


def _no_probabilities(passes: Passes) -> Iterator[Note]:
    """A note on the first of the numbers in each function that are no probabilities."""
    graph, said = passes.graph, set[str]()
    for node, taker in probabilities(graph).items():
        value, function = passes.values[node], graph.library_function(taker)
        if function and function not in said and is_outside(value):
            said.add(function)
            _, instead = OF_PROBABILITIES[function]
            message = f"{expression(graph, node)} is {number(value)}, which is no"
            message += f" probability; {instead} takes any number"
            yield _note(graph, taker, "outside", message)


def hessian_notes(
    passes: Passes, hessian: "Hessian", wanted: Mapping[str, int]
) -> Iterator[Note]:
    """The notes on second derivatives for nodes, which are wanted by their names."""
    graph = passes.graph
    for node, _ in arrived(passes.gradients[0]):
        places = graph.operations[node].singular_slope
        if places and passes.active[node]:
            yield from _singularities(passes, node, places)
    if hessian.finite:
        return
    if hessian.culprit is not None:
        node, factor = hessian.culprit
        text = f"in {expression(graph, node)}, where {_inputs_text(passes, node)},"
        text += " the second derivative"
        if passes.gradient_at(node) != 1:
            text += " times the gradient that comes in"
        yield _note(graph, node, "nonfinite", f"{text} is {number(factor)}")
        return
    entries = (
        (name, other, entry)
        for (name, row) in zip(wanted, hessian.rows, strict=True)
        for other, entry in zip(wanted, row, strict=True)
    )
    name, other, entry = next(each for each in entries if not math.isfinite(each[2]))
    text = f"the second derivative for {name} and {other} is {number(entry)},"
    text += " as what it is made of is not finite or adds up to too much"
    yield _note(graph, wanted[name], "nonfinite", text)


def _singularities(
    passes: Passes, node: int, places: Sequence[Singularity]
) -> Iterator[Note]:
    graph = passes.graph
    operation, inputs = graph.operations[node], graph.inputs[node]
    operands = [passes.values[operand] for operand in inputs]
    for singularity in places:
        if singularity.of is not None:
            position = operation.parameters.index(singularity.of)
            if not passes.active[inputs[position]]:
                continue
        holds = _condition(operation, singularity.condition, len(inputs))
        if holds(operands, passes.values[node]):
            message = f"{expression(graph, node)}: {singularity.message}"
            yield _note(graph, node, singularity.kind, message)


def _note(graph: Graph, node: int, kind: str, message: str) -> Note:
    return Note(node, kind, message, graph.library_function(node))


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


def _inputs_text(passes: Passes, node: int) -> str:
    """The inputs with their values, "x is 0 and y is 2", without constant ones."""
    graph, values = passes.graph, passes.values
    parts = []
    inputs = dict.fromkeys(graph.inputs[node])
    wanted = [operand for operand in inputs if passes.active[operand]]
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


def _first_nonfinite_value(passes: Passes) -> Iterator[Note]:
    graph = passes.graph
    for node, value in enumerate(passes.values):
        if math.isfinite(value):
            continue
        text = f"{expression(graph, node)} is {number(value)}"
        operation = graph.operations[node]
        if operation is VARIABLE:
            text += ", as given"
        elif operation is LITERAL:
            if is_meant(graph, node):
                continue
            text += ", the nearest that a double can hold"
        else:
            reason = _inputs_text(passes, node)
            text += f" because {reason}" if reason else ""
        yield _note(graph, node, "nonfinite", text)
        return


def is_meant(graph: Graph, node: int) -> bool:
    """Whether a literal that is not finite was not typed in digits."""
    return node in graph.names or node in graph.composed


def _first_nonfinite_gradient(passes: Passes, gradients: Gradients[float]) -> Note:
    """The note on the first contribution, or sum of them, that is not finite."""
    graph, active = passes.graph, passes.active
    pairs = list(arrived(gradients))
    for node, gradient in reversed(pairs):
        if not active[node] or not math.isfinite(gradient):
            continue
        contributions = passes.contributions(node, gradient)
        for position, (operand, contribution) in enumerate(
            zip(graph.inputs[node], contributions, strict=True)
        ):
            if (
                active[operand]
                and contribution is not None
                and not math.isfinite(contribution)
            ):
                return _gradient_note(passes, node, position, gradient)
    # Finite contributions that overflowed where they met.
    node, gradient = [pair for pair in pairs if not math.isfinite(pair[1])][-1]
    return _note(
        graph,
        node,
        "nonfinite",
        f"the gradient of {expression(graph, node)} is {number(gradient)}:"
        " the contributions it receives add up to more than the largest double",
    )


def is_readable(rule: Rule) -> bool:
    """Whether a note can hold the formulas of a rule."""
    return len(rule.graph) < 50


def _gradient_note(passes: Passes, node: int, position: int, gradient: float) -> Note:
    """The note on what the node passes on to the operand at the position."""
    graph = passes.graph
    inputs = graph.inputs[node]
    rule = whole_rule(graph.operations[node], len(inputs))
    local = passes.contributions(node, 1.0)[position]
    local = math.nan if local is None else local
    operand = expression(graph, inputs[position])
    text = f"in {expression(graph, node)}, where {_inputs_text(passes, node)},"
    text += f" the derivative for {operand}"
    if rule.domain is not None and local != local:
        return _note(graph, node, "nonfinite", f"{text} does not exist: NaN")
    formula = ""
    partial = rule.partials[position]
    if partial is not None and is_readable(rule):
        # Imported here: most answers are finite.
        from gradcalc.writers.infix import InfixWriter, typed

        names = {
            place: typed(expression(graph, origin))
            for place, origin in enumerate((*inputs, node))
        }
        formula = ", " + shortened(
            InfixWriter(rule.graph, given=names.get).text(partial)
        )
    text += f"{formula}, is {number(local)}"
    if gradient != 1:
        text += (
            f"; times the gradient that comes in,"
            f" {number(gradient)}*{number(local)}, it is {number(gradient * local)}"
        )
    return _note(graph, node, "nonfinite", text)
