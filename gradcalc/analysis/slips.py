"""What may have gone wrong in a gradient worked out by hand."""

import math
from collections.abc import Iterator, Mapping

from gradcalc.analysis.explanation import Explanation

# A number that is given exactly is like another to this share.
AGREEMENT = 1e-6


def slip(
    explanation: Explanation, node: int, answers: Mapping[int, float], half_unit: float
) -> str:
    """The first mistake that leads to the answer for the node, in a phrase, or "".

    `answers` has the answer for every node that has one, `half_unit` half a unit of the
    last digit of this one.
    """

    def is_like(answer: float, number: float) -> bool:
        return abs(answer - number) <= max(half_unit, AGREEMENT * abs(number))

    gradient = explanation.gradient(node)
    for number, phrase, other in _slips(explanation, node):
        # A 0 says nothing of where it comes from.
        if number and is_like(answers[node], number):
            if other is not None and is_like(answers.get(other, math.nan), gradient):
                return f"{phrase}; the two answers are swapped"
            return phrase
    return ""


def _slips(
    explanation: Explanation, node: int
) -> Iterator[tuple[float, str, int | None]]:
    """The numbers that mistakes lead to, and the node that was mistaken for this one.

    A term comes before the sign: in x*w at w = -3 with another term 3 more, 3 is both.
    """
    gradient = explanation.gradient(node)
    arrived = explanation.arrived.get(node, ())
    products = [each.product for each in arrived if each.product is not None]
    count = len(products)
    if count > 1:
        for product in products:
            yield product, f"that is one of {count} terms, which add up", None
    if count > 2:
        for product in products:
            yield gradient - product, f"one of the {count} terms is missing", None
    yield -gradient, "the sign is the wrong way round", None
    for each in arrived:
        if each.local is not None:
            phrase = "that is the local derivative, not times what arrives"
            yield each.local, phrase, None
    yield 2 * gradient, "that is twice the gradient", None
    yield gradient / 2, "that is half the gradient", None
    for name, other in _others(explanation):
        if other != node:
            yield explanation.gradient(other), f"that is the gradient of {name}", other


def _others(explanation: Explanation) -> Iterator[tuple[str, int]]:
    """The variables and the labels, by name."""
    for meaning in explanation.meanings:
        yield meaning.name, meaning.node
    for node, label in explanation.graph.labels.items():
        yield label, node
