"""The functions of a program, and what the name of a call stands for."""

from typing import Any

from gradcalc.errors import FormulaNameError, Span
from gradcalc.language.functions import Function, near_function
from gradcalc.language.lists import STRUCTURAL
from gradcalc.language.syntax import CALL, NAME, Syntax, postorder
from gradcalc.operations import CALLABLE, CONSTANTS, Operation


class Definitions:
    """The functions defined so far in a text.

    functions  the user's functions, by name
    later      the names of those that the program defines further down
    """

    __slots__ = ("functions", "later", "text")

    def __init__(self, text: str, functions: dict[str, Function] | None = None) -> None:
        self.text = text
        self.functions: dict[str, Function] = {} if functions is None else functions
        self.later: set[str] = set()

    def define(self, statement: Syntax) -> Function:
        """The function that the statement defines, from now on one of `functions`."""
        function = Function(self.text, statement, len(self.functions))
        signature = statement[4]
        span = (signature[1], signature[1] + len(function.name))
        if function.name in self.functions:
            raise self._error(f"{function.name} is already defined", span)
        for call in function.calls():
            if call[3] == function.name:
                raise self._error(
                    f"{function.name} calls itself; a function cannot be recursive",
                    (call[1], call[2]),
                )
            self._check_known(call, function)
        for leaf in function.free_names():
            if function.partials and leaf[3] not in CONSTANTS:
                raise self._error(
                    f"{leaf[3]} is not a parameter of {function.name}; a function"
                    " with its own derivative rule uses nothing else",
                    (leaf[1], leaf[2]),
                )
        self._check_partials(function, statement[6:])
        self.functions[function.name] = function
        self.later.discard(function.name)
        return function

    def _check_partials(self, function: Function, partials: tuple[Any, ...]) -> None:
        known = {*function.parameters, "out", *CONSTANTS}
        for partial in partials:
            for node in postorder(partial):
                if node[0] == CALL and node[3] == function.name:
                    raise self._error(
                        f"the derivative rule of {function.name} calls {function.name}",
                        (node[1], node[2]),
                        "in a rule, out is the function's own value",
                    )
                if node[0] == NAME and node[3] not in known:
                    raise self._error(
                        f"{node[3]} is neither a parameter of {function.name} nor out",
                        (node[1], node[2]),
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
        """What a name stands for in a call, seen from inside the caller if any.

        A function written in the language, a row of the table, or the name of a
        function on lists.
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
        if name in STRUCTURAL:
            return name
        # Only now, so that a formula that needs no library does not load it.
        from gradcalc.language.library import library

        return library().get(name)

    def unknown(self, call: Syntax, *, is_value: bool = False) -> FormulaNameError:
        """The error for a call of no known function; `is_value` if it names a value."""
        name = call[3]
        message = f"there is no function {name}"
        similar = near_function(name, self.functions)
        if name in self.later:
            message = f"{name} is used before it is defined"
            hint = "define a function above the first line that calls it"
        elif is_value:
            hint = f"to multiply, write {name}*(...)"
        elif similar:
            hint = f"did you mean {similar}?"
        else:
            hint = f"to multiply, write {name}*(...); to list them: gradcalc functions"
        return self._error(message, (call[1], call[1] + len(name)), hint)

    def _error(
        self, message: str, span: Span, hint: str | None = None
    ) -> FormulaNameError:
        return FormulaNameError(message, source=self.text, span=span, hint=hint)
