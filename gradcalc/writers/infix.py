"""A graph in gradcalc's own notation, with only the parentheses it needs."""

import math
from collections.abc import Sequence

from gradcalc.language.rules import FunctionOperation
from gradcalc.operations import LITERAL, VARIABLE, Operation
from gradcalc.writers.spelling import FormulaWriter, Piece, bracketed, written

# How tightly each way of writing binds, as in the grammar, and what its operands need.
COMPARISON, SUM, PRODUCT, SIGNED, POWER, PRIMARY = range(6)

# name: (how it is spelt, how tightly it binds, what its operands must at least bind)
_INFIX: dict[str, tuple[str, int, tuple[int, ...]]] = {
    "<": ("{} < {}", COMPARISON, (SUM, SUM)),
    "<=": ("{} <= {}", COMPARISON, (SUM, SUM)),
    ">": ("{} > {}", COMPARISON, (SUM, SUM)),
    ">=": ("{} >= {}", COMPARISON, (SUM, SUM)),
    "==": ("{} == {}", COMPARISON, (SUM, SUM)),
    "!=": ("{} != {}", COMPARISON, (SUM, SUM)),
    "+": ("{} + {}", SUM, (SUM, PRODUCT)),
    "-": ("{} - {}", SUM, (SUM, PRODUCT)),
    "*": ("{}*{}", PRODUCT, (PRODUCT, SIGNED)),
    "/": ("{}/{}", PRODUCT, (PRODUCT, SIGNED)),
    "^": ("{}^{}", POWER, (PRIMARY, SIGNED)),
    # Not SIGNED, though the language reads --x: on a command line it is an option.
    "neg": ("-{}", SIGNED, (POWER,)),
}


def _wrapped(piece: Piece, needed: int) -> str:
    text, tier = piece
    return text if tier >= needed else f"({text})"


def spell(operation: Operation, operands: Sequence[Piece]) -> Piece:
    """The operation on operands that are written already, and how tightly it binds."""
    name = operation.name
    if name in _INFIX and not isinstance(operation, FunctionOperation):
        template, tier, needed = _INFIX[name]
        return template.format(*map(_wrapped, operands, needed)), tier
    texts = operation.grouped([text for text, _ in operands])
    if operation.lists and len(operands) == 1:
        texts = [texts]
    return f"{name}({', '.join(map(bracketed, texts))})", PRIMARY


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
    pieces = [(text, PRIMARY if is_primary(text) else COMPARISON) for text in operands]
    return spell(operation, pieces)[0]


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


class InfixWriter(FormulaWriter):
    """Writes nodes of a graph; `names` gives a text to stand for some of them."""

    def piece(self, root: int) -> Piece:
        """The node's text and how tightly it binds."""
        return written(self.graph, root, spell, self._leaf)

    def _leaf(self, node: int) -> Piece | None:
        graph = self.graph
        if node in self.names:
            text = self.names[node]
            return text, PRIMARY if is_primary(text) else COMPARISON
        operation = graph.operations[node]
        if operation is VARIABLE or (operation is LITERAL and node in graph.names):
            return graph.names[node], PRIMARY
        if operation is LITERAL:
            return literal(graph.literals[node], precision=self.precision)
        return None
