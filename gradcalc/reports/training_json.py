"""A training as one JSON object, which is also what a model file holds."""

from typing import TYPE_CHECKING, Any

from gradcalc.learning.model import SCHEMA
from gradcalc.strict_json import json_value

if TYPE_CHECKING:
    from gradcalc.learning.lesson import Outcome


def training_to_dict(outcome: "Outcome") -> dict[str, Any]:
    """The training as the object that `train --json` prints and `--save` writes.

    `gradcalc.learning.model` says what its entries are.
    """
    model, training = outcome.model, outcome.training
    accuracy = outcome.accuracy or {}
    entries = {
        "schema": SCHEMA,
        "model": model.text,
        "inputs": list(model.inputs),
        "target": model.target[0] if len(model.target) == 1 else model.target,
        "loss": {
            "name": model.loss,
            "first": json_value(training.first),
            "last": json_value(training.last),
            "validation": json_value(training.validation),
        },
        "epochs": training.epochs,
        "parameters": model.parameters,
        "formula": model.formula(),
        "stopped": training.stopped,
    }
    shapes = {name: list(shape) for name, shape in model.inputs.items() if shape}
    optional = {
        "shapes": shapes,
        "classes": model.classes,
        "fixed": list(outcome.fixed),
        "accuracy": accuracy.get("training"),
        "validation_accuracy": accuracy.get("validation"),
        "reason": training.reason,
        "dead": outcome.dead,
        "skipped": outcome.skipped.count,
    }
    given = {
        name: entry
        for name, entry in optional.items()
        if entry or isinstance(entry, float)
    }
    return {**entries, **given}
