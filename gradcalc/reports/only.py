"""Bare numbers picked out of a result: what `--only` prints.

A path leads to them: a field of the result, a name in it, and indices: `gradient.v[0]`.
"""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gradcalc.errors import UsageError
from gradcalc.language.identifiers import NAME, normal
from gradcalc.reports.numbers import exact_number, format_value
from gradcalc.reports.objects import FIT, POINT, check_count, fields
from gradcalc.shapes import INDICES, Structure, all_leaves, flatten, indexed

if TYPE_CHECKING:
    from gradcalc.analysis.uncertainty import Uncertainty
    from gradcalc.engine.evaluation import Evaluation
    from gradcalc.fitting.fits import Fit
    from gradcalc.learning.descent import Descent
    from gradcalc.solving.solve import Solution

_PATH = re.compile(rf"({NAME})(?:\.({NAME}))?({INDICES})")
_HESSIAN = re.compile(rf"hessian(?:\.({NAME})({INDICES}))?(?:\.({NAME})({INDICES}))?")
_NOTHING = object()
_MOST_CHOICES = 12
_MOST_NAMES = 4


def differentiated_by(only: str, names: Sequence[str]) -> list[str]:
    """The names whose gradients the paths in `only` need: all these, or those named."""
    needed: list[str] = []
    for path in map(str.strip, only.split(",")):
        match = _PATH.fullmatch(path)
        field, name, _ = match.groups() if match else ("", None, "")
        if second := _HESSIAN.fullmatch(path):
            first, place, other, beside = second.groups()
            needed += [] if other else names
            needed += [normal(first) + place] if first else []
            needed += [normal(other) + beside] if other else []
        elif field != "value":
            needed += names if name is None else [normal(name)]
    # Not an element of a list that is needed itself.
    bases = {name for name in needed if "[" not in name}
    return [
        name
        for name in dict.fromkeys(needed)
        if name in bases or name.partition("[")[0] not in bases
    ]


def asks_for_hessian(only: str) -> bool:
    """Whether a path leads to second derivatives."""
    return any(_HESSIAN.fullmatch(path.strip()) for path in only.split(","))


def evaluation_lines(
    evaluation: "Evaluation",
    only: str,
    precision: int | None = None,
    names: Sequence[str] | None = None,
) -> list[str]:
    """The lines of bare numbers at the paths into an evaluation, separated by commas.

    `value`, `value.n`, `gradient` (a line for each of the names, or of all that is
    wanted), `gradient.n`, `jacobian`, `jacobian.n`, where n is a variable or a label,
    and `hessian` (a line for each row, tabs between its numbers), `hessian.n` (a line
    for each of the names) and `hessian.n.m`. Raises UsageError, naming what there is.
    """
    check_count(evaluation, len(all_leaves(evaluation.wanted.values())))
    slopes = "gradient" if evaluation.jacobian is None else "jacobian"
    result = fields(evaluation, f"value {slopes}")
    if names is not None:
        known = result[slopes]
        result[slopes] = {name: known[name] for name in names if name in known}
    lines = []
    for path in map(str.strip, only.split(",")):
        if second := _HESSIAN.fullmatch(path):
            lines += _hessian_lines(evaluation, second, precision, names)
            continue
        entry = _found({**result, **_named_in(evaluation, path, slopes)}, path)
        if entry is _NOTHING:
            choices = _choices(result)
            if evaluation.jacobian is None:
                choices.insert(2, "hessian")
            if len(choices) > _MOST_CHOICES:
                choices[_MOST_CHOICES:] = ["..."]
            raise _nothing_at(path, choices)
        lines += [_bare(each, precision) for each in _entries(entry)]
    return lines


def _bare(entry: Any, precision: int | None) -> str:
    return format_value(entry, precision, exact_number)


def _hessian_lines(
    evaluation: "Evaluation",
    path: re.Match[str],
    precision: int | None,
    names: Sequence[str] | None,
) -> list[str]:
    """The lines of second derivatives at a path that `_HESSIAN` matches."""
    wanted = evaluation.wanted
    asked = {name: wanted[name] for name in names or wanted if name in wanted}
    known = {**evaluation.scope, **evaluation.graph.variables}
    leaves = set(all_leaves(wanted.values()))

    def referred(name: str, indices: str) -> Structure | None:
        found = indexed(known.get(normal(name)), indices)
        return (
            found if found is not None and leaves.issuperset(flatten(found)) else None
        )

    first, indices, second, others = path.groups()
    if first is None:
        nodes = all_leaves(asked.values())
        return [
            "\t".join([_bare(each, precision) for each in row])
            for row in evaluation.second_derivatives(nodes, nodes)
        ]
    one = referred(first, indices)
    structures = list(asked.values())
    if second is not None:
        structures = [referred(second, others)]
    if one is None or None in structures:
        rows = [f"hessian.{name}" for name in list(asked)[:_MOST_CHOICES]]
        raise _nothing_at(path[0], ["hessian", *rows])
    return [
        _bare(evaluation.second_derivatives(one, structure), precision)
        for structure in structures
    ]


def _named_in(evaluation: "Evaluation", path: str, slopes: str) -> dict[str, Any]:
    """The field of the path with the entry of the name in it, if there is one."""
    match = _PATH.fullmatch(path)
    name = normal(match[2]) if match and match[2] else None
    structure = {**evaluation.graph.variables, **evaluation.scope}.get(name or "")
    if match is None or name is None or structure is None:
        return {}
    if match[1] == "value":
        return {"value": {name: evaluation.value_of(structure)}}
    wanted = getattr(evaluation, slopes)
    if match[1] != slopes or name not in {*wanted, *evaluation.labels}:
        return {}
    found = wanted[name] if name in wanted else evaluation.labels[name].gradient
    return {} if found is None else {slopes: {name: found}}


def uncertainty_lines(
    found: "Uncertainty", only: str, precision: int | None = None
) -> list[str]:
    """The lines of bare numbers at paths into an uncertainty: `sigma`, `value[0]`.

    `value`, `sigma`, `covariance`, and by name `contributions.m` and `shares.m` of a
    result that is one number. Raises UsageError, naming what there is.
    """
    result: dict[str, Any] = fields(found, "value sigma covariance")
    if len(found.contributions) == 1:
        (rows,) = found.contributions
        result["contributions"] = {row.variable: row.contribution for row in rows}
        result["shares"] = {row.variable: row.share for row in rows}
    lines = []
    for path in map(str.strip, only.split(",")):
        entry = _found(result, path)
        if entry is _NOTHING:
            raise _nothing_at(path, _choices(result))
        lines += [_bare(each, precision) for each in _entries(entry)]
    return lines


def fit_lines(fit: "Fit", only: str, precision: int | None = None) -> list[str]:
    """The lines of bare numbers at paths into a fit: `k`, `sigma.k`, `chi_square`.

    A parameter's name alone is its value; `covariance` has a line for each row. Raises
    UsageError, naming what there is.
    """
    result = {**fit.parameters, **fields(fit, FIT), "sigma": fit.sigma}
    rows = fit.covariance
    lines = []
    for path in map(str.strip, only.split(",")):
        if path == "covariance":
            lines += ["\t".join([_bare(x, precision) for x in row]) for row in rows]
            continue
        entry = _found(result, path)
        if entry is _NOTHING:
            raise _nothing_at(path, [*_choices(result, _MOST_NAMES), "covariance"])
        lines += [
            each if isinstance(each, str) else _bare(each, precision)
            for each in _entries(entry)
        ]
    return lines


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
            lines.append("\t".join([_bare(e, precision) for e in _entries(found)]))
    return lines


def solution_lines(
    solution: "Solution", only: str, precision: int | None = None
) -> list[str]:
    """The lines of bare numbers at paths into each root, a line for each root.

    An unknown's name, `variables.x`, `residual`, `within.x`, `kind` and `steps`;
    several paths stand side by side, tabs between them. Raises UsageError, naming what
    there is.
    """
    lines = []
    for found in solution.roots or [solution.best]:
        unknowns = solution.unknowns(found.end.values)
        result = {
            **unknowns,
            "variables": solution.variables(found.end),
            "residual": solution.residual(found.end),
            "within": solution.unknowns(found.within) if found.within else None,
            "kind": found.kind,
            "steps": len(found.path) - 1,
        }
        texts = []
        for path in map(str.strip, only.split(",")):
            entry = _found(result, normal(path))
            if entry is _NOTHING:
                raise _nothing_at(path, _choices(result, _MOST_NAMES))
            texts += [
                each if isinstance(each, str) else _bare(each, precision)
                for each in _entries(entry)
            ]
        lines.append("\t".join(texts))
    return lines if solution.solved else []


def _found(result: Mapping[str, Any], path: str) -> Any:
    """What the path leads to, or _NOTHING."""
    match = _PATH.fullmatch(path)
    if match is None:
        return _NOTHING
    field, name, indices = match.groups()
    found = result.get(normal(field), _NOTHING)
    if name is not None:
        known = found if isinstance(found, dict) else {}
        found = known.get(normal(name), _NOTHING)
    if indices:
        element = indexed(found, indices)
        return _NOTHING if element is None else element
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
