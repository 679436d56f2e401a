"""A model with its parameters, and the file that it is kept in.

The file is one JSON object, the same that `gradcalc train --json` prints:

    schema      1, the version of this layout
    model       the formula
    inputs      the names of its inputs, in order
    target      the name of the target's column, or a list of them
    loss        {"name", "first", "last", "validation"}
    epochs      how many were trained
    parameters  the value of each parameter, a number or (nested) list
    formula     the formula with the parameters filled in
    stopped     why the training stopped
    shapes      the shape of each input that is a list, {"x": [3]}; else left out
    classes     the names of the classes; left out if there are none
    fixed       the names of parameters that were held; left out if there are none

A model is read from "schema", "model", "inputs", "target", "parameters", "shapes",
"classes" and the name of the loss. It is data: nothing in it is ever executed.
"""

import json
import math
from collections.abc import Mapping
from typing import Any

from gradcalc.algebra.written_out import formula_text
from gradcalc.errors import DataError, GradcalcError
from gradcalc.language.bindings import BoundProgram, checked_value
from gradcalc.language.parser import parse
from gradcalc.language.program import Program, build, free_names
from gradcalc.shapes import Shape, flatten, shape_of
from gradcalc.strict_json import SCHEMA, read_json


class Model:
    """A formula whose free variables are inputs, which have a shape, and parameters.

    text        the formula
    inputs      the shape of each input, by name
    target      the names of the target's columns
    classes     the names of the classes that it tells apart, or None
    parameters  the value of each parameter, by name
    loss        what it was trained with, by name or as a formula
    program     its graph
    result      the node, or list of nodes, that it predicts with
    """

    def __init__(
        self,
        text: str,
        inputs: Mapping[str, Shape],
        target: list[str],
        classes: list[str] | None,
        parameters: Mapping[str, Any],
        loss: str,
    ) -> None:
        self.text = text
        self.inputs = dict(inputs)
        self.target = target
        self.classes = classes
        self.parameters = dict(parameters)
        self.loss = loss
        shapes = {name: shape_of(value) for name, value in parameters.items()}
        self.program: Program = build(text, parse(text), {**shapes, **self.inputs})
        self.result = self.program.result
        if isinstance(self.result, list) and len(self.result) == 1:
            # A layer of one unit is trained on numbers and predicts numbers.
            (self.result,) = self.result

    def with_parameters(self, parameters: Mapping[str, Any]) -> "Model":
        """The same model with other values of its parameters."""
        return Model(
            self.text, self.inputs, self.target, self.classes, parameters, self.loss
        )

    @property
    def known(self) -> dict[int, float]:
        """The value of each variable node that is a parameter's."""
        variables = self.program.graph.variables
        return {
            node: value
            for name, values in self.parameters.items()
            if name in variables
            for node, value in zip(
                flatten(variables[name]), flatten(values), strict=True
            )
        }

    def formula(self, precision: int | None = None) -> str:
        """The formula written out with the parameters filled in."""
        bound = BoundProgram(
            self.text, self.program, self.program.result, self.parameters, self.known
        )
        return formula_text(bound, precision=precision)


def model_from(text: str, where: str) -> Model:
    """The model in the text of a model file; `where` is what errors call the file.

    Raises DataError if the file does not hold a model that fits together.
    """
    content = _object(text, where)
    if content.get("schema") != SCHEMA:
        raise DataError(
            f"{where} is no model of this version: its schema is"
            f" {json.dumps(content.get('schema'))}, not {SCHEMA}",
            hint="a model file is what gradcalc train --save writes",
        )
    wrong = DataError(
        f"{where} is not a whole model",
        hint="write it again with gradcalc train --save",
    )
    formula: Any = content.get("model")
    inputs: Any = content.get("inputs")
    target: Any = content.get("target")
    target = [target] if isinstance(target, str) else target
    parameters: Any = content.get("parameters")
    shapes: Any = content.get("shapes", {})
    classes: Any = content.get("classes")
    loss: Any = content.get("loss")
    for name, good in (
        ("model", isinstance(formula, str)),
        ("inputs", _names(inputs)),
        ("target", _names(target) and bool(target)),
        ("parameters", isinstance(parameters, dict)),
        ("shapes", isinstance(shapes, dict) and all(map(_is_shape, shapes.values()))),
        ("classes", classes is None or _names(classes)),
        ("loss", isinstance(loss, dict) and isinstance(loss.get("name"), str)),
    ):
        if not good:
            wrong.message += f': "{name}" is missing or not what it should be'
            raise wrong
    values = {name: _parameter(where, name, parameters[name]) for name in parameters}
    _check_names(where, formula, inputs, values)
    try:
        return Model(
            formula,
            {name: tuple(shapes.get(name, ())) for name in inputs},
            target,
            classes,
            values,
            loss["name"],
        )
    except GradcalcError as error:
        raise DataError(
            f"the model in {where} does not fit together: {error.message}",
            source=error.source,
            span=error.span,
            hint=error.hint,
        ) from None


def _object(text: str, where: str) -> dict[str, Any]:
    hint = "a model file is what gradcalc train --save writes"
    content = read_json(text, where, hint=hint)
    if not isinstance(content, dict):
        raise DataError(
            f"{where} is not a model: it holds no object",
            hint=hint,
        )
    return content


def _names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


def _is_shape(value: Any) -> bool:
    return (
        isinstance(value, list)
        and 1 <= len(value) <= 2
        and all(type(size) is int and 0 < size < 1_000_000 for size in value)
    )


def _parameter(where: str, name: str, value: Any) -> Any:
    """The parameter's value, checked to be finite numbers in a shape."""
    try:
        checked = checked_value(name, value)
    except GradcalcError as error:
        raise DataError(f"{where}: {error.message}") from None
    # Truth values count as numbers in Python.
    plain = all(type(leaf) in (int, float) for leaf in flatten(value))
    if not plain or not all(map(math.isfinite, flatten(checked))):
        raise DataError(f"{where}: the parameter {name} is not made of finite numbers")
    return checked


def _check_names(
    where: str, formula: str, inputs: list[str], parameters: Mapping[str, Any]
) -> None:
    """Raise DataError unless the formula's variables are the inputs and parameters."""
    try:
        names = free_names(parse(formula), {*inputs, *parameters})
    except GradcalcError as error:
        raise DataError(
            f"the model in {where} cannot be read: {error.message}",
            source=error.source,
            span=error.span,
            hint=error.hint,
        ) from None
    both = [name for name in inputs if name in parameters]
    if both:
        raise DataError(
            f"{where}: {', '.join(both)} cannot be both an input and a parameter"
        )
    lacking = [name for name in names if name not in inputs and name not in parameters]
    if lacking:
        raise DataError(
            f"{where}: the formula uses {', '.join(lacking)}, which"
            f" {'is' if len(lacking) == 1 else 'are'} neither input nor parameter"
        )
    idle = [name for name in (*inputs, *parameters) if name not in names]
    if idle:
        raise DataError(
            f"{where}: {', '.join(idle)} {'is' if len(idle) == 1 else 'are'} not in the"
            " formula"
        )
