"""A graph as data for a page."""

import json

import pytest

from gradcalc.analysis.known_nodes import known_nodes
from gradcalc.errors import BindingError
from gradcalc.language.bindings import bind
from gradcalc.operations import OPERATIONS
from gradcalc.webpage.graph_data import functions_of, graph_data


def data_of(text, values, wrt=None):
    bound = bind(text, values, complete=False, wrt=wrt)
    return graph_data(known_nodes(bound, wrt), wrt)


def test_nodes_are_operations_on_earlier_nodes():
    data = data_of("y = x*2; [y, v[1]]", {"x": 3, "v": [1, 2]})
    names = [row["name"] for row in data["operations"]]
    assert [[names[number], *rest] for number, *rest in data["nodes"]] == [
        ["variable", "x"],
        ["literal", 2.0],
        ["*", 0, 1],
        ["variable", "v[0]"],
        ["variable", "v[1]"],
    ]
    assert data["output"] == [2, 4]
    assert data["variables"] == [["x", 0], ["v", [3, 4]]]
    assert data["given"] == {0: 3.0, 3: 1.0, 4: 2.0}
    assert data["active"] == [1, 0, 1, 1, 1]
    assert data["texts"] == ["x", "2", "x*2", "v[0]", "v[1]"]


def test_what_is_not_finite_and_what_is_not_known_are_strict_json():
    data = data_of("x*y + inf", {"x": float("nan")})
    assert data["given"] == {0: "NaN", 1: None}
    assert [0, "Infinity"] in data["nodes"]
    json.dumps(data, allow_nan=False)


def test_only_what_is_wanted_is_active():
    assert data_of("x*y", {"x": 1, "y": 2}, ["y"])["active"] == [0, 1, 1]
    assert data_of("x*y", {"x": 1}, ["y"])["active"] == [0, 1, 1]
    bound = bind("x*y", {"x": 1}, complete=False)
    with pytest.raises(BindingError):
        graph_data(known_nodes(bound), ["z"])


def test_an_index_is_fixed():
    assert data_of("i = 1; v[i]*i", {"v": [1, 2]})["fixed"] == ["i"]
    assert data_of("i = 1; v[0]*i", {"v": [1, 2]})["fixed"] == []


def test_each_operation_is_told_once_with_its_contributions():
    data = data_of("x*y*x*y + max(x, y) + max(x, y, 1)", {"x": 1, "y": 2})
    passing = [row["name"] for row in data["operations"] if "contributions" in row]
    assert passing == ["*", "max", "+", "max"]
    assert len(json.dumps(data)) < 6000


def test_other_graphs_share_the_operations():
    graph = bind("a*sin(b)", {"a": 1, "b": 2}).program.graph
    known = known_nodes(bind("x + 1", {"x": 1}))
    data = graph_data(known, graphs=[(graph, 2)])
    names = [row["name"] for row in data["operations"]]
    ((sine, product),) = data["graphs"]
    assert [names[sine[0]], *sine[1:]] == ["sin", 1]
    assert [names[product[0]], *product[1:]] == ["*", 0, 2]
    assert '"sin"' in functions_of(data)


def test_a_sum_of_many_has_no_formulas():
    data = data_of("sum(v)", {"v": list(range(2000))})
    assert data["operations"][2] == {"name": "sum", "list": True, "sum": True}


def test_the_script_holds_the_functions_that_are_needed():
    script = functions_of(data_of("tanh(x)", {"x": 1}))
    assert '"tanh": Math.tanh' in script
    assert "gamma" not in script
    assert all(name in OPERATIONS for name in ("tanh", "sigmoid"))
    assert '"sigmoid": sigmoid' in script
