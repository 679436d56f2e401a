"""A model with its parameters, and the file that it is kept in.

The file is one JSON object, the same that `gradcalc train --json` prints but for the
loss of every epoch, `history`:

    schema      1, the version of this layout
    model       the formula
    inputs      the names of its inputs, in order
    target      the name of the target's column, or a list of them
    loss        {"name", "first", "last", "validation"}
    epochs      how many were trained
    parameters  the value of each parameter, a number or (nested) list; what is not
                finite as a string: "NaN", "Infinity", "-Infinity"
    formula     the formula with the parameters filled in
    stopped     why the training stopped
    shapes      the shape of each input that is a list, {"x": [3]}; else left out
    classes     the names of the classes; left out if there are none
    fixed       the names of parameters that were held; left out if there are none
    dead, flat  units and parameters that no longer learn; left out if there are none
    outside     on how many rows a probability was none; left out if on none
    names, covariance   the numbers among the parameters that are uncertain, "k" or
                "v[0]", and the covariance of each two, row by row
    degrees_of_freedom  how many rows more there were than these numbers; the three are
                left out where nothing is known of it

What `gradcalc fit` writes has some more of its own, in the place of epochs; what
`gradcalc train` writes has what it was asked for, so that the same rows give the same
again. What is as it is by itself is left out:

    version     of gradcalc
    seed, rate, optimizer, batch ("all" for all rows), and the optimizer's options
    rows, validation_rows   how many were learned from, and held back
    l2, validate, patience, no_shuffle, and epochs_asked if it stopped before
    started     the values that parameters started from
    scaled      {"x": {"mean", "deviation"}} of the inputs that it learned from scaled
    scale       true if it was asked to; and model_asked, the formula that was given, if
                the scaling stands in that of the model
    steady_rate of one that diverged, a rate that does not

A model is read from "schema", "model", "inputs", "target", "parameters", "shapes",
"classes", the name of the loss, "names", "covariance" and "degrees_of_freedom". It is
data: nothing in it is ever executed.
"""

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from gradcalc.algebra.written_out import formula_text
from gradcalc.data.cells import is_unicode
from gradcalc.engine.correlations import Covariance, correlations, covariance_matrix
from gradcalc.errors import BindingError, DataError, GradcalcError, ShapeError
from gradcalc.language.bindings import BoundProgram, checked_value
from gradcalc.language.identifiers import by_normal_name, normal
from gradcalc.language.names import read_program
from gradcalc.language.program import Program, build
from gradcalc.learning.objective import check_loss
from gradcalc.shapes import (
    Shape,
    Structure,
    described,
    flatten,
    leaves_of,
    named_leaves,
    shape_of,
)
from gradcalc.strict_json import (
    SCHEMA,
    from_json_value,
    json_value,
    read_json,
    write_json,
)
from gradcalc.wording import plural

# An input of more numbers would fill the memory before the first row is read.
_MOST_NUMBERS = 1_000_000

_WHAT_IT_IS = "a model file is what gradcalc train or fit writes with --save"


@dataclass(frozen=True)
class ParameterUncertainty:
    """How well the parameters of a model are known."""

    # The uncertain numbers among them: "k", or an element "v[0]".
    names: list[str]
    covariance: Covariance
    # How many rows more there were than such numbers; None where nobody says.
    degrees_of_freedom: int | None

    def but_exact(self, parameters: Collection[str]) -> "ParameterUncertainty":
        """What is left of it where these parameters are given."""
        sigmas = [
            0.0 if name.partition("[")[0] in parameters else sigma
            for name, sigma in zip(self.names, self.covariance.sigmas, strict=True)
        ]
        return replace(self, covariance=replace(self.covariance, sigmas=sigmas))


@dataclass
class Model:
    """A formula whose free variables are inputs and parameters."""

    text: str
    # The shape of each input, by name.
    inputs: dict[str, Shape]
    # The names of the target's columns.
    target: list[str]
    # The names of the classes that it tells apart, or None.
    classes: list[str] | None
    # The value of each parameter, by name.
    parameters: dict[str, Any]
    # What it was trained with, by name or as a formula.
    loss: str
    # None where nothing is known of it.
    uncertainty: ParameterUncertainty | None = None
    program: Program = field(init=False)
    # The node, or list of nodes, that it predicts with.
    result: Structure = field(init=False)

    def __post_init__(self) -> None:
        shapes = {name: shape_of(value) for name, value in self.parameters.items()}
        self.program = build(
            read_program(self.text), {**shapes, **self.inputs}, values=self.parameters
        )
        self.result = self.program.result
        if isinstance(self.result, list) and len(self.result) == 1:
            # A layer of one unit is trained on numbers and predicts numbers.
            (self.result,) = self.result

    @property
    def known(self) -> dict[int, float]:
        """The value of each variable node that is a parameter's."""
        variables = self.program.graph.variables
        used = [name for name in self.parameters if name in variables]
        values = leaves_of(self.parameters, used)
        return dict(zip(leaves_of(variables, used), values, strict=True))

    @property
    def uncertain(self) -> list[int]:
        """The node of each number that `uncertainty` names."""
        nodes = named_leaves(self.program.graph.variables)
        names = self.uncertainty.names if self.uncertainty else ()
        return [nodes[name] for name in names]

    def formula(self, precision: int | None = None) -> str:
        """The formula written out with the parameters filled in."""
        bound = BoundProgram(
            self.text, self.program, self.program.result, self.parameters, self.known
        )
        return formula_text(bound, precision=precision)


def _are_names(value: Any) -> bool:
    """Whether it is a list of texts that differ."""
    return (
        isinstance(value, list)
        and all(isinstance(name, str) and is_unicode(name) for name in value)
        and len(set(value)) == len(value)
    )


def _is_shape(value: Any) -> bool:
    return (
        isinstance(value, list)
        and 1 <= len(value) <= 2
        and all(type(size) is int and size > 0 for size in value)
        and math.prod(value) <= _MOST_NUMBERS
    )


# The entries that a model is read from, each with the test of what it holds.
_ENTRIES: dict[str, Callable[[Any], bool]] = {
    "model": lambda it: isinstance(it, str) and is_unicode(it),
    "inputs": _are_names,
    "target": lambda it: bool(it) and _are_names([it] if isinstance(it, str) else it),
    "parameters": lambda it: isinstance(it, dict),
    "shapes": lambda it: isinstance(it, dict) and all(map(_is_shape, it.values())),
    "classes": lambda it: it is None or (_are_names(it) and "" not in it),
    "loss": lambda it: isinstance(it, dict) and isinstance(it.get("name"), str),
    "names": lambda it: it is None or _are_names(it),
    "degrees_of_freedom": lambda it: it is None or (type(it) is int and it >= 0),
}


def model_from(text: str, where: str) -> Model:
    """The model in the text of a model file; `where` is what errors call the file.

    Raises DataError if the file does not hold a model that fits together.
    """
    return model_of(content_from(text, where), where)


def content_from(text: str, where: str) -> dict[str, Any]:
    """The object in the text of a model file, with all that a model is read from.

    Raises DataError if something is missing or is not what it should be.
    """
    content: Any = read_json(text, where, hint=_WHAT_IT_IS)
    if not isinstance(content, dict):
        raise DataError(f"{where} is not a model: it holds no object", hint=_WHAT_IT_IS)
    if content.get("schema") != SCHEMA:
        raise DataError(
            f"{where} is no model of this version: its schema is"
            f" {write_json(json_value(content.get('schema')))}, not {SCHEMA}",
            hint=_WHAT_IT_IS,
        )
    for name, is_good in _ENTRIES.items():
        if not is_good(content.setdefault(name, {} if name == "shapes" else None)):
            raise DataError(
                f'{where} is not a whole model: "{name}" is missing or not what it'
                " should be",
                hint="write it again with --save of gradcalc train or fit",
            )
    return content


def model_of(content: Mapping[str, Any], where: str) -> Model:
    """The model in the object of a model file. Raises DataError as `model_from`."""
    formula, target = content["model"], content["target"]
    inputs = list(map(normal, content["inputs"]))
    shapes = {normal(name): tuple(it) for name, it in content["shapes"].items()}
    try:
        by_normal_name((name, None) for name in content["inputs"])
        values = by_normal_name(content["parameters"].items())
    except BindingError as error:
        raise DataError(f"{where}: {error.message}") from None
    parameters = {
        name: _parameter(where, name, value) for name, value in values.items()
    }
    _check_names(where, formula, inputs, parameters)
    uncertainty = None
    if content["names"] is not None:
        uncertainty = _uncertainty(content, parameters, where)
    try:
        check_loss(content["loss"]["name"])
        model = Model(
            formula,
            {name: shapes.get(name, ()) for name in inputs},
            [target] if isinstance(target, str) else target,
            content["classes"],
            parameters,
            content["loss"]["name"],
            uncertainty,
        )
        _check_answers(model)
    except GradcalcError as error:
        message = f"the model in {where} does not fit together: {error.message}"
        raise error.but(DataError, message=message) from None
    return model


def _parameter(where: str, name: str, value: Any) -> Any:
    """The parameter's value, checked to be numbers in a shape.

    They are finite, or written as `json_value` writes those that are not.
    """
    try:
        checked = checked_value(name, from_json_value(value))
    except GradcalcError as error:
        raise DataError(f"{where}: {error.message}") from None
    for leaf, number in zip(flatten(value), flatten(checked), strict=True):
        # Truth values count as numbers in Python.
        if isinstance(leaf, bool) or not (
            leaf.__class__ is str or math.isfinite(number)
        ):
            raise DataError(
                f"{where}: the parameter {name} is not made of finite numbers"
            )
    return checked


def _uncertainty(
    content: Mapping[str, Any], parameters: Mapping[str, Any], where: str
) -> ParameterUncertainty:
    """What the file says of how well the parameters are known."""
    names = list(map(normal, content["names"]))
    elements = named_leaves(parameters)
    if unknown := [name for name in names if name not in elements]:
        raise DataError(
            f"{where}: there is a covariance of {', '.join(unknown)}, which"
            f" {plural(unknown, 'is no parameter', 'are no parameters')}"
        )
    matrix = covariance_matrix(names, content.get("covariance"), where)
    places = {name: place for place, name in enumerate(names)}
    covariance = Covariance(
        [matrix.sigmas[name] for name in names], correlations(matrix.pairs, places)
    )
    return ParameterUncertainty(names, covariance, content["degrees_of_freedom"])


def _check_answers(model: Model) -> None:
    """Raise ShapeError unless the result is what target and classes are about."""
    shape = shape_of(model.result)
    outputs = flatten(model.result)
    # One number tells two classes apart.
    classes = len(outputs) if shape else 2
    given = f"the formula gives {described(shape)}"
    if len(shape) > 1:
        problem = f"{given}, not a number or a list"
    elif model.classes is not None and len(model.classes) != classes:
        problem = f"{given}, for {classes} classes and not for {len(model.classes)}"
    elif model.classes is None and len(model.target) not in (1, len(outputs)):
        problem = f"{given}, but there are {len(model.target)} targets"
    else:
        return
    raise ShapeError(problem, source=model.text, span=(0, len(model.text)))


def _check_names(
    where: str, formula: str, inputs: list[str], parameters: Mapping[str, Any]
) -> None:
    """Raise DataError unless the formula's variables are the inputs and parameters."""
    given = {*inputs, *parameters}
    try:
        parsed = read_program(formula)
    except GradcalcError as error:
        message = f"the model in {where} cannot be read: {error.message}"
        raise error.but(DataError, message=message) from None
    free = parsed.variables(given)
    names = {**free, **parsed.carried(given)}
    if both := [name for name in inputs if name in parameters]:
        problem = f"{', '.join(both)} cannot be both an input and a parameter"
    elif lacking := [name for name in free if name not in given]:
        verb = plural(lacking, "is", "are")
        problem = (
            f"the formula uses {', '.join(lacking)}, which {verb} neither input nor"
            " parameter"
        )
    elif idle := [name for name in (*inputs, *parameters) if name not in names]:
        problem = f"{', '.join(idle)} {plural(idle, 'is', 'are')} not in the formula"
    else:
        return
    raise DataError(f"{where}: {problem}")
