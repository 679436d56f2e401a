"""Rows of gradients are worked out when, and only as far as, somebody asks for them."""

import pytest
from hypothesis import given, settings
from reference.graphs import graphs

from gradcalc.backward import Sparse, arrived
from gradcalc.engine.evaluation import evaluate, evaluate_bound
from gradcalc.engine.passes import Rows, gradients
from gradcalc.language.bindings import bind

M, V = [[1.0, -2.0, 0.5], [0.25, 3.0, -1.0]], [0.5, 2.0, -1.5]


@settings(max_examples=100, deadline=None)
@given(graphs())
def test_sparse_gradients_are_the_same(graph):
    values = graph.forward([0.5, -1.5, 2.0, 0.25, *[0.0] * len(graph)])
    active = graph.dependents([0, 1, 3])
    for output in range(len(graph)):
        dense, sparse = (
            gradients(graph, values, output, active, sparse=each)
            for each in (False, True)
        )
        assert repr(dict(arrived(dense))) == repr(dict(arrived(sparse)))
        assert isinstance(sparse, Sparse)
        assert all(sparse[node] is None for node in range(output + 1, len(graph)))


def test_nothing_is_worked_out_that_nobody_asks_for():
    asked = []

    def row(output):
        asked.append(output)
        return [None]

    rows = Rows([4, 7, 9], row)
    assert (len(rows), asked) == (3, [])
    assert rows[1] == rows[1] == [None]
    assert asked == [7]


def test_the_value_of_a_list_needs_no_backward_pass():
    evaluation = evaluate_bound(bind("m @ v", {"m": M, "v": V}), [])
    assert evaluation.value == [-4.25, 7.625]
    assert evaluation.result_finite
    assert not any(evaluation.active)


@pytest.mark.parametrize("wrt", [None, ["v"], ["m"], []])
def test_the_rows_of_a_matrix_product_are_its_jacobian(wrt):
    evaluation = evaluate("m @ v", {"m": M, "v": V}, wrt=wrt)
    zeros = [0.0, 0.0, 0.0]
    whole = {"m": [[V, zeros], [zeros, V]], "v": M}
    wanted = whole if wrt is None else {name: whole[name] for name in wrt}
    assert evaluation.jacobian == wanted
    assert all(len(row) < len(evaluation.graph) for row in evaluation.gradients)
    for node in evaluation.nodes:
        assert node.gradient == evaluation.node_gradient(node.id)
