"""Text of a graph from the spelling of its operations, in time linear in the text.

A spelling says how an operation looks around operands that are written already. Putting
whole texts together node by node would copy a deep formula once for every level of it;
so each spelling is made once around placeholders and its parts are put out in order.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gradcalc.graph import Graph

# A text and how tightly it binds.
Piece = tuple[str, int]
# What is spelt: the operation, or what a notation has instead of it.
Kind = Any
Spell = Callable[[Kind, Sequence[Piece]], Piece]

# Private-use characters: no formula can hold them.
_OPEN, _CLOSE = "\ue000", "\ue001"
_PLACEHOLDER = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
# Binds more tightly than anything that a writer has.
_TIGHTEST = 99


class FormulaWriter:
    """Writes nodes of a graph as formulas of a notation; each notation is a subclass.

    `names` gives a text to stand for some nodes, `precision` the significant digits of
    numbers, all that are needed if None.
    """

    def __init__(
        self,
        graph: Graph,
        names: Mapping[int, str] | None = None,
        *,
        precision: int | None = None,
    ) -> None:
        self.graph = graph
        self.names = names or {}
        self.precision = precision

    def text(self, root: int) -> str:
        """The node and all that it depends on, as one formula."""
        return self.piece(root)[0]

    def piece(self, root: int) -> Piece:
        """The node's text and how tightly it binds."""
        raise NotImplementedError


def written(
    graph: Graph,
    root: int,
    spell: Spell,
    leaf: Callable[[int], Piece | None],
    kind: Callable[[int], Kind] | None = None,
    through: Callable[[int], bool] | None = None,
) -> Piece:
    """The node and all that it depends on, and how tightly the whole binds.

    `leaf` gives the piece of a node that is not spelt from its operands, or None;
    `kind` what `spell` gets for a node, its operation if None. How tightly a text binds
    must depend on that alone. A node that `through` holds for is written as its only
    operand. What is used twice is written twice.
    """
    kind = kind or graph.operations.__getitem__
    return _Writing(graph, spell, leaf, kind, through).piece(root)


def bracketed(texts: Any, opening: str = "[", closing: str = "]") -> str:
    """A text as it is, or a nested list of them in brackets, separated by commas."""
    if not isinstance(texts, list):
        return str(texts)
    inside = ", ".join(bracketed(text, opening, closing) for text in texts)
    return f"{opening}{inside}{closing}"


class _Writing:
    def __init__(
        self,
        graph: Graph,
        spell: Spell,
        leaf: Callable[[int], Piece | None],
        kind: Callable[[int], Kind],
        through: Callable[[int], bool] | None,
    ) -> None:
        self.graph = graph
        self.spell = spell
        self.leaf = leaf
        self.kind = kind
        self.through = through
        self._tiers: dict[tuple[Kind, int], int] = {}
        self._parts: dict[tuple[Kind, tuple[int, ...]], list[str | int]] = {}

    def piece(self, root: int) -> Piece:
        root = self._reached(root)
        tier = self._tier(root)
        texts: list[str] = []
        pending: list[str | int] = [root]
        while pending:
            part = pending.pop()
            if isinstance(part, str):
                texts.append(part)
                continue
            piece = self.leaf(part)
            if piece is not None:
                texts.append(piece[0])
                continue
            operands = self._operands(part)
            for item in reversed(self._spelling(part)):
                pending.append(item if isinstance(item, str) else operands[item])
        return "".join(texts), tier

    def _reached(self, node: int) -> int:
        """The node that is written for this one."""
        while self.through and self.through(node) and self.leaf(node) is None:
            (node,) = self.graph.inputs[node]
        return node

    def _operands(self, node: int) -> Sequence[int]:
        operands = self.graph.inputs[node]
        return [*map(self._reached, operands)] if self.through else operands

    def _tier(self, node: int) -> int:
        """How tightly the node's text binds: a matter of its kind alone."""
        piece = self.leaf(node)
        if piece is not None:
            return piece[1]
        kind, count = self.kind(node), len(self.graph.inputs[node])
        key = kind, count
        if key not in self._tiers:
            self._tiers[key] = self.spell(kind, [("x", _TIGHTEST)] * count)[1]
        return self._tiers[key]

    def _spelling(self, node: int) -> list[str | int]:
        """The parts of the node's text: texts, and positions of its operands."""
        kind, operands = self.kind(node), self._operands(node)
        tiers = tuple([self._tier(operand) for operand in operands])
        key = kind, tiers
        if key not in self._parts:
            placeholders = [
                (f"{_OPEN}{position}{_CLOSE}", tier)
                for position, tier in enumerate(tiers)
            ]
            parts = _PLACEHOLDER.split(self.spell(kind, placeholders)[0])
            self._parts[key] = [
                int(part) if position % 2 else part
                for position, part in enumerate(parts)
            ]
        return self._parts[key]
