"""A gradient worked out by hand, compared with backpropagation.

An answer is right if it is right to the digits it is given with: 0.71 for 0.7071, or
anything within half a unit of its last digit. A whole number and a formula (1/3,
sqrt(2)/2) say exactly what they mean: there the two agree to a millionth.
"""

import math
import re
from collections.abc import Iterator, Sequence

from gradcalc.analysis.explanation import Explanation
from gradcalc.errors import BindingError, ShapeError
from gradcalc.language.bindings import BoundProgram
from gradcalc.language.constants import constant_value
from gradcalc.shapes import element_names, flatten, shape_of
from gradcalc.wording import near_miss

AGREEMENT = 1e-6
# What backpropagation makes of a 0 may be the rounding of one.
_ZERO = 1e-12

_DECIMAL = re.compile(r"[-+]?(?:\d*)(?:\.(\d*))?(?:[eE]([-+]?\d+))?")
_SEPARATORS = re.compile(r"[,;\[\]\s]+")


class Answer:
    """One number worked out by hand, and what backpropagation makes of it.

    variable   the variable, or its element "v[0]"
    expected   the learner's number
    tolerance  how far from the gradient it may be
    gradient   what backpropagation gives
    error      how much the two differ, relative to the larger
    right      whether they agree
    reason     what the mistake may have been, in a phrase, or ""
    """

    __slots__ = (
        "error",
        "expected",
        "gradient",
        "reason",
        "right",
        "tolerance",
        "variable",
    )

    def __init__(
        self, variable: str, expected: float, half_unit: float, gradient: float
    ) -> None:
        self.variable = variable
        self.expected = expected
        self.gradient = gradient
        share = AGREEMENT * abs(gradient) if math.isfinite(gradient) else 0.0
        self.tolerance = max(half_unit * (1 + 1e-9), share, _ZERO)
        distance = abs(expected - gradient)
        alike = expected == gradient or (expected != expected and gradient != gradient)
        self.right = alike or distance <= self.tolerance
        largest = max(abs(expected), abs(gradient))
        self.error = 0.0 if alike else distance / largest
        self.reason = ""


def check_answers(
    bound: BoundProgram, answers: Sequence[tuple[str, str]]
) -> tuple[Explanation, list[Answer]]:
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
    gradients = {meaning.name: meaning.gradient for meaning in explanation.meanings}
    found = []
    for name, text in answers:
        for variable, value, half_unit in _elements(bound, name, text):
            answer = Answer(variable, value, half_unit, gradients[variable])
            if not answer.right:
                answer.reason = _mistake(explanation, answer)
            found.append(answer)
    return explanation, found


def _elements(
    bound: BoundProgram, name: str, text: str
) -> Iterator[tuple[str, float, float]]:
    """Each element that is answered, with its number and half its last digit."""
    variables = bound.program.graph.variables
    every = {
        element
        for variable, structure in variables.items()
        for element in element_names(variable, shape_of(structure))
    }
    value = constant_value(text)
    names = [name]
    if name in variables:
        shape = shape_of(variables[name])
        names = element_names(name, shape)
        if shape_of(value) != shape:
            raise BindingError(
                f"the answer for {name} has another shape than {name}",
                hint=f"{name} has {len(names)} elements" if shape else "it is a number",
            )
    elif name not in every or isinstance(value, list):
        match = near_miss(name, [*variables, *every])
        raise BindingError(
            f"{name} is not a variable of the formula"
            if name not in every
            else f"the answer for {name} is a list, but {name} is a number",
            hint=f"did you mean {match}?" if match and match != name else None,
        )
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


def _mistake(explanation: Explanation, answer: Answer) -> str:
    """What may have gone wrong: the sign, or paths that were not added up."""
    if abs(answer.expected + answer.gradient) <= answer.tolerance:
        return "the sign is the wrong way round"
    (node,) = (
        meaning.node
        for meaning in explanation.meanings
        if meaning.name == answer.variable
    )
    arrived = explanation.arrived.get(node, ())
    for contribution in arrived:
        product = contribution.product
        if product is not None and abs(answer.expected - product) <= answer.tolerance:
            if len(arrived) > 1:
                return f"that is one of {len(arrived)} terms, which add up"
        elif contribution.local is not None and _is(answer, contribution.local):
            return "that is the local derivative, not times what arrives"
    return ""


def _is(answer: Answer, value: float) -> bool:
    return abs(answer.expected - value) <= max(AGREEMENT * abs(value), _ZERO)
