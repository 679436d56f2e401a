"""The picture of a fit: data, curve and band, and the residuals."""

import math
from collections.abc import Sequence
from typing import Any

from gradcalc.errors import FormulaError
from gradcalc.fitting.fits import Fit
from gradcalc.fitting.fitted_curves import FittedCurve, fitted_curves
from gradcalc.fitting.observations import Observations
from gradcalc.reports.figures import LARGEST, TALL, content, headline, new_figure
from gradcalc.reports.numbers import format_number
from gradcalc.reports.uncertain_numbers import with_sigma
from gradcalc.writers.diagram import one_line

# More rows than these are drawn as small dots, and no more than those at all.
_FEW_DOTS, _MOST_DOTS = 2_000, 50_000
# The digits of a parameter whose error is not known.
_PRECISION = 6
# Characters of a formula, and of the name of an axis.
_LONGEST, _LONGEST_NAME = 180, 40
# The colours of rows and of the curve.
_DATA, _CURVE = "#1f5f99", "#c65a11"


def fit_picture(
    fit: Fit, observations: Observations, kind: str, title: str | None = None
) -> bytes:
    """The data of a fit with its curve and the band of one sigma; below, the residuals.

    Where there are several inputs, all stands over the prediction instead, and where
    there is none over the number of the row. The title is the formula if there is no
    other. Raises FormulaError for what cannot be drawn.
    """
    figure = new_figure(TALL)
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(3, 1))
    targets, sigmas = observations.targets, observations.sigmas
    count = len(targets)
    residuals = fit.residuals.reshape(-1, count).T
    curves = []
    if len(observations.inputs) <= 1:
        along = next(iter(fit.inputs), "row")
        # Without an input, the numbers of the rows from 1 on.
        (x,) = observations.inputs or [(targets[0] == targets[0]).cumsum()]
        places = [x] * count
        curves = fitted_curves(fit.model, float(x.min()), float(x.max()))
    else:
        along = "prediction"
        places = [y - r for y, r in zip(targets, residuals, strict=True)]
    _check_drawn(*places, *targets)
    looks = [(_DATA, _CURVE)] if count == 1 else [(f"C{k}",) * 2 for k in range(count)]
    names = fit.target if len(fit.target) == count else [str(k) for k in range(count)]
    for k, (points, colour) in enumerate(looks):
        name = names[k] if count > 1 else "data"
        bars = None if sigmas is None else sigmas[k]
        _points(upper, places[k], targets[k], bars, points, f" {name}")
        spread = 1.0 if bars is None else bars
        _points(lower, places[k], residuals[k] / spread, None, points)
        if curves:
            _band(upper, curves[k], colour, single=count == 1)
    if not curves:
        ends = [min(map(float, map(min, places))), max(map(float, map(max, places)))]
        upper.plot(ends, ends, color=_CURVE, linewidth=1.2, label=" prediction")
    _limit(upper, targets, sigmas, curves)
    for panel in (upper, lower):
        panel.grid(color="#e4e4e4", linewidth=0.7)
        panel.set_axisbelow(True)
    lower.axhline(0, color="#999999", linewidth=0.8)
    lower.set_xlabel(one_line(along, _LONGEST_NAME), parse_math=False)
    upper.set_ylabel(one_line(", ".join(fit.target), _LONGEST_NAME), parse_math=False)
    lower.set_ylabel("residual" if sigmas is None else "residual / sigma")
    handles, labels = upper.get_legend_handles_labels()
    # The data first, which come last of what is drawn.
    order = [*range(len(handles) - count, len(handles)), *range(len(handles) - count)]
    legend = figure.legend(
        [handles[k] for k in order],
        [labels[k] for k in order],
        loc="outside lower center",
        ncols=3,
    )
    for text in legend.get_texts():
        text.set_parse_math(False)
    shown = title or one_line(fit.formula, _LONGEST)
    known = [
        f"{name} = {with_sigma(value, error)}"
        if math.isfinite(error := fit.errors[name])
        else f"{name} = {format_number(value, _PRECISION)}"
        for name, value in fit.values.items()
    ]
    headline(figure, shown, one_line(", ".join(known), _LONGEST))
    return content(figure, kind, shown)


def _check_drawn(*columns: Any) -> None:
    """Raise FormulaError if a number is too large for a library that draws."""
    for column in columns:
        if (largest := abs(column).max()) > LARGEST:
            raise FormulaError(
                f"numbers beyond {LARGEST:.0e} cannot be drawn, and these reach"
                f" {largest:.3g}".replace("e+", "e")
            )


def _points(
    panel: Any, x: Any, y: Any, bars: Any, colour: str, label: str | None = None
) -> None:
    """Draw rows of data as points, many of them as a cloud of dots."""
    # Evenly spread, so that a file of a million rows can be looked at.
    step = -(-len(x) // _MOST_DOTS)
    few = len(x) <= _FEW_DOTS
    panel.errorbar(
        x[::step],
        y[::step],
        bars[::step] if few and bars is not None else None,
        fmt="o",
        markersize=4 if few else 1.5,
        elinewidth=1,
        color=colour,
        alpha=0.9 if few else 0.4,
        markeredgewidth=0,
        rasterized=not few,
        label=label,
        # Below the curve, which many of them would hide.
        zorder=1.5,
    )


def _band(panel: Any, curve: FittedCurve, colour: str, *, single: bool) -> None:
    """Draw a curve, and one standard deviation to each side of it."""
    pairs = list(zip(curve.y, curve.sigma, strict=True))
    low = [y - s if math.isfinite(y - s) else math.nan for y, s in pairs]
    high = [y + s if math.isfinite(y + s) else math.nan for y, s in pairs]
    y = [each if math.isfinite(each) else math.nan for each in curve.y]
    panel.plot(
        curve.x, y, color=colour, linewidth=1.6, label=" fit" if single else None
    )
    if not any(map(math.isfinite, curve.sigma)):
        return
    panel.fill_between(
        curve.x, low, high, color=colour, alpha=0.3, linewidth=0, zorder=1.8,
        label=" ± 1 sigma" if single else None,
    )  # fmt: skip


def _limit(
    panel: Any, targets: Any, sigmas: Any, curves: Sequence[FittedCurve]
) -> None:
    """Show all data, and of curves and bands what is not far beyond them."""
    bars = sigmas or [0.0] * len(targets)
    low = min(float((y - s).min()) for y, s in zip(targets, bars, strict=True))
    high = max(float((y + s).max()) for y, s in zip(targets, bars, strict=True))
    reach = high - low or 1.0
    ends = [
        end
        for curve in curves
        for y, s in zip(curve.y, curve.sigma, strict=True)
        for end in (y - s, y, y + s)
        if math.isfinite(end)
    ]
    low = min(low, max(min(ends, default=low), low - reach))
    high = max(high, min(max(ends, default=high), high + reach))
    panel.set_ylim(low - 0.05 * reach, high + 0.05 * reach)
