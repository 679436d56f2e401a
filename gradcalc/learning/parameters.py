"""What a model's parameters start from."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from gradcalc.errors import BindingError
from gradcalc.shapes import Shape, arrange, described, flatten, shape_of


def initial_values(
    shapes: Mapping[str, Shape],
    given: Mapping[str, Any],
    random: Callable[[], float],
) -> dict[str, Any]:
    """The value that each parameter starts from, shaped as `shapes` says.

    A number that is not given is uniform in (-1, 1). An element of a list or matrix is
    uniform with the variance 1/n, where n is its fan-in: the length of the list, or of
    the matrix's rows (LeCun et al., Efficient BackProp, 1998, section 4.6); that is in
    (-1, 1)*sqrt(3/n). A number given for a list stands for each of its elements.

    `random` gives numbers uniform in [0, 1); it is called for every element, given or
    not, in the order of the names, so that neither giving one parameter nor writing the
    formula another way round changes where the others start.

    Raises BindingError if a given value has another shape.
    """
    values = {}
    for name, shape in sorted(shapes.items()):
        count = math.prod(shape)
        bound = math.sqrt(3 / shape[-1]) if shape else 1.0
        drawn = [bound * (2 * random() - 1) for _ in range(count)]
        if name not in given:
            values[name] = arrange(drawn, shape)
            continue
        value = given[name]
        if shape_of(value) == shape:
            values[name] = value
        elif not shape_of(value):
            values[name] = arrange([value] * count, shape)
        else:
            raise BindingError(
                f"{name} starts as {described(shape_of(value))}, but its shape is"
                f" {described(shape)}"
            )
    return {name: values[name] for name in shapes}


def leaves_of(values: Mapping[str, Any], names: list[str]) -> list[float]:
    """The numbers of these parameters, list by list."""
    return [leaf for name in names for leaf in flatten(values[name])]
