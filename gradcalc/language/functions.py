"""Functions written in the language, and what the name of a call stands for."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, cached_property

from gradcalc.errors import FormulaNameError, FormulaSyntaxError, Span
from gradcalc.language.library import known_functions, library_text
from gradcalc.language.lists import STRUCTURAL
from gradcalc.language.parser import parse
from gradcalc.language.syntax import (
    CALL,
    DEFAULT,
    NAME,
    Statement,
    Syntax,
    postorder,
    span_of,
)
from gradcalc.operations import CALLABLE, CONSTANTS, Operation
from gradcalc.shapes import Shape
from gradcalc.wording import counted, near_miss, plural


@dataclass(eq=False, repr=False)
class Function:
    """A function: its parameters, its body, and its own derivative rule if any."""

    # The text that all spans refer to.
    text: str
    # Its definition.
    statement: Statement
    # Its place among the definitions: it may call the earlier ones.
    order: int
    # Whether it comes with gradcalc.
    library: bool = False

    @property
    def name(self) -> str:
        """The name that it is called by."""
        name: str = self.statement.left[3]
        return name

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """The names of its parameters."""
        return self.statement.parameters

    @cached_property
    def defaults(self) -> dict[str, list[Syntax]]:
        """The code of the value that a parameter has when it is not given."""
        return self.statement.defaults

    @cached_property
    def body(self) -> list[Syntax]:
        """The body in the order of evaluation."""
        return self.statement.code

    @cached_property
    def called(self) -> set[str]:
        """The names of the functions that its body and its rule call."""
        codes = [self.body, *map(postorder, self.statement.partials)]
        return {node[3] for code in codes for node in code if node[0] == CALL}

    @cached_property
    def partials(self) -> tuple[str, ...]:
        """The texts of its derivative rule, one per parameter; empty without one."""
        return tuple(
            self.text[start:end] for _, start, end, *_ in self.statement.partials
        )

    @property
    def rule_span(self) -> Span:
        """Where its derivative rule stands."""
        partials = self.statement.partials
        return partials[0][1], partials[-1][2]

    @property
    def definition(self) -> str:
        """The text that defines it."""
        return self.text[self.statement.start : self.statement.end]

    def arity(self) -> tuple[int, int]:
        """The smallest and the largest number of arguments."""
        return len(self.parameters) - len(self.defaults), len(self.parameters)

    def signature(self) -> str:
        """The function as it is called, with its defaults: f(x, slope = 0.01)."""
        parts = [
            f"{name} = {self._default_text(name)}" if name in self.defaults else name
            for name in self.parameters
        ]
        return f"{self.name}({', '.join(parts)})"

    def _default_text(self, name: str) -> str:
        code = self.defaults[name]
        return self.text[min(n[1] for n in code) : max(n[2] for n in code)]


@cache
def library() -> dict[str, Function]:
    """The library's functions by name, in the order of the file."""
    text = library_text()
    functions = [
        Function(text, statement, order, library=True)
        for order, statement in enumerate(parse(text))
    ]
    return {function.name: function for function in functions}


@dataclass(eq=False, repr=False)
class Definitions:
    """The functions that a text defines, as far as it has been read."""

    text: str
    # Makes the operation of a function that has its own derivative rule, for arguments
    # of these shapes.
    make_operation: Callable[[Function, "Definitions", tuple[Shape, ...]], Operation]
    # The functions by name.
    functions: dict[str, Function] = field(default_factory=dict)
    # The names of those that the text defines further down.
    later: set[str] = field(default_factory=set)
    _operations: dict[tuple[Function, tuple[Shape, ...]], Operation] = field(
        default_factory=dict
    )

    def operation(self, function: Function, shapes: tuple[Shape, ...]) -> Operation:
        """The operation of a function with its own derivative rule."""
        key = function, shapes
        if key not in self._operations:
            self._operations[key] = self.make_operation(function, self, shapes)
        return self._operations[key]

    def define(self, statement: Statement) -> None:
        """Take in the function that the statement defines."""
        function = Function(self.text, statement, len(self.functions))
        self._check_signature(function)
        if function.name in self.functions:
            start = statement.left[1]
            raise self._name_error(
                f"{function.name} is already defined",
                (start, start + len(function.name)),
            )
        for call in statement.leaves(CALL):
            if call[3] == function.name:
                raise self._name_error(
                    f"{function.name} calls itself; a function cannot be recursive",
                    span_of(call),
                )
            self._check_known(call, function)
        if statement.partials:
            self._check_rule(function)
        self.functions[function.name] = function
        self.later.discard(function.name)

    def _check_signature(self, function: Function) -> None:
        name, partials = function.name, function.statement.partials
        signature = function.statement.left
        if partials and function.defaults:
            raise FormulaSyntaxError(
                f"{name} has its own derivative rule,"
                " so its parameters cannot have defaults",
                source=self.text,
                span=span_of(signature),
            )
        self._check_parameters(function)
        if partials and len(partials) != len(function.parameters):
            raise FormulaSyntaxError(
                f"{name} has {counted(len(function.parameters), 'parameter')},"
                f" but its rule has {counted(len(partials), 'partial')}",
                source=self.text,
                span=function.rule_span,
                hint="write one partial derivative for each parameter, in order",
            )

    def _check_parameters(self, function: Function) -> None:
        last = {name: place for place, name in enumerate(function.parameters)}
        earlier: set[str] = set()
        defaulted = False
        for place, parameter in enumerate(function.statement.left[4:]):
            name = parameter[3]
            span = (parameter[1], parameter[1] + len(name))
            if name in earlier:
                raise self._name_error(
                    f"the parameter {name} of {function.name} is repeated", span
                )
            earlier.add(name)
            if name == "out" and function.partials:
                raise self._name_error(
                    "in a derivative rule, out is the function's own value",
                    span,
                    "give the parameter another name",
                )
            if parameter[0] == DEFAULT:
                defaulted = True
                for node in function.defaults[name]:
                    if node[0] == NAME and last.get(node[3], -1) >= place:
                        raise self._name_error(
                            f"the default of {name} uses {node[3]},"
                            " which is not given before it",
                            span_of(node),
                        )
            elif defaulted:
                raise FormulaSyntaxError(
                    f"the parameter {name} has no default, but one before it has",
                    source=self.text,
                    span=span,
                )

    def _check_rule(self, function: Function) -> None:
        """Check that a function with its own rule, and the rule, use nothing else."""
        name, statement = function.name, function.statement
        for leaf in statement.free_names():
            if leaf[3] not in CONSTANTS:
                raise self._name_error(
                    f"{leaf[3]} is not a parameter of {name}; a function"
                    " with its own derivative rule uses nothing else",
                    span_of(leaf),
                )
        known = {*function.parameters, "out", *CONSTANTS}
        for partial in statement.partials:
            for node in postorder(partial):
                if node[0] == CALL and node[3] == name:
                    raise self._name_error(
                        f"the derivative rule of {name} calls {name}",
                        span_of(node),
                        "in a rule, out is the function's own value",
                    )
                if node[0] == NAME and node[3] not in known:
                    raise self._name_error(
                        f"{node[3]} is neither a parameter of {name} nor out",
                        span_of(node),
                        "a derivative rule is a formula in the parameters and in out,"
                        " the function's own value",
                    )
                if node[0] == CALL:
                    self._check_known(node, function)

    def _check_known(self, call: Syntax, caller: Function) -> None:
        if self.find(call[3], caller) is None:
            raise self.unknown(call)

    def find(
        self, name: str, caller: Function | None
    ) -> Function | Operation | str | None:
        """The function that a call of this name means, inside the caller if any.

        It is one written in the language, a row of the table, or the name of a function
        on lists.
        """
        if caller is None or not caller.library:
            function = self.functions.get(name)
            if function is not None and (
                caller is None or function.order < caller.order
            ):
                return function
        operation = CALLABLE.get(name)
        if operation is not None:
            return operation
        return name if name in STRUCTURAL else library().get(name)

    def unknown(self, call: Syntax, *, is_value: bool = False) -> FormulaNameError:
        """The error for a call of no known function; `is_value` if it names a value."""
        name = call[3]
        message = f"there is no function {name}"
        similar = near_miss(name, [*self.functions, *known_functions()])
        if name in self.later:
            message = f"{name} is used before it is defined"
            hint = "define a function above the first line that calls it"
        elif is_value:
            hint = f"to multiply, write {name}*(...)"
        elif similar:
            hint = f"did you mean {similar}?"
        else:
            hint = f"to multiply, write {name}*(...); to list them: gradcalc functions"
        return self._name_error(message, (call[1], call[1] + len(name)), hint)

    def _name_error(
        self, message: str, span: Span, hint: str | None = None
    ) -> FormulaNameError:
        return FormulaNameError(message, source=self.text, span=span, hint=hint)


def arguments_expected(low: int, high: int | None) -> str:
    """How many arguments, in words: "one argument", "2 to 3 arguments"."""
    words = {0: "no", 1: "one", 2: "two", 3: "three", 4: "four"}
    noun = plural(low, "argument", "arguments")
    if high is None:
        return f"at least {words.get(low, str(low))} {noun}"
    if low == high:
        return f"{words.get(low, str(low))} {noun}"
    joint = "or" if high == low + 1 else "to"
    return f"{words.get(low, str(low))} {joint} {words.get(high, str(high))} arguments"
