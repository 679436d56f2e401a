"""Random graphs, built node by node: what no text of a test's author would think of."""

from hypothesis import strategies as st

from gradcalc.graph import Graph
from gradcalc.operations import CONSTANTS, OPERATIONS

ALL = tuple(OPERATIONS.values())
VARIABLES = ("x", "y", "θ", "x_1")

# The operands of nested operations, the outer one's first, at values of their own.
LETTERS = {"u": 0.6, "v": 0.8, "w": 0.2, "r": 0.5, "a": 0.7, "b": 0.4, "c": 0.9}
LETTERS["d"] = 0.3


def nested(outer):
    """A graph, with its value, for each operation as each operand of the outer one."""
    for inner in ALL:
        for place in range(_count(outer)):
            graph = Graph()
            letters = [graph.add_variable(letter) for letter in LETTERS]
            graph.variables.update(zip(LETTERS, letters, strict=True))
            node = graph.add(inner, tuple(letters[4 : 4 + _count(inner)]))
            operands = letters[: _count(outer)]
            operands[place] = node
            graph.add(outer, tuple(operands))
            yield graph, graph.forward(list(LETTERS.values()))[-1]


def _count(operation):
    return len(operation.parameters) * (2 if operation.lists else 1)


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

    Variables and numbers are told apart by what they are, not by their nodes; so are
    operations on numbers alone, which a text repeats rather than label.
    """
    numbers = {}
    constants = set(graph.literals)
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
            row = (
                graph.operations[node].name,
                tuple(numbers[i] for i in graph.inputs[node]),
            )
            if constants.issuperset(graph.inputs[node]):
                constants.add(node)
                numbers[node] = row
            else:
                numbers[node] = len(rows)
                rows.append(row)
        else:
            # A name of a constant counts, so that pi stays pi.
            numbers[node] = graph.names.get(node) or graph.literals[node]
    return rows, [numbers[root] for root in roots]
