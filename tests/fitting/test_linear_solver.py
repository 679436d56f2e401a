"""Linear least squares against normal equations with many digits."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import lu_solve, matrix, mp

import gradcalc
from gradcalc.fitting.linear_solver import bounded_least_squares, linear_least_squares

# Longley's data: deflator, product, unemployed, forces, population, year; employed.
# J. W. Longley, Journal of the American Statistical Association 62, 1967; certified at
# https://www.itl.nist.gov/div898/strd/lls/data/Longley.shtml
LONGLEY = """
83.0 234289 2356 1590 107608 1947 60323
88.5 259426 2325 1456 108632 1948 61122
88.2 258054 3682 1616 109773 1949 60171
89.5 284599 3351 1650 110929 1950 61187
96.2 328975 2099 3099 112075 1951 63221
98.1 346999 1932 3594 113270 1952 63639
99.0 365385 1870 3547 115094 1953 64989
100.0 363112 3578 3350 116219 1954 63761
101.2 397469 2904 3048 117388 1955 66019
104.6 419180 2822 2857 118734 1956 67857
108.4 442769 2936 2798 120445 1957 68169
110.8 444546 4681 2637 121950 1958 66513
112.6 482704 3813 2552 123366 1959 68655
114.2 502601 3931 2514 125368 1960 69564
115.7 518173 4806 2572 127852 1961 69331
116.9 554894 4007 2827 130081 1962 70551
"""
CERTIFIED = [
    (-3482258.63459582, 890420.383607373),
    (15.0618722713733, 84.9149257747669),
    (-0.358191792925910e-01, 0.334910077722432e-01),
    (-2.02022980381683, 0.488399681651699),
    (-1.03322686717359, 0.214274163161675),
    (-0.511041056535807e-01, 0.226073200069370),
    (1829.15146461355, 455.478499142212),
]


def exactly(rows, right):
    """The least squares by normal equations with two hundred digits."""
    with mp.workdps(200):
        a, b = matrix(rows.tolist()), matrix(right.tolist())
        return [float(x) for x in lu_solve(a.T * a, a.T * b)]


def test_longley():
    numbers = np.array([line.split() for line in LONGLEY.split("\n")[1:-1]], float)
    columns = dict(zip("abcdefy", numbers.T, strict=True))
    formula = "b0 + b1*a + b2*b + b3*c + b4*d + b5*e_ + b6*f"
    columns["e_"] = columns.pop("e")
    found = gradcalc.fit(formula, columns, "y")
    assert found.linear
    for name, (value, error) in zip(found.names, CERTIFIED, strict=True):
        assert found.values[name] == pytest.approx(value, rel=3e-14)
        assert found.errors[name] == pytest.approx(error, rel=3e-12)
    assert found.chi_square == pytest.approx(836424.055505915, rel=1e-12)


@pytest.mark.parametrize("noise", [0, 1, 100, 10_000])
def test_a_polynomial_of_degree_five(noise):
    # Wampler's problems: the columns are nearly dependent.
    x = np.arange(21.0)
    truth = np.polyval([1.0] * 6, x)
    sign = (-1) ** np.arange(21)
    y = truth + noise * sign * (1 + x % 7)
    formula = "b0 + b1*x + b2*x^2 + b3*x^3 + b4*x^4 + b5*x^5"
    found = gradcalc.fit(formula, {"x": x, "y": y}, "y")
    expected = exactly(np.vander(x, 6, increasing=True), y)
    assert list(found.values.values()) == pytest.approx(expected, rel=1e-15)


@pytest.mark.parametrize("seed", range(5))
def test_columns_that_are_nearly_dependent(seed):
    random = np.random.default_rng(seed)
    rows = random.normal(size=(40, 5))
    rows[:, 4] = rows[:, 3] + 1e-9 * rows[:, 4]
    rows *= 10.0 ** random.integers(-30, 30, size=5)
    right = random.normal(size=40)
    found = linear_least_squares(rows, right)
    assert found.tolist() == pytest.approx(exactly(rows, right), rel=1e-14)


def test_of_dependent_columns_it_is_the_smallest():
    rows = np.array([[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]])
    found = linear_least_squares(rows, np.array([2.0, 4.0, 6.0]))
    assert found.tolist() == pytest.approx([1, 1])


@given(
    st.lists(st.floats(-100, 100), min_size=8, max_size=8),
    st.lists(st.floats(0.01, 100), min_size=8, max_size=8),
)
@settings(max_examples=20, deadline=None)
def test_weights_against_the_normal_equations(target, sigmas):
    x = np.arange(8.0)
    y, s = np.array(target), np.array(sigmas)
    rows = np.stack([x, np.ones(8)], axis=1)
    found = gradcalc.fit("a*x + b", {"x": x, "y": y, "s": s}, "y", sigma="s")
    with mp.workdps(50):
        a = matrix((rows / s[:, None]).tolist())
        b = matrix((y / s).tolist())
        covariance = (a.T * a) ** -1
        values = covariance * (a.T * b)
        scale = max(1e-300, float(abs(y).max()))
        for place, name in enumerate("ab"):
            assert abs(found.values[name] - values[place]) < 1e-12 * scale
            assert found.errors[name] == pytest.approx(
                float(mp.sqrt(covariance[place, place])), rel=1e-12
            )
        assert found.covariance[0][1] == pytest.approx(
            float(covariance[0, 1]), rel=1e-11
        )
        rest = b - a * values
        square = float(sum(each**2 for each in rest))
    assert found.chi_square == pytest.approx(square, rel=1e-9, abs=1e-20 * scale**2)


def test_bounds_are_met_exactly():
    rows = np.array([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]])
    found = bounded_least_squares(
        rows,
        np.array([1.0, 3.0, 5.0]),
        np.array([-np.inf, -np.inf]),
        np.array([np.inf, 1.5]),
    )
    assert found.tolist() == [1.5, 1.5]
