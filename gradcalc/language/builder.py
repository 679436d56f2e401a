"""Syntax to graph: labels, functions and lists unrolled into scalar nodes.

A statement is a list of syntax nodes in the order of evaluation, run on a stack of
structures (a node's number, or a list of them). A call of a function written in the
language runs its body the same way, in a frame of its own, with its parameters bound
to the arguments' nodes. Nothing here recurses, whatever the depth of the formula.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from gradcalc.errors import (
    FormulaError,
    FormulaNameError,
    FormulaSyntaxError,
    GradcalcError,
    ShapeError,
    Span,
)
from gradcalc.graph import Graph
from gradcalc.language import lists
from gradcalc.language.definitions import Definitions
from gradcalc.language.functions import Function, arguments_expected
from gradcalc.language.messages import operator_span
from gradcalc.language.syntax import (
    ASSIGNMENT,
    BIND,
    CALL,
    INDEX,
    LIST,
    MARK,
    NAME,
    NUMBER,
    OPERATION,
    Syntax,
    postorder,
)
from gradcalc.operations import (
    CONSTANTS,
    LITERAL,
    OPERATIONS,
    VARIABLE,
    Operation,
)
from gradcalc.shapes import Shape, Structure, arrange, element_names, flatten, shape_of

# Functions that call functions can expand without end for all practical purposes.
MOST_NODES = 5_000_000


class _Frame:
    """A call under way: what to go back to when the body is done."""

    __slots__ = ("code", "first", "function", "local", "node", "span")

    def __init__(
        self,
        code: Iterator[Syntax],
        function: Function | None,
        local: dict[str, Structure],
        node: Syntax,
        first: int,
        span: Span | None,
    ) -> None:
        self.code = code
        self.function = function
        self.local = local
        self.node = node
        self.first = first
        # The outermost call of a library function: where its errors point.
        self.span = span


class Builder:
    """Builds the graph of a program, statement by statement.

    `shapes` gives the shape of each variable that has a value: () for a number, (n,)
    for a list, (rows, columns) for a matrix. Other free variables are scalars. A given
    name shadows a constant. The nodes go behind those of `graph`, if there is one, and
    `scope` holds what is defined already.
    """

    def __init__(
        self,
        text: str,
        shapes: Mapping[str, Shape] | None = None,
        functions: dict[str, Function] | None = None,
        *,
        graph: Graph | None = None,
        scope: Mapping[str, Structure] | None = None,
    ) -> None:
        self.text = text
        self.shapes = shapes or {}
        self.graph = Graph(text) if graph is None else graph
        self.scope: dict[str, Structure] = dict(scope or {})
        self.definitions = Definitions(text, functions)
        # Where a name was first used as a variable or constant: it cannot become a
        # label afterwards.
        self.used: dict[str, Span] = {}
        self._rules: dict[tuple[Function, tuple[Shape, ...]], Operation] = {}
        self._steps = 0

    # --- statements

    def statement(self, statement: Syntax) -> Structure | None:
        """The structure that the statement evaluates to; None for a definition."""
        if statement[0] != ASSIGNMENT:
            return self.run(postorder(statement))
        left = statement[4]
        if left[0] == CALL:
            function = self.definitions.define(statement)
            for leaf in function.free_names():
                if leaf[3] not in self.scope:
                    self.used.setdefault(leaf[3], (leaf[1], leaf[2]))
            return None
        self._check_label(left)
        structure = self.run(postorder(statement[5]))
        if left[3] in self.used:
            raise self._name_error(
                f"{left[3]} is defined by itself",
                self.used[left[3]],
                "give what it is computed from another name",
            )
        self.scope[left[3]] = structure
        self._label(left[3], structure)
        return structure

    def _check_label(self, left: Syntax) -> None:
        name = left[3]
        if name in self.scope:
            raise self._name_error(f"{name} is already defined", (left[1], left[2]))
        if name in self.used:
            raise self._name_error(
                f"{name} is used before it is defined",
                self.used[name],
                "define a label above the first line that uses it",
            )
        if name in self.shapes:
            raise self._name_error(
                f"{name} is given a value, but the formula computes it",
                (left[1], left[2]),
                f"leave out the value of {name}",
            )

    def _name_error(
        self, message: str, span: Span, hint: str | None = None
    ) -> FormulaNameError:
        return FormulaNameError(message, source=self.text, span=span, hint=hint)

    def _label(self, name: str, structure: Structure) -> None:
        labels, graph = self.graph.labels, self.graph
        names = element_names(name, shape_of(structure))
        for node, label in zip(flatten(structure), names, strict=True):
            if graph.operations[node] is not VARIABLE:
                labels.setdefault(node, label)

    # --- formulas

    def run(self, code: list[Syntax]) -> Structure:
        """The structure that the code evaluates to."""
        graph = self.graph
        add, operations = graph.add, OPERATIONS
        stack: list[Structure] = []
        push, pop = stack.append, stack.pop
        marks: list[int] = []
        frames: list[_Frame] = []
        frame = _Frame(iter(code), None, self.scope, (), 0, None)
        local = self.scope
        bodies, body = graph.bodies, None
        seen = 0
        while True:
            for node in frame.code:
                kind, start, end, detail = node[:4]
                if kind == OPERATION:
                    operation = operations.get(detail)
                    if operation is None:
                        right, left = pop(), pop()
                        push(
                            self._listed(frame, node, lists.matrix_product, left, right)
                        )
                    elif len(node) == 5:
                        operand = pop()
                        if operand.__class__ is int:
                            push(add(operation, (operand,), start, end))
                        else:
                            push(self._mapped(frame, node, operation, [operand]))
                    else:
                        right, left = pop(), pop()
                        if left.__class__ is int and right.__class__ is int:
                            push(add(operation, (left, right), start, end))
                        else:
                            push(self._mapped(frame, node, operation, [left, right]))
                elif kind == NAME:
                    structure = local.get(detail)
                    push(self._name(frame, node) if structure is None else structure)
                elif kind == NUMBER:
                    push(graph.add_literal(float(detail), start, end))
                elif kind == CALL:
                    count = len(node) - 4
                    arguments = stack[len(stack) - count :]
                    del stack[len(stack) - count :]
                    callee = self._callee(node, frame.function)
                    if isinstance(callee, Function):
                        self._check_arity(frame, node, *callee.arity())
                        if callee.partials:
                            callee = self._rule_operation(callee, arguments)
                            push(add(callee, _leaves(arguments), start, end))
                        else:
                            frames.append(frame)
                            frame = self._enter(frame, node, callee, arguments)
                            local, body = frame.local, callee.text
                            seen = len(graph)
                            break
                    elif isinstance(callee, Operation):
                        push(self._apply(frame, node, callee, arguments))
                    else:
                        self._check_arity(frame, node, 1, 1)
                        unrolled, _ = lists.STRUCTURAL[callee]
                        push(self._listed(frame, node, unrolled, arguments[0]))
                elif kind == LIST:
                    count = len(node) - 4
                    items = stack[len(stack) - count :]
                    del stack[len(stack) - count :]
                    push(self._listed(frame, node, lists.make_list, items))
                elif kind == MARK:
                    marks.append(len(graph))
                elif kind == INDEX:
                    index = self._constant(frame, node[5], pop())
                    graph.truncate(marks.pop())
                    base = self._listed(frame, node, lists.indexable, pop())
                    push(self._listed(frame, node[5], lists.element, base, index))
                elif kind == BIND:
                    local[detail] = pop()
                if body is not None:
                    for number in range(seen, len(graph)):
                        if graph.operations[number] is not VARIABLE:
                            bodies[number] = body
                    seen = len(graph)
            else:
                if not frames:
                    return pop()
                self._leave(frame, frames[-1], stack[-1])
                frame = frames.pop()
                local = frame.local
                body = frame.function.text if frame.function else None
                seen = len(graph)

    def _listed(
        self, frame: _Frame, node: Syntax, function: Any, *operands: Any
    ) -> Any:
        """What the function on lists makes; its errors point at the user's text."""
        try:
            structure = function(self.graph, *operands, node[1], node[2])
        except GradcalcError as error:
            error.source = self.text
            error.span = frame.span or operator_span(self.text, node)
            if frame.span:
                called = self.text[frame.span[0] :].partition("(")[0].rstrip()
                error.message = f"in {called}: {error.message}"
            raise
        if len(self.graph) > MOST_NODES:
            raise self._too_large(frame, node)
        return structure

    def _mapped(
        self,
        frame: _Frame,
        node: Syntax,
        operation: Operation,
        operands: list[Structure],
    ) -> Structure:
        """The operation on each element of the lists among its operands."""
        return self._listed(frame, node, lists.elementwise, operation, operands)

    def _error(
        self,
        kind: type[GradcalcError],
        frame: _Frame,
        node: Syntax,
        message: str,
        hint: str | None = None,
    ) -> GradcalcError:
        span = frame.span or (node[1], node[2])
        return kind(message, source=self.text, span=span, hint=hint)

    def _too_large(self, frame: _Frame, node: Syntax) -> GradcalcError:
        return self._error(
            FormulaError,
            frame,
            node,
            f"the formula expands to more than {MOST_NODES:,} nodes",
        )

    # --- names

    def _name(self, frame: _Frame, node: Syntax) -> Structure:
        """The structure of a name that is no label and no parameter."""
        _, start, end, name = node
        library = frame.function is not None and frame.function.library
        if not library:
            if frame.function is not None and name in self.scope:
                return self.scope[name]
            self.used.setdefault(name, (start, end))
        graph = self.graph
        if name in CONSTANTS and (library or name not in self.shapes):
            constant = graph.add_literal(CONSTANTS[name], start, end)
            graph.names[constant] = name
            return constant
        if name not in graph.variables:
            shape = self.shapes.get(name, ())
            if not shape:
                number = graph.add_variable(name, start, end)
                graph.variables[name] = number
                return number
            nodes = [
                graph.add_variable(element, start, end)
                for element in element_names(name, shape)
            ]
            graph.variables[name] = arrange(nodes, shape)
        return graph.variables[name]

    def _constant(self, frame: _Frame, node: Syntax, structure: Structure) -> int:
        """The index that the structure stands for."""
        graph = self.graph
        if structure.__class__ is not int:
            raise self._error(
                ShapeError, frame, node, "an index must be a number, not a list"
            )
        # Only what the index is made of: a formula may have many of them.
        needed = {structure}
        pending = [structure]
        while pending:
            inputs = graph.inputs[pending.pop()]
            pending += [operand for operand in inputs if operand not in needed]
            needed.update(inputs)
        values: dict[int, float] = {}
        for number in sorted(needed):
            operation = graph.operations[number]
            if operation is VARIABLE:
                raise self._error(
                    FormulaError,
                    frame,
                    node,
                    "an index must be a constant",
                    f"it depends on the variable {graph.names[number]}",
                )
            values[number] = (
                graph.literals[number]
                if operation is LITERAL
                else operation.evaluate(*[values[i] for i in graph.inputs[number]])
            )
        value = values[structure]
        if not value.is_integer():
            raise self._error(
                ShapeError, frame, node, f"an index must be a whole number, not {value}"
            )
        return int(value)

    # --- calls

    def _callee(
        self, node: Syntax, caller: Function | None
    ) -> Function | Operation | str:
        """What the name of a call stands for, seen from inside the caller."""
        callee = self.definitions.find(node[3], caller)
        if callee is None:
            values = (self.scope, self.shapes, self.graph.variables)
            raise self.definitions.unknown(
                node, is_value=any(node[3] in names for names in values)
            )
        return callee

    def _check_arity(
        self, frame: _Frame, node: Syntax, low: int, high: int | None
    ) -> None:
        count = len(node) - 4
        if count < low or (high is not None and count > high):
            given = (
                "none is"
                if count == 0
                else f"{count} is"
                if count == 1
                else (f"{count} are")
            )
            raise self._error(
                FormulaSyntaxError,
                frame,
                node,
                f"{node[3]} takes {arguments_expected(low, high)}, but {given} given",
            )

    def _apply(
        self, frame: _Frame, node: Syntax, operation: Operation, arguments: list[Any]
    ) -> Structure:
        """The nodes of a primitive operation on its arguments."""
        _, start, end = node[:3]
        count = len(operation.parameters)
        if not operation.lists:
            self._check_arity(frame, node, count, count)
        elif count == 1:
            self._check_arity(frame, node, 1, None)
            if len(arguments) == 1:
                return self.graph.add(operation, _leaves(arguments), start, end)
        else:
            self._check_arity(frame, node, count, count)
            return self._listed(frame, node, lists.row_operation, operation, arguments)
        if all(argument.__class__ is int for argument in arguments):
            return self.graph.add(operation, tuple(arguments), start, end)
        return self._mapped(frame, node, operation, arguments)

    def _enter(
        self, frame: _Frame, node: Syntax, function: Function, arguments: list[Any]
    ) -> _Frame:
        """The frame in which the function's body runs."""
        local = dict(zip(function.parameters, arguments, strict=False))
        code = function.body
        missing = function.parameters[len(arguments) :]
        if missing:
            code = [
                step
                for name in missing
                for step in (*function.defaults[name], (BIND, 0, 0, name))
            ] + code
        self._steps += len(code)
        if self._steps > MOST_NODES:
            raise self._too_large(frame, node)
        span = frame.span
        if span is None and function.library:
            span = (node[1], node[2])
        return _Frame(iter(code), function, local, node, len(self.graph), span)

    def _leave(self, frame: _Frame, caller: _Frame, result: Structure) -> None:
        """Make the nodes that a call results in stand for the call as typed."""
        graph = self.graph
        indices = element_names("", shape_of(result))
        for number, index in zip(flatten(result), indices, strict=True):
            if number >= frame.first and graph.operations[number] is not VARIABLE:
                graph.starts[number], graph.ends[number] = frame.node[1], frame.node[2]
                graph.composed.discard(number)
                if frame.function is not None:
                    graph.calls[number] = frame.function.name
                if index:
                    graph.elements[number] = index
                else:
                    graph.elements.pop(number, None)
                if caller.function is None:
                    graph.bodies.pop(number, None)
                else:
                    graph.bodies[number] = caller.function.text

    def _rule_operation(
        self, function: Function, arguments: list[Structure]
    ) -> Operation:
        """The row of the table that a function with its own derivative rule makes."""
        shapes = tuple(shape_of(argument) for argument in arguments)
        key = (function, shapes)
        if key not in self._rules:
            inner = Builder(function.text, functions=self.definitions.functions)
            inner.bind(dict(zip(function.parameters, shapes, strict=True)))
            body = inner.run(function.body)
            if body.__class__ is not int:
                raise ShapeError(
                    f"{function.name} has its own derivative rule,"
                    " so it must give one number",
                    source=function.text,
                    span=function.span,
                )
            graph = inner.graph
            start, end = function.span
            self._rules[key] = Operation(
                function.name,
                function.parameters,
                lambda *values: graph.forward(values)[body],
                function.partials,
                "a function with its own derivative rule",
                definition=function.text[start:end],
                scope=self.definitions.functions,
                shapes=shapes,
            )
            self._check_rule(function, self._rules[key], len(_leaves(arguments)))
        return self._rules[key]

    def _check_rule(self, function: Function, row: Operation, count: int) -> None:
        """Raise what is wrong with the rule here, where it can be pointed at."""
        # Only now: rules are read with a builder.
        from gradcalc.language.rules import rule_of

        try:
            rule_of(row, count)
        except GradcalcError as error:
            error.message = f"in the derivative rule of {row.name}: {error.message}"
            error.source, error.span = function.text, function.rule_span
            raise

    def bind(self, shapes: Mapping[str, Shape]) -> None:
        """Make names of these shapes, in this order, the first nodes of the graph."""
        for name, shape in shapes.items():
            nodes = [
                self.graph.add_variable(element)
                for element in element_names(name, shape)
            ]
            self.scope[name] = self.graph.variables[name] = arrange(nodes, shape)


def _leaves(arguments: list[Structure]) -> tuple[int, ...]:
    return tuple(leaf for argument in arguments for leaf in flatten(argument))
