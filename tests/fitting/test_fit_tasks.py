"""What is said where a fit cannot be, or does not tell all."""

import math

import numpy as np
import pytest

import gradcalc
from gradcalc.errors import GradcalcError

X = np.arange(8.0)
Y = 2 * X + 1 + np.array([0.1, -0.2, 0.05, 0, 0.1, -0.1, 0.2, -0.1])
ROWS = {"x": X, "y": Y}

# The formula and its options, and a part of the sentence.
MISTAKES = {
    "too few rows": ("a*x + b*x^2 + c", {"rows": {"x": [1, 2], "y": [1, 2]}},
                     "2 numbers cannot tell 3 parameters: a, b and c"),
    "no rows": ("a*x", {"rows": {"x": [], "y": []}}, "the data have no rows"),
    "NaN": ("a*x", {"rows": {"x": [1, math.nan], "y": [1, 2]}},
            "row 2 of the data, column x: nan is not a finite number"),
    "infinity": ("a*x", {"rows": {"x": [1, 2], "y": [1, math.inf]}},
                 "row 2 of the data, column y: inf is not a finite number"),
    "NaN at the start": ("a*sqrt(k)*x", {"start": {"k": -1, "a": 1}},
                         "at a=1, k=-1: sqrt(k) is NaN because k is -1"),
    "never finite": ("a*log(-1 - k^2)*x", {}, "the model is not finite in row 1"),
    "crossed bounds": ("a*x", {"bounds": {"a": (3, 1)}},
                       "the bounds of a are crossed: 3 to 1"),
    "no room": ("a*x", {"bounds": {"a": (3, 3)}}, "leave no room"),
    "start outside": ("a*exp(k*x)", {"start": {"k": 5}, "bounds": {"k": (0, 1)}},
                      "k starts at 5, outside its bounds 0 to 1"),
    "bounds of nothing": ("a*x", {"bounds": {"q": (0, 1)}}, "no parameter"),
    "zero sigma": ("a*x", {"sigma": "x"}, "row 1: the sigma x is 0"),
    "negative sigma": ("a*x", {"sigma": "x - 1"}, "row 1: the sigma x - 1 is -1"),
    "no such target": ("a*x", {"target": "z"}, "has no column z"),
    "log of a negative": ("a*x", {"target": "log(y - 3)"}, "row 1: log(y - 3) is nan"),
    "all fixed": ("a*x", {"fix": {"a": 1}}, "all parameters are fixed"),
    "unknown loss": ("a*x", {"robust": "hubr"}, "no robust loss called hubr"),
    "negative starts": ("a*x", {"starts": -1}, "starts is a whole number from 0 on"),
    "lengths": ("a*x", {"rows": {"x": [1], "y": [1, 2]}}, "x has 1, y has 2"),
    "texts": ("a*x", {"rows": {"x": ["a"], "y": [1]}}, "does not hold numbers"),
    "a misspelt column": ("X", {}, "no column of the data is in the formula"),
    "two for one mean": ("a*b", {}, "no column of the data is in the formula"),
    "no column": ("a", {"target": "3"}, "neither formula nor target has a column"),
    "no table": ("a*x", {"rows": 5}, "not int"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_are_told(name):
    formula, asked, sentence = MISTAKES[name]
    with pytest.raises(GradcalcError) as caught:
        gradcalc.fit(formula, **{"rows": ROWS, "target": "y", **asked})
    assert sentence in caught.value.message


def test_a_parameter_alone_is_the_mean():
    fit = gradcalc.fit("c", ROWS, "y")
    error = np.std(Y, ddof=1) / len(Y) ** 0.5
    assert fit.values["c"] == pytest.approx(np.mean(Y), rel=1e-14)
    assert fit.errors["c"] == pytest.approx(error, rel=1e-12)
    assert (fit.inputs, fit.linear, abs(fit.r_squared) < 1e-14) == ({}, True, True)
    sigma = np.linspace(1, 2, len(Y))
    weighed = gradcalc.fit("c", {**ROWS, "s": sigma}, "y", sigma="s")
    mean = np.average(Y, weights=sigma**-2)
    assert weighed.values["c"] == pytest.approx(mean, rel=1e-14)
    # What is started is no misspelt column.
    assert gradcalc.fit("X", ROWS, "y", start={"X": 1}).values["X"] == fit.values["c"]
    two = gradcalc.fit("m", ROWS, ["x", "y"], shapes={"m": (2,)})
    assert two.values["m[1]"] == pytest.approx(np.mean(Y), rel=1e-14)


# The formula and its rows, a part of a note, and the numbers without an error.
NOTES = {
    "dependent": ("a*x + b*x + c", ROWS, "do not tell a and b apart", "ab"),
    "product": ("a*b*x", ROWS, "do not tell a and b apart", "ab"),
    "sum": ("exp(a + b)*x", ROWS, "do not tell a and b apart", "ab"),
    "no influence": ("a*x + 0*k", ROWS, "k has no influence", "k"),
    "constant column": ("a*x + b", {"x": X * 0 + 2, "y": Y}, "x is 2 in every row",
                        "ab"),
    "constant target": ("a*x + b", {"x": X, "y": X * 0}, "nothing to explain", ""),
    "as many": ("a*x + b", {"x": [1, 2], "y": [1, 2]}, "nothing is left", "ab"),
    "exact": ("a*exp(-k*x)", {"x": X, "y": np.exp(-X)}, "but for rounding", ""),
    "scaled": ("a*x + b", ROWS, "scaled by the residuals", ""),
    "a constant": ("a*exp(-x/tau)", ROWS, "tau is the constant 6.28319", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", NOTES)
def test_what_the_rows_do_not_tell_is_noted(name):
    formula, rows, note, unknown = NOTES[name]
    found = gradcalc.fit(formula, rows, "y")
    assert any(note in each for each in found.notes)
    lost = [name for name, error in found.errors.items() if not math.isfinite(error)]
    assert lost == list(unknown)
    for place, name in enumerate(found.names):
        assert math.isfinite(found.covariance[place][place]) == (name not in unknown)


@pytest.mark.parametrize(
    ("by_x", "by_y"),
    # The product, which the derivative by k is of the size of, must be a double.
    [(1e-300, 1), (1e300, 1), (1, 1e-300), (1, 1e300), (1e-200, 1e200), (1e20, 1e-20)],
)
def test_huge_and_tiny_numbers(by_x, by_y):
    x = np.linspace(0, 5, 20)
    y = 3 * np.exp(-0.5 * x) + 0.01 * np.cos(40 * x)
    plain = gradcalc.fit("a*exp(-k*x)", {"x": x, "y": y}, "y")
    found = gradcalc.fit("a*exp(-k*x)", {"x": x * by_x, "y": y * by_y}, "y")
    for name, factor in (("a", by_y), ("k", 1 / by_x)):
        assert found.values[name] / factor == pytest.approx(plain.values[name])
        assert found.errors[name] / factor == pytest.approx(plain.errors[name])


def test_bounds_are_kept_and_told():
    found = gradcalc.fit("a*exp(k*x)", ROWS, "y", bounds={"k": (0.3, None)})
    assert found.values["k"] == 0.3
    assert any("k sits on its bound 0.3" in note for note in found.notes)
    linear = gradcalc.fit("a*x + b", ROWS, "y", bounds={"a": (None, 1)})
    assert linear.linear
    assert linear.values == pytest.approx({"a": 1, "b": float((Y - X).mean())})


def test_lists_matrices_labels_and_held_values():
    rows = {**ROWS, "z": 3 * X - 4}
    found = gradcalc.fit("W @ [1, x]", rows, ["y", "z"], shapes={"W": (2, 2)})
    assert found.residuals.shape == (8, 2)
    assert found.names == ["W[0][0]", "W[0][1]", "W[1][0]", "W[1][1]"]
    assert found.parameters["W"][1] == pytest.approx([-4, 3])
    one = gradcalc.fit("a*x + b", ROWS, "y")
    assert found.parameters["W"][0] == pytest.approx(
        [one.parameters["b"], one.parameters["a"]]
    )
    held = gradcalc.fit("b = 1; line = a*x; line + b", ROWS, "y")
    assert held.fixed == held.carried == ["b"]
    assert held.parameters["a"] == pytest.approx(
        gradcalc.fit("a*x + b", ROWS, "y", fix={"b": 1}).parameters["a"]
    )


def test_random_starts_find_what_one_misses():
    y = np.sin(3.3 * np.linspace(0, 10, 50))
    rows, start = {"x": np.linspace(0, 10, 50), "y": y}, {"a": 1, "w": 1.1}
    one = gradcalc.fit("a*sin(w*x)", rows, "y", start=start)
    many = gradcalc.fit("a*sin(w*x)", rows, "y", start=start, starts=60, seed=1)
    assert one.chi_square > 1
    assert many.chi_square < 1e-20
