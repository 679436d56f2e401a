"""Random graphs, built node by node: what no text of a test's author would think of."""

from hypothesis import strategies as st

from gradcalc.graph import Graph
from gradcalc.operations import CONSTANTS, OPERATIONS

ALL = tuple(OPERATIONS.values())
VARIABLES = ("x", "y", "θ", "x_1")


@st.composite
def graphs(draw, operations=ALL, most_nodes=25):
    """A graph with shared nodes, whose last node depends on most of it."""
    graph = Graph()
    for name in VARIABLES:
        graph.variables[name] = graph.add_variable(name)
    for _ in range(draw(st.integers(0, 4))):
        constant = draw(st.sampled_from([None, *CONSTANTS]))
        if constant is None:
            value = st.integers(0, 20).map(float) | st.floats(0, allow_infinity=False)
            graph.add_literal(draw(value))
        else:
            graph.names[graph.add_literal(CONSTANTS[constant])] = constant
    for _ in range(draw(st.integers(1, most_nodes))):
        operation = draw(st.sampled_from(operations))
        count = len(operation.parameters)
        if operation.lists:
            count *= draw(st.integers(1, 3))
        # Recent nodes more often than old ones, so that formulas grow deep.
        last = len(graph) - 1
        near = st.integers(max(0, last - 3), last) | st.integers(0, last)
        graph.add(operation, tuple(draw(near) for _ in range(count)))
    return graph


def shape(graph, roots):
    """The graph below the roots: operations and inputs, numbered as first met.

    Variables and numbers are told apart by what they are, not by their nodes.
    """
    numbers = {}
    rows = []
    stack = list(reversed(roots))
    while stack:
        node = stack[-1]
        if node in numbers:
            stack.pop()
            continue
        waiting = [i for i in reversed(graph.inputs[node]) if i not in numbers]
        if waiting:
            stack += waiting
            continue
        stack.pop()
        if graph.inputs[node]:
            numbers[node] = len(rows)
            inputs = tuple(numbers[i] for i in graph.inputs[node])
            rows.append((graph.operations[node].name, inputs))
        else:
            # A name of a constant counts, so that pi stays pi.
            numbers[node] = graph.names.get(node) or graph.literals[node]
    return rows, [numbers[root] for root in roots]
