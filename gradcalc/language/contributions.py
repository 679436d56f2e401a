"""What an operation passes on to its operands, as formulas.

The gradient that comes in times the partial derivative; nothing at all where the
operand was not selected; NaN outside the operation's domain. This is the one place that
says so: numeric backpropagation evaluates these formulas, and the symbolic derivative
places them in the graph.

To what it captured, a function with its own rule passes what its body does: that is the
gradient of the body, by the backward pass over graph nodes, which is here, too. The
nodes that it appends are formulas of the same language and can be differentiated again.
"""

import math
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from weakref import WeakKeyDictionary

from gradcalc.backward import Flags, Gradients, arrived, backward
from gradcalc.graph import Graph
from gradcalc.language.gated_formulas import (
    Contributions,
    Destination,
    GatedFormulas,
    Reached,
)
from gradcalc.language.rules import MOST_KEPT, FunctionOperation, Rule, rule_of
from gradcalc.operations import TIMES, WHERE, Operation


def contributions_of(
    operation: Operation, count: int, *, exact: bool = True
) -> Contributions:
    """The contributions of the operation on `count` operands.

    If not `exact`, they are those of a book and hold inside the operation's domain
    alone.
    """
    if isinstance(operation, FunctionOperation):
        found = _of_functions.setdefault(operation, {})
        if exact not in found:
            found[exact] = _made(operation, count, exact)
        return found[exact]
    if count > MOST_KEPT:
        return _made(operation, count, exact)
    return _kept(operation, count, exact)


def _made(operation: Operation, count: int, exact: bool) -> Contributions:
    rule = rule_of(operation, count, textbook=not exact)
    graph = Graph()
    given = {node: graph.add_variable(f"x{node}") for node in range(count)}
    given[count] = graph.add_variable("out")
    gradient = graph.add_variable("gradient")
    roots = [*rule.partials, *rule.selected, rule.domain]
    placed = rule.graph.translated(
        [root for root in roots if root is not None],
        lambda node, inputs: graph.add_like(rule.graph, node, inputs),
        given,
    )
    gates = [None if gate is None else placed[gate] for gate in rule.selected]
    # Operands of a list may have one partial derivative in common.
    products = {
        partial: graph.add(TIMES, (gradient, placed[partial]))
        for partial in dict.fromkeys(rule.partials)
        if partial is not None
    }
    if rule.domain is not None and exact:
        domain = placed[rule.domain]
        nan, one = graph.add_literal(math.nan), graph.add_literal(1.0)
        # Not NaN alone, whose derivative would be 0.
        outside = {
            partial: graph.add(TIMES, (product, nan))
            for partial, product in products.items()
        }
        products = {
            partial: graph.add(WHERE, (domain, product, outside[partial]))
            for partial, product in products.items()
        }
        # Outside the domain NaN is passed on, selected or not.
        gates = [
            None if gate is None else graph.add(WHERE, (domain, gate, one))
            for gate in gates
        ]
    passed = [
        None if partial is None else products[partial] for partial in rule.partials
    ]
    if isinstance(operation, FunctionOperation) and operation.captured:
        captured = _to_captured(graph, operation, gradient, exact=exact)
        for node, reached in captured.items():
            passed[node], gates[node] = reached
    return Contributions(graph, passed, gates)


_kept = lru_cache(maxsize=4096)(_made)
# Kept as long as the program is.
_of_functions: WeakKeyDictionary[Operation, dict[bool, Contributions]] = (
    WeakKeyDictionary()
)


def whole_rule(operation: Operation, count: int, *, textbook: bool = True) -> Rule:
    """The rule of the operation on `count` operands, as a book has it or as computed.

    It has partials for what a function captured, too, which hold inside the domain of
    the operations in its body alone.
    """
    rule = rule_of(operation, count, textbook=textbook)
    if not isinstance(operation, FunctionOperation) or not operation.captured:
        return rule
    graph = rule.graph.copy()
    partials, selected = list(rule.partials), list(rule.selected)
    one = graph.add_literal(1.0)
    captured = _to_captured(graph, operation, one, exact=False)
    for node, reached in captured.items():
        partials[node], selected[node] = reached
    return replace(rule, graph=graph, partials=partials, selected=selected)


def _to_captured(
    graph: Graph, operation: FunctionOperation, gradient: int, *, exact: bool
) -> dict[int, tuple[int, int | None]]:
    """What the body passes on to operands that the function captured, and its gate.

    The formulas are appended to the graph, in which nodes 0 to n - 1 are the operands
    and `gradient` is the node of the gradient that comes in.
    """
    body, result = operation.body, operation.result
    operands = range(len(operation.rule.partials))
    placed = body.translated(
        [result],
        lambda node, inputs: graph.add_like(body, node, inputs),
        {node: node for node in operands},
    )
    output, captured = placed[result], operands[operation.arity :]
    active = graph.dependents(captured)
    destination = _its_end(graph, exact=exact)
    formulas = GatedFormulas(graph, active, destination, exact=exact)
    seed = Reached(gradient, None)
    gradients = backward(
        graph, output, active, seed, formulas.contributions, formulas.add
    )
    passed = {}
    for node in captured:
        if (reached := gradients[node]) is not None:
            gate = None if reached.gate is None else formulas.all_open(reached.gate)
            passed[node] = reached.node, gate
    return passed


# --- the backward pass


def _its_end(graph: Graph, *, exact: bool, known: Container[int] = ()) -> Destination:
    """The end of the graph itself; `known` nodes will be numbers."""

    def contributions(node: int) -> Contributions:
        operation, count = graph.operations[node], len(graph.inputs[node])
        return contributions_of(operation, count, exact=exact or node in known)

    return Destination(graph, range(len(graph)), contributions)


def append_gradient(
    graph: Graph,
    output: int,
    wanted: Sequence[int],
    active: Flags,
    *,
    exact: bool,
    known: Container[int] = (),
    elsewhere: Destination | None = None,
) -> list[int]:
    """The gradient of `output` for each wanted node, appended to the graph as nodes.

    The arguments are those of `append_backward`.
    """
    found = append_backward(
        graph, output, wanted, active, exact=exact, known=known, elsewhere=elsewhere
    )
    return found.wanted


@dataclass(eq=False, repr=False, slots=True)
class Appended:
    """The nodes of a backward pass that was appended to a graph."""

    # For each wanted node that of its gradient, 0 where none arrives.
    wanted: list[int]
    # For each node that is reached that of its gradient where one arrives.
    arriving: dict[int, int]
    formulas: GatedFormulas
    gradients: Gradients[Reached]

    def singular(self) -> Iterator[tuple[int, int | None]]:
        """The nodes it went through that may have no unique derivative.

        With each comes the node that is 0 unless a gradient arrives; None if always.
        """
        graph, active = self.formulas.graph, self.formulas.active
        for node, each in arrived(self.gradients):
            operation, inputs = graph.operations[node], graph.inputs[node]
            if any(
                place.of is None or active[inputs[operation.parameters.index(place.of)]]
                for place in operation.singular
            ):
                gate = each.gate
                yield node, None if gate is None else self.formulas.all_open(gate)


def append_backward(
    graph: Graph,
    output: int,
    wanted: Sequence[int],
    active: Flags,
    *,
    exact: bool,
    known: Container[int] = (),
    elsewhere: Destination | None = None,
) -> Appended:
    """The gradients of `output`, appended as nodes to the graph, or `elsewhere`.

    `active` flags the nodes that depend on a wanted one. If `exact`, the formulas have
    the value of numeric backpropagation, to the bit; else they are for the reader and
    hold inside the domain of the operations, but for the nodes that are `known`, which
    will be numbers.
    """
    destination = elsewhere or _its_end(graph, exact=exact, known=known)
    formulas = GatedFormulas(graph, active, destination, exact=exact)
    zero = formulas.grown.add_literal(0.0)
    seed = Reached(formulas.grown.add_literal(1.0), None)
    make, add = formulas.contributions, formulas.add
    gradients = backward(graph, output, active, seed, make, add, sparse=True)
    of_wanted = [gradients[node] for node in wanted]
    closed = [zero if each is None else formulas.closed(each) for each in of_wanted]
    arriving = {node: each.node for node, each in arrived(gradients)}
    return Appended(closed, arriving, formulas, gradients)
