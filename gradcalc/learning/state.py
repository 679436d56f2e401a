"""Where a training is: its parameters and what its optimizer remembers."""

import math


class State:
    """The parameters of a training, number by number, on their way.

    parameters  their values
    memory      for each thing that the optimizer remembers, a value per parameter
    count       the steps taken, where the optimizer needs to know
    """

    __slots__ = ("count", "memory", "parameters")

    def __init__(
        self, parameters: list[float], memory: list[list[float]], count: int = 0
    ) -> None:
        self.parameters = parameters
        self.memory = memory
        self.count = count

    def copy(self) -> "State":
        """A state of its own with the same numbers."""
        memory = [list(numbers) for numbers in self.memory]
        return State(list(self.parameters), memory, self.count)

    def finite(self) -> bool:
        """Whether every parameter is finite."""
        return all(map(math.isfinite, self.parameters))
