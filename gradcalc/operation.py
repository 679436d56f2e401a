"""What a row of the table of operations says."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

Point = tuple[float, ...]


@dataclass(eq=False, repr=False, slots=True)
class Singularity:
    """A place where no unique derivative exists, or where it vanishes by rounding."""

    # "kink", "tie" or "saturated".
    kind: str
    # A formula that is 1 at such a place.
    condition: str
    # Which gradient is taken there.
    message: str
    # The parameter whose partial derivative it concerns; None: all of them.
    of: str | None = None


# Compared and hashed by identity: there is one object for each operation.
@dataclass(eq=False, repr=False)
class Operation:
    """One row of the table."""

    # What the operation is called in a graph and in JSON.
    name: str
    # The names that rules use for the operands.
    parameters: Sequence[str]
    # The value as a function of the operands, IEEE double, never raising.
    evaluate: Callable[..., float]
    # One formula per parameter; "0" passes nothing at all.
    partials: tuple[str, ...]
    # One line for the reader.
    meaning: str
    # What it does to a gradient on its way back, in a phrase.
    passes: str = ""
    # What is taken where no unique derivative exists, in a phrase.
    convention: str = ""
    # The range of the first operand to look at.
    window: str = "-5:5"
    # Points at which the tests compare the row with 50-digit arithmetic.
    samples: tuple[Point, ...] = ()
    # Whether each parameter stands for a list of operands, all of equal length.
    lists: bool = False
    # One formula per parameter, or None: where it is 0, that operand was not selected
    # and nothing at all is passed to it.
    selected: tuple[str | None, ...] | None = None
    # A formula that is 0 outside the operation's domain, where every partial is NaN
    # whether selected or not; None where the partials say so themselves. The formulas
    # of `diff` hold inside the domain.
    domain: str | None = None
    # Where a note is due.
    singular: tuple[Singularity, ...] = ()
    # The same for second derivatives, where only these jump.
    singular_slope: tuple[Singularity, ...] = ()
    # Other names for it in the language.
    aliases: tuple[str, ...] = ()
    # How it is written: "call", "infix" or "prefix".
    written: str = "call"
    # The partials as a book has them, for the reader, where these lose digits that the
    # computed ones keep. Empty: they are the same.
    textbook: tuple[str, ...] = ()
    # Of a list of two operands, a and b: the partial for a as a book has it.
    of_two: str = ""
    # How many nodes it takes to compute: those of a function with its own rule.
    size: int = 1

    def __post_init__(self) -> None:
        self.parameters = tuple(self.parameters)
        self.textbook = self.textbook or self.partials
        self.convention = self.convention or "; ".join(
            place.message for place in self.singular if place.kind != "saturated"
        )

    @property
    def is_flat(self) -> bool:
        """Whether it passes nothing at all to any operand."""
        return set(self.partials) == {"0"}

    @property
    def is_sum(self) -> bool:
        """Whether it passes the gradient as it is to every operand of a list."""
        gated = self.selected or self.domain
        return self.lists and set(self.partials) == {"1"} and not gated

    def grouped(self, operands: Sequence[Any]) -> list[Any]:
        """The operands as arguments of a call: each as it is, or a list.

        The only argument of an operation on one list stays a row of operands.
        """
        if self.lists and len(self.parameters) > 1:
            size = len(operands) // len(self.parameters)
            return [
                list(operands[start : start + size])
                for start in range(0, len(operands), size)
            ]
        return list(operands)

    def __repr__(self) -> str:
        return f"<Operation {self.name}>"
