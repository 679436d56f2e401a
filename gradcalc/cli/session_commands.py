"""What a line of a session asks for: a formula's answer, or a command after a colon.

x^2*w              the value and the gradient
:diff --wrt x      the program's own command, on the last formula
:vars              a command of sessions alone
"""

import re
import shlex
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import click

from gradcalc.analysis.session import Session, SessionProgram
from gradcalc.cli import consoles
from gradcalc.cli.arguments import split_arguments
from gradcalc.cli.commands import FormulaCommand
from gradcalc.cli.eval import warn_if_not_finite
from gradcalc.cli.files import called, read_text, replace_file
from gradcalc.cli.main import COMMANDS
from gradcalc.cli.main import program as program_of_commands
from gradcalc.cli.mistaken_names import from_click
from gradcalc.engine.evaluation import Evaluation, evaluate_bound
from gradcalc.errors import BindingError, GradcalcError, UsageError
from gradcalc.language.identifiers import normal
from gradcalc.language.library import known_functions
from gradcalc.reports.eval_page import most_columns
from gradcalc.reports.session_page import answer_page, definitions_page
from gradcalc.wording import counted, near_miss, quoted

# What ends a formula that is typed without quotation marks: an option.
_OPTION = re.compile(r"(?:^|\s)--(?=[^\W\d])")
# What a hint calls the help of a command.
_HELP_IN_SHELL = re.compile(r"gradcalc (\w+) --help")
_IN_SHELL = re.compile(r"\bgradcalc (?=[a-z]+\b)")


class LeaveSession(Exception):  # noqa: N818 - no error
    """The session is to end."""


@dataclass
class Conversation:
    """A session with its answers, which go to the two outputs."""

    as_json: bool = False
    session: Session = field(default_factory=Session)

    def answer(self, text: str) -> int:
        """Answer what is typed, and return the status that a command would end with.

        Raises GradcalcError, and leaves the session as it was, if it cannot be
        understood; LeaveSession if it says so.
        """
        word, _, rest = text.strip().partition(" ")
        if word.startswith(":"):
            return self._command(word[1:], rest.strip())
        try:
            session, programs = self.session.enter(text, whole=self.as_json)
            status = 0
            for program in programs:
                status = max(status, self._show(program))
        except BindingError as error:
            named = [name for name in error.missing if name in SUMMARIES]
            raise error.but(hint=f"type :{named[0]}") if named else error from None
        self.session = session
        return status

    def _show(self, program: SessionProgram) -> int:
        """Show the answer to a statement, if it has one."""
        if program.is_function:
            return 0
        try:
            evaluation = evaluated(program)
        except BindingError as error:
            if program.key is None or not error.missing:
                raise
            return 0
        if self.as_json:
            from gradcalc.reports.objects import evaluation_to_dict

            consoles.show_json(evaluation_to_dict(evaluation))
        else:
            name = program.key[0] if program.key else None
            consoles.show(answer_page(evaluation, name=name, width=consoles.width()))
        if program.key is not None:
            return 0
        return warn_if_not_finite(evaluation, strict=False)

    def _command(self, name: str, rest: str) -> int:
        """Run the command after the colon."""
        name = _SHORT.get(name, name)
        defined = self.session.definitions.get((normal(rest), True))
        if name in _ABOUT_FUNCTIONS and defined is not None:
            self._show_definitions([("function", defined.text, None)])
            return 0
        if name in OWN:
            OWN[name].run(self, rest)
            return 0
        if name not in SUMMARIES:
            near = near_miss(name, SUMMARIES)
            raise UsageError(
                f"there is no command {quoted(':' + name)}",
                hint=f"did you mean :{near}?" if near else ":help lists the commands",
            )
        return self._command_of_the_program(name, rest)

    def _command_of_the_program(self, name: str, rest: str) -> int:
        root = click.get_current_context().find_root()
        command = program_of_commands.get_command(root, name)
        assert command is not None
        session, program = self.session, None
        if isinstance(command, FormulaCommand):
            words, session, program = self._words(command, root, rest)
        else:
            words = _split(rest)
        # It is the session's own: no command may read from it.
        typed, sys.stdin = sys.stdin, None
        try:
            with command.make_context(name, words, parent=root) as context:
                status = command.invoke(context) or 0
        except click.exceptions.Exit as ended:
            status = ended.exit_code
        except (GradcalcError, click.ClickException) as problem:
            raise _as_here(problem, program) from None
        finally:
            sys.stdin = typed
        self.session = session
        return int(status)

    def _words(
        self, command: FormulaCommand, root: click.Context, rest: str
    ) -> tuple[list[str], Session, SessionProgram | None]:
        """The words of a command about a formula, the session, and its program.

        The formula needs no quotation marks; without one it is the last.
        """
        option = _OPTION.search(rest)
        formula = rest[: option.start()] if option else rest
        declared = command.declared_options(click.Context(command, parent=root))
        words = _split(rest[len(formula) :])
        split = split_arguments(words, declared)
        if {"--help", "--file", "--model"} & split.given.keys():
            return _split(rest), self.session, None
        behind = [] if formula.strip() else split.positionals
        if behind and words[-len(behind) :] == behind:
            formula, words = " ".join(behind), words[: -len(behind)]
        session, program = self.session.asked(_unquoted(formula))
        if program is None:
            raise UsageError(
                f":{command.name} needs a formula",
                hint=f"type one first, or :{command.name} x^2",
            )
        if command.name in _WITH_NAMES:
            program, names = program.with_names()
            given = {normal(name) for name, _ in split.bindings}
            wanted = ",".join(name for name in names if name not in given)
            if wanted and "--wrt" not in split.given:
                words = [f"--wrt={wanted}", *words]
        return [*words, "--", program.text], session, program

    def variables(self, rest: str) -> None:
        """Show what is defined."""
        _no_more("vars", rest)
        rows = []
        for program in self.session.programs():
            kind, value = "function", None
            if not program.is_function:
                kind, value = _kind_and_value(program)
            rows.append((kind, program.statements[-1].text, value))
        self._show_definitions(rows)

    def _show_definitions(self, rows: Sequence[tuple[str, str, Any]]) -> None:
        """Show definitions: the kind, text and value of each."""
        if self.as_json:
            consoles.show_json(
                [
                    {"kind": kind, "definition": text, "value": value}
                    for kind, text, value in rows
                ]
            )
        elif rows:
            consoles.show(definitions_page(rows, width=consoles.width()))
        else:
            consoles.show_text("Nothing is defined.")

    def clear(self, rest: str) -> None:
        """Forget all definitions, or those of the names."""
        names = rest.replace(",", " ").split()
        self.session = self.session.without(names) if names else Session()

    def save(self, rest: str) -> None:
        """Write the session into a file."""
        path = _file("save", rest)
        replace_file(path, self.session.text().encode())
        count = counted(len(self.session.definitions), "definition")
        consoles.show_text(f"{path} has {count} now.")

    def load(self, rest: str) -> None:
        """Read the statements of a program, and answer its formula."""
        path = _file("load", rest)
        text = read_text(path)
        try:
            session = self.session.read(text)
        except GradcalcError as error:
            raise numbered(error, text, file=called(path)) from None
        _, program = session.asked()
        if program is not None and session.last is not self.session.last:
            self._show(program)
        self.session = session

    def help(self, rest: str) -> None:
        """Show what can be typed, or the help of a command or function."""
        name = rest.removeprefix(":")
        name = _SHORT.get(name, name)
        if name in OWN:
            own = OWN[name]
            consoles.show_text(f":{name} {own.takes}".rstrip(), "", f"  {own.summary}")
        elif name in SUMMARIES:
            self._command_of_the_program(name, "--help")
        elif name in known_functions():
            self._command_of_the_program("functions", name)
        elif name:
            near = near_miss(name, [*SUMMARIES, *known_functions()])
            raise UsageError(
                f"there is no help for {quoted(name)}",
                hint=f"did you mean :help {near}?" if near else ":help lists all",
            )
        else:
            consoles.show_text(*_help_lines())

    def leave(self, rest: str) -> None:
        """End the session."""
        _no_more("quit", rest)
        raise LeaveSession


@dataclass(frozen=True)
class OwnCommand:
    """A command of sessions alone."""

    run: Callable[[Conversation, str], None]
    takes: str
    summary: str


OWN = {
    "vars": OwnCommand(Conversation.variables, "", "What is defined, with its values."),
    "clear": OwnCommand(
        Conversation.clear, "[NAMES]", "Forget these definitions, or all."
    ),
    "save": OwnCommand(
        Conversation.save, "FILE", "Write the session as a program, for eval --file."
    ),
    "load": OwnCommand(Conversation.load, "FILE", "Read a program's statements."),
    "help": OwnCommand(
        Conversation.help, "[NAME]", "This, or the help of a command or function."
    ),
    "quit": OwnCommand(Conversation.leave, "", "End the session; so does Ctrl-D."),
}
_SHORT = {"q": "quit", "exit": "quit", "h": "help", "?": "help", "variables": "vars"}

# The commands that would fill in values where formulas are wanted.
_WITH_NAMES = {"diff"}
# Those that are asked about a function, which may be the session's.
_ABOUT_FUNCTIONS = {"functions", "help"}


# What each command after a colon does: the program's own, and those of sessions.
SUMMARIES = {
    **{name: summary for name, summary in COMMANDS.items() if name != "repl"},
    **{name: own.summary for name, own in OWN.items()},
}


def evaluated(program: SessionProgram) -> Evaluation:
    """The evaluation of a statement. Raises GradcalcError, about what was typed."""
    bound = program.bound
    try:
        return evaluate_bound(bound, most=most_columns(bound.output))
    except GradcalcError as error:
        raise program.explained(error) from None


def _kind_and_value(program: SessionProgram) -> tuple[str, Any]:
    """What the label in the program is, and its value; None for one without."""
    try:
        evaluation = evaluated(program)
    except GradcalcError:
        return "label", None
    assert program.key is not None
    is_variable = program.key[0] in evaluation.variables
    return "variable" if is_variable else "label", evaluation.value


def _split(text: str) -> list[str]:
    """The words of the text, as a shell has them; a prime is no quotation mark."""
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def _unquoted(formula: str) -> str:
    """The formula without the quotation marks that a shell needs around it."""
    formula = formula.strip()
    for mark in "\"'":
        if len(formula) > 1 and formula[0] == mark == formula[-1]:
            return formula[1:-1]
    return formula


def _file(name: str, rest: str) -> str:
    """The file that a command is given. Raises UsageError without one."""
    path = _unquoted(rest)
    if not path:
        raise UsageError(f":{name} needs a file", hint=f"write :{name} session.grad")
    return path


def _no_more(name: str, rest: str) -> None:
    if rest:
        raise UsageError(f":{name} stands alone, without {quoted(rest)}")


def _as_here(
    problem: GradcalcError | click.ClickException, program: SessionProgram | None
) -> GradcalcError:
    """The error of a command of the program, with hints that say what to type here."""
    error = problem if isinstance(problem, GradcalcError) else from_click(problem)
    if program is not None:
        error = program.explained(error)
    if error.page_hint:
        hint = _HELP_IN_SHELL.sub(r":help \1", error.page_hint)
        return error.but(hint=_IN_SHELL.sub(":", hint))
    return error


def _help_lines() -> list[str]:
    """What can be typed, a line for each command."""
    width = max(map(len, SUMMARIES)) + 1
    return [
        "x^2*w                 the value of a formula, and its gradient",
        "x = 3                 a variable with a value, also for what is typed before",
        "n = x*w + b           a label; x, w and b may get their values later",
        "f(t) = t^2 + 1        a function",
        "",
        "A formula goes on in the next line inside brackets, or behind \\.",
        "Commands, for the last formula or one behind them, with the shell's options:",
        "",
        *(f"  {':' + name:{width}}  {summary}" for name, summary in SUMMARIES.items()),
    ]


def numbered(
    error: GradcalcError, text: str, number: int = 1, file: str = ""
) -> GradcalcError:
    """The error with the number of the line that it is about, and that line alone.

    `number` is that of the first line of the text, of the file if it is one's.
    """
    source, span = error.source, error.span
    if source is not None and span is not None and "\n" in source:
        first = source.rfind("\n", 0, span[0]) + 1
        number += source.count("\n", 0, first) if source == text else 0
        source = source[first:].partition("\n")[0]
        span = span[0] - first, min(span[1] - first, len(source))
    where = f"{file}, line {number}" if file else f"line {number}"
    return error.but(message=f"{where}: {error.message}", source=source, span=span)
