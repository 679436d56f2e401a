"""Bare numbers picked out of an evaluation: what `--only` prints."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gradcalc.errors import UsageError
from gradcalc.reports.numbers import format_value

if TYPE_CHECKING:
    from gradcalc.engine.evaluation import Evaluation

_SELECTION = re.compile(r"(\w+)(?:\.(\w+))?((?:\[-?\d+\])*)")


def selected_lines(
    evaluation: "Evaluation", selection: str, precision: int | None = None
) -> list[str]:
    """The lines of bare numbers that the selection names.

    `value`, `gradient` (a line per variable), `gradient.x1`, `jacobian`, `jacobian.x1`;
    any of them with indices behind it: `gradient.v[0]`. Raises UsageError, naming what
    there is.
    """
    fields: dict[str, Any] = {"value": evaluation.value}
    if evaluation.jacobian is not None:
        fields["jacobian"] = evaluation.jacobian
    else:
        fields["gradient"] = evaluation.gradient
    match = _SELECTION.fullmatch(selection)
    head, name, indices = match.groups() if match else ("", None, "")
    if head not in fields:
        raise _nothing_called(selection, _choices(fields))
    found = fields[head]
    if name is not None:
        if not isinstance(found, dict) or name not in found:
            raise _nothing_called(selection, _choices(fields))
        found = found[name]
    for index in re.findall(r"-?\d+", indices):
        if not isinstance(found, list) or not -len(found) <= int(index) < len(found):
            raise _nothing_called(selection, _choices(fields))
        found = found[int(index)]
    entries = found.values() if isinstance(found, dict) else [found]
    return [format_value(entry, precision) for entry in entries]


def _choices(fields: dict[str, Any]) -> list[str]:
    choices = []
    for head, found in fields.items():
        choices.append(head)
        if isinstance(found, dict):
            choices += [f"{head}.{name}" for name in found]
    return choices


def _nothing_called(selection: str, choices: Sequence[str]) -> UsageError:
    shown = [*choices[:12], *(["..."] if len(choices) > 12 else [])]
    return UsageError(
        f"--only: there is no {selection!r} in the result",
        hint=f"there is {', '.join(shown)}",
    )
