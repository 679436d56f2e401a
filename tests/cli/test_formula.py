"""`gradcalc formula`: what golden files do not show."""

import json

import pytest

from gradcalc.engine.evaluation import evaluate


def test_json_has_the_formula_and_the_values(run):
    ran = run("formula", "w*x + b", "--w=0.5", "--b=-inf", "--json", "--precision=1")
    assert ran.status == 0
    assert json.loads(ran.out) == {
        "schema": 1,
        "expression": "w*x + b",
        "variables": {"w": 0.5, "b": "-Infinity"},
        "format": "text",
        "formula": "0.5*x - inf",
    }


def test_values_come_from_a_file_too(run, tmp_path):
    path = tmp_path / "fitted.json"
    path.write_text('{"w": 0.5556, "b": -17.78, "other": 1}')
    assert run("formula", "w*x + b", "--vars", str(path)).out == "0.5556*x - 17.78\n"


@pytest.mark.parametrize("text", ["softmax([x, y])[1]*x", "huber(x, y) + gelu(x)*y"])
def test_the_text_has_the_same_value_and_gradient(run, text):
    values = {"x": 0.3, "y": -1.25}
    before = evaluate(text, values)
    after = evaluate(run("formula", text).out, values)
    assert (after.value, after.gradient) == (before.value, before.gradient)
