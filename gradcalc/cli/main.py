"""The program: finds the command, runs it, and turns whatever goes wrong into a page.

Commands are imported when they are called. Their names and summaries stand in one table
here, so that `--help` and completion import none of them.
"""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING

import click

import gradcalc
from gradcalc.cli.consoles import columns_of, say
from gradcalc.cli.mistaken_names import from_click
from gradcalc.cli.options import help_option, page_option
from gradcalc.errors import FileError, GradcalcError, UsageError, describe
from gradcalc.wording import near_miss, quoted

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

# Each command is `command` in the module of its name in gradcalc.cli.
COMMANDS = {
    "eval": "The value and the gradient of every node.",
    "explain": "Backpropagation by hand, step by step.",
    "diff": "The gradient as formulas, simplified.",
    "graph": "The computation graph: a tree, DOT, Mermaid or a picture.",
    "plot": "The function and its derivative over a range.",
    "formula": "The formula written out: text, LaTeX, Python, NumPy, C …",
    "train": "Fit a formula's parameters to rows of data.",
    "fit": "Least squares: parameters with their standard errors.",
    "predict": "Use a trained model, on rows of data or on one point.",
    "map": "A formula and its gradient over every row of data.",
    "ascend": "Climb along the gradient, step by step.",
    "descend": "Go down along the gradient, step by step.",
    "solve": "Where a formula is 0, or an equation holds.",
    "uncertainty": "Measured values, and what their errors make of the result.",
    "check": "The gradient compared with differences, or with your own.",
    "functions": "Every operation and library function with its derivative rule.",
    "repl": "A prompt: statements keep their names from line to line.",
}

HELP = """A calculator that differentiates.

Type a formula, get its value and the exact gradient of every node in it.

\b
    gradcalc eval "tanh(x1*w1 + x2*w2 + b)" \\
        --x1=2 --x2=0 --w1=-3 --w2=1 --b=6.8813735870195432
"""

EPILOG = """\b
The language, from loosest to tightest:
    < <= > >= == !=   comparisons: 1 or 0, not chained
    + -               to the left
    * / @             to the left; @ is the matrix product
    - +               sign: -x^2 is -(x^2)
    ^ **              power, to the right: 2^3^2 is 512
    f(a, b)  v[0]     call, index
    numbers, names, ( ), [a, b, c]; statements end at ; or a new line
    n = x*w + b       labels a formula; f(x) = x^2 + 1 defines a function
    f(x) = log(1 + exp(x)) | sigmoid(x)   with its own derivative rule

\b
Variables are options; the value is any constant formula:
    --x=2  --x 2  --x=-3  --theta=pi/4      a number
    --v=1,2,3  --v=[1,2,3]                  a list
    --m="1,2;3,4"  --m=[[1,2],[3,4]]        a matrix
    --set NAME=VALUE                        where the name is also an option
    --vars FILE                             a JSON object of them

\b
Status: 0 done, 1 the answer is no, 2 the request cannot be understood.
Completion for bash (zsh likewise; in fish: ... fish_source gradcalc | source):
    eval "$(_GRADCALC_COMPLETE=bash_source gradcalc)"
"""


# The environment variable by which a shell asks for completion.
_ASKED_BY = "_GRADCALC_COMPLETE"

# The narrowest terminal that Click fits its pages to.
_WIDE = 52

_HELP = help_option("--help", "-h")


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called."""

    def get_help_option(self, ctx: click.Context) -> click.Option:
        return _HELP

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"gradcalc.cli.{cmd_name}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        word = args[0]
        command = self.get_command(ctx, word)
        if command is None and not ctx.resilient_parsing:
            near = near_miss(word, COMMANDS)
            raise UsageError(
                f"there is no command {quoted(word)}",
                hint=f"did you mean gradcalc {near}?"
                if near
                else "gradcalc --help lists the commands"
                if word.isidentifier()
                else 'to evaluate a formula: gradcalc eval "FORMULA"',
            )
        return word, command, args[1:]

    def shell_complete(
        self, ctx: click.Context, incomplete: str
    ) -> "list[CompletionItem[str]]":
        if incomplete.startswith("-"):
            return super(click.Group, self).shell_complete(ctx, incomplete)
        from click.shell_completion import CompletionItem

        return [
            CompletionItem(name, help=summary)
            for name, summary in COMMANDS.items()
            if name.startswith(incomplete)
        ]

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


program = LazyGroup(
    name="gradcalc",
    help=HELP,
    epilog=EPILOG,
    params=[
        page_option(
            ["--version"],
            lambda _: f"gradcalc {gradcalc.__version__}",
            "Show the version and exit.",
        )
    ],
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and return its exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    _prepare_streams()
    try:
        status = _run(words)
        sys.stdout.flush()
        return status
    except (KeyboardInterrupt, click.Abort):
        _silence()
        return 130
    except BrokenPipeError:
        _silence()
        return 0
    except OSError as error:
        _silence()
        problem: GradcalcError = FileError.from_system("write", "the answer", error)
    except Exception as error:
        problem = as_error(error)
    report(problem, as_json="--json" in words)
    return problem.exit_code


def as_error(error: Exception) -> GradcalcError:
    """The error that can be reported for one that Python raised, or the error itself.

    Raises it in Python's development mode, if it is a mistake in gradcalc.
    """
    if isinstance(error, GradcalcError):
        return error
    if isinstance(error, MemoryError):
        return GradcalcError("there is not enough memory for this")
    if isinstance(error, RecursionError):
        return GradcalcError("this is nested too deeply")
    if sys.flags.dev_mode:
        raise error
    return _from_bug(error)


def _run(words: list[str]) -> int:
    """Run the command that the words ask for, and return its exit status."""
    if asked := os.environ.get(_ASKED_BY):
        from gradcalc.cli.completion import answer

        return answer(program, _ASKED_BY, asked)
    if sys.stdout is None:
        raise FileError("cannot write the answer: standard output is closed")
    words = [_decoded(word, number) for number, word in enumerate(words, start=1)]
    columns = columns_of(sys.stdout)
    narrow = columns - 2 if columns and columns < _WIDE else None
    try:
        with program.make_context("gradcalc", words, terminal_width=narrow) as context:
            return program.invoke(context) or 0
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        sys.stderr.write(error.format_message() + "\n")
        return 2
    except click.ClickException as error:
        raise from_click(error) from None


def _decoded(word: str, number: int) -> str:
    """The word as text, also where the locale is ASCII and could not read it."""
    try:
        return word.encode("utf-8", "surrogateescape").decode("utf-8")
    except UnicodeError:
        raise UsageError(f"argument {number} is not UTF-8 text") from None


def _from_bug(error: Exception) -> GradcalcError:
    """A mistake in gradcalc itself as an error that can be reported."""
    from traceback import extract_tb

    *_, place = extract_tb(error.__traceback__)
    return GradcalcError(
        f"this is a mistake in gradcalc: {type(error).__name__}: {error}"
        f" ({os.path.basename(place.filename)}, line {place.lineno})",
        hint="python -X dev -m gradcalc ... shows where it happened",
    )


def report(error: GradcalcError, *, as_json: bool) -> None:
    """Print the error to standard error: as a page, or as JSON."""
    try:
        if as_json:
            from gradcalc.strict_json import write_json

            content = {"error": error.but(hint=error.page_hint).to_dict()}
            sys.stderr.write(write_json(content, ascii_only=True) + "\n")
        else:
            kind, _, rest = describe(error, columns_of(sys.stderr)).partition(": ")
            say(kind, rest)
        sys.stderr.flush()
    except OSError:
        _silence()


def _prepare_streams() -> None:
    """Make both streams replace what they cannot encode, one `?` for one character."""
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115 - used until the end
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _silence() -> None:
    """Let nothing more be written, so that the flush at exit cannot fail as well."""
    failures = (OSError, ValueError, AttributeError)
    null = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except failures:
            with suppress(*failures):
                os.dup2(null, stream.fileno())
