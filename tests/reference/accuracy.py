"""How exact the special functions are to be, and where that is looked at.

What is allowed is 4 units in the last place, times the condition number: how much a
relative error of the operand would grow in the value.
"""

import math
import random

AROUND_POLES = [(-0.5, 0.5), (-1, 0), (-2, -1), (-3, -2), (-4, -3), (-20, -4)]
POSITIVE = [(0, 1), (0.999, 1.001), (1, 2), (1.999, 2.001), (2, 3), (3, 8.5), (8, 30)]
# Ranges of the last operand, by the operands before it.
RANGES = {
    "gamma": [*AROUND_POLES, *POSITIVE, (30, 171.7), (-170, -20)],
    "lgamma": [*AROUND_POLES, *POSITIVE, (30, 1e3), (-1e6, -20), (1e3, 1e300)],
    "digamma": [*AROUND_POLES, *POSITIVE, (1.4615, 1.4618), (-1e4, -20), (30, 1e300)],
    "polygamma": [*AROUND_POLES, *POSITIVE, (-200, -20), (30, 1e50)],
    "erfinv": [(-1, 1), (0, 1e-3), (0.49, 0.51), (0.999, 1), (1 - 1e-12, 1)],
    "sinc": [(-3, 3), (0, 1e-3), (3, 30), (30, 1e6)],
    "sinc_derivative": [(-1, 1), (0, 1e-3), (1, 3), (3, 30), (-200, -30)],
}
ORDERS = {"polygamma": (0, 1, 2, 3, 7, 30), "sinc_derivative": (0, 1, 2, 3, 7, 30)}


def points(low, high):
    """Points of the range, evenly by chance; of a long one by their size."""
    chance = random.Random(f"{low}{high}")
    for _ in range(40):
        if low > 0 and high > 1e3 * low:
            yield math.exp(chance.uniform(math.log(low), math.log(high)))
        else:
            yield chance.uniform(low, high)


def assert_close(got, want, slope, x):
    """The number is what is wanted to 4 units in the last place.

    `slope` gives the derivative of what is wanted, where the condition is asked for.
    """
    if abs(want) < 2.3e-308:
        assert abs(got) < 2.4e-308
        return
    nearest = float(want)
    error = 0 if got == nearest else float(abs(got - want) / math.ulp(nearest))
    if error > 4:
        assert error <= 4 * abs(slope() * x / want), (x, got, nearest)
