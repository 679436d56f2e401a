"""The gamma function and its relatives, erfinv and sinc, over the range of doubles.

The reference is mpmath.
"""

import math

import pytest
from mpmath import mp, mpf
from reference.accuracy import ORDERS, RANGES, assert_close, points
from reference.arithmetic import REFERENCE

from gradcalc import derivative, evaluate
from gradcalc.operations import OPERATIONS

INF, NAN = math.inf, math.nan

CASES = [
    pytest.param(name, order, low, high, id=f"{name}{order}-{low}-{high}")
    for name, ranges in RANGES.items()
    for order in [(n,) for n in ORDERS.get(name, ())] or [()]
    for low, high in ranges
]


@pytest.fixture(autouse=True)
def digits():
    with mp.workdps(70):
        yield


@pytest.mark.parametrize(("name", "order", "low", "high"), CASES)
def test_value_and_slope(name, order, low, high):
    value, partials = REFERENCE[name]
    before = [mpf(n) for n in order]
    call = f"{name}({', '.join([*map(str, order), 'x'])})"
    for x in points(low, high):
        found = evaluate(call, {"x": x})
        at = mpf(x)
        want, slope = value(*before, at), partials(*before, at)[-1]
        assert_close(found.value, want, lambda slope=slope: slope, x)

        def curvature(at=at):
            step = abs(at) * mpf(10) ** -30
            ahead, behind = (partials(*before, at + s)[-1] for s in (step, -step))
            return (ahead - behind) / (2 * step)

        assert_close(found.gradient["x"], slope, curvature, x)


@pytest.mark.parametrize("zero", [1.0, 2.0])
def test_lgamma_beside_its_zeros_has_all_digits(zero):
    evaluate_lgamma = OPERATIONS["lgamma"].evaluate
    for power in range(-52, -1):
        for sign in (1, -1):
            x = zero + sign * 2.0**power
            want = mp.loggamma(mpf(x))
            got = evaluate_lgamma(x)
            assert abs(got - want) <= 4 * math.ulp(float(want)), x


def test_digamma_beside_its_zero_has_all_digits():
    zero = 1.4616321449683622
    for power in range(-52, -1):
        for sign in (1, -1):
            x = zero + sign * 2.0**power
            want = mp.digamma(mpf(x))
            got = OPERATIONS["digamma"].evaluate(x)
            assert abs(got - want) <= 4 * math.ulp(float(want)), x


@pytest.mark.parametrize("n", range(1, 171))
def test_gamma_of_a_whole_number_is_the_nearest_double(n):
    assert evaluate(f"gamma({n + 1})", {}).value == float(math.factorial(n))
    assert evaluate(f"factorial({n})", {}).value == float(math.factorial(n))


VALUES = [
    ("gamma(0)", INF),
    ("gamma(-0.0)", -INF),
    ("gamma(-1)", NAN),
    ("gamma(-1e300)", NAN),
    ("gamma(inf)", INF),
    ("gamma(-inf)", NAN),
    ("gamma(172)", INF),
    ("gamma(1e-320)", INF),
    ("gamma(-200.5)", -0.0),
    ("gamma(-201.5)", 0.0),
    ("lgamma(0)", INF),
    ("lgamma(-0.0)", INF),
    ("lgamma(-3)", INF),
    ("lgamma(1)", 0.0),
    ("lgamma(2)", 0.0),
    ("lgamma(inf)", INF),
    ("lgamma(-inf)", INF),
    ("lgamma(1e308)", INF),
    ("digamma(0)", -INF),
    ("digamma(-0.0)", INF),
    ("digamma(-4)", NAN),
    ("digamma(inf)", INF),
    ("digamma(-inf)", NAN),
    ("polygamma(1, 0)", INF),
    ("polygamma(1, -2)", INF),
    ("polygamma(2, 0)", -INF),
    ("polygamma(2, -0.0)", INF),
    ("polygamma(2, -2)", NAN),
    ("polygamma(1, inf)", 0.0),
    ("polygamma(2, inf)", -0.0),
    ("polygamma(0, inf)", INF),
    ("polygamma(1, -inf)", NAN),
    ("polygamma(0.5, 1)", NAN),
    ("polygamma(-1, 1)", NAN),
    ("polygamma(inf, 1)", NAN),
    ("polygamma(1000, 1)", -INF),
    ("polygamma(1001, 1)", NAN),
    ("erfinv(0)", 0.0),
    ("erfinv(-0.0)", -0.0),
    ("erfinv(1)", INF),
    ("erfinv(-1)", -INF),
    ("erfinv(1.5)", NAN),
    ("erfinv(-inf)", NAN),
    ("sinc(0)", 1.0),
    ("sinc(-0.0)", 1.0),
    ("sinc(inf)", 0.0),
    ("sinc(-inf)", 0.0),
    ("sinc_derivative(1, 0)", 0.0),
    ("sinc_derivative(2, 0)", -1 / 3),
    ("sinc_derivative(3, inf)", 0.0),
    ("sinc_derivative(1.5, 1)", NAN),
    ("sinc_derivative(1001, 1)", NAN),
    ("logaddexp(inf, -inf)", INF),
    ("logaddexp(-inf, -inf)", -INF),
    ("logaddexp(inf, inf)", INF),
    ("logaddexp(1000, 1000)", 1000 + math.log(2)),
]


@pytest.mark.parametrize(("formula", "value"), VALUES)
def test_special_values(formula, value):
    got = evaluate(formula, {}).value
    assert repr(got) == repr(value)
    if formula.count("(") == 1:
        name = formula.partition("(")[0]
        assert math.isnan(
            evaluate(
                f"{name}(1, x)" if "," in formula else f"{name}(x)", {"x": NAN}
            ).value
        )


@pytest.mark.parametrize(
    ("formula", "x", "gradient"),
    [
        ("gamma(x)", 0.0, -INF),
        ("gamma(x)", -0.0, -INF),
        ("gamma(x)", -2.0, NAN),
        ("gamma(x)", 200.0, INF),
        ("gamma(x)", INF, INF),
        ("lgamma(x)", 0.0, -INF),
        ("lgamma(x)", -2.0, NAN),
        ("lgamma(x)", INF, INF),
        ("digamma(x)", 0.0, INF),
        ("digamma(x)", -2.0, INF),
        ("digamma(x)", INF, 0.0),
        ("erfinv(x)", 1.0, INF),
        ("erfinv(x)", -1.0, INF),
        ("erfinv(x)", 2.0, NAN),
        ("sinc(x)", 0.0, 0.0),
        ("sinc(x)", INF, 0.0),
        ("logaddexp(x, inf)", INF, 0.5),
        ("logaddexp(x, -inf)", -INF, 0.5),
        ("logaddexp(x, -inf)", INF, 1.0),
        ("logaddexp(x, 3)", 3.0, 0.5),
        ("logaddexp(x, -700)", 700.0, 1.0),
        ("logaddexp(x, x)", 2.0, 1.0),
    ],
)
def test_special_slopes(formula, x, gradient):
    got = evaluate(formula, {"x": x}).gradient["x"]
    assert repr(got) == repr(gradient)


FUNCTIONS = {
    "gamma(x)": mp.gamma,
    "lgamma(x)": lambda x: mp.log(abs(mp.gamma(x))),
    "digamma(x)": mp.digamma,
    "polygamma(2, x)": lambda x: mp.psi(2, x),
    "erfinv(x/8)": lambda x: mp.erfinv(x / 8),
    "sinc(x)": mp.sinc,
    "logaddexp(x, 2*x - 1)": lambda x: mp.log(mp.exp(x) + mp.exp(2 * x - 1)),
    "sec(x)": mp.sec,
    "csc(x)": mp.csc,
    "cot(x)": mp.cot,
    "factorial(x)": mp.factorial,
}


@pytest.mark.parametrize("formula", FUNCTIONS)
@pytest.mark.parametrize("order", [2, 3])
def test_higher_derivatives(formula, order):
    text = formula
    for _ in range(order):
        text = derivative(text, "x", exact=True)
    for x in (-2.6, -0.4, 1e-3, 0.3, 1.0, 1.4616, 2.0, 5.5):
        with mp.workdps(120):
            want = mp.diff(FUNCTIONS[formula], mpf(x), order, h=mpf(10) ** -25)
        got = evaluate(text, {}, defaults={"x": x}).value
        assert got == pytest.approx(float(want), rel=1e-12, abs=1e-14), x


def test_sinc_has_derivatives_of_any_order_at_0():
    text = "sinc(x)"
    for order in range(1, 9):
        text = derivative(text, "x", exact=True)
        want = 0 if order % 2 else (-1) ** (order // 2) / (order + 1)
        assert evaluate(text, {}, defaults={"x": 0}).value == pytest.approx(want)
