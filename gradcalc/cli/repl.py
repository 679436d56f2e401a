"""`gradcalc repl`: a prompt, or the session that standard input holds."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib.util import find_spec
from typing import Any

import click

import gradcalc
from gradcalc.cli import consoles, options
from gradcalc.cli.files import called, standard_input, standard_input_is_free
from gradcalc.cli.main import as_error, report
from gradcalc.cli.session_commands import Conversation, LeaveSession, numbered
from gradcalc.errors import DataError
from gradcalc.language.continuation import goes_on, statements_of

EPILOG = """\b
Examples:
  gradcalc repl
  gradcalc repl session.grad
  gradcalc repl < session.grad
  printf 'w = 2\\nx = 3\\nx^2*w\\n:diff\\n' | gradcalc repl

\b
Status, of a session that is no terminal's: the highest of its lines, 0, 1 or 2.
"""


def _files(_context: Any, _parameter: Any, incomplete: str) -> list[Any]:
    """What tells the shell to complete a file."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]


@click.command(
    "repl",
    help="Type formulas line by line: their values and gradients, with names that stay."
    "\n\nx = 3 gives a variable its value, n = x*w labels a formula, f(t) = t^2"
    " defines a function; :help lists the commands of a session. FILE is a program, as"
    " :save writes it, to begin with. Off a terminal the lines are those of standard"
    " input, without a prompt.",
    epilog=EPILOG,
)
@click.argument("file", required=False, shell_complete=_files)
@options.as_json
def command(file: str | None, *, as_json: bool) -> int:
    conversation = Conversation(as_json)
    if file is not None:
        conversation.load(file)
    if standard_input_is_free():
        return _answer_lines(conversation)
    standard_input()
    _converse(conversation)
    return 0


def _answer_lines(conversation: Conversation) -> int:
    """Answer what standard input holds; the highest status of its lines."""
    highest = 0
    for number, text, _ in statements_of(_lines()):
        try:
            status = _answer(conversation, text, number)
        except LeaveSession:
            break
        highest = max(highest, status)
    return highest


def _lines() -> Iterator[str]:
    """The lines of standard input, as they arrive."""
    for number, line in enumerate(standard_input(), start=1):
        try:
            text = line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise DataError(
                f"{called('-')} is not UTF-8 text: line {number} holds the byte"
                f" 0x{line[error.start]:02x}"
            ) from None
        yield text.rstrip("\r\n")


def _answer(conversation: Conversation, text: str, number: int | None = None) -> int:
    """Answer what is typed, or report what is wrong with it; the status.

    `number` is that of its first line, where nobody sees what is typed.
    """
    try:
        return conversation.answer(text)
    except OSError:
        # Nothing can be written any more.
        raise
    except LeaveSession:
        raise
    except Exception as error:
        problem = as_error(error)
    finally:
        # Answers and errors are in order where both go to one place.
        sys.stdout.flush()
    if number is not None:
        problem = numbered(problem, text, number)
    report(problem, as_json=conversation.as_json)
    return problem.exit_code


def _converse(conversation: Conversation) -> None:
    """Read at a terminal and answer, until Ctrl-D."""
    read = _reader(conversation)
    consoles.show_text(
        f"gradcalc {gradcalc.__version__}: type a formula, or :help. Ctrl-D ends."
    )
    while True:
        try:
            lines = read().split("\n")
        except EOFError:
            return
        except KeyboardInterrupt:
            # The line is left, and nothing else.
            continue
        try:
            # What is pasted may be more than one.
            for _, text, _ in statements_of(lines):
                _answer(conversation, text)
        except LeaveSession:
            return
        except KeyboardInterrupt:
            consoles.show_text("")
            consoles.say("error", "interrupted")


def _reader(conversation: Conversation) -> Callable[[], str]:
    """What reads the next statement at the terminal; raises EOFError at the end."""
    plain = os.environ.get("TERM") == "dumb" or not sys.stdout.isatty()
    if plain or find_spec("prompt_toolkit") is None:
        with suppress(ImportError):
            import readline  # noqa: F401 - lets lines be edited
        return _read_plainly
    from gradcalc.cli.prompt import Prompt

    return Prompt(conversation, colour=consoles.takes_colour(sys.stdout)).read


def _read_plainly() -> str:
    """The lines typed next. An empty one ends a statement that would go on."""
    text = _line("> ")
    while goes_on(text):
        more = _line(". ")
        text += "\n" + more
        if not more.strip():
            break
    return text


def _line(before: str) -> str:
    if sys.stdout.isatty():
        try:
            return input(before)
        except (EOFError, KeyboardInterrupt):
            # What is printed next begins below.
            consoles.show_text("")
            raise
    # The answers go elsewhere.
    sys.stderr.write(before)
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.rstrip("\n")
