"""The numbers of an explanation are those of the evaluation, and its formulas true."""

import math
from functools import reduce
from operator import add

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.doubles import bits
from reference.graphs import VARIABLES, graphs

from gradcalc.analysis.explanation import Explanation
from gradcalc.engine.evaluation import evaluate
from gradcalc.engine.extended_range import Extended
from gradcalc.engine.high_precision import forward
from gradcalc.errors import BindingError
from gradcalc.language.bindings import bind
from gradcalc.operations import OPERATIONS
from gradcalc.writers.infix import written_operation
from gradcalc.writers.program_text import program_text

# Enough for 1 and 1e-300 to differ in a sum.
DIGITS = 800


def explained(text, wanted=None, output=None, **values):
    return Explanation(bind(text, values, output=output), wanted)


numbers = st.sampled_from([0.0, -0.0, 1.0, -1.0, math.inf]) | st.floats(-3, 3)


@settings(max_examples=300, deadline=None)
@given(graphs(), st.lists(numbers, min_size=4, max_size=4))
def test_products_add_up_to_the_gradients_of_eval(graph, numbers):
    text = program_text(graph, {None: len(graph) - 1})
    point = dict(zip(VARIABLES, numbers, strict=True))
    explanation = explained(text, **{name: point[name] for name in used(text)})
    evaluation = evaluate(text, explanation.evaluation.variables)
    assert list(map(bits, evaluation.gradient.values())) == [
        bits(meaning.gradient) for meaning in explanation.meanings
    ]
    if isinstance(evaluation.gradients[0], Extended):
        return  # the products of doubles are not what was passed on
    for node, gradient in enumerate(evaluation.gradients[0]):
        arrived = [
            contribution.product for contribution in explanation.arrived.get(node, ())
        ]
        if node != explanation.output and arrived:
            assert bits(reduce(add, arrived)) == bits(gradient)
        elif node != explanation.output and evaluation.active[node]:
            assert gradient is None


def used(text):
    return bind(text, {}, complete=False).program.graph.variables


def value_of(formula, values):
    """The local derivative computed from its formula, whose terms may cancel."""
    given = {
        node: values[formula.leaf(node)] for node in formula.graph.variable_names()
    }
    return float(forward(formula.graph, given, DIGITS)[formula.root])


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda o: o.name)
def test_local_formulas_give_the_local_derivatives(operation):
    for point in operation.samples:
        explanation = at_point(operation, point)
        values = forward(explanation.graph, point, DIGITS)
        for step in explanation.steps:
            for contribution in step.contributions:
                if contribution.formula is not None:
                    found = value_of(contribution.formula, values)
                    assert found == pytest.approx(
                        contribution.local, rel=1e-12, abs=1e-307, nan_ok=True
                    )


@pytest.mark.parametrize(
    ("name", "point"),
    [("hypot", (0.0, 0.0)), ("^", (0.0, 0.0)), ("^", (0.0, 2.0)), ("max", (1.0, 1.0))],
)
def test_where_a_book_has_no_number_the_computed_rule_is_shown(name, point):
    explanation = at_point(OPERATIONS[name], point)
    for contribution in explanation.steps[0].contributions:
        assert contribution.formula is not None
        found = value_of(contribution.formula, explanation.values)
        assert found == contribution.local


def at_point(operation, point):
    names = [f"a{number}" for number in range(len(point))]
    text = written_operation(operation, names)
    return explained(text, **dict(zip(names, point, strict=True)))


REASONS = [
    ("x2*w2 + b", {"x2": 0, "w2": 1, "b": 2}, "w2", [("factor", "x2*w2")]),
    ("y = x2*w2; y*z", {"x2": 1, "w2": 1, "z": 0}, "w2", [("factor", "f")]),
    ("where(c > 0, x, y)", {"c": 1, "x": 2, "y": 3}, "y", [("unselected", "f")]),
    ("where(c > 0, x, y)", {"c": 1, "x": 2, "y": 3}, "c", [("flat", "f")]),
    ("relu(x) + floor(x)", {"x": -1.5}, "x", [("unselected", "relu(x)")]),
    ("x - x", {"x": 3}, "x", [("cancel", None)]),
    ("y = x^2; 3*z", {"x": 3, "z": 1}, "x", [("unused", None)]),
    ("(1e-200*x)*1e-200", {"x": 3}, "x", [("small", "1e-200*x")]),
    ("x*y", {"x": 3, "y": 2}, "x", []),
]


@pytest.mark.parametrize(
    ("text", "values", "name", "expected"), REASONS, ids=[row[0] for row in REASONS]
)
def test_why_a_variable_does_not_matter(text, values, name, expected):
    explanation = explained(text, **values)
    (meaning,) = [m for m in explanation.meanings if m.name == name]
    found = [
        (
            reason.kind,
            reason.contribution and explanation.naming.text(reason.contribution.node),
        )
        for reason in meaning.reasons
    ]
    assert found == expected


def test_only_the_paths_to_the_wanted_variables():
    explanation = explained(
        "p = x*w; q = y*v; o = p + q", ["w"], x=2.0, w=3.0, y=5.0, v=7.0
    )
    text = explanation.naming.text
    assert [text(step.node) for step in explanation.steps] == ["o", "p"]
    assert [
        text(h.operand) for step in explanation.steps for h in step.contributions
    ] == [
        "p",
        "w",
    ]
    # The operands of a step are shown with their values, but not how they came about.
    assert [text(node) for node in explanation.forward] == ["x", "w", "p", "q", "o"]
    assert [meaning.name for meaning in explanation.meanings] == ["w"]


def test_an_element_of_a_list_can_be_wanted():
    explanation = explained("v[0]*v[1]", ["v[1]"], v=[2.0, 3.0])
    assert [(m.name, m.gradient) for m in explanation.meanings] == [("v[1]", 2.0)]


def test_a_list_is_explained_by_its_first_element():
    explanation = explained("y = [x, x^2]; y", x=3.0)
    assert explanation.element == "[0]"
    assert explained("y = [x, x^2]; y", output="y[1]", x=3.0).element == ""
    assert explained("[x, x^2]", output="[1]", x=3.0).meanings[0].gradient == 6.0


def test_an_unknown_variable_is_an_error():
    with pytest.raises(BindingError, match="w2 is not a variable of the formula"):
        explained("x*w1", ["w2"], x=1.0, w1=2.0)


NAMES = [
    ("n = x*w + b; tanh(n)", ["x", "w", "x*w", "b", "n", "tanh(n)"]),
    ("tanh(x*w + b)", ["x", "w", "x*w", "b", "x*w + b", "f"]),
    ("x*w + b", ["x", "w", "x*w", "b", "f"]),
    ("x*x + x*x", ["x", "t1", "t2", "f"]),
    ("t1*f + f*t1", ["t1", "f", "t1*f", "f*t1", "t2"]),
    ("f(a) = a*a; f(x) + f(x)", ["x", "t1", "t2", "t3"]),
    ("sigmoid(w)*silu(b)", ["w", "sigmoid(w)", "b", "sigmoid(b)", "silu(b)", "f"]),
    ("silu(b)", ["b", "sigmoid(b)", "silu(b)"]),
    (
        "exp(1234567.8*x)*0.12345678901234567^y",
        ["x", "1234567.8*x", "exp(1234567.8*x)", "y", "t1", "f"],
    ),
]


@pytest.mark.parametrize(("text", "expected"), NAMES, ids=[row[0] for row in NAMES])
def test_names(text, expected):
    values = dict.fromkeys(used(text), 1.5)
    explanation = explained(text, **values)
    names = [explanation.naming.text(node) for node in explanation.forward]
    assert names[: len(expected)] == expected
    assert len(set(names)) == len(names)
