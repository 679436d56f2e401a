"""The gradient of a formula as formulas: one for each variable, or for each pair."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

from gradcalc.algebra.laws import IN_RANGE, READABLE
from gradcalc.algebra.simplify import simplified_parts
from gradcalc.algebra.substitution import substituted
from gradcalc.errors import FormulaError, UsageError
from gradcalc.graph import Graph
from gradcalc.language.bindings import BoundProgram
from gradcalc.language.contributions import append_gradient
from gradcalc.language.references import check_twice, wanted_nodes
from gradcalc.language.terms import Laws
from gradcalc.operations import VARIABLE
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
    # By element of the result and by variable.
    formulas: list[Partial]


def gradient_formulas(
    bound: BoundProgram,
    wrt: Sequence[str] | None = None,
    order: int = 1,
    *,
    exact: bool = False,
) -> GradientFormulas:
    """The derivatives of the program with respect to `wrt`.

    Without `wrt` it is differentiated with respect to the variables that have no value,
    or to all of them if all have one. Values of the other variables are filled in. A
    label is a name of its own in the formulas for it. For order 2 a list or matrix
    counts as the list of its elements. If `exact`, the formulas
    have the rules that are computed and the laws that hold in all the range of doubles.

    Raises BindingError for a name that stands for nothing, UsageError if there is no
    variable at all or one name of a Hessian depends on another, ShapeError for the
    second derivatives of a list.
    """
    program = bound.program
    variables = program.graph.variables
    if wrt is None:
        wrt = [name for name in variables if name not in bound.variables]
    wanted = wanted_nodes(program, wrt or None)
    if not wanted:
        raise UsageError(
            "the formula has no variables to differentiate with respect to",
            source=bound.text,
        )
    if order == 2:
        check_twice(program.graph, bound.output, wanted)
    nodes = set(all_leaves(wanted.values()))
    count = size_of(bound.output) * len(nodes) ** order
    if count > _MOST_FORMULAS:
        raise FormulaError(
            f"the derivatives would be {count:,} formulas",
            hint="--wrt asks for fewer variables, --output for another result",
        )
    values = {node: x for node, x in bound.given.items() if node not in nodes}
    roots = dict[str | None, Structure]([*wanted.items(), (None, bound.output)])
    graph, placed = substituted(program.graph, roots, values)
    output = placed[None]
    own = {name: placed[name] for name in wanted}
    derivation = _Derivation(graph, own, exact=exact)
    found = derivation.first(output) if order == 1 else derivation.second(output)
    laws = IN_RANGE if exact else READABLE
    simple, formulas = _simplified(derivation.graph, list(found), own, laws)
    return GradientFormulas(
        bound.text,
        next((k for k, v in program.scope.items() if v == bound.output), None),
        order,
        {
            name: value
            for name, value in bound.variables.items()
            if nodes.isdisjoint(flatten(variables[name]))
        },
        simple,
        formulas,
    )


def _simplified(
    graph: Graph, partials: list[Partial], wanted: Mapping[str, Structure], laws: Laws
) -> tuple[Graph, list[Partial]]:
    """The partials, simplified, in a graph of their own.

    In those for a label the label is a variable.
    """
    own = {name: _own_nodes(graph, name, nodes) for name, nodes in wanted.items()}
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


def _own_nodes(graph: Graph, name: str, structure: Structure) -> dict[str, int]:
    """The nodes of a label, by the names of its elements, but for variables' nodes."""
    return {
        element: node
        for element, node in named_leaves({name: structure}).items()
        if graph.operations[node] is not VARIABLE
    }


class _Derivation:
    """A graph that grows by the derivatives of its nodes.

    `wanted` has the nodes to differentiate with respect to, by name. If `exact`, the
    rules are those that are computed.
    """

    def __init__(
        self, graph: Graph, wanted: Mapping[str, Structure], *, exact: bool
    ) -> None:
        self.graph = graph
        self._exact = exact
        self._wanted = wanted
        self._leaves = list(dict.fromkeys(all_leaves(wanted.values())))
        self._active = graph.dependents(self._leaves)
        self._gradients: dict[int, dict[int, int]] = {}

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
            self._extend_active()
            nodes = append_gradient(
                self.graph, root, self._leaves, self._active, exact=self._exact
            )
            self._gradients[root] = dict(zip(self._leaves, nodes, strict=True))
        gradient = self._gradients[root]
        structure = self._wanted[name]
        return unflatten(structure, (gradient[node] for node in flatten(structure)))

    def _extend_active(self) -> None:
        """Flag the new nodes that depend on a wanted one."""
        active = self._active
        for inputs in self.graph.inputs[len(active) :]:
            active.append(any(active[operand] for operand in inputs))


def _block(first: Structure, rows: list[Structure]) -> Structure:
    """The second derivatives for two variables: a number, a list or a matrix."""
    flat = [flatten(row) if isinstance(row, list) else row for row in rows]
    return flat if isinstance(first, list) else flat[0]
