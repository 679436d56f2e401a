"""Lists and matrices: element by element, products, reductions, list results."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradcalc.engine.evaluation import evaluate
from gradcalc.errors import FormulaError
from gradcalc.graph import Graph
from gradcalc.language.names import read_program
from gradcalc.language.program import build
from gradcalc.operations import OPERATIONS

modestly = settings(max_examples=80, deadline=None, derandomize=True)

V, W = [1.0, 2.0, 3.0], [4.0, -5.0, 6.0]
A, B = [[1.0, 2.0], [3.0, 4.0]], [[5.0, 6.0, 7.0], [8.0, 9.0, 10.0]]
GIVEN = {"v": V, "w": W, "A": A, "B": B, "x": 2.0}

VALUES = [
    ("[1, 2, 3]", [1, 2, 3]),
    ("[[1, 2], [3, 4]]", [[1, 2], [3, 4]]),
    ("[v, w]", [V, W]),
    ("[x]", [2]),
    ("v", V),
    ("A", A),
    ("v + w", [5, -3, 9]),
    ("v - w", [-3, 7, -3]),
    ("v*w", [4, -10, 18]),
    ("v/2", [0.5, 1, 1.5]),
    ("2/v", [2, 1, 2 / 3]),
    ("v^2", [1, 4, 9]),
    ("2^v", [2, 4, 8]),
    ("-v", [-1, -2, -3]),
    ("+v", V),
    ("x*v + 1", [3, 5, 7]),
    ("A*10", [[10, 20], [30, 40]]),
    ("A + A", [[2, 4], [6, 8]]),
    ("v > 1", [0, 1, 1]),
    ("v == w", [0, 0, 0]),
    ("where(v > 1, v, -1)", [-1, 2, 3]),
    ("clip(w, 0, 5)", [4, 0, 5]),
    ("clip(w, 0, v)", [1, 0, 3]),
    ("abs(w)", [4, 5, 6]),
    ("exp(0*v)", [1, 1, 1]),
    ("max(v, 2)", [2, 2, 3]),
    ("max(v, w)", [4, 2, 6]),
    ("min(v, w, 0)", [0, -5, 0]),
    ("sum(v)", 6),
    ("sum(A)", 10),
    ("sum(1, 2, x)", 5),
    ("sum(x)", 2),
    ("prod(v)", 6),
    ("max(w)", 6),
    ("min(w)", -5),
    ("mean(v)", 2),
    ("variance(v)", 2 / 3),
    ("norm([3, 4])", 5),
    ("length(v)", 3),
    ("length(A)", 4),
    ("v @ w", 12),
    ("dot(v, w)", 12),
    ("A @ [1, 10]", [21, 43]),
    ("[1, 10] @ A", [31, 42]),
    ("A @ A", [[7, 10], [15, 22]]),
    ("A @ B", [[21, 24, 27], [47, 54, 61]]),
    ("[1, 1] @ B @ v", 16 * 1 - 3 + 2 * 15 + 3 * 17),
    ("2 @ 3", 6),
    ("transpose(B)", [[5, 8], [6, 9], [7, 10]]),
    ("transpose(transpose(B))", B),
    ("v[0]", 1),
    ("v[-1]", 3),
    ("v[length(v) - 1]", 3),
    ("A[1]", [3, 4]),
    ("A[1][0]", 3),
    ("A[-1][-1]", 4),
    ("(v + w)[1]", -3),
    ("(A @ B)[1][2]", 61),
    ("[v[2], v[1], v[0]]", [3, 2, 1]),
    ("[A[0], A[1]]", A),
    ("a = v*2; a[0] + a[1]", 6),
    ("softmax([0, 0])", [0.5, 0.5]),
    ("sum(softmax(A))", 1),
    ("linear(v, [w, w], [1, 2])", [13, 14]),
    ("[[x]] @ [[3]]", [[6]]),
    ("[x] @ [3]", 6),
    ("[[1], [2]] @ [[3, 4]]", [[3, 4], [6, 8]]),
]


@pytest.mark.parametrize(("formula", "value"), VALUES)
def test_value(formula, value):
    result = evaluate(formula, {}, defaults=GIVEN)
    assert result.value == _near(value)


def _near(value):
    if isinstance(value, list) and isinstance(value[0], list):
        return [pytest.approx(row) for row in value]
    return pytest.approx(value)


GRADIENTS = [
    ("sum(v)", {"v": [1, 1, 1]}),
    ("sum(v^2)", {"v": [2, 4, 6]}),
    ("v @ w", {"v": W, "w": V}),
    ("prod(v)", {"v": [6, 3, 2]}),
    ("max(v)", {"v": [0, 0, 1]}),
    ("v[1]*v[2]", {"v": [0, 3, 2]}),
    ("x*sum(v)", {"x": 6, "v": [2, 2, 2]}),
    ("mean(v)", {"v": [1 / 3, 1 / 3, 1 / 3]}),
    ("norm(v)", {"v": [y / math.sqrt(14) for y in V]}),
    ("sum(A @ [1, 10])", {"A": [[1, 10], [1, 10]]}),
    ("sum(A)^2", {"A": [[20, 20], [20, 20]]}),
    ("A[1][0]^2", {"A": [[0, 0], [6, 0]]}),
    ("sum(transpose(B)[0])", {"B": [[1, 0, 0], [1, 0, 0]]}),
    ("[1, 2] @ B @ v", {"B": [[1, 2, 3], [2, 4, 6]], "v": [21, 24, 27]}),
    ("sum(where(v > 1, v*w, 0))", {"v": [0, -5, 6], "w": [0, 2, 3]}),
    ("length(v)*x", {"x": 3, "v": [0, 0, 0]}),
    ("sum(x*v)", {"x": 6, "v": [2, 2, 2]}),
]


@pytest.mark.parametrize(("formula", "gradient"), GRADIENTS)
def test_gradient_has_the_shape_of_the_variable(formula, gradient):
    result = evaluate(formula, {}, defaults=GIVEN)
    assert list(result.gradient) == list(result.variables)
    assert set(result.gradient) == set(gradient)
    for name, want in gradient.items():
        assert result.gradient[name] == _near(want)


def test_list_result_has_a_jacobian():
    result = evaluate("[x*y, x + y, y^2]", {"x": 2, "y": 3})
    assert result.value == [6, 5, 9]
    assert result.gradient is None
    assert result.jacobian == {"x": [3, 1, 0], "y": [2, 1, 6]}
    assert result.nodes[0].gradient == [3, 1, 0]


def test_jacobian_of_lists_and_matrices():
    result = evaluate("A @ v", {"A": A, "v": [5, 6]})
    assert result.value == [17, 39]
    assert result.jacobian["v"] == A
    assert result.jacobian["A"] == [[[5, 6], [0, 0]], [[0, 0], [5, 6]]]
    result = evaluate("x*A", {"x": 2, "A": A})
    assert result.jacobian["x"] == A
    assert result.jacobian["A"][1][0] == [[0, 0], [2, 0]]


def test_one_element_of_a_list_result_is_a_number():
    result = evaluate("y = [x^2, x^3]; y[1]", {"x": 2})
    assert result.value == 8
    assert result.gradient == {"x": 12}
    assert evaluate("y = [x^2, x^3]", {"x": 2}, output="y[1]").gradient == {"x": 12}


def test_elements_have_names_and_expressions():
    result = evaluate("s = v*2\nsum(s)", {"v": [1, 2]})
    assert [(node.label, node.expression) for node in result.nodes] == [
        ("v[0]", "v[0]"),
        ("v[1]", "v[1]"),
        (None, "2"),
        ("s[0]", "(v*2)[0]"),
        ("s[1]", "(v*2)[1]"),
        (None, "sum(s)"),
    ]


numbers = st.integers(-1000, 1000).map(lambda k: k / 100)


@modestly
@given(st.lists(numbers, min_size=1, max_size=20))
def test_sum_is_adding_by_hand(v):
    short = evaluate("sum(v)", {"v": v})
    typed = "+".join(f"v[{i}]" for i in range(len(v)))
    by_hand = evaluate(typed, {"v": v})
    assert short.value == by_hand.value
    assert short.gradient == by_hand.gradient == {"v": [1.0] * len(v)}


@modestly
@given(st.lists(numbers, min_size=1, max_size=12))
def test_prod_is_multiplying_by_hand(v):
    short = evaluate("prod(v)", {"v": v})
    by_hand = evaluate("*".join(f"v[{i}]" for i in range(len(v))), {"v": v})
    assert short.value == by_hand.value
    assert short.gradient["v"] == pytest.approx(by_hand.gradient["v"], rel=1e-13)


def _matrices(rows, columns):
    row = st.lists(numbers, min_size=columns, max_size=columns)
    return st.lists(row, min_size=rows, max_size=rows)


@modestly
@given(st.data(), st.integers(1, 4), st.integers(1, 4), st.integers(1, 4))
def test_products_of_matrices_are_associative(data, rows, middle, columns):
    point = {
        "A": data.draw(_matrices(rows, middle)),
        "B": data.draw(_matrices(middle, columns)),
        "v": data.draw(_matrices(1, columns))[0],
    }
    left = evaluate("sum((A @ B) @ v)", point)
    right = evaluate("sum(A @ (B @ v))", point)
    assert left.value == pytest.approx(right.value, rel=1e-12, abs=1e-9)
    for name in point:
        pairs = zip(left.gradient[name], right.gradient[name], strict=True)
        for one, other in pairs:
            assert one == pytest.approx(other, rel=1e-12, abs=1e-9)
    assert evaluate("A @ B @ v", point).value == evaluate("(A @ B) @ v", point).value


@modestly
@given(st.data(), st.integers(1, 4), st.integers(1, 4))
def test_transpose_of_a_product(data, rows, columns):
    point = {
        "A": data.draw(_matrices(rows, columns)),
        "B": data.draw(_matrices(columns, rows)),
    }
    left = evaluate("transpose(A @ B)", point).value
    right = evaluate("transpose(B) @ transpose(A)", point).value
    for one, other in zip(left, right, strict=True):
        assert one == pytest.approx(other, rel=1e-12, abs=1e-9)


@modestly
@given(st.lists(numbers, min_size=1, max_size=8), numbers)
def test_a_number_is_stretched_over_a_list(v, x):
    result = evaluate("v*x + x", {"v": v, "x": x})
    assert result.value == [y * x + x for y in v]
    assert result.jacobian["x"] == [y + 1 for y in v]


# A list v of this length, and m of as many references to it as are not too many.
LENGTH = 50_500
ROWS = f"m = [{', '.join(['v'] * 99)}]; "
TOO_LARGE = {
    "outer product": ("", "transpose([v]) @ [v]", "@"),
    "rows": ("", f"[{', '.join(['v'] * 101)}]", "["),
    "operator": (ROWS, "m*2", "*"),
    "power": (ROWS, "2^m", "^"),
    "function": (ROWS, "exp(m)", "exp"),
    "stretched": (ROWS, "where(m[0][0], m, 0)", "where"),
    "matrix times list": (ROWS, "m @ v", "@"),
    "list times matrix": (ROWS, "v @ transpose(m)", "@"),
    "others": (ROWS, "others(m)", "others"),
    "library": (ROWS, "variance(m)", "variance"),
    "inside a function": (ROWS + "f(a) = a*2; ", "f(m)", None),
    "operands": (ROWS, "sum(m) + " * 3 + "max(m)", "max"),
    "nested calls": (ROWS + "f(a) = a; ", "f(f(f(f(f(m)))))", None),
    "own rules": ("f(a) = a[0] | 1; ", " + ".join(["f(v)"] * 400), None),
    "labels": (ROWS, "; ".join(f"n{k} = m" for k in range(5)), "n3"),
    "variable": ("", "v[0] + W[0]", "W"),
}


@pytest.mark.parametrize(("before", "text", "place"), TOO_LARGE.values(), ids=TOO_LARGE)
def test_what_would_be_too_large_is_refused_before_it_grows(before, text, place):
    graph = Graph()
    shapes = {"v": (LENGTH,), "W": (10**6, 10**6)}
    with pytest.raises(FormulaError) as raised:
        build(read_program(before + text), shapes, graph=graph)
    error = raised.value
    assert error.message == "the formula expands to more than 5,000,000 nodes"
    if place is not None:
        assert error.span[0] == len(before) + text.index(place)
    assert len(graph) < LENGTH + 1000


def test_an_index_that_is_used_again_is_worked_out_once(monkeypatch):
    plus, calls = OPERATIONS["+"], []

    def evaluate(a, b):
        calls.append((a, b))
        return a + b

    monkeypatch.setattr(plus, "evaluate", evaluate)
    text = f"k = {'0 + ' * 50}1; {' + '.join(['v[k]'] * 50)}"
    program = build(read_program(text), {"v": (2,)})
    assert len(calls) == 50
    uses = program.graph.uses([program.result])
    assert uses[program.graph.variables["v"][1]] == 50
