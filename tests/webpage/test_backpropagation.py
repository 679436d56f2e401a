"""What a page computes of a formula is what the engine does."""

import json
import math
import random
from functools import reduce
from operator import add
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.entries import entries
from reference.exported import of_operations, of_programs, ulps
from reference.formulas import formulas
from reference.played import assert_same, played
from reference.scripts import arithmetic, in_node, needs_node

from gradcalc.analysis.known_nodes import known_nodes
from gradcalc.engine.evaluation import evaluate
from gradcalc.engine.extended_range import Extended
from gradcalc.language.bindings import bind
from gradcalc.strict_json import json_value
from gradcalc.webpage.document import asset
from gradcalc.webpage.graph_data import ARITHMETIC, functions_of, graph_data

pytestmark = needs_node

SPECIAL_VALUES = Path(__file__).parents[1] / "engine" / "special_values"

# Formulas with two or more points: where the page is made, and where it is moved to.
FORMULAS = [
    (
        "tanh(x1*w1 + x2*w2 + b)",
        [
            {"x1": 2, "x2": 0, "w1": -3, "w2": 1, "b": 6.8813735870195432},
            {"x1": 1, "x2": -2, "w1": 0.5, "w2": 300, "b": 0},
        ],
    ),
    ("a = 5; b = -3; c = -2; d = a + b; f = d*c", [{}, {"a": 1.5, "b": 0}]),
    ("softmax([x, y, z])", [{"x": 1, "y": 2, "z": 3}, {"x": 800, "y": -800, "z": 0}]),
    (
        "cross_entropy(softmax(m @ v), [1, 0])",
        [
            {"m": [[1, 2], [3, 4]], "v": [0.5, 0.1]},
            {"m": [[-1, 0], [30, 4]], "v": [5, -0.1]},
        ],
    ),
    (
        "cross_entropy_logits(m @ v + b, t)",
        [
            {"m": [[1, 2], [3, 4]], "v": [0.5, 0.1], "b": [0, 1], "t": [1, 0]},
            {"m": [[1, 2], [3, 4]], "v": [-5, 7], "b": [0, 1], "t": [0.3, 0.7]},
        ],
    ),
    ("mse(m @ v, y)", [{"m": [[1, 2], [3, 4]], "v": [1, 2], "y": [5, 6]}]),
    ("m @ m @ [1, 0.5]", [{"m": [[1, 2], [3, 4]]}, {"m": [[0, -2], [3, 0.1]]}]),
    ("prod(v)*max(v)*sum(v)", [{"v": [1, 2, 2]}, {"v": [0, 1, 0]}]),
    ("max(v) - min(v) + hypot(v)", [{"v": [1, 2, 2]}, {"v": [0, 0, 0]}]),
    ("where(x > 0, sqrt(x), 0)", [{"x": -1}, {"x": 0}, {"x": 4}]),
    (
        "relu(w*x + b)*relu(b - x)",
        [{"w": 2, "x": 1, "b": 1}, {"w": 1, "x": 1, "b": -1}],
    ),
    ("f(x) = log(1 + exp(x)) | sigmoid(x); f(x)*f(y)", [{"x": -1, "y": 3}]),
    (
        "f(a, b) = a*b | b, 7*a; g(x) = f(x, k)^2 | 2*x*k; g(x) + f(x, k)",
        [{"x": -1, "k": 3}, {"x": 2, "k": 0}],
    ),
    ("s = 2*c; g(x) = relu(x)*s | s; g(y)*y", [{"y": 1, "c": 2}, {"y": -1, "c": 2}]),
    ("f(x) = x^3 - 2*x; x - f(x)/f'(x)", [{"x": 1.5}, {"x": 0.8}]),
    ("diff(sin(x)*y^2, [x, y])", [{"x": 0.5, "y": 3}, {"x": 0, "y": 0}]),
    ("f(x) = relu(x)^2; f'(u) + f''(u)", [{"u": 2}, {"u": 0}, {"u": -2}]),
    ("x/y", [{"x": 1, "y": 0}, {"x": 0, "y": 0}, {"x": math.nan, "y": 1}]),
    ("x*1e200*y*1e200", [{"x": 1, "y": 1}, {"x": 1e-300, "y": 1e-10}]),
    ("1/exp(x)", [{"x": 400}, {"x": -800}, {"x": 1}]),
    ("log(sigmoid(x))", [{"x": -800}, {"x": 800}]),
    ("x^y", [{"x": 0, "y": 0}, {"x": -2, "y": 3}, {"x": 2, "y": 0.5}]),
    ("huber(x, y) + gelu(x) + elu(x) + leaky_relu(y)", [{"x": 1, "y": -0.5}]),
    ("norm(v) + dot(v, v) + mean(v) + variance(v)", [{"v": [3, 4, 5]}]),
    ("clip(x, lo, hi)", [{"x": 3, "lo": 0, "hi": 2}, {"x": 0, "lo": 0, "hi": 0}]),
    ("mod(x, y) + floor(x) + round(y)", [{"x": 7.5, "y": -2}, {"x": 4, "y": 2}]),
    ("[sin(x), [1, 2] @ v, x*v[0]]", [{"x": 0.3, "v": [1, 2]}, {"x": 9, "v": [0, 1]}]),
    ("n = x*w; tanh(n) + n^2", [{"x": 0.5, "w": 2}, {"x": 50, "w": 2}]),
    ("gamma(x) + lgamma(x) + digamma(x)", [{"x": 3.3}, {"x": -0.5}, {"x": -2}]),
    ("erf(x)*erfc(y) + erfinv(x/9)", [{"x": 0.3, "y": 2}, {"x": -4, "y": 30}]),
    ("atan2(y, x) + hypot(x, y)", [{"x": 1, "y": 2}, {"x": 0, "y": 0}]),
    ("sum(exp(v - max(v)))", [{"v": [1, 2, 3]}, {"v": [3, 3, 1]}]),
]


def with_points_between(case):
    """The case's points, and some between these."""
    chance = random.Random(case.program)
    names = list(case.points[0])
    between = [
        {name: chance.uniform(-size, size) for name in names}
        for size in [0.9] * 10 + [4] * 20 + [50] * 10
    ]
    return case.program, [*case.points, *between]


@pytest.mark.parametrize(
    "cases",
    [
        pytest.param(FORMULAS, id="formulas"),
        pytest.param(
            [(each.formula, [each.values]) for each in entries(SPECIAL_VALUES)],
            id="special values",
        ),
        pytest.param(list(map(with_points_between, of_operations())), id="operations"),
        pytest.param(list(map(with_points_between, of_programs())), id="programs"),
    ],
)
def test_values_and_gradients_are_the_engines(cases, tmp_path):
    for each in played(cases, tmp_path):
        assert_same(each)


def test_a_page_needs_no_functions_but_its_own(tmp_path):
    """Each operation in a page of its own, with what is needed for it and no more."""
    parts, wanted = [], []
    for case in of_operations():
        bound = bind(case.program, case.points[0])
        data = graph_data(known_nodes(bound))
        scripts = "\n".join([functions_of(data), *map(asset, ARITHMETIC)])
        for point in case.points[:3]:
            given = json.dumps(json_value(bind(case.program, point).given))
            given = f"givenOf({{ given: {given} }})"
            wanted.append(evaluate(case.program, point))
            code = f"answer(makeEvaluator({json.dumps(data)})({given}).row(0));"
            parts.append(f"(() => {{ {scripts}\n {code} }})();")
    found = in_node("", "\n".join(parts), None, tmp_path)
    for evaluation, row in zip(wanted, found, strict=True):
        for node, each in enumerate(row):
            gradient = evaluation.gradients[0][node]
            assert each is gradient or ulps(each, gradient) <= 4


def test_what_nodes_pass_on_adds_up_to_what_arrives(tmp_path):
    """What a node receives are products of a gradient and a local derivative."""
    code = """
    for (const [data, points] of input) {
      for (const given of points) {
        const evaluation = makeEvaluator(data)(given);
        answer(data.nodes.map((_, node) => [
          evaluation.row(0)[node], evaluation.passedOn(node),
        ]));
      }
    }"""
    cases = [(bind(text, points[0]), points) for text, points in FORMULAS]
    sent_in = [[graph_data(known_nodes(bound)), [bound.given]] for bound, _ in cases]
    answers = in_node(arithmetic(), code, sent_in, tmp_path)
    for (bound, _), nodes in zip(cases, answers, strict=True):
        evaluation = known_nodes(bound).evaluation
        sent = []
        for node, (gradient, passed) in enumerate(nodes):
            inputs = evaluation.graph.inputs[node]
            assert [each["operand"] for each in passed] == list(inputs)
            for each in passed:
                place = each["position"]
                if each["product"] is None:
                    assert each["local"] is None
                    continue
                sent.append((node, place, each["operand"], each["product"]))
                wanted = evaluation.contributions(node, gradient)[place]
                assert ulps(each["product"], wanted) <= 4
                wanted = evaluation.contributions(node, 1.0)[place]
                assert ulps(each["local"], wanted) <= 4
        for node, (gradient, _) in enumerate(nodes):
            # As it is added up: from the last node on, operand by operand.
            arrived = sorted(
                (-source, place, product)
                for source, place, operand, product in sent
                if operand == node
            )
            mended = isinstance(evaluation.gradients[0], Extended)
            if arrived and not mended and gradient == gradient:
                assert reduce(add, (product for *_, product in arrived)) == gradient


def test_a_gradient_stops_where_it_is_told_to(tmp_path):
    bound = bind("s = x*y; t = s*s; t*x", {"x": 3, "y": 2})
    code = """
    const evaluation = makeEvaluator(input)(givenOf(input));
    answer(evaluation.backward(4, new Set([2])));
    """
    (found,) = in_node(arithmetic(), code, graph_data(known_nodes(bound)), tmp_path)
    # x, y, s, t and t*x: what comes to s through t does not go on.
    assert found == [36, None, 36, 3, 1]


def test_without_all_values_there_are_those_that_are_known(tmp_path):
    known = known_nodes(bind("n = x*y; 2*x + n", {"x": 3}, complete=False))
    code = """
    const evaluate = makeEvaluator(input);
    for (const y of [null, 2]) {
      const evaluation = evaluate({ ...givenOf(input), 1: y });
      answer({
        complete: evaluation.complete,
        known: input.nodes.map((_, node) => evaluation.known(node)),
        gradients: input.nodes.map((_, node) => evaluation.gradient(node)),
        notes: notesOn(input, evaluation),
      });
    }
    """
    first, second = in_node(arithmetic(), code, graph_data(known), tmp_path)
    assert first["complete"] is False
    assert first["known"] == [value is not None for value in known.values]
    assert set(first["gradients"]) == {None}
    assert first["notes"] == second["notes"] == []
    assert second["complete"] is True
    wanted = known_nodes(bind("n = x*y; 2*x + n", {"x": 3, "y": 2})).evaluation
    nodes = range(len(wanted.graph))
    assert second["gradients"] == [wanted.node_gradient(node) for node in nodes]


# Numbers at which random formulas stay within ordinary sizes, and special ones.
NUMBERS = st.floats(-3, 3) | st.sampled_from([0.0, 1.0, -1.0, 0.5, 40.0, 1e-300, 1e200])


@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_random_formulas(data, tmp_path_factory):
    cases = []
    for formula in data.draw(st.lists(formulas(), min_size=12, max_size=12)):
        names = bind(formula.text, {}, complete=False).program.graph.variables
        point = st.fixed_dictionaries(dict.fromkeys(names, NUMBERS))
        if names:
            cases.append(
                (formula.text, data.draw(st.lists(point, min_size=3, max_size=3)))
            )
    if cases:
        for each in played(cases, tmp_path_factory.mktemp("random")):
            assert_same(each, units=16)
