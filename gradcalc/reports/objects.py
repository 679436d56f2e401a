"""The results as the objects that `--json` prints, each by one function.

Numbers are unrounded.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from gradcalc.errors import FormulaError
from gradcalc.strict_json import SCHEMA, json_value

if TYPE_CHECKING:
    from gradcalc.algebra.gradients import GradientFormulas
    from gradcalc.analysis.answers import Answers
    from gradcalc.analysis.catalogue import Entry
    from gradcalc.analysis.check import Check
    from gradcalc.analysis.curves import Curve, Plotted, Surface
    from gradcalc.analysis.explanation import Contribution, Explanation, Meaning, Step
    from gradcalc.analysis.known_nodes import KnownNodes
    from gradcalc.engine.evaluation import Evaluation, NodeResult
    from gradcalc.engine.notes import Note
    from gradcalc.language.bindings import BoundProgram
    from gradcalc.learning.descent import Descent
    from gradcalc.learning.prediction import Prediction
    from gradcalc.learning.training_tasks import TrainingResult
    from gradcalc.reports.explanation_sentences import Writer
    from gradcalc.shapes import Structure
    from gradcalc.writers.diagram import Diagram

Object = dict[str, Any]

# More gradients than these fill the memory rather than answer a question.
_MOST_GRADIENTS = 10_000_000

# The fields of a point of a descent, and of a node.
POINT = "step value variables gradient predicted_change=predicted actual_change=actual"
_NODE = "id op=operation label expression inputs value gradient span"


@cache
def _pairs(names: str) -> list[tuple[str, str]]:
    """The keys that stand in the names, each with the field that it takes."""
    pairs = [entry.partition("=") for entry in names.split()]
    return [(key, name or key) for key, _, name in pairs]


def fields(record: Any, names: str) -> Object:
    """The record's fields of these names; `key=name` where the key is another."""
    return {key: getattr(record, name) for key, name in _pairs(names)}


def _fields(record: Any, names: str) -> Object:
    """The fields as JSON has them; an empty text is null."""
    found = fields(record, names)
    for key, value in found.items():
        if value == "":
            found[key] = None
        elif not isinstance(value, (str, int)):
            found[key] = json_value(value)
    return found


def _answer(record: Any, names: str) -> Object:
    """The beginning of an answer: the version, and fields of the record."""
    return {"schema": SCHEMA, **_fields(record, names)}


def evaluation_to_dict(evaluation: "Evaluation", *, hessian: bool = False) -> Object:
    """The evaluation, node by node, and the Hessian if it is asked for.

    Raises FormulaError if it is too large.
    """
    check_count(evaluation, len(evaluation.active) - evaluation.active.count(0))
    second: Object = {}
    notes = evaluation.notes
    answer = _answer(evaluation, "expression=source value finite variables")
    if hessian:
        second = {"hessian": json_value(evaluation.hessian)}
        notes += evaluation.curvature_notes
        answer["finite"] = evaluation.finite and evaluation.curvature.finite
    return {
        **answer,
        **_slopes(evaluation),
        **second,
        "labels": {
            name: _fields(label, "value gradient")
            for name, label in evaluation.labels.items()
        },
        "nodes": [_placed(node, _NODE) for node in evaluation.nodes],
        "notes": _notes(notes),
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


def _notes(notes: "Iterable[Note]") -> list[Object]:
    return [_placed(note, "node kind message") for note in notes]


def _placed(record: "NodeResult | Note", names: str) -> Object:
    """The fields; of what is inside a function of the library, that it is."""
    found = _fields(record, names)
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
        **_answer(check.evaluation, "expression=source value variables"),
        "agrees": check.agrees,
        "checks": [_fields(row, names) for row in check.rows],
    }


def diagram_to_dict(known: "KnownNodes", diagram: "Diagram") -> Object:
    """The diagram: its nodes with what is known of them, and its steps."""
    from gradcalc.writers.node_text import expression

    graph = known.bound.program.graph
    nodes = [
        {
            "id": node,
            **_fields(box, "kind label"),
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
        **_answer(known.bound, "expression=text variables"),
        "nodes": nodes,
        "steps": [_fields(step, "op=symbol inputs outputs") for step in steps],
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
        **_answer(gradient, "expression=source variables=filled"),
        name: nested,
        "program": "\n".join(program_lines(gradient, None)),
    }


def explanation_to_dict(explanation: "Explanation") -> Object:
    """The steps of an explanation as data, with their formulas and sentences."""
    # Imported here: the writers that they need are needed by no other object.
    from gradcalc.reports.explanation_mathematics import Mathematics
    from gradcalc.reports.explanation_sentences import Writer

    evaluation = explanation.evaluation
    writer = Writer(explanation, Mathematics(explanation))
    meanings = [_meaning(writer, meaning) for meaning in explanation.meanings]
    return {
        **_answer(evaluation, "expression=source"),
        "output": _named(writer, explanation.output),
        **_fields(explanation, "element"),
        **_fields(evaluation, "value finite variables"),
        "gradient": {entry["variable"]: entry["gradient"] for entry in meanings},
        "forward": [_forward(writer, node) for node in explanation.forward],
        "backward": [_step(writer, step) for step in explanation.steps],
        "meaning": meanings,
        "notes": _notes(evaluation.notes),
    }


def _named(writer: "Writer", node: int) -> Object:
    return {"node": node, "name": writer.notation.name(node)}


def _forward(writer: "Writer", node: int) -> Object:
    explanation, notation = writer.explanation, writer.notation
    computed = bool(explanation.graph.inputs[node])
    return {
        **_named(writer, node),
        "op": explanation.operation(node)[0],
        "formula": notation.operation(node) if computed else None,
        "numbers": notation.operation(node, numbers=True) if computed else None,
        "value": json_value(explanation.values[node]),
    }


def _step(writer: "Writer", step: "Step") -> Object:
    name, passes = writer.explanation.operation(step.node)
    return {
        **_named(writer, step.node),
        "op": name,
        **_fields(step, "gradient"),
        "arrived": _arrived(writer, step.node),
        "passes": passes or None,
        "operands": [_contribution(writer, each) for each in step.contributions],
    }


def _arrived(writer: "Writer", node: int) -> list[Object]:
    arrived = writer.explanation.arrived.get(node, ())
    return [_fields(contribution, "from=node product") for contribution in arrived]


def _contribution(writer: "Writer", contribution: "Contribution") -> Object:
    notation, formula = writer.notation, contribution.formula
    return {
        **_named(writer, contribution.operand),
        "derivative": notation.formula(formula) if formula else None,
        "numbers": notation.formula(formula, numbers=True) if formula else None,
        **_fields(contribution, "local product"),
        "selected": contribution.product is not None or not contribution.selects,
    }


def _meaning(writer: "Writer", meaning: "Meaning") -> Object:
    return {
        **_fields(meaning, "variable=name node"),
        "value": json_value(writer.explanation.values[meaning.node]),
        **_fields(meaning, "gradient"),
        "arrived": _arrived(writer, meaning.node),
        "because": [writer.reason(reason, meaning) for reason in meaning.reasons],
        "sentence": writer.meaning(meaning),
    }


def curve_to_dict(bound: "BoundProgram", plotted: "Plotted") -> Object:
    """A curve as numbers.

    `gaps` are the pairs of neighbouring samples between which it jumps or has a pole.
    """
    value, derivative = plotted.value, plotted.derivative
    return {
        **_fixed(bound, (plotted.name,)),
        "variable": plotted.name,
        **_fields(value, "x value=y"),
        **_fields(derivative, "derivative=y"),
        "gaps": _gaps(value),
        "derivative_gaps": _gaps(derivative),
    }


def surface_to_dict(bound: "BoundProgram", surface: "Surface") -> Object:
    """A surface as numbers: `value` has a row for each y."""
    return {
        **_fixed(bound, surface.names),
        "variable": list(surface.names),
        **_fields(surface, "x y value=values"),
        "gradient": dict(zip(surface.names, json_value(surface.slopes), strict=True)),
    }


def _fixed(bound: "BoundProgram", plotted: Collection[str]) -> Object:
    fixed = {name: v for name, v in bound.variables.items() if name not in plotted}
    return {**_answer(bound, "expression=text"), "variables": json_value(fixed)}


def _gaps(curve: "Curve") -> list[list[float]]:
    return [[curve.x[k], curve.x[k + 1]] for k in sorted(curve.breaks)]


def descent_to_dict(descent: "Descent") -> Object:
    """A descent or ascent: its two ends, why it stopped, and its trace."""
    return {
        "schema": SCHEMA,
        "start": _fields(descent.start, "value variables"),
        "end": _fields(descent.end, "value variables"),
        **_fields(descent, "stopped reason"),
        "steps": descent.end.step,
        "trace": [_fields(point, POINT) for point in descent.trace],
    }


def training_to_dict(result: "TrainingResult") -> Object:
    """A training, which is also what a model file holds.

    `gradcalc.learning.model` says what its entries are.
    """
    model, training = result.model, result.training
    accuracy = result.accuracy or {}
    entries: Object = {
        "schema": SCHEMA,
        "model": model.text,
        "inputs": list(model.inputs),
        "target": model.target[0] if len(model.target) == 1 else model.target,
        "loss": {"name": model.loss, **_fields(training, "first last validation")},
        "epochs": training.epochs,
        "parameters": json_value(model.parameters),
        "formula": model.formula(),
        "stopped": training.stopped,
    }
    optional = {
        "shapes": {name: list(shape) for name, shape in model.inputs.items() if shape},
        "classes": model.classes,
        "fixed": list(result.fixed),
        "accuracy": accuracy.get("training"),
        "validation_accuracy": accuracy.get("validation"),
        "reason": training.reason,
        "dead": result.dead,
        "flat": result.flat,
        "outside": result.outside.rows if result.outside else 0,
        "skipped": result.skipped.count,
    }
    for name, entry in optional.items():
        if entry or isinstance(entry, float):
            entries[name] = entry
    return entries


def prediction_to_dict(
    prediction: "Prediction",
    inputs: Mapping[str, Any],
    classes: Sequence[str] | None,
) -> Object:
    """The prediction for one point."""
    content = _answer(prediction, "prediction=answer")
    content["variables"] = json_value(inputs)
    if classes is not None:
        content |= {"classes": list(classes), **_fields(prediction, "score")}
    if prediction.gradient is not None:
        content |= _fields(prediction, "gradient")
    return content


def formula_to_dict(bound: "BoundProgram", notation: str, text: str) -> Object:
    """The formula written out in a notation."""
    return {**_fixed(bound, ()), "format": notation, "formula": text}


def catalogue_to_dict(entries: Iterable["Entry"]) -> Object:
    """The functions of the language."""
    return {"schema": SCHEMA, "functions": [_function(entry) for entry in entries]}


def function_to_dict(entry: "Entry") -> Object:
    """One function, with its value and slopes at sample points."""
    samples = [
        {**_fields(evaluation, "at=variables value"), **_slopes(evaluation)}
        for evaluation in entry.evaluations()
    ]
    return {"schema": SCHEMA, **_function(entry), "samples": samples}


def _function(entry: "Entry") -> Object:
    return {
        **_fields(
            entry,
            "name kind group signature parameters meaning derivative=partials"
            " selected=gates domain definition passes convention",
        ),
        "notes": [_fields(place, "kind condition message") for place in entry.singular],
        **_fields(entry, "aliases plot=window"),
    }
