"""Which parts of a graph are statements of their own, and under which labels."""

import pytest

from gradcalc.language.bindings import bind
from gradcalc.writers.program import program_text
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


def test_no_statement_nests_deeper_than_asked():
    graph, output = _graph("sin(cos(sin(cos(x))))")
    lines = statements(graph, {None: output}, deepest=2)
    assert [line.label for line in lines] == ["t1", "t2", None]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (TWICE + "f(x*y)", "(x*y)^2*sin(x*y)"),
        (TWICE + "f(exp(x*y) + x + t1)", "t2 = exp(x*y) + x + t1\nt2^2*sin(t2)"),
        ("own = x*y; own*sin(own)", "own = x*y\nown*sin(own)"),
    ],
    ids=["as short without", "shorter with one", "the user's"],
)
def test_a_program_has_labels_where_they_are_worth_it(text, expected):
    graph, output = _graph(text)
    assert program_text(graph, {None: output}, short=True) == expected
