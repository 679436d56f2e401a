"""A descent or ascent as one JSON object, and as columns of bare numbers."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gradcalc.errors import UsageError
from gradcalc.reports.numbers import format_value
from gradcalc.strict_json import SCHEMA, json_value

if TYPE_CHECKING:
    from gradcalc.learning.descent import Descent, Point

_SELECTION = re.compile(r"(?:(start|end)\.)?(\w+)(?:\.(\w+))?((?:\[-?\d+\])*)")


def descent_to_dict(descent: "Descent") -> dict[str, Any]:
    """The descent as the object that `descend --json` prints."""
    return {
        "schema": SCHEMA,
        "start": _end(descent.start),
        "end": _end(descent.end),
        "stopped": descent.stopped,
        "reason": descent.reason,
        "steps": descent.end.step,
        "trace": [
            {name: json_value(value) for name, value in _fields(point).items()}
            for point in descent.trace
        ],
    }


def _end(point: "Point") -> dict[str, Any]:
    return {
        "value": json_value(point.value),
        "variables": json_value(point.variables),
    }


def _fields(point: "Point") -> dict[str, Any]:
    return {
        "step": point.step,
        "value": point.value,
        "variables": point.variables,
        "gradient": point.gradient,
        "predicted_change": point.predicted,
        "actual_change": point.actual,
    }


def selected_lines(
    descent: "Descent", selection: str, precision: int | None = None
) -> list[str]:
    """The lines of bare numbers that the selection names.

    A field of the trace, `value` or `variables.a`, gives a line for each of its points
    (each that has it: there is no change at the start); with `start.` or `end.` before
    it, one line. Several variables stand side by side, tabs between them. `stopped` is
    the word for why it stopped. Raises UsageError, naming what there is.
    """
    if selection == "stopped":
        return [descent.stopped]
    match = _SELECTION.fullmatch(selection)
    where, field, name, indices = match.groups() if match else (None, "", None, "")
    points = {"start": descent.trace[:1], "end": descent.trace[-1:]}.get(
        where or "", descent.trace
    )
    lines = []
    for point in points:
        fields = _fields(point)
        found = fields.get(field, _NOTHING)
        if name is not None:
            found = found.get(name, _NOTHING) if isinstance(found, dict) else _NOTHING
        for index in map(int, re.findall(r"-?\d+", indices)):
            inside = isinstance(found, list) and -len(found) <= index < len(found)
            found = found[index] if inside else _NOTHING
        if found is _NOTHING:
            raise _nothing_called(selection, fields)
        if found is not None:
            entries: Sequence[Any]
            entries = list(found.values()) if isinstance(found, dict) else [found]
            lines.append("\t".join(format_value(entry, precision) for entry in entries))
    return lines


_NOTHING = object()


def _nothing_called(selection: str, fields: dict[str, Any]) -> UsageError:
    choices = []
    for field, value in fields.items():
        choices.append(field)
        if isinstance(value, dict):
            choices += [f"{field}.{name}" for name in list(value)[:4]]
    return UsageError(
        f"--only: there is no {selection!r} in the result",
        hint=f"there is {', '.join(choices)}, stopped; start. or end. before one"
        " gives that point alone",
    )
