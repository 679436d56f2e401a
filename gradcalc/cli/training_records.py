"""The training that a model file records, as the options that would ask for it."""

from typing import Any

import click

from gradcalc.cli.files import called, read_text
from gradcalc.errors import DataError
from gradcalc.language.names import read_program
from gradcalc.learning.model import Model, content_from, model_of
from gradcalc.learning.optimizers import UPDATE_RULES
from gradcalc.reports.numbers import exact_number, format_value
from gradcalc.shapes import shape_of

# The options whose values stand in the file under their own names.
_NUMBERS = ("seed", "rate", "batch", "l2", "validate", "patience")


def read_record(path: str) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """The formula in a file, what its parameters started from, and options of train.

    The options are by parameter of the command, as texts. Raises DataError if the file
    does not say how the model was trained.
    """
    where = called(path)
    content = content_from(read_text(path), where)
    model = model_of(content, where)
    if "seed" not in content:
        raise DataError(
            f"{where} does not say how its model was trained",
            hint="a file that gradcalc train --save writes now does",
        )
    numbers = {name: content[name] for name in _NUMBERS if name in content}
    optimizer = content.get("optimizer")
    numbers["epochs"] = content.get("epochs_asked", content.get("epochs"))
    if isinstance(optimizer, str) and optimizer in UPDATE_RULES:
        constants = UPDATE_RULES[optimizer].options
        numbers |= {name: content[name] for name in constants if name in content}
    for name, value in {**numbers, "optimizer": optimizer}.items():
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise DataError(
                f'{where} does not say how its model was trained: "{name}" is missing'
                " or not what it should be"
            )
    started = content.get("started", {})
    fixed = content.get("fixed", [])
    if not isinstance(started, dict) or not _are_known(fixed, model):
        raise DataError(f'{where}: "started" or "fixed" is not what it should be')
    formula = content.get("model_asked", model.text)
    if not isinstance(formula, str):
        raise DataError(f'{where}: "model_asked" is not a formula')
    carried = read_program(formula).carried({*model.inputs, *model.parameters})
    shapes = {name: shape_of(value) for name, value in model.parameters.items()}
    classes = model.classes
    return (
        formula,
        started,
        {
            **{name: str(value) for name, value in numbers.items()},
            "optimizer": optimizer,
            "target": ",".join(model.target),
            "loss": model.loss,
            "classes": None if classes is None else _listed(classes),
            "no_shuffle": content.get("no_shuffle") is True,
            "scale": content.get("scale") is True,
            "shape_texts": [
                f"{name}={'x'.join(map(str, shape))}"
                for name, shape in shapes.items()
                if shape and name not in fixed
            ],
            "fixed_texts": [
                f"{name}={format_value(model.parameters[name], None, exact_number)}"
                for name in fixed
                if name not in carried
            ],
        },
    )


def _are_known(names: Any, model: Model) -> bool:
    return isinstance(names, list) and all(
        isinstance(name, str) and name in model.parameters for name in names
    )


def _listed(classes: list[str]) -> str:
    """The classes as `--classes` takes them, or "" for those in the data."""
    plain = all(name == name.strip() and "," not in name for name in classes)
    return ",".join(classes) if plain else ""


def take_record(context: click.Context, _parameter: Any, path: str | None) -> Any:
    """A click callback: the record in the file, whose options become the defaults.

    The optimizer's constants do not if another optimizer is given.
    """
    if path is None:
        return None
    formula, started, settings = read_record(path)
    if "--optimizer" in context.obj.given:
        for optimizer in UPDATE_RULES.values():
            for name in optimizer.options:
                settings.pop(name, None)
    context.default_map = {
        name: value for name, value in settings.items() if value is not None
    }
    return formula, started
