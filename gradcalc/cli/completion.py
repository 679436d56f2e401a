"""Completion in bash, zsh and fish: what may stand where the cursor is.

Click reads the words that a shell has and prints the answers for its script. It does
not know how the words of a command are sorted here, nor the variables of a formula, nor
that bash takes `--data=rows.csv` for three words. What follows an option and `=` is
completed as if it were a word of its own; the scripts put `--data=` before it again.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import click
from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    ShellComplete,
    ZshComplete,
    add_completion_class,
    shell_complete,
    split_arg_string,
)

from gradcalc.cli import options
from gradcalc.cli.arguments import Split, split_arguments
from gradcalc.cli.commands import VariablesCommand
from gradcalc.cli.data_options import opened_rows
from gradcalc.cli.files import STANDARD_INPUT, read_model, read_text
from gradcalc.data.rows import Reading
from gradcalc.errors import GradcalcError
from gradcalc.language.identifiers import NAME
from gradcalc.language.names import ParsedProgram, read_program
from gradcalc.learning.objective import LOSSES

Item = CompletionItem[str]

_FILE = "file"
_GIVEN = re.compile(rf"(--{NAME}(?:-\w+)*)=(.*)", re.DOTALL)


def answer(program: click.Group, variable: str, instruction: str) -> int:
    """Print what a shell asks for, such as `zsh_source` or `zsh_complete`.

    It asks by the environment variable of this name. Returns the exit status, 1 if
    there is no such shell.
    """
    return shell_complete(program, {}, "gradcalc", variable, instruction)


@dataclass
class Typed:
    """The words of a command that stand before the cursor, sorted."""

    command: VariablesCommand
    split: Split

    @cached_property
    def program(self) -> ParsedProgram | None:
        """The formula, typed or in a file; None where there is none to be read."""
        given = self.split.given
        word = next(iter(self.split.positionals), None)
        model = given.get("--model")
        if self.command.expected == "model":
            word, model = None, word
        try:
            if path := _file(model):
                return read_program(read_model(path).text)
            if path := _file(given.get("--file")):
                return read_program(read_text(path))
            return read_program(word) if word not in (None, STANDARD_INPUT) else None
        except GradcalcError:
            return None

    @cached_property
    def columns(self) -> list[str]:
        """The columns of the data; none where it cannot be read."""
        given = self.split.given
        path = given.get("--data")
        if path in (None, "", STANDARD_INPUT):
            return []
        reading = Reading(given.get("--format"), given.get("--delimiter"))
        try:
            with opened_rows(path, reading) as rows:
                return list(rows.columns)
        except (GradcalcError, OSError):
            return []

    @property
    def variables(self) -> list[str]:
        """The variables of the formula that no column of the data gives."""
        columns = {*self.columns}
        found = self.program.variables() if self.program else ()
        return [name for name in found if name not in columns]

    @property
    def labels(self) -> list[str]:
        statements = self.program.statements if self.program else ()
        return [each.label for each in statements if each.label]

    @property
    def unset(self) -> list[str]:
        """The variables that have no value so far."""
        known = {name for name, _ in self.split.bindings}
        return [name for name in self.variables if name not in known]


def _file(path: str | None) -> str | None:
    """The path, if it is that of a file: others could keep the shell waiting."""
    return path if path and os.path.isfile(path) else None


def _endings(names: Iterable[str]) -> list[str]:
    return [f"{name}=" for name in names]


def _robust_losses() -> Iterable[str]:
    # Imported here: fits load more than the other commands.
    from gradcalc.fitting.robust import ROBUST

    return ROBUST


# By what the help calls the value of an option: the words that it may be.
VALUES: Mapping[str, Callable[[Typed], Iterable[str]]] = {
    "COLUMN": lambda typed: typed.columns,
    "LOSS": lambda _: LOSSES,
    "[=LOSS]": lambda _: _robust_losses(),
    "NAME": lambda typed: typed.labels,
    "NAME=LOW:HIGH": lambda typed: _endings(typed.variables),
    "NAME=SHAPE": lambda typed: _endings(typed.unset),
    "NAME=VALUE": lambda typed: _endings(typed.unset),
    "NAMES": lambda typed: [*typed.variables, *typed.labels],
    "OLD=NEW": lambda typed: _endings(typed.columns),
}


def completions(
    command: VariablesCommand, words: list[str], incomplete: str
) -> list[Item]:
    """What the word behind these words of a command may be, if it begins so."""
    if "--" in words:
        return []
    context = click.Context(command, resilient_parsing=True)
    takes = command.declared_options(context)
    asked = None
    if given := _GIVEN.fullmatch(incomplete):
        asked, incomplete = given.groups()
    elif words and _takes_a_word(words[-1], takes):
        *words, asked = words
    typed = Typed(command, split_arguments(words, takes, command.expected))
    parameters = {
        name: parameter
        for parameter in command.get_params(context)
        if isinstance(parameter, click.Option) and not parameter.hidden
        for name in (*parameter.opts, *parameter.secondary_opts)
    }
    if asked is not None:
        # The value of a variable is for the user to say.
        parameter = parameters.get(asked)
        return _values(parameter, typed, incomplete) if parameter else []
    if incomplete.startswith("-"):
        return [
            item
            for item in _names(parameters, typed)
            if item.value.startswith(incomplete)
        ]
    if command.expected == "model" and not typed.split.positionals:
        return [Item(incomplete, type=_FILE)]
    return []


def _takes_a_word(word: str, takes: Mapping[str, str]) -> bool:
    """Whether the next word is the value of this one, an option or a variable."""
    is_variable = word.startswith("--") and word[2:].isidentifier()
    kind = takes.get(word, "value" if is_variable else "flag")
    return kind not in ("flag", "optional")


def _names(parameters: Mapping[str, click.Option], typed: Typed) -> Iterator[Item]:
    """The variables without a value, and the options that may still be given."""
    for name in typed.unset:
        if f"--{name}" not in parameters:
            yield Item(f"--{name}=", help="a variable of the formula")
    for name, parameter in parameters.items():
        if parameter.multiple or name not in typed.split.given:
            yield Item(name, help=parameter.help)


def _values(parameter: click.Option, typed: Typed, incomplete: str) -> list[Item]:
    """What the value of an option may be."""
    kind = parameter.metavar or ""
    if kind == "FILE":
        return [Item(incomplete, type=_FILE)]
    words: Iterable[str] = VALUES[kind](typed) if kind in VALUES else ()
    if isinstance(parameter.type, click.Choice):
        words = parameter.type.choices
    elif "|" in kind:
        words = kind.split("|")
    before = ""
    if isinstance(parameter, options.NamesOption):
        before = incomplete[: incomplete.rfind(",") + 1]
        words = [word for word in words if word not in before.split(",")]
    whole = (before + word for word in words)
    return [Item(word) for word in whole if word.startswith(incomplete)]


class _Completion(ShellComplete):
    """What the shells have in common."""

    def get_completions(self, args: list[str], incomplete: str) -> list[Item]:
        if args and isinstance(self.cli, click.Group):
            context = click.Context(self.cli, resilient_parsing=True)
            command = self.cli.get_command(context, args[0])
            if command is None:
                return []
            if isinstance(command, VariablesCommand):
                return completions(command, args[1:], incomplete)
        return super().get_completions(args, incomplete)


@add_completion_class
class Bash(_Completion, BashComplete):
    """Bash, which takes `--data=rows.csv` for three words and completes the third."""

    source_template = """\
%(complete_func)s() {
    local type value
    COMPREPLY=()
    while IFS=, read -r type value; do
        if [[ $type == file ]]; then
            compopt -o default
        else
            [[ $value == *= ]] && compopt -o nospace
            [[ $value == *[!-[:alnum:]_.,=]* ]] && printf -v value %%q "$value"
            COMPREPLY+=("$value")
        fi
    done < <(COMP_LINE="${COMP_LINE:0:COMP_POINT}" %(complete_var)s=bash_complete "$1")
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""

    def get_completion_args(self) -> tuple[list[str], str]:
        line = os.environ.get("COMP_LINE")
        if line is None:
            words, incomplete = super().get_completion_args()
            *words, incomplete = _joined([*words, incomplete])
            return words, incomplete
        # As it was typed: bash takes more than = for the end of a word.
        words = split_arg_string(line)
        if line[-1:].isspace():
            words.append("")
        return words[1:-1], words[-1]


def _joined(words: Iterable[str]) -> list[str]:
    """The words, with those that bash makes of `--data=rows.csv` in one again."""
    joined = [""]
    for word in words:
        option = joined[-1] if joined[-1].startswith("--") else ""
        if option.endswith("=") or (option and word == "="):
            joined[-1] += word
        else:
            joined.append(word)
    return joined[1:]


@add_completion_class
class Zsh(_Completion, ZshComplete):
    """Zsh, which is told to leave `--data=` as it stands."""

    source_template = """\
#compdef %(prog_name)s

%(complete_func)s() {
    local type value help suffix
    local -a endings
    [[ $PREFIX == --*=* ]] && compset -P 1 '*='
    while IFS= read -r type && IFS= read -r value && IFS= read -r help; do
        if [[ $type == file ]]; then
            _files
        else
            suffix=' '
            [[ $value == *= ]] && suffix=''
            [[ $help == _ ]] && help=''
            endings=("${value//\\\\:/:}${help:+  -- $help}")
            compadd -S "$suffix" -V gradcalc -l -d endings -- "${value//\\\\:/:}"
        fi
    done < <(COMP_WORDS="${words[1,CURRENT]}" COMP_CWORD=$((CURRENT-1)) \
        %(complete_var)s=zsh_complete "${words[1]}")
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    %(complete_func)s "$@"
else
    compdef %(complete_func)s %(prog_name)s
fi
"""


@add_completion_class
class Fish(_Completion, FishComplete):
    """Fish, which completes whole words and shows what stands behind a tab."""

    source_template = """\
function %(complete_func)s
    set -l before (string match --regex -- '^--[^=]*=' (commandline -ct))
    for completion in (env %(complete_var)s=fish_complete COMP_WORDS=(commandline -cp) \
COMP_CWORD=(commandline -ct) %(prog_name)s)
        set -l parts (string split --max 1 -- , $completion)
        if test $parts[1] = file
            for path in (__fish_complete_path $parts[2])
                echo "$before$path"
            end
        else
            echo "$before$parts[2]"
        end
    end
end

complete --no-files --command %(prog_name)s --arguments "(%(complete_func)s)"
"""
