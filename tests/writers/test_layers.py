"""Boxes stand apart, in columns from left to right, in the same places on every run."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradcalc.writers.layers import layered


@st.composite
def graphs(draw):
    """The number of boxes, and edges from earlier to later ones."""
    count = draw(st.integers(1, 40))
    pairs = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))
    found = draw(st.lists(pairs, max_size=80))
    return count, [(min(pair), max(pair)) for pair in found if pair[0] != pair[1]]


def stand(count, edges, **settings):
    layout = layered(count, edges, **settings)
    assert len(layout.columns) == len(layout.rows) == count
    for source, target in edges:
        assert layout.columns[source] < layout.columns[target]
        between = layout.columns[target] - layout.columns[source] - 1
        assert len(layout.bends.get((source, target), ())) in (0, between)
    rows = {}
    for column, row in zip(layout.columns, layout.rows, strict=True):
        rows.setdefault(column, []).append(row)
    for column in rows.values():
        column.sort()
        gaps = [b - a for a, b in itertools.pairwise(column)]
        assert min(gaps, default=1) > 1 - 1e-9
    assert min(layout.rows) == 0
    return layout


@given(graphs())
def test_no_boxes_overlap_and_edges_run_to_the_right(graph):
    count, edges = graph
    layout = stand(count, edges)
    assert layered(count, edges) == layout


@given(graphs(), st.integers(1, 5))
def test_ports_have_the_first_column_alone(graph, ports):
    count, edges = graph
    edges = [(s + ports, t + ports) for s, t in edges]
    edges += [(port, ports) for port in range(ports)]
    layout = stand(count + ports, edges, ports=ports)
    assert set(layout.columns[:ports]) == {0}
    assert min(layout.columns[ports:]) >= 1


def test_a_neuron_looks_as_in_books():
    # x1, w1, x1*w1, x2, w2, x2*w2, their sum, b, the sum, tanh
    edges = [(0, 2), (1, 2), (3, 5), (4, 5), (2, 6), (5, 6), (6, 8), (7, 8), (8, 9)]
    layout = stand(10, edges, left=[0, 1, 3, 4, 7])
    assert layout.columns == [0, 0, 1, 0, 0, 1, 2, 0, 3, 4]
    rows = [layout.rows[each] for each in (0, 1, 3, 4, 7, 2, 5)]
    assert rows == pytest.approx([0, 1, 2, 3, 4, 0.5, 2.5])
    assert layout.bends == {(7, 8): pytest.approx([4, 4])}


def test_what_is_far_away_does_not_go_to_the_left():
    # A sum of many terms: each number stands beside the sum that takes it.
    edges = [(0, 1)]
    for k in range(1, 20):
        edges += [(2 * k - 1, 2 * k + 1), (2 * k, 2 * k + 1)]
    layout = stand(40, edges, left=range(0, 40, 2))
    assert all(layout.columns[2 * k] == k for k in range(1, 20))
    # It does not drift away.
    assert max(layout.rows) < 5


@pytest.mark.parametrize("count", [2_000, 20_000])
def test_many_boxes(count):
    edges = [(k, k + 1) for k in range(count - 1)]
    edges += [(k, k + 37) for k in range(0, count - 37, 3)]
    # Some edges have no bends any more, but all have a direction.
    layout = layered(count, edges)
    assert layout.columns == list(range(count))


def test_nothing_at_all():
    assert layered(0, []).columns == []
