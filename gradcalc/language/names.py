"""The names of a program, resolved before anything is built.

A name in a formula, or in the body of a function and none of its parameters, is a label
that a statement above defines, or it is free: a variable or a constant. A derivative
rule knows the same names, but makes no variables. A label whose formula has no other
names than constants is a variable whose value the program carries.
"""

from collections.abc import Collection, Iterator, Mapping

from gradcalc.errors import FormulaNameError, Span
from gradcalc.language.parser import parse
from gradcalc.language.syntax import CALL, NAME, Statement, Syntax, span_of
from gradcalc.operations import CONSTANT_NAMES

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


def read_program(text: str, known: Collection[str] = ()) -> ParsedProgram:
    """The program in the text, which may use the `known` names as labels.

    Raises FormulaSyntaxError where the text is not a program.
    """
    program = ParsedProgram(text, parse(text), known)
    labels, free = program.labels, program.free
    # Where a name was first used as a free one: it cannot become a label afterwards.
    used: dict[str, Span] = {}
    entered: set[str] = set()
    # The place of each function among the definitions: it may call the earlier ones.
    places: dict[str, int] = {}
    # Names that a derivative rule alone uses, so far, and the number of its statement.
    in_rules: list[tuple[int, Syntax]] = []
    # For each function the free names in it and in those that it calls.
    reached: dict[str, set[str]] = {}

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
            calls = [*statement.leaves(CALL), *statement.rule_leaves(CALL)]
            called = (reached.get(call[3], ()) for call in calls)
            names = {leaf[3] for leaf in (*own, *of_rule)}
            reached[statement.left[3]] = names.union(*called)
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
                free[name] = span_of(leaf)
                used.setdefault(name, free[name])
        if label:
            constants = _constants_in(statement, labels, reached)
            if constants is not None and number not in program.errors:
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
    return program


def _constants_in(
    statement: Statement, labels: Collection[str], reached: Mapping[str, set[str]]
) -> set[str] | None:
    """The constants that a label's formula uses; None if it uses other names too.

    `reached` has the free names that a call of each function uses.
    """
    found: set[str] = set()
    for node in statement.code:
        if node[0] == NAME:
            names = {node[3]}
        elif node[0] == CALL:
            names = reached.get(node[3], set())
        else:
            continue
        for name in names:
            if name not in CONSTANT_NAMES or name in labels or name == statement.label:
                return None
        found |= names
    return found


def _evaluated(
    statement: Statement,
    functions: Mapping[str, Statement],
    places: Mapping[str, int],
    entered: set[str],
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
            elif node[0] == CALL and node[3] not in entered:
                place = places.get(node[3], known)
                if place >= known:
                    continue
                entered.add(node[3])
                called = functions[node[3]]
                calls = [*called.leaves(CALL), *called.rule_leaves(CALL)]
                inside = iter([*called.free_names(), *calls])
                pending.append((inside, place))
                break
        else:
            pending.pop()
