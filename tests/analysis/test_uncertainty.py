"""Propagation against another program, mathematics, and examples of the Guide."""

import math
import random
import re
import statistics

import pytest
from uncertainties import correlated_values, umath

import gradcalc
from gradcalc.analysis.uncertainty import uncertainty
from gradcalc.errors import BindingError, DataError, GradcalcError

UNARY = ["sin", "cos", "exp", "log", "sqrt", "tanh", "atan"]
KNOWN = {name: getattr(umath, name) for name in UNARY}


def formula(chosen, depth):
    if depth == 0 or chosen.random() < 0.15:
        return chosen.choice("abcd")
    one = formula(chosen, depth - 1)
    if chosen.random() < 0.5:
        return f"({one} {chosen.choice('+-*/')} {formula(chosen, depth - 1)})"
    name = chosen.choice([*UNARY, "square"])
    forms = {
        "log": f"log({one}^2 + 1)",
        "sqrt": f"sqrt({one}^2 + 1)",
        "exp": f"exp({one}/5)",
        # Where it is nearly flat, the other program's slope has lost its digits.
        "tanh": f"tanh(sin({one}))",
        "square": f"({one})^2",
    }
    return forms.get(name, f"{name}({one})")


def test_random_formulas_of_correlated_values():
    chosen = random.Random(7)
    compared = 0
    while compared < 500:
        text = formula(chosen, 5)
        names = sorted(set(re.findall(r"\b[a-d]\b", text)))
        values = [chosen.uniform(0.5, 3) for _ in names]
        rows = [[chosen.gauss(0, 0.1) for _ in names] for _ in names]
        matrix = [
            [sum(x * y for x, y in zip(a, b, strict=True)) for b in rows] for a in rows
        ]
        point = dict(zip(names, correlated_values(values, matrix), strict=True))
        try:
            want = eval(text.replace("^", "**"), {**KNOWN, **point})
        except (ZeroDivisionError, OverflowError, ValueError):
            continue
        if not math.isfinite(want.n) or not math.isfinite(want.s):
            continue
        sigmas = [math.sqrt(matrix[k][k]) for k in range(len(names))]
        found = uncertainty(
            text,
            dict(zip(names, zip(values, sigmas, strict=True), strict=True)),
            correlation={
                (names[a], names[b]): matrix[a][b] / (sigmas[a] * sigmas[b])
                for a in range(len(names))
                for b in range(a)
            },
        )
        (rows_of,) = found.contributions
        largest = max(row.contribution for row in rows_of)
        assert found.value == pytest.approx(want.n, rel=1e-12, abs=1e-300)
        # Contributions may cancel.
        assert found.sigma == pytest.approx(want.s, rel=1e-12, abs=1e-12 * largest)
        if found.sigma > 1e-6 * largest:
            assert sum(row.share for row in rows_of) == pytest.approx(1)
        compared += 1


def test_several_results_share_a_covariance():
    found = uncertainty("[x + y, x - y, 2*x]", {"x": (1, 0.3), "y": (2, 0.4)})
    assert found.sigma == pytest.approx([0.5, 0.5, 0.6])
    want = [[0.25, -0.07, 0.18], [-0.07, 0.25, 0.18], [0.18, 0.18, 0.36]]
    for row, expected in zip(found.covariance, want, strict=True):
        assert row == pytest.approx(expected)
    assert found.correlation[0] == pytest.approx([1, -0.28, 0.6])


def test_end_gauge():
    """JCGM 100:2008, H.1: the calibration of an end gauge, in nanometres."""
    values = {
        "standard": (50.000623e6, 25),
        "d": (215, 9.7),
        "delta_alpha": (0, 0.58e-6),
        "alpha": (11.5e-6, 1.2e-6),
        "theta": (-0.1, 0.41),
        "delta_theta": (0, 0.029),
    }
    found = uncertainty(
        "standard + d - standard*(delta_alpha*theta + alpha*delta_theta)", values
    )
    assert round(found.value) == 50_000_838
    assert round(found.sigma) == 32
    (second,) = found.second_order
    assert round(second.sigma) == 34
    by_name = {row.variable: row for row in found.contributions[0]}
    assert by_name["delta_theta"].contribution == pytest.approx(16.6, abs=0.1)
    assert by_name["delta_alpha"].contribution == pytest.approx(2.9, abs=0.1)
    assert by_name["alpha"].contribution == by_name["theta"].contribution == 0


# Five simultaneous observations: volts, milliamperes, radians.
OBSERVED = {
    "V": [5.007, 4.994, 5.005, 4.990, 4.999],
    "I": [19.663, 19.639, 19.640, 19.685, 19.678],
    "phi": [1.0456, 1.0438, 1.0468, 1.0428, 1.0433],
}


def test_resistance_and_reactance():
    """JCGM 100:2008, H.2, approach 1, whose table H.4 has these digits."""
    means = {name: statistics.fmean(row) for name, row in OBSERVED.items()}
    sigmas = {n: statistics.stdev(row) / math.sqrt(5) for n, row in OBSERVED.items()}
    pairs = [("V", "I"), ("V", "phi"), ("I", "phi")]
    correlation = {
        (a, b): statistics.correlation(OBSERVED[a], OBSERVED[b]) for a, b in pairs
    }
    assert [round(r, 2) for r in correlation.values()] == [-0.36, 0.86, -0.65]
    found = uncertainty(
        "current = I/1000; [V/current*cos(phi), V/current*sin(phi), V/current]",
        {name: (means[name], sigmas[name]) for name in means},
        correlation=correlation,
    )
    assert [round(x, 3) for x in found.value] == [127.732, 219.847, 254.26]
    # The Guide's 0.295 is from its approach 2; rounded up, this one has 0.296.
    assert found.sigma == pytest.approx([0.071, 0.2955, 0.236], abs=0.0005)
    (_, r_x, r_z), (_, _, x_z), _ = found.correlation
    assert [round(r, 3) for r in (r_x, r_z, x_z)] == [-0.588, -0.485, 0.993]


def test_second_order_is_exact_for_squares_of_normal_numbers():
    found = uncertainty(
        "a*x^2 + x*y - 3*y",
        {"a": 2, "x": (0.5, 0.3), "y": (1, 0.2)},
        correlation={("x", "y"): 0.5},
    )
    (second,) = found.second_order
    # With C = [[0.09, 0.03], [0.03, 0.04]], H = [[4, 1], [1, 0]], g = [3, -2.5].
    assert second.shift == pytest.approx((4 * 0.09 + 2 * 0.03) / 2)
    linear = 9 * 0.09 - 2 * 7.5 * 0.03 + 6.25 * 0.04
    # H C = [[0.39, 0.16], [0.09, 0.03]].
    bent = (0.39**2 + 2 * 0.16 * 0.09 + 0.03**2) / 2
    assert second.sigma == pytest.approx(math.sqrt(linear + bent))


def test_labels_have_their_uncertainties():
    found = uncertainty("n = 2*x\nv = [n, x*y]\nn + v[1]", {"x": (1, 0.1), "y": (3, 0)})
    assert found.labels["n"] == (2, pytest.approx(0.2))
    value, sigma = found.labels["v"]
    assert (value, sigma) == ([2, 3], pytest.approx([0.2, 0.3]))
    assert found.sigma == pytest.approx(0.5)


@pytest.mark.parametrize("size", [1e-300, 1e-160, 1.0, 1e160, 1e300])
@pytest.mark.parametrize("correlation", [{}, {("x", "y"): 0.5}])
def test_no_square_leaves_the_range_of_doubles(size, correlation):
    found = uncertainty(
        "x + y", {"x": (size, 3 * size), "y": (0, 4 * size)}, correlation=correlation
    )
    want = math.sqrt(25 + 2 * 0.5 * 12 * bool(correlation)) * size
    assert found.sigma == pytest.approx(want, rel=1e-14)
    assert sum(row.share for row in found.contributions[0]) == pytest.approx(1)


def test_an_exact_number_adds_nothing_even_where_the_slope_is_not_finite():
    found = uncertainty("sqrt(x) + y", {"x": 0, "y": (1, 0.5)})
    assert found.sigma == 0.5
    assert found.finite
    assert not uncertainty("sqrt(x)", {"x": (0, 0.5)}).finite


def test_elements_of_lists():
    found = uncertainty(
        "v @ w",
        {"v": ([1, 2], [0.1, 0.2]), "w": [3, 4]},
        correlation={("v[0]", "v[1]"): 1},
    )
    assert found.sigma == pytest.approx(1.1)
    assert [row.variable for row in found.contributions[0]] == [
        *("v[0]", "v[1]", "w[0]", "w[1]")
    ]


def test_what_is_exact_has_no_uncertainty():
    found = uncertainty("x*y", {"x": 2, "y": 3})
    assert (found.value, found.sigma) == (6, 0)
    assert all(math.isnan(row.share) for row in found.contributions[0])


def test_it_is_public():
    found = gradcalc.uncertainty("m*g", {"m": (2.0, 0.1), "g": 9.81})
    assert repr(found) == "Uncertainty(value=19.62, sigma=0.9810000000000001)"


@pytest.mark.parametrize(
    ("text", "values", "options", "kind"),
    [
        ("x", {"x": (1, -1)}, {}, BindingError),
        ("x", {}, {}, BindingError),
        ("2", {}, {}, BindingError),
        ("x", {"x": 1, "y": 2}, {}, BindingError),
        ("x +", {"x": 1}, {}, GradcalcError),
        ("x*y", {"x": 1, "y": 2}, {"correlation": {("x", "z"): 1}}, BindingError),
        ("x*y", {"x": 1, "y": 2}, {"correlation": {("x", "y"): 2}}, BindingError),
        (
            "x*y*z",
            {"x": 1, "y": 2, "z": 3},
            {"correlation": {("x", "y"): 1, ("y", "z"): 1, ("x", "z"): -1}},
            DataError,
        ),
        ("x", {"x": 1}, {"output": "n"}, GradcalcError),
    ],
)
def test_mistakes_are_errors(text, values, options, kind):
    with pytest.raises(kind):
        uncertainty(text, values, **options)
