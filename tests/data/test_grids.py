"""Sweeps: multiples of a step, each the double that is nearest to it."""

from fractions import Fraction
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcalc.data.grids import Sweep, grid_stream
from gradcalc.errors import BindingError

DECIMALS = st.decimals(-1000, 1000, places=3)


@given(DECIMALS, st.integers(0, 50), DECIMALS.filter(bool))
def test_numbers_are_rounded_once(start, count, step):
    stop = start + count * step
    numbers = list(Sweep(Fraction(start), Fraction(stop), Fraction(step)))
    assert numbers == [float(start + k * step) for k in range(count + 1)]


@given(st.floats(-100, 100), st.integers(1, 50), st.floats(0.01, 10))
def test_the_end_is_reached_where_doubles_miss_it(start, count, width):
    stop = start + width
    step = (stop - start) / count
    numbers = list(Sweep(Fraction(start), Fraction(stop), Fraction(step)))
    assert len(numbers) == count + 1
    assert (numbers[0], numbers[-1]) == (start, stop)
    assert numbers == sorted(numbers)


def test_steps_lead_to_the_end():
    for step in (0, -1):
        with pytest.raises(BindingError):
            Sweep(Fraction(0), Fraction(1), Fraction(step))


def test_no_grid_is_too_large_to_begin():
    sweep = Sweep(Fraction(0), Fraction(1), Fraction(1, 10**300))
    assert list(islice(sweep, 2)) == [0.0, 1e-300]
    stream = grid_stream({"x": sweep, "y": sweep}, ";")
    assert stream.read1(10) == b"x;y\n"
    assert stream.read1(10).startswith(b"0.0;0.0\n0.0;1e-300\n")
