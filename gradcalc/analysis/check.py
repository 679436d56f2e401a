"""Backpropagation compared with differences, variable by variable."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gradcalc.analysis.slopes import true_gradients
from gradcalc.analysis.suspects import meant, rounding
from gradcalc.analysis.verdicts import DIFFERS, UNSURE, Claim, Row, compared
from gradcalc.engine.decimal_arithmetic import ONE
from gradcalc.engine.evaluation import Evaluation, evaluate_bound
from gradcalc.engine.surroundings import Surroundings, Variation
from gradcalc.errors import UsageError
from gradcalc.language.bindings import BoundProgram
from gradcalc.shapes import element_names, flatten, named_leaves, shape_of

# Each takes about a millisecond.
_MOST_ROWS = 100_000


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

    Raises BindingError for a wanted name that stands for nothing, UsageError if there
    is no variable at all, or more partial derivatives than can be checked.
    """
    if not bound.program.graph.variables and not wanted:
        raise UsageError(
            "the formula has no variables whose gradient could be checked",
            source=bound.text,
        )
    evaluation = evaluate_bound(bound, wanted)
    nodes = named_leaves(evaluation.wanted)
    rows = len(nodes) * len(flatten(evaluation.output))
    if rows > _MOST_ROWS:
        raise UsageError(
            f"these are {rows:,} partial derivatives, more than {_MOST_ROWS:,}",
            source=bound.text,
            hint="--wrt names fewer variables; (...)[0] is one element of the result",
        )
    return Check(
        evaluation,
        [_row(evaluation, claim) for claim in claims(bound, evaluation, nodes)],
    )


def claims(
    bound: BoundProgram, evaluation: Evaluation, nodes: Mapping[str, int]
) -> Iterator[Claim]:
    """What backpropagation says of each named node, for each element of the result."""
    outputs = flatten(evaluation.output)
    elements = element_names("", shape_of(evaluation.output))
    surroundings = Surroundings(evaluation.graph, bound.given, outputs)
    known = true_gradients(surroundings, list(nodes.values()), outputs)
    for name, node in nodes.items():
        variation = Variation(surroundings, {node: ONE})
        for row, (element, output) in enumerate(zip(elements, outputs, strict=True)):
            yield Claim(
                name,
                element,
                evaluation.values[node],
                evaluation.values[output],
                evaluation.gradient_at(node, row),
                variation,
                output,
                known.get((node, output)),
            )


def _row(evaluation: Evaluation, claim: Claim) -> Row:
    """The row for a claim, with what lies behind a difference."""
    row = compared(claim)
    if row.verdict == DIFFERS:
        return meant(claim, row)
    if row.verdict == UNSURE and not row.reason:
        return rounding(claim, row, evaluation)
    return row
