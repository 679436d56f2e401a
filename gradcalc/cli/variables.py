"""The variables' values: from the command line, from a JSON file, and merged."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from gradcalc.cli.files import called, read_text
from gradcalc.cli.mistaken_names import nearest_option
from gradcalc.errors import BindingError, DataError, GradcalcError
from gradcalc.language.bindings import checked_value, constant_value
from gradcalc.language.identifiers import by_normal_name, normal, repeated
from gradcalc.strict_json import from_json_value, read_json
from gradcalc.wording import listing, plural, quoted

# Reads a variable in a file: its name, what JSON has for it, and what the file is
# called.
Entry = Callable[[str, Any, str], Any]


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
    if twice := repeated([name for name, _ in bindings]):
        raise BindingError(twice)
    empty = [name for name, text in bindings if not text.strip()]
    if empty:
        raise BindingError(
            f"{listing(empty)} {plural(empty, 'has', 'have')} no value",
            hint="write " + " ".join(f"--{name}=..." for name in empty),
        )
    values = {}
    for name, text in bindings:
        try:
            values[normal(name)] = value(text)
        except GradcalcError as error:
            near = nearest_option(name, options)
            option = f"or did you mean the option {near}?" if near else None
            raise error.but(
                BindingError,
                message=f"the value of {name}: {error.message}",
                source=text if error.source is None else error.source,
                hint="; ".join(filter(None, (error.page_hint, option))) or None,
            ) from None
    return values


def read_range(text: str) -> Any:
    """The range that `-5:5` stands for; without a colon the value, as everywhere."""
    if ":" not in text:
        return constant_value(text)
    # Imported here: few commands take ranges.
    from gradcalc.analysis.curves import Range

    ends = text.split(":")
    if len(ends) != 2 or not all(end.strip() for end in ends):
        raise BindingError(
            "a range is START:STOP",
            source=text,
            span=(0, len(text)),
            hint="write for example -5:5",
        )
    start, stop = map(constant_value, ends)
    if isinstance(start, list) or isinstance(stop, list):
        raise BindingError("the ends of a range are numbers, not lists")
    try:
        return Range(start, stop)
    except BindingError as error:
        hint = f"{ends[1]}:{ends[0]}" if start > stop else None
        raise error.but(source=text, span=(0, len(text)), hint=hint) from None


def number_entry(name: str, value: Any, where: str) -> Any:
    """A number, a list of numbers or a list of rows, as JSON has it."""
    number = from_json_value(value)
    for entry in _leaves(number):
        if not isinstance(entry, (int, float)) or isinstance(entry, bool):
            verb = "is" if entry is number else "holds"
            raise DataError(
                f"{where}: {name} {verb} {_described(entry)}",
                hint="a value is a number, a list of numbers or a list of rows",
            )
    try:
        return checked_value(name, number)
    except GradcalcError as error:
        raise DataError(f"{where}: {error.message}", hint=error.page_hint) from None


def read_variables(path: str, entry: Entry = number_entry) -> dict[str, Any]:
    """The variables in a file that holds a JSON object, each read by `entry`.

    Of the file of a model they are its parameters.
    """
    where = called(path)
    hint = 'variables are given as {"x": 2, "v": [1, 2, 3]}'
    text = read_text(path)
    content = read_json(
        text, where, hint=None if text.lstrip().startswith("{") else hint
    )
    if not isinstance(content, dict):
        message = f"{where} holds {_described(content)}, not an object"
        raise DataError(message, hint=hint)
    if "schema" in content and isinstance(content.get("parameters"), dict):
        # The file of a model: its other entries are about the formula.
        content = content["parameters"]
    values = {}
    for name, given in content.items():
        if not name.isidentifier():
            raise DataError(f"{where}: {quoted(name)} is not a name of a variable")
        values[name] = entry(name, given, where)
    try:
        return by_normal_name(values.items())
    except BindingError as error:
        raise DataError(f"{where}: {error.message}") from None


def _leaves(value: Any) -> Iterator[Any]:
    """What is no list in a value that may nest lists in any way."""
    if not isinstance(value, list):
        yield value
        return
    for entry in value:
        yield from _leaves(entry)


def _described(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"the text {quoted(value)}"
    kinds = {type(None): "null", list: "a list", dict: "an object"}
    return kinds.get(type(value), "a number")
