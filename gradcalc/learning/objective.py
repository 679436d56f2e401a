"""The objective of a training: a model and a loss, composed into one graph.

The loss is a formula in `prediction` and `target`, in the language, built behind the
model in its graph: the one name stands for the model's result, the other for new
variables. It may use the model's names, too: `diff(prediction, x)` is a slope of the
model. Errors in either point at the text that the user wrote.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from gradcalc.errors import (
    FormulaError,
    FormulaNameError,
    GradcalcError,
    ShapeError,
    UsageError,
)
from gradcalc.graph import Body, Graph
from gradcalc.language.names import ParsedProgram, read_program
from gradcalc.language.parser import parse
from gradcalc.language.program import build
from gradcalc.shapes import (
    Shape,
    Structure,
    arrange,
    described,
    element_names,
    shape_of,
)
from gradcalc.wording import did_you_mean, plural

_LOSS_NAMES = ("prediction", "target")


@dataclass(frozen=True)
class Loss:
    """A loss, by its formula."""

    # In the language; a number, whatever the prediction is.
    formula: str
    # How it tells a class from the prediction: "probability" (more than a half),
    # "logit" (more than 0), or "" where it is not about classes.
    classes: str = ""
    # Of a loss that compares lists: the loss for two classes and one number; "" where
    # the prediction may be a number.
    single: str = ""

    @property
    def threshold(self) -> float:
        """The number above which a prediction stands for the second class."""
        return 0.0 if self.classes == "logit" else 0.5


LOSSES = {
    "mse": Loss("mse(prediction, target)"),
    "mae": Loss("mae(prediction, target)"),
    "huber": Loss("huber(prediction, target)"),
    "bce": Loss("bce(prediction, target)", "probability"),
    "cross_entropy": Loss(
        "cross_entropy(prediction, target)", "probability", single="bce"
    ),
    "bce_logits": Loss("mean(bce_logits(prediction, target))", "logit"),
    "cross_entropy_logits": Loss(
        "cross_entropy_logits(prediction, target)", "logit", single="bce_logits"
    ),
}


@dataclass(frozen=True)
class Objective:
    """A model and a loss in one graph."""

    # Its variables are the model's inputs and parameters.
    graph: Graph
    # The node, or list of nodes, that the model results in.
    prediction: Structure
    # The variable nodes that take the target, shaped like the prediction.
    target: Structure
    # The node of the loss.
    loss: int


def loss_called(loss: str) -> Loss:
    """The loss of that name, or with that formula."""
    return LOSSES.get(loss) or Loss(loss)


def is_least_squares(loss: str) -> bool:
    """Whether the loss is a constant times the sum of the squares of the errors.

    It is told from its values for a few errors.
    """
    ratios = []
    try:
        parsed = read_program(loss_called(loss).formula)
        if {*parsed.variables()} != {*_LOSS_NAMES}:
            return False
        program = build(parsed)
        for prediction, target in ((0.3, 1.7), (-2.5, 0.125), (40.0, -3.0)):
            given = {"prediction": prediction, "target": target}
            nodes = program.graph.variable_names()
            values = program.graph.forward({n: given[nodes[n]] for n in nodes})
            ratios.append(values[program.result] / (prediction - target) ** 2)
    except (GradcalcError, TypeError):
        return False
    return ratios[0] > 0 and all(
        math.isclose(ratio, ratios[0], rel_tol=1e-9) for ratio in ratios
    )


def check_loss(loss: str) -> None:
    """Raise UsageError for a name that no loss has."""
    if loss in LOSSES or not loss.isidentifier() or loss in _LOSS_NAMES:
        return
    known = f"there are {', '.join(LOSSES)}"
    hint = f"{known}, or write a formula in prediction and target"
    raise UsageError(
        f"there is no loss called {loss}", hint=did_you_mean(loss, LOSSES, hint)
    )


def compose(
    model: str,
    loss: str,
    shapes: Mapping[str, Shape],
    outputs: int | None,
    fixed: Mapping[str, Any] | None = None,
) -> Objective:
    """The objective of the model and the loss, the latter by name or as a formula.

    `shapes` gives the shape of every variable of the model that is a list; `outputs` is
    the length of a target list, None for a target that is a number; `fixed` has the
    values of the parameters that are held.

    Raises GradcalcError with the text that the user wrote: from the model, from the
    loss, or where the prediction's shape is not the target's.
    """
    formula = loss_called(loss).formula
    program = build(read_program(model), shapes, values=fixed)
    prediction = program.result
    check_prediction(model, loss, shape_of(prediction), outputs)
    graph = program.graph
    shape = shape_of(prediction)
    target = arrange(map(graph.add_variable, element_names("target", shape)), shape)
    own = dict(zip(_LOSS_NAMES, (prediction, target), strict=True))
    scope = {**graph.variables, **program.scope, **own}
    first = len(graph)
    try:
        parsed = _read_loss(formula, scope)
        structure = build(parsed, graph=graph, scope=scope).result
    except GradcalcError as error:
        # Nobody typed the formula of a loss that has a name.
        place = {"source": None, "span": None} if loss in LOSSES else {}
        raise error.but(message=f"the loss: {error.message}", **place) from None
    if isinstance(structure, list):
        raise ShapeError(
            f"the loss is {described(shape_of(structure))}, not a number",
            source=formula,
            span=(0, len(formula)),
            hint="take its mean(...) or sum(...)",
        )
    for node in range(first, len(graph)):
        graph.bodies.setdefault(node, Body(formula))
    return Objective(graph, prediction, target, structure)


def _read_loss(formula: str, known: Collection[str]) -> ParsedProgram:
    """The program of a loss, checked to use known names alone.

    Names of the model that it defines itself are its own.
    """
    labels = {statement.label for statement in parse(formula)}
    parsed = read_program(formula, {*known} - labels | {*_LOSS_NAMES})
    unknown = parsed.variables()
    if unknown:
        raise FormulaNameError(
            f"{', '.join(unknown)} {plural(unknown, 'is', 'are')} not known here",
            source=formula,
            span=next(iter(unknown.values())),
            hint="a loss is a formula in prediction and target",
        )
    if parsed.statements[-1].is_definition:
        raise FormulaError("it ends with a definition and has no result")
    return parsed


def check_prediction(model: str, loss: str, shape: Shape, outputs: int | None) -> None:
    """Raise ShapeError if the prediction is not what the target or the loss needs."""
    wanted = () if outputs is None else (outputs,)
    single = loss_called(loss).single
    given, hint = f"the model gives {described(shape)}", None
    if len(shape) > 1:
        problem = f"{given}; it must give a number or a list"
    # A list of one stands for its element.
    elif shape != wanted and not (shape == (1,) and outputs is None):
        problem = f"{given}, but the target is {described(wanted)}"
    elif single and not shape:
        problem = f"{loss} compares lists, but {given}"
        hint = f"for two classes and one number use --loss {single}"
    else:
        return
    raise ShapeError(problem, source=model, span=(0, len(model)), hint=hint)
