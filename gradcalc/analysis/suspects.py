"""Why a gradient is not the slope: what is meant to make it another, and rounding."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal, localcontext

from gradcalc.analysis.slopes import QUICK_STEP
from gradcalc.analysis.verdicts import KINK, OK, UNSURE, Claim, Row, agree, compared
from gradcalc.engine.decimal_arithmetic import DIGITS, ONE, ZERO, arithmetic
from gradcalc.engine.evaluation import Evaluation
from gradcalc.engine.high_precision import contributed, passed_by_body
from gradcalc.engine.surroundings import Variation
from gradcalc.language.rules import FunctionOperation
from gradcalc.writers.node_text import expression

# Of a node with few digits left doubles and decimals differ by a larger share than the
# first; by the second if they are of different branches.
_FEW, _ANOTHER = Decimal("1e-6"), Decimal("0.1")


def meant(claim: Claim, row: Row) -> Row:
    """The row that differs, with what in the formula is meant to make it, if anything.

    That is a function whose rule is not the slope of its body, or an operation that
    passes no gradient though its value changes. Without either, a gradient that is
    taken where there is no slope follows from the conventions of the table, and those
    of several operations need not fit together.
    """
    with localcontext(arithmetic()):
        if reason := _own_rule(claim.variation) or _held(claim, row):
            return replace(row, reason=reason, meant=True)
    if row.difference is not None and math.isinf(row.difference):
        return replace(row, verdict=KINK, reason="the slope grows without bound")
    return row if row.left is None else replace(row, verdict=UNSURE)


def _own_rule(variation: Variation) -> str:
    """The first function whose own rule is not the slope of its body, in a sentence."""
    graph, values = variation.surroundings.graph, variation.surroundings.values(DIGITS)
    for node in variation.reach:
        function = graph.operations[node]
        if not isinstance(function, FunctionOperation):
            continue
        inputs = graph.inputs[node]
        operands = [values[operand] for operand in inputs]
        by_rule = contributed(function, operands, values[node], ONE)
        by_body = passed_by_body(function, operands)
        for place, operand in enumerate(inputs):
            if operand not in variation.reach:
                continue
            given, true = by_rule[place] or ZERO, by_body[place] or ZERO
            if not agree(given, true):
                name = function.name
                return (
                    f"{name} has a derivative rule of its own: it gives"
                    f" {float(given):.6g} where the slope of {name} is"
                    f" {float(true):.6g}"
                )
    return ""


def _held(claim: Claim, row: Row) -> str:
    """The operation that passes no gradient though its value changes, in a sentence.

    Only if that explains the difference: the gradient is the slope while it is held.
    """
    variation = claim.variation
    surroundings = variation.surroundings
    flat = {
        node for node in variation.reach if surroundings.graph.operations[node].is_flat
    }
    if not flat:
        return ""
    held = Variation(surroundings, variation.moves, held=True)
    others = compared(replace(claim, variation=held, slope=None))
    if others.verdict not in (OK, KINK):
        return ""
    step = variation.step(QUICK_STEP)
    near, far = (variation.change(each, DIGITS).of for each in (step, 2 * step))
    # A jump is as large over a shorter step.
    moving = [n for n in sorted(flat) if n in near and near[n] != far.get(n)]
    if not moving:
        return ""
    text = expression(surroundings.graph, moving[0])
    hidden = ""
    if row.difference is not None:
        hidden = f"; it hides {row.difference - row.gradient:.6g} of the slope"
    return f"{text} is meant to pass no gradient{hidden}"


def rounding(claim: Claim, row: Row, evaluation: Evaluation) -> Row:
    """The row that is unsure, with where doubles go another way or lose their digits.

    Where they go another way, the slope is that of another branch and is left out.
    """
    graph = evaluation.graph
    exact = claim.variation.surroundings.values(DIGITS)
    lost = None
    with localcontext(arithmetic()):
        for node, flag in enumerate(graph.ancestors([claim.output])):
            if flag and _turns(evaluation, node, exact):
                reason = f"rounding decides which way {expression(graph, node)} goes"
                return replace(row, reason=reason, difference=None, error=0.0)
            if flag and not agree(Decimal(evaluation.values[node]), exact[node], _FEW):
                lost = node if lost is None else lost
    what = "the gradient" if lost is None else expression(graph, lost)
    return replace(row, reason=f"rounding leaves few digits of {what}")


def _turns(evaluation: Evaluation, node: int, exact: Sequence[Decimal]) -> bool:
    """Whether the node is a step or a selection that doubles take in another way."""
    graph = evaluation.graph
    operation, inputs = graph.operations[node], graph.inputs[node]
    pairs: Iterable[tuple[float | None, Decimal | None]]
    if operation.is_flat:
        pairs = [(evaluation.values[node], exact[node])]
    elif operation.selected or any(
        note.node == node and note.kind in ("kink", "tie") for note in evaluation.notes
    ):
        operands = [exact[operand] for operand in inputs]
        others = contributed(operation, operands, exact[node], ONE)
        pairs = zip(evaluation.contributions(node, 1.0), others, strict=True)
    else:
        return False
    return not all(agree(Decimal(a or 0), b or ZERO, _ANOTHER) for a, b in pairs)
