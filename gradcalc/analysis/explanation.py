"""Backpropagation as data: what each node received, and what it handed on, and why.

The numbers are those of the evaluation: the gradients of its backward pass, and the
pullbacks that made them. The formulas are the rules of the table, with what is known at
the point (which side a condition takes, what a literal is) put in.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

from gradcalc.analysis.local_formulas import Formula, local_formulas
from gradcalc.analysis.naming import Naming
from gradcalc.analysis.reasons import Reason, reasons
from gradcalc.engine.evaluation import evaluate_bound
from gradcalc.engine.notes import Note
from gradcalc.engine.pullbacks import pullback
from gradcalc.errors import BindingError
from gradcalc.language.bindings import BoundProgram, wanted_nodes
from gradcalc.language.rules import rule_of
from gradcalc.operations import LITERAL
from gradcalc.shapes import element_names, flatten, shape_of


class Handed:
    """What a node hands to one of its operands.

    node      the node that hands
    position  the operand's place among its operands
    operand   the operand's node
    formula   the local derivative as a formula, None if nothing is passed or too long
    local     the local derivative, None if nothing at all is passed
    product   the gradient times it: what the operand receives, or None
    selects   whether nothing is passed because the operand was not selected
    """

    __slots__ = (
        "formula",
        "local",
        "node",
        "operand",
        "position",
        "product",
        "selects",
    )

    def __init__(
        self,
        node: int,
        position: int,
        operand: int,
        formula: Formula | None,
        local: float | None,
        product: float | None,
        *,
        selects: bool,
    ) -> None:
        self.node = node
        self.position = position
        self.operand = operand
        self.formula = formula
        self.local = local
        self.product = product
        self.selects = selects


class Step:
    """One node of the backward pass: its gradient, and what it hands on."""

    __slots__ = ("gradient", "handed", "node", "notes")

    def __init__(
        self, node: int, gradient: float, handed: list[Handed], notes: list[Note]
    ) -> None:
        self.node = node
        self.gradient = gradient
        self.handed = handed
        self.notes = notes


class Meaning:
    """What the gradient says of one variable, and why it is 0 if it is."""

    __slots__ = ("gradient", "name", "node", "reasons")

    def __init__(
        self, name: str, node: int, gradient: float, reasons: list[Reason]
    ) -> None:
        self.name = name
        self.node = node
        self.gradient = gradient
        self.reasons = reasons


class Explanation:
    """An evaluation explained.

    evaluation  of the one number that is explained
    output      its node
    element     its place if the formula gives a list, "[0]", else ""
    naming      what the nodes are called
    forward     the nodes of the forward pass that matter, in order, without literals
    steps       the backward pass, from the output on
    path        a flag per node: 1 on the paths from the wanted variables to the output
    arrived     for each node that received something, what it received, in order
    meanings    one for each wanted variable, or element of one
    """

    def __init__(
        self, bound: BoundProgram, wanted: Sequence[str] | None = None
    ) -> None:
        leaves = flatten(bound.output)
        self.element = ""
        if isinstance(bound.output, list):
            self.element = element_names("", shape_of(bound.output))[0]
            bound = BoundProgram(
                bound.text, bound.program, leaves[0], bound.variables, bound.given
            )
        names, nodes = _wanted(bound, wanted)
        variables = dict.fromkeys(name.partition("[")[0] for name in names)
        self.evaluation = evaluate_bound(bound, list(variables))
        self.graph = self.evaluation.graph
        self.values = self.evaluation.values
        self.output: int = leaves[0]
        self.naming = Naming(self.graph, self.output, bound.program.functions)
        needed = self.graph.ancestors([self.output])
        depends = self.graph.dependents(nodes)
        self.path = bytearray(map(int.__and__, needed, depends))
        self.forward = self._forward_nodes(needed if wanted is None else None)
        self._gradients = self.evaluation.gradients[0]
        self.steps = list(self._backward())
        self.arrived: dict[int, list[Handed]] = {}
        for step in self.steps:
            for handed in step.handed:
                if handed.product is not None:
                    self.arrived.setdefault(handed.operand, []).append(handed)
        self.meanings = [
            Meaning(name, node, self.gradient(node), reasons(self, node))
            for name, node in zip(names, nodes, strict=True)
        ]

    def gradient(self, node: int) -> float:
        """The gradient of the output with respect to a node, 0 where none arrived."""
        gradient = self._gradients[node] if node <= self.output else None
        return 0.0 if gradient is None else gradient

    def received(self, node: int) -> bool:
        """Whether any gradient arrived at the node."""
        return node <= self.output and self._gradients[node] is not None

    def other_notes(self) -> list[Note]:
        """The notes on nodes that no step is about."""
        told = {step.node for step in self.steps}
        return [note for note in self.evaluation.notes if note.node not in told]

    @cached_property
    def users(self) -> dict[int, list[int]]:
        """For each node on a path, the nodes on a path that take it as an operand."""
        users: dict[int, list[int]] = {}
        for node, inputs in enumerate(self.graph.inputs):
            if self.path[node]:
                for operand in dict.fromkeys(inputs):
                    users.setdefault(operand, []).append(node)
        return users

    def _forward_nodes(self, needed: bytearray | None) -> list[int]:
        """The nodes to show: all that are needed, or those on a path and beside it."""
        if needed is None:
            needed = bytearray(self.path)
            for node, inputs in enumerate(self.graph.inputs):
                if self.path[node]:
                    for operand in inputs:
                        needed[operand] = 1
        return [
            node
            for node, flag in enumerate(needed)
            if flag and self.graph.operations[node] is not LITERAL
        ]

    def _backward(self) -> Iterator[Step]:
        notes: dict[int, list[Note]] = {}
        for note in self.evaluation.notes:
            notes.setdefault(note.node, []).append(note)
        for node in range(self.output, -1, -1):
            if self.path[node] and self.graph.inputs[node] and self.received(node):
                handed = list(self.handed(node))
                yield Step(node, self.gradient(node), handed, notes.get(node, []))

    def handed(self, node: int) -> Iterator[Handed]:
        """What a node that received a gradient hands to its operands on a path."""
        graph, values = self.graph, self.values
        operation, inputs = graph.operations[node], graph.inputs[node]
        operands = [values[operand] for operand in inputs]
        back = pullback(operation, tuple([self.path[operand] for operand in inputs]))
        factors = back(1.0, values[node], *operands)
        products = back(self.gradient(node), values[node], *operands)
        passing = [product is not None for product in products]
        formulas = local_formulas(graph, values, node, passing, self.naming.text)
        partials = rule_of(operation, len(inputs)).partials
        for position, operand in enumerate(inputs):
            if self.path[operand]:
                yield Handed(
                    node,
                    position,
                    operand,
                    formulas.get(position),
                    factors[position],
                    products[position],
                    selects=partials[position] is not None,
                )


def _wanted(
    bound: BoundProgram, wanted: Sequence[str] | None
) -> tuple[list[str], list[int]]:
    """The names of the wanted variables' elements, and their nodes."""
    variables = bound.program.graph.variables
    bases = None if wanted is None else [name.partition("[")[0] for name in wanted]
    names, _ = wanted_nodes(bound.program, bases)
    found: dict[str, int] = {}
    for name in names:
        structure: Any = variables[name]
        elements = element_names(name, shape_of(structure))
        found.update(zip(elements, flatten(structure), strict=True))
    if wanted is None:
        return list(found), list(found.values())
    chosen: dict[str, int] = {}
    for name in wanted:
        matching = {
            element: node
            for element, node in found.items()
            if element == name or element.startswith(f"{name}[")
        }
        if not matching:
            raise BindingError(
                f"the formula has no variable {name}",
                hint=f"its elements are {', '.join(list(found)[:8])}",
            )
        chosen.update(matching)
    return list(chosen), list(chosen.values())
