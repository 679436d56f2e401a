"""The variables' values: from the command line, from a JSON file, and merged."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from gradcalc.cli.arguments import nearest_option
from gradcalc.cli.files import read_text
from gradcalc.errors import BindingError, DataError, GradcalcError
from gradcalc.strict_json import read_json
from gradcalc.wording import listing, near_miss, quoted


def constant(text: str) -> Any:
    """The value of a constant formula: a number, a list or a matrix."""
    # Imported here: a command without variables needs no parser for values.
    from gradcalc.language.constants import constant_value

    return constant_value(text)


def split_setting(text: str) -> tuple[str, str]:
    """The name and the value's text of `NAME=VALUE`, what `--set` takes."""
    name, equals, value = text.partition("=")
    name = name.strip()
    if not equals or not name.isidentifier():
        raise BindingError(
            f"--set takes NAME=VALUE, not {quoted(text)}", hint="write --set x=2"
        )
    return name, value


def read_bindings(
    bindings: Sequence[tuple[str, str]],
    value: Callable[[str], Any],
    options: Sequence[str],
) -> dict[str, Any]:
    """The value of each binding by its name, read by `value`."""
    names = [name for name, _ in bindings]
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        verb = "is" if len(twice) == 1 else "are"
        raise BindingError(f"{listing(twice)} {verb} given more than once")
    empty = [name for name, text in bindings if not text.strip()]
    if empty:
        verb = "has" if len(empty) == 1 else "have"
        raise BindingError(
            f"{listing(empty)} {verb} no value",
            hint="write " + " ".join(f"--{name}=..." for name in empty),
        )
    values = {}
    for name, text in bindings:
        try:
            values[name] = value(text)
        except GradcalcError as error:
            near = nearest_option(name, options)
            option = f"or did you mean the option {near}?" if near else None
            raise BindingError(
                f"the value of {name}: {error.message}",
                source=text if error.source is None else error.source,
                span=error.span,
                hint="; ".join(filter(None, (error.hint, option))) or None,
            ) from None
    return values


def read_variables(path: str) -> dict[str, Any]:
    """The variables in a file that holds a JSON object of numbers and lists."""
    where = "standard input" if path == "-" else path

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
        if twice:
            verb = "is" if len(twice) == 1 else "are"
            raise DataError(f"{where}: {listing(twice)} {verb} given more than once")
        return dict(pairs)

    content = read_json(read_text(path), where, pairs=unique, whole=float)
    if not isinstance(content, dict):
        raise DataError(
            f"{where} holds {_described(content)}, not an object",
            hint='variables are given as {"x": 2, "v": [1, 2, 3]}',
        )
    return {name: _checked(name, entry, where) for name, entry in content.items()}


def _checked(name: str, value: Any, where: str) -> Any:
    from gradcalc.language.bindings import checked_value
    from gradcalc.shapes import flatten

    if not name.isidentifier():
        raise DataError(f"{where}: {quoted(name)} is not a name of a variable")
    for entry in flatten(value):
        if not isinstance(entry, float):
            verb = "is" if entry is value else "holds"
            raise DataError(
                f"{where}: {name} {verb} {_described(entry)}",
                hint="a value is a number, a list of numbers or a list of rows",
            )
    try:
        return checked_value(name, value)
    except GradcalcError as error:
        raise DataError(f"{where}: {error.message}", hint=error.hint) from None


def _described(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, str):
        return f"the text {quoted(value)}"
    if isinstance(value, list):
        return "a list"
    return "an object" if isinstance(value, dict) else "a number"


def explain_names(
    error: GradcalcError,
    command: str,
    formula: str,
    given: Mapping[str, str],
    known: Collection[str],
    options: Mapping[str, str | None],
) -> GradcalcError:
    """The engine's complaint about names, with hints about the command's options.

    `given` holds the bindings of the command line (name to text), `known` the names of
    all values, `options` every option of the command and the text that it was given.
    """
    from gradcalc.cli.mistakes import misplaced_options
    from gradcalc.language.parser import parse
    from gradcalc.language.program import free_names

    names = list(free_names(parse(formula), known))
    missing = [name for name in names if name not in known]
    unused = [
        name for name in given if name not in names and not near_miss(name, names)
    ]
    if misplaced := misplaced_options(command, unused, formula):
        return misplaced
    hints = []
    for name in missing:
        if "--" + name in options:
            text = options["--" + name] or "..."
            hints.append(f"--{name} is an option, so use --set {name}={text}")
    for name in unused:
        near = nearest_option(name, options)
        if near:
            hints.append(f"did you mean the option {near}?")
    if not hints:
        return error
    rest = [name for name in missing if "--" + name not in options]
    if rest:
        hints.append("add " + " ".join(f"--{name}=..." for name in rest[:4]))
    return BindingError(
        error.message, source=error.source, span=error.span, hint="; ".join(hints)
    )
