"""Syntax to graph: labels, functions and lists unrolled into scalar nodes.

A statement is a list of syntax nodes in the order of evaluation, run on a stack of
structures (a node's number, or a list of them). A call of a function written in the
language runs its body the same way, in a frame of its own, with its parameters bound
to the arguments' nodes. Nothing here recurses, whatever the depth of the formula.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from math import prod
from typing import Any

from gradcalc.errors import (
    FormulaError,
    FormulaSyntaxError,
    GradcalcError,
    ShapeError,
    Span,
)
from gradcalc.graph import MOST_NODES, TOO_LARGE, Graph, Whole
from gradcalc.language import lists
from gradcalc.language.functions import Definitions, Function, miscount
from gradcalc.language.library import library_documentation
from gradcalc.language.syntax import (
    APPLY,
    BIND,
    CALL,
    INDEX,
    LIST,
    MARK,
    NAME,
    NUMBER,
    OPERATION,
    Statement,
    Syntax,
    operator_span,
    span_of,
)
from gradcalc.operations import (
    CONSTANT_NAMES,
    CONSTANTS,
    LITERAL,
    OPERATIONS,
    VARIABLE,
    Operation,
)
from gradcalc.shapes import (
    Shape,
    Structure,
    all_leaves,
    arrange,
    element_names,
    flatten,
    index_of,
    shape_of,
    size_of,
)

# As many references to nodes take the room and time of one node.
_REFERENCES = 4


@dataclass(eq=False, repr=False, slots=True)
class _Frame:
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


@dataclass(eq=False, repr=False)
class Builder:
    """Builds a graph, formula by formula."""

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
    _known: dict[int, float] = field(default_factory=dict, init=False)
    # The length of the code of all calls, and a part of that of the lists referred to.
    _steps: int = field(default=0, init=False)
    # The value of each node that an index was made of.
    _constants: dict[int, float] = field(default_factory=dict, init=False)

    # --- statements

    def bound(self, shapes: Mapping[str, Shape]) -> dict[str, Structure]:
        """The structures of names of these shapes, as new variable nodes."""
        return {name: self._add_variable(name, shape) for name, shape in shapes.items()}

    def statement(self, statement: Statement) -> Structure | None:
        """The structure that the statement evaluates to; None for a definition."""
        if statement.is_definition:
            self.definitions.define(statement)
            return None
        structure = self.run(statement.code)
        label = statement.label
        if label:
            self.scope[label] = structure
            self._refer([structure], span_of(statement.left))
            graph, shape = self.graph, shape_of(structure)
            for position, node in enumerate(flatten(structure)):
                if node not in graph.labels and graph.operations[node] is not VARIABLE:
                    graph.labels[node] = label + index_of(position, shape)
        return structure

    def carry(self, statement: Statement, value: Structure | None) -> Structure:
        """The variable, in its shape, that a label with a constant formula is.

        With its value it may be an index.
        """
        name = statement.left[3]
        structure = self._add_variable(
            name, self.shapes[name], *span_of(statement.left)
        )
        self.scope[name] = structure
        if value is not None:
            self._known.update(zip(flatten(structure), flatten(value), strict=True))
        return structure

    # --- formulas

    def run(
        self,
        code: list[Syntax],
        local: dict[str, Structure] | None = None,
        function: Function | None = None,
    ) -> Structure:
        """The structure that the code evaluates to.

        Code that belongs to a function knows its `local` names and what is defined
        above the function.
        """
        stack: list[Structure] = []
        own = self.scope if local is None else local
        frames = [_Frame(iter(code), own, function)]
        while True:
            frame = frames[-1]
            called = self._advance(frame, stack)
            if called is not None:
                frames.append(called)
                continue
            frames.pop()
            if not frames:
                return stack.pop()
            self._leave(frame, frames[-1], stack[-1])

    def _advance(self, frame: _Frame, stack: list[Structure]) -> _Frame | None:
        """Run the frame's code to its end, or to the call of a function.

        The result is the frame of that function, which is to be run first.
        """
        graph, local = self.graph, frame.local
        add = graph.add
        push, pop = stack.append, stack.pop
        called = None
        first = len(graph)
        for node in frame.code:
            kind, start, end, detail = node[:4]
            if kind == OPERATION:
                if len(node) == 5:
                    operand = pop()
                    if operand.__class__ is int:
                        push(add(OPERATIONS[detail], (operand,), start, end))
                    else:
                        push(self._unrolled(frame, node, operand))
                else:
                    right, left = pop(), pop()
                    if left.__class__ is right.__class__ is int and detail != "@":
                        push(add(OPERATIONS[detail], (left, right), start, end))
                    else:
                        push(self._unrolled(frame, node, left, right))
            elif kind == NAME:
                structure = local.get(detail)
                push(self._name(frame, node) if structure is None else structure)
            elif kind == NUMBER:
                push(graph.add_literal(float(detail), start, end))
            elif kind in (CALL, LIST):
                base = len(stack) - (len(node) - 4)
                items = stack[base:]
                del stack[base:]
                if kind == LIST:
                    push(self._listed(frame, node, lists.make_list, items))
                    continue
                result = self._call(frame, node, items)
                if result.__class__ is _Frame:
                    called = result
                    break
                push(result)
            elif kind == MARK:
                push(len(graph))
            elif kind == INDEX:
                index, mark, base = pop(), pop(), pop()
                push(self._element(frame, node, base, mark, index))
                first = min(first, len(graph))
            elif kind == BIND:
                local[detail] = pop()
            elif kind == APPLY:
                push(self._apply_function(frame, node, detail, local))
        if frame.function is not None:
            body = frame.function.body
            for number in range(first, len(graph)):
                if graph.operations[number] is not VARIABLE:
                    graph.bodies[number] = body
        return called

    def _unrolled(self, frame: _Frame, node: Syntax, *operands: Structure) -> Structure:
        """The operation on operands with a list among them."""
        if node[3] == "@":
            return self._listed(frame, node, lists.matrix_product, *operands)
        operation = OPERATIONS[node[3]]
        return self._listed(frame, node, lists.elementwise, operation, list(operands))

    def _listed(
        self, frame: _Frame, node: Syntax, function: Any, *operands: Any
    ) -> Any:
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

    def _error(
        self,
        kind: type[GradcalcError],
        frame: _Frame,
        node: Syntax,
        message: str,
        hint: str | None = None,
    ) -> GradcalcError:
        span = frame.span or span_of(node)
        return kind(message, source=self.text, span=span, hint=hint)

    def _take_steps(self, count: int, span: Span) -> None:
        """Count the steps; raise FormulaError, which points there, if they are many."""
        self._steps += count
        if self._steps > MOST_NODES:
            raise FormulaError(TOO_LARGE, source=self.text, span=span)

    def _refer(self, structures: Iterable[Structure], span: Span) -> None:
        """Count what is about to be taken, given back or labelled as a whole."""
        self._take_steps(sum(map(size_of, structures)) // _REFERENCES, span)

    # --- names

    def _name(self, frame: _Frame, node: Syntax) -> Structure:
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
            self._add_variable(name, self.shapes.get(name, ()), start, end)
        return graph.variables[name]

    def _add_variable(
        self, name: str, shape: Shape, start: int = 0, end: int = 0
    ) -> Structure:
        try:
            self.graph.check_room(prod(shape))
        except GradcalcError as error:
            raise error.but(source=self.text, span=(start, end)) from None
        names = element_names(name, shape)
        nodes = [self.graph.add_variable(element, start, end) for element in names]
        structure = self.graph.variables[name] = arrange(nodes, shape)
        return structure

    # --- indices

    def _element(
        self, frame: _Frame, node: Syntax, base: Structure, mark: int, index: Structure
    ) -> Structure:
        """The element of the list; `mark` is the first node of the index's formula."""
        position = self._constant(frame, node[5], index)
        for number in range(mark, len(self.graph)):
            self._constants.pop(number, None)
        self.graph.truncate(mark)
        base = self._listed(frame, node, lists.indexable, base)
        return self._listed(frame, node[5], lists.element, base, position)

    def _constant(self, frame: _Frame, node: Syntax, structure: Structure) -> int:
        """The index that the structure stands for."""
        graph, inputs = self.graph, self.graph.inputs
        if structure.__class__ is not int:
            message = "an index must be a number, not a list"
            raise self._error(ShapeError, frame, node, message)
        # Only what the index is made of, and once: a formula may have many of them.
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
                if number not in self._known:
                    message = "an index must be a constant"
                    hint = f"it depends on the variable {graph.names[number]}"
                    raise self._error(FormulaError, frame, node, message, hint)
                values[number] = self._known[number]
                self.indices.add(graph.names[number].partition("[")[0])
            elif operation is LITERAL:
                values[number] = graph.literals[number]
            else:
                values[number] = operation.evaluate(
                    *[values[operand] for operand in inputs[number]]
                )
        value = values[structure]
        if not value.is_integer():
            message = f"an index must be a whole number, not {value}"
            raise self._error(ShapeError, frame, node, message)
        return int(value)

    # --- calls

    def _call(
        self, frame: _Frame, node: Syntax, arguments: list[Structure]
    ) -> Structure | _Frame:
        """The nodes that the call results in, or the frame in which its body runs."""
        name = node[3]
        callee = self.definitions.find(name, frame.function)
        if callee is None:
            values = (self.scope, self.shapes, self.graph.variables)
            is_value = any(name in names for names in values)
            raise self.definitions.unknown(node, is_value=is_value)
        miscounted = miscount(callee, name, len(arguments))
        if miscounted:
            # Imported here, as what describes other mistakes is.
            from gradcalc.language.foreign import written_here

            written = None if frame.span else written_here(self.text, node)
            hint = f"write {written}" if written else None
            raise self._error(FormulaSyntaxError, frame, node, miscounted, hint)
        if isinstance(callee, Operation):
            return self._apply(frame, node, callee, arguments)
        if isinstance(callee, str):
            unrolled, _ = lists.STRUCTURAL[callee]
            return self._listed(frame, node, unrolled, *arguments)
        if callee.statement.partials and len(arguments) == len(callee.parameters):
            given = dict(zip(callee.parameters, arguments, strict=True))
            return self._apply_function(frame, node, callee, given)
        return self._enter(frame, node, callee, arguments)

    def _apply_function(
        self,
        frame: _Frame,
        node: Syntax,
        function: Function,
        given: Mapping[str, Structure],
    ) -> Structure:
        """The node of a function with its own derivative rule on its arguments."""
        arguments = [given[name] for name in function.parameters]
        captured = {
            name: self._name(frame, leaf)
            for name, leaf in function.captured.items()
            # All but constants.
            if name in self.scope or name in self.shapes or name not in CONSTANT_NAMES
        }
        operation = self.definitions.operation(
            function,
            tuple(map(shape_of, arguments)),
            {name: shape_of(structure) for name, structure in captured.items()},
        )
        operands = [*arguments, *captured.values()]
        span = frame.span or span_of(node)
        self._take_steps(operation.size, span)
        self._refer(operands, span)
        leaves = tuple(all_leaves(operands))
        return self.graph.add(operation, leaves, node[1], node[2])

    def _apply(
        self, frame: _Frame, node: Syntax, operation: Operation, arguments: list[Any]
    ) -> Structure:
        """The nodes of a row of the table on its arguments."""
        if operation.lists:
            # One node, but with as many inputs.
            self._refer(arguments, frame.span or span_of(node))
        if operation.lists and len(arguments) == 1:
            arguments = flatten(arguments[0])
        if all(argument.__class__ is int for argument in arguments):
            return self.graph.add(operation, tuple(arguments), node[1], node[2])
        of_rows = operation.lists and len(operation.parameters) > 1
        function = lists.row_operation if of_rows else lists.elementwise
        return self._listed(frame, node, function, operation, arguments)

    def _enter(
        self, frame: _Frame, node: Syntax, function: Function, arguments: list[Any]
    ) -> _Frame:
        """The frame in which the function's body runs."""
        parameters, code = function.parameters, function.statement.code
        missing = parameters[len(arguments) :]
        if missing:
            defaults = function.statement.defaults
            given = [(*defaults[name], (BIND, 0, 0, name)) for name in missing]
            if function.statement.partials:
                code = [(APPLY, *span_of(node), function)]
            code = [*chain(*given), *code]
        self._take_steps(len(code), frame.span or span_of(node))
        span = frame.span
        if span is None and function.library:
            span = span_of(node)
        local = dict(zip(parameters, arguments, strict=False))
        return _Frame(iter(code), local, function, node, len(self.graph), span)

    def _leave(self, frame: _Frame, caller: _Frame, result: Structure) -> None:
        """Make the nodes that a call results in stand for the call as typed."""
        graph = self.graph
        self._refer([result], caller.span or span_of(frame.node))
        self._mark_whole(frame, result)
        shape = shape_of(result)
        for position, number in enumerate(flatten(result)):
            if number < frame.first or graph.operations[number] is VARIABLE:
                continue
            index = index_of(position, shape)
            graph.starts[number], graph.ends[number] = span_of(frame.node)
            graph.composed.discard(number)
            graph.calls[number] = frame.node[3]
            graph.elements.pop(number, None)
            if index:
                graph.elements[number] = index
            graph.bodies.pop(number, None)
            if caller.function is not None:
                graph.bodies[number] = caller.function.body

    def _mark_whole(self, frame: _Frame, result: Structure) -> None:
        """Note the call of a library function that a book derives as a whole."""
        function = frame.function
        if function is None or not function.library or result.__class__ is not list:
            return
        if library_documentation()[function.name].textbook is None:
            return
        arguments, results = all_leaves(frame.local.values()), flatten(result)
        if len(arguments) == len(results):
            whole = Whole(function.name, tuple(arguments), tuple(results))
            self.graph.wholes.update(dict.fromkeys(results, whole))
