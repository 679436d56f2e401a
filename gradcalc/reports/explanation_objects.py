"""An explanation as the object that `--json` prints: its steps and sentences."""

from gradcalc.analysis.explanation import Contribution, Explanation, Meaning, Step
from gradcalc.reports.explanation_mathematics import Mathematics
from gradcalc.reports.explanation_sentences import Writer
from gradcalc.reports.objects import answered, json_fields, notes_to_list
from gradcalc.strict_json import Object, json_value


def explanation_to_dict(explanation: Explanation) -> Object:
    """The steps of an explanation as data, with their formulas and sentences."""
    evaluation = explanation.evaluation
    writer = Writer(explanation, Mathematics(explanation))
    meanings = [_meaning(writer, meaning) for meaning in explanation.meanings]
    return {
        **answered(evaluation, "expression=source"),
        "output": _named(writer, explanation.output),
        **json_fields(explanation, "element"),
        **json_fields(evaluation, "value finite variables"),
        "gradient": {entry["variable"]: entry["gradient"] for entry in meanings},
        "forward": [_forward(writer, node) for node in explanation.forward],
        "backward": [_step(writer, step) for step in explanation.steps],
        "meaning": meanings,
        "notes": notes_to_list(evaluation.notes),
    }


def _named(writer: Writer, node: int) -> Object:
    return {"node": node, "name": writer.notation.name(node)}


def _forward(writer: Writer, node: int) -> Object:
    explanation, notation = writer.explanation, writer.notation
    computed = bool(explanation.graph.inputs[node])
    return {
        **_named(writer, node),
        "op": explanation.operation(node)[0],
        "formula": notation.operation(node) if computed else None,
        "numbers": notation.operation(node, numbers=True) if computed else None,
        "value": json_value(explanation.values[node]),
    }


def _step(writer: Writer, step: Step) -> Object:
    name, passes = writer.explanation.operation(step.node)
    return {
        **_named(writer, step.node),
        "op": name,
        **json_fields(step, "gradient"),
        "arrived": _arrived(writer, step.node),
        "passes": passes or None,
        "operands": [_contribution(writer, each) for each in step.contributions],
    }


def _arrived(writer: Writer, node: int) -> list[Object]:
    arrived = writer.explanation.arrived.get(node, ())
    return [json_fields(contribution, "from=node product") for contribution in arrived]


def _contribution(writer: Writer, contribution: Contribution) -> Object:
    notation, formula = writer.notation, contribution.formula
    return {
        **_named(writer, contribution.operand),
        "derivative": notation.formula(formula) if formula else None,
        "numbers": notation.formula(formula, numbers=True) if formula else None,
        **json_fields(contribution, "local product"),
        "selected": contribution.product is not None
        or not writer.explanation.can_pass(contribution.node, contribution.position),
    }


def _meaning(writer: Writer, meaning: Meaning) -> Object:
    return {
        **json_fields(meaning, "variable=name node"),
        "value": json_value(writer.explanation.values[meaning.node]),
        **json_fields(meaning, "gradient"),
        "arrived": _arrived(writer, meaning.node),
        "because": [writer.reason(reason, meaning) for reason in meaning.reasons],
        "sentence": writer.meaning(meaning),
    }
