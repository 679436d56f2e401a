"""Python's search for garbage, held back while a large structure grows."""

import gc
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def uncollected(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """The function, run without a search for garbage.

    A growing structure is searched again and again though all of it is in use, which
    takes a quarter of the time that a million nodes need.
    """

    @wraps(function)
    def held_back(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        if not gc.isenabled():
            return function(*args, **kwargs)
        gc.disable()
        try:
            return function(*args, **kwargs)
        finally:
            gc.enable()

    return held_back
