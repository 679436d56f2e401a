"""Robust fits against SciPy's."""

import numpy as np
import pytest
from scipy.optimize import least_squares

import gradcalc
from gradcalc.fitting.robust import ROBUST

X = np.linspace(0, 5, 60)
TRUTH = {"a": 3.0, "k": 0.8, "c": 1.0}
EXACT = 3 * np.exp(-0.8 * X) + 1


def data(seed):
    random = np.random.default_rng(seed)
    y = EXACT + 0.05 * random.normal(size=60)
    y[random.choice(60, 8, replace=False)] += random.uniform(1, 5, 8)
    return y


@pytest.mark.parametrize("loss", ROBUST)
def test_against_scipy_where_sigma_is_known(loss):
    y = data(1)
    found = gradcalc.fit(
        "a*exp(-k*x) + c", {"x": X, "y": y}, "y", sigma="0.05", robust=loss
    )
    expected = least_squares(
        lambda p: (p[0] * np.exp(-p[1] * X) + p[2] - y) / 0.05,
        list(TRUTH.values()),
        loss=loss,
        xtol=1e-15,
        ftol=1e-15,
        gtol=1e-15,
    )
    assert list(found.values.values()) == pytest.approx(expected.x, rel=1e-6)
    assert found.robust_scale == pytest.approx(1)


@pytest.mark.parametrize("loss", ROBUST)
@pytest.mark.parametrize("seed", range(3))
def test_outliers_hardly_count(loss, seed):
    rows = {"x": X, "y": data(seed)}
    found = gradcalc.fit("a*exp(-k*x) + c", rows, "y", robust=loss)
    plain = gradcalc.fit("a*exp(-k*x) + c", rows, "y")
    for name, value in TRUTH.items():
        assert abs(found.values[name] - value) < 6 * found.errors[name]
        assert found.errors[name] < plain.errors[name]
    assert 0.03 < found.robust_scale < 0.12


# A formula, its rows, what it is made of, and the standard deviation of the noise.
CURVES = {
    "line": ("a*x + b", X, {"a": 2, "b": -3}, 0.2),
    "decay": ("a*exp(-k*x) + c", X, {"a": 5, "k": 0.7, "c": 1}, 0.05),
    "peak": ("a*exp(-((x - m)/s)^2)", X - 2, {"a": 3, "m": 0.6, "s": 0.8}, 0.05),
    "sine": ("a*sin(w*x + p) + c", X * 2, {"a": 2, "w": 3.3, "p": 0.7, "c": 1}, 0.1),
    "enzyme": ("v*x/(k + x)", X * 4 + 0.2, {"v": 8, "k": 3.2}, 0.1),
}


def _anywhere(random, rows, share):
    chosen = random.choice(rows, int(rows * share), replace=False)
    return np.isin(np.arange(rows), chosen)


# What is added to the rows by outliers.
OUTLIERS = {
    "few": lambda random, rows: (
        _anywhere(random, rows, 0.1) * random.normal(0, 10, rows)
    ),
    "a quarter": lambda random, rows: (
        _anywhere(random, rows, 0.25) * random.normal(0, 10, rows)
    ),
    "one-sided": lambda random, rows: (
        _anywhere(random, rows, 0.2) * random.uniform(3, 20, rows)
    ),
    "at the end": lambda _, rows: 10.0 * (np.arange(rows) >= rows * 0.9),
}


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("outliers", OUTLIERS)
@pytest.mark.parametrize("name", CURVES)
def test_starts_do_not_follow_outliers(name, outliers, seed):
    formula, x, truth, noise = CURVES[name]
    exact, _ = gradcalc.vectorized(formula, ["x", *truth])(x, *truth.values())
    random = np.random.default_rng(seed)
    y = exact + noise * random.normal(size=len(x)) + OUTLIERS[outliers](random, len(x))
    found = gradcalc.fit(formula, {"x": x, "y": y}, "y", robust="cauchy")
    assert found.values == pytest.approx(truth, rel=0.15)


@pytest.mark.parametrize("loss", ROBUST)
def test_a_curve_without_noise_comes_out_beside_outliers(loss):
    t = np.linspace(0.1, 10, 50)
    y = 3 * np.exp(-0.4 * t) + 1 + 10 * (t > 9.7)
    found = gradcalc.fit("a*exp(-k*t) + c", {"t": t, "y": y}, "y", robust=loss)
    assert found.values == pytest.approx({"a": 3, "k": 0.4, "c": 1}, rel=1e-6)


def test_errors_are_those_of_many_samples():
    found = []
    for seed in range(100):
        noise = np.random.default_rng(seed).standard_t(3, size=60)
        rows = {"x": X, "y": 2 * X + 1 + noise}
        found.append(gradcalc.fit("a*x + b", rows, "y", robust="soft_l1"))
    spread = np.std([each.values["a"] for each in found])
    assert np.mean([each.errors["a"] for each in found]) == pytest.approx(
        spread, rel=0.25
    )


def test_rows_that_are_met_exactly():
    y = 2 * X + 1
    y[5] = 100
    found = gradcalc.fit("a*x + b", {"x": X, "y": y}, "y", robust="cauchy")
    assert found.values == pytest.approx({"a": 2, "b": 1}, rel=1e-6)
