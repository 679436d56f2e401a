"""Every operation as a function of JavaScript is the engine's, to 4 units."""

import itertools
import math
import random

import pytest
from reference.doubles import SPECIAL
from reference.exported import ulps
from reference.scripts import arithmetic, in_node, needs_node

from gradcalc.operations import OPERATIONS

pytestmark = needs_node

SPECIAL_NUMBERS = [
    *(*SPECIAL, -0.5, 2.5, -2.5, 27.0, math.pi / 2, math.pi, 1e16, 1e22, 5e-324),
    *(2.2250738585072014e-308, 1.7976931348623157e308, -1.7976931348623157e308),
    *(math.nextafter(1, 2), math.nextafter(1, 0), 0.49999999999999994, 709.78, 171.6),
]

# Where a row has these, the last operand is what it is a function of.
ORDERS = [0.0, 1.0, 2.0, 5.0, 30.0, 1000.0, 1001.0, -1.0, 0.5]


def numbers(chance, count):
    """Numbers of all sizes, ordinary ones more often."""
    for _ in range(count):
        size = chance.choice((1, 1, 5, 5, 200))
        yield chance.choice(
            (
                chance.uniform(-size, size),
                chance.uniform(0, size),
                chance.randrange(-40, 40) / 4,
                chance.choice((-1, 1)) * math.exp(chance.uniform(-700, 700)),
            )
        )


def points_of(operation):
    """Its sample points, special values, and points between."""
    chance = random.Random(operation.name)
    yield from operation.samples
    count = len(operation.parameters)
    if "order n" in operation.meaning:
        points = [*SPECIAL_NUMBERS, *numbers(chance, 60)]
        yield from itertools.product(ORDERS, points)
    elif operation.lists:
        for special in itertools.product(SPECIAL_NUMBERS, (1.5, -0.0, math.nan)):
            yield special * count
        for _ in range(400):
            yield tuple(numbers(chance, chance.randrange(1, 6) * count))
    elif count == 1:
        yield from ((x,) for x in [*SPECIAL_NUMBERS, *numbers(chance, 800)])
    else:
        some = SPECIAL_NUMBERS if count == 2 else SPECIAL_NUMBERS[:9]
        yield from itertools.product(some, repeat=count)
        yield from (tuple(numbers(chance, count)) for _ in range(400))


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """For each operation its points, and the values of its function there."""
    points = {
        name: [list(map(float, point)) for point in points_of(operation)]
        for name, operation in OPERATIONS.items()
    }
    given = [[name, OPERATIONS[name].lists, rows] for name, rows in points.items()]
    code = """
    for (const [name, isList, points] of input) {
      const call = OPERATIONS[name];
      answer(points.map((point) => isList ? call(point) : call(...point)));
    }
    """
    found = in_node(arithmetic(), code, given, tmp_path_factory.mktemp("functions"))
    return {name: (points[name], row) for name, row in zip(points, found, strict=True)}


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda row: row.name)
def test_values_are_the_engines(operation, answers):
    for point, found in zip(*answers[operation.name], strict=True):
        wanted = float(operation.evaluate(*point))
        assert ulps(found, wanted) <= 4, (point, found, wanted)
        # To 1/x the two zeros are not the same.
        if wanted == 0:
            assert math.copysign(1, found) == math.copysign(1, wanted), point
