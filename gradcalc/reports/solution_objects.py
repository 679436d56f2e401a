"""The roots of a formula as the object that `--json` prints."""

from gradcalc.reports.objects import answered
from gradcalc.solving.roots import Found
from gradcalc.solving.solve import Solution
from gradcalc.strict_json import Object, json_value


def solution_to_dict(solution: Solution) -> Object:
    """The first root, or what was found in its place; then all that was found.

    The path to the first is not told again among all.
    """
    best = solution.best

    def entry(found: Found) -> Object:
        end = _end_to_dict(solution, found)
        return end if found is best else end | _path_to_dict(solution, found)

    return {
        **answered(solution.bound, "expression=text"),
        "solved": solution.solved,
        **_end_to_dict(solution, best),
        **_path_to_dict(solution, best),
        "roots": [entry(found) for found in solution.roots],
        "others": [entry(found) for found in solution.others],
    }


def _end_to_dict(solution: Solution, found: Found) -> Object:
    """What was found at the end of one path."""
    end = found.end
    return {
        "kind": found.kind,
        "reason": found.reason or None,
        "variables": json_value(solution.variables(end)),
        "residual": json_value(solution.residual(end)),
        "within": json_value(solution.unknowns(found.within)) if found.within else None,
        "steps": len(found.path) - 1,
    }


def _path_to_dict(solution: Solution, found: Found) -> Object:
    """The path to what was found."""
    return {
        "trace": [
            {
                "step": step,
                "variables": json_value(solution.unknowns(place.values)),
                "residual": json_value(solution.residual(place)),
                "share": place.share,
            }
            for step, place in enumerate(found.path)
        ],
    }
