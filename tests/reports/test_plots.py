"""Plots: what stands on their axes, and how much of the function they show."""

import re
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcalc.analysis.curves import Range, curve, surface
from gradcalc.language.bindings import bind
from gradcalc.reports.plots import curve_picture, surface_picture
from gradcalc.reports.terminal_plots import terminal_plot

LONG = "sin(x)*exp(-x^2/10) + log(1 + x^2)*tanh(x)*sqrt(1 + x^4) - atan(x)*erf(x/2 + 1)"


def sampled(text, start, stop, points=60, **values):
    bound = bind(text, {"x": float(start), **values})
    return bound, curve(bound, "x", Range(start, stop), points)


def drawn(text, start, stop, width=80, height=22, *, derivative=True, points=60):
    return terminal_plot(
        *sampled(text, start, stop, points),
        width=width,
        height=height,
        colour=False,
        ascii_only=False,
        derivative=derivative,
    ).split("\n")


ends = st.floats(-1e9, 1e9) | st.sampled_from([0.0, 1e15, -1e15])
widths = st.sampled_from([1e-9, 1e-3, 0.15, 1.0, 7.7, 1e4, 1e15])
FORMULAS = ["x", "x^2", "1/x", "tan(x)", "7 + 0*x", "abs(x) - 3e8", "1e-5*sin(x) + 1"]


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(FORMULAS), ends, widths, st.integers(30, 200), st.integers(8, 40)
)
def test_both_axes_always_have_numbers(text, start, span, width, height):
    pytest.importorskip("plotext")
    if start + span == start:
        return
    lines = drawn(text, start, start + span, width, height, derivative=False)
    assert max(map(len, lines)) <= width
    on_y = [match[1] for row in lines if (match := re.match(r"\s*(-?\d\S*)┤", row))]
    (below,) = [k for k, row in enumerate(lines) if "└" in row]
    on_x = lines[below + 1].split()
    assert len(set(on_y)) > 1
    assert len(set(on_x)) > 1


@pytest.mark.parametrize("width", [30, 40, 60, 80, 120, 200])
def test_a_long_formula_does_not_make_the_legend_wider(width):
    pytest.importorskip("plotext")
    lines = drawn(LONG, -2, 2, width)
    assert max(map(len, lines)) <= width
    assert lines[0].endswith("··· d/dx")


# A formula, its range, and the values between which its picture must end.
POLES = [
    ("1/x", -2, 2, 3, 12),
    ("-1/x", 0, 2, 3, 40),
    ("tan(x)", -10, 10, 3, 15),
    ("tan(x)", -1.5707963267948966, 1.5707963267948966, 3, 15),
    ("1/(x^2 - 1)", -3, 3, 2, 15),
    ("gamma_like(t) = 1/sin(pi*t); gamma_like(x)", -2.5, 2.5, 2, 20),
]


@pytest.mark.parametrize(("text", "start", "stop", "least", "most"), POLES)
def test_poles_do_not_flatten_the_function(text, start, stop, least, most):
    pytest.importorskip("plotext")
    lines = drawn(text, start, stop, points=1000)
    assert lines[0].count("d/dx") == 1
    shown = [float(match[1]) for row in lines if (match := re.match(r"\s*(\S+)┤", row))]
    if sum("┌" in row for row in lines) == 1:
        assert least <= max(shown) - min(shown) <= 2 * most


def test_a_slow_pole_hides_nothing_of_the_derivative():
    pytest.importorskip("plotext")
    lines = drawn("log(x)", 0, 2, points=1000)
    assert any(re.match(r"\s*5┤", row) for row in lines)


def blank_border(content):
    """Whether nothing but paper is in the outermost columns of a PNG picture."""
    image = pytest.importorskip("PIL.Image").open(BytesIO(content)).convert("L")
    last = image.width - 1
    return all(
        image.getpixel((column, row)) == 255
        for column in (0, 1, last - 1, last)
        for row in range(image.height)
    )


@pytest.mark.parametrize("text", [LONG, f"{LONG} + {LONG}", "W" * 300 + " + x"])
def test_a_title_stays_inside_the_picture(text):
    pytest.importorskip("matplotlib")
    values = {"W" * 300: 2.0} if "W" in text else {}
    bound, plotted = sampled(text, -2, 2, **values)
    assert blank_border(curve_picture(bound, plotted, "png", derivative=True))
    bound = bind(f"{text} + y", {"x": 0.0, "y": 0.0, **values})
    grid = surface(bound, ("x", "y"), (Range(-1, 1), Range(0, 1)), 10)
    assert blank_border(surface_picture(bound, grid, "png"))


def test_the_title_is_the_formula_or_the_name_of_its_file():
    pytest.importorskip("matplotlib")
    sine = sampled("sin(x)", -2, 2)
    for title, expected in ((None, b"sin(x)"), ("wave.grad", b"wave.grad")):
        content = curve_picture(*sine, "svg", title, derivative=True)
        assert b"<title>" + expected + b"</title>" in content
