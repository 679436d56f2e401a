"""Fits of formulas to data in memory."""

import numpy as np
import pytest
from reference.nist import PROBLEMS, digits

import gradcalc
from gradcalc.fitting.fits import CONVERGED, SOLVED

RUNS = [
    pytest.param(problem, start, id=f"{name}-{place + 1}")
    for name, problem in PROBLEMS.items()
    for place, start in enumerate(problem.starts)
]


@pytest.mark.parametrize(("problem", "start"), RUNS)
def test_certified_values_come_out_from_both_starts(problem, start):
    found = gradcalc.fit(problem.formula, problem.rows, problem.target, start=start)
    assert found.stopped == CONVERGED
    assert found.start == start
    assert min(digits(found.values[n], v) for n, v in problem.values.items()) > 9
    # The residuals of Lanczos1 are of the size of a double's rounding.
    enough = 6 if problem.name == "Lanczos1" else 9
    assert min(digits(found.errors[n], v) for n, v in problem.errors.items()) > enough
    assert digits(found.chi_square, problem.chi_square) > enough


def test_linear_models_are_solved_in_one_step():
    t = np.arange(6.0)
    found = gradcalc.fit("a*t + b", {"t": t, "y": 3 * t - 2}, "y")
    assert found.linear
    assert found.stopped == SOLVED
    assert found.parameters == {"a": 3.0, "b": -2.0}
    assert found.chi_square == 0
    assert found.r_squared == 1


@pytest.mark.parametrize(
    ("formula", "options"),
    [
        ("a*t + b", {"start": {"a": 1}, "fix": {"a": 1}}),
        ("c = 2\nt*c", {}),
        ("a*t + b", {"start": {"a": float("inf")}}),
        ("a*t + b*t + c", {}),
        ("a*t + b", {"bounds": {"a": (1, 0)}}),
    ],
)
def test_hints_are_in_words_of_python(formula, options):
    with pytest.raises(gradcalc.GradcalcError) as caught:
        gradcalc.fit(formula, {"t": [1, 2], "y": [1, 3]}, "y", **options)
    assert caught.value.hint
    assert "--" not in caught.value.hint
