"""Decimal arithmetic against mpmath's, row by row, and against the special values."""

import math
import random
from decimal import Decimal, localcontext
from itertools import product

import pytest
from mpmath import mp, mpf
from reference.arithmetic import REFERENCE

from gradcalc.engine.decimal_arithmetic import arithmetic
from gradcalc.engine.decimals import DEFINITIONS
from gradcalc.operations import OPERATIONS

every_operation = pytest.mark.parametrize(
    "operation", OPERATIONS.values(), ids=list(OPERATIONS)
)
# Enough for the reference to be exact where it cancels.
REFERENCE_DIGITS = 1_000
# Numbers that are infinite or 0 in the end: mpmath's exponents have no bound.
IMMENSE = mpf(10) ** 10**6

SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, -2.0, 3.0, 1e16, math.inf, -math.inf, math.nan]


def value(operation, point):
    with localcontext(arithmetic()):
        return DEFINITIONS[operation.name](*map(Decimal, point))


def random_points(operation):
    """Points of ordinary and of extreme size, and whole numbers, which often tie."""
    chance = random.Random(operation.name)
    count = len(operation.parameters)
    kinds = [
        lambda: chance.uniform(-3, 3),
        lambda: chance.uniform(-1, 1),
        lambda: float(chance.randint(-4, 4)),
        lambda: chance.choice([-1, 1]) * 10 ** chance.uniform(-20, 20),
    ]
    for _ in range(60):
        size = count * chance.randint(2, 3) if operation.lists else count
        yield tuple(chance.choice(kinds)() for _ in range(size))


def test_every_operation_has_a_definition():
    missing = set(OPERATIONS) - set(DEFINITIONS)
    assert not missing, (
        f"{', '.join(missing)}: add to DEFINITIONS in gradcalc/engine/decimals.py"
        " how the value is computed with Decimals, which `check` needs"
    )
    assert not set(DEFINITIONS) - set(OPERATIONS)


@every_operation
def test_values_have_40_digits(operation):
    for point in (*operation.samples, *random_points(operation)):
        found = value(operation, point)
        with mp.workdps(REFERENCE_DIGITS):
            try:
                wanted = mpf(REFERENCE[operation.name][0](*map(mpf, point)))
            except (TypeError, ZeroDivisionError, ValueError):
                # Complex, a pole, or outside the domain.
                assert not found.is_finite(), point
                continue
            if not mp.isfinite(wanted):
                assert str(found) == str(Decimal(float(wanted))), point
            elif abs(wanted) > IMMENSE:
                assert found.adjusted() >= 10**6 or found.is_infinite(), point
            elif wanted and abs(wanted) < 1 / IMMENSE:
                assert found.adjusted() < -(10**6), point
            else:
                distance = abs(mpf(str(found)) - wanted)
                assert distance <= abs(wanted) * mpf(10) ** -40, point


@every_operation
def test_special_values_are_those_of_doubles(operation):
    count = len(operation.parameters)
    size = 2 * count if operation.lists else count
    for point in product(SPECIAL, repeat=min(size, 3)):
        point += (1.0,) * (size - len(point))
        if operation.name.endswith("_logits") and max(map(abs, point[1:])) > 1e10:
            # Doubles lose the digits of such a target, or of such a distance.
            continue
        with localcontext(arithmetic()):
            found = float(value(operation, point))
        wanted = operation.evaluate(*point)
        assert found == pytest.approx(wanted, rel=1e-12, abs=0, nan_ok=True), point
        assert math.isnan(wanted) or (
            math.copysign(1, found) == math.copysign(1, wanted)
        ), point
