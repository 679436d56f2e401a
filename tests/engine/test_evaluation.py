"""Evaluations as values: compared, copied, pickled and shown."""

import copy
import pickle

import pytest
from reference.programs import PROGRAMS

import gradcalc

EVALUATIONS = [
    ("x^2*y", {"x": 3, "y": 2}, {}),
    ("x^2*y", {"x": 3, "y": 2}, {"wrt": ["y"]}),
    ("e*x", {"x": 3}, {"wrt": ["e"]}),
    ("n = v @ w; tanh(n)", {"v": [1, 2], "w": [[1, 2], [3, 4]]}, {"output": "n[1]"}),
    ("f(x) = x^2 | 3*x; f(x)*y", {"x": 2, "y": [1, 2]}, {}),
    ("sqrt(x)/x", {"x": float("nan")}, {}),
    ("log(x)*0", {"x": 0}, {}),
    ("µ + é", {"µ": 1, "é": 2}, {"defaults": {"z": 3}}),
]  # fmt: skip


def _made(text, values, more):
    return gradcalc.evaluate(text, values, **more)


@pytest.mark.parametrize("made", EVALUATIONS, ids=[row[0] for row in EVALUATIONS])
@pytest.mark.parametrize(
    "again", [copy.deepcopy, copy.copy, lambda it: pickle.loads(pickle.dumps(it))]
)
def test_an_evaluation_comes_back_the_same(made, again):
    evaluation = _made(*made)
    twin = again(evaluation)
    assert twin == evaluation == _made(*made)
    assert hash(twin) == hash(evaluation)
    for name in ("value", "gradient", "jacobian", "nodes", "notes", "variables"):
        assert repr(getattr(twin, name)) == repr(getattr(evaluation, name))
    assert twin.nodes == evaluation.nodes
    assert again(evaluation.nodes) == evaluation.nodes
    assert again(evaluation.notes) == evaluation.notes


def test_all_evaluations_differ_that_are_made_of_something_else():
    made = [_made(*row) for row in EVALUATIONS]
    made.append(_made("x^2*y", {"x": 3, "y": 2.5}, {}))
    for place, one in enumerate(made):
        assert [other == one for other in made].index(True) == place
        assert one != one.value


def test_nodes_differ_where_anything_differs():
    nodes = _made("x*y", {"x": 1, "y": 2}, {}).nodes
    others = _made("x*y", {"x": 1, "y": 3}, {}).nodes
    assert [a != b for a, b in zip(nodes, others, strict=True)] == [True] * 3
    assert nodes[0] == tuple(nodes[0])
    assert len({*nodes, *nodes}) == 3


def test_an_evaluation_is_shown_with_its_value_and_gradient():
    assert repr(_made("x^2*y", {"x": 3, "y": 2}, {})) == (
        "Evaluation('x^2*y', value=18.0, gradient={'x': 12.0, 'y': 9.0})"
    )
    assert repr(_made("[x, 2*x]", {"x": 3}, {})) == (
        "Evaluation('[x, 2*x]', value=[3.0, 6.0], jacobian={'x': [1.0, 2.0]})"
    )


@pytest.mark.parametrize("program", [*PROGRAMS, "v*2"])
def test_no_evaluation_is_shown_at_length(program):
    values = {"x": 0.1, "y": 0.2, "z": 0.3, "v": [0.1] * 10_000}
    text = f"{program} + 0*(x + y + z)" if program == "v*2" else program
    evaluation = gradcalc.evaluate(text, {}, defaults=values, wrt=[])
    assert len(repr(evaluation)) < 250
    assert "\n" not in repr(evaluation)
