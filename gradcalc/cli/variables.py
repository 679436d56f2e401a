"""The variables' values: from the command line, from a JSON file, and merged."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gradcalc.cli.files import read_text
from gradcalc.cli.hints import listing, nearest, quoted
from gradcalc.errors import BindingError, DataError, GradcalcError


def constant(text: str) -> Any:
    """The value of a constant formula: a number, a list or a matrix."""
    # Imported here: a command without variables needs no parser for values.
    from gradcalc.engine.constants import constant_value

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
            hint="write " + " ".join(f"--{name}=VALUE" for name in empty),
        )
    values = {}
    for name, text in bindings:
        try:
            values[name] = value(text)
        except GradcalcError as error:
            near = nearest("--" + name, options)
            raise BindingError(
                f"the value of {name}: {error.message}",
                source=text if error.source is None else error.source,
                span=error.span,
                hint=f"did you mean the option {near}?" if near else error.hint,
            ) from None
    return values


def read_variables(path: str) -> dict[str, Any]:
    """The variables in a file that holds a JSON object of numbers and lists."""
    import json

    where = "standard input" if path == "-" else path

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in pairs]
        twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
        if twice:
            verb = "is" if len(twice) == 1 else "are"
            raise DataError(f"{where}: {listing(twice)} {verb} given more than once")
        return dict(pairs)

    def reject(constant: str) -> Any:
        raise DataError(f"{where} is not JSON: {constant} is not a number there")

    text = read_text(path)
    try:
        content = json.loads(
            text, object_pairs_hook=unique, parse_constant=reject, parse_int=float
        )
    except json.JSONDecodeError as error:
        raise DataError(
            f"{where} is not JSON: line {error.lineno}, column {error.colno}:"
            f" {error.msg[:1].lower()}{error.msg[1:]}"
        ) from None
    except RecursionError:
        raise DataError(f"{where}: its lists are nested too deeply") from None
    if not isinstance(content, dict):
        raise DataError(
            f"{where} holds {_described(content)}, not an object",
            hint='variables are given as {"x": 2, "v": [1, 2, 3]}',
        )
    for name, entry in content.items():
        _check(name, entry, where)
    return content


def _check(name: str, value: Any, where: str) -> None:
    if not name.isidentifier():
        raise DataError(f"{where}: {quoted(name)} is not a name of a variable")
    rows = value if isinstance(value, list) else [value]
    matrix = any(isinstance(row, list) for row in rows)
    for row in rows:
        for entry in row if isinstance(row, list) else [row]:
            if not isinstance(entry, float):
                raise DataError(
                    f"{where}: {name} is {_described(value)}"
                    if entry is value
                    else f"{where}: {name} holds {_described(entry)}",
                    hint="a value is a number, a list of numbers or a list of rows",
                )
    if rows == [] or [] in rows:
        raise DataError(f"{where}: {name} is an empty list")
    if matrix and len({len(r) if isinstance(r, list) else -1 for r in rows}) > 1:
        raise DataError(f"{where}: the rows of {name} have different lengths")


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
    names: Sequence[str],
    given: Mapping[str, str],
    known: Mapping[str, Any],
    declared: Mapping[str, str],
    error: GradcalcError,
    *,
    needs_all: bool,
) -> GradcalcError:
    """The engine's complaint about names, said in terms of the command line.

    `names` are the formula's, `given` the bindings of the command line (name to text),
    `known` all values, `declared` the command's options.
    """
    unused = [name for name in given if name not in names]
    missing = [name for name in names if name not in known] if needs_all else []
    sentences, hints = [], []
    if missing:
        verb = "has" if len(missing) == 1 else "have"
        sentences.append(f"{listing(missing)} {verb} no value")
    if unused:
        sentences.append(f"the formula has no variable {listing(unused, 'or')}")
    if not sentences:
        return error
    renamed = set()
    for name in unused:
        near = nearest(name, missing) or nearest(name, names)
        option = nearest("--" + name, declared)
        if near in missing or (near and not option):
            hints.append(f"did you mean --{near}={given[name]}?")
            renamed.add(near)
        elif option:
            hints.append(f"did you mean the option {option}?")
    clashing = [name for name in missing if "--" + name in declared]
    for name in clashing:
        hints.append(f"--{name} is an option: use --set {name}=VALUE")
    rest = [name for name in missing if name not in renamed and name not in clashing]
    if rest:
        hints.append("write " + " ".join(f"--{name}=VALUE" for name in rest))
    if unused and not hints:
        hints.append(
            f"its variables are {listing(names)}" if names else "it has no variables"
        )
    return BindingError(
        "; ".join(sentences),
        source=error.source if missing else None,
        span=error.span if missing else None,
        hint="; ".join(hints) or None,
    )
