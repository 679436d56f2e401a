"""An evaluation as one JSON object."""

from typing import TYPE_CHECKING, Any

from gradcalc.strict_json import SCHEMA, json_value

if TYPE_CHECKING:
    from gradcalc.engine.evaluation import Evaluation


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
        "variables": json_value(evaluation.variables),
        name: json_value(slopes),
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
