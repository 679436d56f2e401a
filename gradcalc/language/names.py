"""The names of a program, resolved before anything is built.

A name in a formula, or in the body of a function and none of its parameters, is a label
that a statement above defines, or it is free: a variable or a constant. A derivative
rule knows the same names, but makes no variables. A label whose formula has no other
names than constants is a variable whose value the program carries.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping

from gradcalc.errors import FormulaNameError, Span
from gradcalc.language.parser import parse
from gradcalc.language.syntax import (
    CALLS,
    DIFF,
    NAME,
    Statement,
    Syntax,
    arguments,
    calls,
    differentiated_by,
    span_of,
)
from gradcalc.operations import CONSTANT_NAMES
from gradcalc.wording import did_you_mean, some

_IN_A_RULE = (
    "out is the function's own value; besides, a derivative rule may use labels defined"
    " above it and variables of the formula"
)


class ParsedProgram:
    """A program with its names resolved."""

    def __init__(
        self, text: str, statements: list[Statement], known: Collection[str]
    ) -> None:
        self.text = text
        self.statements = statements
        # Where each free name is first used in what is evaluated, in order.
        self.free: dict[str, Span] = {}
        self.labels = set(known)
        # The definition of each function.
        self.functions: dict[str, Statement] = {}
        # The error in the label of a statement, by the number of the statement; and
        # apart from these the labels that use themselves, if nothing else is wrong with
        # them.
        self.errors: dict[int, FormulaNameError] = {}
        self.circular: dict[int, FormulaNameError] = {}
        # For each label with a constant formula, the constants that the formula uses,
        # and where the label stands.
        self.constant: dict[str, tuple[set[str], Span]] = {}

    def variables(self, given: Collection[str] = ()) -> dict[str, Span]:
        """Where each free variable is first used, in order.

        The name of a constant is a variable only if it is among those that are given.
        """
        return {
            name: span
            for name, span in self.free.items()
            if name not in CONSTANT_NAMES or name in given
        }

    def carried(self, given: Collection[str] = ()) -> dict[str, Span]:
        """Where each variable stands whose value the program carries, in order.

        A formula that uses the name of a constant is constant unless that is given.
        """
        return {
            label: span
            for label, (used, span) in self.constant.items()
            if used.isdisjoint(given)
        }

    def mentions(self) -> set[str]:
        """The names that formulas use, in functions too."""
        formulas = [
            statement.free_names() if statement.is_definition else statement.code
            for statement in self.statements
        ]
        return {leaf[3] for code in formulas for leaf in code if leaf[0] == NAME}


def read_program(text: str, known: Collection[str] = ()) -> ParsedProgram:
    """The program in the text, which may use the `known` names as labels.

    Raises FormulaSyntaxError where the text is not a program.
    """
    program = ParsedProgram(text, parse(text), known)
    labels, free = program.labels, program.free
    # Where a name was first used as a free one: it cannot become a label afterwards.
    used: dict[str, Span] = {}
    # Each function that is called, and each default that a call needs, by parameter.
    entered: set[tuple[str, str | None]] = set()
    # The place of each function among the definitions: it may call the earlier ones.
    places: dict[str, int] = {}
    # Names that a derivative rule alone uses, so far, and the number of its statement.
    in_rules: list[tuple[int, Syntax]] = []
    # Where names are differentiated by, and those that nothing has used so far, each
    # with the number of its statement.
    places_of_diff = _differentiated_by(program.statements) if DIFF in text else set()
    only_by: list[tuple[int, Syntax]] = []
    # For each function the constants in it and in those that it calls; None if there
    # are other free names.
    reached: dict[str, set[str] | None] = {}

    def error(message: str, span: Span, hint: str | None = None) -> FormulaNameError:
        return FormulaNameError(message, source=text, span=span, hint=hint)

    for number, statement in enumerate(program.statements):
        if statement.is_definition:
            program.functions[statement.left[3]] = statement
            places.setdefault(statement.left[3], len(places))
            own, of_rule = statement.free_names(), statement.rule_names()
            for leaf in (*own, *of_rule):
                if leaf[3] not in labels:
                    used.setdefault(leaf[3], span_of(leaf))
            known = {*CONSTANT_NAMES, *(leaf[3] for leaf in own)}
            in_rules += [
                (number, leaf)
                for leaf in of_rule
                if leaf[3] not in known and leaf[3] not in labels
            ]
            inside = [*own, *of_rule, *statement.calls, *statement.rule_calls]
            reached[statement.left[3]] = _constants(inside, reached)
            continue
        label = statement.label
        if label in labels:
            span = span_of(statement.left)
            program.errors[number] = error(f"{label} is already defined", span)
        elif label in used:
            hint = "define a label above the first line that uses it"
            message = f"{label} is used before it is defined"
            program.errors[number] = error(message, used[label], hint)
        for leaf in _evaluated(statement, program.functions, places, entered):
            name = leaf[3]
            if name not in free and name not in labels:
                used.setdefault(name, span_of(leaf))
                if leaf[1] in places_of_diff:
                    only_by.append((number, leaf))
                else:
                    free[name] = span_of(leaf)
        if label:
            leaves = (node for node in statement.code if node[0] in (NAME, *CALLS))
            constants = _constants(leaves, reached)
            if (
                constants is not None
                # A label may have the name of a constant.
                and label not in constants
                and labels.isdisjoint(constants)
                and number not in program.errors
            ):
                program.constant[label] = constants, span_of(statement.left)
            if label in used:
                hint = "give what it is computed from another name"
                message = f"{label} is defined by itself"
                program.circular[number] = error(message, used[label], hint)
            labels.add(label)
    for number, leaf in in_rules:
        name, function = leaf[3], program.statements[number].left[3]
        if name not in free and name not in labels:
            message = f"{name} is neither a parameter of {function} nor out"
            unknown = error(message, span_of(leaf), _IN_A_RULE)
            program.errors.setdefault(number, unknown)
    for number, leaf in only_by:
        name, others = leaf[3], [*program.variables(), *sorted(labels)]
        if name not in others and name not in CONSTANT_NAMES:
            message = f"{name} is neither a variable nor a label of the formula"
            otherwise = f"name one that it has: {some(others)}" if others else None
            meant = did_you_mean(name, others, otherwise)
            unknown = error(message, span_of(leaf), meant)
            program.errors.setdefault(number, unknown)
    return program


def _differentiated_by(statements: Iterable[Statement]) -> set[int]:
    """Where names stand that `diff` differentiates by; none if the program has its own.

    A name is a variable of the program only if it is used besides.
    """
    places: set[int] = set()
    for statement in statements:
        code = statement.code
        if statement.is_definition:
            if statement.left[3] == DIFF:
                return set()
            code = [*statement.calls, *statement.rule_calls]
        places.update(leaf[1] for leaf in differentiated_by(code))
    return places


def _constants(
    leaves: Iterable[Syntax], reached: Mapping[str, set[str] | None]
) -> set[str] | None:
    """The constants among the names, and in what is called; None with other names.

    `reached` has the same of each function.
    """
    found: set[str] = set()
    for leaf in leaves:
        names = {leaf[3]} if leaf[0] == NAME else reached.get(leaf[3], set())
        if names is None or not names <= CONSTANT_NAMES.keys():
            return None
        found |= names
    return found


def _evaluated(
    statement: Statement,
    functions: Mapping[str, Statement],
    places: Mapping[str, int],
    entered: set[tuple[str, str | None]],
) -> Iterator[Syntax]:
    """The names that a formula uses, itself or in functions called for the first time.

    These functions are added to those that were `entered`.
    """
    # What is under way, and how many functions are defined above it.
    pending = [(iter(statement.code), len(places))]
    while pending:
        code, known = pending[-1]
        for node in code:
            if node[0] == NAME:
                yield node
            elif node[0] in CALLS:
                place = places.get(node[3], known)
                if place < known and (
                    inside := _first_used(node, functions[node[3]], entered)
                ):
                    pending.append((iter(inside), place))
                    break
        else:
            pending.pop()


def _first_used(
    call: Syntax, function: Statement, entered: set[tuple[str, str | None]]
) -> list[Syntax]:
    """The names and calls in a function that this call is the first to use.

    They are those of its body, and those of each default that the call needs.
    """
    parameters = function.parameters
    codes: dict[str | None, list[Syntax]] = {None: function.code}
    for name in parameters[len(arguments(call)) :]:
        codes[name] = function.defaults.get(name, [])
    new = [part for part in codes if (call[3], part) not in entered]
    entered.update((call[3], part) for part in new)
    nodes = [node for part in new for node in codes[part]]
    called = calls(nodes)
    if None in new:
        called += function.rule_calls
    free = [node for node in nodes if node[0] == NAME and node[3] not in parameters]
    return [*free, *called]
