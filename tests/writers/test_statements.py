"""Which parts of a graph are statements of their own, and under which labels."""

import pytest

from gradcalc.language.bindings import bind
from gradcalc.writers.statements import statements

TWICE = "f(u) = u^2*sin(u); "


def _graph(text):
    bound = bind(text, {}, complete=False)
    return bound.program.graph, bound.output


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, ["t1", "t2", None]),
        ({"taken": {"t1", "t3"}}, ["t2", "t4", None]),
        ({"exact": False}, ["t1", None]),
        ({"policy": lambda *_: None}, [None]),
        (
            {"policy": lambda node, uses, _: f"n{node}" if uses == 2 else None},
            ["n2", "n6", None],
        ),
    ],
    ids=["exact", "taken names", "short parts again", "no labels", "own labels"],
)
def test_shared_parts_have_labels(options, expected):
    graph, output = _graph(TWICE + "f(f(x*y))")
    lines = statements(graph, {None: output}, **options)
    assert [line.label for line in lines] == expected


def test_every_label_that_nothing_refers_to_has_its_statement():
    graph, output = _graph("sin(x*y)")
    roots = {"a": output, "b": output, "c": output - 1, "d": output}
    lines = statements(graph, roots, unused={"a", "b", "d"})
    assert [line.label for line in lines] == ["t1", "t2", "a", "b", "d"]
