"""Functions written in the language: the user's own and the library's."""

from collections.abc import Iterator, Mapping

from gradcalc.errors import FormulaNameError, FormulaSyntaxError, Span
from gradcalc.language.lists import STRUCTURAL
from gradcalc.language.syntax import CALL, DEFAULT, NAME, Syntax, postorder
from gradcalc.operations import CALLABLE
from gradcalc.wording import near_miss


class Function:
    """A function: its parameters, its body, and its own derivative rule if any.

    name        what it is called by
    parameters  the names of its parameters
    defaults    the syntax of the value that a parameter has when it is not given
    body        the body in the order of evaluation
    called      the names of the functions that its body and its rule call
    partials    the texts of its derivative rule, one per parameter; empty without one
    rule_span   where these stand in the text
    text        the text that all spans refer to
    span        where the definition stands in it
    order       its place among the definitions: it may call the earlier ones
    library     whether it comes with gradcalc
    """

    __slots__ = (
        "body",
        "called",
        "defaults",
        "library",
        "name",
        "order",
        "parameters",
        "partials",
        "rule_span",
        "span",
        "text",
    )

    def __init__(
        self, text: str, statement: Syntax, order: int, *, library: bool = False
    ) -> None:
        signature, body, *partials = statement[4:]
        self.text = text
        self.span: Span = (statement[1], statement[2])
        self.order = order
        self.library = library
        self.name: str = signature[3]
        self.parameters: tuple[str, ...] = tuple(
            parameter[3] for parameter in signature[4:]
        )
        self.defaults: dict[str, list[Syntax]] = {
            parameter[3]: postorder(parameter[4])
            for parameter in signature[4:]
            if parameter[0] == DEFAULT
        }
        self.body = postorder(body)
        self.called = frozenset(
            node[3]
            for part in (body, *partials)
            for node in postorder(part)
            if node[0] == CALL
        )
        self.partials = tuple(text[partial[1] : partial[2]] for partial in partials)
        self.rule_span: Span = self.span
        if partials:
            self.rule_span = (partials[0][1], partials[-1][2])
        self._check(signature, partials)

    def _check(self, signature: Syntax, partials: list[Syntax]) -> None:
        seen: set[str] = set()
        if partials and self.defaults:
            raise FormulaSyntaxError(
                f"{self.name} has its own derivative rule,"
                " so its parameters cannot have defaults",
                source=self.text,
                span=(signature[1], signature[2]),
            )
        defaulted = False
        for parameter in signature[4:]:
            name = parameter[3]
            span = (parameter[1], parameter[1] + len(name))
            if name in seen:
                raise FormulaNameError(
                    f"the parameter {name} of {self.name} is repeated",
                    source=self.text,
                    span=span,
                )
            seen.add(name)
            if name == "out" and partials:
                raise FormulaNameError(
                    "in a derivative rule, out is the function's own value",
                    source=self.text,
                    span=span,
                    hint="give the parameter another name",
                )
            if parameter[0] == DEFAULT:
                defaulted = True
                for node in self.defaults[name]:
                    if node[0] == NAME and node[3] in self.parameters[len(seen) - 1 :]:
                        raise FormulaNameError(
                            f"the default of {name} uses {node[3]},"
                            " which is not given before it",
                            source=self.text,
                            span=(node[1], node[2]),
                        )
            elif defaulted:
                raise FormulaSyntaxError(
                    f"the parameter {name} has no default, but one before it has",
                    source=self.text,
                    span=span,
                )
        if partials and len(partials) != len(self.parameters):
            raise FormulaSyntaxError(
                f"{self.name} has {_counted(len(self.parameters), 'parameter')},"
                f" but its rule has {_counted(len(partials), 'partial')}",
                source=self.text,
                span=self.rule_span,
                hint="write one partial derivative for each parameter, in order",
            )

    def free_names(self) -> Iterator[Syntax]:
        """The name leaves of the body and the defaults that are not parameters."""
        parameters = set(self.parameters)
        for code in (self.body, *self.defaults.values()):
            for node in code:
                if node[0] == NAME and node[3] not in parameters:
                    yield node

    def calls(self) -> Iterator[Syntax]:
        """The calls in the body and in the defaults."""
        for code in (self.body, *self.defaults.values()):
            for node in code:
                if node[0] == CALL:
                    yield node

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


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def arguments_expected(low: int, high: int | None) -> str:
    """How many arguments, in words: "one argument", "2 to 3 arguments"."""
    words = {0: "no", 1: "one", 2: "two", 3: "three", 4: "four"}
    plural = "" if low == 1 else "s"
    if high is None:
        return f"at least {words.get(low, str(low))} argument{plural}"
    if low == high:
        return f"{words.get(low, str(low))} argument{plural}"
    joint = "or" if high == low + 1 else "to"
    return f"{words.get(low, str(low))} {joint} {words.get(high, str(high))} arguments"


def is_function(name: str) -> bool:
    """Whether gradcalc has a function of that name."""
    if name in CALLABLE or name in STRUCTURAL:
        return True
    from gradcalc.language.library import library

    return name in library()


def near_function(name: str, functions: Mapping[str, Function]) -> str | None:
    """The function that an unknown name was probably meant to be."""
    from gradcalc.language.library import library

    return near_miss(name, [*functions, *CALLABLE, *library(), *STRUCTURAL])
