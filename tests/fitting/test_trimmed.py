"""Linear least squares of most rows."""

import numpy as np
import pytest

from gradcalc.fitting.trimmed import least_trimmed, trimmed_square

X = np.linspace(-1, 1, 40)


@pytest.mark.parametrize("seed", range(5))
def test_a_line_beside_outliers(seed):
    random = np.random.default_rng(seed)
    y = 0.5 * X - 0.25
    y[random.choice(40, 10, replace=False)] += random.uniform(0.2, 1, 10)
    block = np.stack([X, np.ones(40), -y], axis=1)
    found, costs = least_trimmed(np, np.stack([block, block * [1, 1, 0]]), 1e-9)
    assert found[0] == pytest.approx([0.5, -0.25], abs=1e-6)
    assert found[1] == pytest.approx([0, 0])
    assert costs == pytest.approx([0, 0], abs=1e-12)


def test_nothing_to_solve_for():
    block = np.array([[1.0], [5.0], [2.0]])[None]
    found, costs = least_trimmed(np, block, 1e-3)
    assert found.shape == (1, 0)
    assert list(costs) == [5] == [trimmed_square(np, block[0, :, 0])]
