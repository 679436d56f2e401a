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
