"""The options that choose how an answer is written: `--format` and `--out`."""

import os
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import click

from gradcalc.cli import options
from gradcalc.errors import UsageError
from gradcalc.reports.picture_formats import PictureFormat
from gradcalc.wording import listing, quoted


def format_option(
    names: Iterable[str], default: str | None = None
) -> Callable[..., Any]:
    """The option `--format`, passed as `format_`; the first name is its default."""
    first, *others = names
    return click.option(
        "--format",
        "format_",
        type=options.Choice([first, *others]),
        default=default,
        help=f"{listing([f'{first} (the default)', *others], 'or')}.",
    )


def out_option(formats: Mapping[str, PictureFormat]) -> Callable[..., Any]:
    """The option `--out`, a file whose ending says which of the formats it has."""
    endings = listing(_formats_by_ending(formats), "or")
    return click.option("--out", metavar="FILE", help=f"Write a file: {endings}.")


def format_of_file(
    path: str | None, formats: Mapping[str, PictureFormat]
) -> str | None:
    """The format that the file's ending stands for; None without a file."""
    if path is None:
        return None
    by_ending = _formats_by_ending(formats)
    ending = os.path.splitext(path)[1].lower()
    if ending not in by_ending:
        raise UsageError(
            f"--out: the ending of {quoted(path)} is not known",
            hint=f"known are {listing(by_ending)}",
        )
    return by_ending[ending]


def _formats_by_ending(formats: Mapping[str, PictureFormat]) -> dict[str, str]:
    return {ending: name for name, row in formats.items() for ending in row.endings}
