"""Linear equations against NumPy's least squares."""

import numpy as np
import pytest

from gradcalc.learning.least_squares import least_squares


@pytest.mark.parametrize("rows", [1, 2, 3, 7, 40])
@pytest.mark.parametrize("more", [0, 1, 5])
def test_solutions_are_those_of_numpy(rows, more):
    chance = np.random.default_rng(10 * rows + more)
    matrix = chance.normal(size=(rows + more, rows)) * 10.0 ** chance.integers(-3, 4)
    right = chance.normal(size=rows + more)
    (found,), pivots = least_squares(matrix.tolist(), right.tolist())
    expected = np.linalg.lstsq(matrix, right, rcond=None)[0]
    assert found == pytest.approx(expected.tolist(), rel=1e-10)
    assert len(pivots) == rows
    assert pivots[0] == pytest.approx(1)


def test_each_right_side_has_a_solution_of_its_own():
    chance = np.random.default_rng(1)
    matrix, rights = chance.normal(size=(6, 4)), chance.normal(size=(3, 6))
    found, _ = least_squares(matrix.tolist(), *rights.tolist())
    expected = np.linalg.lstsq(matrix, rights.T, rcond=None)[0].T
    assert np.allclose(found, expected, rtol=1e-10)
    assert least_squares(matrix.tolist())[0] == []


def test_scales_that_are_far_apart():
    (found,), pivots = least_squares([[1e-200, 0.0], [0.0, 1e200]], [1e-200, 3e200])
    assert found == pytest.approx([1, 3])
    assert pivots == pytest.approx([1, 1])


def test_what_is_not_told_is_0():
    (found,), pivots = least_squares([[1.0, 2.0], [2.0, 4.0]], [3.0, 6.0])
    assert len(pivots) == 1
    assert found[0] + 2 * found[1] == pytest.approx(3)
    assert 0 in found
    assert least_squares([[0.0]], [1.0]) == ([[0]], [])
