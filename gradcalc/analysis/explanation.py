"""Backpropagation as data: what each node received, what it passed on, and why.

The numbers are those of the evaluation: the gradients of its backward pass, and the
pullbacks that made them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain

from gradcalc.analysis.local_formulas import (
    Formula,
    local_formulas,
    textbook_formula,
)
from gradcalc.analysis.naming import Naming
from gradcalc.analysis.wholes import find_wholes, local_derivatives
from gradcalc.engine.evaluation import evaluate_bound
from gradcalc.engine.notes import Note
from gradcalc.language.bindings import BoundProgram
from gradcalc.language.contributions import whole_rule
from gradcalc.language.library import library_documentation
from gradcalc.language.references import wanted_nodes
from gradcalc.operations import LITERAL
from gradcalc.shapes import (
    all_leaves,
    element_names,
    flatten,
    named_leaves,
    shape_of,
)

MOST_REASONS = 3


@dataclass(frozen=True, slots=True)
class Contribution:
    """What a node passes on to one of its operands."""

    node: int
    # The operand's place among the operands of the node, and the operand's own node.
    position: int
    operand: int
    # The local derivative as a formula; None if nothing is passed, or it is too long.
    formula: Formula | None
    # The local derivative, and the node's gradient times it, which is what the operand
    # receives; None if nothing at all is passed.
    local: float | None
    product: float | None


@dataclass(frozen=True, slots=True)
class Step:
    """One node of the backward pass: its gradient, and what it passes on."""

    node: int
    gradient: float
    contributions: list[Contribution]
    notes: list[Note]


@dataclass(frozen=True, slots=True)
class Reason:
    """Why nothing arrives at a variable.

    The kind is "factor" (a local derivative is 0), "unselected", "flat" (an operation
    that passes no gradient), "small" (the product is below the smallest double),
    "cancel" (what arrives adds up to 0) or "unused".
    """

    kind: str
    # Where it happens; None for "cancel" and "unused".
    contribution: Contribution | None = None


@dataclass(frozen=True, slots=True)
class Meaning:
    """The gradient of one variable, and why it is 0 if it is."""

    name: str
    node: int
    gradient: float
    reasons: list[Reason]


class Explanation:
    """An evaluation explained.

    evaluation  of the one number that is explained
    output      its node
    element     its place if the formula gives a list, "[0]", else ""
    wholes      the calls that are one step
    naming      what the nodes are called
    wanted      the names that it was asked for, none for all
    variables   the node of each name that is differentiated by, element by element
    forward     the nodes of the forward pass that matter, in order, without literals
    given       those of them that are shown by their values alone
    left_out    the others: they do not depend on what is wanted
    path        a flag per node: 1 on the paths from the wanted variables to the output
    passing     the nodes of the backward pass, from the output on, reached or not
    steps       the backward pass where a gradient arrived
    passed_by   operands of the steps that are on no path: what they receive is not said
    arrived     for each node that received something, what it received, in order
    meanings    one for each wanted variable, or element of one
    """

    def __init__(
        self, bound: BoundProgram, wanted: Sequence[str] | None = None
    ) -> None:
        self.element = ""
        if isinstance(bound.output, list):
            self.element = element_names("", shape_of(bound.output))[0]
            bound = replace(bound, output=flatten(bound.output)[0])
        self.output: int = bound.output
        asked_for = wanted_nodes(bound.program, wanted)
        self.variables: dict[str, int] = named_leaves(asked_for)
        self.evaluation = evaluate_bound(bound, wanted)
        self.graph = self.evaluation.graph
        self.values = self.evaluation.values
        self.wholes = find_wholes(self.graph, self.graph.ancestors([self.output]))
        self.naming = Naming(
            self.graph,
            self.output,
            bound.program.functions,
            self.wholes,
            self.variables.values(),
        )
        # A result of such a call is told of in the derivatives of the others.
        needed = self.graph.ancestors([self.output, *self.wholes.calls])
        for node in self.wholes.hidden:
            needed[node] = 0
        depends = self.graph.dependents(list(self.variables.values()))
        self.path = bytearray(map(int.__and__, needed, depends))
        self.wanted = wanted or []
        shown, self.given = needed, frozenset[int]()
        if wanted is not None:
            shown, self.given = self._on_paths_and_beside()
        self.forward, self.left_out = self._split(needed, shown)
        self.passing = list(filter(self._passes_on, range(self.output, -1, -1)))

    @cached_property
    def steps(self) -> list[Step]:
        return list(self._backward())

    @cached_property
    def arrived(self) -> dict[int, list[Contribution]]:
        arrived: dict[int, list[Contribution]] = {}
        for each in chain.from_iterable(step.contributions for step in self.steps):
            if each.product is not None:
                arrived.setdefault(each.operand, []).append(each)
        return arrived

    @cached_property
    def meanings(self) -> list[Meaning]:
        return [
            Meaning(name, node, self.gradient(node), self._reasons(node))
            for name, node in self.variables.items()
        ]

    def operands(self, node: int) -> tuple[int, ...]:
        """What the node takes; of a call that is one step, its arguments."""
        whole = self.wholes.calls.get(node)
        return self.graph.inputs[node] if whole is None else whole.arguments

    def operation(self, node: int) -> tuple[str, str]:
        """The name of the node's operation, and what this does to a gradient."""
        whole = self.wholes.calls.get(node)
        if whole is not None:
            return whole.name, library_documentation()[whole.name].passes
        operation = self.graph.operations[node]
        return operation.name, operation.passes

    def can_pass(self, node: int, position: int) -> bool:
        """Whether the node passes a gradient to that operand wherever it selects it."""
        if node in self.wholes.calls:
            return True
        operation, count = self.graph.operations[node], len(self.graph.inputs[node])
        return whole_rule(operation, count).partials[position] is not None

    def gradient(self, node: int) -> float:
        """The gradient of the output with respect to a node, 0 where none arrived."""
        return self.evaluation.gradient_at(node)

    def received(self, node: int) -> bool:
        """Whether any gradient arrived at the node."""
        return self.evaluation.gradients[0][node] is not None

    def other_notes(self) -> list[Note]:
        """The notes on nodes that no step is about."""
        told = {step.node for step in self.steps}
        return [note for note in self.evaluation.notes if note.node not in told]

    def _on_paths_and_beside(self) -> tuple[bytearray, frozenset[int]]:
        """A flag per node to show, and the nodes that are shown by their values alone.

        Beside a path are the operands of its nodes. A made-up name is told by its
        formula, and every other name in a formula by its value.
        """
        naming = self.naming
        shown = bytearray(self.path)
        shown[self.output] = 1
        given = set[int]() if self.path[self.output] else {self.output}
        pending: list[int] = []

        def show_operands(node: int) -> None:
            for operand in self.operands(node):
                if not self.path[operand]:
                    shown[operand] = 1
                    pending.append(operand)

        for node, flag in enumerate(self.path):
            if self._passes_on(node):
                show_operands(node)
            elif flag:
                # A label that is asked for: what it is made of does not matter.
                given.add(node)
        met = set[int]()
        while pending:
            node = pending.pop()
            if node in met or self.path[node]:
                continue
            met.add(node)
            if node in naming.parts:
                show_operands(node)
                continue
            given.add(node)
            if node in naming.atoms:
                shown[node] = 1
            else:
                # It is named by its formula, in which its operands are named.
                pending += self.operands(node)
        return shown, frozenset(given)

    def _split(
        self, needed: Sequence[int], shown: Sequence[int]
    ) -> tuple[list[int], list[int]]:
        """The needed nodes without literals: those to show, and those to leave out."""
        parts: tuple[list[int], list[int]] = [], []
        for node, flag in enumerate(needed):
            if flag and self.graph.operations[node] is not LITERAL:
                parts[not shown[node]].append(node)
        return parts

    @cached_property
    def passed_by(self) -> list[int]:
        if not self.wanted:
            return []
        varying = self.graph.dependents(all_leaves(self.graph.variables.values()))
        operands = dict.fromkeys(
            operand for step in self.steps for operand in self.operands(step.node)
        )
        return [node for node in operands if varying[node] and not self.path[node]]

    def _backward(self) -> Iterator[Step]:
        notes: dict[int, list[Note]] = {}
        for note in self.evaluation.notes:
            notes.setdefault(note.node, []).append(note)
        for node in self.passing:
            if self.received(node):
                passed = list(self._contributions(node))
                yield Step(node, self.gradient(node), passed, notes.get(node, []))

    def _passes_on(self, node: int) -> bool:
        """Whether the node and an operand of it are on a path."""
        return bool(self.path[node]) and any(
            self.path[operand] for operand in self.operands(node)
        )

    def _contributions(self, node: int) -> Iterator[Contribution]:
        """What a node that received a gradient passes to its operands on a path."""
        inputs = self.operands(node)
        whole = self.wholes.calls.get(node)
        if whole is None:
            locals_ = self.evaluation.contributions(node, 1.0)
        else:
            locals_ = local_derivatives(self.graph, self.values, whole, node)
        found = {
            position: local
            for position, local in enumerate(locals_)
            if self.path[inputs[position]]
        }
        passing = {place: local for place, local in found.items() if local is not None}
        if whole is None:
            formulas = local_formulas(self.evaluation, node, passing, self.naming)
        else:
            formulas = {
                each: textbook_formula(whole, node, each, self.naming)
                for each in passing
            }
        for position, local in found.items():
            yield Contribution(
                node,
                position,
                inputs[position],
                formulas.get(position),
                local,
                None if local is None else self.gradient(node) * local,
            )

    # --- why a gradient is 0

    def _reasons(self, variable: int) -> list[Reason]:
        """The reasons that a variable's gradient is 0; none if it is not.

        They are searched from the variable towards the output; at most three are named.
        """
        if self.gradient(variable) != 0:
            return []
        if not self.path[variable]:
            return [Reason("unused")]
        if any(each.product for each in self.arrived.get(variable, ())):
            return [Reason("cancel")]
        found: list[Reason] = []
        pending, visited = [variable], {variable}
        while pending and len(found) < MOST_REASONS:
            node = pending.pop()
            for consumer in self._consumers.get(node, ()):
                reason = self._reason(consumer, node)
                if reason is not None:
                    found.append(reason)
                elif consumer not in visited:
                    visited.add(consumer)
                    pending.append(consumer)
        # A condition, which passes nothing, is named only if there is no other reason.
        telling = [reason for reason in found if reason.kind != "flat"]
        return (telling or found)[:MOST_REASONS]

    @cached_property
    def _consumers(self) -> dict[int, list[int]]:
        """For each node on a path, the nodes on a path that take it as an operand."""
        consumers: dict[int, list[int]] = {}
        for node, flag in enumerate(self.path):
            if flag:
                for operand in dict.fromkeys(self.operands(node)):
                    consumers.setdefault(operand, []).append(node)
        return consumers

    def _reason(self, consumer: int, node: int) -> Reason | None:
        """What keeps the consumer from contributing to the node; None if it got 0."""
        if not self.received(consumer):
            return None
        contribution = next(
            each for each in self._contributions(consumer) if each.operand == node
        )
        if contribution.product is None:
            selects = self.can_pass(consumer, contribution.position)
            return Reason("unselected" if selects else "flat", contribution)
        if contribution.local == 0:
            return Reason("factor", contribution)
        return Reason("small", contribution) if self.gradient(consumer) else None
