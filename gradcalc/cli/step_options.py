"""Options of the commands that take steps along a gradient."""

import math
from collections.abc import Callable
from typing import Any

import click

from gradcalc.cli.options import Choice
from gradcalc.errors import UsageError
from gradcalc.learning.optimizers import OPTIMIZERS, RATE
from gradcalc.wording import listing, quoted

_names = listing(OPTIMIZERS, "or").replace("sgd", "sgd (default)")
_momentum = OPTIMIZERS["momentum"].settings["momentum"]


def number(
    lowest: float, highest: float = math.inf, *, strictly: bool = False
) -> Callable[..., float | None]:
    """A click callback that returns the option's text as a number in the range.

    `strictly` leaves out both ends of the range. With no text it returns None.
    """
    expected = f"{'above' if strictly else 'from'} {lowest:g}"
    if highest < math.inf:
        expected += f" and below {highest:g}" if strictly else f" to {highest:g}"
    elif not strictly:
        expected += " up"

    def convert(context: Any, parameter: Any, text: str | float | None) -> float | None:
        if text is None:
            return None
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        inside = lowest < value < highest if strictly else lowest <= value <= highest
        if inside and math.isfinite(value):
            return value
        raise click.BadParameter(
            f"a number {expected} is expected, not {text!r}", context, parameter
        )

    return convert


rate = click.option(
    "--rate",
    callback=number(0, strictly=True),
    type=str,
    default=RATE,
    metavar="H",
    help=f"The learning rate: a step is H times the gradient ({RATE:g}).",
)
optimizer = click.option(
    "--optimizer",
    type=Choice(list(OPTIMIZERS)),
    default="sgd",
    metavar="NAME",
    help=f"The update rule: {_names}, as PyTorch defines them.",
)
momentum = click.option(
    "--momentum",
    callback=number(0, 1),
    type=str,
    metavar="M",
    help=f"The momentum of --optimizer momentum ({_momentum:g}).",
)


def optimizer_settings(optimizer: str, momentum: float | None) -> dict[str, float]:
    """The constants of the optimizer that were given."""
    if momentum is None:
        return {}
    if optimizer != "momentum":
        raise UsageError(
            f"--momentum is given, but the optimizer is {optimizer}",
            hint="add --optimizer momentum",
        )
    return {"momentum": momentum}


def settings_of(texts: tuple[str, ...], option: str, example: str) -> dict[str, str]:
    """The texts NAME=VALUE of a repeated option, by name."""
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        name = name.strip()
        if not equals or not name.isidentifier() or not value.strip():
            raise UsageError(
                f"{option} takes {example.partition('=')[0].upper()}=..., not"
                f" {quoted(text)}",
                hint=f"write {option} {example}",
            )
        if name in found:
            raise UsageError(f"{option} is given twice for {name}")
        found[name] = value.strip()
    return found
