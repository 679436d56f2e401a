"""What the code generator has to know of a programming language.

A language is a record: how it spells operations and numbers, what its statements look
like, and how far an expression may grow before it gets a statement of its own.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from gradcalc.operations import Operation

# How tightly a piece of code binds.
CONDITIONAL, COMPARISON, SUM, PRODUCT, SIGN, POWER, ATOM = range(7)

# A text and how tightly it binds.
Piece = tuple[str, int]


@dataclass(frozen=True)
class Spelling:
    """How an operation is written on its operands {0}, {1} ...; {operands} are all."""

    template: str
    # How tightly the text binds, and how tightly each operand has to; {operands} need
    # not bind at all.
    binding: int = ATOM
    slots: tuple[int, ...] = ()
    # The operands of which only matters whether they are 0.
    truths: tuple[int, ...] = ()
    # For what is 1 or 0: the condition that it is 1, on the same operands.
    truth: str | None = None
    # Functions that the template refers to as {name}; besides, it may use {scratch} as
    # a name of its own, and {count}, the number of operands.
    functions: Mapping[str, Callable[..., float]] = field(default_factory=dict)

    @cached_property
    def takes_all(self) -> bool:
        """Whether the operands are written one after another."""
        return "{operands}" in self.template

    def uses(self, count: int) -> Sequence[int]:
        """How often each of `count` operands is written."""
        return [1] * count if self.takes_all else self._uses

    @cached_property
    def _uses(self) -> list[int]:
        found = re.findall(r"\{(\d+)\}", self.template)
        return [found.count(str(position)) for position in range(len(self.slots))]


@dataclass(frozen=True)
class Choice:
    """A statement that runs one of two blocks: {0} is a condition or a name."""

    start: str = "if {0}:"
    otherwise: str = "else:"
    # Before and after it, where a language has more to say.
    before: str = ""
    end: str = ""


@dataclass(frozen=True, kw_only=True)
class Language:
    """A programming language."""

    # The spelling of an operation on operands of which some may be numbers.
    spelling: Callable[[Operation, Sequence[float | None]], Spelling]
    number: Callable[[float], Piece]
    # The condition that a number {0} is not 0, and how tightly that has to bind; that
    # two conditions hold, that one of them does.
    nonzero: str = "{0}"
    both: str = "({0} and {1})"
    either: str = "({0} or {1})"
    # The statements that give the name {0} the value {1}: for the first time, and
    # inside of a choice.
    assignment: str = "{0} = {1}"
    chosen: str = "{0} = {1}"
    # None: both sides of a `where` are computed before one is taken.
    choice: Choice | None = Choice()
    # Expressions nested deeper, or longer, than this get a statement of their own.
    deepest: int = 20
    longest: int | None = None
