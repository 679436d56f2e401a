"""The check of a gradient as JSON."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gradcalc.strict_json import SCHEMA, json_value

if TYPE_CHECKING:
    from gradcalc.analysis.answers import Answer
    from gradcalc.analysis.check import Check
    from gradcalc.engine.evaluation import Evaluation


def check_to_dict(check: "Check") -> dict[str, Any]:
    """The object that `check --json` prints."""
    rows = [
        {
            "variable": row.variable,
            "element": row.element or None,
            "value": json_value(row.value),
            "backprop": json_value(row.gradient),
            "difference": json_value(row.difference),
            "error": json_value(row.error),
            "left": json_value(row.left),
            "right": json_value(row.right),
            "verdict": row.verdict,
            "reason": row.reason or None,
        }
        for row in check.rows
    ]
    return {**_head(check.evaluation), "agrees": check.agrees, "checks": rows}


def answers_to_dict(
    evaluation: "Evaluation", answers: Sequence["Answer"]
) -> dict[str, Any]:
    """The object that `check --expect ... --json` prints."""
    rows = [
        {
            "variable": answer.variable,
            "expected": json_value(answer.expected),
            "backprop": json_value(answer.gradient),
            "tolerance": answer.tolerance,
            "error": json_value(answer.error),
            "verdict": "ok" if answer.right else "differs",
            "reason": answer.reason or None,
        }
        for answer in answers
    ]
    agrees = all(answer.right for answer in answers)
    return {**_head(evaluation), "agrees": agrees, "checks": rows}


def _head(evaluation: "Evaluation") -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "expression": evaluation.source,
        "value": json_value(evaluation.value),
        "variables": json_value(evaluation.variables),
    }
