"""Second derivatives at a point, against mpmath and against formulas of them."""

import math
from itertools import combinations_with_replacement

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf
from reference.arithmetic import REFERENCE
from reference.graphs import ALL, VARIABLES, graphs
from reference.ruled import modestly, points, ruled_programs

from gradcalc.engine.evaluation import evaluate
from gradcalc.engine.hessian import hessian
from gradcalc.engine.passes import gradients, passes
from gradcalc.errors import FormulaError, ShapeError, UsageError
from gradcalc.graph import Graph
from gradcalc.language.bindings import bind
from gradcalc.language.contributions import append_gradient
from gradcalc.operations import OPERATIONS

SAMPLES = [
    pytest.param(operation, point, id=f"{name}{point}")
    for name, operation in OPERATIONS.items()
    for point in operation.samples
]


def second(operation, point):
    """The second derivatives of an operation for all its operands."""
    graph = Graph()
    operands = [graph.add_variable(f"x{place}") for place in range(len(point))]
    output = graph.add(operation, tuple(operands))
    given = dict(zip(operands, point, strict=True))
    return hessian(passes(graph, given, [output], operands), operands).rows


@pytest.mark.parametrize(("operation", "point"), SAMPLES)
def test_rows_have_the_second_derivatives_of_mpmath(operation, point):
    rows = second(operation, point)
    partials = REFERENCE[operation.name][1]
    with mp.workdps(700):
        exact = tuple(map(mpf, point))
        for j, at in enumerate(exact):
            step = min(abs(at) or mpf(1), mpf(1)) * mpf(2) ** -200
            ahead, behind = (
                partials(*exact[:j], at + s, *exact[j + 1 :]) for s in (step, -step)
            )
            sizes = [abs(x) for row in rows for x in row if math.isfinite(x)]
            # What terms of other entries leave by rounding, and the step squared.
            least = max(1e-16 * max(sizes, default=0.0), 1e-100)
            for i in range(len(point)):
                if ahead[i] is None or behind[i] is None:
                    assert rows[i][j] == 0
                elif mp.isfinite(want := (ahead[i] - behind[i]) / (2 * step)):
                    want = pytest.approx(float(want), rel=1e-13, abs=least)
                    assert rows[i][j] == want, (i, j)


@pytest.mark.parametrize("name", ["asin", "acos", "atanh", "sigmoid", "tanh", "sin"])
@pytest.mark.parametrize("x", [1e-3, 1e-9, -1e-17, 1e-200])
def test_what_is_nearly_flat_keeps_its_digits(name, x):
    # Each is x times its third derivative at 0, but for x^3.
    third = {
        "asin": 1,
        "acos": -1,
        "atanh": 2,
        "sigmoid": -0.125,
        "tanh": -2,
        "sin": -1,
    }
    assert second(OPERATIONS[name], (x,)) == [
        [pytest.approx(third[name] * x, rel=1e-5)]
    ]


def _logsumexp(*v):
    return mp.log(mp.fsum(mp.exp(x) for x in v))


def _sigmoid(x):
    return 1 / (1 + mp.exp(-x))


FORMULAS = {
    "x^2*y*z": lambda x, y, z: x**2 * y * z,
    "exp(x*y)/z": lambda x, y, z: mp.exp(x * y) / z,
    "tanh(x*y + z)": lambda x, y, z: mp.tanh(x * y + z),
    "s = sigmoid(x); s*sigmoid(y*z)*s": lambda x, y, z: (
        _sigmoid(x) ** 2 * _sigmoid(y * z)
    ),
    "x^y*z": lambda x, y, z: x**y * z,
    "logsumexp(x, y, z, x*y)": lambda x, y, z: _logsumexp(x, y, z, x * y),
    "softmax([x, y, z])[1]": lambda x, y, z: mp.exp(y - _logsumexp(x, y, z)),
    "prod(x, y, z, x*z)": lambda x, y, z: x**2 * y * z**2,
    "hypot(x, y, z, 1)*x": lambda x, y, z: mp.sqrt(x * x + y * y + z * z + 1) * x,
    "atan2(x, y*z)": lambda x, y, z: mp.atan2(x, y * z),
    "asin(x/4)*acos(y/4) + atanh(z/4)": lambda x, y, z: (
        mp.asin(x / 4) * mp.acos(y / 4) + mp.atanh(z / 4)
    ),
    "acosh(x + 1.5)*asinh(y*z)": lambda x, y, z: mp.acosh(x + 1.5) * mp.asinh(y * z),
    "gelu(x*y) + silu(z)": lambda x, y, z: (
        x * y * (1 + mp.erf(x * y / mp.sqrt(2))) / 2 + z * _sigmoid(z)
    ),
    "variance([x, y, z*x])": lambda x, y, z: (
        (x * x + y * y + (z * x) ** 2) / 3 - ((x + y + z * x) / 3) ** 2
    ),
    "x^x*log1p(y)*cbrt(z)": lambda x, y, z: x**x * mp.log1p(y) * mp.cbrt(z),
}


@pytest.mark.parametrize("text", FORMULAS)
@pytest.mark.parametrize("point", [(0.3, 1.1, 2.3), (1.9, 0.4, 0.7)])
def test_formulas_have_the_second_derivatives_of_mpmath(text, point):
    found = evaluate(text, dict(zip("xyz", point, strict=True))).hessian
    with mp.workdps(60):
        exact = tuple(map(mpf, point))
        for pair in combinations_with_replacement("xyz", 2):
            a, b = pair
            orders = tuple(map(pair.count, "xyz"))
            want = float(mp.diff(FORMULAS[text], exact, orders))
            assert found[a][b] == found[b][a]
            assert found[a][b] == pytest.approx(want, rel=1e-12, abs=1e-12)


def by_formulas(graph, output, wanted, given):
    """The same by differentiating the gradient's nodes again."""
    copy = graph.copy()
    active = copy.dependents(wanted)
    first = append_gradient(copy, output, wanted, active, exact=True)
    values = copy.forward(given)
    active = copy.dependents(wanted)
    rows = [gradients(copy, values, node, active) for node in first]
    return [
        [0.0 if len(row) <= n or row[n] is None else row[n] for n in wanted]
        for row in rows
    ]


SMOOTH = [row for row in ALL if row.name not in ("^", "mod", "stop_gradient")]


@settings(max_examples=200, deadline=None)
@given(graphs(SMOOTH, 12), st.lists(st.floats(-2, 2), min_size=4, max_size=4))
def test_it_is_what_the_gradient_differentiated_again_is(graph, numbers):
    wanted = [graph.variables[name] for name in VARIABLES]
    given = dict(zip(wanted, numbers, strict=True))
    output = len(graph) - 1
    found = hessian(passes(graph, given, [output], wanted), wanted)
    rows = found.rows
    want = by_formulas(graph, output, wanted, given)
    flat = [abs(x) for row in want for x in row]
    if not all(x < 1e100 and (x > 1e-100 or x == 0) for x in flat):
        return
    for i, row in enumerate(rows):
        assert row == [other[i] for other in rows], "symmetric to the bit"
        for got, other in zip(row, want[i], strict=True):
            if math.isfinite(got):
                assert got == pytest.approx(other, rel=1e-6, abs=1e-6 * (1 + max(flat)))


@modestly
@given(ruled_programs(), points)
def test_functions_with_rules_are_differentiated_by_their_rules(programs, point):
    bound = bind(programs.true, {}, defaults=point)
    graph, output = bound.program.graph, bound.output
    wanted = list(bound.given)
    found = hessian(passes(graph, bound.given, [output], wanted), wanted).rows
    want = by_formulas(graph, output, wanted, bound.given)
    scale = max((abs(x) for row in want for x in row), default=0.0)
    assume(scale < 1e100 and all(x == x for row in want for x in row))
    for i, row in enumerate(found):
        for j, got in enumerate(row):
            if j >= i and math.isfinite(got):
                assert got == pytest.approx(want[i][j], rel=1e-6, abs=1e-6 * scale)


def test_lists_and_matrices_are_nested():
    found = evaluate(
        "v @ (m @ v) + x*v[1]", {"v": [1, 2], "m": [[3, 4], [5, 6]], "x": 7}
    )
    assert found.hessian["v"] == {
        "v": [[6, 9], [9, 12]],
        "m": [[[2, 2], [2, 0]], [[0, 1], [1, 4]]],
        "x": [0, 1],
    }
    assert found.hessian["m"]["v"] == [[[2, 0], [2, 1]], [[2, 1], [0, 4]]]
    assert found.hessian["x"] == {"v": [0, 1], "m": [[0, 0], [0, 0]], "x": 0}


def test_it_is_for_what_is_wanted():
    text, values = "n = x*w; h = [n, 2*w]; tanh(n)*h[1]^2", {"x": 0.3, "w": 2}
    assert list(evaluate(text, values, wrt=["x"]).hessian) == ["x"]
    found = evaluate(text, values, wrt=["n"]).hessian
    t = math.tanh(0.6)
    assert found == {"n": {"n": pytest.approx(-32 * t * (1 - t * t))}}
    assert evaluate(text, values, wrt=["h[1]"]).hessian["h[1]"]["h[1]"] == (
        pytest.approx(2 * t)
    )
    assert evaluate("x^2; 3", {"x": 1}).hessian == {"x": {"x": 0}}
    assert evaluate("2 + 3", {}).hessian == {}


@pytest.mark.parametrize(
    ("text", "values", "wrt", "error"),
    [
        ("[x, x]", {"x": 1}, None, ShapeError),
        ("n = x^2; n", {"x": 1}, ["n", "x"], UsageError),
        ("h = [x, x]; h[0]", {"x": 1}, ["h", "h[0]"], UsageError),
        ("sum(v)", {"v": [1.0] * 1_001}, None, FormulaError),
    ],
)
def test_there_is_none(text, values, wrt, error):
    evaluation = evaluate(text, values, wrt=wrt)
    with pytest.raises(error):
        evaluation.hessian  # noqa: B018


@pytest.mark.parametrize(
    ("text", "x", "want"),
    [
        ("1/exp(x)", 400.0, math.exp(-400)),
        ("log(exp(exp(x)))", 5.0, math.exp(5)),
        ("(1e-200*x)^2*1e300", 3.0, 2e-100),
        ("sqrt(x*1e-300)*1e200", 4.0, -1e50 / 32),
        ("atan(x)", 1e100, -2e-300),
    ],
)
def test_what_leaves_the_doubles_on_its_way_is_mended(text, x, want):
    assert evaluate(text, {"x": x}).hessian["x"]["x"] == pytest.approx(want, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "x", "want", "note"),
    [
        ("sqrt(x)", 0.0, -math.inf, "in sqrt(x), where x is 0, the second derivative"),
        ("3*log(x)", -1.0, math.nan, "in log(x), where x is -1, the second derivative"),
        ("softsign(x)", 0.0, 0.0, "softsign(x): its second derivative jumps"),
        ("x^3*1e308", 2.0, math.inf, "in x^3, where x is 2, the second derivative"),
        ("x^2*8e307*2", 0.1, math.inf, "in x^2, where x is 0.1, the second derivative"),
        (
            "8e307*x^2 + 8e307*x^2",
            0.1,
            math.inf,
            "the second derivative for x and x is",
        ),
        ("x^2", 2.0, 2.0, None),
    ],
)
def test_what_the_reader_should_know(text, x, want, note):
    evaluation = evaluate(text, {"x": x})
    got = evaluation.hessian["x"]["x"]
    assert got == want or (math.isnan(got) and math.isnan(want))
    notes = [each.message for each in evaluation.curvature_notes]
    if note is None:
        assert notes == []
    else:
        assert notes[0].startswith(note)


@pytest.mark.parametrize("x", [0.0, -1.0])
def test_what_is_not_selected_bends_nothing(x):
    assert evaluate("where(x > 0, sqrt(x), x^2)", {"x": x}).hessian["x"]["x"] == 2
    assert evaluate("relu(x)*3", {"x": x}).hessian["x"]["x"] == 0


def test_long_lists_are_taken_apart():
    point = [1 + place / 1000 for place in range(50)]
    found = evaluate("logsumexp(v)", {"v": point}).hessian["v"]["v"]
    shares = [math.exp(x) / math.fsum(map(math.exp, point)) for x in point]
    for i, row in enumerate(found):
        for j, got in enumerate(row):
            want = shares[i] * ((i == j) - shares[j])
            assert got == pytest.approx(want, rel=1e-12)
