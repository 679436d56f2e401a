"""Text and values to the value and the gradient of every node."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from gradcalc.backward import Gradients, arrived
from gradcalc.engine.notes import Note, hessian_notes, notes_on
from gradcalc.engine.passes import Passes, passes, picked
from gradcalc.errors import FormulaError, Span, entry_point
from gradcalc.language.bindings import BoundProgram, Value, bind
from gradcalc.language.references import check_twice, wanted_nodes
from gradcalc.operations import LITERAL, VARIABLE
from gradcalc.shapes import Structure, all_leaves, flatten, named_leaves, unflatten
from gradcalc.wording import represented
from gradcalc.writers.node_text import expression

if TYPE_CHECKING:
    from gradcalc.engine.hessian import Hessian

# More second derivatives than these fill the memory rather than answer a question.
_MOST_SECOND = 1_000_000


# "module:function", found when a notebook asks: the engine knows of no page.
_NOTEBOOK_FORM = "gradcalc.webpage.notebook_form:notebook_form"


class NodeResult(NamedTuple):
    """What an evaluation says of one node."""

    # Its number, in the order of evaluation.
    id: int
    # The name of its operation, "variable" or "literal".
    operation: str
    # "variable", "literal" or "operation".
    kind: str
    # Its label or its variable's name, or None.
    label: str | None
    # Its text as typed.
    expression: str
    # The numbers of the nodes it takes.
    inputs: tuple[int, ...]
    value: float
    # The partial derivative of the result with respect to it, shaped like the result;
    # None for what depends on no wanted variable.
    gradient: Any
    # The range of characters of the source that it stands for.
    span: Span
    # Whether it is inside a called function.
    inner: bool
    # The function of the library in whose definition the span is, None for the formula.
    function: str | None = None

    def __eq__(self, other: object) -> bool:
        # Also by their texts: a NaN is no other's equal.
        return tuple.__eq__(self, other) is True or (
            isinstance(other, NodeResult) and repr(self) == repr(other)
        )

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash((self.id, self.expression))


class LabelResult(NamedTuple):
    """What an evaluation says of a label: its value, and its gradient.

    The gradient is shaped like the label, and for a list result a list of such; None
    for what depends on no wanted variable.
    """

    value: Value
    gradient: Any


@dataclass(eq=False, repr=False)
class Evaluation(Passes):
    """The value and the gradients of a formula at a point, all dimensionless."""

    # The text.
    source: str
    # The node of the result, or a list of nodes (of lists, for a matrix).
    output: Structure
    # The value of each variable.
    variables: dict[str, Value]
    # By name what is differentiated by, a node or a list of nodes, and each label.
    wanted: dict[str, Structure]
    scope: dict[str, Structure]

    # The rest is worked out when somebody asks for it, as most callers do not for all.

    # It is known by what it was made of, which makes the same again: the rest, with the
    # graph and functions in it, is neither compared nor pickled.

    def _made_of(self) -> tuple[str, dict[str, Value], list[str], Structure]:
        return self.source, self.variables, list(self.wanted), self.output

    def __eq__(self, other: object) -> bool:
        # Their texts: a NaN is no other's equal.
        return isinstance(other, Evaluation) and (
            repr(self._made_of()) == repr(other._made_of())
        )

    def __hash__(self) -> int:
        return hash(self.source)

    def __reduce__(self) -> tuple[Any, ...]:
        return _evaluated_again, self._made_of()

    def __repr__(self) -> str:
        slopes = "jacobian" if self.gradient is None else "gradient"
        parts = (self.source, self.value, getattr(self, slopes))
        text, value, gradient = map(represented, parts)
        return f"Evaluation({text}, value={value}, {slopes}={gradient})"

    def _repr_html_(self) -> str:
        """What a notebook shows: the table and the picture."""
        # Imported here: only a notebook asks.
        from pkgutil import resolve_name

        form: str = resolve_name(_NOTEBOOK_FORM)(self)
        return form

    @cached_property
    def value(self) -> Value:
        """The value of the result, shaped like `output`."""
        return self.value_of(self.output)

    @cached_property
    def gradient(self) -> dict[str, Value] | None:
        """By name, the partial derivative of the result, shaped like what is named.

        None if the result is a list.
        """
        return None if isinstance(self.output, list) else self._slopes

    @cached_property
    def jacobian(self) -> dict[str, Value] | None:
        """By name, a list like the result of one such gradient for each element.

        None if the result is a number.
        """
        return self._slopes if isinstance(self.output, list) else None

    @cached_property
    def _slopes(self) -> dict[str, Value]:
        structures = list(self.wanted.values())
        # Row by row: large ones are not kept.
        rows = [
            [unflatten(s, iter(picked(row, flatten(s)))) for s in structures]
            for row in self.gradients
        ]
        columns = zip(self.wanted, zip(*rows, strict=True), strict=True)
        return {name: unflatten(self.output, iter(column)) for name, column in columns}

    @cached_property
    def hessian(self) -> dict[str, dict[str, Value]]:
        """By two names, the second partial derivatives of the result for these.

        They are shaped like what the first name stands for, with something shaped like
        what the second stands for in the place of each number: for a number x and a
        list v of n, ["x"]["x"] is a number, ["v"]["x"] is a list of n, and ["v"]["v"]
        is n lists of n. The whole is symmetric to the last bit.

        Raises ShapeError if the result is a list, UsageError if one name depends on
        another, FormulaError if there are more than a million.
        """
        return {
            name: {
                other: self.second_derivatives(structure, beside)
                for other, beside in self.wanted.items()
            }
            for name, structure in self.wanted.items()
        }

    def second_derivatives(self, one: Structure, other: Structure) -> Value:
        """Those for two structures of nodes, which are wanted, as in `hessian`."""
        rows, places = self.curvature.rows, self._places
        return unflatten(
            one,
            (
                unflatten(other, (rows[places[a]][places[b]] for b in flatten(other)))
                for a in flatten(one)
            ),
        )

    @cached_property
    def curvature(self) -> "Hessian":
        """The second derivatives for all wanted nodes. Raises as `hessian`."""
        # Imported here: hardly any evaluation needs it.
        from gradcalc.engine.hessian import hessian

        check_twice(self.graph, self.output, self.wanted)
        count = len(self._places) ** 2
        if count > _MOST_SECOND:
            raise FormulaError(
                f"there would be {count:,} second derivatives",
                hint="--wrt asks for fewer variables",
            )
        return hessian(self, list(self._places))

    @cached_property
    def curvature_notes(self) -> tuple[Note, ...]:
        """Where a convention was used for second derivatives, or one is not finite."""
        names = named_leaves(self.wanted)
        return tuple(hessian_notes(self, self.curvature, names))

    @cached_property
    def _places(self) -> dict[int, int]:
        """Which row of the second derivatives each wanted node has."""
        nodes = dict.fromkeys(all_leaves(self.wanted.values()))
        return {node: place for place, node in enumerate(nodes)}

    @cached_property
    def labels(self) -> dict[str, LabelResult]:
        """What is said of each label of an intermediate result, by name."""
        scope = {
            name: structure
            for name, structure in self.scope.items()
            if name not in self.graph.variables
        }
        rows = [
            [self._label_gradient(row, structure) for structure in scope.values()]
            for row in self.gradients
        ]
        return {
            name: LabelResult(
                self.value_of(structure),
                unflatten(self.output, (row[place] for row in rows))
                if any(self.active[node] for node in flatten(structure))
                else None,
            )
            for place, (name, structure) in enumerate(scope.items())
        }

    @cached_property
    def nodes(self) -> list[NodeResult]:
        """What is said of each node, in the order of evaluation."""
        active = [node for node, flag in enumerate(self.active) if flag]
        # Row by row, as above.
        columns = zip(*[picked(row, active) for row in self.gradients], strict=True)
        return [
            self._node(
                node,
                unflatten(self.output, iter(next(columns))) if flag else None,
            )
            for node, flag in enumerate(self.active)
        ]

    @cached_property
    def notes(self) -> tuple[Note, ...]:
        """Where a convention was used, or a number is not finite."""
        return tuple(notes_on(self))

    @cached_property
    def result_finite(self) -> bool:
        """Whether the value and the gradients of the wanted variables are finite."""
        wanted = set(all_leaves(self.wanted.values()))
        return _all_finite(flatten(self.value)) and all(
            math.isfinite(gradient)
            for row in self.gradients
            for node, gradient in arrived(row)
            if node in wanted
        )

    @cached_property
    def finite(self) -> bool:
        """Whether every value and every gradient of every node is finite."""
        return _all_finite(self.values) and all(
            math.isfinite(gradient)
            for row in self.gradients
            for _, gradient in arrived(row)
        )

    def node_gradient(self, node: int) -> Any:
        """The gradient of one node, as `NodeResult.gradient` says."""
        if not self.active[node]:
            return None
        rows = range(len(self.gradients))
        return unflatten(self.output, (self.gradient_at(node, row) for row in rows))

    def _label_gradient(self, row: Gradients[float], structure: Structure) -> Any:
        leaves = (
            gradient if self.active[node] else None
            for node, gradient in zip(
                flatten(structure), picked(row, flatten(structure)), strict=True
            )
        )
        return unflatten(structure, leaves)

    def value_of(self, structure: Structure) -> Value:
        """The value of a node, or the values of a list of nodes."""
        return unflatten(structure, (self.values[node] for node in flatten(structure)))

    def _node(self, node: int, gradient: Any) -> NodeResult:
        graph = self.graph
        operation = graph.operations[node]
        leaf = operation is VARIABLE or operation is LITERAL
        name = graph.names[node] if operation is VARIABLE else graph.labels.get(node)
        return NodeResult(
            node,
            operation.name,
            operation.name if leaf else "operation",
            name,
            expression(graph, node),
            graph.inputs[node],
            self.values[node],
            gradient,
            (graph.starts[node], graph.ends[node]),
            node in graph.bodies or node in graph.composed,
            graph.library_function(node),
        )


def _all_finite(numbers: Sequence[float]) -> bool:
    return all(map(math.isfinite, numbers))


@entry_point
def evaluate(
    text: str,
    bindings: Mapping[str, Value],
    *,
    defaults: Mapping[str, Value] | None = None,
    wrt: Sequence[str] | None = None,
    output: str | None = None,
) -> Evaluation:
    """The value and the gradient of every node of the formula.

    `bindings` maps each variable to a number, a list of numbers or a list of equally
    long lists; `defaults` gives values to names that it leaves out and may hold names
    that the formula does not use; both win over the values that the formula carries.
    `wrt` restricts what is differentiated by to these variables, labels and elements of
    lists (a constant named there is a variable); `output` asks for a label instead of
    the last statement.

    Raises GradcalcError, with `.span` and `.hint`, for whatever is wrong with these.
    """
    bound = bind(text, bindings, defaults=defaults, output=output, wrt=wrt)
    return evaluate_bound(bound, wrt)


def _evaluated_again(
    text: str, variables: dict[str, Value], wanted: list[str], output: Structure
) -> Evaluation:
    """The evaluation made of these, as `Evaluation` keeps them."""
    bound = bind(text, variables, wrt=wanted)
    return evaluate_bound(replace(bound, output=output), wanted)


def evaluate_bound(
    bound: BoundProgram, wrt: Sequence[str] | None = None, *, most: int | None = None
) -> Evaluation:
    """The evaluation of a program whose variables are bound.

    With `most` it knows the gradients of so many elements of the result alone.
    """
    program = bound.program
    wanted = wanted_nodes(program, wrt)
    nodes = all_leaves(wanted.values())
    outputs = flatten(bound.output)[:most]
    found = passes(program.graph, bound.given, outputs, nodes)
    return Evaluation(
        found.graph,
        found.values,
        found.active,
        found.gradients,
        bound.text,
        bound.output,
        bound.variables,
        wanted,
        program.scope,
    )
