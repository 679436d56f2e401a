"""gradcalc: a calculator that differentiates.

    >>> import gradcalc
    >>> result = gradcalc.evaluate("x^2*y", {"x": 3, "y": 2})
    >>> result.value, result.gradient
    (18.0, {'x': 12.0, 'y': 9.0})

This module holds the public names and nothing else.
"""

from typing import TYPE_CHECKING, Any

from gradcalc.errors import GradcalcError

if TYPE_CHECKING:
    from gradcalc.algebra.derivative import derivative
    from gradcalc.analysis.uncertainty import Uncertainty, uncertainty
    from gradcalc.engine.evaluation import Evaluation, evaluate
    from gradcalc.engine.value_and_grad import value_and_grad
    from gradcalc.engine.vectorized import vectorized
    from gradcalc.fitting.fit import fit
    from gradcalc.fitting.fits import Fit
    from gradcalc.mapping.spark_engine import map_spark

__version__ = "0.1.0"

__all__ = [
    "Evaluation",
    "Fit",
    "GradcalcError",
    "Uncertainty",
    "__version__",
    "derivative",
    "evaluate",
    "fit",
    "map_spark",
    "uncertainty",
    "value_and_grad",
    "vectorized",
]

# Imported on first use: the command line must not pay for what it does not call.
_HOMES = {
    "Evaluation": "gradcalc.engine.evaluation",
    "Fit": "gradcalc.fitting.fits",
    "Uncertainty": "gradcalc.analysis.uncertainty",
    "derivative": "gradcalc.algebra.derivative",
    "evaluate": "gradcalc.engine.evaluation",
    "fit": "gradcalc.fitting.fit",
    "map_spark": "gradcalc.mapping.spark_engine",
    "uncertainty": "gradcalc.analysis.uncertainty",
    "value_and_grad": "gradcalc.engine.value_and_grad",
    "vectorized": "gradcalc.engine.vectorized",
}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
