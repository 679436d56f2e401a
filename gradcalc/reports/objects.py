"""The results as the objects that `--json` prints, each by one function.

Numbers are unrounded.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from gradcalc.errors import FormulaError
from gradcalc.strict_json import SCHEMA, Object, json_value

if TYPE_CHECKING:
    from gradcalc.algebra.gradients import GradientFormulas
    from gradcalc.analysis.answers import Answers
    from gradcalc.analysis.catalogue import Entry
    from gradcalc.analysis.check import Check
    from gradcalc.analysis.curves import Curve, Plotted, Surface
    from gradcalc.analysis.known_nodes import KnownNodes
    from gradcalc.engine.evaluation import Evaluation, NodeResult
    from gradcalc.engine.notes import Note
    from gradcalc.language.bindings import BoundProgram
    from gradcalc.learning.descent import Descent
    from gradcalc.learning.model import Model
    from gradcalc.learning.prediction import Prediction
    from gradcalc.learning.training import Training
    from gradcalc.learning.training_tasks import TrainingResult
    from gradcalc.shapes import Structure
    from gradcalc.writers.diagram import Diagram


# More gradients than these fill the memory rather than answer a question.
_MOST_GRADIENTS = 10_000_000

# The fields of a point of a descent, and of a node.
POINT = "step value variables gradient predicted_change=predicted actual_change=actual"
# The fields of a fit that are single, and of a prediction that it may have beside it.
FIT = (
    "parameters rows degrees_of_freedom chi_square reduced_chi_square r_squared"
    " stopped linear evaluations"
)
_BESIDE = ("sigma", "lower", "upper", "gradient")
_NODE = "id op=operation label expression inputs value gradient span"


@cache
def _pairs(names: str) -> list[tuple[str, str]]:
    """The keys that stand in the names, each with the field that it takes."""
    pairs = [entry.partition("=") for entry in names.split()]
    return [(key, name or key) for key, _, name in pairs]


def fields(record: Any, names: str) -> Object:
    """The record's fields of these names; `key=name` where the key is another."""
    return {key: getattr(record, name) for key, name in _pairs(names)}


def json_fields(record: Any, names: str) -> Object:
    """The fields as JSON has them; an empty text is null."""
    found = fields(record, names)
    for key, value in found.items():
        if value == "":
            found[key] = None
        elif not isinstance(value, (str, int)):
            found[key] = json_value(value)
    return found


def answered(record: Any, names: str) -> Object:
    """The beginning of an answer: the version, and fields of the record."""
    return {"schema": SCHEMA, **json_fields(record, names)}


def evaluation_to_dict(evaluation: "Evaluation", *, hessian: bool = False) -> Object:
    """The evaluation, node by node, and the Hessian if it is asked for.

    Raises FormulaError if it is too large.
    """
    check_count(evaluation, len(evaluation.active) - evaluation.active.count(0))
    second: Object = {}
    notes = evaluation.notes
    answer = answered(evaluation, "expression=source value finite variables")
    if hessian:
        second = {"hessian": json_value(evaluation.hessian)}
        notes += evaluation.curvature_notes
        answer["finite"] = evaluation.finite and evaluation.curvature.finite
    return {
        **answer,
        **_slopes(evaluation),
        **second,
        "labels": {
            name: json_fields(label, "value gradient")
            for name, label in evaluation.labels.items()
        },
        "nodes": [_placed(node, _NODE) for node in evaluation.nodes],
        "notes": notes_to_list(notes),
    }


def check_count(evaluation: "Evaluation", nodes: int) -> None:
    """Raise FormulaError if the gradients of so many nodes are too many to print."""
    count = nodes * len(evaluation.gradients)
    if count > _MOST_GRADIENTS:
        raise FormulaError(
            f"the answer would hold {count:,} gradients",
            hint="--output '[0]' asks for the gradient of one element of the result,"
            " --wrt for fewer variables",
        )


def _slopes(evaluation: "Evaluation") -> Object:
    """The Jacobian of a list, in the place of the gradient of a number."""
    if evaluation.jacobian is not None:
        return {"jacobian": json_value(evaluation.jacobian)}
    return {"gradient": json_value(evaluation.gradient or {})}


def notes_to_list(notes: "Iterable[Note]") -> list[Object]:
    return [_placed(note, "node kind message") for note in notes]


def _placed(record: "NodeResult | Note", names: str) -> Object:
    """The fields; of what is inside a function of the library, that it is."""
    found = json_fields(record, names)
    if record.function is not None:
        found |= {"source": "library", "function": record.function}
    return found


def check_to_dict(check: "Check") -> Object:
    """The gradient compared with differences."""
    names = "variable element value backprop=gradient difference error left right"
    return _compared(check, f"{names} verdict reason")


def answers_to_dict(answers: "Answers") -> Object:
    """The gradient compared with numbers worked out by hand."""
    names = "variable expected backprop=gradient tolerance error verdict reason"
    return _compared(answers, names)


def _compared(check: "Check | Answers", names: str) -> Object:
    return {
        **answered(check.evaluation, "expression=source value variables"),
        "agrees": check.agrees,
        "checks": [json_fields(row, names) for row in check.rows],
    }


def diagram_to_dict(known: "KnownNodes", diagram: "Diagram") -> Object:
    """The diagram: its nodes with what is known of them, and its steps."""
    from gradcalc.writers.node_text import expression

    graph = known.bound.program.graph
    nodes = [
        {
            "id": node,
            **json_fields(box, "kind label"),
            "expression": expression(graph, node),
            "value": json_value(known.values[node]),
            "gradient": json_value(known.gradient(node)),
            "output": box.output,
        }
        for node in diagram.nodes
        for box in [diagram.box(node)]
    ]
    steps = dict.fromkeys(diagram.steps.values())
    return {
        **answered(known.bound, "expression=text variables"),
        "nodes": nodes,
        "steps": [json_fields(step, "op=symbol inputs outputs") for step in steps],
    }


def gradient_to_dict(gradient: "GradientFormulas") -> Object:
    """The derivatives as formulas.

    Each formula stands alone: its labels come before it, separated by ";".
    """
    from gradcalc.reports.derivatives import program_lines
    from gradcalc.shapes import flatten
    from gradcalc.writers.program_text import program_text

    def text(structure: "Structure") -> Any:
        if isinstance(structure, list):
            return [text(item) for item in structure]
        formula = program_text(
            gradient.graph, {None: structure}, short=True, separator="; "
        )
        return "; ".join([*gradient.list_lines(flatten(structure)), formula])

    nested: Object = {}
    name = "hessian" if gradient.order == 2 else "gradient"
    for formula in gradient.formulas:
        if not formula.variables:
            continue
        place = nested
        *outer, last = formula.variables
        for variable in outer:
            place = place.setdefault(variable, {})
        if formula.element:
            name = "jacobian"
            place.setdefault(last, []).append(text(formula.structure))
        else:
            place[last] = text(formula.structure)
    return {
        **answered(gradient, "expression=source variables=filled"),
        name: nested,
        "program": "\n".join(program_lines(gradient, None)),
    }


def curve_to_dict(bound: "BoundProgram", plotted: "Plotted") -> Object:
    """A curve as numbers.

    `gaps` are the pairs of neighbouring samples between which it jumps or has a pole.
    """
    value, derivative = plotted.value, plotted.derivative
    return {
        **_fixed(bound, (plotted.name,)),
        "variable": plotted.name,
        **json_fields(value, "x value=y"),
        **json_fields(derivative, "derivative=y"),
        "gaps": _gaps(value),
        "derivative_gaps": _gaps(derivative),
    }


def surface_to_dict(bound: "BoundProgram", surface: "Surface") -> Object:
    """A surface as numbers: `value` has a row for each y."""
    return {
        **_fixed(bound, surface.names),
        "variable": list(surface.names),
        **json_fields(surface, "x y value=values"),
        "gradient": dict(zip(surface.names, json_value(surface.slopes), strict=True)),
    }


def _fixed(bound: "BoundProgram", plotted: Collection[str]) -> Object:
    fixed = {name: v for name, v in bound.variables.items() if name not in plotted}
    return {**answered(bound, "expression=text"), "variables": json_value(fixed)}


def _gaps(curve: "Curve") -> list[list[float]]:
    return [[curve.x[k], curve.x[k + 1]] for k in sorted(curve.breaks)]


def descent_to_dict(descent: "Descent") -> Object:
    """A descent or ascent: its two ends, why it stopped, and its trace."""
    return {
        "schema": SCHEMA,
        "start": json_fields(descent.start, "value variables"),
        "end": json_fields(descent.end, "value variables"),
        **json_fields(descent, "stopped reason"),
        "steps": descent.end.step,
        "trace": [json_fields(point, POINT) for point in descent.trace],
    }


def model_to_dict(model: "Model", **learned: Any) -> Object:
    """What every model file holds, with what is said of how it was `learned`.

    `gradcalc.learning.model` says what the entries are.
    """
    return {
        "schema": SCHEMA,
        "model": model.text,
        "inputs": list(model.inputs),
        "target": model.target[0] if len(model.target) == 1 else model.target,
        "loss": {"name": model.loss},
        **learned,
        "parameters": json_value(model.parameters),
        "formula": model.formula(),
    }


def shapes_to_dict(model: "Model") -> Object:
    """The shape of each input that is a list."""
    return {name: list(shape) for name, shape in model.inputs.items() if shape}


def training_to_dict(result: "TrainingResult") -> Object:
    """A training. But for `history_of` it is also what a model file holds.

    `gradcalc.learning.model` says what its entries are.
    """
    model, training = result.model, result.training
    accuracy = result.accuracy or {}
    loss = {"name": model.loss, **json_fields(training, "first last validation")}
    entries: Object = {
        **model_to_dict(model, loss=loss, epochs=training.epochs),
        "stopped": training.stopped,
    }
    optional = {
        "shapes": shapes_to_dict(model),
        "classes": model.classes,
        "fixed": list(result.fixed),
        "accuracy": accuracy.get("training"),
        "validation_accuracy": accuracy.get("validation"),
        "reason": training.reason,
        "steady_rate": result.steady.rate if result.steady else None,
        "dead": result.dead,
        "flat": result.flat,
        "outside": result.outside.rows if result.outside else 0,
        "skipped": result.skipped.count,
    }
    for name, entry in optional.items():
        if entry or isinstance(entry, float):
            entries[name] = entry
    return {**entries, **_run_to_dict(result)}


def _run_to_dict(result: "TrainingResult") -> Object:
    """What a training was asked for: with the same rows, the same comes out again."""
    from gradcalc import __version__
    from gradcalc.learning.optimizers import OPTIMIZERS

    settings = result.settings
    optimizer = OPTIMIZERS[settings.optimizer]
    constants = {**optimizer.constants, **settings.constants}
    entries: Object = {
        "version": __version__,
        **fields(settings, "seed rate optimizer"),
        **{name: constants[name] for name in optimizer.options},
        "batch": settings.batch or "all",
        "rows": result.rows,
    }
    optional = {
        "validation_rows": result.validation_rows,
        "l2": settings.l2,
        "no_shuffle": not settings.shuffle,
        **fields(settings, "validate patience"),
        "epochs_asked": settings.epochs,
        "started": result.started,
        "scaled": {
            name: fields(scale, "mean deviation")
            for name, scale in result.scales.items()
        },
        "scale": settings.scale,
        "model_asked": result.formula,
    }
    if result.formula == result.model.text:
        del optional["model_asked"]
    if settings.epochs == result.training.epochs:
        del optional["epochs_asked"]
    return entries | {name: entry for name, entry in optional.items() if entry}


def history_of(training: "Training") -> list[Object]:
    """The loss after each epoch, and that of the rows held back."""
    pairs = zip_longest(training.losses, training.validations)
    return [
        {"epoch": epoch, "loss": json_value(loss), "validation": json_value(validation)}
        for epoch, (loss, validation) in enumerate(pairs, 1)
    ]


def prediction_to_dict(
    prediction: "Prediction",
    inputs: Mapping[str, Any],
    classes: Sequence[str] | None,
) -> Object:
    """The prediction for one point."""
    content = answered(prediction, "prediction=answer")
    content["variables"] = json_value(inputs)
    if classes is not None:
        content |= {"classes": list(classes), **json_fields(prediction, "score")}
    names = [name for name in _BESIDE if getattr(prediction, name) is not None]
    return content | json_fields(prediction, " ".join(names))


def formula_to_dict(bound: "BoundProgram", notation: str, text: str) -> Object:
    """The formula written out in a notation."""
    return {**_fixed(bound, ()), "format": notation, "formula": text}


def catalogue_to_dict(entries: Iterable["Entry"]) -> Object:
    """The functions of the language."""
    return {"schema": SCHEMA, "functions": [_function(entry) for entry in entries]}


def function_to_dict(entry: "Entry") -> Object:
    """One function, with its value and slopes at sample points."""
    samples = [
        {**json_fields(evaluation, "at=variables value"), **_slopes(evaluation)}
        for evaluation in entry.evaluations()
    ]
    return {"schema": SCHEMA, **_function(entry), "samples": samples}


def _function(entry: "Entry") -> Object:
    return {
        **json_fields(
            entry,
            "name kind group signature parameters meaning derivative=partials"
            " selected=gates domain definition passes convention",
        ),
        "notes": [
            json_fields(place, "kind condition message") for place in entry.singular
        ],
        **json_fields(entry, "aliases plot=window"),
    }
