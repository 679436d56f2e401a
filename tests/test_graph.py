"""The ordered list of nodes, and the shapes of what refers to it."""

import pytest

from gradcalc.engine.evaluation import evaluate
from gradcalc.graph import Graph
from gradcalc.operations import LITERAL, OPERATIONS, VARIABLE
from gradcalc.shapes import element_names, flatten, shape_of, unflatten


def _graph():
    """x*x + 2 with a y beside it."""
    graph = Graph("x*x + 2")
    x = graph.add_variable("x", 0, 1)
    square = graph.add(OPERATIONS["*"], (x, x), 0, 3)
    two = graph.add_literal(2.0, 6, 7)
    graph.add_variable("y")
    graph.add(OPERATIONS["+"], (square, two), 0, 7)
    return graph


def test_nodes_are_numbered_in_the_order_they_are_added():
    graph = _graph()
    assert len(graph) == 5
    assert [operation.name for operation in graph.operations] == [
        "variable", "*", "literal", "variable", "+",
    ]  # fmt: skip
    assert graph.inputs == [(), (0, 0), (), (), (1, 2)]
    assert graph.operations[0] is VARIABLE
    assert graph.operations[2] is LITERAL
    assert graph.names == {0: "x", 3: "y"}
    assert graph.literals == {2: 2.0}
    assert (list(graph.starts), list(graph.ends)) == ([0, 0, 6, 0, 0], [1, 3, 7, 0, 7])


def test_forward_is_the_list():
    assert _graph().forward({0: 3.0, 3: 7.0}) == [3.0, 9.0, 2.0, 7.0, 11.0]


def test_dependents_and_ancestors():
    graph = _graph()
    assert list(graph.dependents([0])) == [1, 1, 0, 0, 1]
    assert list(graph.dependents([2])) == [0, 0, 1, 0, 1]
    assert list(graph.dependents([3])) == [0, 0, 0, 1, 0]
    assert list(graph.dependents([])) == [0] * 5
    assert list(graph.ancestors([4])) == [1, 1, 1, 0, 1]
    assert list(graph.ancestors([1])) == [1, 1, 0, 0, 0]
    assert list(graph.ancestors([])) == [0] * 5


def test_uses_count_roots_and_operands():
    graph = _graph()
    assert graph.uses([4]) == [2, 1, 1, 0, 1]
    assert graph.uses([1, 1]) == [2, 2, 0, 0, 0]
    assert graph.uses([]) == [0] * 5


def test_what_the_roots_depend_on_is_translated_in_order():
    graph, twin = _graph(), Graph()
    pi = graph.add_literal(3.5)
    graph.names[pi] = "pi"
    last = graph.add(OPERATIONS["*"], (4, pi))
    x = twin.add_variable("u")
    made = graph.translated(
        [last], lambda node, inputs: twin.add_like(graph, node, inputs), {0: x}
    )
    assert made == {0: 0, 1: 1, 2: 2, 4: 3, 5: 4, 6: 5}
    assert twin.inputs == [(), (0, 0), (), (1, 2), (), (3, 4)]
    assert twin.names == {0: "u", 4: "pi"}
    assert twin.literals == {2: 2.0, 4: 3.5}


def test_prune_forgets_the_last_nodes_but_variables():
    graph = _graph()
    assert graph.prune(2, (), {}) == {3: 2}
    assert graph.names == {0: "x", 2: "y"}
    assert graph.literals == {}
    assert graph.add_literal(5.0) == 3


def test_every_node_follows_its_inputs():
    formula = "f(a, b) = where(a > b, a^2, softmax([a, b])[0]); f(x, 2) + f(y, x)"
    result = evaluate(formula, {"x": 1.0, "y": 3.0})
    for node, inputs in enumerate(result.graph.inputs):
        assert all(operand < node for operand in inputs)


@pytest.mark.parametrize(
    ("structure", "shape", "leaves"),
    [
        (5, (), [5]),
        ([5], (1,), [5]),
        ([5, 6], (2,), [5, 6]),
        ([[5, 6, 7], [8, 9, 10]], (2, 3), [5, 6, 7, 8, 9, 10]),
        ([[5]], (1, 1), [5]),
    ],
)
def test_structures(structure, shape, leaves):
    assert shape_of(structure) == shape
    assert flatten(structure) == leaves
    assert unflatten(structure, iter(leaves)) == structure


def test_element_names():
    assert element_names("x", ()) == ["x"]
    assert element_names("v", (2,)) == ["v[0]", "v[1]"]
    assert element_names("m", (2, 2)) == ["m[0][0]", "m[0][1]", "m[1][0]", "m[1][1]"]


def test_what_is_pruned_is_forgotten_and_the_rest_moves_up():
    graph = _graph()
    first = len(graph)
    instead = graph.add_variable("t")
    dead = graph.add(OPERATIONS["*"], (instead, instead))
    graph.calls[dead] = "f"
    z = graph.variables["z"] = graph.add_variable("z")
    product = graph.add(OPERATIONS["*"], (instead, z), 3, 9)
    graph.elements[product] = "[0]"
    graph.composed.add(product)
    made = graph.prune(first, [product], {instead: 1})
    assert made == {instead: 1, z: first, product: first + 1}
    assert len(graph) == first + 2
    assert graph.variables == {"z": first}
    assert graph.inputs[first:] == [(), (1, first)]
    assert (graph.starts[-1], graph.ends[-1]) == (3, 9)
    assert (graph.elements, graph.composed) == ({first + 1: "[0]"}, {first + 1})
    assert graph.calls == {}
    assert graph.names == {0: "x", 3: "y", first: "z"}
