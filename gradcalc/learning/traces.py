"""The points of a way of many steps, thinned out so that memory holds them."""

from typing import Generic, Protocol, TypeVar


class Reached(Protocol):
    """What a number of steps led to."""

    @property
    def step(self) -> int: ...


P = TypeVar("P", bound=Reached)


class Trace(Generic[P]):
    """The first point and every so many steps another.

    When there are more than `longest`, if it is given, every second is dropped, but
    for those of fewer than `early` steps.
    """

    def __init__(
        self, first: P, longest: int | None, stride: int = 1, early: int = 0
    ) -> None:
        self.points = [first]
        self._longest, self._stride, self._early = longest, stride, early

    def takes(self, step: int) -> bool:
        """Whether the point after so many steps is one of them."""
        return step < self._early or step % self._stride == 0

    def add(self, point: P) -> None:
        self.points.append(point)
        if self._longest is not None and len(self.points) > self._longest:
            self._stride *= 2
            self.points = [each for each in self.points if self.takes(each.step)]

    def ending_with(self, last: P) -> list[P]:
        """The points and the last, if it is not among them."""
        return self.points + [last] * (self.points[-1].step != last.step)
