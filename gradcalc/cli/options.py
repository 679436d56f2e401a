"""Options that several commands share, each declared once."""

from collections.abc import Callable
from typing import Any

import click

from gradcalc.errors import UsageError
from gradcalc.wording import listing, quoted


def sources() -> list[click.Option]:
    """The options of every command with variables: where their values come from."""
    return [
        click.Option(
            ["--set", "settings"],
            multiple=True,
            metavar="NAME=VALUE",
            help="A variable whose name is also an option.",
        ),
        click.Option(
            ["--vars", "variables_file"],
            metavar="FILE",
            help="A JSON object of variables (- for standard input).",
        ),
    ]


def formula_file() -> click.Option:
    """The option that reads the formula from a file."""
    return click.Option(
        ["--file", "formula_file"],
        metavar="FILE",
        help="Read the formula from a file.",
    )


def model_file() -> click.Option:
    """The option that takes the formula and its parameters from a trained model."""
    return click.Option(
        ["--model", "model_file"],
        metavar="FILE",
        help="Take the formula and its parameters from a model that train saved.",
    )


class OptionalValue(click.Option):
    """An option that may be given alone, as "", or with a value after "="."""


class Choice(click.Choice[str]):
    """The type of an option that takes one of a few words."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        if value in self.choices:
            return str(value)
        expected = listing(self.choices, "or")
        raise click.BadParameter(f"{expected} is expected, not {value!r}", ctx, param)


def whole_number(lowest: int, highest: int | None = None) -> Callable[..., int | None]:
    """A click callback that returns the option's text as a whole number in the range.

    With no text given it returns None.
    """
    expected = f"from {lowest} " + ("up" if highest is None else f"to {highest}")

    def convert(context: Any, parameter: Any, text: str | int | None) -> int | None:
        try:
            number = None if text is None else int(text)
        except ValueError:
            number = lowest - 1
        if number is None or lowest <= number <= (highest or number):
            return number
        raise click.BadParameter(
            f"a whole number {expected} is expected, not {text!r}", context, parameter
        )

    return convert


def exclusive(*given: tuple[str, bool], hint: str = "leave out one of them") -> None:
    """Raise UsageError if two of the options (or what they are called) are given."""
    both = [name for name, is_given in given if is_given]
    if len(both) > 1:
        raise UsageError(f"{both[0]} and {both[1]} are both given", hint=hint)


def names(_context: Any, parameter: Any, text: str | None) -> list[str] | None:
    """The names in a text that separates them by commas."""
    if text is None:
        return None
    found = list(dict.fromkeys(name.strip() for name in text.split(",")))
    if "" in found:
        option = parameter.opts[0]
        raise UsageError(
            f"{option} holds an empty name: {quoted(text)}",
            hint=f"write {option} x for one variable, {option} x,y for two",
        )
    return found


as_json = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object, unrounded."
)
precision = click.option(
    "--precision",
    callback=whole_number(1, 17),
    metavar="DIGITS",
    help="Significant digits to show, 1 to 17.",
)
wrt = click.option(
    "--wrt",
    metavar="NAMES",
    callback=names,
    help="Differentiate only with respect to these: x1,w1.",
)
output = click.option("--output", metavar="NAME", help="Take this label as the result.")
strict = click.option(
    "--strict", is_flag=True, help="End with status 1 if a number is not finite."
)
expand = click.option(
    "--expand", is_flag=True, help="Show the nodes inside called functions."
)
