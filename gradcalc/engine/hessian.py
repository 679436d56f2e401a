"""Second derivatives at a point: how the gradient changes with each variable.

Values change along the list by the partial derivatives of each node. Gradients change
back along it by the same, and by how these change where a node bends. All that is
worked out once; then each variable takes one walk there and one back. This is forward
over reverse: Griewank and Walther, Evaluating Derivatives, 2nd edition, section 5.1.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from gradcalc.engine.curvatures import compiled_curvature, curvature_of
from gradcalc.engine.extended_range import LARGEST, LEAST
from gradcalc.engine.passes import FEWEST_COMPILED, Passes
from gradcalc.engine.pullbacks import compiled_pullback, pullback
from gradcalc.graph import Graph
from gradcalc.language.bindings import uncollected
from gradcalc.language.contributions import contributions_of
from gradcalc.operations import Operation

# An operation on more operands is taken apart: it would have too many pairs of them.
_MOST_OPERANDS = 3
# A larger graph would take minutes in decimals.
_MOST_IN_DECIMALS = 5_000

# A float or a Decimal.
Number = Any
# For each node how it changes; None where it does not.
Changes = list[Number]


@dataclass(eq=False, repr=False, slots=True)
class _Arithmetic:
    """Numbers of one kind: doubles, or decimals, whose exponents do not end."""

    one: Number
    # Whether they end, so that a result may be lost on the way.
    ends: bool
    # What an operation passes on of a gradient of 1, from its value and operands.
    partials: Callable[[Operation, Number, Sequence[Number]], Sequence[Number]]
    # Its curvature for the operands at these places, from the same.
    curvature: Callable[..., Sequence[Number]]
    # The values of a graph from those of its variables.
    forward: Callable[[Graph, Sequence[Number]], Sequence[Number]]


def _doubles(size: int) -> _Arithmetic:
    """The arithmetic of doubles for a graph of that size."""
    make, compiled = pullback, size >= FEWEST_COMPILED
    if compiled:
        make = compiled_pullback
    known: dict[tuple[Operation, int], Callable[..., Sequence[Number]]] = {}

    def partials(
        operation: Operation, out: float, operands: Sequence[float]
    ) -> Sequence[Number]:
        key = operation, len(operands)
        back = known.get(key) or known.setdefault(key, make(*key))
        return back(1.0, out, *operands)

    def curvature(
        operation: Operation,
        places: tuple[int, ...],
        out: float,
        operands: Sequence[float],
    ) -> Sequence[float]:
        if compiled:
            return compiled_curvature(operation, len(operands), places)(*operands, out)
        found = curvature_of(operation, len(operands), places)
        values = found.graph.forward([*operands, out])
        return [values[node] for node in found.entries.values()]

    return _Arithmetic(1.0, True, partials, curvature, Graph.forward)


def _decimals() -> _Arithmetic:
    """The arithmetic of decimals, to be used within `arithmetic()`."""
    # Imported here: hardly any second derivative needs it.
    from decimal import Decimal

    from gradcalc.engine.decimal_arithmetic import ONE
    from gradcalc.engine.high_precision import contributed, forward

    def partials(
        operation: Operation, out: Decimal, operands: Sequence[Decimal]
    ) -> Sequence[Number]:
        return contributed(operation, operands, out, ONE)

    def curvature(
        operation: Operation,
        places: tuple[int, ...],
        out: Decimal,
        operands: Sequence[Decimal],
    ) -> Sequence[Decimal]:
        found = curvature_of(operation, len(operands), places)
        values = forward(found.graph, [*operands, out])
        return [values[node] for node in found.entries.values()]

    return _Arithmetic(ONE, False, partials, curvature, forward)


class _Slopes:
    """The partial derivatives of all nodes that the roots depend on, at a point."""

    def __init__(
        self,
        graph: Graph,
        values: Sequence[Number],
        roots: Sequence[int],
        active: Sequence[int],
        arithmetic: _Arithmetic,
    ) -> None:
        self.size = max(roots, default=-1) + 1
        needed = graph.ancestors(roots)
        # Nodes, each with its operands that may change and the partials for these.
        self.rows: list[tuple[int, list[tuple[int, Number]]]] = []
        for node in range(self.size):
            inputs = graph.inputs[node]
            if inputs and active[node] and needed[node]:
                operands = [values[operand] for operand in inputs]
                operation = graph.operations[node]
                partials = arithmetic.partials(operation, values[node], operands)
                pairs = zip(inputs, partials, strict=True)
                edges = [(i, p) for i, p in pairs if p is not None and active[i]]
                self.rows.append((node, edges))

    def changes(self, given: Iterable[tuple[int, Number]]) -> Changes:
        """How all nodes change as the given ones do, none of which needs another."""
        changes: Changes = [None] * self.size
        for node, change in given:
            changes[node] = change
        for node, edges in self.rows:
            for operand, partial in edges:
                change = changes[operand]
                if change is not None:
                    change = partial * change
                    total = changes[node]
                    changes[node] = change if total is None else total + change
        return changes


class _Parts:
    """What an operation on many operands passes on, as formulas with their slopes."""

    def __init__(
        self,
        passes: Passes,
        node: int,
        values: Sequence[Number],
        gradient: Number,
        arithmetic: _Arithmetic,
    ) -> None:
        inputs = passes.graph.inputs[node]
        formulas = contributions_of(passes.graph.operations[node], len(inputs))
        origins = (*inputs, node)
        operands = [values[origin] for origin in origins]
        known = arithmetic.forward(formulas.graph, [*operands, gradient])
        # The operands that are passed something, with the formulas of it.
        self.passed_on = [
            (operand, product)
            for operand, product, gate in zip(
                inputs, formulas.products, formulas.gates, strict=True
            )
            if passes.active[operand] and product is not None
            if gate is None or known[gate] != 0
        ]
        roots = [product for _, product in self.passed_on]
        places = [k for k, origin in enumerate(origins) if passes.active[origin]]
        active = formulas.graph.dependents(places)
        self.slopes = _Slopes(formulas.graph, known, roots, active, arithmetic)
        self.places = [(k, origins[k]) for k in places if k < self.slopes.size]

    def passed(self, changes: Changes) -> Iterator[tuple[int, Number]]:
        moved = [(place, changes[origin]) for place, origin in self.places]
        found = self.slopes.changes(pair for pair in moved if pair[1] is not None)
        for operand, product in self.passed_on:
            if found[product] is not None:
                yield operand, found[product]


# An operand, another node, and how much a change of this adds to that one's gradient.
Entry = tuple[int, int, Number]


class _Tape:
    """All that the walks need, worked out once."""

    def __init__(
        self,
        passes: Passes,
        values: Sequence[Number],
        gradients: Any,
        arithmetic: _Arithmetic,
    ) -> None:
        self.one = arithmetic.one
        self.slopes = _Slopes(
            passes.graph, values, passes.gradients.outputs, passes.active, arithmetic
        )
        # How what a node passes on changes with its operands.
        self.bends: dict[int, list[Entry]] = {}
        self.parts: dict[int, _Parts] = {}
        operations, inputs = passes.graph.operations, passes.graph.inputs
        for node, edges in self.slopes.rows:
            gradient = gradients[node]
            operation, operands = operations[node], inputs[node]
            if gradient is None or operation.is_sum or not edges:
                continue
            # Where there is no first derivative there is no second.
            bends = [(operand, node, p) for operand, p in edges if p != p]
            if len(operands) > _MOST_OPERANDS:
                self.parts[node] = _Parts(passes, node, values, gradient, arithmetic)
            else:
                active = passes.active
                places = tuple([k for k, i in enumerate(operands) if active[i]])
                pairs = curvature_of(operation, len(operands), places).entries
                if pairs:
                    found = arithmetic.curvature(
                        operation, places, values[node], [values[i] for i in operands]
                    )
                    for (i, j), second in zip(pairs, found, strict=True):
                        factor = gradient * second
                        bends.append((operands[i], operands[j], factor))
                        if i != j:
                            bends.append((operands[j], operands[i], factor))
            if bends:
                self.bends[node] = bends
        self._may_be_mended = arithmetic.ends and self.slopes.size <= _MOST_IN_DECIMALS
        # Whether a number may have left the range of doubles, so far.
        partials = (partial for _, edges in self.slopes.rows for _, partial in edges)
        factors = (factor for bends in self.bends.values() for *_, factor in bends)
        self.doubtful = self._may_be_mended and _doubtful(chain(partials, factors))

    def row(self, node: int) -> tuple[Changes, Changes]:
        """How values and gradients change with the node."""
        size = self.slopes.size
        changes = self.slopes.changes([(node, self.one)] if node < size else ())
        back: Changes = [None] * size
        bends, parts = self.bends, self.parts
        for at, edges in reversed(self.slopes.rows):
            change = back[at]
            if change is not None:
                for operand, partial in edges:
                    total, passed = back[operand], partial * change
                    back[operand] = passed if total is None else total + passed
            if at in bends:
                for operand, other, factor in bends[at]:
                    change = changes[other]
                    if change is not None:
                        total, passed = back[operand], factor * change
                        back[operand] = passed if total is None else total + passed
            if at in parts:
                for operand, passed in parts[at].passed(changes):
                    total = back[operand]
                    back[operand] = passed if total is None else total + passed
        return changes, back

    def rows(self, wanted: Sequence[int]) -> list[list[Number]]:
        """The second derivatives for the nodes.

        The later of two nodes has what the earlier one has: what is symmetric in
        calculus is so to the last bit.
        """
        found: list[list[Number]] = []
        for place, node in enumerate(wanted):
            changes, back = self.row(node)
            if self._may_be_mended and not self.doubtful:
                self.doubtful = _doubtful(changes) or _doubtful(back)
            later = [back[other] if other < len(back) else None for other in wanted]
            # A zero has no sign here.
            entries = [0 * self.one if entry is None else entry + 0 for entry in later]
            found.append([row[place] for row in found] + entries[place:])
        return found

    def undefined(self) -> tuple[int, float] | None:
        """The last node with a factor that is not finite, and this; None if none is."""
        for node, bends in reversed(self.bends.items()):
            for *_, factor in bends:
                if not math.isfinite(factor):
                    return node, factor
        return None


def _doubtful(numbers: Iterable[Number]) -> bool:
    """Whether a number is so large or small that a product may leave the doubles."""
    return any(each and not LEAST < abs(each) < LARGEST for each in numbers)


@dataclass(eq=False, repr=False, slots=True)
class Hessian:
    """The second derivatives of a result for some nodes."""

    # A row for each node, with a number for each; symmetric to the last bit.
    rows: list[list[float]]
    # The last node whose second derivative, times the gradient that comes in, is not
    # finite, and what it is; or None.
    culprit: tuple[int, float] | None

    @property
    def finite(self) -> bool:
        """Whether all of them are finite."""
        return all(math.isfinite(entry) for row in self.rows for entry in row)


@uncollected()
def hessian(passes: Passes, wanted: Sequence[int]) -> Hessian:
    """The second derivatives of the only output for the wanted nodes.

    None of these may depend on another. What leaves the range of doubles on the way
    alone is mended as a gradient is, in decimals, if the graph is not large.
    """
    (output,) = passes.gradients.outputs
    tape = _Tape(passes, passes.values, passes.gradients[0], _doubles(output))
    rows = tape.rows(wanted)
    if tape.doubtful:
        # Imported here: hardly any second derivative needs it.
        from decimal import Decimal, localcontext

        from gradcalc.engine import high_precision
        from gradcalc.engine.decimal_arithmetic import arithmetic

        with localcontext(arithmetic()):
            values = list(map(Decimal, passes.values))
            gradients = high_precision.gradients(
                passes.graph, values, output, passes.active
            )
            exact = _Tape(passes, values, gradients, _decimals()).rows(wanted)
        rows = [[float(entry) for entry in row] for row in exact]
    return Hessian(rows, tape.undefined())
