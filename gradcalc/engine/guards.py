"""Guards: conditions in the code of a gradient that hold where doubles suffice.

A guard holds if every gradient that is passed on is so far from the ends of the range
of doubles that nothing can have been lost. The walk over the nodes looks for the same
(`extended_range`); where a guard fails, it decides.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from math import isnan

from gradcalc.engine.extended_range import LARGEST, LEAST
from gradcalc.graph import Graph
from gradcalc.operations import COMPARISONS, MINUS, NEG, OVER, PLUS, TIMES, WHERE

_SUMS = (PLUS, MINUS)

# Conditions for a zero, and for NaN, are not pursued deeper into a formula.
_DEEPEST, _DEEPEST_NAN = 4, 10


@dataclass(frozen=True, slots=True)
class Notation:
    """How conditions are written: templates on a number, or on other conditions."""

    ordinary: str
    both: str
    either: str
    # On a condition and the two that count where it holds and where not.
    chosen: str
    # "" where NaN is left to the walk over the nodes.
    is_nan: str = ""


# Comparisons are faster than a call of abs.
PYTHON = Notation(
    f"{LEAST} < {{0}} < {LARGEST} or -{LARGEST} < {{0}} < -{LEAST}",
    " and ",
    " or ",
    "({1} if {0} else {2})",
)
# Of arrays.
NUMPY = Notation(
    f"({LEAST} < np.absolute({{0}})) & (np.absolute({{0}}) < {LARGEST})",
    " & ",
    " | ",
    "np.where({0}, {1}, {2})",
    "np.isnan({0})",
)


@dataclass(eq=False, repr=False, slots=True)
class _Words:
    """What a condition is written with: the texts of terms, and of their truths."""

    text: Callable[[int], str]
    truth: Callable[[int], str]
    notation: Notation

    def joined(self, conditions: Sequence[str], how: str) -> str:
        return (
            f"({how.join(conditions)})" if len(conditions) > 1 else "".join(conditions)
        )


class Guards:
    """The guards of the terms of one backward pass.

    graph      the terms
    known      those that are values of the forward pass
    passed_on  those that are gradients of a node that passes them on, without signs
    guarded    the terms to guard: those passed on, and what a variable receives of them
    """

    def __init__(
        self,
        graph: Graph,
        known: Collection[int],
        passed_on: Collection[int],
        received: Collection[int],
    ) -> None:
        self.graph = graph
        self.known = set(known)
        self.passed_on = {self._unsigned(node) for node in passed_on}
        # A variable's own needs none if it is rounded once: it is passed on no more.
        once = self._rounded_once()
        more = {self._unsigned(node) for node in received if not once[node]}
        self.guarded = sorted(
            node for node in self.passed_on | more if not self._is_ordinary(node)
        )

    def condition(
        self,
        node: int,
        text: Callable[[int], str],
        truth: Callable[[int], str],
        notation: Notation = PYTHON,
    ) -> str:
        """The condition that the term is in range or rightly 0, or rightly NaN."""
        words = _Words(text, truth, notation)
        name = text(node)
        allowed = [notation.ordinary.format(name)]
        if zero := self._zero(node, words, _DEEPEST, outer=True):
            allowed.append(words.joined([f"({name} == 0.0)", zero], notation.both))
        if notation.is_nan:
            allowed += filter(None, [self._nan(node, words, _DEEPEST_NAN, outer=True)])
        return f"({notation.either.join(allowed)})"

    def _unsigned(self, node: int) -> int:
        while self.graph.operations[node] is NEG:
            (node,) = self.graph.inputs[node]
        return node

    def _is_ordinary(self, node: int) -> bool:
        """Whether the term is a number that needs no guard."""
        return LEAST < abs(self.graph.literals.get(node, 0.0)) < LARGEST

    def _is_exact(self, node: int) -> bool:
        node = self._unsigned(node)
        found = node in self.known or node in self.passed_on
        return found or self._is_ordinary(node)

    def _rounded_once(self) -> list[bool]:
        """For each term whether it is rounded at most once from what is guarded."""
        literals = self.graph.literals
        once: list[bool] = []
        for node, operation in enumerate(self.graph.operations):
            inputs = self.graph.inputs[node]
            if operation is TIMES or operation is OVER:
                once.append(all(map(self._is_exact, inputs)))
            elif operation in _SUMS or operation is NEG:
                once.append(all(once[operand] for operand in inputs))
            elif operation is WHERE:
                # A number stands there for what is not passed on.
                sides = [side for side in inputs[1:] if side not in literals]
                once.append(all(once[side] for side in sides))
            else:
                once.append(False)
            once[-1] = once[-1] or self._is_exact(node)
        return once

    def _zero(
        self, node: int, words: _Words, depth: int, *, outer: bool = False
    ) -> str:
        """A condition that the term is 0 without having lost anything, or ""."""
        node = self._unsigned(node)
        if node in self.graph.literals and not outer:
            return "True" if self.graph.literals[node] == 0 else ""
        if node in self.known or (node in self.passed_on and not outer):
            return f"({words.text(node)} == 0.0)"
        operation, inputs = self.graph.operations[node], self.graph.inputs[node]
        if not depth or operation not in (WHERE, TIMES, OVER, *_SUMS):
            return ""
        if operation is OVER:
            return self._zero(inputs[0], words, depth - 1)
        sides = inputs[1:] if operation is WHERE else inputs
        parts = [self._zero(operand, words, depth - 1) for operand in sides]
        if operation is TIMES:
            return words.joined(list(filter(None, parts)), words.notation.either)
        if operation is WHERE:
            return self._chosen(inputs[0], parts, words)
        return words.joined(parts, words.notation.both) if all(parts) else ""

    def _nan(self, node: int, words: _Words, depth: int, *, outer: bool = False) -> str:
        """A condition that the term is NaN because something in it is, or ""."""
        node = self._unsigned(node)
        if node in self.graph.literals:
            return "True" if isnan(self.graph.literals[node]) else ""
        if node in self.known or (node in self.passed_on and not outer):
            return words.notation.is_nan.format(words.text(node))
        operation, inputs = self.graph.operations[node], self.graph.inputs[node]
        if not depth or operation in COMPARISONS:
            return ""
        if operation is WHERE:
            parts = [self._nan(side, words, depth - 1) for side in inputs[1:]]
            return self._chosen(inputs[0], parts, words)
        if len(inputs) > 1 and operation not in (TIMES, OVER, *_SUMS):
            return ""
        parts = [self._nan(operand, words, depth - 1) for operand in inputs]
        return words.joined(
            list(filter(None, dict.fromkeys(parts))), words.notation.either
        )

    def _chosen(self, condition: int, parts: Sequence[str], words: _Words) -> str:
        if not any(parts):
            return ""
        yes, no = (part or "False" for part in parts)
        return words.notation.chosen.format(words.truth(condition), yes, no)
