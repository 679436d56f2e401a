"""The prompt on a terminal: colours, completion, history, the value while one types."""

import os
import re
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

import click
from prompt_toolkit import PromptSession
from prompt_toolkit.completion import (
    CompleteEvent,
    Completer,
    Completion,
    PathCompleter,
)
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.lexers import Lexer
from prompt_toolkit.output import ColorDepth, Output
from prompt_toolkit.styles import Style

from gradcalc.cli.commands import VariablesCommand
from gradcalc.cli.main import program as program_of_commands
from gradcalc.cli.session_commands import SUMMARIES, Conversation, evaluated
from gradcalc.errors import GradcalcError
from gradcalc.language.continuation import goes_on
from gradcalc.language.identifiers import NAME
from gradcalc.language.library import known_functions
from gradcalc.operations import CONSTANT_NAMES
from gradcalc.reports.session_page import value_line

# So long, in seconds, a value may keep one who types waiting.
_PATIENCE = 0.05
_LONGEST_VALUE = 60

_WORD = re.compile(rf"{NAME}$")
_WITH_FILES = re.compile(r"\s*:(?:load|save)\s+(.*)$")
_WITH_OPTIONS = re.compile(
    r":(?P<command>\w+)(?:\s+(?P<formula>.*?))??\s(?P<words>--.*)$", re.DOTALL
)
_WITH_FUNCTIONS = re.compile(r"\s*:(?:functions|help|h)\s+\S*$")
_LEXEME = re.compile(
    rf"(?P<comment>\#.*)|(?P<command>^\s*:\w*)|(?P<name>{NAME})"
    r"|(?P<number>(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?)"
    r"|(?P<operator>[-+*/^@<>=!|]+)|(?P<rest>.)"
)
_STYLE = Style.from_dict(
    {
        "comment": "ansibrightblack italic",
        "command": "ansimagenta bold",
        "function": "ansiblue",
        "known": "ansicyan",
        "constant": "ansiyellow",
        "number": "ansigreen",
        "bottom-toolbar": "noreverse ansibrightblack",
    }
)


class Prompt:
    """Reads statements for a conversation. The input and output are the terminal's."""

    def __init__(
        self,
        conversation: Conversation,
        *,
        colour: bool = True,
        history: str | None = None,
        source: Input | None = None,
        output: Output | None = None,
    ) -> None:
        self._conversation = conversation
        # What is typed when its value was last looked for, and that.
        self._looked = conversation.session, "", ""
        self._session: PromptSession[str] = PromptSession(
            "> ",
            multiline=True,
            prompt_continuation=". ",
            lexer=SessionLexer(conversation),
            completer=SessionCompleter(conversation),
            complete_while_typing=False,
            history=kept_history(history_file() if history is None else history),
            bottom_toolbar=self._toolbar,
            key_bindings=_keys(),
            style=_STYLE,
            color_depth=None if colour else ColorDepth.DEPTH_1_BIT,
            enable_history_search=True,
            input=source,
            output=output,
        )

    def read(self) -> str:
        """The lines typed next. Raises EOFError for Ctrl-D, and for Ctrl-C its own."""
        return self._session.prompt()

    def _toolbar(self) -> str:
        """The value of what is typed so far, if it has one."""
        text = self._session.default_buffer.text
        session = self._conversation.session
        if self._looked[:2] != (session, text):
            self._looked = session, text, value_while_typed(self._conversation, text)
        return self._looked[2]


def value_while_typed(conversation: Conversation, text: str) -> str:
    """The value of the formula as a text; "" if it has none, or none at once."""
    if not text.strip() or text.lstrip().startswith(":"):
        return ""
    try:
        with _limited(_PATIENCE):
            _, programs = conversation.session.enter(text, whole=False)
            if not programs or programs[-1].is_function:
                return ""
            shown = value_line(None, evaluated(programs[-1]).value).text
    except (GradcalcError, TimeoutError, RecursionError, MemoryError):
        return ""
    return "= " + (shown if len(shown) <= _LONGEST_VALUE else shown[:57] + "...")


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Raise TimeoutError where this takes longer, on systems with timers."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def end(_number: int, _frame: FrameType | None) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def history_file() -> str:
    """Where the user's state is kept that nobody else need see."""
    state = os.environ.get("XDG_STATE_HOME", "")
    if not os.path.isabs(state):
        state = os.path.expanduser(os.path.join("~", ".local", "state"))
    return os.path.join(state, "gradcalc", "history")


def kept_history(path: str) -> History:
    """The history in the file, for the user alone; one in memory if it has none."""
    try:
        os.makedirs(os.path.dirname(os.path.dirname(path)), exist_ok=True)
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        os.chmod(path, 0o600)
    except OSError:
        return InMemoryHistory()
    return _QuietHistory(path)


class _QuietHistory(FileHistory):
    """A history that goes on where its file cannot be read or written any more."""

    def load_history_strings(self) -> Iterable[str]:
        try:
            return list(super().load_history_strings())
        except OSError:
            return []

    def store_string(self, string: str) -> None:
        try:
            super().store_string(string)
        except OSError:
            pass


def _keys() -> KeyBindings:
    """Enter ends what is complete, and an empty line what is not."""
    keys = KeyBindings()

    @keys.add("enter")
    def _(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        document = buffer.document
        more = goes_on(document.text) and not (
            document.is_cursor_at_the_end and not document.current_line.strip()
        )
        if more:
            buffer.insert_text("\n")
        else:
            buffer.validate_and_handle()

    return keys


class SessionCompleter(Completer):
    """Functions with their line of meaning, names, commands and files."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._paths = PathCompleter(expanduser=False)

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterator[Completion]:
        before = document.text_before_cursor
        if found := _WITH_FILES.match(before):
            typed = Document(found[1], len(found[1]))
            yield from self._paths.get_completions(typed, complete_event)
            return
        if (line := before.lstrip()).startswith(":") and " " not in line:
            for name, summary in SUMMARIES.items():
                if name.startswith(line[1:]):
                    yield Completion(
                        ":" + name, start_position=-len(line), display_meta=summary
                    )
            return
        if line.startswith(":") and (found := _WITH_OPTIONS.match(line)):
            offered = list(self._options(found, complete_event))
            yield from offered
            if offered:
                return
        word = found[0] if (found := _WORD.search(before)) else ""
        if not word:
            return
        alone = _WITH_FUNCTIONS.match(before) is not None
        for name, meaning in self._names(alone):
            if name.startswith(word):
                yield Completion(name, start_position=-len(word), display_meta=meaning)

    def _options(
        self, found: re.Match[str], complete_event: CompleteEvent
    ) -> Iterator[Completion]:
        """Options of a command of the program, and what their values may be."""
        # Imported here, as it is seldom wanted.
        from gradcalc.cli.completion import completions

        context = click.Context(program_of_commands)
        command = program_of_commands.get_command(context, found["command"])
        if not isinstance(command, VariablesCommand):
            return
        formula = found["formula"] or ""
        with suppress(GradcalcError):
            # With the definitions that it needs, or the last formula.
            _, program = self._conversation.session.asked(formula)
            formula = program.text if program else formula
        *words, incomplete = found["words"].split(" ")
        # A value alone is completed behind "=".
        typed = incomplete.rpartition("=")[2]
        for item in completions(command, [formula, *filter(None, words)], incomplete):
            if item.type == "file":
                path = Document(typed, len(typed))
                yield from self._paths.get_completions(path, complete_event)
            else:
                yield Completion(
                    item.value, start_position=-len(typed), display_meta=item.help
                )

    def _names(self, alone: bool) -> Iterator[tuple[str, str]]:
        """Each name with its meaning; with `alone` those of functions."""
        # Imported here: the catalogue reads the library.
        from gradcalc.analysis.catalogue import catalogue

        if not alone:
            for (
                name,
                is_function,
            ), statement in self._conversation.session.definitions.items():
                yield name + "(" * is_function, statement.text
        for name, entry in catalogue().items():
            if name.isidentifier():
                yield name if alone else name + "(", entry.meaning


class SessionLexer(Lexer):
    """Colours for what the language knows."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        session = self._conversation.session
        kinds: dict[str, str] = {
            **dict.fromkeys(CONSTANT_NAMES, "constant"),
            **dict.fromkeys((*known_functions(), *session.functions), "function"),
            **dict.fromkeys(session.labels, "known"),
        }

        def styled(number: int) -> StyleAndTextTuples:
            return [
                (f"class:{kinds.get(found[0], found.lastgroup)}", found[0])
                for found in _LEXEME.finditer(document.lines[number])
            ]

        return styled
