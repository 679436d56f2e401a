"""Near misses: which known name a mistyped one was probably meant to be."""

from collections.abc import Iterable

from gradcalc.reports.wording import listing
from gradcalc.wording import cut_end

__all__ = ["listing", "nearest", "quoted"]


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that this one was probably meant to be, or None."""
    # Imported here because only a mistake needs it.
    from gradcalc.language.functions import near_miss

    return near_miss(name, known)


def nearest_option(name: str, options: Iterable[str]) -> str | None:
    """The option, with its dashes, that the name was probably meant to be, or None."""
    # A single letter is close to much and means nothing of it.
    if len(name) < 2:
        return None
    near = nearest(name, [option.removeprefix("--") for option in options])
    return f"--{near}" if near else None


def quoted(text: str, limit: int = 40) -> str:
    """The text in quotation marks on one line, cut to what a sentence can hold."""
    return f"'{cut_end(' '.join(text.split()), limit)}'"
