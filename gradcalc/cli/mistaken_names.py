"""Mistakes with names and options: what was probably meant, and where it belongs."""

import re
from collections.abc import Collection, Iterable, Mapping
from itertools import islice

import click

from gradcalc.errors import BindingError, GradcalcError, UsageError
from gradcalc.language.names import read_program
from gradcalc.wording import MOST_NAMES, listing, near_miss, plural

_MOST_LISTED = 4

# What other programs call an option.
_OTHERWISE_CALLED = {
    "rate": ("lr", "learning-rate", "h", "eta", "alpha", "step-size", "stepsize"),
    "steps": ("iterations", "iters", "iter", "max-iter", "maxiter", "max-steps"),
    "epochs": ("iterations", "iters", "max-epochs", "n-epochs"),
    "until": ("tol", "tolerance", "eps", "epsilon", "atol"),
    "batch": ("batch-size", "batchsize", "bs"),
    "l2": ("weight-decay", "wd", "decay", "ridge"),
    "momentum": ("beta", "mu"),
    "optimizer": ("optim", "opt", "optimiser", "method", "algorithm", "solver"),
    "seed": ("random-state", "random-seed"),
    "precision": ("digits", "prec", "decimals"),
    "wrt": ("with-respect-to", "differentiate"),
    "out": ("o", "save", "outfile", "picture"),
    "save": ("out", "o", "model-file"),
    "target": ("label", "labels", "response", "y-column"),
    "vars": ("variables", "values", "params", "parameters"),
    "data": ("csv", "rows", "dataset", "input"),
    "json": ("as-json",),
}


def from_click(error: click.ClickException) -> GradcalcError:
    """Click's error as an error of gradcalc's."""
    message = error.message
    hint = None
    context = getattr(error, "ctx", None)
    if isinstance(error, click.BadParameter) and error.param is not None:
        message = f"{error.param.opts[0]}: {message}"
    elif isinstance(error, click.NoSuchOption):
        message = f"there is no option {error.option_name}"
        if error.possibilities:
            hint = f"did you mean {error.possibilities[0]}?"
    if hint is None and context is not None:
        hint = f"see {context.command_path} --help"
    message = message[:1].lower() + message[1:].rstrip(".")
    return UsageError(message, hint=hint)


def nearest_option(name: str, options: Iterable[str]) -> str | None:
    """The option, with its dashes, that the name was probably meant to be, or None."""
    known = set(options)
    plain = name.casefold().replace("_", "-")
    for option, others in _OTHERWISE_CALLED.items():
        if plain in others and f"--{option}" in known:
            return f"--{option}"
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
        for name in dict.fromkeys(islice(names, MOST_NAMES))
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


def setting(name: str, declared: Collection[str], value: str = "") -> str:
    """How the command takes a value for the name: `--x=2`, or `--set json=2`."""
    from shlex import quote

    option = f"--set {name}" if "--" + name in declared else f"--{name}"
    return f"{option}={quote(value) if value else '...'}"


def refuse_options(
    formula: str, names: Iterable[str], given: Mapping[str, str]
) -> None:
    """Raise BindingError for a variable without a value whose name is a given option.

    Such a variable was probably meant to have it. `given` has the text of each option.
    """
    clashing = [name for name in names if "--" + name in given]
    if clashing:
        name = clashing[0]
        raise BindingError(
            f"{name} is a variable of the formula, and --{name} is an option",
            source=formula,
            span=read_program(formula).free.get(name),
            hint=_for_the_variable(name, given),
        )


def _for_the_variable(name: str, given: Mapping[str, str]) -> str:
    spelled = setting(name, given, given["--" + name])
    return f"for the variable of that name use {spelled}"


def explain_options(
    error: GradcalcError,
    formula: str,
    options: Mapping[str, str],
    known: Collection[str],
) -> GradcalcError:
    """The error about an option, with a hint if its name is a variable's as well.

    `options` holds every option of the command and the text that it was given, or "";
    `known` the names of variables with a value.
    """
    try:
        names = read_program(formula).free
    except GradcalcError:
        return error
    hints = [error.page_hint] if error.page_hint else []
    for name in names:
        option = "--" + name
        text = options.get(option, "")
        about = option in error.message or (text and text in error.message)
        told = f"--set {name}=" in (error.page_hint or "")
        if option in options and name not in known and about and not told:
            hints.append(_for_the_variable(name, options))
    return error.but(hint="; ".join(hints) or None)


def explain_names(
    error: BindingError,
    context: click.Context,
    formula: str,
    options: Mapping[str, str],
) -> GradcalcError:
    """The complaint about names, with hints about the command's options.

    `options` holds every option of the command and the text that it was given, or "".
    """
    first = error.unused[:MOST_NAMES]
    unused = [name for name in first if not near_miss(name, error.names)]
    if misplaced := misplaced_options(context, unused, formula):
        return misplaced
    hints = [
        f"--{name} is an option, so use {setting(name, options, options['--' + name])}"
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
