"""L D L' of symmetric matrices: NumPy's eigenvalues and solutions."""

import numpy as np
import pytest

from gradcalc.learning.symmetric_factors import symmetric_factors

CASES = [(size, seed) for size in (1, 2, 3, 5, 12, 30) for seed in range(4)]


def random_matrix(size, seed, *, definite):
    chance = np.random.default_rng(100 * size + seed)
    root = chance.normal(size=(size, size)) * 10.0 ** chance.integers(-1, 2, size)
    return (
        root.T @ root if definite else root.T @ np.diag(chance.normal(size=size)) @ root
    )


@pytest.mark.parametrize(("size", "seed"), CASES)
def test_definite_systems_are_solved(size, seed):
    matrix = random_matrix(size, seed, definite=True)
    right = np.random.default_rng(seed).normal(size=size)
    factors = symmetric_factors(matrix.tolist())
    assert factors.definite
    found = np.array(factors.solved(right.tolist()))
    rounding = np.abs(matrix) @ np.abs(found) + np.abs(right)
    assert (np.abs(matrix @ found - right) <= 1e-13 * size * rounding).all()


@pytest.mark.parametrize(("size", "seed"), CASES)
def test_signs_are_those_of_the_eigenvalues(size, seed):
    matrix = random_matrix(size, seed, definite=False)
    factors = symmetric_factors(matrix.tolist())
    found = sorted(np.sign(factors.eigenvalues))
    assert found == sorted(np.sign(np.linalg.eigvalsh(matrix)))
    down = factors.downward()
    assert (down is not None) == (found[0] < 0)
    if down is not None:
        assert np.array(down) @ matrix @ np.array(down) < 0


@pytest.mark.parametrize(("size", "seed"), CASES)
def test_what_curves_down_is_taken_to_curve_up(size, seed):
    """The step for a gradient leads down, whatever the matrix."""
    matrix = random_matrix(size, seed, definite=False)
    gradient = np.random.default_rng(seed).normal(size=size)
    step = symmetric_factors(matrix.tolist()).solved((-gradient).tolist())
    assert np.array(step) @ gradient < 0


def test_a_matrix_without_a_diagonal():
    factors = symmetric_factors([[0.0, 3.0], [3.0, 0.0]])
    assert sorted(np.sign(factors.eigenvalues)) == [-1, 1]
    assert factors.solved([1.0, 1.0]) == pytest.approx([1 / 3, 1 / 3])


def test_no_curvature():
    factors = symmetric_factors([[0.0, 0.0], [0.0, 0.0]])
    assert (factors.eigenvalues, factors.definite) == ([0, 0], False)
    assert factors.downward() is None
    assert factors.solved([1.0, -2.0]) == [1, -2]


def test_scales_that_are_far_apart():
    factors = symmetric_factors([[1e-200, 0.0], [0.0, -1e200]])
    assert sorted(np.sign(factors.eigenvalues)) == [-1, 1]
    assert factors.solved([1e-200, 1e200]) == pytest.approx([1, 1])
