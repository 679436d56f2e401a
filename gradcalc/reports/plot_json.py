"""A plot as numbers."""

from typing import Any

from gradcalc.analysis.curves import Curve, Plotted
from gradcalc.analysis.surfaces import Surface
from gradcalc.language.bindings import BoundProgram
from gradcalc.strict_json import SCHEMA, json_value


def curve_to_dict(bound: BoundProgram, plotted: Plotted) -> dict[str, Any]:
    """The curve as the object that `plot --json` prints.

    `gaps` are the pairs of neighbouring samples between which it jumps or has a pole.
    """
    return {
        "schema": SCHEMA,
        "expression": bound.text,
        "variables": _fixed(bound, (plotted.name,)),
        "variable": plotted.name,
        "x": list(plotted.value.x),
        "value": json_value(list(plotted.value.y)),
        "derivative": json_value(list(plotted.derivative.y)),
        "gaps": _gaps(plotted.value),
        "derivative_gaps": _gaps(plotted.derivative),
    }


def surface_to_dict(bound: BoundProgram, surface: Surface) -> dict[str, Any]:
    """The surface as the object that `plot --json` prints: `value` has a row per y."""
    first, second = surface.names
    return {
        "schema": SCHEMA,
        "expression": bound.text,
        "variables": _fixed(bound, surface.names),
        "variable": [first, second],
        "x": surface.x,
        "y": surface.y,
        "value": json_value(surface.values),
        "gradient": {
            first: json_value(surface.slopes[0]),
            second: json_value(surface.slopes[1]),
        },
    }


def _fixed(bound: BoundProgram, names: tuple[str, ...]) -> dict[str, Any]:
    return {
        name: json_value(value)
        for name, value in bound.variables.items()
        if name not in names
    }


def _gaps(curve: Curve) -> list[list[float]]:
    return [[curve.x[k], curve.x[k + 1]] for k in sorted(curve.breaks)]
