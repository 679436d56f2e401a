import pytest

from gradcalc.engine.evaluation import evaluate
from gradcalc.errors import UsageError
from gradcalc.reports.only import evaluation_lines

SCALAR = ("x^2*y + sum(v)", {"x": 3, "y": 0.5, "v": [1, 2]})
# Each number is an ulp or two from a shorter one.
NEAR = ("x + y + 0*sum(v)", {"x": 0.1, "y": 0.2, "v": [1, 2]})
LIST = ("[x*y, x]", {"x": 3, "y": 0.5})

LABELS = ("k = 2; n = x*k; h = [n/6, n*1]; sum(h) + n^2 - n/6", {"x": 3})
ROWS = ("n = x^2; [n, 2*n]", {"x": 3})

SELECTIONS = [
    (SCALAR, "value", ["7.5"]),
    (NEAR, "value", ["0.30000000000000004"]),
    (
        ("x*v", {"x": 3, "v": [0.1, 0.7]}),
        "value",
        ["[0.30000000000000004, 2.0999999999999996]"],
    ),
    (SCALAR, "gradient", ["3", "9", "[1, 1]"]),
    (SCALAR, "gradient.x", ["3"]),
    (SCALAR, "gradient.v", ["[1, 1]"]),
    (SCALAR, "gradient.v[-1]", ["1"]),
    (LIST, "value", ["[1.5, 3]"]),
    (LIST, "value[1]", ["3"]),
    (LIST, "jacobian", ["[0.5, 1]", "[3, 0]"]),
    (LIST, "jacobian.y[0]", ["3"]),
    (SCALAR, "value.x", ["3"]),
    (SCALAR, "value.v[1]", ["2"]),
    (SCALAR, "value, gradient.x,value.y", ["7.5", "3", "0.5"]),
    (LABELS, "value.n", ["6"]),
    (LABELS, "gradient.n", ["13"]),
    (LABELS, "gradient.h[1],value.h", ["1", "[1, 6]"]),
    (LABELS, "gradient.h", ["[1, 1]"]),
    (LABELS, "gradient", ["39", "26"]),
    (LABELS, "gradient.k,value.k", ["39", "2"]),
    (ROWS, "jacobian.n", ["[1, 2]"]),
    (ROWS, "value.n", ["9"]),
    (SCALAR, "hessian.x.y", ["6"]),
    (SCALAR, "hessian.x", ["1", "6", "[0, 0]"]),
    (SCALAR, "hessian.v[0]", ["0", "0", "[0, 0]"]),
    (SCALAR, "hessian.v.v", ["[[0, 0], [0, 0]]"]),
    (SCALAR, "hessian.y.x,value", ["6", "7.5"]),
    (
        ("x*v[0] + v[1]^2", {"x": 3, "v": [1, 2]}),
        "hessian",
        ["0\t1\t0", "1\t0\t0", "0\t0\t2"],
    ),
    (("x*v[1]", {"x": 3, "v": [1, 2]}), "hessian.v[-1].x", ["1"]),
]


@pytest.mark.parametrize(
    ("formula", "selection", "lines"), SELECTIONS, ids=[row[1] for row in SELECTIONS]
)
def test_bare_numbers(formula, selection, lines):
    assert evaluation_lines(evaluate(*formula), selection) == lines


NOTHING = "value, gradient, hessian, gradient.x, gradient.y, gradient.v"
WRONG = [
    (SCALAR, "slope", NOTHING),
    (SCALAR, "gradient.z", NOTHING),
    (SCALAR, "gradient.v[2]", NOTHING),
    (SCALAR, "gradient.x[0]", NOTHING),
    (SCALAR, "jacobian", NOTHING),
    (SCALAR, "value.z", NOTHING),
    (LABELS, "gradient.m", "value, gradient, hessian, gradient.k, gradient.x"),
    (SCALAR, "", NOTHING),
    (LIST, "gradient", "value, jacobian, jacobian.x, jacobian.y"),
    (ROWS, "gradient.n", "value, jacobian, jacobian.x"),
    (SCALAR, "hessian.z", "hessian, hessian.x, hessian.y, hessian.v"),
    (SCALAR, "hessian.x.v[2]", "hessian, hessian.x, hessian.y, hessian.v"),
]


@pytest.mark.parametrize(
    ("formula", "selection", "choices"), WRONG, ids=[repr(row[1]) for row in WRONG]
)
def test_what_there_is_is_named(formula, selection, choices):
    with pytest.raises(UsageError) as raised:
        evaluation_lines(evaluate(*formula), selection)
    assert raised.value.message == f"--only: there is no {selection!r} in the result"
    assert raised.value.hint == f"there is {choices}"
