"""Differences bear out every right gradient, catch wrong ones, and tell kinks apart."""

import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from reference.graphs import VARIABLES, graphs

from gradcalc.analysis.check import check
from gradcalc.errors import GradcalcError
from gradcalc.language.bindings import bind
from gradcalc.operations import OPERATIONS
from gradcalc.writers.infix import written_operation
from gradcalc.writers.program_text import program_text

NAN, INF = math.nan, math.inf

# What passes a gradient and has no corners, jumps or ends that random numbers hit.
_NAMES = """
+ - * / ^ neg sum prod exp expm1 log log1p log2 sqrt cbrt hypot sin cos tan atan atan2
sinh cosh tanh asinh sigmoid softplus logsigmoid erf logsumexp
"""
SMOOTH = [OPERATIONS[name] for name in _NAMES.split()]

CASES = [
    ("x^2", 0, "ok", ""),
    ("x^2", 1e10, "ok", ""),
    ("x^3", 1e-300, "ok", ""),
    ("x*1e-200", 0, "ok", ""),
    ("cosh(x + 1e-200)", 0, "ok", ""),
    ("exp(atan2(-x, erf(x)))", 6e-67, "ok", ""),
    ("x^2 - 1e-200*x", 0, "ok", ""),
    ("log(x)", 1e-300, "ok", ""),
    ("abs(x)", 1e-300, "ok", ""),
    ("exp(x)", 700, "ok", ""),
    ("x", 1.7e308, "ok", ""),
    ("sin(x)", 1e15, "ok", ""),
    ("sin(1e6*x)", 1, "ok", ""),
    ("sin(1/x)", 1e-3, "ok", ""),
    ("exp(-1/x^2)", 0.05, "ok", ""),
    ("expm1(x)", 1e-18, "ok", ""),
    ("(1 + x) - 1", 1e-12, "ok", ""),
    ("1 - cos(x)", 1e-5, "ok", ""),
    ("tanh(x)", 10, "ok", ""),
    ("tanh(x)", 1000, "ok", ""),
    ("floor(x)", 2.5, "ok", ""),
    ("cbrt(x)", 0, "ok", ""),
    ("where(x > 0, sqrt(x), 0)", -1, "ok", ""),
    ("abs(x)", 0, "kink", "the slopes on the two sides differ"),
    ("relu(x)", 0, "kink", "the slopes on the two sides differ"),
    ("max(x, 2*x, 3*x)", 0, "kink", "the slopes on the two sides differ"),
    ("clip(x, 0, 1)", 1, "kink", "the slopes on the two sides differ"),
    ("leaky_relu(x)", 0, "kink", "the slopes on the two sides differ"),
    ("floor(x)", 2, "kink", "the function jumps here"),
    ("mod(x, 3)", 6, "kink", "the function jumps here"),
    ("round(x)", 2.5, "kink", "the function jumps here"),
    ("sigmoid(1e20*(x - 1))", 1, "ok", ""),
    ("sqrt(x)", 0, "kink", "the function has values on the right only"),
    ("sqrt(x) + 2", 0, "kink", "the function has values on the right only"),
    ("asin(x)", 1, "kink", "the function has values on the left only"),
    ("xlogx(x)", 0, "kink", "the function has values on the right only"),
    ("x^1.5", 0, "kink", "the function has values on the right only"),
    ("where(x > 0, sqrt(x), 0)", 0, "kink",
     "the slope grows without bound on one side"),
    ("3*relu(x) - abs(x)", 0, "unsure", "outside the slopes on the two sides"),
    ("max(ceil(x), x)", 0, "unsure", "outside the slopes on the two sides"),
    ("relu(x) - relu(-x)", 0, "differs", ""),
    ("x^x", 0, "kink", "the slope grows without bound"),
    ("f(t) = cbrt(t) | 5; f(x)", 0, "differs",
     "f has a derivative rule of its own: it gives 5 where the slope of f is inf"),
    ("log(x)", 0, "unsure", "the value is not finite"),
    ("log(x)", -1, "unsure", "the value is not finite"),
    ("x/x", 0, "unsure", "the value is not finite"),
    ("x", INF, "unsure", "the variable is not finite"),
    ("where(x < inf, x, 2)", INF, "unsure", "the variable is not finite"),
    ("1e16 + x", 1, "ok", ""),
    ("sin(x)", 1e300, "ok", ""),
    ("floor(x)", 1e300, "kink", "the function jumps here"),
    ("sqrt(x^4)", 0, "differs", "the gradient is NaN, but a slope exists"),
    ("stop_gradient(x)*x", 2, "differs",
     "stop_gradient(x) is meant to pass no gradient; it hides 2 of the slope"),
    ("f(t) = t^2 | t; f(3*x)", 2, "differs",
     "f has a derivative rule of its own: it gives 6 where the slope of f is 12"),
    ("f(t) = t - 3 | 2; f(x)", 3, "differs",
     "f has a derivative rule of its own: it gives 2 where the slope of f is 1"),
    ("f(t) = log(softplus(t)) | -sigmoid(t)/softplus(t); f(x)", 0.6, "differs",
     "f has a derivative rule of its own: it gives -0.622327 where the slope of f is"
     " 0.622327"),
    ("f(t) = relu(t) | 2; f(x)", 0, "differs",
     "f has a derivative rule of its own: it gives 2 where the slope of f is 0"),
    ("f(t) = t^1.5 | 3; f(x)", 0, "differs",
     "f has a derivative rule of its own: it gives 3 where the slope of f is 0"),
    ("f(t) = floor(t) | 1; f(x)", 2, "differs",
     "f has a derivative rule of its own: it gives 1 where the slope of f is 0"),
    ("f(s, t) = s | 5, 0; f(x, 2)", 3, "differs",
     "f has a derivative rule of its own: it gives 5 where the slope of f is 1"),
    ("f(s, t) = s | 1, 5; f(2, x)", 3, "differs",
     "f has a derivative rule of its own: it gives 5 where the slope of f is 0"),
    ("f(s, t) = s | 1, 0; log(f(x, x)) - log(x)", 0.1, "ok", ""),
    ("f(t) = t^3 | 3*t^2; f(x)", 0.1, "ok", ""),
    ("f(t) = tanh(t) | 1 - out^2; f(x)", 170, "unsure",
     "rounding leaves few digits of the gradient"),
    ("2*x + stop_gradient(exp(-x^2))", -0.7, "differs",
     "stop_gradient(exp(-x^2)) is meant to pass no gradient;"
     " it hides 0.857677 of the slope"),
    ("x^2 + sin(x)", 5e6, "ok", ""),
    ("sin(x)^2 + cos(x)^2", 0.7, "ok", ""),
    ("x*6.62607015e-34", 3, "ok", ""),
    ("sin(1e200*x)", 0, "ok", ""),
    ("1 + x^4", 0, "ok", ""),
    ("x^0", 2, "ok", ""),
    ("exp(x)/exp(x)", 400, "ok", ""),
    ("where(x == 0.1 + 0.2, 5*x, x^2)", 0.1 + 0.2, "unsure",
     "rounding decides which way x == 0.1 + 0.2 goes"),
    ("floor(10*x)*x", 0.3, "unsure", "rounding decides which way floor(10*x) goes"),
    ("max(0.1 + 0.2, x)", 0.1 + 0.2, "unsure",
     "rounding decides which way max(0.1 + 0.2, x) goes"),
    ("cos(exp(2*x))", 350, "unsure", "rounding leaves few digits of cos(exp(2*x))"),
    ("log(round(exp(x)))", 215, "ok", ""),
    ("f(t) = round(t) | 0; log(f(exp(x)))", 215, "ok", ""),
    ("sqrt(1 - 10*x)", 0.1, "unsure",
     "rounding alone gives the formula a value here"),
    ("sqrt(6*x - 0.6)", 0.1, "unsure", "rounding leaves few digits of 6*x - 0.6"),
    ("where(x == 2, 5*x, x^2)", 2, "unsure", "the function jumps here"),
]  # fmt: skip


def checked(text, **values):
    return check(bind(text, values))


@pytest.mark.parametrize(
    ("text", "x", "verdict", "reason"), CASES, ids=[f"{c[0]} at {c[1]}" for c in CASES]
)
def test_verdicts(text, x, verdict, reason):
    (row,) = checked(text, x=float(x)).rows
    assert (row.verdict, row.reason) == (verdict, reason)


def test_a_slope_that_is_not_the_gradient_leaves_it_open_to_doubt():
    for text, x in ("3*relu(x) - abs(x)", 0.0), ("x - tanh(x)", 1e-6):
        assert not check(bind(text, {"x": x})).agrees
    for text, x in ("log(x)", -1.0), ("max(0.1 + 0.2, x)", 0.1 + 0.2):
        assert check(bind(text, {"x": x})).agrees


SLOPES = [
    ("abs(x)", -1, 1),
    ("relu(x)", 0, 1),
    ("leaky_relu(x)", 0.01, 1),
    ("sqrt(x)", NAN, INF),
    ("-abs(3*x)", 3, -3),
    ("xlogx(x)", NAN, -INF),
]


@pytest.mark.parametrize(
    ("text", "left", "right"), SLOPES, ids=[row[0] for row in SLOPES]
)
def test_the_slopes_on_both_sides(text, left, right):
    (row,) = checked(text, x=0.0).rows
    assert row.left == pytest.approx(left, nan_ok=True)
    assert row.right == pytest.approx(right, nan_ok=True)


@pytest.mark.parametrize(
    "operation",
    # The gradient of stop_gradient is not meant to be the slope.
    [operation for name, operation in OPERATIONS.items() if name != "stop_gradient"],
    ids=lambda o: o.name,
)
def test_every_operation_at_its_samples(operation):
    for point in operation.samples:
        names = [f"a{number}" for number in range(len(point))]
        values = dict(zip(names, point, strict=True))
        for row in checked(written_operation(operation, names), **values).rows:
            assert row.verdict != "differs", (values, row.variable)
            if row.verdict == "ok" and all(0.01 < abs(x) < 3 for x in point):
                assert row.error <= 1e-8, (values, row.variable)


RULES = [
    (operation, name)
    for operation in SMOOTH
    for name in operation.parameters
    if not operation.lists and operation.written == "call"
]


@pytest.mark.parametrize(
    ("operation", "name"), RULES, ids=[f"{o.name} {name}" for o, name in RULES]
)
def test_a_slightly_wrong_rule_is_found_out(operation, name):
    rules = [
        f"({rule})*(1 + 1e-6)" if parameter == name else rule
        for parameter, rule in zip(
            operation.parameters, operation.partials, strict=True
        )
    ]
    parameters = ", ".join(operation.parameters)
    arguments = ", ".join(f"{p}_" for p in operation.parameters)
    text = f"f({parameters}) = {operation.name}({parameters}) | {', '.join(rules)}"
    # Near a pole of the rule rounding would hide a millionth.
    points = [
        point
        for point in operation.samples
        if all(0.1 < abs(x) < 3 and abs(abs(x) - 1) > 0.01 for x in point)
    ]
    assert points
    for point in points[:4]:
        names = [f"{p}_" for p in operation.parameters]
        values = dict(zip(names, point, strict=True))
        verdicts = {
            row.variable: row.verdict
            for row in checked(f"{text}; f({arguments})", **values).rows
        }
        assert verdicts.pop(f"{name}_") == "differs", values
        assert "differs" not in verdicts.values()


numbers = st.floats(-3, 3, allow_subnormal=False) | st.sampled_from(
    [0.0, 1.0, -1.0, 1e-8, 1e5, 1e-300]
)


@settings(max_examples=200, deadline=None)
@given(graphs(SMOOTH, 12), st.lists(numbers, min_size=4, max_size=4))
def test_no_right_gradient_differs(graph, numbers):
    text = program_text(graph, {None: len(graph) - 1})
    used = bind(text, {}, complete=False).program.graph.variables
    assume(used)
    point = dict(zip(VARIABLES, numbers, strict=True))
    for row in checked(text, **{name: point[name] for name in used}).rows:
        # A NaN is no answer, right or wrong.
        assert row.verdict != "differs" or row.gradient != row.gradient


UNARY = [o for o in SMOOTH if len(o.parameters) == 1 and not o.lists]
MISTAKES = ["1.01*({})", "(1 + 1e-5)*({})", "-({})", "({}) + 1", "0", "({})^2"]


@st.composite
def formulas_with_a_rule(draw):
    """A function with its true rule, with a wrong one, and numbers to call it with."""
    graph = draw(graphs(SMOOTH, 8))
    *labels, last = program_text(graph, {None: len(graph) - 1}).splitlines()
    operation = draw(st.sampled_from(UNARY))
    (name,), (rule,) = operation.parameters, operation.partials
    function = (
        f"{operation.name}({name})" if operation.written == "call" else f"-{name}"
    )
    texts = [
        "; ".join([f"f({name}) = {function} | {each}", *labels, f"f({last})"])
        for each in (rule, draw(st.sampled_from(MISTAKES)).format(rule))
    ]
    used = bind(texts[0], {}, complete=False).program.graph.variables
    assume(used)
    return *texts, {name: draw(numbers) for name in used}


# The same examples on every run: beyond them lie sums that cancel altogether, where
# right and wrong are both rounding.
@settings(max_examples=300, deadline=None, derandomize=True)
@given(formulas_with_a_rule())
def test_no_wrong_gradient_passes(example):
    right_text, wrong_text, point = example
    rows = [checked(text, **point).rows for text in (right_text, wrong_text)]
    for right, wrong in zip(*rows, strict=True):
        assert right.verdict != "differs" or right.gradient != right.gradient
        far = 2e-6 * max(abs(right.gradient), abs(wrong.gradient))
        plainly = right.verdict == "ok" and right.difference != 0
        if plainly and abs(right.gradient - wrong.gradient) > far:
            assert not wrong.agrees


def test_a_long_list_is_checked_as_a_whole_and_its_faults_are_found():
    size = 400
    text = "f(t) = t^3 | 2*t^2; v @ v + sum(abs(v)) + f(v[37]) + logsumexp(v)"
    values = [0.25 + i / 100 for i in range(size)]
    values[81] = 0.0
    verdicts = {row.variable: row.verdict for row in checked(text, v=values).rows}
    assert verdicts.pop("v[37]") == "differs"
    assert verdicts.pop("v[81]") == "kink"
    assert set(verdicts.values()) == {"ok"}
    assert len(verdicts) == size - 2


def test_every_element_of_long_lists():
    rows = checked("softmax(v)", v=[i / 7 for i in range(20)]).rows
    assert {row.verdict for row in rows} == {"ok"}
    assert [row.difference for row in rows] == pytest.approx(
        [row.gradient for row in rows], rel=1e-12, abs=0
    )


def test_every_element_of_a_list_result_is_checked():
    rows = checked("softmax(v)", v=[1.0, 2.0]).rows
    assert [(row.element, row.variable, row.verdict) for row in rows] == [
        ("[0]", "v[0]", "ok"),
        ("[1]", "v[0]", "ok"),
        ("[0]", "v[1]", "ok"),
        ("[1]", "v[1]", "ok"),
    ]


def test_only_wanted_variables_are_checked():
    bound = bind("x*y", {"x": 2.0, "y": 3.0})
    assert [row.variable for row in check(bound, ["y"]).rows] == ["y"]


def test_what_the_result_does_not_depend_on_is_0():
    (row,) = check(bind("y = x^2; 3", {"x": 2.0})).rows
    assert (row.gradient, row.difference, row.verdict) == (0.0, 0.0, "ok")


def test_more_derivatives_than_can_be_checked_are_refused():
    v = [0.5] * 400
    with pytest.raises(GradcalcError, match="these are 160,000 partial derivatives"):
        checked("v * v", v=v)
    rows = checked("(v * v)[1]", v=v).rows
    assert [row.verdict for row in rows] == ["ok"] * len(v)
