"""The one form of names: NFKC, the form that Python's identifiers have.

The µ of keyboards and the Greek μ are one name, and so are é in one part and in two.
Every name passes through here on its way in: from formulas, options, files of values,
models, columns of data and callers in Python.
"""

from collections.abc import Iterable
from typing import Any, TypeVar

from gradcalc.errors import BindingError
from gradcalc.wording import listing, plural, represented

Value = TypeVar("Value")

# A name as the grammar has it, for what takes names apart from other text.
NAME = r"[^\W\d][\w\u0300-\u036F]*"


def normal(name: str) -> str:
    """The name, or the element of a list such as v[0], in its normal form.

    What can be no name, as some columns of data, stays as it is.
    """
    if name.isascii() or not name.partition("[")[0].isidentifier():
        return name
    # Imported here: most formulas are ASCII.
    import unicodedata

    return unicodedata.normalize("NFKC", name)


def checked_names(names: Any) -> list[str]:
    """The names in normal form; raises BindingError if they are no texts.

    A single text is one name.
    """
    if isinstance(names, str):
        return [normal(names)]
    try:
        found = list(names)
    except Exception:
        message = f"names are given as a list, not {represented(names)}"
        raise BindingError(message) from None
    for name in found:
        if not isinstance(name, str):
            message = f"the name of a variable is text, not {represented(name)}"
            raise BindingError(message)
    return list(map(normal, found))


def by_normal_name(pairs: Iterable[tuple[str, Value]]) -> dict[str, Value]:
    """The values by the normal forms of their names, in order.

    Raises BindingError for a name that is given more than once, in whatever form.
    """
    given = list(pairs)
    found = {normal(name): value for name, value in given}
    if len(found) < len(given):
        raise BindingError(repeated(name for name, _ in given) or "")
    return found


def repeated(names: Iterable[str], verb: str = "given") -> str | None:
    """The sentence about names that occur more than once, in whatever form, or None."""
    forms: dict[str, list[str]] = {}
    for name in names:
        forms.setdefault(normal(name), []).append(name)
    twice = [list(dict.fromkeys(found)) for found in forms.values() if len(found) > 1]
    if not twice:
        return None
    for different in twice:
        if len(different) > 1:
            # They may look the same.
            shown = listing(f"{name} ({_codes(name)})" for name in different)
            return f"{shown} are one name, {verb} more than once"
    shown = listing(name for (name,) in twice)
    return f"{shown} {plural(twice, 'is', 'are')} {verb} more than once"


def _codes(name: str) -> str:
    codes = [f"U+{ord(character):04X}" for character in name if not character.isascii()]
    return " ".join(codes) or "ASCII"
