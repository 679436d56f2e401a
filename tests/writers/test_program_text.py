"""A formula written out makes the same graph when it is read again."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.graphs import VARIABLES, graphs, nested, shape

from gradcalc.algebra.written_out import formula_text
from gradcalc.engine.evaluation import evaluate
from gradcalc.language.bindings import bind
from gradcalc.operations import OPERATIONS
from gradcalc.shapes import flatten
from gradcalc.writers.notations import NOTATIONS
from gradcalc.writers.program_text import program_text


def written(text, notation="text", output=None, precision=None, **values):
    bound = bind(text, values, output=output, complete=False)
    return formula_text(bound, notation=notation, precision=precision)


@settings(max_examples=300, deadline=None)
@given(graphs())
def test_text_makes_the_same_graph(graph):
    root = len(graph) - 1
    text = program_text(graph, {None: root})
    again = bind(text, {}, complete=False)
    assert shape(again.program.graph, [again.output]) == shape(graph, [root])
    assert program_text(again.program.graph, {None: again.output}) == text


@pytest.mark.parametrize("outer", OPERATIONS.values(), ids=lambda row: row.name)
def test_an_operation_in_an_operation_is_read_again(outer):
    for graph, _ in nested(outer):
        root = len(graph) - 1
        again = bind(program_text(graph, {None: root}), {}, complete=False)
        assert shape(again.program.graph, [again.output]) == shape(graph, [root])


def _repeated(step, start, times=40):
    """A program in which each label uses the one before it as the step says."""
    lines = [f"s0 = {start}"]
    lines += [f"s{k} = {step.format(f's{k - 1}')}" for k in range(1, times + 1)]
    return "; ".join([*lines, f"s{times}"])


SHARED = [
    _repeated("{0}*{0}", "x"),
    _repeated("{0}*{0}", "2"),
    _repeated("{0} + {0}", "3 - 2"),
    _repeated("{0}*{0}", "[2, 3]"),
    _repeated("where({0} > 0, {0}, max({0}, {0}))", "x"),
    _repeated("mod({0}, {0})^{0}", "x"),
    "f(x) = x*x; " + "f(" * 40 + "2" + ")" * 40,
    "f(x) = x*x; " + "f(" * 40 + "x" + ")" * 40,
    "f(x) = x*x | 2*x; " + "f(" * 40 + "x" + ")" * 40,
    "xlogx(" * 40 + "2" + ")" * 40,
    "xlogx(1 + " * 40 + "x" + ")" * 40,
]


@pytest.mark.parametrize("values", [{}, {"x": 0.5}], ids=["open", "filled in"])
@pytest.mark.parametrize("notation", NOTATIONS)
@pytest.mark.parametrize("program", SHARED, ids=lambda text: text[-50:])
def test_what_is_shared_is_not_written_again_and_again(program, notation, values):
    bound = bind(program, {}, defaults=values, complete=False)
    text = formula_text(bound, notation=notation)
    assert len(text) < 200 * len(bound.program.graph)


SAME = [
    "tanh(x1*w1 + x2*w2 + b)",
    "n = x1*w1 + x2*w2 + b; tanh(n)",
    "n = x*w; o = tanh(n)",
    "y = softmax([a, 2, b]); y[0]*y[-1] - y[1]",
    "y = [a*b, a + b]; z = [y[1], 2*y[0]]; z @ y",
    "huber(a - b, c)*gelu(a)",
    "pair(t) = [t, t*2]; p = pair(x + 1); q = p[0]; q*p[1]",
    "sq(x) = x^2 | 2*x; twice(x) = 2*sq(x); twice(a + 1) + sq(b)",
    "scale(x) = 3*x; cube(x) = scale(x)^3 | scale(x)^2; cube(a)",
    "d(v) = v @ v | 2*v; d([a, b])*d([1, a])",
    "pi = 3*y; erf(x)/pi",
    "t1 = x^2; t1 + t1*(t1 + 1)*(t1 + 1)",
    "lr = 0.01*y; lr*x + lr",
    "f(x) = x^2 + x; f(e + pi)*x + f(e + 1)",
    "where(x > 0, (a == b)*2, -(x < 1))",
    "-(-x)^2 - (a - (b - c))/(d*e_)/f^-2^g",
    "(-x)^(-y) - (--x) + (x^y)^z",
    "a - -b*-c/-d",
    "[[a, b], [c, d]] @ [[1, 2], [3, 4]]",
    "sum([x]) + sum(x, y) + max([x, 2]) + prod([y])",
    "cross_entropy_logits([a, b], [1, 0]) + bce_logits(a, 0)",
    "1e-320 + 1.7976931348623157e308*x - 123456789012345678*y + .1",
    "max*min + max(max, min)",
]


@pytest.mark.parametrize("text", SAME)
def test_text_of_a_program_makes_the_same_graph(text):
    bound = bind(text, {}, complete=False)
    again = bind(written(text), {}, complete=False)
    assert shape(again.program.graph, flatten(again.output)) == shape(
        bound.program.graph, flatten(bound.output)
    )


def test_formula_of_lists_that_are_given():
    values = {"w": [0.5, -2.0], "b": -1.0}
    assert written("w @ [x1, x2] + b", **values) == "0.5*x1 - 2*x2 - 1"


FILLED = [
    ("w*x + b", {"w": 0.5556, "b": -17.78}, "0.5556*x - 17.78"),
    ("x - b", {"b": -2}, "x + 2"),
    ("a + w*x", {"w": -2}, "a - 2*x"),
    ("a - w*x/y", {"w": -2}, "a + 2*x/y"),
    ("-w*x", {"w": -2}, "2*x"),
    ("x + -w", {"w": 2}, "x - 2"),
    ("x*w", {"w": -2}, "x*-2"),
    ("w^x", {"w": -2}, "(-2)^x"),
    ("x^w", {"w": -2}, "x^-2"),
    ("w*x", {"w": -0.0}, "-0*x"),
    ("x + w", {"w": float("inf")}, "x + inf"),
    ("x + w", {"w": float("-inf")}, "x - inf"),
    ("x + w", {"w": float("nan")}, "x + (inf - inf)"),
    ("x + w", {"w": 0.1 + 0.2}, "x + 0.30000000000000004"),
    ("x + w", {"w": 1e16}, "x + 1e16"),
    ("w*2 + 3", {"w": 5}, "5*2 + 3"),
    ("m = -w; a + m", {"w": 2}, "m = -2\na + m"),
    ("n = w*x; a + n + n", {"w": -2}, "n = -2*x\na + n + n"),
    ("a + -2", {}, "a + -2"),
    ("v[0]*x + v[1]", {"v": [1, -2]}, "1*x - 2"),
    ("mean(v)", {"v": [1, 2, -3]}, "(1 + 2 - 3)/3"),
    ("pi*x", {"pi": 3}, "3*x"),
    ("e^2", {}, "e^2"),
    ("pi = 3; erf(x)/pi", {}, "erf(x)/3"),
    ("lr = 0.01; lr*x + lr", {}, "0.01*x + 0.01"),
    ("lr = 0.01; lr*x + lr", {"lr": -2}, "-2*x - 2"),
    ("f(t) = t^2; v = [1, -2]; k = f(2); v[0]*x + v[1]*k", {}, "1*x - 2*4"),
    ("a = 5; d = a + b; d*c", {"b": -3}, "d = 5 - 3\nd*c"),
]


@pytest.mark.parametrize(("text", "values", "expected"), FILLED)
def test_values_are_filled_in(text, values, expected):
    assert written(text, **values) == expected


WRITTEN = [
    ("n = x*w + b; tanh(n)", "n = x*w + b\ntanh(n)"),
    ("n = x*w + b; o = tanh(n)", "n = x*w + b\no = tanh(n)"),
    ("n = x*w; n", "n = x*w"),
    ("unused = x^2; y + 1", "y + 1"),
    ("y = x; y^2", "x^2"),
    ("f(x) = x^2 + x; f(a + b)", "t1 = a + b\nt1^2 + t1"),
    ("f(x) = x + x; f(t1*t2)", "t3 = t1*t2\nt3 + t3"),
    ("f(x) = x + x; f(e + 1)*x", "(e + 1 + (e + 1))*x"),
    ("variance([a, b])", "t1 = sum(a, b)/2\nsum((a - t1)^2, (b - t1)^2)/2"),
    ("((a)) * ((b + c))", "a*(b + c)"),
    ("(a*b)/(c*d)", "a*b/(c*d)"),
    ("(a < b)*(c < d)", "(a < b)*(c < d)"),
    ("x - (-y) - (-(-z))", "x - -y - -(-z)"),
    ("(a - b) - c - (d - f)", "a - b - c - (d - f)"),
]


@pytest.mark.parametrize(("text", "expected"), WRITTEN)
def test_functions_are_expanded_and_labels_kept(text, expected):
    assert written(text) == expected


def test_output_is_a_label():
    text = "n = x*w; m = n + 1; m^2"
    assert written(text, output="m") == "n = x*w\nm = n + 1"


def test_precision_rounds_the_numbers():
    assert written("w*x + 2/3.14159", precision=3, w=1 / 3) == "0.333*x + 2/3.14"


def test_long_and_deep_formulas_take_linear_time():
    size = 30_000
    chain = "+".join(f"x*{number}" for number in range(size))
    assert len(written(chain)) == len(chain) + 2 * (size - 1)
    nested = "sin(" * size + "x" + ")" * size
    assert written(nested) == nested
    assert written(nested, "latex").count("sin") == size


def test_shared_parts_do_not_blow_up():
    text = "f0(x) = x + x\n" + "\n".join(
        f"f{k}(x) = f{k - 1}(x) + f{k - 1}(x)" for k in range(1, 8)
    )
    doubled = "".join(f"y{k} = y{k - 1}*y{k - 1}\n" for k in range(1, 200))
    for notation in NOTATIONS:
        assert len(written(f"{text}\nf7(a)", notation)) < 20_000
        assert len(written(f"y0 = x\n{doubled}y199", notation)) < 20_000


@settings(max_examples=200, deadline=None)
@given(
    graphs(),
    st.lists(
        st.floats(-9, 9) | st.sampled_from([0.0, -0.0, 1e300, math.inf, math.nan]),
        min_size=4,
        max_size=4,
    ),
    st.integers(0, 15),
)
def test_filling_in_values_changes_no_value(graph, point, chosen):
    text = program_text(graph, {None: len(graph) - 1})
    used = bind(text, {}, complete=False).program.graph.variables
    values = {n: v for n, v in zip(VARIABLES, point, strict=True) if n in used}
    given = {n: v for k, (n, v) in enumerate(values.items()) if chosen >> k & 1}
    rest = {n: v for n, v in values.items() if n not in given}
    before, after = evaluate(text, values), evaluate(written(text, **given), rest)
    assert repr(after.value) == repr(before.value)
    # A label that has become a number is a variable too.
    for name in rest.keys() & after.gradient:
        assert repr(after.gradient[name]) == repr(before.gradient[name])


TWICE = "f(u) = u^2*sin(u); "


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
    bound = bind(text, {}, complete=False)
    graph, roots = bound.program.graph, {None: bound.output}
    assert program_text(graph, roots, short=True) == expected
