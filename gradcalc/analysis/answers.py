"""A gradient worked out by hand, compared with backpropagation.

An answer is right if it is right to the digits it is given with: 0.71 for 0.7071, or
anything within half a unit of its last digit. A whole number and a formula (1/3,
sqrt(2)/2) say exactly what they mean: there the two agree to a millionth.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from gradcalc.analysis.explanation import Contribution, Explanation, Meaning
from gradcalc.analysis.verdicts import DIFFERS, OK
from gradcalc.engine.evaluation import Evaluation
from gradcalc.errors import BindingError, ShapeError
from gradcalc.language.bindings import BoundProgram, constant_value
from gradcalc.shapes import flatten, shape_of
from gradcalc.wording import did_you_mean

AGREEMENT = 1e-6
# In place of 0, backpropagation may give a rounding error.
_ZERO = 1e-12

_DECIMAL = re.compile(r"[-+]?(?:\d*)(?:\.(\d*))?(?:[eE]([-+]?\d+))?")
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
    # What the mistake may have been, in a phrase, or "".
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


def check_answers(bound: BoundProgram, answers: Sequence[tuple[str, str]]) -> Answers:
    """The answers, each a name and the text of a value, compared with the gradient.

    A name is a variable's or an element's, "w[0]"; the value of a list is a list.
    Raises BindingError for a name that is no variable or a value of another shape,
    ShapeError if the formula gives a list.
    """
    if isinstance(bound.output, list):
        raise ShapeError(
            "the result is a list, but a gradient is that of one number",
            hint="take an element of it: --output [0]",
        )
    explanation = Explanation(bound)
    meanings = {meaning.name: meaning for meaning in explanation.meanings}
    rows = [
        _judged(explanation, meanings[variable], expected, half_unit)
        for name, text in answers
        for variable, expected, half_unit in _elements(bound, name, text)
    ]
    return Answers(explanation.evaluation, rows)


def _judged(
    explanation: Explanation, meaning: Meaning, expected: float, half_unit: float
) -> Answer:
    """The answer, right if it is within half a unit of its last digit."""
    gradient = meaning.gradient
    share = AGREEMENT * abs(gradient) if math.isfinite(gradient) else 0.0
    tolerance = max(half_unit * (1 + 1e-9), share, _ZERO)
    distance = abs(expected - gradient)
    alike = expected == gradient or (math.isnan(expected) and math.isnan(gradient))
    right = alike or distance <= tolerance
    error = 0.0 if alike else distance / max(abs(expected), abs(gradient))
    reason = ""
    if not right and abs(expected + gradient) <= tolerance:
        reason = "the sign is the wrong way round"
    elif not right:
        arrived = explanation.arrived.get(meaning.node, ())
        reason = _mistake(arrived, expected, tolerance)
    return Answer(meaning.name, expected, gradient, tolerance, error, right, reason)


def _mistake(arrived: Sequence[Contribution], expected: float, tolerance: float) -> str:
    """What may have gone wrong: paths not added up, or a factor left out."""
    for contribution in arrived:
        local, product = contribution.local, contribution.product
        if product is not None and abs(expected - product) <= tolerance:
            if len(arrived) > 1:
                return f"that is one of {len(arrived)} terms, which add up"
        elif local is not None and (
            abs(expected - local) <= max(AGREEMENT * abs(local), _ZERO)
        ):
            return "that is the local derivative, not times what arrives"
    return ""


def _elements(
    bound: BoundProgram, name: str, text: str
) -> Iterator[tuple[str, float, float]]:
    """Each element that is answered, with its number and half its last digit."""
    graph = bound.program.graph
    elements = {
        variable: [graph.names[node] for node in flatten(structure)]
        for variable, structure in graph.variables.items()
    }
    known = [*elements, *chain(*elements.values())]
    value = constant_value(text)
    names = elements.get(name, [name])
    if name in elements:
        shape = shape_of(graph.variables[name])
        if shape_of(value) != shape:
            raise BindingError(
                f"the answer for {name} has another shape than {name}",
                hint=f"{name} has {len(names)} elements" if shape else "it is a number",
            )
    elif name not in known:
        raise BindingError(
            f"{name} is not a variable of the formula", hint=did_you_mean(name, known)
        )
    elif isinstance(value, list):
        raise BindingError(f"the answer for {name} is a list, but {name} is a number")
    numbers = flatten(value)
    tokens = [token for token in _SEPARATORS.split(text) if token]
    if len(tokens) != len(numbers):
        tokens = [""] * len(numbers)
    for variable, number, token in zip(names, numbers, tokens, strict=True):
        yield variable, number, _half_unit(token)


def _half_unit(text: str) -> float:
    """Half a unit of the last digit of a decimal number, 0 for what is exact."""
    match = _DECIMAL.fullmatch(text.replace("_", ""))
    if match is None or match[1] is match[2] is None:
        return 0.0
    return 0.5 * 10.0 ** (int(match[2] or 0) - len(match[1] or ""))
