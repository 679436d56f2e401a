"""What parameters start from."""

import math
import random

import pytest

from gradcalc.learning.roles import initial_values
from gradcalc.shapes import arrange, flatten, leaves_of


def drawn(shapes, given=None, seed=0):
    return initial_values(shapes, given or {}, random.Random(seed).random)


def test_numbers_are_uniform_between_minus_one_and_one():
    values = list(drawn({f"p{k}": () for k in range(2000)}).values())
    assert -1 <= min(values) < -0.99
    assert 0.99 < max(values) < 1
    assert sum(values) / 2000 == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize("shape", [(3000,), (1000, 3), (3, 1000)])
def test_lists_have_the_variance_of_their_fan_in(shape):
    leaves = flatten(drawn({"W": shape})["W"])
    assert len(leaves) == 3000
    assert max(map(abs, leaves)) <= math.sqrt(3 / shape[-1])
    variance = sum(leaf**2 for leaf in leaves) / 3000
    assert variance == pytest.approx(1 / shape[-1], rel=0.1)


def test_neither_the_order_nor_a_given_value_moves_the_others():
    one = drawn({"w": (), "b": (), "v": (2,)})
    other = drawn({"v": (2,), "b": (), "w": ()}, {"b": 3.0})
    assert list(other) == ["v", "b", "w"]
    assert other == {**one, "b": 3.0}


def test_starts_never_change():
    # These must stay as they are in every version of Python.
    assert drawn({"w": (), "b": ()}) == {
        "b": 2 * 0.8444218515250481 - 1,
        "w": 2 * 0.7579544029403025 - 1,
    }


def test_a_number_stands_for_every_element():
    assert drawn({"m": (2, 2)}, {"m": 0.5}) == {"m": [[0.5, 0.5], [0.5, 0.5]]}


def test_arranging_undoes_flattening():
    shapes = {"a": (), "v": (2,), "m": (2, 3)}
    values = drawn(shapes)
    leaves = iter(leaves_of(values, list(shapes)))
    assert {name: arrange(leaves, shapes[name]) for name in shapes} == values
