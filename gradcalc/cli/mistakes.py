"""Options of other commands, given to one that does not have them."""

import re
from collections.abc import Iterable

import click

from gradcalc.errors import UsageError
from gradcalc.wording import listing

_MOST_LISTED = 4


def misplaced_options(
    command: str, names: Iterable[str], formula: str
) -> UsageError | None:
    """The error for names that are options of other commands, or None.

    What the formula holds as a word is meant as its variable.
    """
    homes = {
        name: found
        for name in dict.fromkeys(names)
        if not re.search(rf"\b{name}\b", formula)
        and (found := _commands_with("--" + name))
        and command not in found
    }
    if not homes:
        return None
    noun = "option" if len(homes) == 1 else "options"
    return UsageError(
        f"{command} has no {noun} {listing('--' + name for name in homes)}",
        hint="; ".join(
            f"--{name} is an option of {_listed(found)}"
            for name, found in homes.items()
        ),
    )


def _listed(commands: list[str]) -> str:
    more = len(commands) > _MOST_LISTED
    return listing([*commands[:_MOST_LISTED], "others"] if more else commands)


def _commands_with(option: str) -> list[str]:
    """The names of the commands that have the option. Imports them all."""
    # Imported here: only a mistake needs it, and it imports this module's users.
    from gradcalc.cli.main import COMMANDS, program

    context = click.Context(program)
    found = []
    for name in COMMANDS:
        command = program.get_command(context, name)
        options = command.params if command is not None else []
        if any(option in (*each.opts, *each.secondary_opts) for each in options):
            found.append(name)
    return found
