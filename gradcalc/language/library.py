"""The library's text: the names of its functions, and what its comments say of them."""

import os
import re
from dataclasses import dataclass
from functools import cache

from gradcalc.language.lists import STRUCTURAL
from gradcalc.operations import CALLABLE

# A heading, or a function with the comment above it.
_ENTRY = (
    r"(?m)^# --- (?P<group>.*)"
    r"|^# (?P<meaning>.*)\n# e\.g\. (?P<example>.*)\n(?P<name>\w+)\("
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
            documentation[entry["name"]] = Documentation(
                group, entry["meaning"], entry["example"]
            )
    return documentation


def known_functions() -> list[str]:
    """The names of all functions that gradcalc has."""
    return [*CALLABLE, *library_documentation(), *STRUCTURAL]
