"""What sentences share: lists of words, singular and plural, near misses, cut texts."""

from collections.abc import Collection, Iterable
from itertools import islice

# A hint looks at so many names, and compares each with so many that are known: to look
# at all would take minutes where there are a hundred thousand.
MOST_NAMES = 12
_MOST_COMPARED = 1000

# Unicode's control and format characters, lone surrogates, separators of lines.
_UNPRINTABLE = ("Cc", "Cf", "Cs", "Zl", "Zp")


def unprintable(text: str) -> list[str]:
    """The characters of the text that a terminal obeys and does not show, each once."""
    if text.isprintable():
        return []
    # Imported here: most texts are printable.
    from unicodedata import category

    return [c for c in dict.fromkeys(text) if category(c) in _UNPRINTABLE]


def printable(text: str, keep: str = "") -> str:
    """The text with a sign in the place of each character that a terminal obeys.

    A tab is a blank. What is in `keep` stays.
    """
    signs = {
        ord(c): " " if c == "\t" else "\N{REPLACEMENT CHARACTER}"
        for c in unprintable(text)
        if c not in keep
    }
    return text.translate(signs) if signs else text


def cut_middle(text: str, longest: int, start: int = 0, end: int | None = None) -> str:
    """The text from `start` to `end`, without its middle if it is longer than that."""
    last = len(text) if end is None else end
    if last - start <= longest:
        return text[start:last]
    half = (longest - len(" … ")) // 2
    return f"{text[start : start + half]} … {text[last - half : last]}"


def cut_end(text: str, longest: int, ellipsis: str = "…") -> str:
    """The text, without its end if it is longer than that."""
    if len(text) <= longest:
        return text
    return text[: longest - len(ellipsis)].rstrip() + ellipsis


def quoted(text: str, longest: int = 40) -> str:
    """The text in quotation marks on one line, cut to what a sentence can hold."""
    return f"'{cut_end(' '.join(text.split()), longest)}'"


def represented(value: object, longest: int = 60) -> str:
    """Python's text for the value, cut to what a sentence can hold; never raises."""
    try:
        return cut_end(repr(value), longest)
    except Exception:
        # Such as a whole number of thousands of digits.
        return f"a value of the type {type(value).__name__}"


def listing(items: Iterable[str], conjunction: str = "and") -> str:
    """The items as a sentence lists them: `a`, `a and b`, `a, b and c`."""
    words = list(items)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {conjunction} {words[-1]}"


def some(items: Collection[str]) -> str:
    """The items with commas, of very many the first."""
    more = len(items) > MOST_NAMES
    return ", ".join(islice(items, MOST_NAMES)) + (", ..." if more else "")


def plural(items: Collection[object] | int, one: str, many: str) -> str:
    """The word that goes with so many items: "is" or "are"."""
    return one if (items if isinstance(items, int) else len(items)) == 1 else many


def counted(number: int, noun: str) -> str:
    """The number with its noun: "1 row", "3 rows"."""
    return f"{number} {plural(number, noun, noun + 's')}"


def near_miss(name: str, known: Iterable[str]) -> str | None:
    """The known name that this one was probably meant to be."""
    candidates = list(known)
    folded = {candidate.casefold(): candidate for candidate in reversed(candidates)}
    if name.casefold() in folded:
        return folded[name.casefold()]
    letters = sorted(name)
    for candidate in candidates:
        # Two letters exchanged: difflib would rather drop one of them.
        if sorted(candidate) == letters and candidate != name:
            return candidate
    import difflib

    if len(candidates) > _MOST_COMPARED:
        alike = (each for each in candidates if each[:1] == name[:1])
        candidates = list(islice(alike, _MOST_COMPARED))
    matches = difflib.get_close_matches(name, candidates, n=1, cutoff=0.6)
    return matches[0] if matches else None


def meant_for(names: Iterable[str], known: Collection[str]) -> list[str]:
    """For each of the names that is near a known one, what it may be meant for.

    Of very many names it says so of the first.
    """
    near = [(name, near_miss(name, known)) for name in islice(names, MOST_NAMES)]
    return [f"{name} may be meant for {match}" for name, match in near if match]


def did_you_mean(
    name: str, known: Iterable[str], otherwise: str | None = None
) -> str | None:
    """The hint that names a near miss, or the other one if there is none."""
    match = near_miss(name, known)
    return f"did you mean {match}?" if match else otherwise
