"""Bare numbers picked out of a result: what `--only` prints.

A path leads to them: a field of the result, a name in it, and indices: `gradient.v[0]`.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gradcalc.errors import UsageError
from gradcalc.language.identifiers import NAME, normal
from gradcalc.reports.numbers import exact_number, format_value
from gradcalc.reports.objects import POINT, check_count, fields
from gradcalc.shapes import leaves_of

if TYPE_CHECKING:
    from gradcalc.engine.evaluation import Evaluation
    from gradcalc.learning.descent import Descent

_PATH = re.compile(rf"(\w+)(?:\.({NAME}))?((?:\[-?[0-9]{{1,18}}\])*)")
_NOTHING = object()
_MOST_CHOICES = 12
_MOST_NAMES = 4


def differentiated_by(path: str, variables: Collection[str]) -> list[str] | None:
    """The variables whose gradients the path into an evaluation needs; None: all."""
    match = _PATH.fullmatch(path)
    if match is None:
        return None
    field, name, _ = match.groups()
    if name is None:
        return [] if field == "value" else None
    return [normal(name)] if normal(name) in variables else None


def evaluation_lines(
    evaluation: "Evaluation", path: str, precision: int | None = None
) -> list[str]:
    """The lines of bare numbers at the path into an evaluation.

    `value`, `gradient` (a line per variable), `gradient.x1`, `jacobian`, `jacobian.x1`.
    Raises UsageError, naming what there is.
    """
    check_count(
        evaluation, len(leaves_of(evaluation.graph.variables, evaluation.wanted))
    )
    slopes = "gradient" if evaluation.jacobian is None else "jacobian"
    result = fields(evaluation, f"value {slopes}")
    found = _found(result, path)
    if found is _NOTHING:
        choices = _choices(result)
        if len(choices) > _MOST_CHOICES:
            choices[_MOST_CHOICES:] = ["..."]
        raise _nothing_at(path, choices)
    return [format_value(entry, precision, exact_number) for entry in _entries(found)]


def descent_lines(
    descent: "Descent", path: str, precision: int | None = None
) -> list[str]:
    """The lines of bare numbers at the path into a descent.

    A field of the trace, `value` or `variables.a`, gives a line for each of its points
    (each that has it: there is no change at the start); with `start.` or `end.` before
    it, one line. Several variables stand side by side, tabs between them. `stopped` is
    the word for why it stopped. Raises UsageError, naming what there is.
    """
    if path == "stopped":
        return [descent.stopped]
    end, _, rest = path.partition(".")
    ends = {"start": descent.start, "end": descent.end}
    points, inner = ([ends[end]], rest) if end in ends else (descent.trace, path)
    lines = []
    for point in points:
        result = fields(point, POINT)
        found = _found(result, inner)
        if found is _NOTHING:
            more = "stopped; start. or end. before one gives that point alone"
            raise _nothing_at(path, [*_choices(result, _MOST_NAMES), more])
        if found is not None:
            numbers = (
                format_value(entry, precision, exact_number)
                for entry in _entries(found)
            )
            lines.append("\t".join(numbers))
    return lines


def _found(result: Mapping[str, Any], path: str) -> Any:
    """What the path leads to, or _NOTHING."""
    match = _PATH.fullmatch(path)
    if match is None:
        return _NOTHING
    field, name, indices = match.groups()
    found = result.get(field, _NOTHING)
    if name is not None:
        known = found if isinstance(found, dict) else {}
        found = known.get(normal(name), _NOTHING)
    for index in map(int, re.findall(r"-?\d+", indices)):
        inside = isinstance(found, list) and -len(found) <= index < len(found)
        found = found[index] if inside else _NOTHING
    return found


def _entries(found: Any) -> list[Any]:
    return list(found.values()) if isinstance(found, dict) else [found]


def _choices(result: Mapping[str, Any], most_names: int | None = None) -> list[str]:
    """The paths to the fields and to their names."""
    choices = []
    for field, value in result.items():
        choices.append(field)
        if isinstance(value, dict):
            choices += [f"{field}.{name}" for name in list(value)[:most_names]]
    return choices


def _nothing_at(path: str, choices: Sequence[str]) -> UsageError:
    return UsageError(
        f"--only: there is no {path!r} in the result",
        hint=f"there is {', '.join(choices)}",
    )
