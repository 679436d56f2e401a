"""The functions of Math that a page brings along give hardly any but the nearest."""

import math
import random

import pytest
from mpmath import mp, mpf
from reference.scripts import arithmetic, in_node, needs_node

pytestmark = needs_node

CHANCE = random.Random(3)


def between(low, high, count=400):
    return [CHANCE.uniform(low, high) for _ in range(count)]


def of_all_sizes(least=-300, most=300, count=200):
    return [10 ** CHANCE.uniform(least, most) for _ in range(count)]


NUMBERS = [*between(-8, 8), *(x * CHANCE.choice((-1, 1)) for x in of_all_sizes())]
ANGLES = [*between(-8, 8), *between(-1e5, 1e5), *of_all_sizes(-300, 24)]
# Doubles next to multiples of a right angle.
ANGLES += [k * math.pi / 2 for k in range(-40, 40) if k]

FUNCTIONS = {
    "exp": (mp.exp, [*between(-740, 709), *between(-1, 1)]),
    "log": (mp.log, [*between(0, 4), *of_all_sizes(), *between(0.99, 1.01), 5e-324]),
    "sin": (mp.sin, ANGLES),
    "cos": (mp.cos, ANGLES),
    "tan": (mp.tan, ANGLES),
    "asin": (mp.asin, between(-0.999, 0.999)),
    "acos": (mp.acos, between(-0.999, 0.99)),
    "atan": (mp.atan, NUMBERS),
}
PAIRS = {
    "pow": (mp.power, [(abs(a), b) for a in NUMBERS for b in between(-4, 4, 3)]),
    "atan2": (mp.atan2, list(zip(between(-9, 9), between(-9, 9), strict=True))),
    "hypot": (mp.hypot, list(zip(NUMBERS, reversed(NUMBERS), strict=True))),
}
CASES = [
    *(
        (name, call, [(x,) for x in points])
        for name, (call, points) in FUNCTIONS.items()
    ),
    *((name, call, points) for name, (call, points) in PAIRS.items()),
]


@pytest.mark.parametrize(("name", "call", "points"), CASES, ids=[c[0] for c in CASES])
def test_the_nearest_double_but_for_hardly_anything(name, call, points, tmp_path):
    code = f"answer(input.map((point) => EXACT_MATH.{name}(...point)));"
    (found,) = in_node(arithmetic(), code, points, tmp_path)
    with mp.workdps(400):
        for point, value in zip(points, found, strict=True):
            exact = call(*map(mpf, point))
            nearest = float(exact)
            if not math.isfinite(nearest):
                assert value == nearest
                continue
            off = abs(mpf(value) - exact) / mpf(math.ulp(nearest))
            assert off <= 0.505, (point, value)


SPECIAL = [0.0, -0.0, math.inf, -math.inf, math.nan, 5e-324, 1.7976931348623157e308]


@pytest.mark.parametrize("name", [*FUNCTIONS, "log10", "cbrt", "cosh", "sinh"])
def test_special_values_are_those_of_math(name, tmp_path):
    points = [*SPECIAL, *(-x for x in SPECIAL), 1.0, -1.0, 800.0, -800.0]
    code = f"answer(input.map((x) => [EXACT_MATH.{name}(x), Math.{name}(x)]));"
    (found,) = in_node(arithmetic(), code, points, tmp_path)
    for point, (exact, plain) in zip(points, found, strict=True):
        assert exact == pytest.approx(plain, rel=1e-15, nan_ok=True), point
        assert math.copysign(1, exact) == math.copysign(1, plain) or plain != plain


@pytest.mark.parametrize("name", ["pow", "atan2", "hypot"])
def test_special_pairs_are_those_of_math(name, tmp_path):
    numbers = [*SPECIAL, -5e-324, 1.0, -1.0, 2.0, -2.0, 0.5, -3.0, 1e200, -1e-200]
    points = [(a, b) for a in numbers for b in numbers]
    code = f"answer(input.map((p) => [EXACT_MATH.{name}(...p), Math.{name}(...p)]));"
    (found,) = in_node(arithmetic(), code, points, tmp_path)
    for point, (exact, plain) in zip(points, found, strict=True):
        assert exact == pytest.approx(plain, rel=1e-15, nan_ok=True), point
