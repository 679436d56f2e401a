"""Options of the commands that take steps along a gradient."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import click

from gradcalc.cli.options import Choice, Number
from gradcalc.cli.variables import read_bindings
from gradcalc.errors import GradcalcError, UsageError
from gradcalc.graph import MOST_NODES
from gradcalc.language.bindings import constant_value
from gradcalc.language.identifiers import normal
from gradcalc.learning.optimizers import OPTIMIZERS, RATE, Optimizer
from gradcalc.shapes import INDICES, Shape, described
from gradcalc.wording import listing, quoted

# The first optimizer with each of the constants that have an option.
_WITH_OPTION = {
    name: optimizer
    for optimizer in reversed(OPTIMIZERS.values())
    for name in optimizer.options
}


rate = click.option(
    "--rate",
    type=Number(0, strictly=True),
    default=RATE,
    metavar="H",
    help=f"The learning rate: a step is H times the gradient ({RATE:g}).",
)


shape = click.option(
    "--shape",
    "shape_texts",
    multiple=True,
    metavar="NAME=SHAPE",
    help="The shape of a parameter that is a list (b=4) or a matrix (W=4x2).",
)
fix = click.option(
    "--fix",
    "fixed_texts",
    multiple=True,
    metavar="NAME=VALUE",
    help="Hold a parameter at a value. May be repeated.",
)


def optimizer(
    offered: Mapping[str, Optimizer], origin: str
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The options that choose one of the optimizers and its constants, as a decorator.

    `origin` says who defines them.
    """
    names = listing(offered, "or").replace("sgd", "sgd (default)")

    def decorated(function: Callable[..., Any]) -> Callable[..., Any]:
        for name, home in _WITH_OPTION.items():
            function = click.option(
                f"--{name}",
                type=Number(*home.options[name]),
                metavar=name[0].upper(),
                help=f"The {name} of --optimizer {home.name}"
                f" ({home.constants[name]:g}).",
            )(function)
        return click.option(
            "--optimizer",
            type=Choice(list(offered)),
            default="sgd",
            metavar="NAME",
            help=f"The update rule: {names}{origin}.",
        )(function)

    return decorated


def take_constants(options: dict[str, Any]) -> dict[str, float]:
    """The optimizer's constants that are given; all are removed from the options."""
    constants = {}
    for name, home in _WITH_OPTION.items():
        value = options.pop(name)
        if value is None:
            continue
        if name not in OPTIMIZERS[options["optimizer"]].options:
            raise UsageError(
                f"--{name} is given, but the optimizer is {options['optimizer']}",
                hint=f"add --optimizer {home.name}",
            )
        constants[name] = value
    return constants


def batch(_context: Any, _parameter: Any, text: str) -> int | None:
    """A click callback: the rows of a batch, None for all."""
    if text == "all":
        return None
    if re.fullmatch("0*[1-9][0-9]{0,17}", text):
        return int(text)
    raise click.BadParameter(
        f"a whole number from 1 up, or all, is expected, not {quoted(text)}"
    )


def settings_of(
    texts: Sequence[str], option: str, example: str, *, elements: bool = False
) -> dict[str, str]:
    """The texts NAME=VALUE of a repeated option, by name.

    Where `elements` of lists have settings, too, the name may be "v[0]".
    """
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        name = normal(name.strip())
        base = re.sub(rf"{INDICES}$", "", name) if elements else name
        if not equals or not base.isidentifier() or not value.strip():
            raise UsageError(
                f"{option} takes {example.partition('=')[0].upper()}=..., not"
                f" {quoted(text)}",
                hint=f"write {option} {example}",
            )
        if name in found:
            raise UsageError(f"{option} is given twice for {name}")
        found[name] = value.strip()
    return found


def read_shapes(texts: Sequence[str]) -> dict[str, Shape]:
    """The shape of each parameter in texts such as `W=4x2` or `W=4x2,b=4`."""
    shapes = {}
    parts = [part for text in texts for part in text.split(",")]
    for name, text in settings_of(parts, "--shape", "W=4x2").items():
        match = re.fullmatch(r"0*([1-9][0-9]{0,17})(?:[x×]0*([1-9][0-9]{0,17}))?", text)
        if match is None:
            raise UsageError(
                f"the shape of {name} is not one: {quoted(text)}",
                hint="write --shape b=4 for a list, --shape W=4x2 for a matrix",
            )
        shapes[name] = tuple(int(size) for size in match.groups() if size)
        if math.prod(shapes[name]) > MOST_NODES:
            raise UsageError(
                f"{name} cannot be {described(shapes[name])}: a formula has at most"
                f" {MOST_NODES:,} nodes"
            )
    return shapes


def read_values(texts: Sequence[str]) -> dict[str, Any]:
    """The value of each parameter in texts such as `w=0.5`."""
    values = settings_of(texts, "--fix", "w=0.5")
    return read_bindings(list(values.items()), constant_value, options=())


def read_bounds(
    texts: Sequence[str], *, elements: bool = False
) -> dict[str, tuple[float, float]]:
    """The range of each variable in texts such as `x=0:10`, `x=0:` and `x=:10`."""
    found = {}
    ranges = settings_of(texts, "--bound", "x=0:10", elements=elements)
    for name, text in ranges.items():
        start, colon, stop = text.partition(":")
        low, high = _end(name, start, -math.inf), _end(name, stop, math.inf)
        if not colon or not low <= high:
            raise UsageError(
                f"the bound of {name} is no range: '{text}'",
                hint="write the lower end, a colon and the upper end: x=0:10",
            )
        found[name] = (low, high)
    return found


def _end(name: str, text: str, otherwise: float) -> float:
    if not text.strip():
        return otherwise
    try:
        value = constant_value(text)
    except GradcalcError as error:
        raise UsageError(
            f"the bound of {name}: {error.message}",
            source=error.source or text,
            span=error.span,
        ) from None
    if not isinstance(value, float):
        raise UsageError(f"the bound of {name} is a list, not a number")
    return value
