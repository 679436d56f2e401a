"""A graph in gradcalc's own notation, with only the parentheses it needs."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar

from gradcalc.graph import Graph
from gradcalc.language.syntax import PRIMES
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
    PartsPiece,
    Piece,
    Spelling,
    template,
)

# What a number or the name of a called function has beside letters and digits.
_IN_NAMES = {"_", ".", *PRIMES}


class InfixWriter(FormulaWriter):
    """Writes nodes of a graph in gradcalc's own notation."""

    spellings: ClassVar[dict[str, Spelling]] = {
        **ARITHMETIC,
        "^": template("#1^#2", POWER, PRIMARY, SIGNED),
        # Not SIGNED, though the language reads --x: on a command line it is an option.
        "neg": template("-#1", SIGNED, POWER),
    }
    argument = CONDITIONAL
    nan = "(inf - inf)"

    def __init__(
        self,
        graph: Graph,
        *,
        given: Callable[[int], Piece | None] | None = None,
        precision: int | None = None,
        functions: Mapping[int, str] = MappingProxyType({}),
    ) -> None:
        super().__init__(graph, given=given, precision=precision)
        # What functions are called, by node, that have another name in the text.
        self.functions = functions

    def spelt(self, node: int, operands: Sequence[PartsPiece]) -> PartsPiece:
        name = self.functions.get(node)
        if name is None:
            return super().spelt(node, operands)
        return self.call(name, self.graph.operations[node], operands)

    @classmethod
    def magnitude(cls, value: float, precision: int | None) -> Piece:
        text = repr(value) if precision is None else f"{value:.{precision}g}"
        if precision is None and value.is_integer() and value < 1e16:
            text = f"{value:.0f}"
        mantissa, e, exponent = text.partition("e")
        return f"{mantissa}e{int(exponent)}" if e else text, PRIMARY

    @classmethod
    def arguments(cls, operation: Operation, texts: Sequence[Parts]) -> list[Any]:
        if operation.lists and len(texts) == 1:
            # A single operand has brackets, so that it is read as a list again.
            return [list(texts)]
        return operation.grouped(texts)


def written_operation(operation: Operation, operands: Sequence[str]) -> str:
    """The operation on operands of which only the text is known."""
    return InfixWriter.operation(operation, [typed(text) for text in operands])[0]


def typed(text: str) -> Piece:
    """The piece of a text that stands for a node."""
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
            if depth == 0 and text[position + 1 : position + 2] not in ("", "["):
                return False
        elif depth == 0 and not (character.isalnum() or character in _IN_NAMES):
            return False
    return True
