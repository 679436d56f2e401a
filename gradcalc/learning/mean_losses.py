"""The mean loss over rows as a function of the parameters, and its gradient."""

from collections.abc import Callable, Sequence
from functools import cached_property, partial

from gradcalc.learning.epochs import Example, StepSetup, loss_gradient
from gradcalc.learning.training import mean_loss_function, pays_to_use_arrays

Slopes = Callable[[Sequence[float]], tuple[float, list[float]]]

# How many times faster a node of many rows is computed over arrays, about.
_FASTER = 20


class MeanLoss:
    """The mean loss over the rows, without what l2 adds.

    value   a function from the learned parameters, number by number, to the loss
    slopes  a function from them to the loss and its gradient
    work    how many nodes a value takes, about
    """

    def __init__(self, setup: StepSetup, rows: Sequence[Example]) -> None:
        self._setup, self._rows = setup, rows
        self._arrays = pays_to_use_arrays(len(rows))
        work = len(rows) * len(setup.objective.graph)
        self.work = work // _FASTER if self._arrays else work

    @cached_property
    def value(self) -> Callable[[Sequence[float]], float]:
        return partial(mean_loss_function(self._setup, len(self._rows)), self._rows)

    @cached_property
    def slopes(self) -> Slopes:
        setup, rows = self._setup, self._rows
        if self._arrays:
            # Imported here: most tables are small, and NumPy is an extra.
            from gradcalc.learning.vector_epochs import loss_sums

            sums = loss_sums(setup, setup.free)

            def over_arrays(parameters: Sequence[float]) -> tuple[float, list[float]]:
                total, *slopes = sums(rows, parameters)
                return total / len(rows), [slope / len(rows) for slope in slopes]

            return over_arrays
        function = loss_gradient(setup)

        def row_by_row(parameters: Sequence[float]) -> tuple[float, list[float]]:
            total, slopes = 0.0, [0.0] * len(parameters)
            for row in rows:
                (loss,), (gradient,) = function(*row, *parameters)
                total += loss
                slopes = [a + b for a, b in zip(slopes, gradient, strict=True)]
            return total / len(rows), [slope / len(rows) for slope in slopes]

        return row_by_row
