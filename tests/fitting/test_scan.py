"""Fits that start from nothing."""

import numpy as np
import pytest

import gradcalc

T = np.linspace(0, 10, 60)
X = np.linspace(-5, 5, 60)
S = np.linspace(0.2, 20, 50)

# A formula, its rows, what it is made of, and the standard deviation of the noise.
CURVES = {
    "decay": ("a*exp(-k*x) + c", T, {"a": 5, "k": 0.7, "c": 1}, 0.05),
    "decay in ms": ("a*exp(-k*x) + c", T / 1e3, {"a": 5, "k": 700, "c": 1}, 0.05),
    "slow decay": ("a*exp(-x/s) + c", T * 1e4, {"a": 5, "s": 2e4, "c": 1}, 0.02),
    "peak": (
        "a*exp(-(x - m)^2/(2*s^2))", X, {"a": 3, "m": 1.2, "s": 0.5}, 0.05,
    ),
    "line of light": (
        "a*exp(-((x - m)/s)^2/2) + c",
        np.linspace(4e-7, 7e-7, 80),
        {"a": 3, "m": 5.3e-7, "s": 2e-8, "c": 1},
        0.05,
    ),
    "sine": ("a*sin(w*x + p) + c", T, {"a": 2, "w": 3.3, "p": 0.7, "c": 1}, 0.2),
    "mains": (
        "a*sin(2*pi*f*x + p)", T / 100, {"a": 325, "f": 50, "p": 1}, 5,
    ),
    "logistic": ("l/(1 + exp(-k*(x - m)))", X, {"l": 4, "k": 1.5, "m": 0.7}, 0.05),
    "two decays": (
        "a*exp(-k*x) + b*exp(-l*x)", T, {"a": 2, "k": 0.25, "b": 3, "l": 2.5}, 0.01,
    ),
    "two peaks": (
        "a*exp(-((x - m)/s)^2) + b*exp(-((x - n)/u)^2)",
        T,
        {"a": 3, "m": 2.5, "s": 0.6, "b": 2, "n": 7, "u": 0.9},
        0.05,
    ),
    "two lines of Lorentz": (
        "a/(1 + ((x - m)/s)^2) + b/(1 + ((x - n)/u)^2)",
        T,
        {"a": 3, "m": 2.5, "s": 0.6, "b": 2, "n": 7, "u": 0.5},
        0.03,
    ),
    "power law": ("a*x^b", S, {"a": 2.5, "b": 1.7}, 0.5),
    "enzyme": ("v*x/(k + x)", S, {"v": 8, "k": 3.2}, 0.1),
    "resonance": (
        "a*g^2/((x - m)^2 + g^2) + c",
        X,
        {"a": 3, "g": 0.4, "m": -1.1, "c": 0.3},
        0.05,
    ),
    "damped oscillation": (
        "a*exp(-k*x)*sin(w*x + p)", T, {"a": 3, "k": 0.3, "w": 4, "p": 0.4}, 0.05,
    ),
}  # fmt: skip

# Parameters of the two terms of a sum, the second of which tells them apart.
EXCHANGEABLE = {
    "two decays": ("ak", "bl"),
    "two peaks": ("ams", "bnu"),
    "two lines of Lorentz": ("ams", "bnu"),
}


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("name", CURVES)
def test_plain_curves_come_out_from_nothing(name, seed):
    formula, x, truth, noise = CURVES[name]
    exact, _ = gradcalc.vectorized(formula, ["x", *truth])(x, *truth.values())
    y = exact + noise * np.random.default_rng(seed).normal(size=len(x))
    found = gradcalc.fit(formula, {"x": x, "y": y}, "y")
    assert found.reached
    assert found.chi_square <= float(((y - exact) ** 2).sum())
    values, errors = found.values, found.errors
    first, second = EXCHANGEABLE.get(name, ("", ""))
    if first and (values[first[1]] > values[second[1]]):
        # The same curve with the names exchanged.
        other = dict(zip(first + second, second + first, strict=True))
        values = {each: values[other[each]] for each in truth}
        errors = {each: errors[other[each]] for each in truth}
    for parameter, value in truth.items():
        assert abs(values[parameter] - value) < 6 * errors[parameter]


def test_the_same_seed_gives_the_same_fit():
    rows = {"x": X, "y": np.exp(-((X - 1) ** 2))}
    one, other = (
        gradcalc.fit("a*exp(-((x - m)/s)^2)", rows, "y", seed=7) for _ in range(2)
    )
    assert one.values == other.values
    assert one.start == other.start


def test_a_start_that_is_given_is_used():
    rows = {"x": X, "y": np.exp(-((X - 1) ** 2))}
    found = gradcalc.fit("a*exp(-((x - m)/s)^2)", rows, "y", start={"m": 0.5, "s": -2})
    assert found.start["m"] == 0.5
    assert found.start["s"] == -2
    assert found.values["s"] < 0
