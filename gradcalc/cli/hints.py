"""Near misses: which known name a mistyped one was probably meant to be."""

from collections.abc import Iterable


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that is most like the given one, or None if none is close."""
    # difflib is imported here because only a mistake needs it.
    from difflib import get_close_matches

    names = list(known)
    folded = {candidate.casefold(): candidate for candidate in reversed(names)}
    # A single letter is close to everything and to nothing: only its case may differ.
    if len(name) == 1:
        return folded.get(name.casefold())
    matches = get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
    return folded[matches[0]] if matches else None


def listing(items: Iterable[str], conjunction: str = "and") -> str:
    """The items as a sentence lists them: `a`, `a and b`, `a, b and c`."""
    words = list(items)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {conjunction} {words[-1]}"


def quoted(text: str, limit: int = 40) -> str:
    """The text in quotation marks on one line, cut to what a sentence can hold."""
    line = " ".join(text.split())
    return f"'{line if len(line) <= limit else line[: limit - 1] + '…'}'"
