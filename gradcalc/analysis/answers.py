"""A gradient worked out by hand, compared with backpropagation.

A number is right if it is right to the digits it is given with: 0.71 for 0.7071, or
anything within half a unit of its last digit. A whole number and a formula of numbers
(1/3, sqrt(2)/2) say exactly what they mean: there the two agree to a millionth. A
formula in the names of the program (2*x) is to hold beside the point as well.
"""

import math
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gradcalc.analysis.check import claims
from gradcalc.analysis.explanation import Explanation
from gradcalc.analysis.slips import AGREEMENT, slip
from gradcalc.analysis.verdicts import DIFFERS, KINK, OK, Claim, compared
from gradcalc.engine.evaluation import Evaluation, evaluate_bound
from gradcalc.errors import BindingError, GradcalcError, ShapeError
from gradcalc.language.bindings import BoundProgram, bind, constant_value
from gradcalc.language.names import read_program
from gradcalc.language.references import wanted_nodes
from gradcalc.operations import COMPARISONS
from gradcalc.shapes import element_names, flatten, shape_of
from gradcalc.wording import did_you_mean, some

# Rounding may leave such a share of the terms that cancel in a gradient.
_CANCELLED = 1e-12
# At how many other points a formula is compared, and how far off, in shares of each
# variable.
_POINTS, _NEAR = 8, 0.1

_DECIMAL = re.compile(r"[-+]?(?:\d*)(?:\.(\d*))?(?:[eE]([-+]?\d{1,6}))?")
_SEPARATORS = re.compile(r"[,;\[\]\s]+")


@dataclass(frozen=True, slots=True)
class Answer:
    """One number worked out by hand, beside the one from backpropagation."""

    # The variable, or its element "v[0]", and the learner's number for its gradient.
    variable: str
    expected: float
    gradient: float
    # How far from the gradient the number may be, and how much the two differ, relative
    # to the larger.
    tolerance: float
    error: float
    right: bool
    # What the mistake may have been, or what else would be right, in a phrase, or "".
    reason: str

    @property
    def verdict(self) -> str:
        return OK if self.right else DIFFERS


@dataclass(frozen=True)
class Answers:
    """The answers compared, and the evaluation that they are about."""

    evaluation: Evaluation
    rows: list[Answer]

    @property
    def agrees(self) -> bool:
        """Whether every answer is right."""
        return all(answer.right for answer in self.rows)


@dataclass(frozen=True, slots=True)
class _Given:
    """An answer for one node, as it was given."""

    name: str
    node: int
    expected: float
    # Half a unit of its last digit, 0 for what is exact.
    half_unit: float
    # The program with a formula as its last line, and the formula's node there.
    formula: tuple[BoundProgram, int] | None


def check_answers(bound: BoundProgram, answers: Sequence[tuple[str, str]]) -> Answers:
    """The answers, each a name and the text of a value, compared with the gradient.

    A name is that of a variable or a label, or of an element, "w[0]"; the value of a
    list is a list. Raises BindingError for a name that stands for nothing or a value of
    another shape, ShapeError if the formula gives a list.
    """
    if isinstance(bound.output, list):
        raise ShapeError(
            "the result is a list, but a gradient is that of one number",
            hint="take an element of it: --output [0]",
        )
    explanation = Explanation(bound)
    given = [each for name, text in answers for each in _elements(bound, name, text)]
    nodes = {each.name: each.node for each in given}
    about = dict(zip(nodes, claims(bound, explanation.evaluation, nodes), strict=True))
    expected = {each.node: each.expected for each in given}
    rows = [
        _judged(bound, explanation, each, about[each.name], expected) for each in given
    ]
    return Answers(explanation.evaluation, rows)


def _judged(
    bound: BoundProgram,
    explanation: Explanation,
    given: _Given,
    claim: Claim,
    answers: Mapping[int, float],
) -> Answer:
    """The answer, right within its last digit; at a kink between the slopes, too."""
    expected, gradient = given.expected, claim.gradient
    terms = claim.variation.terms(claim.output)
    tolerance = max(
        given.half_unit * (1 + 1e-9),
        AGREEMENT * abs(gradient) if math.isfinite(gradient) else 0.0,
        _CANCELLED * float(terms) if terms.is_finite() else 0.0,
    )
    error = 0.0
    if not _is_same(expected, gradient, 0.0):
        error = abs(expected - gradient) / max(abs(expected), abs(gradient))
    right = _is_same(expected, gradient, tolerance)
    reason = ""
    if (slopes := _accepted(claim)) is not None:
        low, high = slopes
        reason = f"at a kink, where any slope from {low:.6g} to {high:.6g} is right"
        if low - tolerance <= expected <= high + tolerance:
            right, error = True, 0.0
    elif not right:
        reason = slip(explanation, given.node, answers, given.half_unit)
    if right and given.formula is not None:
        where = _counterexample(bound, given)
        if where:
            right, reason = False, f"right at this point, but not at {where}"
    return Answer(given.name, expected, gradient, tolerance, error, right, reason)


def _is_same(a: float, b: float, tolerance: float) -> bool:
    both = math.isnan(a) and math.isnan(b)
    return a == b or both or abs(a - b) <= tolerance


def _accepted(claim: Claim) -> tuple[float, float] | None:
    """The slopes on the two sides of a kink, the lower one first."""
    row = compared(claim)
    if row.verdict != KINK or row.left is None or row.right is None:
        return None
    low, high = sorted((row.left, row.right))
    return (low, high) if low < high else None


def _counterexample(bound: BoundProgram, given: _Given) -> str:
    """A point at which the formula is not the gradient, or "".

    The points are near enough for the same sides of comparisons and selections to be
    taken: a formula may be for one of them.
    """
    assert given.formula is not None
    program, node = given.formula
    chance = random.Random(0)
    sides = _sides(evaluate_bound(bound))
    for _ in range(_POINTS):
        point = {
            each: x + _NEAR * chance.uniform(-1, 1) * (abs(x) or 1.0)
            for each, x in bound.given.items()
        }
        evaluation = evaluate_bound(replace(bound, given=point))
        gradient = evaluation.gradient_at(given.node)
        value = program.program.graph.forward(point)[node]
        if not math.isfinite(gradient) or _sides(evaluation) != sides:
            continue
        if not _is_same(value, gradient, AGREEMENT * max(abs(value), abs(gradient))):
            names = bound.program.graph.names
            return some([f"{names[each]} = {x:.6g}" for each, x in point.items()])
    return ""


def _sides(evaluation: Evaluation) -> list[object]:
    """What comparisons say, and which operands are selected."""
    graph = evaluation.graph
    sides: list[object] = []
    for node, operation in enumerate(graph.operations):
        if operation in COMPARISONS:
            sides.append(evaluation.values[node])
        elif operation.selected:
            passed = evaluation.contributions(node, 1.0)
            sides.append([each is None for each in passed])
    return sides


# --- what was given -------------------------------------------------------------------


def _elements(bound: BoundProgram, name: str, text: str) -> Iterator[_Given]:
    """Each element that is answered."""
    ((name, structure),) = wanted_nodes(bound.program, [name]).items()
    names = element_names(name, shape_of(structure))
    formula = _formula(bound, name, text)
    value = constant_value(text) if formula is None else formula.output
    if shape_of(value) != shape_of(structure):
        if "[" in name:
            message = f"the answer for {name} is a list, but {name} is a number"
            raise BindingError(message)
        many = f"{name} has {len(names)} elements"
        raise BindingError(
            f"the answer for {name} has another shape than {name}",
            hint=many if isinstance(structure, list) else "it is a number",
        )
    leaves = flatten(value)
    tokens = [token for token in _SEPARATORS.split(text) if token]
    if formula is not None or len(tokens) != len(leaves):
        tokens = [""] * len(leaves)
    values = formula.program.graph.forward(formula.given) if formula else []
    for element, node, leaf, token in zip(
        names, flatten(structure), leaves, tokens, strict=True
    ):
        if formula is None:
            yield _Given(element, node, leaf, _half_unit(token), None)
        else:
            yield _Given(element, node, values[leaf], 0.0, (formula, leaf))


def _formula(bound: BoundProgram, name: str, text: str) -> BoundProgram | None:
    """The program with the answer as its last line; None for an answer in numbers."""
    known = {**bound.program.graph.variables, **bound.program.scope}
    formula = text
    try:
        free = read_program(text).variables(known)
    except GradcalcError:
        # A list may be written without brackets.
        formula = f"[{text}]"
        try:
            free = read_program(formula).variables(known)
        except GradcalcError:
            return None
    if not free:
        return None
    if unknown := [each for each in free if each not in known]:
        raise BindingError(
            f"the answer for {name} uses {unknown[0]}, which the formula does not have",
            source=formula,
            span=free[unknown[0]],
            hint=did_you_mean(unknown[0], known),
        )
    before = f"{bound.text}\n"
    try:
        return bind(before + formula, bound.variables)
    except GradcalcError as error:
        if error.span is None or error.span[0] < len(before):
            raise
        start, end = (place - len(before) for place in error.span)
        raise error.but(source=formula, span=(start, end)) from None


def _half_unit(text: str) -> float:
    """Half a unit of the last digit of a decimal number, 0 for what is exact."""
    match = _DECIMAL.fullmatch(text.replace("_", ""))
    if match is None or match[1] is match[2] is None:
        return 0.0
    return float(f"5e{int(match[2] or 0) - len(match[1] or '') - 1}")
