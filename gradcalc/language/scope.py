"""What the names of a text stand for while its graph is built, and where it went wrong.

A formula, or the body of a function, is run in a frame: it knows its own names, then
the labels, the constants, and the variables, which are made where they are first used.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any

from gradcalc.errors import FormulaError, GradcalcError, ShapeError, Span
from gradcalc.graph import MOST_NODES, TOO_LARGE, Graph
from gradcalc.language.functions import Definitions, Function
from gradcalc.language.syntax import Syntax, operator_span, span_of
from gradcalc.operations import CONSTANT_NAMES, CONSTANTS, LITERAL, VARIABLE
from gradcalc.shapes import Shape, Structure, arrange, element_names, size_of

# As many references to nodes take the room and time of one node.
_REFERENCES = 4


@dataclass(eq=False, repr=False, slots=True)
class Frame:
    """A formula, or the body of a called function, under way."""

    # What of it is still to be run.
    code: Iterator[Syntax]
    # The structure of each label or parameter that it can use.
    local: dict[str, Structure]
    # The function, None for a statement; and the call of it.
    function: Function | None = None
    node: Syntax = ()
    # The number of nodes before the call.
    first: int = 0
    # The outermost call of a library function: where its errors point.
    span: Span | None = None


class Opened:
    """A derivative under way: what it is of is being built."""

    def __init__(self, first: int) -> None:
        # The number of nodes before.
        self.first = first
        # The arguments by the nodes that are in their place meanwhile.
        self.actual: dict[int, int] = {}
        # What parameters stand for besides, by name.
        self.hidden: dict[str, Structure] = {}
        # What to differentiate by, of a call with primes.
        self.by: Structure = None


@dataclass(eq=False, repr=False)
class Scope:
    """The names of a text, and the graph that grows by what they stand for."""

    text: str
    definitions: Definitions
    # Where the nodes go, behind those that it has.
    graph: Graph
    # The shape of each variable that has a value; other free variables are scalars. A
    # name with a value shadows a constant.
    shapes: Mapping[str, Shape] = field(default_factory=dict)
    # The structure of each label and of each name that is bound.
    scope: dict[str, Structure] = field(default_factory=dict)
    # The variables that are indices, by name: the graph is that of their values.
    indices: set[str] = field(default_factory=set, init=False)
    # The value of each variable node that may be an index.
    known: dict[int, float] = field(default_factory=dict, init=False)
    # The derivatives under way, the innermost last.
    opened: list[Opened] = field(default_factory=list, init=False)
    # The length of the code of all calls, and a part of that of the lists referred to.
    _steps: int = field(default=0, init=False)
    # The value of each node that an index was made of.
    _constants: dict[int, float] = field(default_factory=dict, init=False)

    # --- names

    def bound(self, shapes: Mapping[str, Shape]) -> dict[str, Structure]:
        """The structures of names of these shapes, as new variable nodes."""
        return {name: self.add_variable(name, shape) for name, shape in shapes.items()}

    def name(self, frame: Frame, node: Syntax) -> Structure:
        """The structure of a name that the frame does not know."""
        _, start, end, name = node
        graph = self.graph
        in_library = frame.function is not None and frame.function.library
        if not in_library and name in self.scope:
            return self.scope[name]
        if name in CONSTANT_NAMES and (in_library or name not in self.shapes):
            constant = graph.add_literal(CONSTANTS[CONSTANT_NAMES[name]], start, end)
            graph.names[constant] = CONSTANT_NAMES[name]
            return constant
        if name not in graph.variables:
            self.add_variable(name, self.shapes.get(name, ()), start, end)
        return graph.variables[name]

    def add_variable(
        self, name: str, shape: Shape, start: int = 0, end: int = 0
    ) -> Structure:
        """The structure of a new variable of that shape."""
        try:
            self.graph.check_room(prod(shape))
        except GradcalcError as error:
            raise error.but(source=self.text, span=(start, end)) from None
        names = element_names(name, shape)
        nodes = [self.graph.add_variable(element, start, end) for element in names]
        structure = self.graph.variables[name] = arrange(nodes, shape)
        return structure

    # --- constants

    def whole_number(
        self,
        frame: Frame,
        node: Syntax,
        structure: Structure,
        mark: int,
        what: str,
        hint: str | None = None,
    ) -> int:
        """The number that the structure stands for, which must be whole and constant.

        `mark` is the first node of its formula, which is taken out of the graph again;
        `what` says in errors what the number is, and `hint` what to write.
        """
        if structure.__class__ is not int:
            message = f"{what} must be a number, not a list"
            raise self.error(ShapeError, frame, node, message, hint)
        value = self._constant(frame, node, structure, what)
        self.forget_constants(mark)
        # What it differentiates by are variables, which stay.
        self.graph.prune(mark, (), {})
        if not value.is_integer():
            message = f"{what} must be a whole number, not {value}"
            raise self.error(ShapeError, frame, node, message, hint)
        return int(value)

    def _constant(
        self, frame: Frame, node: Syntax, structure: Structure, what: str
    ) -> float:
        graph, inputs = self.graph, self.graph.inputs
        # Only what it is made of, and once: a formula may have many of them.
        values = self._constants
        needed = {structure}.difference(values)
        pending = list(needed)
        while pending:
            found = set(inputs[pending.pop()]).difference(needed, values)
            pending += found
            needed |= found
        for number in sorted(needed):
            operation = graph.operations[number]
            if operation is VARIABLE:
                if number not in self.known:
                    message = f"{what} must be a constant"
                    hint = f"it depends on the variable {graph.names[number]}"
                    raise self.error(FormulaError, frame, node, message, hint)
                values[number] = self.known[number]
                self.indices.add(graph.names[number].partition("[")[0])
            elif operation is LITERAL:
                values[number] = graph.literals[number]
            else:
                values[number] = operation.evaluate(
                    *[values[operand] for operand in inputs[number]]
                )
        return values[structure]

    def forget_constants(self, first: int) -> None:
        """Forget the values of the nodes from number `first` on."""
        for number in range(first, len(self.graph)):
            self._constants.pop(number, None)

    # --- errors

    def listed(self, frame: Frame, node: Syntax, function: Any, *operands: Any) -> Any:
        """The result of a function on lists; its errors point at the typed text."""
        try:
            return function(self.graph, *operands, span_of(node))
        except GradcalcError as error:
            message, span = error.message, frame.span
            if span and isinstance(error, ShapeError):
                called = self.text[span[0] :].partition("(")[0].rstrip()
                message = f"in {called}: {message}"
            span = span or operator_span(self.text, node)
            raise error.but(message=message, source=self.text, span=span) from None

    def error(
        self,
        kind: type[GradcalcError],
        frame: Frame,
        node: Syntax,
        message: str,
        hint: str | None = None,
    ) -> GradcalcError:
        """The error for a node of the typed text."""
        span = frame.span or span_of(node)
        return kind(message, source=self.text, span=span, hint=hint)

    def take_steps(self, count: int, span: Span) -> None:
        """Count the steps; raise FormulaError, which points there, if they are many."""
        self._steps += count
        if self._steps > MOST_NODES:
            raise FormulaError(TOO_LARGE, source=self.text, span=span)

    def refer(self, structures: Iterable[Structure], span: Span) -> None:
        """Count what is about to be taken, given back or labelled as a whole."""
        self.take_steps(sum(map(size_of, structures)) // _REFERENCES, span)
