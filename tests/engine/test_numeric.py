"""Pullbacks: the compiled form of a derivative rule equals its graph."""

import math
import struct

import pytest

from gradcalc.engine import numeric
from gradcalc.language.rules import rule_of
from gradcalc.operations import OPERATIONS

SPECIAL = [
    0.0, -0.0, 1.0, -1.0, 2.0, -2.0, 0.5, 3.0, 1e-320, -1e-9, 1e300, -1e300, 709.5,
    -745.5, math.inf, -math.inf, math.nan,
]  # fmt: skip


def bits(handed):
    return [
        None if g is None else "nan" if g != g else struct.pack("d", g) for g in handed
    ]


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda o: o.name)
def test_compiled_rule_equals_its_graph(operation):
    count = len(operation.parameters) * (2 if operation.lists else 1)
    rule = rule_of(operation, count)
    mask = (1,) * count
    walked, compiled = numeric._walked(rule, mask), numeric._compiled(rule, mask)
    points = [*(point for point in operation.samples if len(point) == count)] + [
        tuple(SPECIAL[(start + step * k) % len(SPECIAL)] for k in range(count))
        for start in range(len(SPECIAL))
        for step in range(len(SPECIAL))
    ]
    for point in points:
        out = operation.evaluate(*point)
        for gradient in (1.0, -2.0, float("inf")):
            assert bits(walked(gradient, out, *point)) == bits(
                compiled(gradient, out, *point)
            ), (gradient, point)
