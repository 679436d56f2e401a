"""The gradient of a formula as formulas: one for each variable, or for each pair."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gradcalc.algebra.contributions import append_gradient
from gradcalc.algebra.simplify import simplified
from gradcalc.algebra.substitution import substituted
from gradcalc.errors import FormulaError, ShapeError, UsageError
from gradcalc.graph import Graph
from gradcalc.language.bindings import BoundProgram, wanted_nodes
from gradcalc.shapes import (
    Shape,
    Structure,
    arrange,
    element_names,
    flatten,
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
    bound: BoundProgram, wrt: Sequence[str] | None = None, order: int = 1
) -> GradientFormulas:
    """The derivatives of the program with respect to `wrt`.

    Without `wrt` it is differentiated with respect to the variables that have no value,
    or to all of them if all have one. Values of the other variables are filled in.
    For order 2 a list or matrix counts as the list of its elements.

    Raises BindingError for a name that is no variable, UsageError if there is no
    variable at all, ShapeError for the second derivatives of a list.
    """
    program = bound.program
    variables = program.graph.variables
    if wrt is None:
        wrt = [name for name in variables if name not in bound.variables]
    names, wanted = wanted_nodes(program, wrt or None)
    if not names:
        raise UsageError(
            "the formula has no variables to differentiate with respect to",
            source=bound.text,
        )
    if order == 2 and isinstance(bound.output, list):
        raise ShapeError(
            "the result is a list, which has no Hessian",
            hint="choose one element of it, such as y[0]",
        )
    count = size_of(bound.output) * len(wanted) ** order
    if count > _MOST_FORMULAS:
        raise FormulaError(
            f"the derivatives would be {count:,} formulas",
            hint="--wrt asks for fewer variables, --output for another result",
        )
    filled = {
        name: value for name, value in bound.variables.items() if name not in names
    }
    values = {
        node: bound.given[node] for name in filled for node in flatten(variables[name])
    }
    graph, placed = substituted(program.graph, {None: bound.output}, values)
    shapes = {name: shape_of(variables[name]) for name in names}
    derivation = _Derivation(graph, shapes)
    partials = derivation.first if order == 1 else derivation.second
    found = list(partials(placed[None]))
    roots = [root for partial in found for root in flatten(partial.structure)]
    simple, places = simplified(derivation.graph, roots)
    leaves = iter(places)
    return GradientFormulas(
        bound.text,
        next((k for k, v in program.scope.items() if v == bound.output), None),
        order,
        filled,
        simple,
        [replace(p, structure=unflatten(p.structure, leaves)) for p in found],
    )


class _Derivation:
    """A graph that grows by the derivatives of its nodes.

    `shapes` has the shape of each variable to differentiate with respect to.
    """

    def __init__(self, graph: Graph, shapes: Mapping[str, Shape]) -> None:
        self.graph = graph
        self._shapes = shapes
        self._zero = graph.add_literal(0.0)
        self._wanted = {
            graph.names[node]: node
            for name in shapes
            for node in flatten(graph.variables.get(name, []))
        }
        self._active = graph.dependents(list(self._wanted.values()))
        self._gradients: dict[int, dict[str, int]] = {}

    def first(self, output: Structure) -> Iterator[Partial]:
        """The derivatives of each element for each variable."""
        elements = element_names("", shape_of(output))
        for element, root in zip(elements, flatten(output), strict=True):
            for name in self._shapes:
                yield Partial(element, (name,), self._partials(root, name))

    def second(self, output: int) -> Iterator[Partial]:
        """The second derivatives for each pair of variables, the earlier one first."""
        names = list(self._shapes)
        for position, name in enumerate(names):
            first = self._partials(output, name)
            for other in names[position:]:
                rows = [self._partials(leaf, other) for leaf in flatten(first)]
                yield Partial("", (name, other), _block(first, rows))

    def _partials(self, root: int, name: str) -> Structure:
        """The derivative of a node for each element of a variable."""
        if root not in self._gradients:
            self._extend_active()
            wanted = list(self._wanted.values())
            nodes = append_gradient(self.graph, root, wanted, self._active, exact=False)
            self._gradients[root] = dict(zip(self._wanted, nodes, strict=True))
        gradient = self._gradients[root]
        shape = self._shapes[name]
        found = [gradient.get(e, self._zero) for e in element_names(name, shape)]
        return arrange(found, shape)

    def _extend_active(self) -> None:
        """Flag the new nodes that depend on a wanted one."""
        active = self._active
        for inputs in self.graph.inputs[len(active) :]:
            active.append(any(active[operand] for operand in inputs))


def _block(first: Structure, rows: list[Structure]) -> Structure:
    """The second derivatives for two variables: a number, a list or a matrix."""
    flat = [flatten(row) if isinstance(row, list) else row for row in rows]
    return flat if isinstance(first, list) else flat[0]
