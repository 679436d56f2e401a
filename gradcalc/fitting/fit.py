"""Fits of formulas to data in memory, for Python."""

from collections.abc import Mapping, Sequence
from typing import Any

from gradcalc.errors import BindingError, entry_point
from gradcalc.fitting.fit_tasks import FitSettings, read_fit_task
from gradcalc.fitting.fits import Fit
from gradcalc.fitting.observations import table_in
from gradcalc.language.bindings import checked_value, values_by_name
from gradcalc.learning.roles import ParameterOptions
from gradcalc.shapes import Shape


@entry_point
def fit(
    text: str,
    rows: Any,
    target: str | Sequence[str],
    *,
    sigma: str | Sequence[str] | None = None,
    start: Mapping[str, Any] | None = None,
    bounds: Mapping[str, tuple[float | None, float | None]] | None = None,
    fix: Mapping[str, Any] | None = None,
    shapes: Mapping[str, Shape] | None = None,
    starts: int = 0,
    seed: int = 0,
    robust: str | None = None,
) -> Fit:
    """The formula fitted to rows of data by least squares.

    `rows` is a dict of columns, such as lists or NumPy arrays, a data frame, or a list
    of dicts. Names of the formula that are columns are inputs; the others are
    parameters, numbers unless `shapes` says otherwise: {"v": (3,)}. `target` is the
    column that the formula is to give, or a formula of columns such as "log(y)";
    several for a result that is a list. `sigma` is likewise the standard uncertainty
    of the target, in its unit; without it the errors are scaled by the residuals.

    `start` has values to start from; without one a start is looked for. `bounds` has
    pairs (least, largest), with None where there is none; `fix` has values that are
    held. `starts` is how many more starts are drawn at random with the `seed`. `robust`
    is a loss in which large residuals count less: soft_l1, huber, cauchy or arctan.

    Raises GradcalcError for what is wrong with the formula, the data or the options.
    """
    given = {
        key: {
            name: checked_value(name, value)
            for name, value in values_by_name(values or {}).items()
        }
        for key, values in (("start", start), ("fix", fix))
    }
    sides = {
        name: _sides(name, pair) for name, pair in values_by_name(bounds or {}).items()
    }
    shaped = {
        name: shape if isinstance(shape, tuple) else (shape,)
        for name, shape in values_by_name(shapes or {}).items()
    }
    settings = FitSettings(
        parameters=ParameterOptions(given["start"], {}, given["fix"], shaped),
        bounds=sides,
        sigma=_texts(sigma),
        starts=starts,
        seed=seed,
        robust=robust,
    )
    return read_fit_task(text, table_in(rows), _texts(target), settings).fit()


def _texts(texts: str | Sequence[str] | None) -> list[str]:
    return [texts] if isinstance(texts, str) else list(texts or [])


def _sides(name: str, pair: Any) -> tuple[float, float]:
    """The least and the largest value; raises BindingError if it is no such pair."""
    if isinstance(pair, (str, bytes)) or not hasattr(pair, "__len__") or len(pair) != 2:
        raise BindingError(
            f"the bounds of {name} are not a pair",
            hint='such as {"k": (0, None)} for at least 0',
        )
    low, high = (
        side if each is None else checked_value(name, each)
        for each, side in zip(pair, (float("-inf"), float("inf")), strict=True)
    )
    if isinstance(low, list) or isinstance(high, list):
        raise BindingError(f"the bounds of {name} are not two numbers")
    return low, high
