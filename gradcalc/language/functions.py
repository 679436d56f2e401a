"""Functions written in the language, and what the name of a call stands for."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from gradcalc.errors import (
    FormulaError,
    FormulaNameError,
    FormulaSyntaxError,
    GradcalcError,
    Span,
)
from gradcalc.graph import Body, Graph
from gradcalc.language.library import known_functions, library_text
from gradcalc.language.lists import STRUCTURAL
from gradcalc.language.parser import parse
from gradcalc.language.syntax import (
    DEFAULT,
    DIFF,
    NAME,
    PRIMED,
    Statement,
    Syntax,
    arguments,
    calls,
    name_span,
    span_of,
)
from gradcalc.operations import CALLABLE, Operation
from gradcalc.shapes import Shape, Structure
from gradcalc.wording import counted, near_miss, plural

# Functions with rules of their own are built and evaluated inside one another.
MOST_NESTED = 80


@dataclass(eq=False, repr=False)
class Function:
    """A function: its parameters, its body, and its own derivative rule if any."""

    # The text that all spans refer to.
    text: str
    # Its definition.
    statement: Statement
    # Its place among the definitions: it may call the earlier ones.
    order: int
    # Those of the text's functions that it calls, by name.
    callees: dict[str, "Function"] = field(default_factory=dict)
    # How many functions with a rule of their own are nested in it.
    nesting: int = 0
    # Whether it comes with gradcalc.
    library: bool = False

    @property
    def name(self) -> str:
        """The name that it is called by."""
        name: str = self.statement.left[3]
        return name

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of its parameters."""
        return self.statement.parameters

    @cached_property
    def body(self) -> Body:
        """What the spans inside it refer to."""
        return Body(self.text, self.name if self.library else None)

    @cached_property
    def captured(self) -> dict[str, Syntax]:
        """The names that its body and its rule take from where it is defined.

        They are used by these or by functions that these call; here is where.
        """
        statement, parameters = self.statement, set(self.parameters)
        names = [
            node
            for node in statement.code
            if node[0] == NAME and node[3] not in parameters
        ]
        return self._taken(
            [*names, *statement.rule_names()],
            [*calls(statement.code), *statement.rule_calls],
        )

    @cached_property
    def names(self) -> dict[str, Syntax]:
        """The same together with those that its defaults take."""
        statement = self.statement
        return self._taken(
            [*statement.free_names(), *statement.rule_names()],
            [*statement.calls, *statement.rule_calls],
        )

    def _taken(self, names: list[Syntax], called: list[Syntax]) -> dict[str, Syntax]:
        """Where each name is used, here or in functions that calls lead to."""
        found: dict[str, Syntax] = {}
        entered: set[Function] = set()
        pending = [self.callees[c[3]] for c in called if c[3] in self.callees]
        while True:
            for leaf in names:
                found.setdefault(leaf[3], leaf)
            if not pending:
                return found
            function = pending.pop()
            names = []
            if function not in entered:
                entered.add(function)
                pending += function.callees.values()
                statement = function.statement
                names = [*statement.free_names(), *statement.rule_names()]

    @property
    def called(self) -> list[str]:
        """The names of the functions that it calls, each once."""
        found = (*self.statement.calls, *self.statement.rule_calls)
        return list(dict.fromkeys(call[3] for call in found))

    @property
    def rule_span(self) -> Span:
        """Where its derivative rule stands."""
        partials = self.statement.partials
        return partials[0][1], partials[-1][2]

    @property
    def definition(self) -> str:
        """The text that defines it."""
        return self.text[self.statement.start : self.statement.end]

    @property
    def signature(self) -> str:
        """The function as it is called, with its defaults: f(x, slope = 0.01)."""
        return self.text[slice(*span_of(self.statement.left))]

    @property
    def required(self) -> tuple[str, ...]:
        """The names of the parameters without a default."""
        return self.parameters[: len(self.parameters) - len(self.statement.defaults)]


# What can be called: a function written in the language, a row of the table, or the
# name of what is worked out while the graph is built: a function on lists, or `diff`.
Callee = Function | Operation | str


@cache
def library() -> dict[str, Function]:
    """The library's functions by name, in the order of the file."""
    text = library_text()
    return {
        statement.left[3]: Function(text, statement, order, library=True)
        for order, statement in enumerate(parse(text))
    }


class Calculus:
    """How what is built is differentiated: rules and derivatives are built, too.

    make_operation  the operation of a function that has its own derivative rule, for
                    arguments and captured names of these shapes
    differentiate   the derivative of a structure by another, of this order, appended to
                    the graph; the flag is for that of a function, which is taken
                    element by element where its result is such a list
    """

    def __init__(
        self,
        make_operation: Callable[
            [Function, "Definitions", tuple[Shape, ...], dict[str, Shape]], Operation
        ],
        differentiate: Callable[
            [Graph, Structure, Structure, int, bool, Span], Structure
        ],
    ) -> None:
        self.make_operation = make_operation
        self.differentiate = differentiate


@dataclass(eq=False, repr=False)
class Definitions:
    """The functions that a text defines, as far as it has been read."""

    text: str
    # None where nothing is differentiated and no function has a rule.
    calculus: "Calculus | None" = None
    # The functions by name.
    functions: dict[str, Function] = field(default_factory=dict)
    # The names of those that the text defines further down.
    later: set[str] = field(default_factory=set)
    _operations: dict[tuple[Any, ...], Operation] = field(default_factory=dict)

    def operation(
        self,
        function: Function,
        shapes: tuple[Shape, ...],
        captured: dict[str, Shape],
    ) -> Operation:
        """The operation of a function with its own derivative rule.

        `shapes` are those of its arguments, `captured` those of the names that it takes
        from where it is defined.
        """
        key = function, shapes, *captured.items()
        if key not in self._operations:
            assert self.calculus is not None
            self._operations[key] = self.calculus.make_operation(
                function, self, shapes, captured
            )
        return self._operations[key]

    def define(self, statement: Statement) -> None:
        """Take in the function that the statement defines."""
        callees = {
            call[3]: self.functions[call[3]]
            for call in (*statement.calls, *statement.rule_calls)
            if call[3] in self.functions
        }
        nesting = max((callee.nesting for callee in callees.values()), default=0)
        function = Function(
            self.text,
            statement,
            len(self.functions),
            callees,
            nesting + bool(statement.partials),
        )
        name = function.name
        self._check_signature(function)
        if name in self.functions:
            raise self.error(f"{name} is already defined", name_span(statement.left))
        for call in statement.calls:
            if call[3] == name:
                message = f"{name} calls itself; a function cannot be recursive"
                raise self.error(message, span_of(call))
            self._check_known(call, function)
        for call in statement.rule_calls:
            if call[3] == name:
                message = f"the derivative rule of {name} calls {name}"
                hint = "in a rule, out is the function's own value"
                raise self.error(message, span_of(call), hint)
            self._check_known(call, function)
        if function.nesting > MOST_NESTED:
            message = (
                f"more than {MOST_NESTED} functions with derivative rules of their own"
                f" call each other in {name}"
            )
            raise self.error(message, span_of(statement.left), kind=FormulaError)
        self.functions[name] = function
        self.later.discard(name)

    def _check_signature(self, function: Function) -> None:
        name, statement = function.name, function.statement
        rule = statement.partials
        self._check_parameters(function)
        if rule and len(rule) != len(statement.parameters):
            parameters = counted(len(statement.parameters), "parameter")
            partials = counted(len(rule), "partial")
            message = f"{name} has {parameters}, but its rule has {partials}"
            hint = "write one partial derivative for each parameter, in order"
            raise self.error(message, function.rule_span, hint, FormulaSyntaxError)

    def _check_parameters(self, function: Function) -> None:
        statement = function.statement
        last = {name: place for place, name in enumerate(statement.parameters)}
        earlier: set[str] = set()
        defaulted = False
        for place, parameter in enumerate(statement.left[4:]):
            name, span = parameter[3], name_span(parameter)
            if name in earlier:
                message = f"the parameter {name} of {function.name} is repeated"
                raise self.error(message, span)
            earlier.add(name)
            if name == "out" and statement.partials:
                message = "in a derivative rule, out is the function's own value"
                raise self.error(message, span, "give the parameter another name")
            if parameter[0] == DEFAULT:
                defaulted = True
                for node in statement.defaults[name]:
                    if node[0] == NAME and last.get(node[3], -1) >= place:
                        given = f"{node[3]}, which is not given before it"
                        message = f"the default of {name} uses {given}"
                        raise self.error(message, span_of(node))
            elif defaulted:
                message = f"the parameter {name} has no default, but one before it has"
                raise self.error(message, span, kind=FormulaSyntaxError)

    def _check_known(self, call: Syntax, caller: Function) -> None:
        if self.find(call[3], caller) is None:
            raise self.unknown(call)

    def find(self, name: str, caller: Function | None) -> Callee | None:
        """What a call of this name means, inside the caller if any."""
        if caller is None or not caller.library:
            function = self.functions.get(name)
            if function and (caller is None or function.order < caller.order):
                return function
        built = name if name in STRUCTURAL or name == DIFF else None
        return CALLABLE.get(name) or built or library().get(name)

    def unknown(self, call: Syntax, *, is_value: bool = False) -> GradcalcError:
        """The error for a call of no known function; `is_value` if it names a value."""
        name, span = call[3], name_span(call)
        hint: str | None = f"to multiply, write {name}*(...)"
        if call[0] == PRIMED:
            hint = f"define it by a line such as {name}(x) = x^2"
        if name in self.later:
            hint = "define a function above the first line that calls it"
            return self.error(f"{name} is used before it is defined", span, hint)
        otherwise = None
        if not is_value:
            known = [*self.functions, *known_functions()]
            # Of those that take as many arguments: else that were the next mistake.
            count = len(arguments(call))
            near = near_miss(name, [each for each in known if self._takes(each, count)])
            # Imported here, as what describes other mistakes is.
            from gradcalc.language.foreign import written_here

            written = written_here(self.text, call)
            if written or near:
                hint = f"write {written}" if written else f"did you mean {near}?"
            else:
                otherwise = f"{hint}; to list them: gradcalc functions"
        error = self.error(f"there is no function {name}", span, hint)
        return error.but(shell_hint=otherwise)

    def _takes(self, name: str, count: int) -> bool:
        callee = self.find(name, None)
        return callee is not None and miscount(callee, name, count) is None

    def error(
        self,
        message: str,
        span: Span,
        hint: str | None = None,
        kind: type[GradcalcError] = FormulaNameError,
    ) -> GradcalcError:
        """The error for a span of the text."""
        return kind(message, source=self.text, span=span, hint=hint)


def miscount(callee: Callee, name: str, count: int) -> str | None:
    """What is wrong with the number of arguments of a call, as a sentence."""
    low = high = 1
    if isinstance(callee, Function):
        low, high = len(callee.required), len(callee.parameters)
    elif isinstance(callee, Operation):
        low = high = len(callee.parameters)
    elif callee == DIFF:
        low, high = 2, 3
    endless = isinstance(callee, Operation) and callee.lists and high == 1
    if low <= count and (endless or count <= high):
        return None
    words = {0: "no", 1: "one", 2: "two", 3: "three", 4: "four"}
    expected = words.get(low, str(low))
    if endless:
        expected = f"at least {expected}"
    elif low != high:
        joint = "or" if high == low + 1 else "to"
        expected = f"{expected} {joint} {words.get(high, str(high))}"
    noun = plural(low if low == high else 2, "argument", "arguments")
    given = f"{count or 'none'} {plural(count or 1, 'is', 'are')} given"
    return f"{name} takes {expected} {noun}, but {given}"
