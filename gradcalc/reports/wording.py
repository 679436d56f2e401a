"""Words that several sentences share."""

from collections.abc import Iterable


def listing(items: Iterable[str], conjunction: str = "and") -> str:
    """The items as a sentence lists them: `a`, `a and b`, `a, b and c`."""
    words = list(items)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {conjunction} {words[-1]}"
