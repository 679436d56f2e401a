"""Every operation again, in arithmetic of 50 digits: an independent reference.

Nothing here is read from the table of operations. A row is a value and its partial
derivatives as a calculus book states them, in mpmath; the tests compare the rows with
mpmath's own numerical differentiation before they trust them. None stands for an
operand that was not selected, to which nothing at all is passed.
"""

from collections.abc import Callable, Sequence

from mpmath import mp, mpf

from gradcalc.special_functions import HIGHEST_ORDER

# Rounding in the reference itself must stay far below the 50 digits asked of it.
DIGITS = 70

Number = mpf
Row = tuple[Callable[..., Number], Callable[..., Sequence[Number | None]]]

ZERO, ONE, TWO = mpf(0), mpf(1), mpf(2)
NAN = mp.nan


def _sign(x: Number) -> Number:
    return mpf((x > 0) - (x < 0))


def _power(a: Number, b: Number) -> Number:
    if a == 0:
        return ONE if b == 0 else ZERO if b > 0 else mp.inf
    if a < 0:
        if b != mp.floor(b):
            return NAN
        return (-ONE if mp.fmod(b, 2) else ONE) * mp.power(-a, b)
    return mp.power(a, b)


def _power_partials(a: Number, b: Number) -> list[Number]:
    first = ZERO if b == 0 else b * _power(a, b - 1)
    if a == 0:
        return [first, ZERO if b >= 0 else -mp.inf]
    return [first, NAN if a < 0 else mp.power(a, b) * mp.log(a)]


def _others(*v: Number) -> list[Number]:
    return [mp.fprod(v[:i] + v[i + 1 :]) for i in range(len(v))]


def _extreme(choose: Callable[..., Number]) -> Row:
    def partials(*v: Number) -> list[Number | None]:
        chosen = choose(v)
        ties = v.count(chosen)
        return [ONE / ties if x == chosen else None for x in v]

    return lambda *v: choose(v), partials


def _clip_partials(x: Number, lo: Number, hi: Number) -> list[Number | None]:
    if x > hi or lo >= hi:
        return [None, None, ONE]
    return [None, ONE, None] if x < lo else [ONE, None, None]


def _round(x: Number) -> Number:
    below = mp.floor(x)
    rest = x - below
    if rest == mpf("0.5"):
        return below if mp.fmod(below, 2) == 0 else below + 1
    return below if rest < 0.5 else below + 1


def _sigmoid(x: Number) -> Number:
    return 1 / (1 + mp.exp(-x)) if x >= 0 else mp.exp(x) / (1 + mp.exp(x))


def _softplus(x: Number) -> Number:
    return max(x, ZERO) + mp.log1p(mp.exp(-abs(x)))


def _logsumexp(*v: Number) -> Number:
    largest = max(v)
    rest = list(v)
    rest.remove(largest)
    return largest + mp.log1p(mp.fsum(mp.exp(x - largest) for x in rest))


def _softmax(*v: Number) -> list[Number]:
    powers = [mp.exp(x - max(v)) for x in v]
    return [power / mp.fsum(powers) for power in powers]


def _halves(v: Sequence[Number]) -> tuple[Sequence[Number], Sequence[Number]]:
    return v[: len(v) // 2], v[len(v) // 2 :]


def _cross_entropy(*v: Number) -> Number:
    z, t = _halves(v)
    return mp.fsum(b * (_logsumexp(*z) - a) for a, b in zip(z, t, strict=True))


def _cross_entropy_partials(*v: Number) -> list[Number]:
    z, t = _halves(v)
    total = mp.fsum(t)
    p = _softmax(*z)
    return [
        *(a * total - b for a, b in zip(p, t, strict=True)),
        *(_logsumexp(*z) - a for a in z),
    ]


def _comparison(holds: Callable[[Number, Number], bool]) -> Row:
    return lambda a, b: mpf(holds(a, b)), lambda a, b: [None, None]


def _flat(value: Callable[[Number], Number]) -> Row:
    return value, lambda x: [None]


def _hypot(*v: Number) -> Number:
    return mp.sqrt(mp.fsum(x * x for x in v))


def _hypot_partials(*v: Number) -> list[Number]:
    length = _hypot(*v)
    return [x / length if length else ZERO for x in v]


def _atan2_partials(y: Number, x: Number) -> list[Number]:
    square = x * x + y * y
    return [x / square, -y / square] if square else [NAN, NAN]


def _polygamma(n: Number, x: Number) -> Number:
    if not (mp.isint(n) and 0 <= n <= HIGHEST_ORDER):
        return NAN
    return mp.psi(int(n), x)


def _sinc_derivative(n: Number, x: Number) -> Number:
    """The mean of cos(t*x + n*pi/2)*t^n for t between 0 and 1, as a power series."""
    if not (mp.isint(n) and 0 <= n <= HIGHEST_ORDER) or mp.isnan(x):
        return NAN
    if mp.isinf(x):
        return ZERO
    order = int(n)
    if abs(x) > 100:
        value = mp.sin(x) / x
        for k in range(1, order + 1):
            value = ([mp.sin, mp.cos][k % 2](x) * (-1) ** (k // 2) - k * value) / x
        return value
    with mp.workdps(mp.dps + 50):
        value = ZERO
        power = order % 2
        term = x**power * (-1) ** ((order + power) // 2)
        while True:
            value += term / (power + order + 1)
            power += 2
            term *= -x * x / (power * (power - 1))
            if abs(term) <= abs(value) * mpf(10) ** -mp.dps:
                return value


REFERENCE: dict[str, Row] = {
    "+": (lambda a, b: a + b, lambda a, b: [ONE, ONE]),
    "-": (lambda a, b: a - b, lambda a, b: [ONE, -ONE]),
    "*": (lambda a, b: a * b, lambda a, b: [b, a]),
    "/": (lambda a, b: a / b, lambda a, b: [1 / b, -a / (b * b)]),
    "^": (_power, _power_partials),
    "neg": (lambda x: -x, lambda x: [-ONE]),
    "sum": (lambda *v: mp.fsum(v), lambda *v: [ONE] * len(v)),
    "prod": (lambda *v: mp.fprod(v), _others),
    "<": _comparison(lambda a, b: a < b),
    "<=": _comparison(lambda a, b: a <= b),
    ">": _comparison(lambda a, b: a > b),
    ">=": _comparison(lambda a, b: a >= b),
    "==": _comparison(lambda a, b: a == b),
    "!=": _comparison(lambda a, b: a != b),
    "where": (
        lambda c, a, b: a if c != 0 else b,
        lambda c, a, b: [None, ONE, None] if c != 0 else [None, None, ONE],
    ),
    "max": _extreme(max),
    "min": _extreme(min),
    "clip": (lambda x, lo, hi: min(max(x, lo), hi), _clip_partials),
    "relu": (lambda x: max(x, ZERO), lambda x: [ONE if x > 0 else None]),
    "abs": (abs, lambda x: [_sign(x)]),
    "stop_gradient": _flat(lambda x: x),
    "sign": _flat(_sign),
    "floor": _flat(mp.floor),
    "ceil": _flat(mp.ceil),
    "round": _flat(_round),
    "mod": (
        lambda a, b: a - b * mp.floor(a / b),
        lambda a, b: [ONE, -mp.floor(a / b)],
    ),
    "exp": (mp.exp, lambda x: [mp.exp(x)]),
    "expm1": (mp.expm1, lambda x: [mp.exp(x)]),
    "log": (mp.log, lambda x: [1 / x]),
    "log2": (lambda x: mp.log(x) / mp.log(2), lambda x: [1 / (x * mp.log(2))]),
    "log10": (lambda x: mp.log(x) / mp.log(10), lambda x: [1 / (x * mp.log(10))]),
    "log1p": (mp.log1p, lambda x: [1 / (1 + x)]),
    "sqrt": (mp.sqrt, lambda x: [1 / (2 * mp.sqrt(x))]),
    "cbrt": (
        lambda x: _sign(x) * mp.cbrt(abs(x)),
        lambda x: [1 / (3 * mp.cbrt(abs(x)) ** 2)],
    ),
    "hypot": (_hypot, _hypot_partials),
    "xlogx": (
        lambda x: x * mp.log(x) if x else ZERO,
        lambda x: [mp.log(x) + 1 if x else -mp.inf],
    ),
    "sin": (mp.sin, lambda x: [mp.cos(x)]),
    "cos": (mp.cos, lambda x: [-mp.sin(x)]),
    "tan": (mp.tan, lambda x: [mp.sec(x) ** 2]),
    "asin": (mp.asin, lambda x: [1 / mp.sqrt(1 - x * x)]),
    "acos": (mp.acos, lambda x: [-1 / mp.sqrt(1 - x * x)]),
    "atan": (mp.atan, lambda x: [1 / (1 + x * x)]),
    "atan2": (mp.atan2, _atan2_partials),
    "sinh": (mp.sinh, lambda x: [mp.cosh(x)]),
    "cosh": (mp.cosh, lambda x: [mp.sinh(x)]),
    "tanh": (mp.tanh, lambda x: [mp.sech(x) ** 2]),
    "asinh": (mp.asinh, lambda x: [1 / mp.sqrt(x * x + 1)]),
    "acosh": (mp.acosh, lambda x: [1 / mp.sqrt(x * x - 1)]),
    "atanh": (mp.atanh, lambda x: [1 / (1 - x * x)]),
    "sigmoid": (_sigmoid, lambda x: [_sigmoid(x) * _sigmoid(-x)]),
    "softplus": (_softplus, lambda x: [_sigmoid(x)]),
    "logsigmoid": (lambda x: -_softplus(-x), lambda x: [_sigmoid(-x)]),
    "softsign": (lambda x: x / (1 + abs(x)), lambda x: [1 / (1 + abs(x)) ** 2]),
    "erf": (mp.erf, lambda x: [TWO / mp.sqrt(mp.pi) * mp.exp(-x * x)]),
    "erfc": (mp.erfc, lambda x: [-TWO / mp.sqrt(mp.pi) * mp.exp(-x * x)]),
    "erfinv": (mp.erfinv, lambda x: [mp.sqrt(mp.pi) / 2 * mp.exp(mp.erfinv(x) ** 2)]),
    "gamma": (mp.gamma, lambda x: [mp.gamma(x) * mp.digamma(x)]),
    "lgamma": (lambda x: mp.re(mp.loggamma(x)), lambda x: [mp.digamma(x)]),
    "digamma": (mp.digamma, lambda x: [mp.psi(1, x)]),
    "polygamma": (_polygamma, lambda n, x: [None, _polygamma(n + 1, x)]),
    "sinc": (mp.sinc, lambda x: [_sinc_derivative(ONE, x)]),
    "sinc_derivative": (
        _sinc_derivative,
        lambda n, x: [None, _sinc_derivative(n + 1, x)],
    ),
    "logsumexp": (_logsumexp, _softmax),
    "logaddexp": (_logsumexp, _softmax),
    "bce_logits": (
        lambda z, t: (1 - t) * _softplus(z) + t * _softplus(-z),
        lambda z, t: [_sigmoid(z) - t, -z],
    ),
    "cross_entropy_logits": (_cross_entropy, _cross_entropy_partials),
}
