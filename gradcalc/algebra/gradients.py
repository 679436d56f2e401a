"""The gradient of a formula as formulas: one for each variable, or for each pair."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from math import isfinite
from typing import Any

from gradcalc.algebra.laws import IN_RANGE
from gradcalc.algebra.simplify import simplified_parts
from gradcalc.algebra.substitution import substituted
from gradcalc.errors import FormulaError
from gradcalc.graph import Graph, Whole
from gradcalc.language.bindings import BoundProgram
from gradcalc.language.contributions import append_gradient
from gradcalc.language.identifiers import checked_names
from gradcalc.language.names import read_program
from gradcalc.language.references import check_twice, wanted_nodes
from gradcalc.language.rules import Rule, rule_of
from gradcalc.language.terms import Laws
from gradcalc.operations import LITERAL, VARIABLE, Operation
from gradcalc.shapes import (
    Structure,
    all_leaves,
    element_names,
    flatten,
    named_leaves,
    shape_of,
    size_of,
    unflatten,
)
from gradcalc.writers.infix import InfixWriter
from gradcalc.writers.spelling import structure_text

# The nodes of a label that are no variables, by the names of its elements.
Labelled = dict[str, int]

# More formulas than these nobody can read, and they fill the memory.
_MOST_FORMULAS = 1_000_000


@dataclass(frozen=True)
class Partial:
    """One derivative, as nodes of a graph."""

    # The element of the result that is differentiated, "[0]"; "" of a number.
    element: str
    # The names it is differentiated with respect to, one for each order.
    variables: tuple[str, ...]
    # Its node; a list of nodes where a variable is a list.
    structure: Structure


@dataclass(frozen=True)
class GradientFormulas:
    """The derivatives of a program, simplified, in one graph."""

    # The text that is differentiated, and the label of its result, or None.
    source: str
    result: str | None
    # 1 for the gradient, 2 for the Hessian.
    order: int
    # The values that were put in for variables, by name.
    filled: dict[str, Any]
    graph: Graph
    # By element of the result and by variable; of a constant one for no variable.
    formulas: list[Partial]
    # The values that the program gives to lists which stay names.
    lists: dict[str, Any]

    def list_lines(self, roots: Sequence[int]) -> list[str]:
        """The lines of a program that make the names in the roots' formulas lists."""
        if not self.lists:
            return []
        needed = self.graph.ancestors(roots)
        names = self.graph.variable_names()
        used = {name.partition("[")[0] for n, name in names.items() if needed[n]}
        return [
            f"{name} = {structure_text(value, map(_number, flatten(value)))}"
            for name, value in self.lists.items()
            if name in used
        ]


def _number(value: float) -> str:
    return InfixWriter.number(value)[0]


def gradient_formulas(
    bound: BoundProgram,
    wrt: Sequence[str] | None = None,
    order: int = 1,
    *,
    exact: bool = False,
) -> GradientFormulas:
    """The derivatives of the program with respect to `wrt`.

    Without `wrt` it is differentiated with respect to the variables that have no value,
    or to all of them if all have one; of a constant it is 0. Then all values are filled
    in, but for those that the program itself gives to names in `wrt`; what depends on
    them alone becomes a number, by the rules that are computed. A label is a name of
    its own in the formulas for it, unless it is a number. For order 2 a list or matrix
    counts as the list of its elements. If `exact`, all formulas have the rules that are
    computed and the laws that hold in all the range of doubles.

    Raises BindingError for a name that stands for nothing, UsageError if one name of a
    Hessian depends on another, ShapeError for the second derivatives of a list.
    """
    program = bound.program
    asked = {name.partition("[")[0] for name in checked_names(wrt or ())} & bound.own
    filled = {name: x for name, x in bound.variables.items() if name not in asked}
    wanted = wanted_nodes(program, varying(bound) if wrt is None else wrt)
    if not wanted:
        return _constant(bound, order, filled)
    if order == 2:
        check_twice(program.graph, bound.output, wanted)
    nodes = set(all_leaves(wanted.values()))
    check_count(size_of(bound.output) * len(nodes) ** order)
    roots = dict[str | None, Structure]([*wanted.items(), (None, bound.output)])
    unknown = program.graph.dependents(
        [
            node
            for name, structure in program.graph.variables.items()
            if name not in filled
            for node in flatten(structure)
        ]
    )

    def by_the_book(whole: Whole) -> bool:
        # Of what is known the numbers come from what is computed.
        return not exact and any(unknown[node] for node in whole.arguments)

    graph, placed = substituted(program.graph, roots, {}, by_the_book=by_the_book)
    output = placed[None]
    own = {name: placed[name] for name in wanted}
    derivation = _Derivation(graph, own, named_leaves(filled), exact=exact)
    found = derivation.first(output) if order == 1 else derivation.second(output)
    graph, partials, labels = derivation.with_numbers(list(found))
    laws = IN_RANGE if exact else None
    simple, formulas = _simplified(graph, partials, labels, laws)
    return GradientFormulas(
        bound.text,
        _result(bound),
        order,
        filled,
        simple,
        formulas,
        {n: x for n, x in bound.variables.items() if n in asked and shape_of(x)},
    )


def check_count(count: int) -> None:
    """Raise FormulaError for more derivatives than can be written."""
    if count > _MOST_FORMULAS:
        raise FormulaError(
            f"the derivatives would be {count:,} formulas",
            hint="--wrt asks for fewer variables, --output for another result",
        )


def varying(bound: BoundProgram) -> list[str]:
    """The variables to differentiate by if none is asked for.

    A value that no other line uses, as the last line of `d_x = 2`, is a constant.
    """
    names = bound.program.graph.variables
    found = [name for name in names if name not in bound.variables]
    if found or not names:
        return found
    mentioned = read_program(bound.text).mentions()
    return [name for name in names if name in mentioned]


def _constant(
    bound: BoundProgram, order: int, filled: dict[str, Any]
) -> GradientFormulas:
    """The derivative of what has no variables: 0, or as many as it has elements."""
    graph = Graph()
    zeros = (graph.add_literal(0.0) for _ in range(size_of(bound.output)))
    partial = Partial("", (), unflatten(bound.output, zeros))
    result = _result(bound)
    return GradientFormulas(bound.text, result, order, filled, graph, [partial], {})


def _result(bound: BoundProgram) -> str | None:
    """The label of what is differentiated, None if it has none."""
    labels = bound.program.scope.items()
    return next((label for label, nodes in labels if nodes == bound.output), None)


def _simplified(
    graph: Graph,
    partials: list[Partial],
    own: Mapping[str, Labelled],
    laws: Laws | None,
) -> tuple[Graph, list[Partial]]:
    """The partials, simplified, in a graph of their own.

    In those for a label the label is a variable.
    """
    # By their labels, the places of the partials in which these are variables.
    groups: dict[tuple[str, ...], list[int]] = {}
    for place, partial in enumerate(partials):
        labels = tuple(name for name in partial.variables if own[name])
        groups.setdefault(labels, []).append(place)
    simple, nodes = simplified_parts(
        graph,
        [
            (
                all_leaves(partials[place].structure for place in places),
                {name: node for label in labels for name, node in own[label].items()},
            )
            for labels, places in groups.items()
        ],
        laws,
    )
    leaves = iter(nodes)
    made = list(partials)
    for place in chain.from_iterable(groups.values()):
        structure = unflatten(partials[place].structure, leaves)
        made[place] = replace(partials[place], structure=structure)
    # What is a variable in one formula is no label of another.
    taken = set(chain.from_iterable(own.values()))
    for node in [node for node, label in simple.labels.items() if label in taken]:
        del simple.labels[node]
    return simple, made


class _Derivation:
    """A graph that grows by the derivatives of its nodes.

    `wanted` has the nodes to differentiate with respect to, by name, and `filled` the
    values of variables, by the names of elements. If `exact`, the rules are those that
    are computed.
    """

    def __init__(
        self,
        graph: Graph,
        wanted: Mapping[str, Structure],
        filled: Mapping[str, float],
        *,
        exact: bool,
    ) -> None:
        self.graph = graph
        self._exact = exact
        self._wanted = wanted
        self._filled = filled
        self._leaves = list(dict.fromkeys(all_leaves(wanted.values())))
        self._gradients: dict[int, dict[int, int]] = {}
        # Flags of the nodes that depend on a wanted one.
        self._active = bytearray()
        # The values of nodes that depend on nothing without one, and which of these
        # depend on what is filled in.
        self._values: dict[int, float] = {}
        self._known: set[int] = set()
        # The nodes whose rules are those that are computed: what is known, and what has
        # a known operand for which a book has no derivative.
        self._exact_at: set[int] = set()

    def first(self, output: Structure) -> Iterator[Partial]:
        """The derivatives of each element for each variable."""
        elements = element_names("", shape_of(output))
        for element, root in zip(elements, flatten(output), strict=True):
            for name in self._wanted:
                yield Partial(element, (name,), self._partials(root, name))

    def second(self, output: int) -> Iterator[Partial]:
        """The second derivatives for each pair of variables, the earlier one first."""
        names = list(self._wanted)
        for position, name in enumerate(names):
            first = self._partials(output, name)
            for other in names[position:]:
                rows = [self._partials(leaf, other) for leaf in flatten(first)]
                yield Partial("", (name, other), _block(first, rows))

    def _partials(self, root: int, name: str) -> Structure:
        """The derivative of a node for each element of what is wanted."""
        if root not in self._gradients:
            self._follow()
            nodes = append_gradient(
                self.graph,
                root,
                self._leaves,
                self._active,
                exact=self._exact,
                known=self._exact_at,
            )
            self._gradients[root] = dict(zip(self._leaves, nodes, strict=True))
        gradient = self._gradients[root]
        structure = self._wanted[name]
        return unflatten(structure, (gradient[node] for node in flatten(structure)))

    def _follow(self) -> None:
        """Look at the nodes that are new."""
        graph, active, values = self.graph, self._active, self._values
        wanted = set(self._leaves)
        for node in range(len(active), len(graph)):
            inputs, operation = graph.inputs[node], graph.operations[node]
            active.append(node in wanted or any(active[i] for i in inputs))
            if operation is LITERAL:
                values[node] = graph.literals[node]
            elif operation is VARIABLE:
                if graph.names[node] in self._filled:
                    values[node] = self._filled[graph.names[node]]
                    self._known.add(node)
                    self._exact_at.add(node)
            elif all(operand in values for operand in inputs):
                values[node] = operation.evaluate(*[values[i] for i in inputs])
                if not self._known.isdisjoint(inputs):
                    self._known.add(node)
                    self._exact_at.add(node)
            if active[node] and node not in self._known:
                known = [None if active[i] else values.get(i) for i in inputs]
                if _has_convention(operation, known):
                    self._exact_at.add(node)

    def _is_variable(self, node: int, element: str) -> bool:
        """Whether it is a variable of that name, or an element that is a variable."""
        if self.graph.operations[node] is not VARIABLE:
            return False
        return "[" in element or self.graph.names[node] == element

    def with_numbers(
        self, partials: Sequence[Partial]
    ) -> tuple[Graph, list[Partial], dict[str, Labelled]]:
        """The partials in a graph in which all that is known is a number.

        Also the nodes there of each wanted name that is no variable, by elements.
        """
        if self._filled:
            self._follow()
        labels = [
            (name, element, node)
            for name, structure in self._wanted.items()
            for element, node in named_leaves({name: structure}).items()
            if node not in self._known and not self._is_variable(node, element)
        ]
        graph = self.graph
        placed: dict[str | None, Structure] = {
            "partials": all_leaves(partial.structure for partial in partials),
            "labels": [node for *_, node in labels],
        }
        if self._known:
            known = {node: self._values[node] + 0.0 for node in self._known}
            graph, placed = substituted(graph, placed, known)
        leaves = iter(placed["partials"])
        own: dict[str, Labelled] = {name: {} for name in self._wanted}
        for (name, element, _), node in zip(labels, placed["labels"], strict=True):
            own[name][element] = node
        moved = [
            replace(partial, structure=unflatten(partial.structure, leaves))
            for partial in partials
        ]
        return graph, moved, own


# Where a rule is tried for operands that are not known.
_ANYWHERE = 0.7


def _has_convention(operation: Operation, known: Sequence[float | None]) -> bool:
    """Whether the rule of a book is not finite where that which is computed is: 0^x."""
    if operation.textbook == operation.partials or not any(
        value is not None and (value == 0 or not isfinite(value)) for value in known
    ):
        return False
    point = [_ANYWHERE if value is None else value for value in known]
    point.append(operation.evaluate(*point))
    book, computed = (
        _partials_at(rule_of(operation, len(known), textbook=textbook), point)
        for textbook in (True, False)
    )
    return any(
        value is None and isfinite(number) and not isfinite(own)
        for value, own, number in zip(known, book, computed, strict=True)
    )


def _partials_at(rule: Rule, point: list[float]) -> list[float]:
    values = rule.graph.forward(point)
    return [0.0 if node is None else values[node] for node in rule.partials]


def _block(first: Structure, rows: list[Structure]) -> Structure:
    """The second derivatives for two variables: a number, a list or a matrix."""
    flat = [flatten(row) if isinstance(row, list) else row for row in rows]
    return flat if isinstance(first, list) else flat[0]
