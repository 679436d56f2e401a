"""An explanation as one JSON object: the steps as data."""

from typing import Any

from gradcalc.analysis.explanation import Contribution, Explanation, Meaning, Step
from gradcalc.reports.notation import Notation
from gradcalc.reports.sentences import Writer
from gradcalc.strict_json import SCHEMA, json_value


def explanation_to_dict(explanation: Explanation) -> dict[str, Any]:
    """The explanation as the object that `explain --json` prints, unrounded."""
    return _Objects(explanation).whole()


class _Objects:
    def __init__(self, explanation: Explanation) -> None:
        self.explanation = explanation
        self.notation = Notation(explanation.naming, explanation.values)
        self.writer = Writer(explanation, self.notation)

    def whole(self) -> dict[str, Any]:
        explanation, evaluation = self.explanation, self.explanation.evaluation
        return {
            "schema": SCHEMA,
            "expression": evaluation.source,
            "output": self._node(explanation.output),
            "element": explanation.element or None,
            "value": json_value(evaluation.value),
            "finite": evaluation.finite,
            "variables": json_value(evaluation.variables),
            "gradient": {
                meaning.name: json_value(meaning.gradient)
                for meaning in explanation.meanings
            },
            "forward": [self._forward(node) for node in explanation.forward],
            "backward": [self._step(step) for step in explanation.steps],
            "meaning": [self._meaning(meaning) for meaning in explanation.meanings],
            "notes": [
                {"node": note.node, "kind": note.kind, "message": note.message}
                for note in evaluation.notes
            ],
        }

    def _node(self, node: int) -> dict[str, Any]:
        return {"node": node, "name": self.notation.name(node)}

    def _forward(self, node: int) -> dict[str, Any]:
        graph = self.explanation.graph
        computed = bool(graph.inputs[node])
        return {
            **self._node(node),
            "op": graph.operations[node].name,
            "formula": self.notation.operation(node) if computed else None,
            "numbers": (
                self.notation.operation(node, numbers=True) if computed else None
            ),
            "value": json_value(self.explanation.values[node]),
        }

    def _step(self, step: Step) -> dict[str, Any]:
        operation = self.explanation.graph.operations[step.node]
        return {
            **self._node(step.node),
            "op": operation.name,
            "gradient": json_value(step.gradient),
            "arrived": self._arrived(step.node),
            "passes": operation.passes or None,
            "operands": [
                self._contribution(contribution) for contribution in step.contributions
            ],
        }

    def _arrived(self, node: int) -> list[dict[str, Any]]:
        return [
            {"from": contribution.node, "product": json_value(contribution.product)}
            for contribution in self.explanation.arrived.get(node, ())
        ]

    def _contribution(self, contribution: Contribution) -> dict[str, Any]:
        names = numbers = None
        if contribution.formula is not None:
            names = self.notation.formula(contribution.formula)
            numbers = self.notation.formula(contribution.formula, numbers=True)
        return {
            **self._node(contribution.operand),
            "derivative": names,
            "numbers": numbers,
            "local": json_value(contribution.local),
            "product": json_value(contribution.product),
            "selected": contribution.product is not None or not contribution.selects,
        }

    def _meaning(self, meaning: Meaning) -> dict[str, Any]:
        return {
            "variable": meaning.name,
            "node": meaning.node,
            "value": json_value(self.explanation.values[meaning.node]),
            "gradient": json_value(meaning.gradient),
            "arrived": self._arrived(meaning.node),
            "because": [
                self.writer.reason(reason, meaning) for reason in meaning.reasons
            ],
            "sentence": self.writer.meaning(meaning),
        }
