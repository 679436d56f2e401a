"""vectorized: the numbers of the engine over arrays, special ones included."""

import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference.doubles import SPECIAL, special_points
from reference.graphs import graphs
from reference.programs import PROGRAMS

from gradcalc import GradcalcError, value_and_grad, vectorized
from gradcalc.engine.compiled import walked_gradient
from gradcalc.engine.vectorized import Kernel
from gradcalc.graph import Graph
from gradcalc.language.bindings import bind
from gradcalc.operations import OPERATIONS
from gradcalc.shapes import flatten

# What NumPy computes as C does, to the bit.
EXACT = {
    *("+", "-", "*", "/", "neg", "<", "<=", ">", ">=", "==", "!=", "where", "max"),
    *("min", "clip", "relu", "abs", "stop_gradient", "sign", "floor", "ceil", "round"),
    *("mod", "sqrt", "sum", "prod"),
}

CANCELLING = {"logsumexp", "bce_logits", "cross_entropy_logits"}


def ulps(found, expected):
    """How many doubles lie between the two; signs of zeros count, those of NaN not."""

    def ordered(numbers):
        bits = np.asarray(numbers, float).view(np.int64)
        return [int(b) if b >= 0 else -(int(b) & 0x7FFFFFFFFFFFFFFF) - 1 for b in bits]

    apart = []
    for a, b, x, y in zip(
        ordered(found), ordered(expected), found, expected, strict=True
    ):
        both_nan = math.isnan(x) and math.isnan(y)
        apart.append(0 if both_nan else abs(a - b))
    return apart


def operation_graph(operation, count):
    graph = Graph()
    nodes = tuple(graph.add_variable(f"x{k}") for k in range(count))
    return graph, list(nodes), graph.add(operation, nodes)


def counts(operation):
    if not operation.lists:
        return [len(operation.parameters)]
    return [len(operation.parameters) * count for count in (1, 2, 3, 5)]


ROWS = [
    pytest.param(operation, count, id=f"{operation.name}-{count}")
    for operation in OPERATIONS.values()
    for count in counts(operation)
]


@pytest.mark.parametrize(("operation", "count"), ROWS)
def test_every_operation_at_its_samples_and_special_points(operation, count):
    points = [p for p in operation.samples if len(p) == count] + special_points(count)
    rng = np.random.default_rng(len(operation.name))
    points += [tuple((rng.normal(size=count) * 2).tolist()) for _ in range(2_000)]
    graph, nodes, output = operation_graph(operation, count)
    columns = list(np.array(points).T)
    expected = [operation.evaluate(*map(float, point)) for point in points]
    (found,) = Kernel(graph, [output], nodes, [])(columns, len(points))
    most = 0 if operation.name in EXACT else 2
    apart = ulps(found, expected)
    if operation.name in CANCELLING:
        # A unit in the last place of the terms is many of their difference.
        sizes = np.maximum(np.abs(points).max(axis=1), 1.0)
        with np.errstate(invalid="ignore"):
            near = np.abs(found - np.array(expected)) <= 4 * np.spacing(sizes)
        apart = np.where(near, 0, apart).tolist()
    worst = max(range(len(points)), key=apart.__getitem__)
    assert apart[worst] <= most, (points[worst], found[worst], expected[worst])


def both(graph, outputs, nodes, points):
    columns = list(np.array(points, float).reshape(len(points), len(nodes)).T)
    found = Kernel(graph, outputs, nodes, nodes)(columns, len(points))
    walk = walked_gradient(graph, outputs, nodes, nodes)
    expected = []
    for point in points:
        values, rows = walk(*map(float, point))
        expected.append([*values, *(number for row in rows for number in row)])
    return found, list(np.array(expected, float).T)


def assert_alike(graph, outputs, nodes, points, most=0):
    found, expected = both(graph, outputs, nodes, points)
    for place, (a, b) in enumerate(zip(found, expected, strict=True)):
        for row, apart in enumerate(ulps(a, b)):
            sizes = [abs(x) for x in points[row] if math.isfinite(x)]
            near = abs(float(a[row]) - float(b[row])) <= most * math.ulp(
                max([1.0, *sizes])
            )
            assert near or apart <= most, (place, points[row], a[row], b[row])


@pytest.mark.parametrize(("operation", "count"), ROWS)
def test_derivatives_of_every_operation(operation, count):
    """A rule makes more of what NumPy's functions and C's differ by: 1 - out^2, six."""
    rng = np.random.default_rng(count)
    points = [tuple((rng.normal(size=count) * 1.5).tolist()) for _ in range(500)]
    graph, nodes, output = operation_graph(operation, count)
    most = 0 if operation.name in EXACT - {"mod", "prod"} else 6
    assert_alike(graph, [output], nodes, points, most)


NUMBERS = [0.0, -0.0, 1.0, -1.0, 2.0, 0.5, 1e-310, math.inf, -math.inf, math.nan]
GRID = [(x, y, z) for x in NUMBERS for y in NUMBERS for z in (1.0, -0.0, 3.0)]


@pytest.mark.parametrize("text", PROGRAMS)
def test_formulas_at_special_points(text):
    bound = bind(text, {}, complete=False)
    graph, outputs = bound.program.graph, flatten(bound.output)
    nodes = [node for s in graph.variables.values() for node in flatten(s)]
    points = list(dict.fromkeys(point[: len(nodes)] for point in GRID))
    assert_alike(graph, outputs, nodes, points, most=8)


TO_THE_BIT = tuple(OPERATIONS[name] for name in sorted(EXACT - {"mod"}))


@settings(deadline=None)
@given(graph=graphs(TO_THE_BIT, most_nodes=12), data=st.data())
def test_random_graphs_to_the_bit(graph, data):
    nodes = list(graph.variables.values())
    number = st.sampled_from(SPECIAL) | st.floats(width=64)
    point = st.tuples(*[number] * len(nodes))
    points = data.draw(st.lists(point, min_size=1, max_size=5))
    assert_alike(graph, [len(graph) - 1], nodes, points)


@settings(deadline=None)
@given(graph=graphs(most_nodes=12), data=st.data())
def test_random_graphs_of_all_operations(graph, data):
    # A unit in the last place may grow without bounds, and decide what is selected; but
    # every graph compiles, and what is shared by all rows gives the same numbers.
    nodes = list(graph.variables.values())
    points = data.draw(st.lists(st.tuples(*[st.floats()] * 4), min_size=2, max_size=4))
    columns = list(np.array(points).T)
    places = range(4)
    shared = frozenset(data.draw(st.lists(st.sampled_from(places))))
    for place in shared:
        columns[place] = np.full(len(points), columns[place][0])
    output = len(graph) - 1
    whole = Kernel(graph, [output], nodes, nodes)(columns, len(points))
    given = [c[:1] if k in shared else c for k, c in enumerate(columns)]
    one = Kernel(graph, [output], nodes, nodes, shared=shared)(given, len(points))
    for a, b in zip(whole, one, strict=True):
        np.testing.assert_array_equal(a, b)


# --- arguments and results

NEURON = "tanh(x*w + b)"


def neuron(x, w, b):
    function = value_and_grad(NEURON, ["x", "w", "b"])
    return function(float(x), float(w), float(b))


@pytest.mark.parametrize(
    ("x", "w", "b"),
    [
        (np.linspace(-2, 2, 7), 0.5, 1),
        (np.linspace(-2, 2, 7, dtype=np.float32), np.float32(0.1), 1),
        (np.arange(-3, 4), np.arange(7, dtype=np.uint8), True),
        (np.linspace(-2, 2, 3)[:, None], np.linspace(0, 1, 4), -0.25),
        (np.linspace(-2, 2, 24).reshape(2, 3, 4).T, 2, np.ones(2)),
        (np.linspace(-2, 2, 9)[::-2], np.linspace(0, 1, 5), 0),
        (np.zeros((0, 3)), 1, np.ones(3)),
        (np.array(0.5), 2.0, np.array([1.0])),
        (1, 2, 3),
        (np.float64(0.5), np.array([[2.0]]), 1),
    ],
    ids=lambda value: str(np.shape(value)),
)
def test_arguments_broadcast(x, w, b):
    value, gradient = vectorized(NEURON, ["x", "w", "b"])(x, w, b)
    shape = np.broadcast_shapes(np.shape(x), np.shape(w), np.shape(b))
    columns = [np.broadcast_to(a, shape).ravel() for a in (x, w, b)]
    rows = [neuron(*row) for row in zip(*columns, strict=True)]
    for found, expected in zip(
        [value, *gradient], zip(*[(v, *g) for v, g in rows], strict=True), strict=False
    ):
        assert np.shape(found) == shape
        assert np.asarray(found).dtype == float
        assert max(ulps(np.ravel(found), expected)) <= 4
    assert [np.shape(part) for part in (value, *gradient)] == [shape] * 4


@pytest.mark.parametrize(
    ("text", "x", "value", "slope"),
    [
        ("x", [1.0, 2.0], [1.0, 2.0], [1.0, 1.0]),
        ("3*x", [1.0, 2.0], [3.0, 6.0], [3.0, 3.0]),
        ("0*x + 2", [1.0, 2.0], [2.0, 2.0], [0.0, 0.0]),
        ("pi + 0*x", [1.0], [math.pi], [0.0]),
        ("where(x > 0, sqrt(x), 0)", [-1.0, 0.0, 4.0], [0.0, 0.0, 2.0], [0, 0, 0.25]),
        ("max(x, 1)", [1.0, 2.0, math.nan], [1.0, 2.0, math.nan], [0.5, 1, math.nan]),
        ("a = 3; a*x", [1.0, 2.0], [3.0, 6.0], [3.0, 3.0]),
        # An exponential leaves the range of doubles on the way back.
        ("1/exp(x)", [400.0, 1.0], None, None),
        ("exp(-x^2)*exp(x^2)", [27.0, 1.0], None, None),
    ],
)
def test_values_and_slopes(text, x, value, slope):
    found, (slopes,) = vectorized(text, ["x"])(np.array(x))
    rows = [value_and_grad(text, ["x"])(each) for each in x]
    np.testing.assert_allclose(found, [v for v, _ in rows] if value is None else value)
    slope = [g for _, (g,) in rows] if slope is None else slope
    np.testing.assert_allclose(slopes, slope, rtol=1e-14)


def test_no_variables():
    assert vectorized("2*3", [])() == (6.0, ())


def test_lists():
    v, w = np.arange(12.0).reshape(4, 3), np.linspace(-1, 1, 4)
    f = vectorized("[sum(v)*w, v[0]]", ["v", "w"])
    values, (dv, dw) = f(list(v.T), w)
    single = value_and_grad("[sum(v)*w, v[0]]", ["v", "w"])
    for row in range(4):
        expected = single(v[row].tolist(), w[row])
        at_row = [each[row] for each in values]
        assert at_row == expected[0]
        assert [[each[row] for each in part] for part in dv] == expected[1][0]
        assert [part[row] for part in dw] == expected[1][1]
    (value, (dm, _)) = vectorized("sum(m@v)", ["m", "v"])([[1, w], [3, 4]], (5, 6))
    assert value.tolist() == (44 + 6 * w).tolist()
    assert dm[0][1].tolist() == [6.0] * 4


def test_names_and_arguments_by_name():
    f = vectorized("lambda*θ - in", ["in", "lambda", "θ"])
    value, gradient = f(1.0, **{"θ": np.array([2.0]), "lambda": 3.0})
    assert (value.tolist(), [g.tolist() for g in gradient]) == (
        [5.0],
        [[-1.0], [2.0], [3.0]],
    )
    assert "lambda" in repr(f)


def test_what_is_missing_is_nan():
    f = vectorized("x*w", ["x", "w"])
    value, (dx, dw) = f(np.ma.array([1.0, 2.0], mask=[True, False]), 3.0)
    np.testing.assert_array_equal(value, [math.nan, 6.0])
    np.testing.assert_array_equal(dx, [3.0, 3.0])
    np.testing.assert_array_equal(dw, [math.nan, 2.0])


ERRORS = [
    ((np.zeros(3), np.zeros(4)),
     "the arrays have shapes that do not broadcast: x has (3,) and w has (4,)"),
    ((np.zeros(3),), "the function takes 2 arguments (x, w), but 1 is given"),
    (("1", 2), "the value of x is not a number: '1'"),
    ((None, 2), "the function takes 2 arguments (x, w), but 1 is given"),
    ((1j, 2), "the value of x is an array of complex128, not of numbers"),
    ((np.array(["a"]), 2), "the value of x is an array of <U1, not of numbers"),
    ((np.array(["2020-01-01"], "M8[D]"), 2),
     "the value of x is an array of datetime64[D], not of numbers"),
    ((np.array([1.0, None]), 2), "the value of x is not a number: None"),
    (([], 2), "the value of x is an empty list"),
    (([1, [2]], 2), "the value of x is ragged: its rows have different lengths"),
    ((object(), 2), None),
    (({}, 2), "the value of x is an object, not a number or list"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "message"), ERRORS, ids=range(len(ERRORS)))
def test_wrong_arguments(arguments, message):
    with pytest.raises(GradcalcError) as caught:
        vectorized("x*w", ["x", "w"])(*arguments)
    assert message is None or caught.value.message == message


@pytest.mark.parametrize(
    ("text", "names"), [("x*", ["x"]), ("x*w", ["x"]), ("x", ["x", "y"]), ("f(x)", "x")]
)
def test_wrong_formulas_are_the_errors_of_value_and_grad(text, names):
    errors = []
    for make in (vectorized, value_and_grad):
        with pytest.raises(GradcalcError) as caught:
            make(text, names)
        errors.append(caught.value)
    assert errors[0] == errors[1]


def test_many_rows_are_those_of_their_parts():
    rng = np.random.default_rng(3)
    x, w = rng.normal(size=(2, 200_003)) * 3
    f = vectorized("where(x > 1, log(x), sigmoid(x*w))*max(x, w)", ["x", "w"])
    value, gradient = f(x, w)
    for start in (0, 16_380, 150_000, 199_990):
        part = slice(start, start + 13)
        some, slopes = f(x[part], w[part])
        np.testing.assert_array_equal(value[part], some)
        for a, b in zip(gradient, slopes, strict=True):
            np.testing.assert_array_equal(a[part], b)


def test_without_numpy(monkeypatch):
    monkeypatch.setitem(sys.modules, "numpy", None)
    with pytest.raises(GradcalcError) as caught:
        vectorized("x^2", ["x"])
    assert caught.value.message == (
        "functions of arrays need numpy: pip install 'gradcalc[data]'"
    )


# --- the source

ALONE = """
import sys
sys.modules["gradcalc"] = None
import warnings
warnings.simplefilter("error")
import numpy as np
namespace = {}
exec(sys.stdin.read(), namespace)
x = np.array([-1.0, 0.0, 0.3, 2.0])
print(namespace["value_and_gradient"](*[x + k for k in range(int(sys.argv[1]))]))
"""


@pytest.mark.parametrize(("operation", "count"), ROWS)
def test_the_source_needs_numpy_alone(operation, count):
    names = [f"x{k}" for k in range(count)]
    given = ", ".join(names)
    if operation.lists and len(operation.parameters) > 1:
        given = (
            f"[{', '.join(names[: count // 2])}], [{', '.join(names[count // 2 :])}]"
        )
    text = {
        "infix": f" {operation.name} ".join(names),
        "prefix": "-x0",
        "call": f"{operation.name}({given})",
    }[operation.written]
    f = vectorized(text, names)
    x = np.array([-1.0, 0.0, 0.3, 2.0])
    expected = f(*[x + k for k in range(count)])
    namespace = {}
    exec(f.source, namespace)
    assert "gradcalc" not in {getattr(v, "__name__", "") for v in namespace.values()}
    found = namespace["value_and_gradient"](*[x + k for k in range(count)])
    np.testing.assert_array_equal(np.array(found[0]), np.array(expected[0]))
    np.testing.assert_array_equal(np.array(found[1]), np.array(expected[1]))


@pytest.mark.parametrize("text", [NEURON, "hypot(x, w, b) + erf(w)*b", "[x, x*w*b]"])
def test_the_source_in_a_python_without_gradcalc(text):
    f = vectorized(text, ["x", "w", "b"])
    done = subprocess.run(
        [sys.executable, "-I", "-c", ALONE, "3"],
        input=f.source, capture_output=True, text=True, check=True,
    )  # fmt: skip
    x = np.array([-1.0, 0.0, 0.3, 2.0])
    assert done.stdout == f"{f(x, x + 1, x + 2)}\n"


def test_the_source_of_lists():
    f = vectorized("v[0]*v[1] + m[1][0]", ["v", "m"])
    with pytest.raises(GradcalcError):
        f.source  # noqa: B018
    arguments = [np.arange(3.0), 2.0], [[1, 2], [np.ones(3), 4]]
    expected = f(*arguments)
    namespace = {}
    exec(f.source, namespace)
    assert str(namespace["value_and_gradient"](*arguments)) == str(expected)


def test_a_huge_formula():
    count = 400
    text = " + ".join(f"tanh(x*w{k % 7} + {k})" for k in range(count))
    names = ["x", *(f"w{k}" for k in range(7))]
    x = np.linspace(-1, 1, 5)
    value, gradient = vectorized(text, names)(x, *range(7))
    single = value_and_grad(text, names)
    for row in range(5):
        expected, slopes = single(float(x[row]), *map(float, range(7)))
        assert value[row] == pytest.approx(expected, rel=1e-12)
        assert [g[row] for g in gradient] == pytest.approx(slopes, rel=1e-9)
