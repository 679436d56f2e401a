"""Sweeps of variables over ranges, and the table of all their combinations."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, islice
from math import lcm

from gradcalc.data.lines import TextStream
from gradcalc.errors import BindingError

# Where numbers are rounded, the last step may miss the end by this part of itself.
_ROUNDING = Fraction(1, 10**6)
_BLOCK = 1000


@dataclass(frozen=True)
class Sweep:
    """Numbers from `start` on, with `step` between them, as far as `stop`.

    They are multiples of the step, each rounded once, and no sums of steps: 0.3 is the
    third step of 0.1. The end is one of them if a step ends there.
    """

    start: Fraction
    stop: Fraction
    step: Fraction

    def __post_init__(self) -> None:
        if not self.step:
            raise BindingError("the step of a range is 0")
        if (self.stop - self.start) * self.step < 0:
            raise BindingError("the step of the range leads away from its end")

    def __iter__(self) -> Iterator[float]:
        last = int((self.stop - self.start) / self.step + _ROUNDING)
        denominator = lcm(self.start.denominator, self.step.denominator)
        first, step = int(self.start * denominator), int(self.step * denominator)
        # Of whole numbers Python rounds the quotient once.
        for place in range(last):
            yield (first + place * step) / denominator
        end = self.start + last * self.step
        missed = abs(self.stop - end) <= abs(self.step) * _ROUNDING
        yield float(self.stop if missed else end)


def grid_stream(sweeps: Mapping[str, Sweep], delimiter: str) -> TextStream:
    """A stream of a table: a row for each combination of the sweeps' numbers.

    The last of them changes from row to row.
    """
    lines = _lines(list(sweeps.values()), "", delimiter)
    blocks = iter(lambda: "".join(islice(lines, _BLOCK)), "")
    return TextStream(chain([delimiter.join(sweeps) + "\n"], blocks))


def _lines(sweeps: Sequence[Sweep], begun: str, delimiter: str) -> Iterator[str]:
    """The lines of a table, each of which begins with that text."""
    first, *others = sweeps
    for number in first:
        if others:
            yield from _lines(others, f"{begun}{number!r}{delimiter}", delimiter)
        else:
            yield f"{begun}{number!r}\n"
