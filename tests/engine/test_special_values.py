"""The special values: what is said where no unique derivative exists.

Each row is a formula, its variables, the value, the gradient and every note. The
conventions are PyTorch's published order: the derivative if there is one, else the
sub-gradient of least norm, else continuity, else NaN.
"""

import math

import pytest

from gradcalc.algebra.derivative import derivative
from gradcalc.engine.evaluation import evaluate

INF, NAN = math.inf, math.nan

# fmt: off
ROWS = [
    (
        "relu(x)", {"x": 0}, 0.0, {"x": 0.0},
        [
            "kink: relu(x): the slope of relu jumps from 0 to 1 at 0; 0 is taken",
        ],
    ),
    (
        "abs(x)", {"x": 0}, 0.0, {"x": 0.0},
        [
            "kink: abs(x): the slope of abs jumps from -1 to 1 at 0; 0 is taken",
        ],
    ),
    (
        "max(x, y)", {"x": 1, "y": 1}, 1.0, {"x": 0.5, "y": 0.5},
        [
            "tie: max(x, y): several operands are the largest; they share the gradient equally",
        ],
    ),
    (
        "max(x, y, z)", {"x": 1, "y": 1, "z": 1}, 1.0, {"x": 0.3333333333333333, "y": 0.3333333333333333, "z": 0.3333333333333333},
        [
            "tie: max(x, y, z): several operands are the largest; they share the gradient equally",
        ],
    ),
    (
        "min(x, y, z)", {"x": 1, "y": 1, "z": 3}, 1.0, {"x": 0.5, "y": 0.5, "z": 0.0},
        [
            "tie: min(x, y, z): several operands are the smallest; they share the gradient equally",
        ],
    ),
    (
        "max(x, y)", {"x": 1, "y": NAN}, NAN, {"x": NAN, "y": NAN},
        [
            "nonfinite: y is NaN, as given",
            "nonfinite: in max(x, y), where x is 1 and y is NaN, the derivative for x does not exist: NaN",
        ],
    ),
    (
        "max(1, y)", {"y": NAN}, NAN, {"y": NAN},
        [
            "nonfinite: y is NaN, as given",
            "nonfinite: in max(1, y), where y is NaN, the derivative for y does not exist: NaN",
        ],
    ),
    (
        "sqrt(x)", {"x": 0}, 0.0, {"x": INF},
        [
            "nonfinite: in sqrt(x), where x is 0, the derivative for x, 1/(2*sqrt(x)), is inf",
        ],
    ),
    (
        "asin(x)", {"x": 1}, 1.5707963267948966, {"x": INF},
        [
            "nonfinite: in asin(x), where x is 1, the derivative for x, 1/sqrt((1 - x)*(1 + x)), is inf",
        ],
    ),
    (
        "acos(x)", {"x": -1}, 3.141592653589793, {"x": -INF},
        [
            "nonfinite: in acos(x), where x is -1, the derivative for x, -1/sqrt((1 - x)*(1 + x)), is -inf",
        ],
    ),
    (
        "log(x)", {"x": 0}, -INF, {"x": INF},
        [
            "nonfinite: log(x) is -inf because x is 0",
            "nonfinite: in log(x), where x is 0, the derivative for x, 1/x, is inf",
        ],
    ),
    (
        "log(x)", {"x": -1}, NAN, {"x": NAN},
        [
            "nonfinite: log(x) is NaN because x is -1",
            "nonfinite: in log(x), where x is -1, the derivative for x does not exist: NaN",
        ],
    ),
    (
        "sqrt(x)^2", {"x": 0}, 0.0, {"x": NAN},
        [
            "nonfinite: in sqrt(x), where x is 0, the derivative for x, 1/(2*sqrt(x)), is inf; times the gradient that comes in, 0*inf, it is NaN",
        ],
    ),
    (
        "0*sqrt(x)", {"x": 0}, 0.0, {"x": NAN},
        [
            "nonfinite: in sqrt(x), where x is 0, the derivative for x, 1/(2*sqrt(x)), is inf; times the gradient that comes in, 0*inf, it is NaN",
        ],
    ),
    (
        "hypot(x, y)", {"x": 0, "y": 0}, 0.0, {"x": 0.0, "y": 0.0},
        [
            "kink: hypot(x, y): hypot has a tip where all operands are 0; 0 is taken",
        ],
    ),
    (
        "atan2(y, x)", {"x": 0, "y": 0}, 0.0, {"y": NAN, "x": NAN},
        [
            "nonfinite: in atan2(y, x), where y is 0 and x is 0, the derivative for y, x/hypot(x, y)/hypot(x, y), is NaN",
        ],
    ),
    (
        "sign(x)", {"x": 0}, 0.0, {"x": 0.0},
        [
            "kink: sign(x): the gradient of sign is 0 everywhere, also at its jumps",
        ],
    ),
    (
        "floor(x)", {"x": 1}, 1.0, {"x": 0.0},
        [
            "kink: floor(x): the gradient of floor is 0 everywhere, also at its jumps",
        ],
    ),
    (
        "ceil(x)", {"x": 0.5}, 1.0, {"x": 0.0},
        [],
    ),
    (
        "round(x)", {"x": 0.5}, 0.0, {"x": 0.0},
        [
            "kink: round(x): the gradient of round is 0 everywhere, also at its jumps",
        ],
    ),
    (
        "bce_logits(z, t)", {"z": 0, "t": 0}, 0.6931471805599453, {"z": 0.5, "t": -0.0},
        [],
    ),
    (
        "x^y", {"x": 0, "y": 0}, 1.0, {"x": 0.0, "y": 0.0},
        [
            "kink: x^y: 0^y jumps at y = 0; its gradient is taken as 0",
        ],
    ),
    (
        "x^y", {"x": 0, "y": 1}, 0.0, {"x": 1.0, "y": 0.0},
        [],
    ),
    (
        "x^y", {"x": 0, "y": 2}, 0.0, {"x": 0.0, "y": 0.0},
        [],
    ),
    (
        "x^y", {"x": -2, "y": 3}, -8.0, {"x": 12.0, "y": NAN},
        [
            "nonfinite: in x^y, where x is -2 and y is 3, the derivative for y, where((x == 0)*(y >= 0), 0, (x^y)*log(x)), is NaN",
        ],
    ),
    (
        "x^0", {"x": 0}, 1.0, {"x": 0.0},
        [],
    ),
    (
        "x^1", {"x": 0}, 0.0, {"x": 1.0},
        [],
    ),
    (
        "x^2", {"x": 0}, 0.0, {"x": 0.0},
        [],
    ),
    (
        "x^-1", {"x": 0}, INF, {"x": -INF},
        [
            "nonfinite: x^-1 is inf because x is 0",
            "nonfinite: in x^-1, where x is 0, the derivative for x, where((-1) == 0, 0, (-1)*x^((-1) - 1)), is -inf",
        ],
    ),
    (
        "0^y", {"y": 2}, 0.0, {"y": 0.0},
        [],
    ),
    (
        "x/x", {"x": 0}, NAN, {"x": NAN},
        [
            "nonfinite: x/x is NaN because x is 0",
            "nonfinite: in x/x, where x is 0, the derivative for x, 1/x, is inf",
        ],
    ),
    (
        "clip(x, 0, 1)", {"x": 0}, 0.0, {"x": 1.0},
        [
            "kink: clip(x, 0, 1): x is on a bound, where the slope jumps between 1 and 0; 1 is taken",
        ],
    ),
    (
        "clip(x, 0, 1)", {"x": 1}, 1.0, {"x": 1.0},
        [
            "kink: clip(x, 0, 1): x is on a bound, where the slope jumps between 1 and 0; 1 is taken",
        ],
    ),
    (
        "clip(x, a, b)", {"x": 0, "a": 0, "b": 1}, 0.0, {"x": 1.0, "a": 0.0, "b": 0.0},
        [
            "kink: clip(x, a, b): x is on a bound, where the slope jumps between 1 and 0; 1 is taken",
        ],
    ),
    (
        "leaky_relu(x)", {"x": 0}, 0.0, {"x": 0.01},
        [
            "kink: x > 0: both sides are equal, so the comparison is about to switch; the side taken gives the gradient",
        ],
    ),
    (
        "leaky_relu(x, 0.2)", {"x": 0}, 0.0, {"x": 0.2},
        [
            "kink: x > 0: both sides are equal, so the comparison is about to switch; the side taken gives the gradient",
        ],
    ),
    (
        "mod(x, y)", {"x": -7.5, "y": 2}, 0.5, {"x": 1.0, "y": 4.0},
        [],
    ),
    (
        "mod(x, y)", {"x": 7.5, "y": -2}, -0.5, {"x": 1.0, "y": 4.0},
        [],
    ),
    (
        "where(x>0, sqrt(x), 0)", {"x": 0}, 0.0, {"x": 0.0},
        [
            "kink: x>0: both sides are equal, so the comparison is about to switch; the side taken gives the gradient",
        ],
    ),
    (
        "where(x>0, sqrt(x), 0)", {"x": -1}, 0.0, {"x": 0.0},
        [
            "nonfinite: sqrt(x) is NaN because x is -1",
        ],
    ),
    (
        "1/x", {"x": 0}, INF, {"x": -INF},
        [
            "nonfinite: 1/x is inf because x is 0",
            "nonfinite: in 1/x, where x is 0, the derivative for x, -(1/x)/x, is -inf",
        ],
    ),
    (
        "(-8)^(1/3)+x", {"x": 1}, NAN, {"x": 1.0},
        [
            "nonfinite: (-8)^(1/3) is NaN",
        ],
    ),
    (
        "exp(x)", {"x": 1000}, INF, {"x": INF},
        [
            "nonfinite: exp(x) is inf because x is 1000",
            "nonfinite: in exp(x), where x is 1000, the derivative for x, exp(x), is inf",
        ],
    ),
    (
        "tanh(x)", {"x": 1000}, 1.0, {"x": 0.0},
        [
            "saturated: tanh(x): tanh is 1 or -1 to the last digit, so nothing passes",
        ],
    ),
    (
        "sigmoid(x)", {"x": -1000}, 0.0, {"x": 0.0},
        [
            "saturated: sigmoid(x): sigmoid is 0 or 1 to the last digit, so nothing passes",
        ],
    ),
    (
        "softplus(x)", {"x": 1000}, 1000.0, {"x": 1.0},
        [],
    ),
    (
        "x^2", {"x": -3}, 9.0, {"x": -6.0},
        [],
    ),
    (
        "log(x)*0", {"x": 0}, NAN, {"x": NAN},
        [
            "nonfinite: log(x) is -inf because x is 0",
            "nonfinite: in log(x), where x is 0, the derivative for x, 1/x, is inf; times the gradient that comes in, 0*inf, it is NaN",
        ],
    ),
    (
        "sqrt(x^2)", {"x": 0}, 0.0, {"x": NAN},
        [
            "nonfinite: in sqrt(x^2), where x^2 is 0, the derivative for x^2, 1/(2*sqrt(x^2)), is inf",
        ],
    ),
    (
        "x*log(x)", {"x": 0}, NAN, {"x": NAN},
        [
            "nonfinite: log(x) is -inf because x is 0",
            "nonfinite: in x*log(x), where x is 0 and log(x) is -inf, the derivative for x, log(x), is -inf",
        ],
    ),
    (
        "xlogx(x)", {"x": 0}, 0.0, {"x": -INF},
        [
            "nonfinite: in xlogx(x), where x is 0, the derivative for x, log(x) + 1, is -inf",
        ],
    ),
    (
        "exp(x)*1e200", {"x": 500}, INF, {"x": INF},
        [
            "nonfinite: exp(x)*1e200 is inf because exp(x) is 1.4035922178528375e+217",
            "nonfinite: in exp(x), where x is 500, the derivative for x, exp(x), is 1.4035922178528375e+217; times the gradient that comes in, 1e+200*1.4035922178528375e+217, it is inf",
        ],
    ),
    (
        "inf*x", {"x": 1}, INF, {"x": INF},
        [
            "nonfinite: inf*x is inf because x is 1",
            "nonfinite: in inf*x, where x is 1, the derivative for x, inf, is inf",
        ],
    ),
    (
        "1e999*x", {"x": 1}, INF, {"x": INF},
        [
            "nonfinite: 1e999 is inf, the nearest that a double can hold",
            "nonfinite: in 1e999*x, where x is 1, the derivative for x, 1e999, is inf",
        ],
    ),
    (
        "x", {"x": NAN}, NAN, {"x": 1.0},
        [
            "nonfinite: x is NaN, as given",
        ],
    ),
    (
        "exp(x) + log(y)", {"x": 1000, "y": 0}, NAN, {"x": INF, "y": INF},
        [
            "nonfinite: exp(x) is inf because x is 1000",
            "nonfinite: in log(y), where y is 0, the derivative for y, 1/y, is inf",
        ],
    ),
    (
        "min(x, y)", {"x": INF, "y": INF}, INF, {"x": 0.5, "y": 0.5},
        [
            "nonfinite: x is inf, as given",
            "tie: min(x, y): several operands are the smallest; they share the gradient equally",
        ],
    ),
    (
        "prod([x, y, z])", {"x": 0, "y": 2, "z": 3}, 0.0, {"x": 6.0, "y": 0.0, "z": 0.0},
        [],
    ),
    (
        "prod([x, y, z])", {"x": 0, "y": 0, "z": 3}, 0.0, {"x": 0.0, "y": 0.0, "z": 0.0},
        [],
    ),
    (
        "x^0.5", {"x": 0}, 0.0, {"x": INF},
        [
            "nonfinite: in x^0.5, where x is 0, the derivative for x, where(0.5 == 0, 0, 0.5*x^(0.5 - 1)), is inf",
        ],
    ),
    (
        "x^1.5", {"x": -1}, NAN, {"x": NAN},
        [
            "nonfinite: x^1.5 is NaN because x is -1",
            "nonfinite: in x^1.5, where x is -1, the derivative for x, where(1.5 == 0, 0, 1.5*x^(1.5 - 1)), is NaN",
        ],
    ),
    (
        "cbrt(x)", {"x": 0}, 0.0, {"x": INF},
        [
            "nonfinite: in cbrt(x), where x is 0, the derivative for x, 1/(3*cbrt(x)^2), is inf",
        ],
    ),
    (
        "cbrt(x)", {"x": -8}, -2.0, {"x": 0.08333333333333333},
        [],
    ),
    (
        "acosh(x)", {"x": 1}, 0.0, {"x": INF},
        [
            "nonfinite: in acosh(x), where x is 1, the derivative for x, 1/(sqrt(x - 1)*sqrt(x + 1)), is inf",
        ],
    ),
    (
        "acosh(x)", {"x": 0.5}, NAN, {"x": NAN},
        [
            "nonfinite: acosh(x) is NaN because x is 0.5",
            "nonfinite: in acosh(x), where x is 0.5, the derivative for x, 1/(sqrt(x - 1)*sqrt(x + 1)), is NaN",
        ],
    ),
    (
        "atanh(x)", {"x": 1}, INF, {"x": INF},
        [
            "nonfinite: atanh(x) is inf because x is 1",
            "nonfinite: in atanh(x), where x is 1, the derivative for x, 1/((1 - x)*(1 + x)), is inf",
        ],
    ),
    (
        "atanh(x)", {"x": 2}, NAN, {"x": NAN},
        [
            "nonfinite: atanh(x) is NaN because x is 2",
            "nonfinite: in atanh(x), where x is 2, the derivative for x does not exist: NaN",
        ],
    ),
    (
        "asin(x)", {"x": 2}, NAN, {"x": NAN},
        [
            "nonfinite: asin(x) is NaN because x is 2",
            "nonfinite: in asin(x), where x is 2, the derivative for x, 1/sqrt((1 - x)*(1 + x)), is NaN",
        ],
    ),
    (
        "sqrt(x)", {"x": -1}, NAN, {"x": NAN},
        [
            "nonfinite: sqrt(x) is NaN because x is -1",
            "nonfinite: in sqrt(x), where x is -1, the derivative for x, 1/(2*sqrt(x)), is NaN",
        ],
    ),
    (
        "log1p(x)", {"x": -1}, -INF, {"x": INF},
        [
            "nonfinite: log1p(x) is -inf because x is -1",
            "nonfinite: in log1p(x), where x is -1, the derivative for x, 1/(1 + x), is inf",
        ],
    ),
    (
        "tan(x)", {"x": 1.5707963267948966}, 1.633123935319537e+16, {"x": 2.6670937881135714e+32},
        [],
    ),
    (
        "clip(x, 2, 1)", {"x": 0}, 1.0, {"x": 0.0},
        [],
    ),
    (
        "mod(x, y)", {"x": 1, "y": 0}, NAN, {"x": NAN, "y": NAN},
        [
            "nonfinite: mod(x, y) is NaN because x is 1 and y is 0",
            "nonfinite: in mod(x, y), where x is 1 and y is 0, the derivative for x does not exist: NaN",
        ],
    ),
    (
        "mod(x, y)", {"x": 6, "y": 3}, 0.0, {"x": 1.0, "y": -2.0},
        [
            "kink: mod(x, y): a is a multiple of b, where mod jumps; the slope on its upper side is taken",
        ],
    ),
    (
        "x == y", {"x": 1, "y": 1}, 1.0, {"x": 0.0, "y": 0.0},
        [
            "kink: x == y: both sides are equal, so the comparison is about to switch; the side taken gives the gradient",
        ],
    ),
    (
        "x < y", {"x": 1, "y": 2}, 1.0, {"x": 0.0, "y": 0.0},
        [],
    ),
    (
        "where(c, x, y)", {"c": 2, "x": 3, "y": 4}, 3.0, {"c": 0.0, "x": 1.0, "y": 0.0},
        [],
    ),
    (
        "where(x > 0, log(x), x)", {"x": -1}, -1.0, {"x": 1.0},
        [
            "nonfinite: log(x) is NaN because x is -1",
        ],
    ),
    (
        "max(0, sqrt(x))", {"x": -1}, NAN, {"x": NAN},
        [
            "nonfinite: sqrt(x) is NaN because x is -1",
            "nonfinite: in max(0, sqrt(x)), where sqrt(x) is NaN, the derivative for sqrt(x) does not exist: NaN",
        ],
    ),
    (
        "relu(x)", {"x": NAN}, NAN, {"x": NAN},
        [
            "nonfinite: x is NaN, as given",
            "nonfinite: in relu(x), where x is NaN, the derivative for x does not exist: NaN",
        ],
    ),
    (
        "clip(x, 0, 1)", {"x": NAN}, NAN, {"x": NAN},
        [
            "nonfinite: x is NaN, as given",
            "nonfinite: in clip(x, 0, 1), where x is NaN, the derivative for x does not exist: NaN",
        ],
    ),
    (
        "abs(x)", {"x": -2}, 2.0, {"x": -1.0},
        [],
    ),
    (
        "relu(sqrt(x) - 1)", {"x": 0}, 0.0, {"x": 0.0},
        [],
    ),
    (
        "max(sqrt(x), 1)", {"x": 0}, 1.0, {"x": 0.0},
        [],
    ),
    (
        "min(1/x, 1)", {"x": 0}, 1.0, {"x": 0.0},
        [
            "nonfinite: 1/x is inf because x is 0",
        ],
    ),
    (
        "clip(log(x), -1, 1)", {"x": 0}, -1.0, {"x": 0.0},
        [
            "nonfinite: log(x) is -inf because x is 0",
        ],
    ),
    (
        "logsumexp([x, y])", {"x": -1000, "y": -1000}, -999.3068528194401, {"x": 0.5, "y": 0.5},
        [],
    ),
    (
        "logsumexp([x, y])", {"x": -INF, "y": -INF}, -INF, {"x": NAN, "y": NAN},
        [
            "nonfinite: x is -inf, as given",
            "nonfinite: in logsumexp([x, y]), where x is -inf and y is -inf, the derivative for x, exp(x - logsumexp([x, y]))/sum(exp(x - logsumexp([x, y])), exp(y - logsumexp([x, y]))), is NaN",
        ],
    ),
    (
        "softplus(x)", {"x": -1000}, 0.0, {"x": 0.0},
        [],
    ),
    (
        "erf(x)", {"x": 30}, 1.0, {"x": 0.0},
        [
            "saturated: erf(x): erf is 1 or -1 to the last digit, so nothing passes",
        ],
    ),
    (
        "exp(x)", {"x": -1000}, 0.0, {"x": 0.0},
        [],
    ),
    (
        "cross_entropy_logits([x, y], [1, 0])", {"x": 1000, "y": -1000}, 0.0, {"x": 0.0, "y": 0.0},
        [],
    ),
    (
        "cross_entropy_logits([x, y], [1, 0])", {"x": -1000, "y": 1000}, 2000.0, {"x": -1.0, "y": 1.0},
        [],
    ),
    (
        "bce_logits(z, 1)", {"z": -1000}, 1000.0, {"z": -1.0},
        [],
    ),
    (
        "bce_logits(z, 1)", {"z": 1000}, 0.0, {"z": 0.0},
        [],
    ),
    (
        "hypot(x, y)", {"x": 3e+200, "y": 4e+200}, 4.9999999999999995e+200, {"x": 0.6000000000000001, "y": 0.8},
        [],
    ),
    (
        "norm([x, y])", {"x": 0, "y": 0}, 0.0, {"x": 0.0, "y": 0.0},
        [
            "kink: norm([x, y]): hypot has a tip where all operands are 0; 0 is taken",
        ],
    ),
    (
        "0/x", {"x": 0}, NAN, {"x": NAN},
        [
            "nonfinite: 0/x is NaN because x is 0",
            "nonfinite: in 0/x, where x is 0, the derivative for x, -(0/x)/x, is NaN",
        ],
    ),
    (
        "-1/x", {"x": 0}, -INF, {"x": INF},
        [
            "nonfinite: -1/x is -inf because x is 0",
            "nonfinite: in -1/x, where x is 0, the derivative for x, -(-1/x)/x, is inf",
        ],
    ),
    (
        "x*y", {"x": INF, "y": 0}, NAN, {"x": 0.0, "y": INF},
        [
            "nonfinite: x is inf, as given",
            "nonfinite: in x*y, where x is inf and y is 0, the derivative for y, x, is inf",
        ],
    ),
    (
        "sum([x, x])", {"x": 1e+308}, INF, {"x": 2.0},
        [
            "nonfinite: sum([x, x]) is inf because x is 1e+308",
        ],
    ),
    (
        "x + x", {"x": 1e+308}, INF, {"x": 2.0},
        [
            "nonfinite: x + x is inf because x is 1e+308",
        ],
    ),
    (
        "1/(x - x)", {"x": 1}, INF, {"x": NAN},
        [
            "nonfinite: 1/(x - x) is inf because x - x is 0",
            "nonfinite: in 1/(x - x), where x - x is 0, the derivative for x - x, -(1/(x - x))/(x - x), is -inf",
        ],
    ),
    (
        "x^y", {"x": 1, "y": INF}, 1.0, {"x": INF, "y": 0.0},
        [
            "nonfinite: y is inf, as given",
            "nonfinite: in x^y, where x is 1 and y is inf, the derivative for x, where(y == 0, 0, y*x^(y - 1)), is inf",
        ],
    ),
    (
        "x^x", {"x": 0}, 1.0, {"x": 0.0},
        [
            "kink: x^x: 0^y jumps at y = 0; its gradient is taken as 0",
        ],
    ),
    (
        "x^y", {"x": -2, "y": 0.5}, NAN, {"x": NAN, "y": NAN},
        [
            "nonfinite: x^y is NaN because x is -2 and y is 0.5",
            "nonfinite: in x^y, where x is -2 and y is 0.5, the derivative for x, where(y == 0, 0, y*x^(y - 1)), is NaN",
        ],
    ),
    (
        "sin(x)", {"x": INF}, NAN, {"x": NAN},
        [
            "nonfinite: x is inf, as given",
            "nonfinite: in sin(x), where x is inf, the derivative for x, cos(x), is NaN",
        ],
    ),
]
# fmt: on


def _same(got, want):
    return got == want or (math.isnan(got) and math.isnan(want))


@pytest.mark.parametrize(
    ("formula", "variables", "value", "gradient", "notes"),
    [pytest.param(*row, id=f"{row[0]} at {row[1]}") for row in ROWS],
)
def test_special_value(formula, variables, value, gradient, notes):
    result = evaluate(formula, variables)
    assert _same(result.value, value)
    assert list(result.gradient) == list(gradient)
    for name, want in gradient.items():
        assert _same(result.gradient[name], want), name
    assert [f"{note.kind}: {note.message}" for note in result.notes] == notes


def test_literals_have_no_gradient():
    result = evaluate("x^2", {"x": -3})
    assert [node.gradient for node in result.nodes] == [-6.0, None, 1.0]
    assert result.finite
    assert not result.notes


def test_constants_have_no_gradient():
    result = evaluate("pi*x + 2*3", {"x": 1})
    assert {node.expression: node.gradient for node in result.nodes} == {
        "pi": None,
        "x": math.pi,
        "pi*x": 1.0,
        "2": None,
        "3": None,
        "2*3": None,
        "pi*x + 2*3": 1.0,
    }


@pytest.mark.parametrize(
    "formula",
    [
        "where(x > 0, sqrt(x), 0)",
        "where(x <= 0, 0, log(x))",
        "max(1, where(x > 0, 1/x, 0))",
        "relu(-sqrt(x + 1) - 1)",
        "clip(2 + sqrt(x + 1), -1, 1)",
        "where(x > 0, where(x > 0, x^x, log(x)), 0)",
    ],
)
@pytest.mark.parametrize("x", [0.0, -1.0])
def test_nothing_reaches_what_was_not_selected(formula, x):
    result = evaluate(formula, {"x": x})
    assert result.gradient == {"x": 0.0}
    # The same of the derivative as a formula, and of its own derivative.
    symbolic = derivative(formula, "x")
    assert evaluate(symbolic, {"x": x} if "x" in symbolic else {}).value == 0.0


def test_note_names_the_first_node_that_is_not_finite():
    result = evaluate("a = log(x)\nb = a*2\nexp(b) + 1/a", {"x": 0})
    (note, *_) = [note for note in result.notes if note.kind == "nonfinite"]
    assert result.nodes[note.node].expression == "log(x)"
    assert note.message == "log(x) is -inf because x is 0"
