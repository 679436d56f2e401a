"""The Python that is written runs, and gives what gradcalc gives."""

import keyword
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.graphs import LETTERS, VARIABLES, graphs, nested

from gradcalc import ieee
from gradcalc.algebra.written_out import formula_text
from gradcalc.engine.evaluation import evaluate
from gradcalc.graph import Graph
from gradcalc.language.bindings import bind
from gradcalc.operations import CALLABLE, OPERATIONS, Operation
from gradcalc.writers.python import python_text
from gradcalc.writers.python_definitions import SHORT


def run(text, values):
    """The value of the last line, after `from math import *`."""
    namespace = {}
    exec("from math import *", namespace)
    namespace.update(values)
    *before, last = text.split("\n")
    label, equals, _ = last.partition(" = ")
    exec("\n".join(before), namespace)
    if equals and label.isidentifier():
        exec(last, namespace)
        return namespace[label]
    return eval(last, namespace)


def written(text, **values):
    return formula_text(bind(text, values, complete=False), notation="python")


SAMPLES = [
    pytest.param(operation, sample, id=f"{operation.name}-{sample}")
    for operation in OPERATIONS.values()
    for sample in operation.samples
]


@pytest.mark.parametrize(("operation", "sample"), SAMPLES)
def test_every_operation_has_its_value(operation, sample):
    graph = Graph()
    operands = tuple(graph.add_variable(f"x{k}") for k in range(len(sample)))
    root = graph.add(operation, operands)
    value = operation.evaluate(*sample)
    if not math.isfinite(value):
        pytest.skip("Python may raise where the value is not finite")
    values = {f"x{k}": operand for k, operand in enumerate(sample)}
    found = run(python_text(graph, {None: root}), values)
    assert found == pytest.approx(value, rel=1e-14, abs=1e-320)


OWN = [
    pytest.param(operation, sample, id=f"{operation.name}-{sample}")
    for operation in OPERATIONS.values()
    if operation.name in SHORT
    for sample in operation.samples
]


@pytest.mark.parametrize(("operation", "sample"), OWN)
def test_what_has_no_definition_is_defined_by_its_function(
    monkeypatch, operation, sample
):
    monkeypatch.delitem(SHORT, operation.name)
    test_every_operation_has_its_value(operation, sample)


@pytest.mark.parametrize(
    ("evaluate", "text"),
    [
        (lambda x: x * x, "own = lambda x: x * x\n\nown(x) + own(x + 1)"),
        (
            ieee.relu,
            "def relu(x: float) -> float:\n"
            "    return x if x > 0 or x != x else 0.0\n\nrelu(x) + relu(x + 1)",
        ),
        (math.gamma, "gamma(x) + gamma(x + 1)"),
        (ieee.sqrt, "sqrt(x) + sqrt(x + 1)"),
    ],
    ids=["lambda", "function", "Python's", "guarded"],
)
def test_a_new_operation_needs_its_row_only(monkeypatch, evaluate, text):
    own = Operation("own", "x", evaluate, ("1",), "an operation of its own")
    monkeypatch.setitem(OPERATIONS, "own", own)
    monkeypatch.setitem(CALLABLE, "own", own)
    assert written("own(x) + own(x + 1)") == text
    values = {"x": 1.5}
    expected = evaluate(1.5) + evaluate(2.5)
    assert run(text, values) == pytest.approx(expected, rel=1e-15)


# What Python computes to the same bits, so that no rounding can be amplified.
_EXACT = tuple(
    OPERATIONS[name]
    for name in (
        *("+", "-", "*", "/", "neg", "<", "<=", ">", ">=", "==", "!=", "where"),
        *("max", "min", "clip", "relu", "abs", "sqrt", "sum"),
    )
)


@settings(max_examples=300, deadline=None)
@given(graphs(_EXACT), st.lists(st.floats(-8, 8), min_size=4, max_size=4))
def test_random_graphs_have_their_value(graph, point):
    values = graph.forward(dict(enumerate(point)))
    root = len(graph) - 1
    needed = graph.ancestors([root])
    finite = all(
        math.isfinite(v) for v, used in zip(values, needed, strict=True) if used
    )
    text = python_text(graph, {None: root})
    compile(text, "formula", "exec")
    if finite:
        assert run(text, dict(zip(VARIABLES, point, strict=True))) == values[root]


@settings(max_examples=200, deadline=None)
@given(graphs())
def test_random_graphs_are_python(graph):
    compile(python_text(graph, {None: len(graph) - 1}), "formula", "exec")


@pytest.mark.parametrize("outer", OPERATIONS.values(), ids=lambda row: row.name)
def test_an_operation_in_an_operation_has_its_value(outer):
    for graph, value in nested(outer):
        if all(map(math.isfinite, graph.forward(list(LETTERS.values())))):
            text = python_text(graph, {None: len(graph) - 1})
            assert run(text, LETTERS) == pytest.approx(value, rel=1e-13), text


PROGRAMS = [
    ("tanh(x*w + b)", {"x": 0.5, "w": -2.0, "b": 0.1}),
    ("n = x*w; o = tanh(n) + n", {"x": 0.5, "w": -2.0}),
    ("huber(a - b, 0)", {"a": 3.0, "b": 0.5}),
    ("y = softmax([a, b, 2]); y[0]*y[2]", {"a": 0.3, "b": -1.0}),
    ("sq(x) = x^2 | 2*x; sq(a + 1) + sq(a)", {"a": 0.3}),
    ("2^-3^2 + x^-2 + x^0.5 + (-x)^3", {"x": 1.7}),
    ("where(x < 1, 2, 3) + (x < 1)*2 - -(x > 0)", {"x": 0.5}),
    ("where((x < 1)*(x > 0), x, 0)", {"x": 0.5}),
    ("(x < 1) < 2", {"x": 0.5}),
    ("where(where(x, 1, 0), x, 0)^2", {"x": 0.5}),
    ("pi = 3; pi*erf(x)", {"x": 0.5}),
    ("max + min(max, 1)*exp(exp)", {"max": 3.0, "exp": 2.0}),
    ("mod(-x, 3)*mod(x, -3)", {"x": 7.5}),
    ("floor(x)/ceil(x) + round(2.5)*sign(-x)", {"x": 7.5}),
    ("sigmoid(-800*x) + softplus(800*x) + logsigmoid(-800*x)", {"x": 1.0}),
    ("logsumexp([1000*x, 999]) + bce_logits(-900*x, 1)", {"x": 1.0}),
    ("cross_entropy_logits([1000*x, 999], [0.25, 0.75])", {"x": 1.0}),
]


@pytest.mark.parametrize(("text", "values"), PROGRAMS)
def test_programs_have_their_value(text, values):
    value = evaluate(text, values).value
    spelt = {
        name + "_" * (name in ("max", "exp")): value for name, value in values.items()
    }
    assert run(written(text), spelt) == pytest.approx(value, rel=1e-14)
    assert run(written(text, **values), {}) == pytest.approx(value, rel=1e-14)


@pytest.mark.parametrize(
    "text",
    [
        "sin(" * 5000 + "x" + ")" * 5000,
        "+".join(["x*2"] * 5000),
        "sum(["
        + ", ".join(["x*2"] * 5000)
        + "]) + prod(["
        + ", ".join(["2*x"] * 5000)
        + "])",
        "-(2*" * 999 + "x" + ")" * 999,
    ],
)
def test_deep_formulas_run(text):
    value = evaluate(text, {"x": 0.5}).value
    assert run(written(text), {"x": 0.5}) == pytest.approx(value, rel=1e-12)


def test_a_list_is_a_list():
    assert run(written("[a, 2*a]"), {"a": 1.5}) == [1.5, 3.0]
    assert run(written("y = [[a, 1], [2, a]]"), {"a": 1.5}) == [[1.5, 1], [2, 1.5]]


@pytest.mark.parametrize("name", [*keyword.kwlist[3:], "max", "exp", "float"])
def test_python_keeps_its_own_names(name):
    text = written(f"{name}*max({name}, 1) + exp(1)")
    assert text == f"{name}_*max({name}_, 1) + exp(1)"


def test_a_formula_without_helpers_is_one_expression():
    assert written("w*x^2 + b", w=0.5, b=-1.0) == "0.5*x**2 - 1"
