"""How a formula's values change when variables move, in decimal arithmetic.

Only what depends on them is computed again, and a change that is lost among the
digits of a larger number is told from one that is 0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from functools import cache, cached_property

from gradcalc.backward import Gradients
from gradcalc.engine.decimal_arithmetic import DIGITS, ONE, ZERO, arithmetic
from gradcalc.engine.high_precision import applied, forward, gradients
from gradcalc.graph import Graph
from gradcalc.language.rules import FunctionOperation
from gradcalc.operations import Operation

# A change of fewer digits than this is lost in the number that changes.
_TRUSTED = 15
# So many of the last digits may all be wrong, to be on the safe side.
_MARGIN = 10


@dataclass(eq=False, repr=False, slots=True)
class Change:
    """What a step changes."""

    # By how much the value of each node changes, without those that keep theirs.
    of: dict[int, Decimal]
    # Whether all changes have their digits.
    is_resolved: bool


class Surroundings:
    """A graph at a point and near it, in decimals.

    graph      the graph
    values     of a number of digits: the value of each node at the point
    gradients  of an output: its gradient with respect to each node
    terms      of an output: how large the terms are that add up to each gradient
    """

    def __init__(
        self, graph: Graph, given: Mapping[int, float], outputs: Sequence[int]
    ) -> None:
        self.graph = graph
        self.values = cache(lambda digits: forward(graph, given, digits))
        active = graph.dependents(list(given))
        self.gradients = cache(
            lambda output: gradients(graph, self.values(DIGITS), output, active)
        )
        self.terms = cache(
            lambda output: gradients(
                graph, self.values(DIGITS), output, active, sizes=True
            )
        )
        # The nodes that take a node as an operand, and matter to the outputs.
        self._consumers: dict[int, list[int]] = {}
        for node, flag in enumerate(graph.ancestors(outputs)):
            if flag:
                for operand in graph.inputs[node]:
                    self._consumers.setdefault(operand, []).append(node)

    def unit(self, node: int) -> Decimal:
        """What steps of a variable are measured in.

        That is its size, but no more than 1, on which floor and its like turn.
        """
        return min(abs(self.values(DIGITS)[node]), ONE) or ONE

    def consumers(self, node: int) -> Sequence[int]:
        """The nodes that take the node as an operand, as often as they do."""
        return self._consumers.get(node, ())


def _is_resolved(
    operation: Operation, before: Decimal, change: Decimal, digits: int
) -> bool:
    """Whether the change of a value has its digits, or may be none."""
    if change.is_nan() or operation.selected:
        return True
    own = isinstance(operation, FunctionOperation)
    # Seen from afar, or in whole numbers alone, the steps of floor are a slope.
    is_far = abs(change) > 1 or before.adjusted() > digits - _TRUSTED
    if change and is_far and _has_steps(operation):
        return False
    if operation.is_flat and not own:
        return True
    return before == 0 or abs(change) > abs(before).scaleb(_TRUSTED - digits)


def _has_steps(operation: Operation) -> bool:
    """Whether the operation, or the body of one with a rule of its own, is a step."""
    if isinstance(operation, FunctionOperation):
        return any(map(_has_steps, operation.body.operations))
    return operation.is_flat and bool(operation.parameters)


class Variation:
    """A formula whose variable is moved, or several in proportion; others are held.

    moves   how far a step of 1 moves each of the variables, by node
    reach   the nodes that depend on them, in order, and themselves
    values  of a number of digits: the value of each node at the point
    change  of a step and a number of digits: what the step changes
    """

    def __init__(
        self,
        surroundings: Surroundings,
        moves: Mapping[int, Decimal],
        *,
        held: bool = False,
    ) -> None:
        """If `held`, what passes no gradient back passes no change on either."""
        self.surroundings = surroundings
        self.moves = moves
        self.held = held
        self.values = cache(self._values)
        self.change = cache(self._change)

    @cached_property
    def reach(self) -> list[int]:
        operations = self.surroundings.graph.operations
        found, pending = set(self.moves), list(self.moves)
        while pending:
            for consumer in self.surroundings.consumers(pending.pop()):
                if consumer not in found and not (
                    self.held and operations[consumer].is_flat
                ):
                    found.add(consumer)
                    pending.append(consumer)
        return sorted(found)

    def step(self, power: int) -> Decimal:
        """A step that moves no variable further than 10 to the power of its unit."""
        unit = self.surroundings.unit
        return min(unit(node) / size for node, size in self.moves.items()).scaleb(power)

    def gradient(self, output: int, digits: int) -> Decimal:
        """The gradient of the output along the moves."""
        if digits == DIGITS:
            return self._along(self.surroundings.gradients(output))
        active = bytearray(len(self.surroundings.graph))
        for node in self.reach:
            active[node] = 1
        graph, values = self.surroundings.graph, self.values(digits)
        return self._along(gradients(graph, values, output, active, digits))

    def terms(self, output: int) -> Decimal:
        """How large the terms are that add up to the gradient."""
        return self._along(self.surroundings.terms(output))

    def _along(self, gradients: Gradients[Decimal]) -> Decimal:
        with localcontext(arithmetic()):
            parts = ((gradients[n] or ZERO) * size for n, size in self.moves.items())
            return sum(parts, ZERO)

    def rounding(self, output: int, digits: int) -> Decimal:
        """How far rounding may take the output from its value, to first order.

        Each node is rounded, and an error in it reaches the output times its gradient.
        """
        values = self.surroundings.values(DIGITS)
        sizes = self.surroundings.terms(output)
        errors = (abs(values[node]) * (sizes[node] or ZERO) for node in self.reach)
        total = sum((error for error in errors if error.is_finite()), ZERO)
        return total.scaleb(_MARGIN - digits)

    def _values(self, digits: int) -> Sequence[Decimal]:
        """The values at the point; what is not reached stays as it is."""
        graph, values = self.surroundings.graph, self.surroundings.values(DIGITS)
        if digits == DIGITS:
            return values
        values = list(values)
        with localcontext(arithmetic(digits)):
            for node in self.reach:
                if node not in self.moves:
                    operands = [values[operand] for operand in graph.inputs[node]]
                    values[node] = applied(graph.operations[node], operands)
        return values

    def _change(self, step: Decimal, digits: int) -> Change:
        """What a step changes."""
        graph, old = self.surroundings.graph, self.values(digits)
        new: dict[int, Decimal] = {}
        changes: dict[int, Decimal] = {}
        # What the operands of a sum change; of a long one only few do.
        sums: dict[int, Decimal] = {}
        stirred = set(self.moves)
        is_resolved = True
        with localcontext(arithmetic(digits)):
            for node in self.reach:
                if node not in stirred:
                    continue
                operation, before = graph.operations[node], old[node]
                if node in self.moves:
                    new[node] = before + step * self.moves[node]
                elif operation.is_sum and (before + sums[node]).is_finite():
                    new[node] = before + sums[node]
                else:
                    operands = [new.get(i, old[i]) for i in graph.inputs[node]]
                    new[node] = applied(operation, operands)
                # An infinity that stays does not change.
                change = new[node] - before if new[node] != before else ZERO
                is_resolved &= _is_resolved(operation, before, change, digits)
                if change == 0:
                    continue
                changes[node] = change
                for consumer in self.surroundings.consumers(node):
                    stirred.add(consumer)
                    if graph.operations[consumer].is_sum:
                        sums[consumer] = sums.get(consumer, ZERO) + change
        return Change(changes, is_resolved)
