import math
import random

import pytest

from gradcalc.engine.correlations import correlations, read_matrix
from gradcalc.errors import BindingError, DataError

PLACES = {"a": 0, "b": 1, "c": 2, "v[0]": 3, "v[1]": 4}


def test_the_root_times_its_transpose_is_the_matrix():
    chosen = random.Random(1)
    for _ in range(50):
        rows = [[chosen.gauss(0, 1) for _ in range(4)] for _ in PLACES]
        sizes = [math.hypot(*row) for row in rows]
        pairs = {
            (one, other): sum(x * y for x, y in zip(rows[a], rows[b], strict=True))
            / (sizes[a] * sizes[b])
            for one, a in PLACES.items()
            for other, b in PLACES.items()
            if a < b
        }
        # Of five vectors of four numbers one depends on the others.
        root = dict(correlations(pairs, PLACES).root())
        for (one, other), coefficient in pairs.items():
            a, b = root[PLACES[one]], root[PLACES[other]]
            found = sum(x * b.get(k, 0.0) for k, x in a.items())
            assert found == pytest.approx(coefficient, abs=1e-6)


def test_products_with_vectors_are_those_of_the_matrix():
    found = correlations({("a", "b"): 0.5, ("c", "b"): -0.25}, PLACES)
    assert found.times([1, 2, 4, 8, 16]) == [2, 1.5, 3.5, 8, 16]
    assert found.form([1, 0, 0, 0, 0], [0, 1, 0, 0, 0]) == 0.5
    assert found.among([1, 2]).times([1, 1]) == [0.75, 0.75]
    assert not found.among([0, 2]).others


@pytest.mark.parametrize(
    ("pairs", "kind", "message"),
    [
        ({("a", "b"): 1.5}, BindingError, "the correlation of a and b is 1.5"),
        ({("a", "b"): math.nan}, BindingError, "the correlation of a and b is nan"),
        ({("a", "a"): 0.5}, BindingError, "the correlation of a with itself is 1"),
        ({("a", "b"): 0.5, ("b", "a"): 0.4}, BindingError, "two correlations"),
        ({("a", "z"): 0.5}, BindingError, "z, which is no variable"),
        ({("a", "v"): 0.5}, BindingError, "v, which is a list"),
        (
            {("a", "b"): -0.9, ("b", "c"): -0.9, ("a", "c"): -0.9},
            DataError,
            "negative eigenvalue",
        ),
        ({("a", "b"): 1, ("b", "c"): 1, ("a", "c"): 0.5}, DataError, "eigenvalue"),
    ],
)
def test_what_cannot_be_is_an_error(pairs, kind, message):
    with pytest.raises(kind) as raised:
        correlations(pairs, PLACES)
    assert message in raised.value.message


def test_numbers_that_vary_as_one_are_possible():
    found = correlations({("a", "b"): 1, ("b", "c"): -1, ("a", "c"): -1}, PLACES)
    assert found.form([1, 1, 2, 0, 0], [1, 1, 2, 0, 0]) == 0


def test_a_matrix_is_read():
    text = '{"names": ["a", "b"], "correlation": [[1, 0.5], [0.5, 1]], "rows": 3}'
    read = read_matrix(text, "m.json")
    assert (read.pairs, read.sigmas) == ({("a", "b"): 0.5}, {})
    text = '{"names": ["a", "b"], "covariance": [[4, -3], [-3, 9]]}'
    read = read_matrix(text, "m.json")
    assert (read.pairs, read.sigmas) == ({("a", "b"): -0.5}, {"a": 2, "b": 3})
    exact = '{"names": ["a", "b"], "covariance": [[0, 0], [0, 9]]}'
    assert read_matrix(exact, "m.json").pairs == {("a", "b"): 0}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "m.json holds no object"),
        ("{}", "m.json has no names with one matrix"),
        ('{"names": ["a"]}', "m.json has no names with one matrix"),
        ('{"names": [1], "correlation": [[1]]}', "m.json: a name is no text"),
        ('{"names": ["a"], "correlation": [1]}', "is not a matrix of 1 row"),
        ('{"names": ["a", "b"], "correlation": [[1, 0]]}', "a matrix of 2 rows"),
        ('{"names": ["a"], "correlation": [["x"]]}', "holds 'x'"),
        ('{"names": ["a"], "correlation": [[2]]}', "with itself is not 1"),
        ('{"names": ["a"], "covariance": [[-2]]}', "a variance is not a number"),
        (
            '{"names": ["a", "b"], "correlation": [[1, 0.5], [0.4, 1]]}',
            "is not symmetric",
        ),
    ],
)
def test_what_is_no_matrix_is_an_error(text, message):
    with pytest.raises(DataError) as raised:
        read_matrix(text, "m.json")
    assert message in raised.value.message
