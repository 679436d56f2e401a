"""Backpropagation compared with differences, variable by variable."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gradcalc.analysis.suspects import meant, rounding
from gradcalc.analysis.verdicts import DIFFERS, UNSURE, Claim, Row, compared
from gradcalc.engine.evaluation import Evaluation, evaluate_bound
from gradcalc.engine.surroundings import Surroundings, Variation
from gradcalc.errors import UsageError
from gradcalc.language.bindings import BoundProgram
from gradcalc.shapes import element_names, flatten, shape_of


@dataclass(frozen=True)
class Check:
    """The check of a whole gradient: its rows, and the evaluation that it is about."""

    evaluation: Evaluation
    rows: list[Row]

    @property
    def agrees(self) -> bool:
        """Whether nothing speaks against any gradient."""
        return all(row.agrees for row in self.rows)


def check(bound: BoundProgram, wanted: Sequence[str] | None = None) -> Check:
    """Every wanted partial derivative, compared with differences.

    Raises BindingError for a wanted name that is no variable, UsageError if there is no
    variable at all.
    """
    if not bound.program.graph.variables and not wanted:
        raise UsageError(
            "the formula has no variables whose gradient could be checked",
            source=bound.text,
        )
    evaluation = evaluate_bound(bound, wanted)
    return Check(evaluation, list(_rows(bound, evaluation, wanted)))


def _rows(
    bound: BoundProgram, evaluation: Evaluation, wanted: Sequence[str] | None
) -> Iterator[Row]:
    graph = evaluation.graph
    outputs = flatten(evaluation.output)
    elements = element_names("", shape_of(evaluation.output))
    surroundings = Surroundings(graph, bound.given, outputs)
    for name, structure in graph.variables.items():
        if wanted is not None and name not in wanted:
            continue
        for node in flatten(structure):
            variation = Variation(surroundings, node)
            for number, (element, output) in enumerate(
                zip(elements, outputs, strict=True)
            ):
                claim = Claim(
                    graph.names[node],
                    element,
                    bound.given[node],
                    evaluation.values[output],
                    evaluation.gradient_at(node, number),
                    variation,
                    output,
                )
                row = compared(claim)
                if row.verdict == DIFFERS:
                    row = meant(claim, row)
                elif row.verdict == UNSURE and not row.reason:
                    row = rounding(claim, row, evaluation)
                yield row
