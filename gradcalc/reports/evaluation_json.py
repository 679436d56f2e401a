"""An evaluation as one JSON object."""

from math import isfinite
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gradcalc.engine.evaluation import Evaluation

SCHEMA = 1


def json_value(value: Any) -> Any:
    """The value with every number that JSON has no spelling for as a string."""
    if isinstance(value, float):
        if isfinite(value):
            return value
        return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, list | tuple):
        return [json_value(entry) for entry in value]
    return value


def evaluation_to_dict(evaluation: "Evaluation") -> dict[str, Any]:
    """The evaluation as the object that `eval --json` prints."""
    if evaluation.jacobian is not None:
        slopes, name = evaluation.jacobian, "jacobian"
    else:
        slopes, name = evaluation.gradient or {}, "gradient"
    return {
        "schema": SCHEMA,
        "expression": evaluation.source,
        "value": json_value(evaluation.value),
        "finite": evaluation.finite,
        "variables": {k: json_value(v) for k, v in evaluation.variables.items()},
        name: {k: json_value(v) for k, v in slopes.items()},
        "nodes": [
            {
                "id": node.id,
                "op": node.operation,
                "label": node.label,
                "expression": node.expression,
                "inputs": list(node.inputs),
                "value": json_value(node.value),
                "gradient": json_value(node.gradient),
                "span": list(node.span) if node.span is not None else None,
            }
            for node in evaluation.nodes
        ],
        "notes": [
            {"node": note.node, "kind": note.kind, "message": note.message}
            for note in evaluation.notes
        ],
    }
