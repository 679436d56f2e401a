"""The gradient of a formula as formulas: one for each variable, or for each pair."""

from collections.abc import Iterator, Sequence
from typing import Any

from gradcalc.algebra.derivative import append_gradient
from gradcalc.algebra.simplify import simplified
from gradcalc.algebra.substitution import substituted
from gradcalc.errors import ShapeError, UsageError
from gradcalc.graph import Graph
from gradcalc.language.bindings import BoundProgram, wanted_nodes
from gradcalc.shapes import (
    Structure,
    arrange,
    element_names,
    flatten,
    shape_of,
    unflatten,
)


class Formula:
    """One derivative, as nodes of a graph.

    element    the element of the result that is differentiated, "[0]"; "" of a number
    variables  the names it is differentiated with respect to, one for each order
    structure  its node; a list of nodes where a variable is a list
    """

    __slots__ = ("element", "structure", "variables")

    def __init__(
        self, element: str, variables: tuple[str, ...], structure: Structure
    ) -> None:
        self.element = element
        self.variables = variables
        self.structure = structure


class GradientFormulas:
    """The derivatives of a program, simplified, in one graph.

    source    the text that is differentiated
    result    the label of what is differentiated, or None
    order     1 for the gradient, 2 for the Hessian
    filled    the values that were put in for variables, by name
    graph     the graph of the formulas
    formulas  the derivatives, by element of the result and by variable
    """

    __slots__ = ("filled", "formulas", "graph", "order", "result", "source")

    def __init__(
        self,
        source: str,
        result: str | None,
        order: int,
        filled: dict[str, Any],
        graph: Graph,
        formulas: list[Formula],
    ) -> None:
        self.source = source
        self.result = result
        self.order = order
        self.filled = filled
        self.graph = graph
        self.formulas = formulas


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
    if wrt is None:
        wrt = [name for name in program.graph.variables if name not in bound.variables]
    names, _ = wanted_nodes(program, wrt or None)
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
    filled = {
        name: value for name, value in bound.variables.items() if name not in names
    }
    values = {
        node: bound.given[node]
        for name in filled
        for node in flatten(program.graph.variables[name])
    }
    shapes = {name: shape_of(program.graph.variables[name]) for name in names}
    graph, placed = substituted(program.graph, {None: bound.output}, values)
    derivation = _Derivation(graph, names)
    output = placed[None]
    formulas = []
    elements = element_names("", shape_of(output))
    for element, root in zip(elements, flatten(output), strict=True):
        for name in names:
            first = derivation.partials(root, name, shapes[name])
            if order == 1:
                formulas.append(Formula(element, (name,), first))
                continue
            for second in names[names.index(name) :]:
                rows = [
                    derivation.partials(leaf, second, shapes[second])
                    for leaf in flatten(first)
                ]
                formulas.append(Formula("", (name, second), _block(first, rows)))
    roots = [root for formula in formulas for root in flatten(formula.structure)]
    final, simple = simplified(derivation.graph, roots)
    leaves: Iterator[int] = iter(simple)
    for formula in formulas:
        formula.structure = unflatten(formula.structure, leaves)
    label = next(
        (
            name
            for name, structure in program.scope.items()
            if structure == bound.output
        ),
        None,
    )
    return GradientFormulas(bound.text, label, order, filled, final, formulas)


class _Derivation:
    """A graph that grows by the derivatives of its nodes with respect to `names`."""

    def __init__(self, graph: Graph, names: Sequence[str]) -> None:
        self.graph = graph
        self._zero = graph.add_literal(0.0)
        self._wanted = {
            graph.names[node]: node
            for name in names
            for node in flatten(graph.variables.get(name, []))
        }
        self._active = graph.dependents(list(self._wanted.values()))
        self._gradients: dict[int, dict[str, int]] = {}

    def partials(self, root: int, name: str, shape: tuple[int, ...]) -> Structure:
        """The derivative of a node for each element of a variable."""
        if root not in self._gradients:
            self._extend_active()
            nodes = append_gradient(
                self.graph, root, list(self._wanted.values()), self._active, exact=False
            )
            self._gradients[root] = dict(zip(self._wanted, nodes, strict=True))
        gradient = self._gradients[root]
        found = [gradient.get(element) for element in element_names(name, shape)]
        return arrange([self._zero if node is None else node for node in found], shape)

    def _extend_active(self) -> None:
        """Flag the new nodes that depend on a wanted one."""
        active = self._active
        for inputs in self.graph.inputs[len(active) :]:
            active.append(any(active[operand] for operand in inputs))


def _block(first: Structure, rows: list[Structure]) -> Structure:
    """The second derivatives for two variables: a number, a list or a matrix."""
    flat = [flatten(row) if isinstance(row, list) else row for row in rows]
    return flat if isinstance(first, list) else flat[0]
