"""A graph in gradcalc's own notation, with only the parentheses it needs."""

import math
from collections.abc import Sequence
from typing import Any, ClassVar

from gradcalc.operations import Operation
from gradcalc.writers.spelling import (
    ARITHMETIC,
    COMPARISON,
    CONDITIONAL,
    POWER,
    PRIMARY,
    SIGNED,
    FormulaWriter,
    Parts,
    Piece,
    Spelling,
    template,
)


class InfixWriter(FormulaWriter):
    """Writes nodes of a graph in gradcalc's own notation."""

    spellings: ClassVar[dict[str, Spelling]] = {
        **ARITHMETIC,
        "^": template("#1^#2", POWER, PRIMARY, SIGNED),
        # Not SIGNED, though the language reads --x: on a command line it is an option.
        "neg": template("-#1", SIGNED, POWER),
    }
    argument = CONDITIONAL

    def named(self, text: str) -> Piece:
        return _typed(text)

    def number(self, value: float) -> Piece:
        return literal(value, precision=self.precision)

    @classmethod
    def arguments(cls, operation: Operation, texts: Sequence[Parts]) -> list[Any]:
        if operation.lists and len(texts) == 1:
            # A single operand has brackets, so that it is read as a list again.
            return [list(texts)]
        return operation.grouped(texts)


def literal(value: float, *, precision: int | None = None) -> Piece:
    """A number as the language reads it, the same double unless rounded."""
    if value != value:
        return "(inf - inf)", PRIMARY
    if math.isinf(value):
        return ("inf", PRIMARY) if value > 0 else ("-inf", SIGNED)
    text = repr(value) if precision is None else f"{value:.{precision}g}"
    if precision is None and value.is_integer() and abs(value) < 1e16:
        text = f"{value:.0f}"
    mantissa, e, exponent = text.partition("e")
    if e:
        text = f"{mantissa}e{int(exponent)}"
    return text, SIGNED if text.startswith("-") else PRIMARY


def written_operation(operation: Operation, operands: Sequence[str]) -> str:
    """The operation on operands of which only the text is known."""
    return InfixWriter.operation(operation, [_typed(text) for text in operands])[0]


def _typed(text: str) -> Piece:
    return text, PRIMARY if is_primary(text) else COMPARISON


def is_primary(text: str) -> bool:
    """Whether a text binds most tightly: a name, a number, a call, something in
    brackets, or an element such as v[0]."""
    depth = 0
    for position, character in enumerate(text):
        if character in "([":
            depth += 1
        elif character in ")]":
            depth -= 1
        elif depth == 0 and not (character.isalnum() or character in "_."):
            return False
        following = text[position + 1 : position + 2]
        if depth == 0 and character in ")]" and following not in ("", "["):
            return False
    return True
