"""Numbers whose exponents do not end, against fifty digits."""

import math

import pytest
from mpmath import mp, mpf
from reference.arithmetic import REFERENCE
from reference.scripts import arithmetic, in_node, needs_node

pytestmark = needs_node

NUMBERS = [
    *(0.1, -2.5, 1e-9, 3.0, 0.7, 40.0, -40.0, 750.0),
    *(1e-200, 1e200, -1e-300, 5e-324, 1e308),
]
POSITIVE = [x for x in NUMBERS if x > 0]

UNARY = {
    "neg abs sign exp expm1 sinh cosh tanh": NUMBERS,
    "sigmoid softplus logsigmoid softsign": NUMBERS,
    "sin cos tan": [x for x in NUMBERS if abs(x) < 1e9],
    "log log2 log10 log1p sqrt xlogx": POSITIVE,
}
BINARY = ["+", "-", "*", "/", "<", "<=", ">", ">=", "==", "!=", "logaddexp"]
LISTS = ["sum", "prod", "max", "min", "hypot", "logsumexp"]

# A number to thirty digits with its exponent, from a BigInt and a power of 2.
CODE = """
const spelt = (w) => typeof w === "number" ? String(w) : [w.m.toString(), w.e];
for (const [name, isList, points] of input) {
  const call = WIDE.operation(name);
  answer(points.map((point) => {
    const operands = point.map(WIDE.of);
    return spelt(isList ? call(operands) : call(...operands));
  }));
}
"""


def cases():
    for names, points in UNARY.items():
        yield from ((name, False, [[x] for x in points]) for name in names.split())
    pairs = [[x, y] for x in NUMBERS for y in NUMBERS]
    for name in BINARY:
        yield name, False, pairs
    yield "^", False, [[x, y] for x in POSITIVE for y in (0.5, -3.0, 2.0, 170.25, 1e-9)]
    for name in LISTS:
        yield name, True, [[x, y, 0.5] for x, y in pairs]


def test_operations_have_fifty_digits_and_leave_no_range(tmp_path):
    given = list(cases())
    with mp.workdps(1000):
        for (name, _, points), row in zip(
            given, in_node(arithmetic(), CODE, given, tmp_path), strict=True
        ):
            for point, found in zip(points, row, strict=True):
                wanted = REFERENCE[name][0](*map(mpf, point))
                if isinstance(found, str):
                    # Zeros and infinities: also what is beyond all exponents.
                    if wanted and mp.isfinite(wanted):
                        assert abs(mp.log(abs(wanted))) > 1e15, (name, point)
                        wanted = mp.inf * mp.sign(wanted) if wanted > 1 else mpf(0)
                    assert float(found) == wanted, (name, point)
                    continue
                number = mpf(int(found[0])) * mpf(2) ** found[1]
                assert abs(number - wanted) <= abs(wanted) * mpf(10) ** -40, (
                    name,
                    point,
                )


@pytest.mark.parametrize("order", [0.0, 1.0, 2.0, 3.0, 20.0])
def test_polygamma_has_fifty_digits_and_leaves_no_range(order, tmp_path):
    numbers = [1e-200, -1e-200, 1e300, 0.5, 1.4616, 7.25, -0.5, -30.75, 80.0, 1e-9]
    given = [["polygamma", False, [[order, x] for x in numbers]]]
    (row,) = in_node(arithmetic(), CODE, given, tmp_path)
    for x, (m, e) in zip(numbers, row, strict=True):
        with mp.workdps(50):
            # Of a number next to a pole it is a first term and what is left of it.
            wanted = mp.polygamma(int(order), mpf(x))
        with mp.workdps(400):
            assert abs(mpf(int(m)) * mpf(2) ** e / wanted - 1) < mpf(10) ** -40, x


def test_poles_are_those_of_doubles(tmp_path):
    given = [["polygamma", False, [[n, x] for n in (0.0, 1.0) for x in (0.0, -3.0)]]]
    assert in_node(arithmetic(), CODE, given, tmp_path) == [
        ["-Infinity", "NaN", "Infinity", "Infinity"]
    ]


@pytest.mark.parametrize("order", [0.0, 1.0, 2.0, 5.0, 20.0])
def test_the_derivatives_of_sinc_have_fifty_digits(order, tmp_path):
    numbers = [1e-200, -1e-9, 0.5, -3.0, 9.75, 12.5, -750.0, 1e9]
    given = [["sinc_derivative", False, [[order, x] for x in numbers]]]
    (row,) = in_node(arithmetic(), CODE, given, tmp_path)
    with mp.workdps(400):
        for x, (m, e) in zip(numbers, row, strict=True):
            wanted = REFERENCE["sinc_derivative"][0](mpf(order), mpf(x))
            assert abs(mpf(int(m)) * mpf(2) ** e / wanted - 1) < mpf(10) ** -40, x


def test_the_nearest_double_is_that_of_the_same_number(tmp_path):
    given = [*NUMBERS, 0.0, -0.0, math.inf, 2.2250738585072014e-308, 1e-310]
    code = "answer(input.every((x) => Object.is(WIDE.nearest(WIDE.of(x)), x)));"
    assert in_node(arithmetic(), code, given, tmp_path) == [True]


def test_doubles_are_rounded_once(tmp_path):
    thirds = "[1e-300, 3e-310, 1e-323, 1e300].map((x) =>"
    code = f"answer({thirds} WIDE.nearest(third(WIDE.of(x)))));"
    third = "const third = (x) => WIDE.operation('/')(x, WIDE.of(3));"
    (found,) = in_node(arithmetic(), third + code, None, tmp_path)
    assert found == [float(mpf(x) / 3) for x in (1e-300, 3e-310, 1e-323, 1e300)]


def test_four_digits_are_pythons(tmp_path):
    texts = ["1e-400", "9.9996e-310", "1.23449e400", "-5e-324", "2e1000", "9.9994e99"]
    with mp.workdps(300):
        numbers = [mp.frexp(mpf(text)) for text in texts]
        given = [[str(int(m * mpf(2) ** 190)), int(e) - 190] for m, e in numbers]
    code = "answer(input.map(([m, e]) => WIDE.fourDigits({ m: BigInt(m), e })));"
    (found,) = in_node(arithmetic(), code, given, tmp_path)
    assert found == [
        "1.000e-400", "1.000e-309", "1.234e+400", "-5.000e-324", "2.000e+1000",
        "9.999e+99",
    ]  # fmt: skip
