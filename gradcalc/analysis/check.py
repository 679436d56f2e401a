"""Backpropagation compared with differences, variable by variable."""

import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from gradcalc.analysis.verdicts import DIFFERS, Claim, Row, compared
from gradcalc.engine import high_precision
from gradcalc.engine.compiled import compile_forward
from gradcalc.engine.evaluation import Evaluation, evaluate_bound
from gradcalc.errors import UsageError
from gradcalc.language.bindings import BoundProgram
from gradcalc.language.rules import FunctionOperation
from gradcalc.shapes import element_names, flatten, shape_of

_EPSILON = sys.float_info.epsilon
_TINIEST = 2.0**-1074


@dataclass(frozen=True)
class Check:
    """The check of a whole gradient: its rows, and the evaluation that it is about."""

    evaluation: Evaluation
    rows: list[Row]

    @property
    def agrees(self) -> bool:
        """Whether no row differs."""
        return all(row.verdict != DIFFERS for row in self.rows)


def check(bound: BoundProgram, wanted: Sequence[str] | None = None) -> Check:
    """Every wanted partial derivative, compared with differences.

    Raises BindingError for a wanted name that is no variable, UsageError if there is no
    variable at all.
    """
    if not bound.program.graph.variables and not wanted:
        raise UsageError(
            "the formula has no variables whose gradient could be checked",
            source=bound.text,
        )
    evaluation = evaluate_bound(bound, wanted)
    return Check(evaluation, list(_rows(bound, evaluation, wanted)))


def _rows(
    bound: BoundProgram, evaluation: Evaluation, wanted: Sequence[str] | None
) -> Iterator[Row]:
    graph = evaluation.graph
    outputs = flatten(evaluation.output)
    elements = element_names("", shape_of(evaluation.output))
    function = compile_forward(graph, outputs, list(bound.given))
    noises = [_noise(evaluation, number) for number in range(len(outputs))]
    for name, structure in graph.variables.items():
        if wanted is not None and name not in wanted:
            continue
        for node in flatten(structure):
            for number, (element, output) in enumerate(
                zip(elements, outputs, strict=True)
            ):
                row = compared(
                    Claim(
                        graph.names[node],
                        element,
                        bound.given[node],
                        evaluation.gradient_at(node, number),
                        _line(function, bound.given, node, number),
                        noises[number],
                        partial(_jitter, bound, evaluation, number, node),
                    )
                )
                if row.verdict == DIFFERS and not row.reason:
                    row = replace(row, reason=_suspect(evaluation, node, output))
                yield row


def _suspect(evaluation: Evaluation, node: int, output: int) -> str:
    """The operation on the way that passes no gradient, or by a rule of its own."""
    graph = evaluation.graph
    below, above = graph.dependents([node]), graph.ancestors([output])
    for other, operation in enumerate(graph.operations):
        if below[other] and above[other] and graph.inputs[other]:
            if isinstance(operation, FunctionOperation):
                return f"{operation.name} has a derivative rule of its own"
            if operation.is_flat:
                return f"{operation.name} passes no gradient"
    return ""


def _line(
    function: Callable[..., Sequence[float]],
    given: Mapping[int, float],
    node: int,
    number: int,
) -> Callable[[float], float]:
    """An element of the result as a function of one variable, the others held."""
    arguments = list(given.values())
    position = list(given).index(node)

    def line(x: float) -> float:
        arguments[position] = x
        return function(*arguments)[number]

    return line


def _noise(evaluation: Evaluation, number: int) -> float:
    """A bound on the rounding error of an output, to first order.

    Each node is rounded, and an error in it reaches the output times its gradient.
    """
    graph, values = evaluation.graph, evaluation.values
    total = 0.0
    for node, gradient in enumerate(evaluation.gradients[number]):
        if gradient is not None and graph.inputs[node]:
            error = abs(gradient) * (2 * _EPSILON * abs(values[node]) + _TINIEST)
            total += error if math.isfinite(error) else 0.0
    return total


def _jitter(
    bound: BoundProgram, evaluation: Evaluation, number: int, node: int
) -> float:
    """How far rounding has taken the gradient from the one of sixty digits."""
    graph = evaluation.graph
    output = flatten(evaluation.output)[number]
    values = high_precision.forward(graph, bound.given)
    active = graph.dependents([node])
    exact = high_precision.gradients(graph, values, output, active)[node]
    distance = abs(float(exact or 0) - evaluation.gradient_at(node, number))
    return distance if math.isfinite(distance) else 0.0
