import math

import pytest
from mpmath import betainc, mp, mpf

from gradcalc.fitting.intervals import half_width


@pytest.mark.parametrize("degrees", [1, 2, 7, 30, 1000, 10**6])
@pytest.mark.parametrize("confidence", [0.01, 0.5, 0.6827, 0.95, 0.999])
def test_the_interval_has_the_confidence(confidence, degrees):
    t = mpf(half_width(confidence, degrees))
    with mp.workdps(30):
        outside = betainc(
            mpf(degrees) / 2, mpf(1) / 2, 0, degrees / (degrees + t * t),
            regularized=True,
        )  # fmt: skip
        assert 1 - outside == pytest.approx(confidence, rel=1e-9)


def test_with_no_degrees_of_freedom_nothing_is_known():
    assert half_width(0.95, 0) == math.inf
