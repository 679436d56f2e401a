"""What the options of `gradcalc train` say: batches, shapes, values and classes."""

import re
from collections.abc import Sequence
from typing import Any

import click

from gradcalc.cli.step_options import settings_of
from gradcalc.cli.variables import constant, read_bindings
from gradcalc.errors import UsageError
from gradcalc.shapes import Shape
from gradcalc.wording import quoted


def batch(context: Any, parameter: Any, text: str) -> int | None:
    """A click callback: the rows of a batch, None for all."""
    if text == "all":
        return None
    if re.fullmatch("0*[1-9][0-9]*", text):
        return int(text)
    raise click.BadParameter(
        f"a whole number from 1 up, or all, is expected, not {text!r}",
        context,
        parameter,
    )


def read_shapes(texts: Sequence[str]) -> dict[str, Shape]:
    """The shape of each parameter in texts such as `W=4x2` or `W=4x2,b=4`."""
    parts = tuple(part for text in texts for part in text.split(","))
    shapes = settings_of(parts, "--shape", "W=4x2")
    return {name: _shape(name, text) for name, text in shapes.items()}


def read_values(texts: Sequence[str]) -> dict[str, Any]:
    """The value of each parameter in texts such as `w=0.5`."""
    values = settings_of(tuple(texts), "--fix", "w=0.5")
    return read_bindings(list(values.items()), constant, options=())


def read_classes(text: str) -> list[str]:
    """The names of the classes, none for those found in the data."""
    names = [name.strip() for name in text.split(",")] if text else []
    if len(set(names)) < len(names) or "" in names:
        raise UsageError(
            f"--classes names no class, or one twice: {quoted(text)}",
            hint="write --classes=cat,dog, or --classes alone for those in the data",
        )
    return names


def _shape(name: str, text: str) -> Shape:
    match = re.fullmatch(r"0*([1-9][0-9]{0,6})(?:[x×]0*([1-9][0-9]{0,6}))?", text)
    if match is None:
        raise UsageError(
            f"the shape of {name} is not one: {quoted(text)}",
            hint="write --shape b=4 for a list, --shape W=4x2 for a matrix",
        )
    return tuple(int(size) for size in match.groups() if size)
