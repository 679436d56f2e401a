"""Curves have gaps where the formula jumps or has a pole, and nowhere else."""

import math

import pytest

from gradcalc.analysis.curves import Range, curve, surface
from gradcalc.errors import BindingError, FormulaError, ShapeError
from gradcalc.language.bindings import bind


def plotted(text, start, stop, points=200, **values):
    bound = bind(text, {"x": start, **values})
    return curve(bound, "x", Range(start, stop), points)


def gaps(curve):
    """The places where the curve is interrupted, each pair of samples as one."""
    found = []
    for k in sorted(curve.breaks):
        if found and found[-1][1] == curve.x[k]:
            found[-1] = (found[-1][0], curve.x[k + 1])
        else:
            found.append((curve.x[k], curve.x[k + 1]))
    return found


CONTINUOUS = [
    ("sin(x)", -5, 5),
    ("x^3 - x", -2, 2),
    ("exp(x)", 0, 100),
    ("tanh(1e6*x)", -1, 1.01),
    ("1/(x^2 + 0.01)", -1, 1.01),
    ("gelu(x)", -5, 5),
    ("sqrt(x)", 0, 1),
    ("abs(x)", -1, 1.01),
    ("cbrt(x)", -1, 1.01),
    ("0*x + 3", -1, 1),
    ("x*1e-300", -1, 1),
    ("x", -1e308, 1e308),
]


@pytest.mark.parametrize("points", [50, 201, 1000])
@pytest.mark.parametrize(("text", "start", "stop"), CONTINUOUS)
def test_a_continuous_formula_has_no_gap(text, start, stop, points):
    value = plotted(text, start, stop, points).value
    assert gaps(value) == []
    assert not value.poles


# What interrupts the value, and what interrupts the derivative.
INTERRUPTED = [
    ("floor(x)", -1.5, 1.6, [-1, 0, 1], []),
    ("where(x > 0, 1, 0)", -1, 1, [0], []),
    ("mod(x, 1)", -1.5, 1.6, [-1, 0, 1], []),
    ("abs(x)", -1, 1, [], [0]),
    ("abs(x)", -1, 1.7, [], [0]),
    ("relu(2*x + 1)", -3, 3, [], [-0.5]),
    ("max(x, 1 - x)", -1, 2.1, [], [0.5]),
    ("cbrt(x)", -1, 1.01, [], [0]),
    ("1/x", -1, 1, [0], [0]),
    ("1/x", -1, 2.3, [0], [0]),
    ("1/x^2", -1, 2.3, [0], [0]),
    ("-1/x^4", -1, 2.3, [0], [0]),
    ("log(abs(x))", -1, 1.01, [0], [0]),
    ("tan(x)", -5, 5, [-1.5, -0.5, 0.5, 1.5], [-1.5, -0.5, 0.5, 1.5]),
    ("atan(1/x)", -1, 1.01, [0], []),
]


@pytest.mark.parametrize("points", [100, 201, 1000])
@pytest.mark.parametrize(("text", "start", "stop", "value", "derivative"), INTERRUPTED)
def test_jumps_and_poles_are_gaps(text, start, stop, value, derivative, points):
    unit = math.pi if text == "tan(x)" else 1
    found = plotted(text, start, stop, points)
    for curve_, places in ((found.value, value), (found.derivative, derivative)):
        assert len(gaps(curve_)) == len(places), gaps(curve_)
        for (low, high), place in zip(gaps(curve_), places, strict=True):
            width = (stop - start) / points
            assert low - width <= place * unit <= high + width


def test_what_is_not_finite_is_a_gap():
    value = plotted("where(x > 0, sqrt(x), 0/0)", -1, 1, 201).value
    assert [piece[0][0] for piece in value.segments()] == pytest.approx([0.01])
    value = plotted("1/where(abs(x) < 0.25, 0, x)", -1, 1, 201).value
    ends = [(piece[0][0], piece[0][-1]) for piece in value.segments()]
    assert ends == [
        (-1, -0.25), (0.25, 1),
    ]  # fmt: skip


def test_poles_do_not_set_the_limits():
    low, high = plotted("1/x", -1, 2.3).value.limits()
    assert -20 < low < -1
    assert 1 < high < 20
    assert plotted("exp(x)", 0, 10).value.limits() == (1, math.exp(10))


def test_the_derivative_is_the_derivative():
    found = plotted("w*x^2", 0, 1, 3, w=3.0)
    assert found.value.x == [0, 0.5, 1]
    assert found.value.y == [0, 0.75, 3]
    assert found.derivative.y == [0, 3, 6]


def test_a_surface_has_a_row_for_each_y():
    bound = bind("x*y + z", {"x": 0, "y": 0, "z": 1})
    found = surface(bound, ("x", "y"), (Range(0, 1), Range(0, 2)), 2)
    assert found.values == [[1, 1], [1, 3]]
    assert found.slopes == ([[0, 0], [2, 2]], [[0, 1], [0, 1]])


def test_points_reach_both_ends_and_are_distinct():
    assert Range(-1e308, 1e308).points(3) == [-1e308, 0, 1e308]
    assert Range(0.1, 0.7).points(4) == pytest.approx([0.1, 0.3, 0.5, 0.7])
    assert Range(1, math.nextafter(1, 2)).points(100) == [1, math.nextafter(1, 2)]


@pytest.mark.parametrize(
    ("start", "stop", "message"),
    [
        (1, 1, "the range is empty: it starts where it ends"),
        (2, 1, "the range is reversed: it starts above its end"),
        (0, math.inf, "a range needs two finite ends"),
        (math.nan, 1, "a range needs two finite ends"),
    ],
)
def test_ranges_that_are_none(start, stop, message):
    with pytest.raises(BindingError) as caught:
        Range(start, stop)
    assert caught.value.message == message


def test_formulas_that_cannot_be_drawn():
    with pytest.raises(FormulaError, match="not finite anywhere in the range of x"):
        plotted("log(-x)", 1, 2)
    with pytest.raises(ShapeError, match="the formula gives a list of 2"):
        plotted("[x, x]", 1, 2)
