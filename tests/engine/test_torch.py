"""The library, and a two-layer perceptron in one formula, against PyTorch's numbers.

reference/make_torch_numbers.py made them.
"""

import json
from pathlib import Path

import pytest

from gradcalc.engine.evaluation import evaluate
from gradcalc.shapes import flatten, shape_of

CASES = json.loads(
    (Path(__file__).parents[1] / "reference" / "torch_numbers.json").read_text("utf-8")
)


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(case, id=f"{case['formula']} {number}")
        for number, case in enumerate(CASES)
    ],
)
def test_value_and_gradient_are_pytorchs(case):
    result = evaluate(case["formula"], case["variables"])
    assert result.value == pytest.approx(case["value"], rel=1e-12)
    for name, want in case["gradient"].items():
        got = result.gradient[name]
        assert shape_of(got) == shape_of(want)
        # What cancels out is 0 to the digits of the terms.
        scale = max(map(abs, flatten(want)))
        assert flatten(got) == pytest.approx(
            flatten(want), rel=1e-12, abs=1e-15 * max(scale, 1.0)
        )


def test_perceptron_has_the_shapes_it_is_given():
    case = CASES[0]
    assert shape_of(case["variables"]["W1"]) == (4, 3)
    result = evaluate(case["formula"], case["variables"])
    assert {name: shape_of(g) for name, g in result.gradient.items()} == {
        name: shape_of(value) for name, value in case["variables"].items()
    }
