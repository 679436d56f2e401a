"""Calls and lists hold the nodes they are of, each node once, without circles."""

import pytest

from gradcalc.language.bindings import bind
from gradcalc.shapes import flatten
from gradcalc.writers.nesting import level_of, nested_boxes

FORMULAS = {
    "tanh(x*w + b)": {"x": 1, "w": 2, "b": 3},
    "f(u) = u^2 + 1; g(a, b) = f(a)*f(b); g(x, y) + f(f(x))": {"x": 1, "y": 2},
    "cross_entropy(softmax(W@x + b), t)": {
        "W": [[1, 2], [3, 4]], "x": [1, 2], "b": [0, 1], "t": [1, 0],
    },
    "f(t) = t^3; x - f(x)/f'(x)": {"x": 2},
    "diff(softmax(z)[0], z)": {"z": [1, 2, 3]},
    "diff(diff(x^2*y, [x, y]), [x, y])": {"x": 1, "y": 2},
    "[x, mean([x, y])]": {"x": 1, "y": 2},
    "softmax(v)": {"v": [1, 2, 3]},
    "f(x) = log(1 + exp(x)) | sigmoid(x); f(x*y)": {"x": 1, "y": 2},
    "x": {"x": 1},
}  # fmt: skip


def made(text, variables):
    bound = bind(text, variables)
    graph, outputs = bound.program.graph, flatten(bound.output)
    return graph, outputs, nested_boxes(graph, outputs)


def all_boxes(boxes):
    for box in boxes:
        yield box
        yield from all_boxes(box.parts)


@pytest.mark.parametrize("text", FORMULAS)
def test_each_node_has_one_box(text):
    graph, outputs, boxes = made(text, FORMULAS[text])
    alone = [box.results for box in all_boxes(boxes) if not box.parts]
    needed = [node for node, flag in enumerate(graph.ancestors(outputs)) if flag]
    assert sorted(alone) == [[node] for node in needed]
    for box in all_boxes(boxes):
        assert set(box.results) <= box.nodes


@pytest.mark.parametrize("text", FORMULAS)
def test_what_others_take_is_a_result(text):
    graph, outputs, boxes = made(text, FORMULAS[text])
    for box in all_boxes(boxes):
        taken = set(outputs)
        for node, inputs in enumerate(graph.inputs):
            if node not in box.nodes and graph.ancestors(outputs)[node]:
                taken.update(inputs)
        assert taken & box.nodes == set(box.results)


@pytest.mark.parametrize("text", FORMULAS)
def test_every_level_is_laid_out(text):
    graph, _outputs, boxes = made(text, FORMULAS[text])
    levels = [level_of(graph, boxes, ports=False)]
    levels += [
        level_of(graph, box.parts, ports=not box.is_list)
        for box in all_boxes(boxes)
        if box.parts
    ]
    for level in levels:
        count = len(level.ports) + len(level.boxes)
        assert len(level.layout.columns) == count
        inside = {node for box in level.boxes for node in box.nodes}
        entering = [node for port in level.ports for node in port]
        assert inside.isdisjoint(entering)
        assert len(set(entering)) == len(entering)
        if level.ports:
            operands = {i for node in inside for i in graph.inputs[node]}
            assert operands - inside == set(entering)


def test_calls_are_nested_as_they_were_written():
    text = "f(u) = u^2 + 1; g(a, b) = f(a)*f(b); g(x, y)"
    *_, boxes = made(text, {"x": 1, "y": 2})
    assert [box.symbol for box in boxes] == ["variable", "variable", "g"]
    assert [box.symbol for box in boxes[2].parts] == ["f", "f", "*"]
    assert [box.symbol for box in boxes[2].parts[0].parts] == [
        "literal",
        "^",
        "literal",
        "+",
    ]


def test_lists_are_boxes():
    *_, boxes = made("sum(v*w)", {"v": [1, 2], "w": [3, 4]})
    found = [(box.symbol, box.is_list, len(box.results)) for box in boxes]
    assert found == [
        ("variable", True, 2),
        ("variable", True, 2),
        ("*", True, 2),
        ("sum", False, 1),
    ]


def test_calls_in_calls_without_end():
    text = "\n".join(
        [
            "f0(x) = x + x",
            *(f"f{k}(x) = f{k - 1}(x) + x" for k in range(1, 100)),
            "f99(y)",
        ]
    )
    graph, _outputs, boxes = made(text, {"y": 1})
    alone = [box.results[0] for box in all_boxes(boxes) if not box.parts]
    assert sorted(alone) == list(range(len(graph)))
