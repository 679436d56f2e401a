"""Options that several commands share, each declared once."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import inf, nan
from typing import TYPE_CHECKING, Any

import click

from gradcalc.errors import UsageError
from gradcalc.language.identifiers import normal
from gradcalc.wording import cut_end, listing, quoted

if TYPE_CHECKING:
    from gradcalc.reports.picture_formats import PictureFormat


def page_option(
    names: Sequence[str], page: Callable[[click.Context], str], help_: str
) -> click.Option:
    """The option that prints a page and ends the program, as `--help`.

    Click's own look for translations, whoever calls what: a fiftieth of a start.
    """

    def show(context: click.Context, _parameter: Any, asked: bool) -> None:
        if asked and not context.resilient_parsing:
            click.echo(page(context))
            context.exit()

    return click.Option(
        names,
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=show,
        help=help_,
    )


def help_option(*names: str) -> click.Option:
    """The option that prints the help of its command."""
    return page_option(names, click.Context.get_help, "Show this message and exit.")


HELP = help_option("--help")
# Of every command with variables: where their values come from.
SOURCES = (
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
)
FORMULA_FILE = click.Option(
    ["--file", "formula_file"],
    metavar="FILE",
    help="Read the formula from a file.",
)
MODEL_FILE = click.Option(
    ["--model", "model_file"],
    metavar="FILE",
    help="Take the formula and its parameters from a model that train or fit saved.",
)
# The parameters of these that name files to read.
READ = ("variables_file", "formula_file", "model_file")


class OptionalValue(click.Option):
    """An option that may be given alone, as "", or with a value after "="."""


class NamesOption(click.Option):
    """An option that takes several names, with commas between them."""


class Choice(click.Choice[str]):
    """The type of an option that takes one of a few words."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        return f"{listing(self.choices, 'or')} is expected, not {_shown(value)}"


class Number(click.types.FloatParamType):
    """The type of an option that takes a finite number in a range.

    `strictly` leaves out both ends of the range. `most` is the largest whole number
    where it has no end: nobody can mean more. Unlike Click's ranges it takes no NaN,
    and is not shown in the help.
    """

    def __init__(
        self,
        lowest: float,
        highest: float = inf,
        *,
        whole: bool = False,
        strictly: bool = False,
        most: int = 10**9,
    ) -> None:
        self.lowest, self.highest = lowest, highest
        self.whole, self.strictly, self.most = whole, strictly, most

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        try:
            number = int(value) if self.whole else float(value)
        except ValueError:
            number = nan
        inside = self.lowest <= number <= self.highest
        if self.strictly:
            inside = self.lowest < number < self.highest
        if not inside or number == inf:
            described = f"a {self._described()} is expected"
            self.fail(f"{described}, not {_shown(value)}", param, ctx)
        if self.whole and number > self.most:
            described = f"a whole number up to {self.most} is expected"
            self.fail(f"{described}, not {_shown(value)}", param, ctx)
        return number

    def _described(self) -> str:
        noun = "whole number" if self.whole else "number"
        bounded = self.highest < inf
        if self.strictly:
            below = f" and below {self.highest:g}" if bounded else ""
            return f"{noun} above {self.lowest:g}{below}"
        upper = f"to {self.highest:g}" if bounded else "up"
        return f"{noun} from {self.lowest:g} {upper}"


def _shown(value: Any) -> str:
    """The word in quotation marks, cut to what a sentence can hold."""
    return cut_end(repr(value), 60)


def exclusive(*given: tuple[str, bool], hint: str = "leave out one of them") -> None:
    """Raise UsageError if two are given; each is its name and whether it is given."""
    both = [name for name, is_given in given if is_given]
    if len(both) > 1:
        raise UsageError(f"{both[0]} and {both[1]} are both given", hint=hint)


def names(context: Any, parameter: Any, text: str | None) -> list[str] | None:
    """The names in a comma-separated text."""
    if text is None:
        return None
    found = list(dict.fromkeys(normal(name.strip()) for name in text.split(",")))
    if "" in found:
        # As it was typed: it may have two names.
        option = next(each for each in parameter.opts if each in context.obj.given)
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
    type=Number(1, 17, whole=True),
    metavar="DIGITS",
    help="Significant digits to show, 1 to 17.",
)
wrt = click.option(
    "--wrt",
    cls=NamesOption,
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


def format_option(
    names: Iterable[str], default: str | None = None
) -> Callable[..., Any]:
    """The option `--format`, passed as `format_`; the first name is its default."""
    first, *others = names
    return click.option(
        "--format",
        "format_",
        type=Choice([first, *others]),
        default=default,
        help=f"{listing([f'{first} (the default)', *others], 'or')}.",
    )


def out_option(formats: "Mapping[str, PictureFormat]") -> Callable[..., Any]:
    """The option `--out`, a file whose ending says which of the formats it has."""
    endings = listing(_formats_by_ending(formats), "or")
    return click.option("--out", metavar="FILE", help=f"Write a file: {endings}.")


def format_of_file(
    path: str | None, formats: "Mapping[str, PictureFormat]", option: str = "--out"
) -> str | None:
    """The format that the ending of the option's file stands for; None without one."""
    if path is None:
        return None
    by_ending = _formats_by_ending(formats)
    ending = os.path.splitext(path)[1].lower()
    if ending not in by_ending:
        raise UsageError(
            f"{option}: the ending of {quoted(path)} is not known",
            hint=f"known are {listing(by_ending)}",
        )
    return by_ending[ending]


def _formats_by_ending(formats: "Mapping[str, PictureFormat]") -> dict[str, str]:
    return {ending: name for name, row in formats.items() for ending in row.endings}
