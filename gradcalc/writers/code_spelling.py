"""What the code generator has to know of a programming language.

A language is a record: how it spells operations and numbers, what its statements look
like, and how far an expression may grow before it gets a statement of its own.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from gradcalc.operations import COMPARISONS, Operation

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

    @cached_property
    def words(self) -> frozenset[str]:
        """The words that the text consists of, beside operands."""
        return words_of(re.sub(r"\{\w+\}", " ", self.template))

    def uses(self, count: int) -> Sequence[int]:
        """How often each of `count` operands is written."""
        return [1] * count if self.takes_all else self._uses

    @cached_property
    def _uses(self) -> list[int]:
        found = re.findall(r"\{(\d+)\}", self.template)
        return [found.count(str(position)) for position in range(len(self.slots))]


def words_of(text: str) -> frozenset[str]:
    """The names in a piece of code, without their attributes."""
    return frozenset(re.findall(r"(?<![.\w])[^\W\d]\w*", text))


def bare(text: str) -> str:
    """The text without the brackets around all of it."""
    if not text.startswith("(") or not text.endswith(")"):
        return text
    depth = 0
    for position, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0:
            return text[1:-1] if position == len(text) - 1 else text
    return text


def joined(words: str, first: str, second: str) -> str:
    """Two conditions in words that say that both hold, or one of them."""
    if "({0})" in words:
        first, second = bare(first), bare(second)
    return words.format(first, second)


@dataclass(frozen=True)
class Choice:
    """A statement that runs one of two blocks: {0} is a condition or a name."""

    start: str = "if {0}:"
    otherwise: str = "else:"
    # After it, where a language has more to say.
    end: str = ""
    # Choices inside of choices, and what these would compute, are not deeper than this.
    deepest: int = 4


@dataclass(frozen=True, kw_only=True)
class Language:
    """A programming language."""

    # The spelling of an operation on operands of which some may be numbers.
    spelling: Callable[[Operation, Sequence[float | None]], Spelling]
    number: Callable[[float], Piece]
    # The condition that a number {0} is not 0, that two conditions hold, that one of
    # them does.
    nonzero: str = "{0}"
    both: str = "({0} and {1})"
    either: str = "({0} or {1})"
    # The number that is 1 where a condition holds, that it does not hold, and the
    # statement that gives it a name; None where a condition is a number like others.
    yes: str | None = None
    neither: str = "not {0}"
    decided: str = "{0} = {1}"
    # The statements that give the name {0} the value {1}: for the first time, and
    # inside of a choice; and what stands before the choice, if that is needed.
    assignment: str = "{0} = {1}"
    chosen: str = "{0} = {1}"
    declared: str = ""
    # None: both sides of a `where` are computed before one is taken.
    choice: Choice | None = Choice()
    # Expressions nested deeper, or longer, than this get a statement of their own.
    deepest: int = 20
    longest: int | None = None
    # A condition no longer than this is written wherever it is needed.
    repeated: int = 0


# What an operation is spelt like, or what depends on which operands are numbers.
Row = Spelling | Callable[[Sequence[float | None]], Spelling]


# `where` as a choice between two texts, in Python and in the languages after C.
PYTHON_WHERE = Spelling(
    "{1} if {0} else {2}",
    CONDITIONAL,
    (COMPARISON, COMPARISON, CONDITIONAL),
    truths=(0,),
)
C_WHERE = Spelling(
    "{0} ? {1} : {2}", CONDITIONAL, (COMPARISON, COMPARISON, COMPARISON), truths=(0,)
)


def called(name: str) -> Spelling:
    """The call of a function by name."""
    return Spelling(f"{name}({{operands}})")


def power_or_square(name: str) -> Row:
    """The call of a function of base and exponent; x*x for the exponent 2."""
    power, square = called(name), Spelling("{0}*{0}", PRODUCT, (ATOM, ATOM))
    return lambda numbers: square if numbers[1] == 2 else power


def arithmetic(yes: str, *, power: Row, where: Spelling) -> dict[str, Row]:
    """What most languages spell alike; `yes` is the number of a condition {0}."""
    return {
        "^": power,
        "where": where,
        "sum": Spelling("{0}", ATOM, (ATOM,)),
        "+": Spelling("{0} + {1}", SUM, (SUM, PRODUCT)),
        "-": Spelling("{0} - {1}", SUM, (SUM, PRODUCT)),
        "*": Spelling("{0}*{1}", PRODUCT, (PRODUCT, SIGN)),
        "/": Spelling("{0}/{1}", PRODUCT, (PRODUCT, SIGN)),
        "neg": Spelling("-{0}", SIGN, (POWER,)),
        "stop_gradient": Spelling("{0}", ATOM, (ATOM,)),
        **{operation.name: compared(operation.name, yes) for operation in COMPARISONS},
    }


def compared(sign: str, yes: str) -> Spelling:
    """The spelling of a comparison, as a number and as a condition."""
    condition = f"{{0}} {sign} {{1}}"
    return Spelling(yes.format(condition), ATOM, (SUM, SUM), truth=condition)


def named(operation: Operation) -> Spelling:
    """The call of a function that has the operation's name."""
    return called(operation.name)


def in_table(
    table: Mapping[str, Row], otherwise: Callable[[Operation], Spelling] = named
) -> Callable[[Operation, Sequence[float | None]], Spelling]:
    """The spelling of each operation: its row, or else as said."""
    calls: dict[Operation, Spelling] = {}

    def spelling(operation: Operation, numbers: Sequence[float | None]) -> Spelling:
        row = table.get(operation.name)
        if row is None:
            if operation not in calls:
                calls[operation] = otherwise(operation)
            return calls[operation]
        return row if isinstance(row, Spelling) else row(numbers)

    return spelling
