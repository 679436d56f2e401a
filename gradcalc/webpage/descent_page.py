"""The page of a descent or ascent: its way drawn, to step through."""

from collections.abc import Sequence
from functools import cache

from gradcalc.language.bindings import BoundProgram
from gradcalc.learning.descent import (
    CONVERGED,
    DIVERGED,
    Descent,
    DescentSettings,
    Point,
    moving_formula,
)
from gradcalc.learning.moving_formula import MovingFormula
from gradcalc.reports.learning_pages import descent_ending
from gradcalc.reports.numbers import format_number, format_value
from gradcalc.shapes import element_names, leaves_of, shape_of
from gradcalc.webpage.drawn_ways import (
    DIGITS,
    GRADIENT,
    Account,
    Stop,
    Way,
    best_of,
    chosen,
    loss_chart,
    optimizer_text,
    way_page,
)
from gradcalc.webpage.landscapes import Path, landscape
from gradcalc.wording import cut_end

_TONES = {CONVERGED: "good", DIVERGED: "bad"}
_LONGEST_END = 200


def descent_page(
    bound: BoundProgram,
    settings: DescentSettings,
    descent: Descent,
    title: str | None = None,
    precision: int | None = None,
) -> str:
    """The page of the descent from the bound program's values, one file.

    It is called as the formula if there is no title. `precision` is how many digits
    numbers are shown with.
    """
    points = descent.trace
    moving = list(points[0].gradient)
    names = [
        element
        for name, slope in points[0].gradient.items()
        for element in element_names(name, shape_of(slope))
    ]
    steps = [point.step for point in points]
    values = [point.value for point in points]
    places = [leaves_of(point.variables, moving) for point in points]
    best = best_of(values, up=settings.up)

    @cache
    def formula() -> MovingFormula:
        return moving_formula(bound, settings)

    path = Path(
        names=names,
        places=places,
        heights=values,
        up=settings.up,
        diverged=descent.stopped == DIVERGED,
    )
    around = landscape(
        lambda numbers: formula().slopes(*numbers)[0][0],
        path,
        GRADIENT * len(bound.program.graph),
    )
    way = Way(
        measure="value",
        unit="step",
        steps=steps,
        last=descent.end.step,
        best=best,
        stops=[_stop(points[k], moving) for k in chosen(steps, len(names), best)],
        fixed={n: it for n, it in bound.variables.items() if n not in moving},
        loss=loss_chart(steps, {"value": values}),
        path=path,
        landscape=around,
        height=values.__getitem__,
        digits=precision,
    )
    account = Account(
        command="ascend" if settings.up else "descend",
        formula=bound.text,
        title=title,
        ending=descent_ending(descent),
        tone=_TONES.get(descent.stopped, ""),
        facts=_facts(settings, descent, points[best], precision or DIGITS),
        notes=[],
    )
    return way_page(account, way)


def _stop(point: Point, moving: Sequence[str]) -> Stop:
    return Stop(
        step=point.step,
        value=point.value,
        variables={name: point.variables[name] for name in moving},
        gradient=point.gradient,
        more={"predicted change": point.predicted, "actual change": point.actual},
    )


def _facts(
    settings: DescentSettings, descent: Descent, best: Point, digits: int
) -> dict[str, str]:
    """What the descent came to, by name."""
    start, end = (format_number(p.value, digits) for p in (descent.start, descent.end))
    facts = {"value": f"{start} → {end}"}
    if best.value != descent.end.value:
        text = format_number(best.value, digits)
        facts["highest" if settings.up else "lowest"] = f"{text} at step {best.step}"
    found = [
        f"{name} = {format_value(descent.end.variables[name], digits)}"
        for name in descent.end.gradient
    ]
    facts["end"] = cut_end(", ".join(found), _LONGEST_END)
    facts["optimizer"] = optimizer_text(
        settings.optimizer, settings.rate, settings.constants
    )
    if settings.bounds:
        facts["bounds"] = ", ".join(
            f"{name} in {format_number(low, digits)}:{format_number(high, digits)}"
            for name, (low, high) in settings.bounds.items()
        )
    return facts
