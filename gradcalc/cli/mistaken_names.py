"""Mistakes with names: what was probably meant, and which command has the option."""

import re
from collections.abc import Iterable, Mapping

import click

from gradcalc.errors import BindingError, GradcalcError, UsageError
from gradcalc.wording import listing, near_miss, plural

_MOST_LISTED = 4


def nearest_option(name: str, options: Iterable[str]) -> str | None:
    """The option, with its dashes, that the name was probably meant to be, or None."""
    # A single letter is close to much and means nothing of it.
    if len(name) < 2:
        return None
    near = near_miss(name, [option.removeprefix("--") for option in options])
    return f"--{near}" if near else None


def misplaced_options(
    context: click.Context, names: Iterable[str], formula: str
) -> UsageError | None:
    """The error for names that are options of other commands, or None.

    A name that is a word of the formula is meant as its variable.
    """
    own = context.command.name or ""
    homes = {
        name: commands
        for name in dict.fromkeys(names)
        if not re.search(rf"\b{name}\b", formula)
        and (commands := _commands_with("--" + name, context))
        and own not in commands
    }
    if not homes:
        return None
    return UsageError(
        f"{own} has no {plural(homes, 'option', 'options')}"
        f" {listing('--' + name for name in homes)}",
        hint="; ".join(
            f"--{name} is an option of {_listed(commands)}"
            for name, commands in homes.items()
        ),
    )


def _listed(commands: list[str]) -> str:
    more = len(commands) > _MOST_LISTED
    return listing([*commands[:_MOST_LISTED], "others"] if more else commands)


def _commands_with(option: str, context: click.Context) -> list[str]:
    """The names of the program's commands that have the option. Imports them all."""
    program = context.find_root()
    group = program.command
    if not isinstance(group, click.Group):
        return []
    return [
        name
        for name in group.list_commands(program)
        if (command := group.get_command(program, name)) is not None
        and any(option in (*p.opts, *p.secondary_opts) for p in command.params)
    ]


def explain_names(
    error: BindingError,
    context: click.Context,
    formula: str,
    options: Mapping[str, str],
) -> GradcalcError:
    """The complaint about names, with hints about the command's options.

    `options` holds every option of the command and the text that it was given, or "".
    """
    unused = [name for name in error.unused if not near_miss(name, error.names)]
    if misplaced := misplaced_options(context, unused, formula):
        return misplaced
    hints = [
        f"--{name} is an option, so use --set {name}={options['--' + name] or '...'}"
        for name in error.missing
        if "--" + name in options
    ]
    near = (nearest_option(name, options) for name in unused)
    hints += [f"did you mean the option {option}?" for option in near if option]
    if not hints:
        return error
    rest = [name for name in error.missing if "--" + name not in options]
    if rest:
        hints.append("add " + " ".join(f"--{name}=..." for name in rest[:4]))
    return error.but(hint="; ".join(hints))
