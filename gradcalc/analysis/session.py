"""A session: statements that keep their names while others are typed after them.

What is asked for is a program of the language again: the definitions that it needs, in
an order in which each stands before what uses it, and the statement itself. So a
definition may be typed before what it uses, and a name again, for something else. An
error in such a program is told of the text that was typed.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from graphlib import CycleError, TopologicalSorter

from gradcalc.errors import BindingError, FormulaNameError, GradcalcError, Span
from gradcalc.language.bindings import BoundProgram, Value, bind
from gradcalc.language.continuation import is_blank
from gradcalc.language.foreign import name_here
from gradcalc.language.identifiers import normal
from gradcalc.language.library import known_functions
from gradcalc.language.names import read_program
from gradcalc.language.parser import parse
from gradcalc.language.syntax import CALLS, DIFF, NAME, Statement, name_span
from gradcalc.operations import CONSTANT_NAMES
from gradcalc.shapes import flatten, unflatten
from gradcalc.wording import listing, near_miss

# A name, and whether it is a function's: a label may have the same.
Key = tuple[str, bool]

# Gives a definition of a function, which has no value, a result.
_NOTHING = "; 0"
_MOST_HINTED = 4
# The names that mean something where nothing is defined.
_OWN_NAMES = {*CONSTANT_NAMES, *known_functions()}


@dataclass(frozen=True)
class SessionStatement:
    """A statement as it was typed."""

    text: str
    # What it defines, None for a formula.
    key: Key | None = None
    # Where each name stands in it first that may be another statement's.
    uses: Mapping[Key, Span] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class SessionProgram:
    """A statement with the definitions that it needs."""

    # In order; the last one is what is asked for.
    statements: tuple[SessionStatement, ...]
    # What was typed, and where the last statement stands in it.
    typed: str
    start: int
    # The names of the session's labels and functions.
    labels: Collection[str]
    functions: Collection[str]
    # The values of labels whose definitions are therefore left out.
    known: Mapping[str, Value] = field(default_factory=dict)

    @property
    def key(self) -> Key | None:
        return self.statements[-1].key

    @property
    def is_function(self) -> bool:
        return self.key is not None and self.key[1]

    @cached_property
    def text(self) -> str:
        """The program's text. That of a function has a result, which is nothing."""
        text = "; ".join(statement.text for statement in self.statements)
        return text + _NOTHING if self.is_function else text

    @cached_property
    def bound(self) -> BoundProgram:
        """The built program. Raises GradcalcError, with a span in what was typed."""
        try:
            return bind(self.text, {}, defaults=self.known)
        except GradcalcError as error:
            raise self.explained(error) from None

    @property
    def value(self) -> Value:
        """The value of the statement. Raises GradcalcError as `bound`."""
        bound = self.bound
        values = bound.program.graph.forward(bound.given)
        return unflatten(bound.output, (values[n] for n in flatten(bound.output)))

    def with_names(self) -> tuple["SessionProgram", list[str]]:
        """The program without the values of numbers, and its variables.

        A list keeps its value, of which the shape is needed, as do indices, and what
        has the name of a constant.
        """
        try:
            bound = bind(self.text, {}, complete=False)
        except GradcalcError:
            # Told when the program is used.
            return self, []
        indices = bound.program.indices
        names = [n for n in bound.program.graph.variables if n not in indices]
        numbers = {
            (name, False)
            for name in names
            if not isinstance(bound.variables.get(name), list)
            and name not in CONSTANT_NAMES
        }
        *earlier, last = self.statements
        kept = [statement for statement in earlier if statement.key not in numbers]
        return replace(self, statements=(*kept, last)), names

    def explained(self, error: GradcalcError) -> GradcalcError:
        """The error, about what was typed if it is about this program."""
        if isinstance(error, BindingError) and error.missing:
            error = error.but(hint=self._assignments(error.missing))
        if error.source != self.text or error.span is None:
            return error
        start, end = error.span
        *earlier, _ = self.statements
        for statement in earlier:
            if start <= len(statement.text):
                return error.but(source=statement.text, span=(start, end))
            start, end = (place - len(statement.text) - 2 for place in (start, end))
        # What stands behind the statement is not typed.
        last = len(self.typed)
        span = (min(start + self.start, last), min(end + self.start, last))
        return error.but(source=self.typed, span=span)

    def _assignments(self, missing: Collection[str]) -> str:
        """The hint at values for names that have none."""
        named = list(missing)[:_MOST_HINTED]
        for name in named:
            if name in {*known_functions(), *self.functions}:
                return f"to call the function, write {name}(...)"
        give = "; ".join(f"{name} = 2" for name in named)
        others = [name for name in self.labels if name not in missing]
        found = (name_here(n, self.labels) or near_miss(n, others) for n in named)
        meant = next(filter(None, found), None)
        return f"did you mean {meant}? if not, type {give}" if meant else f"type {give}"


@dataclass(frozen=True)
class Session:
    """The definitions so far, by what they define, and the last formula."""

    definitions: Mapping[Key, SessionStatement] = field(default_factory=dict)
    last: SessionStatement | None = None
    # The values of labels, as far as they are known: what is defined by them need not
    # compute them again, which would take the longer the longer the session is.
    known: Mapping[str, Value] = field(default_factory=dict, compare=False)

    @property
    def labels(self) -> list[str]:
        """The names of what is no function, in the order of typing."""
        return [name for name, is_function in self.definitions if not is_function]

    @property
    def functions(self) -> list[str]:
        return [name for name, is_function in self.definitions if is_function]

    def enter(
        self, text: str, *, whole: bool = True
    ) -> tuple["Session", list[SessionProgram]]:
        """The session after a text, and the program of each statement in it.

        Unless they are to be `whole`, programs of definitions, of which the value alone
        is asked, may have values of labels in place of their definitions.

        Raises GradcalcError, with a span in the text, if a statement is wrong, but not
        if it only has variables without values.
        """
        session, programs = self, []
        for statement in _statements(text):
            session, program = session._with(statement, text, whole=whole)
            programs.append(program)
        return session, programs

    def read(self, text: str) -> "Session":
        """The session with the definitions of a program, and its last formula.

        Raises GradcalcError, with a span in the text, if it is no program, but not if
        it only has variables without values.
        """
        statements = _statements(text)
        if not statements:
            return self
        try:
            # With a result, which it may lack.
            bind(f"{text}\n0", {})
        except BindingError as error:
            if not error.missing:
                raise
        carried = read_program(text).carried()
        definitions, last = dict(self.definitions), self.last
        defined: dict[Key | None, tuple[SessionStatement, int]] = {}
        for parsed in statements:
            statement = _as_typed(parsed, text)
            if statement.key is None:
                last = statement
                continue
            definitions[statement.key] = statement
            defined[statement.key] = statement, parsed.start
            name, is_function = statement.key
            if not is_function and name not in carried:
                last = _named(statement.key)
        session = Session(definitions, last)
        try:
            session._ordered(definitions)
        except CycleError as error:
            raise _circle(error, defined, text) from None
        return session

    def _with(
        self, parsed: Statement, typed: str, *, whole: bool
    ) -> tuple["Session", SessionProgram]:
        statement = _as_typed(parsed, typed)
        session, key = replace(self, last=statement), statement.key
        if key is not None:
            definitions = {**self.definitions, key: statement}
            last = self.last if key[1] else _named(key)
            # What was typed before may have had another meaning of the name.
            is_new = key not in self.definitions and key[0] not in _OWN_NAMES
            session = Session(definitions, last, self.known if is_new else {})
        whole = whole or key is None
        try:
            program = session._program(statement, typed, parsed.start, whole=whole)
            bound = program.bound
        except CycleError as error:
            raise _circle(error, {key: (statement, parsed.start)}, typed) from None
        except GradcalcError as error:
            if not whole:
                # An index may be a constant formula, but no value.
                return self._with(parsed, typed, whole=True)
            if not (isinstance(error, BindingError) and error.missing):
                raise
        else:
            if key is not None and key[0] in bound.program.graph.variables:
                # A value is nothing to differentiate.
                session = replace(session, last=self.last)
            elif key is not None and not key[1]:
                known = {**session.known, key[0]: program.value}
                session = replace(session, known=known)
        return session, program

    def asked(self, text: str = "") -> tuple["Session", SessionProgram | None]:
        """The program of a formula, without one that of the last; None without both.

        With it comes the session in which that is the last one. Raises as `enter`.
        """
        if text.strip():
            session, programs = self.enter(text)
            return session, programs[-1] if programs else None
        if self.last is None:
            return self, None
        return self, self._program(self.last, self.last.text, 0)

    def programs(self) -> Iterator[SessionProgram]:
        """The program of each definition, in an order of dependence."""
        for key in self._ordered(self.definitions):
            statement = self.definitions[key]
            yield self._program(statement, statement.text, 0)

    def text(self) -> str:
        """The session as a program, whose result is the last formula."""
        statements = [self.definitions[key] for key in self._ordered(self.definitions)]
        if self.last is not None:
            statements.append(self.last)
        return "".join(f"{statement.text}\n" for statement in statements)

    def without(self, names: Iterable[str]) -> "Session":
        """The session without the definitions of these names.

        Raises FormulaNameError if there is none of a name.
        """
        given = [normal(name) for name in names]
        known = [name for name, _ in self.definitions]
        for name in given:
            if name not in known:
                near = near_miss(name, known)
                hint = f"did you mean {near}?" if near else None
                raise FormulaNameError(f"nothing is called {name}", hint=hint)
        kept = {k: s for k, s in self.definitions.items() if k[0] not in given}
        is_gone = self.last is not None and self.last.text in given
        return Session(kept, None if is_gone else self.last)

    def _program(
        self, statement: SessionStatement, typed: str, start: int, *, whole: bool = True
    ) -> SessionProgram:
        known: dict[str, Value] = {}
        needed: dict[Key, None] = {}
        pending = [statement]
        while pending:
            each = pending.pop()
            if not whole and (DIFF, True) in each.uses:
                # A derivative is that of definitions, not of values.
                return self._program(statement, typed, start)
            for key in self._needed(each):
                name, is_function = key
                if not whole and not is_function and name in self.known:
                    known[name] = self.known[name]
                elif key not in needed:
                    needed[key] = None
                    pending.append(self.definitions[key])
        earlier = (
            self.definitions[key]
            for key in self._ordered(needed)
            if key != statement.key
        )
        statements = (*earlier, statement)
        return SessionProgram(
            statements, typed, start, self.labels, self.functions, known
        )

    def _needed(self, statement: SessionStatement) -> list[Key]:
        """What the statement uses of the others, and of the session."""
        return [
            key
            for key in statement.uses
            if key in self.definitions and key != statement.key
        ]

    def _ordered(self, keys: Collection[Key]) -> list[Key]:
        """The keys, each behind those that it needs; functions first. May raise."""
        sorter = TopologicalSorter[Key]()
        for key in sorted(keys, key=lambda key: not key[1]):
            uses = self._needed(self.definitions[key])
            sorter.add(key, *(each for each in uses if each in keys))
        return list(sorter.static_order())


def _circle(
    error: CycleError,
    defined: Mapping[Key | None, tuple[SessionStatement, int]],
    typed: str,
) -> FormulaNameError:
    """The error for a definition that needs itself, through others.

    It is one of those that are typed, each with the place where it begins.
    """
    # From what is used to what uses it, and the first once more at the end.
    circle: list[Key] = error.args[1][:-1]
    key = next(key for key in circle if key in defined)
    place = circle.index(key)
    between = [*circle[place + 1 :], *circle[:place]][::-1]
    statement, offset = defined[key]
    start, end = statement.uses[between[0]]
    verb = "calls" if key[1] else "is defined by"
    return FormulaNameError(
        f"{key[0]} {verb} itself, through {listing(name for name, _ in between)}",
        source=typed,
        span=(start + offset, end + offset),
        hint="give what is computed from it another name",
    )


def _statements(text: str) -> list[Statement]:
    """The statements in the text; none where there is nothing but comments."""
    return [] if is_blank(text) else parse(text)


def _named(key: Key) -> SessionStatement:
    """The label as a formula."""
    return SessionStatement(key[0], uses={key: (0, 0)})


def _as_typed(parsed: Statement, text: str) -> SessionStatement:
    if parsed.is_definition:
        leaves = [
            *(*parsed.free_names(), *parsed.rule_names()),
            *(*parsed.calls, *parsed.rule_calls),
        ]
        key: Key | None = (parsed.left[3], True)
    else:
        leaves = [node for node in parsed.code if node[0] in (NAME, *CALLS)]
        key = (parsed.label, False) if parsed.label else None
    uses: dict[Key, Span] = {}
    for leaf in leaves:
        start, end = name_span(leaf)
        place = start - parsed.start, end - parsed.start
        uses.setdefault((leaf[3], leaf[0] != NAME), place)
    return SessionStatement(text[parsed.start : parsed.end], key, uses)
