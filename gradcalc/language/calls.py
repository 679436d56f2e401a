"""Calls while a graph is built: of operations, of functions, and of derivatives.

A derivative is built where it is called: what is differentiated comes first, then its
backward pass as nodes, and all that the result does not need is taken out again. A
parameter, and the argument of `f'(x)`, is a number of its own meanwhile: a derivative
sees what the function does with it, not what the argument depends on.
"""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from gradcalc.errors import (
    FormulaNameError,
    FormulaSyntaxError,
    GradcalcError,
    UsageError,
)
from gradcalc.graph import Whole
from gradcalc.language import lists
from gradcalc.language.functions import Callee, Function, miscount
from gradcalc.language.library import library_documentation
from gradcalc.language.scope import Frame, Opened, Scope
from gradcalc.language.syntax import (
    APPLY,
    BIND,
    DIFF,
    GROUP,
    INDEX,
    LIST,
    NAME,
    PRIMED,
    Syntax,
    arguments,
    differentiated_by,
    primes,
    span_of,
)
from gradcalc.operations import CONSTANT_NAMES, VARIABLE, Operation
from gradcalc.shapes import (
    Structure,
    all_leaves,
    arrange,
    element_names,
    flatten,
    index_of,
    shape_of,
    unflatten,
)
from gradcalc.wording import cut_middle

# The longest text that an error repeats.
_LONGEST = 24

_ORDERS = "a second derivative is diff(u, x, 2)"
_FORMS = "diff(u, x) is the derivative of u by x, and diff(u, x, 2) the second one"
_BY = "a derivative is by a variable, a label, a parameter or an element: diff(u, v[0])"


class Calls(Scope):
    """Builds what calls stand for."""

    def call(
        self, frame: Frame, node: Syntax, given: list[Structure]
    ) -> Structure | Frame:
        """The nodes that the call results in, or the frame in which its body runs."""
        callee = self._callee(frame, node)
        self._check_count(frame, node, callee, given)
        if isinstance(callee, Operation):
            return self._apply(frame, node, callee, given)
        if callee == DIFF:
            return self._differentiated(frame, node, given)
        if isinstance(callee, str):
            unrolled, _ = lists.STRUCTURAL[callee]
            return self.listed(frame, node, unrolled, *given)
        if callee.statement.partials and len(given) == len(callee.parameters):
            known = dict(zip(callee.parameters, given, strict=True))
            return self.apply_function(frame, node, callee, known)
        return self._enter(frame, node, callee, given)

    def _callee(self, frame: Frame, node: Syntax) -> Callee:
        """What is called."""
        name = node[3]
        callee = self.definitions.find(name, frame.function)
        if callee is None:
            values = (self.scope, self.shapes, self.graph.variables)
            is_value = any(name in names for names in values)
            raise self.definitions.unknown(node, is_value=is_value)
        return callee

    def _check_count(
        self, frame: Frame, node: Syntax, callee: Callee, given: list[Structure]
    ) -> None:
        """Raise the error for a call with another number of arguments than it takes."""
        miscounted = miscount(callee, node[3], len(given))
        if miscounted:
            hint = None if frame.span else self._count_hint(node, callee, given)
            raise self.error(FormulaSyntaxError, frame, node, miscounted, hint)

    def _count_hint(
        self, node: Syntax, callee: Callee, given: list[Structure]
    ) -> str | None:
        """What to write in the place of a call with too few or too many arguments."""
        # Imported here, as what describes other mistakes is.
        from gradcalc.language.foreign import first_name, written_here

        if node[0] == PRIMED and isinstance(callee, Function | Operation):
            return self._primed_hint(node, callee.parameters)
        if callee != DIFF:
            written = written_here(self.text, node)
            return f"write {written}" if written else None
        if len(given) == 1:
            (formula,) = arguments(node)
            by = first_name([formula])
            if formula[0] == NAME:
                # A label is by what it depends on; no more is known of a parameter.
                others = self.graph.ancestors(flatten(self.scope.get(by or "", [])))
                names = self.graph.variable_names().items()
                by = next((each for n, each in names if others[n] and each != by), None)
            if by is not None:
                return f"write diff({self.text[slice(*span_of(formula))]}, {by})"
        return _FORMS

    def _primed_hint(self, node: Syntax, parameters: Sequence[str]) -> str:
        """The call with primes of one argument: the first that is given, if any."""
        typed = [self.text[slice(*span_of(each))] for each in arguments(node)[:1]]
        return f"write {node[3]}{primes(node)[0]}({(*typed, *parameters)[0]})"

    def apply_function(
        self,
        frame: Frame,
        node: Syntax,
        function: Function,
        given: Mapping[str, Structure],
    ) -> Structure:
        """The node of a function with its own derivative rule on its arguments."""
        arguments = [given[name] for name in function.parameters]
        captured = {
            name: self.name(frame, leaf)
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
        self.take_steps(operation.size, span)
        self.refer(operands, span)
        leaves = tuple(all_leaves(operands))
        return self.graph.add(operation, leaves, node[1], node[2])

    def _apply(
        self, frame: Frame, node: Syntax, operation: Operation, arguments: list[Any]
    ) -> Structure:
        """The nodes of a row of the table on its arguments."""
        if operation.lists:
            # One node, but with as many inputs.
            self.refer(arguments, frame.span or span_of(node))
        if operation.lists and len(arguments) == 1:
            arguments = flatten(arguments[0])
        if all(argument.__class__ is int for argument in arguments):
            return self.graph.add(operation, tuple(arguments), node[1], node[2])
        of_rows = operation.lists and len(operation.parameters) > 1
        function = lists.row_operation if of_rows else lists.elementwise
        return self.listed(frame, node, function, operation, arguments)

    def _enter(
        self, frame: Frame, node: Syntax, function: Function, arguments: list[Any]
    ) -> Frame:
        """The frame in which the function's body runs."""
        parameters, code = function.parameters, function.statement.code
        missing = parameters[len(arguments) :]
        if missing:
            defaults = function.statement.defaults
            given = [(*defaults[name], (BIND, 0, 0, name)) for name in missing]
            if function.statement.partials:
                code = [(APPLY, *span_of(node), function)]
            code = [*chain(*given), *code]
        self.take_steps(len(code), frame.span or span_of(node))
        span = frame.span
        if span is None and function.library:
            span = span_of(node)
        local = dict(zip(parameters, arguments, strict=False))
        return Frame(iter(code), local, function, node, len(self.graph), span)

    def leave(self, frame: Frame, caller: Frame, result: Structure) -> None:
        """Make the nodes that a call results in stand for the call as typed."""
        self.refer([result], caller.span or span_of(frame.node))
        self._mark_whole(frame, result)
        self._typed_as(frame.node, frame.node[3], caller, result, frame.first)

    def _typed_as(
        self, node: Syntax, name: str, caller: Frame, result: Structure, first: int
    ) -> None:
        """Make the nodes from `first` on in a result stand for the call of a name."""
        graph = self.graph
        shape = shape_of(result)
        for position, number in enumerate(flatten(result)):
            if number < first or graph.operations[number] is VARIABLE:
                continue
            index = index_of(position, shape)
            graph.starts[number], graph.ends[number] = span_of(node)
            graph.composed.discard(number)
            graph.calls[number] = name
            graph.elements.pop(number, None)
            if index:
                graph.elements[number] = index
            graph.bodies.pop(number, None)
            if caller.function is not None:
                graph.bodies[number] = caller.function.body

    def _mark_whole(self, frame: Frame, result: Structure) -> None:
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

    # --- derivatives

    def open(self, frame: Frame, call: Syntax) -> None:
        """Begin with what a call of `diff` differentiates."""
        if self.definitions.find(DIFF, frame.function) != DIFF:
            return
        self._check_names(frame, call)
        opened = Opened(len(self.graph))
        parameters = frame.function.parameters if frame.function else ()
        for _, _, _, name in differentiated_by([call]):
            if name in parameters and name not in opened.hidden:
                opened.hidden[name] = frame.local[name]
                frame.local[name] = self._independent(name, frame.local[name], opened)
        self.opened.append(opened)

    def open_call(
        self, frame: Frame, node: Syntax, given: list[Structure]
    ) -> Structure | Frame:
        """Begin with what a call with primes differentiates: the call without them."""
        callee = self._callee(frame, node)
        parameters: Sequence[str] = ("v",)
        if not isinstance(callee, str):
            parameters = callee.parameters
        required = callee.required if isinstance(callee, Function) else parameters
        endless = isinstance(callee, Operation) and callee.lists and len(given) > 1
        if callee == DIFF or len(required) > 1 or endless or not parameters:
            raise self._no_single_argument(frame, node, callee, parameters)
        self._check_count(frame, node, callee, given)
        if not given:
            # All its arguments have defaults.
            message = f"{node[3]}{primes(node)[0]} needs the argument that it is by"
            hint = self._primed_hint(node, parameters)
            raise self.error(FormulaSyntaxError, frame, node, message, hint)
        opened = Opened(len(self.graph))
        opened.by = self._independent(parameters[0], given[0], opened)
        self.opened.append(opened)
        return self.call(frame, node, [opened.by, *given[1:]])

    def close_call(self, frame: Frame, node: Syntax, result: Structure) -> Structure:
        """The derivative of a function by its argument."""
        opened = self.opened.pop()
        typed, order = primes(node)
        derivative = self._derivative(
            frame, node, opened, result, opened.by, order, of_function=True
        )
        # What a function does inside is not what was typed.
        graph = self.graph
        for number in range(opened.first, len(graph)):
            if graph.operations[number] is not VARIABLE:
                graph.composed.add(number)
        self._typed_as(node, node[3] + typed, frame, derivative, opened.first)
        return derivative

    def _differentiated(
        self, frame: Frame, node: Syntax, given: list[Structure]
    ) -> Structure:
        """The derivative that a call of `diff` stands for."""
        opened = self.opened.pop()
        result, by, *orders = given
        frame.local.update(opened.hidden)
        order = 1
        if orders:
            typed = node[6]
            what, mark = "an order of differentiation", len(self.graph)
            order = self.whole_number(frame, typed, orders[0], mark, what, _ORDERS)
            if order < 0:
                message = f"{what} cannot be negative"
                raise self.error(UsageError, frame, typed, message, _ORDERS)
        derivative = self._derivative(
            frame, node, opened, result, by, order, of_function=False
        )
        self._typed_as(node, DIFF, frame, derivative, opened.first)
        return derivative

    def _derivative(
        self,
        frame: Frame,
        node: Syntax,
        opened: Opened,
        result: Structure,
        by: Structure,
        order: int,
        *,
        of_function: bool,
    ) -> Structure:
        """The derivative of a result, and nothing else of what was built since."""
        graph = self.graph
        calculus = self.definitions.calculus
        assert calculus is not None
        self.take_steps(len(graph) - opened.first, frame.span or span_of(node))
        derivative = self.listed(
            frame, node, calculus.differentiate, result, by, order, of_function
        )
        self.forget_constants(opened.first)
        made = graph.prune(opened.first, flatten(derivative), opened.actual)
        leaves = iter([made.get(leaf, leaf) for leaf in flatten(derivative)])
        return unflatten(derivative, leaves)

    def _independent(
        self, name: str, structure: Structure, opened: Opened
    ) -> Structure:
        """New nodes in the place of those of an argument."""
        shape = shape_of(structure)
        self.graph.check_room(len(flatten(structure)))
        nodes = [self.graph.add_variable(each) for each in element_names(name, shape)]
        opened.actual.update(zip(nodes, flatten(structure), strict=True))
        return arrange(nodes, shape)

    def _check_names(self, frame: Frame, call: Syntax) -> None:
        """Raise the error for what nothing can be differentiated by."""
        pending = [*reversed(call[5:6])]
        while pending:
            node = pending.pop()
            kind, name = node[0], node[3]
            if kind == NAME:
                known = (frame.local, self.scope, self.shapes)
                if name in CONSTANT_NAMES and not any(name in each for each in known):
                    message = f"{name} is a constant, which nothing changes with"
                    raise self.error(FormulaNameError, frame, node, message, _BY)
            elif kind in (GROUP, LIST):
                pending += reversed(node[4:])
            elif kind == INDEX:
                pending.append(node[4])
            else:
                typed = cut_middle(self.text, _LONGEST, *span_of(node))
                message = f"diff differentiates by a name, not by {typed}"
                raise self.error(FormulaSyntaxError, frame, node, message, _BY)

    def _no_single_argument(
        self,
        frame: Frame,
        node: Syntax,
        callee: Callee,
        parameters: Sequence[str],
    ) -> GradcalcError:
        """The error for a call with primes of what is no function of one number."""
        name, typed = node[3], primes(node)[0]
        message = f"{name}{typed} would be the derivative of a function of one argument"
        # Imported here, as what describes other mistakes is.
        from gradcalc.language.foreign import first_name

        given = [self.text[slice(*span_of(each))] for each in arguments(node)]
        by = first_name(arguments(node))
        if parameters and (by is None or miscount(callee, name, len(given))):
            given, by = list(parameters), parameters[0]
        hint = _ORDERS
        if not parameters:
            hint = f"write diff({name}(), x), by a variable x"
        elif callee != DIFF:
            hint = f"write diff({name}({', '.join(given)}), {by})"
        return self.error(FormulaSyntaxError, frame, node, message, hint)
