import json
from math import inf, nan

from gradcalc.engine.evaluation import evaluate
from gradcalc.reports.objects import evaluation_to_dict
from gradcalc.strict_json import json_value


def test_the_hessian_is_by_two_names():
    found = evaluation_to_dict(
        evaluate("x*sum(v)^2", {"x": 3, "v": [1, 2]}), hessian=True
    )
    assert found["hessian"] == {
        "x": {"x": 0.0, "v": [6.0, 6.0]},
        "v": {"x": [6.0, 6.0], "v": [[6.0, 6.0], [6.0, 6.0]]},
    }
    assert "hessian" not in evaluation_to_dict(evaluate("x^2", {"x": 3}))


def test_a_hessian_that_is_not_finite_is_told():
    plain, found = (
        evaluation_to_dict(evaluate("x^1.5", {"x": 0}), hessian=asked)
        for asked in (False, True)
    )
    assert (plain["finite"], plain["notes"]) == (True, [])
    assert found["finite"] is False
    assert found["hessian"] == {"x": {"x": "Infinity"}}
    assert [note["kind"] for note in found["notes"]] == ["nonfinite"]


def test_an_evaluation_is_one_object():
    assert evaluation_to_dict(evaluate("n = x*2", {"x": 3})) == {
        "schema": 1,
        "expression": "n = x*2",
        "value": 6.0,
        "finite": True,
        "variables": {"x": 3.0},
        "gradient": {"x": 2.0},
        "labels": {"n": {"value": 6.0, "gradient": 1.0}},
        "nodes": [
            {
                "id": 0,
                "op": "variable",
                "label": "x",
                "expression": "x",
                "inputs": [],
                "value": 3.0,
                "gradient": 2.0,
                "span": [4, 5],
            },
            {
                "id": 1,
                "op": "literal",
                "label": None,
                "expression": "2",
                "inputs": [],
                "value": 2.0,
                "gradient": None,
                "span": [6, 7],
            },
            {
                "id": 2,
                "op": "*",
                "label": "n",
                "expression": "x*2",
                "inputs": [0, 1],
                "value": 6.0,
                "gradient": 1.0,
                "span": [4, 7],
            },
        ],
        "notes": [],
    }


def test_a_list_has_a_jacobian_in_the_place_of_the_gradient():
    content = evaluation_to_dict(evaluate("[x*y, x]", {"x": 2, "y": 3}))
    assert content["value"] == [6.0, 2.0]
    assert content["jacobian"] == {"x": [3.0, 1.0], "y": [2.0, 0.0]}
    assert "gradient" not in content


def test_numbers_that_json_cannot_spell_are_strings():
    assert json_value([nan, [inf, -inf], 1.0]) == [
        "NaN",
        ["Infinity", "-Infinity"],
        1.0,
    ]
    content = evaluation_to_dict(evaluate("log(x)", {"x": 0}))
    assert (content["value"], content["finite"]) == ("-Infinity", False)
    json.dumps(content, allow_nan=False)


def test_a_long_chain_does_not_grow_with_the_square_of_its_length():
    terms = 5000
    content = evaluation_to_dict(evaluate("+".join(["x"] * terms), {"x": 1}))
    assert content["gradient"] == {"x": float(terms)}
    assert max(len(node["expression"]) for node in content["nodes"]) <= 1000


def test_the_gradients_of_a_node_are_shaped_like_the_result():
    evaluation = evaluate("[[x, y], [x*y, 2]]", {"x": 2, "y": 3})
    found = evaluation_to_dict(evaluation)
    assert found["jacobian"]["x"] == [[1, 0], [3, 0]]
    assert found["nodes"][0]["gradient"] == [[1, 0], [3, 0]]


def test_what_is_inside_the_library_says_so():
    entries = evaluation_to_dict(evaluate("leaky_relu(x)", {"x": 0}))
    inside = [node for node in entries["nodes"] if "source" in node]
    assert [node["expression"] for node in inside] == ["0.01", "0", "x > 0", "slope*x"]
    for entry in (*inside, *entries["notes"]):
        assert entry["source"] == "library"
        assert entry["function"] == "leaky_relu"
