"""The library's text: the names of its functions, and what its comments say of them."""

import os
import re
from dataclasses import dataclass
from functools import cache

from gradcalc.language.lists import STRUCTURAL
from gradcalc.language.syntax import DIFF
from gradcalc.operations import CALLABLE

# A heading, or a function with the comment above it.
_ENTRY = (
    r"(?m)^# --- (?P<group>.*)"
    r"|^# (?P<meaning>.*)\n"
    r"(?:# book: (?P<book>.*)\n# derived: (?P<own>.*) \| (?P<other>.*)\n)?"
    r"# e\.g\. (?P<example>.*)\n(?P<name>\w+)\("
)

# The functions of the library that take probabilities: the operation in each that is
# the first to take one, as its first operand, and the function of any numbers that may
# have been meant.
OF_PROBABILITIES = {
    "bce": ("clip", "bce_logits"),
    "cross_entropy": ("log", "cross_entropy_logits"),
}


@dataclass(eq=False, repr=False, slots=True)
class Documentation:
    """The comment above a function of the library, in its parts."""

    # The heading that it stands under.
    group: str
    # One line for the reader.
    meaning: str
    # A call to try: "mean([1, 2, 6])".
    example: str
    # Of a function from a list v to a list: the formula that a book has for it.
    book: str = ""
    # And for the derivative of each element of the result, `out`, by its own operand,
    # and by that of `other`.
    textbook: tuple[str, str] | None = None

    @property
    def passes(self) -> str:
        """What such a function does to a gradient on its way back, in a phrase."""
        if self.textbook is None:
            return ""
        own, other = self.textbook
        return (
            f"scales the gradient by {own} for its own operand, by {other} for one"
            " whose result is other"
        )


@cache
def library_text() -> str:
    """The definitions of the library's functions."""
    path = os.path.join(os.path.dirname(__file__), "library.grad")
    with open(path, encoding="utf-8") as file:
        return file.read()


@cache
def library_documentation() -> dict[str, Documentation]:
    """The documentation of each function of the library, by name."""
    documentation = {}
    group = ""
    for entry in re.finditer(_ENTRY, library_text()):
        group = entry["group"] or group
        if entry["name"]:
            textbook = (entry["own"], entry["other"]) if entry["own"] else None
            documentation[entry["name"]] = Documentation(
                group, entry["meaning"], entry["example"], entry["book"] or "", textbook
            )
    return documentation


def known_functions() -> list[str]:
    """The names of all functions that gradcalc has."""
    return [*CALLABLE, *library_documentation(), *STRUCTURAL, DIFF]
