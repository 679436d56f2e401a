"""Intervals of confidence by Student's t distribution."""

import math

from gradcalc.errors import extra_module


def half_width(share: float, degrees_of_freedom: int) -> float:
    """How many standard deviations an interval reaches to each side.

    The share of true values within is between 0 and 1. With no degrees of freedom
    nothing is known of the deviation itself: infinitely many.
    """
    if not degrees_of_freedom:
        return math.inf
    extra_module("scipy", "fit", "intervals of confidence")
    # Not everyone needs the library.
    from scipy.special import stdtrit

    return float(stdtrit(degrees_of_freedom, (1 + share) / 2))
