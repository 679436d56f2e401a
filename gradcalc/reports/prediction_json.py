"""A prediction for one point as one JSON object."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gradcalc.strict_json import SCHEMA, json_value

if TYPE_CHECKING:
    from gradcalc.learning.prediction import Prediction


def prediction_to_dict(
    prediction: "Prediction",
    inputs: Mapping[str, Any],
    classes: Sequence[str] | None,
) -> dict[str, Any]:
    """The prediction as the object that `predict --json` prints."""
    content = {
        "schema": SCHEMA,
        "prediction": json_value(prediction.answer),
        "variables": json_value(inputs),
    }
    if classes is not None:
        content["classes"] = list(classes)
        content["score"] = json_value(prediction.score)
    if prediction.gradient is not None:
        content["gradient"] = json_value(prediction.gradient)
    return content
