"""THE TABLE: every primitive operation with its value and its derivative rule.

A derivative rule is a formula in gradcalc's own language, one for each operand: it may
use the operands by their names and `out`, the operation's own value. Everything else
(backpropagation, symbolic derivatives, explanations, listings, tests) reads this table
and restates none of it.
"""

import math
import operator
from collections.abc import Callable
from typing import Any

from gradcalc import ieee, special_functions
from gradcalc.operation import Operation as Operation
from gradcalc.operation import Point as Point
from gradcalc.operation import Singularity as Singularity

# --- Samples --------------------------------------------------------------------------


def _each(*points: float) -> tuple[Point, ...]:
    return tuple((point,) for point in points)


_ANYWHERE = _each(-2.5, -0.3, 0.7, 1.9)
_SMALL = _each(-1e-300, -1e-20, 1e-9, 1e-3)
_LARGE = _each(-1e300, -1e16, 750.0, 1e8)
_REAL = _ANYWHERE + _SMALL + _LARGE
_POSITIVE = _each(1e-300, 1e-9, 0.01, 0.4, 0.999999999, 1.000000001, 1.7, 35.0, 1e300)
_INSIDE_ONE = _each(-0.999999999, -0.9, -0.2, 1e-20, 0.35, 0.8, 0.9999999999999999)
_LOGISTIC = _ANYWHERE + _SMALL + _each(-745.0, -40.0, 40.0, 700.0)
_BELL = _SMALL + _each(-5.0, -1.2, -0.3, 0.7, 1.4, 25.0)
_GAMMA = _each(-2.5, -0.3, -1e-20, 1e-100, 1e-9, 0.7, 1.9, 5.0, 30.5, 170.5)
_PAIRS: tuple[Point, ...] = ((1.5, -2.25), (-0.4, 3.0), (2.0, 0.7), (-3.5, -1.25))
_FAR_PAIRS: tuple[Point, ...] = (*_PAIRS, (1e300, 1e-3), (-1e-300, 3.0), (1e16, -1.0))
_ROWS: tuple[Point, ...] = (
    (1.5, -2.25), (0.3, 0.7, -1.9), (2.0, 5.0, 0.5, 1.0), (-0.75,), (1e16, 1.0),
)  # fmt: skip


# --- Rows of the commonest kinds ------------------------------------------------------


def _of_x(
    name: str,
    evaluate: Callable[..., float],
    partial: str,
    meaning: str,
    passes: str = "",
    **more: Any,
) -> Operation:
    """A function of one number; where nothing more is said, its partial says it all."""
    if partial == "0":
        passes = "passes no gradient"
    (written,) = more.get("textbook", (partial,))
    passes = passes or f"scales the gradient by {written}"
    return Operation(name, "x", evaluate, (partial,), meaning, passes=passes, **more)


def _infix(
    name: str,
    evaluate: Callable[..., float],
    partials: tuple[str, str],
    meaning: str,
    passes: str,
    samples: tuple[Point, ...] = _FAR_PAIRS,
    **more: Any,
) -> Operation:
    """An operation that is written between its operands, a and b."""
    return Operation(
        name, "ab", evaluate, partials, meaning,
        passes=passes, samples=samples, written="infix", **more,
    )  # fmt: skip


def _at(
    kind: str, condition: str, message: str, of: str | None = None
) -> tuple[Singularity]:
    """The one place where a note is due."""
    return (Singularity(kind, condition, message, of=of),)


# --- The table ------------------------------------------------------------------------

LITERAL = Operation("literal", (), lambda: math.nan, (), "a number as it was typed")
VARIABLE = Operation("variable", (), lambda: math.nan, (), "a number that is given")

# fmt: off
GROUPS: dict[str, list[Operation]] = {
    "general": [
        _infix("+", lambda a, b: a + b, ("1", "1"), "sum",
            "passes the gradient on to both unchanged"),
        _infix("-", lambda a, b: a - b, ("1", "-1"), "difference",
            "passes the gradient on, to the second with its sign flipped"),
        _infix("*", lambda a, b: a * b, ("b", "a"), "product",
            "passes each the gradient times the other"),
        _infix("/", ieee.divide, ("1/b", "-out/b"), "quotient",
            "passes the gradient on divided by the denominator",
            convention="a/0 is an infinity and 0/0 NaN; so are its gradients"),
        _infix("^", ieee.power,
            (
                # Not 0 wherever b is 0: the slope of this for b is 1/a there. For a
                # small b, b - 1 loses digits; beyond 2^53 it is b, which may be even.
                # Of x^0 it is 0 and not -0.
                "where((b == 0)*(a == 0), 0, where("
                "((abs(b) < 1) + (abs(b) > 2^53) > 0)*(a != 0)*(abs(a) < inf),"
                " 0 + b*out/a, b*a^(b - 1)))",
                "where((a == 0)*(b >= 0), 0, out*log(a))",
            ),
            "power", "scales the gradient by the slope of the power",
            (
                (1.5, 2.0), (2.5, -1.5), (0.3, 0.5), (4.0, 3.0), (-2.0, 3.0),
                (-0.5, -2.0), (0.0, 2.0), (1.000001, 1e5), (1e-100, 2.5), (1e100, -3.0),
            ),
            textbook=("b*a^(b - 1)", "out*log(a)"),
            convention="x^0, x^1 and x^2 have 0, 1 and 0 at 0; 0^0 has 0 for both;"
            " NaN for the exponent where the base is negative",
            window="0:4", aliases=("pow",),
            singular=_at("kink", "(a == 0)*(b == 0)",
                "0^y jumps at y = 0; its gradient is taken as 0", of="b")),
        _of_x("neg", lambda x: -x, "-1", "negation", "flips the sign of the gradient",
            samples=_REAL, written="prefix"),
        Operation("sum", "v", ieee.total, ("1",),
            "sum of the operands, from left to right",
            passes="passes the gradient on to every operand unchanged",
            samples=_ROWS, lists=True),
        Operation("prod", "v", ieee.product, ("others(v)",), "product of the operands",
            passes="passes each the gradient times the product of the others",
            samples=_ROWS, lists=True),
    ],
    "comparisons": [
        _infix(name, lambda a, b, holds=holds: 1.0 if holds(a, b) else 0.0, ("0", "0"),
            f"1 if a is {words} b, else 0", "passes no gradient", _PAIRS,
            convention="0 also where it is about to switch",
            singular=_at("kink", "a == b",
                "both sides are equal, so the comparison is about to switch;"
                " the side taken gives the gradient"))
        for name, holds, words in [
            ("<", operator.lt, "less than"),
            ("<=", operator.le, "at most"),
            (">", operator.gt, "greater than"),
            (">=", operator.ge, "at least"),
            ("==", operator.eq, "equal to"),
            ("!=", operator.ne, "not equal to"),
        ]
    ],
    "selecting": [
        Operation("where", ("c", "a", "b"), lambda c, a, b: a if c != 0 else b,
            ("0", "1", "1"), "a where c is not 0, else b",
            passes="passes the gradient on to the one it selected",
            selected=(None, "c != 0", "c == 0"),
            samples=((1.0, 2.5, -3.0), (0.0, 2.5, -3.0), (-1e-300, 1e300, 0.1))),
        *(
            Operation(name, "v", evaluate, ("1/sum(v == out)",),
                f"{which} of two or more operands, or of a list",
                passes=f"passes the gradient on to the {which}",
                selected=("v == out",), domain="out == out", samples=_ROWS, lists=True,
                singular=_at("tie", "sum(v == out) > 1",
                    f"several operands are the {which};"
                    " they share the gradient equally"),
                of_two=f"where(a {beats} b, 1, 1/2)")
            for name, evaluate, which, beats in [
                ("max", ieee.largest, "largest", ">"),
                ("min", ieee.smallest, "smallest", "<"),
            ]
        ),
        Operation("clip", ("x", "lo", "hi"), ieee.clip, ("1", "1", "1"),
            "x held between lo and hi",
            passes="passes the gradient on to x inside the bounds, else to the bound",
            # It is hi, whatever x, unless lo is less.
            selected=(
                "(lo <= x)*(x <= hi)*(lo < hi)",
                "(x < lo)*(lo < hi)",
                "(x > hi) + (lo >= hi) > 0",
            ),
            domain="out == out",
            samples=(
                (0.3, -1.0, 2.0), (-1.5, -1.0, 2.0), (5.0, -1.0, 2.0), (0.5, 2.0, 1.0),
            ),
            singular=_at("kink", "((x == lo) + (x == hi) > 0)*(lo < hi)",
                "x is on a bound, where the slope jumps between 1 and 0; 1 is taken",
                of="x")),
        _of_x("relu", ieee.relu, "1", "x where x is positive, else 0",
            "passes the gradient on where the operand is positive, else nothing",
            selected=("x > 0",), domain="x == x", samples=_REAL,
            singular=_at("kink", "x == 0",
                "the slope of relu jumps from 0 to 1 at 0; 0 is taken")),
        _of_x("abs", abs, "sign(x)", "absolute value",
            "flips the sign of the gradient where the operand is negative",
            samples=_REAL,
            singular=_at("kink", "x == 0",
                "the slope of abs jumps from -1 to 1 at 0; 0 is taken")),
        _of_x("stop_gradient", lambda x: x, "0",
            "x, taken as a constant on the way back", samples=_REAL),
    ],
    "rounding": [
        *(
            _of_x(name, evaluate, "0", meaning, samples=_REAL,
                singular=_at("kink", jump,
                    f"the gradient of {name} is 0 everywhere, also at its jumps"))
            for name, evaluate, meaning, jump in [
                ("sign", ieee.sign, "-1, 0 or 1", "x == 0"),
                ("floor", ieee.floor, "next whole number below", "x == out"),
                ("ceil", ieee.ceil, "next whole number above", "x == out"),
                ("round", ieee.nearest, "nearest whole number, halves to the even one",
                    "abs(x - out) == 0.5"),
            ]
        ),
        Operation("mod", "ab", ieee.mod,
            # Rounding mends the quotient of a - out, which is a multiple of b. Only
            # between zero and an infinity on its other side out is infinite.
            ("1", "where(abs(out) == inf, 1, -round((a - out)/b))"),
            "remainder of a/b with the sign of b",
            textbook=("1", "-floor(a/b)"),
            passes="passes the gradient on to a, and -floor(a/b) times it to b",
            domain="b != 0",
            samples=(
                (7.5, 2.0), (-7.5, 2.0), (7.5, -2.0), (0.3, 0.7), (1e9, 0.7),
                (-1e-3, 5.0),
            ),
            singular=_at("kink", "out == 0",
                "a is a multiple of b, where mod jumps;"
                " the slope on its upper side is taken")),
    ],
    "powers and logarithms": [
        _of_x("exp", ieee.exp, "out", "e to the power x",
            "scales the gradient by its own value",
            window="-3:3", samples=_ANYWHERE + _SMALL + _each(-745.0, -700.0, 709.0)),
        _of_x("expm1", ieee.expm1, "exp(x)", "exp(x) - 1 without loss near 0",
            window="-3:3", samples=_ANYWHERE + _SMALL + _each(-40.0, 709.0)),
        _of_x("log", ieee.log, "1/x", "natural logarithm",
            "passes the gradient on divided by the operand",
            domain="x >= 0", convention="inf at 0, NaN below",
            window="0:5", samples=_POSITIVE, aliases=("ln",)),
        _of_x("log2", ieee.log2, "1/(x*log(2))", "logarithm to the base 2",
            "passes the gradient on divided by log(2) times the operand",
            domain="x >= 0", convention="inf at 0, NaN below",
            window="0:5", samples=_POSITIVE),
        _of_x("log10", ieee.log10, "1/(x*log(10))", "logarithm to the base 10",
            "passes the gradient on divided by log(10) times the operand",
            domain="x >= 0", convention="inf at 0, NaN below",
            window="0:5", samples=_POSITIVE),
        _of_x("log1p", ieee.log1p, "1/(1 + x)", "log(1 + x) without loss near 0",
            "passes the gradient on divided by 1 + x",
            domain="x >= -1", convention="inf at -1, NaN below", window="-1:5",
            samples=_each(-0.999999999, -0.9, -1e-20, 1e-9, 0.4, 35.0, 1e300)),
        _of_x("sqrt", ieee.sqrt, "1/(2*out)", "square root",
            "passes the gradient on divided by twice its own value",
            convention="inf at 0, NaN below", window="0:9", samples=_POSITIVE),
        _of_x("cbrt", ieee.cbrt, "1/(3*out^2)", "cube root",
            "passes the gradient on divided by 3*out^2",
            convention="inf at 0", samples=_REAL),
        Operation("hypot", "v", math.hypot, ("where(out == 0, 0, v/out)",),
            "square root of the sum of squares, without overflow",
            textbook=("v/out",),
            passes="passes each the gradient times its share of the length",
            samples=(*_ROWS, (1e300, -1e300), (3e-200, 4e-200)), lists=True,
            singular=_at("kink", "out == 0",
                "hypot has a tip where all operands are 0; 0 is taken")),
        _of_x("xlogx", ieee.xlogx, "log(x) + 1", "x*log(x), and 0 at 0",
            convention="-inf at 0, NaN below", window="0:3", samples=_POSITIVE),
    ],
    "angles and hyperbolas": [
        _of_x("sin", ieee.sin, "cos(x)", "sine", "scales the gradient by the cosine",
            window="-2*pi:2*pi", samples=_REAL),
        _of_x("cos", ieee.cos, "-sin(x)", "cosine",
            "scales the gradient by the sine with its sign flipped",
            window="-2*pi:2*pi", samples=_REAL),
        _of_x("tan", ieee.tan, "1 + out^2", "tangent",
            "scales the gradient by 1 + out^2, never less than 1", window="-1.5:1.5",
            samples=_SMALL + _each(-1.57, -1.2, -0.3, 0.7, 1.1, 1.5707963, 1e8)),
        # Here and below 1 - x^2 loses digits near 1, the product's slope near 0.
        _of_x("asin", ieee.asin,
            "1/sqrt(where(x^2 < 0.5, 1 - x^2, (1 - x)*(1 + x)))", "inverse sine",
            "scales the gradient by 1/sqrt(1 - x^2), never less than 1",
            textbook=("1/sqrt(1 - x^2)",),
            convention="inf at -1 and 1, NaN beyond",
            window="-1:1", samples=_INSIDE_ONE, aliases=("arcsin",)),
        _of_x("acos", ieee.acos,
            "-1/sqrt(where(x^2 < 0.5, 1 - x^2, (1 - x)*(1 + x)))", "inverse cosine",
            "scales the gradient by -1/sqrt(1 - x^2)",
            textbook=("-1/sqrt(1 - x^2)",),
            convention="-inf at -1 and 1, NaN beyond",
            window="-1:1", samples=_INSIDE_ONE, aliases=("arccos",)),
        _of_x("atan", math.atan, "1/(1 + x^2)", "inverse tangent",
            "scales the gradient by 1/(1 + x^2): fully at 0, hardly far from it",
            samples=_REAL, aliases=("arctan",)),
        Operation("atan2", ("y", "x"), math.atan2,
            ("x/hypot(x, y)/hypot(x, y)", "-y/hypot(x, y)/hypot(x, y)"),
            "angle of the point (x, y)",
            textbook=("x/(x^2 + y^2)", "-y/(x^2 + y^2)"),
            passes="passes the gradient on at a right angle, divided by the distance",
            convention="NaN for both at (0, 0)",
            samples=_FAR_PAIRS, aliases=("arctan2",)),
        _of_x("sinh", ieee.sinh, "cosh(x)", "hyperbolic sine",
            "scales the gradient by cosh(x), never less than 1",
            window="-3:3", samples=_ANYWHERE + _SMALL + _each(-710.0, 40.0)),
        _of_x("cosh", ieee.cosh, "sinh(x)", "hyperbolic cosine",
            window="-3:3", samples=_ANYWHERE + _SMALL + _each(-710.0, 40.0)),
        # Far out, 1 - out^2 is a difference of nearly equal numbers. The texts' neuron,
        # where out^2 is a half, is on the faster side.
        _of_x("tanh", math.tanh,
            "where(out^2 < 0.5001, 1 - out^2, 4*sigmoid(2*x)*sigmoid(-2*x))",
            "hyperbolic tangent",
            "scales the gradient by 1 - out^2: fully at 0, hardly where flat",
            textbook=("1 - out^2",),
            samples=_SMALL + _each(-18.0, -3.0, -1.1, -0.3, 0.6, 0.9, 5.0, 40.0, 350.0),
            singular=_at("saturated", "abs(out) == 1",
                "tanh is 1 or -1 to the last digit, so next to nothing passes")),
        _of_x("asinh", math.asinh, "1/hypot(1, x)", "inverse hyperbolic sine",
            "passes the gradient on divided by sqrt(1 + x^2)",
            textbook=("1/sqrt(1 + x^2)",), samples=_REAL, aliases=("arcsinh",)),
        _of_x("acosh", ieee.acosh, "1/(sqrt(x - 1)*sqrt(x + 1))",
            "inverse hyperbolic cosine",
            "passes the gradient on divided by sqrt(x^2 - 1)",
            textbook=("1/sqrt(x^2 - 1)",),
            convention="inf at 1, NaN below", window="1:6", aliases=("arccosh",),
            samples=_each(1.000000001, 1.2, 2.5, 35.0, 1e300)),
        _of_x("atanh", ieee.atanh,
            "1/where(x^2 < 0.5, 1 - x^2, (1 - x)*(1 + x))",
            "inverse hyperbolic tangent", "passes the gradient on divided by 1 - x^2",
            textbook=("1/(1 - x^2)",),
            domain="abs(x) <= 1", convention="inf at -1 and 1, NaN beyond",
            window="-1:1", samples=_INSIDE_ONE, aliases=("arctanh",)),
    ],
    "learning": [
        # Near 0 the slope of the product would be a difference of equal numbers.
        _of_x("sigmoid", ieee.sigmoid,
            "where(abs(x) < 1, (1 - tanh(x/2)^2)/4, out*sigmoid(-x))",
            "1/(1 + exp(-x))",
            "scales the gradient by out*(1 - out): a quarter at most",
            textbook=("out*(1 - out)",), samples=_LOGISTIC, aliases=("logistic",),
            singular=_at("saturated", "out*sigmoid(-x) == 0",
                "sigmoid is 0 or 1 to the last digit, so nothing passes")),
        _of_x("softplus", ieee.softplus, "sigmoid(x)", "log(1 + exp(x)), a smooth relu",
            "scales the gradient by sigmoid(x), between 0 and 1", samples=_LOGISTIC),
        _of_x("logsigmoid", ieee.logsigmoid, "sigmoid(-x)", "log(sigmoid(x))",
            "scales the gradient by sigmoid(-x), between 0 and 1", samples=_LOGISTIC),
        # As a formula its derivative would be a difference of nearly equal numbers.
        _of_x("softsign", ieee.softsign, "(1/(1 + abs(x)))^2", "x/(1 + abs(x))",
            "scales the gradient by 1/(1 + abs(x))^2: fully at 0, hardly far from it",
            textbook=("1/(1 + abs(x))^2",), samples=_REAL,
            singular_slope=_at("kink", "x == 0",
                "its second derivative jumps from 2 to -2 at 0; 0 is taken")),
        # exp(v - out) alone loses digits where out is large; the sum is 1 but for them.
        # Of infinite operands the difference is not a number.
        Operation("logsumexp", "v", ieee.logsumexp,
            (
                "exp(where(v == out, 0, v - out))"
                "/sum(exp(where(v == out, 0, v - out)))",
            ),
            "log of the sum of exponentials, a smooth max",
            textbook=("exp(v - out)",),
            passes="passes the gradient on in the proportions of softmax",
            samples=(*_ROWS, (-1000.0, -1000.0), (1000.0, 0.0), (-1e-9, 40.0),
                (-math.inf, 0.5, 1.0)),
            lists=True),
        # Of equal infinities the difference is not a number.
        Operation("logaddexp", "ab", ieee.logsumexp,
            (
                "sigmoid(where((a == b)*(abs(a) == inf), 0, a - b))",
                "sigmoid(where((a == b)*(abs(a) == inf), 0, b - a))",
            ),
            "log(exp(a) + exp(b)), a smooth max of two",
            textbook=("sigmoid(a - b)", "sigmoid(b - a)"),
            passes="passes the gradient on in the proportions of softmax",
            convention="equal infinities have 1/2 each",
            samples=(*_PAIRS, (-1000.0, -1000.0), (1000.0, 0.0), (-1e-9, 40.0),
                (-math.inf, 0.5), (1e300, -1e300))),
        Operation("bce_logits", ("z", "t"), ieee.bce_logits,
            # Each side where its terms cancel least.
            (
                "where(abs(z) < 1, tanh(z/2)/2 + (0.5 - t),"
                " (1 - t)*sigmoid(z) - t*sigmoid(-z))",
                "-z",
            ),
            "binary cross entropy of sigmoid(z) with the target t",
            textbook=("sigmoid(z) - t", "-z"),
            passes="passes on sigmoid(z) - t times the gradient",
            samples=(
                (1.5, 0.0), (-0.4, 1.0), (0.7, 0.25), (1000.0, 1.0), (1000.0, 0.0),
                (-40.0, 0.0), (1e-9, 0.5),
            )),
        Operation("cross_entropy_logits", ("z", "t"), ieee.cross_entropy_logits,
            ("softmax_less(z, t)", "-log_softmax(z)"),
            "cross entropy of softmax(z) with the target list t",
            textbook=("softmax(z)*sum(t) - t", "logsumexp(z) - z"),
            passes="passes on softmax(z) - t times the gradient",
            samples=(
                (1.5, -2.25, 1.0, 0.0), (0.3, 0.7, -1.9, 0.2, 0.3, 0.5),
                (1000.0, -1000.0, 0.0, 1.0), (-1000.0, 1000.0, 0.0, 1.0),
            ),
            lists=True),
    ],
    "special functions": [
        _of_x("erf", math.erf, "2/sqrt(pi)*exp(-x^2)", "error function",
            "scales the gradient by the bell curve 2/sqrt(pi)*exp(-x^2)",
            window="-3:3", samples=_BELL,
            singular=_at("saturated", "exp(-x^2) == 0",
                "erf is 1 or -1 to the last digit, so nothing passes")),
        _of_x("erfc", math.erfc, "-2/sqrt(pi)*exp(-x^2)",
            "1 - erf(x) without loss for large x",
            "scales the gradient by the bell curve with its sign flipped",
            window="-3:3", samples=_BELL),
        _of_x("erfinv", special_functions.erfinv, "sqrt(pi)/2*exp(out^2)",
            "inverse of erf",
            "scales the gradient by sqrt(pi)/2*exp(out^2), never less than 0.88",
            convention="inf at -1 and 1, NaN beyond", window="-1:1",
            samples=_INSIDE_ONE),
        _of_x("gamma", special_functions.gamma, "out*digamma(x)",
            "gamma function: (x - 1)! of a whole number x",
            "scales the gradient by its own value times digamma(x)",
            convention="an infinity at 0, NaN at negative whole numbers",
            window="-4:5", samples=_GAMMA),
        _of_x("lgamma", special_functions.lgamma, "digamma(x)", "log(abs(gamma(x)))",
            convention="inf at 0 and at negative whole numbers, where its slope is NaN",
            window="-4:5", samples=_GAMMA + _each(1e-300, 1e300),
            aliases=("gammaln", "loggamma")),
        _of_x("digamma", special_functions.digamma, "polygamma(1, x)",
            "derivative of lgamma",
            convention="an infinity at 0, NaN at negative whole numbers",
            window="-4:5", samples=_GAMMA + _each(1.4616, 1e300)),
        Operation("polygamma", ("n", "x"), special_functions.polygamma,
            ("0", "polygamma(n + 1, x)"),
            "derivative of digamma of the order n, a whole number",
            passes="scales the gradient by polygamma(n + 1, x); n is passed none",
            convention="NaN unless n is a whole number from 0 to 1000; of an odd order"
            " inf at 0 and at negative whole numbers, else as digamma",
            window="",
            samples=(
                (1.0, 0.7), (1.0, 2.5), (2.0, 1.3), (3.0, -0.4), (1.0, -2.5),
                (5.0, 20.0), (0.0, 1.9), (1.0, 1e100), (2.0, -1e-20),
            )),
        # As a formula its derivative would lose all digits near 0.
        _of_x("sinc", special_functions.sinc, "sinc_derivative(1, x)",
            "sin(x)/x, and 1 at 0; sinc(pi*x) is what NumPy calls sinc(x)",
            "scales the gradient by (cos(x) - out)/x, which is 0 at 0",
            window="-15:15", samples=_REAL),
        Operation("sinc_derivative", ("n", "x"), special_functions.sinc_derivative,
            ("0", "sinc_derivative(n + 1, x)"),
            "derivative of sinc of the order n, a whole number",
            passes="scales the gradient by sinc_derivative(n + 1, x); n is passed none",
            convention="NaN unless n is a whole number from 0 to 1000",
            window="",
            samples=(
                (1.0, 0.7), (1.0, -2.5), (2.0, 1e-20), (3.0, 1.3), (4.0, -30.0),
                (1.0, 1e8), (0.0, 1.9), (6.0, 3.0),
            )),
    ],
}
# fmt: on

OPERATIONS: dict[str, Operation] = {
    operation.name: operation for group in GROUPS.values() for operation in group
}

# Those that other modules build formulas of, or look for in them.
PLUS, MINUS = OPERATIONS["+"], OPERATIONS["-"]
TIMES, OVER = OPERATIONS["*"], OPERATIONS["/"]
NEG, POWER = OPERATIONS["neg"], OPERATIONS["^"]
SUM, PROD = OPERATIONS["sum"], OPERATIONS["prod"]
SQRT, ABS = OPERATIONS["sqrt"], OPERATIONS["abs"]
MAX, MIN = OPERATIONS["max"], OPERATIONS["min"]
EXP, LOG, LOG1P = OPERATIONS["exp"], OPERATIONS["log"], OPERATIONS["log1p"]
HYPOT, LOGSUMEXP = OPERATIONS["hypot"], OPERATIONS["logsumexp"]
SIGMOID, WHERE = OPERATIONS["sigmoid"], OPERATIONS["where"]
EQUAL, UNEQUAL = OPERATIONS["=="], OPERATIONS["!="]
LESS, ABOVE, AT_LEAST = OPERATIONS["<"], OPERATIONS[">"], OPERATIONS[">="]

COMPARISONS = frozenset(GROUPS["comparisons"])

# What a formula may call: every operation that is written as a call, and the aliases.
CALLABLE: dict[str, Operation] = {
    name: operation
    for operation in OPERATIONS.values()
    for name in (
        (operation.name, *operation.aliases)
        if operation.written == "call"
        else operation.aliases
    )
}

CONSTANTS: dict[str, float] = {
    "pi": math.pi,
    "tau": math.tau,
    "e": math.e,
    "inf": math.inf,
}

# By every name of a constant its own.
CONSTANT_NAMES = {**{name: name for name in CONSTANTS}, "π": "pi"}
