"""Options that several commands share, each declared once."""

from typing import Any

import click


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


class WholeNumber(click.ParamType):
    """A whole number that is not below the lowest nor above the highest."""

    name = "number"

    def __init__(self, lowest: int, highest: int | None = None) -> None:
        self.lowest = lowest
        self.highest = highest

    def convert(self, value: Any, param: Any, ctx: Any) -> int:
        try:
            number = int(value)
            if self.lowest <= number and (
                self.highest is None or number <= self.highest
            ):
                return number
        except ValueError:
            pass
        span = (
            f"from {self.lowest} up"
            if self.highest is None
            else f"from {self.lowest} to {self.highest}"
        )
        self.fail(f"a whole number {span} is expected, not {value!r}", param, ctx)


def _names(_context: Any, _parameter: Any, text: str | None) -> list[str] | None:
    if text is None:
        return None
    return list(dict.fromkeys(name.strip() for name in text.split(",")))


as_json = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object, unrounded."
)
precision = click.option(
    "--precision",
    type=WholeNumber(1, 17),
    metavar="DIGITS",
    help="Significant digits to show, 1 to 17.",
)
wrt = click.option(
    "--wrt",
    metavar="NAMES",
    callback=_names,
    help="Differentiate only with respect to these: x1,w1.",
)
output = click.option("--output", metavar="NAME", help="Take this label as the result.")
strict = click.option(
    "--strict", is_flag=True, help="End with status 1 if a number is not finite."
)
expand = click.option(
    "--expand", is_flag=True, help="Show the nodes inside called functions."
)
