"""How the nodes of a graph become the text of a notation, in time linear in the text.

A notation is a subclass of FormulaWriter with a table of spellings. Its writer goes
from the operands to the root and spells each operation on the pieces of its operands:
a piece is a text and how tightly it binds, and an operand that binds too loosely for
its place is put in parentheses.

Joining strings at every node would copy a deep formula once for every level of it. So
the text of a piece is kept in parts, and these are joined once, at the end.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, TypeAlias

from gradcalc.graph import Graph
from gradcalc.operations import COMPARISONS, LITERAL, OPERATIONS, Operation
from gradcalc.shapes import Structure, flatten, unflatten

# How tightly a text binds. A minus sign binds more tightly than a product in gradcalc
# and in Python, where -a*b is (-a)*b, but is as loose as NEGATED on paper, where people
# do not agree on a mod b + c: it is read as MODULO, alone or in brackets.
(
    CONDITIONAL, COMPARISON, MODULO, SUM, NEGATED, PRODUCT, SIGNED, POWER, PRIMARY,
) = range(9)  # fmt: skip

Parts: TypeAlias = "str | tuple[Parts, ...]"
# A text and how tightly it binds: in parts, and joined.
PartsPiece = tuple[Parts, int]
Piece = tuple[str, int]
# The text of a piece where something must bind at least so tightly.
Wrap = Callable[[PartsPiece, int], Parts]
Spelling = Callable[[Sequence[PartsPiece], Wrap], PartsPiece]


def template(text: str, binding: int, *needed: int) -> Spelling:
    """The spelling that puts the operands in the place of #1, #2 ...

    `needed` says how tightly what stands in each of these places has to bind.
    """
    first, *others = text.split("#")
    places = [
        (int(other[0]) - 1, least, other[1:])
        for other, least in zip(others, needed, strict=True)
    ]

    def spell(operands: Sequence[PartsPiece], wrap: Wrap) -> PartsPiece:
        parts: list[Parts] = [first]
        for operand, least, after in places:
            parts += [wrap(operands[operand], least), after]
        return tuple(parts), binding

    return spell


def chain(text: str, binding: int, first: int, others: int) -> Spelling:
    """The spelling of any number of operands, from the text for two of them, # and #.

    What stands between these is repeated. `first` and `others` say how tightly the
    operands have to bind.
    """
    opening, between, closing = text.split("#")

    def spell(operands: Sequence[PartsPiece], wrap: Wrap) -> PartsPiece:
        texts = [
            wrap(operand, others if place else first)
            for place, operand in enumerate(operands)
        ]
        return (opening, separated(texts, between), closing), binding

    return spell


# What gradcalc and Python spell alike.
ARITHMETIC: dict[str, Spelling] = {
    **{
        operation.name: template(f"#1 {operation.name} #2", COMPARISON, SUM, SUM)
        for operation in COMPARISONS
    },
    "+": template("#1 + #2", SUM, SUM, PRODUCT),
    "-": template("#1 - #2", SUM, SUM, PRODUCT),
    "*": template("#1*#2", PRODUCT, PRODUCT, SIGNED),
    "/": template("#1/#2", PRODUCT, PRODUCT, SIGNED),
}

# What leaves a single operand as it is, to the bit (which logsumexp does not with -0).
_IDENTITIES = frozenset(
    operation
    for operation in OPERATIONS.values()
    if len(operation.parameters) == 1
    and all(repr(operation.evaluate(x)) == repr(x) for x in (-1.5, -0.0, 0.5))
)


class FormulaWriter:
    """Writes nodes of a graph as formulas of a notation.

    `given` gives the piece of a node that is known already, or None. `precision` rounds
    numbers to so many significant digits.
    """

    # How operations are spelt; the others are called by their names.
    spellings: ClassVar[Mapping[str, Spelling]]
    parentheses: ClassVar[tuple[str, str]] = "(", ")"
    # What stands around a comparison that is used as a number.
    truth: ClassVar[tuple[str, str]] = parentheses
    # What stands around a list.
    brackets: ClassVar[tuple[str, str]] = "[", "]"
    # Whether what leaves its only operand as it is, such as sum([x]), is written.
    identities: ClassVar[bool] = True
    # How tightly an argument of a call has to bind.
    argument: ClassVar[int] = SUM
    # NaN and infinity, and how tightly a minus sign before a number binds.
    nan: ClassVar[str] = "nan"
    infinity: ClassVar[str] = "inf"
    minus: ClassVar[int] = SIGNED

    def __init__(
        self,
        graph: Graph,
        *,
        given: Callable[[int], Piece | None] | None = None,
        precision: int | None = None,
    ) -> None:
        self.graph = graph
        # Texts that stand for nodes; the labels of statements join them line by line.
        self.names: dict[int, str] = {}
        self.given = given
        self.precision = precision

    def text(self, root: int) -> str:
        """The node and all that it depends on, as one formula."""
        return self.piece(root)[0]

    def piece(self, root: int) -> Piece:
        """The node's text and how tightly it binds.

        What is used twice is written twice.
        """
        pieces: dict[int, PartsPiece] = {}
        pending = [root]
        while pending:
            node = pending.pop()
            if node in pieces:
                continue
            piece: PartsPiece | None = self._leaf(node)
            if piece is None:
                operands = self.graph.inputs[node]
                missing = [operand for operand in operands if operand not in pieces]
                if missing:
                    pending += [node, *missing]
                    continue
                piece = self.spelt(node, [pieces[operand] for operand in operands])
            pieces[node] = piece
        parts, binding = pieces[root]
        return joined(parts), binding

    def structure(self, structure: Structure) -> str:
        """The nodes of a structure, in its brackets."""
        return structure_text(structure, map(self.text, flatten(structure)))

    @classmethod
    def operation(cls, operation: Operation, operands: Sequence[Piece]) -> Piece:
        """The operation on operands that are written already."""
        parts, binding = cls.spell(operation, operands)
        return joined(parts), binding

    # --- what a notation may say for itself

    def symbol(self, name: str, operation: Operation) -> str:
        """The text of a variable, or of a constant such as pi."""
        return name

    @staticmethod
    def element(name: str, index: str) -> str:
        """The text of an element of a list, of the list's text and [0] or [1][2]."""
        return name + index

    @classmethod
    def magnitude(cls, value: float, precision: int | None) -> Piece:
        """The piece of a finite number that is not negative."""
        raise NotImplementedError

    def spelt(self, node: int, operands: Sequence[PartsPiece]) -> PartsPiece:
        """The piece of a node from those of its operands."""
        operation = self.graph.operations[node]
        if not self.identities and len(operands) == 1 and operation in _IDENTITIES:
            return operands[0]
        return self.spell(operation, operands)

    @classmethod
    def function(cls, operation: Operation) -> str:
        """The name by which an operation is called."""
        return operation.name

    @classmethod
    def arguments(cls, operation: Operation, texts: Sequence[Parts]) -> list[Any]:
        """The operands as the arguments of a call; lists of them are lists."""
        return operation.grouped(texts)

    # --- what is the same for all

    def _leaf(self, node: int) -> Piece | None:
        """The piece of a node that is not spelt from its operands, or None."""
        piece = self.given and self.given(node)
        if piece:
            return piece
        if node in self.names:
            return self.names[node], PRIMARY
        operation, name = self.graph.operations[node], self.graph.names.get(node)
        if name is not None:
            return self.symbol(name, operation), PRIMARY
        if operation is not LITERAL:
            return None
        return self.number(self.graph.literals[node], self.precision)

    @classmethod
    def number(cls, value: float, precision: int | None = None) -> Piece:
        """The piece of a number, which is read as the same double unless rounded."""
        if value != value:
            return cls.nan, PRIMARY
        if math.isinf(value):
            text, binding = cls.infinity, PRIMARY
        else:
            text, binding = cls.magnitude(abs(value), precision)
        negative = math.copysign(1.0, value) < 0
        return (f"-{text}", cls.minus) if negative else (text, binding)

    @classmethod
    def spell(cls, operation: Operation, operands: Sequence[PartsPiece]) -> PartsPiece:
        """The operation on its operands: as the table says, else as a call."""
        # A function of the user's may have the name of an operation.
        if OPERATIONS.get(operation.name) is operation:
            spelling = cls.spellings.get(operation.name)
            if spelling is not None:
                return spelling(operands, cls.wrap)
        return cls.call(cls.function(operation), operation, operands)

    @classmethod
    def call(
        cls, name: str, operation: Operation, operands: Sequence[PartsPiece]
    ) -> PartsPiece:
        """The call of an operation by that name."""
        texts = [cls.wrap(operand, cls.argument) for operand in operands]
        arguments = [
            bracketed(argument, cls.brackets)
            for argument in cls.arguments(operation, texts)
        ]
        opening, closing = cls.parentheses
        return (name, opening, separated(arguments), closing), PRIMARY

    @classmethod
    def wrap(cls, piece: PartsPiece, needed: int) -> Parts:
        """The text of a piece, in parentheses if it binds more loosely than needed."""
        text, binding = piece
        if binding >= needed:
            return text
        opening, closing = cls.truth if binding == COMPARISON else cls.parentheses
        return opening, text, closing


def separated(texts: Sequence[Parts], separator: str = ", ") -> Parts:
    """The texts with the separator between them."""
    parts = [part for text in texts for part in (separator, text)]
    return tuple(parts[1:])


def bracketed(texts: Any, brackets: tuple[str, str] = ("[", "]")) -> Parts:
    """A text as it is, or a nested list of them in brackets, separated by commas."""
    if not isinstance(texts, list):
        return texts  # type: ignore[no-any-return]
    opening, closing = brackets
    return opening, separated([bracketed(text, brackets) for text in texts]), closing


def structure_text(structure: Structure, texts: Iterator[str]) -> str:
    """The texts of the leaves in the brackets of the structure."""
    return joined(bracketed(unflatten(structure, texts)))


def joined(parts: Parts) -> str:
    """The text that the parts make."""
    texts: list[str] = []
    pending = [parts]
    while pending:
        part = pending.pop()
        if isinstance(part, str):
            texts.append(part)
        else:
            pending.extend(reversed(part))
    return "".join(texts)
