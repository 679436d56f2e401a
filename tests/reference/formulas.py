"""Random formulas with their value and gradient by forward-mode duals in mpmath.

A formula is made twice at once: as text, and as numbers that carry their derivative
with respect to every variable along (dual numbers), with 70 digits. The duals follow
what was selected, as gradcalc does. Each is worked out several times with a relative
error of some units in the last place of a double injected after every operation: how
far these results lie apart is how far a correct calculation in doubles may be off.
"""

import random
from collections.abc import Callable, Sequence

from hypothesis import strategies as st
from mpmath import mp, mpf
from reference.arithmetic import DIGITS, REFERENCE

from gradcalc.language.names import read_program

VARIABLES = ("x", "y", "z")

# What an operation may do wrong, relative to its result, in the perturbed duals.
NOISE = mpf(2) ** -50
# Doubles beyond these lose digits or overflow, where the duals do not.
LARGEST, SMALLEST = mpf(10) ** 150, mpf(10) ** -150


class UnusableError(Exception):
    """The formula is not differentiable, or not finite, or ill conditioned here."""


class Dual:
    """A number with its derivative with respect to each variable.

    `exact` says that a calculation in doubles gives exactly this value.
    """

    __slots__ = ("exact", "slopes", "value")

    def __init__(
        self, value: mpf, slopes: dict[str, mpf], *, exact: bool = False
    ) -> None:
        self.value = value
        self.slopes = slopes
        self.exact = exact


# A formula as text, and what it is for given variables and a source of noise.
Evaluate = Callable[[dict[str, Dual], Callable[[], mpf]], Dual]


class Formula:
    """A formula's text, how tightly it binds, and its evaluation over duals."""

    __slots__ = ("evaluate", "text", "tier")

    def __init__(self, text: str, tier: int, evaluate: Evaluate) -> None:
        self.text = text
        self.tier = tier
        self.evaluate = evaluate

    def __repr__(self) -> str:
        return self.text


def _checked(number: mpf) -> mpf:
    if not isinstance(number, mpf) or not mp.isfinite(number):
        raise UnusableError
    if number and not SMALLEST < abs(number) < LARGEST:
        raise UnusableError
    return number


_EXACT = {"neg", "abs", "sign", "where", "max", "min", "clip", "relu"}
_EXACT |= {"floor", "ceil", "round", "<", "<=", ">", ">=", "==", "!="}


# Derivatives of an order, a whole number, which is the first operand.
_ORDERS = {"polygamma", "sinc_derivative"}


def _near(a: Dual, b: Dual) -> bool:
    """Whether doubles might compare two numbers otherwise than exact arithmetic."""
    if a.exact and b.exact:
        return False
    return abs(a.value - b.value) <= mpf(10) ** -9 * (abs(a.value) + abs(b.value))


def _check_ties(name: str, operands: Sequence[Dual]) -> None:
    """Refuse a place so close to a jump or a kink that rounding decides the side."""
    values = [operand.value for operand in operands]
    if name in {"<", "<=", ">", ">=", "==", "!=", "max", "min", "clip"}:
        for i, a in enumerate(operands):
            for b in operands[i + 1 :]:
                if _near(a, b) or (a.value == b.value and name != "=="):
                    raise UnusableError
    elif name in {"relu", "abs", "sign"}:
        if values[0] == 0 or (not operands[0].exact and abs(values[0]) < 1e-9):
            raise UnusableError
    elif name == "where":
        if not operands[0].exact and abs(values[0]) < 1e-9:
            raise UnusableError
    elif name in {"floor", "ceil", "round", "mod"}:
        ratio = values[0] / values[1] if name == "mod" and values[1] else values[0]
        if abs(ratio) > 1e6:
            raise UnusableError
        twice = 2 * ratio
        if abs(twice - mp.nint(twice)) < 1e-9:
            raise UnusableError


def _in_domain(name: str, values: Sequence[mpf]) -> bool:
    first = values[0]
    if name in {"log", "log2", "log10", "sqrt", "xlogx"}:
        return bool(first > 0)
    if name == "log1p":
        return bool(first > -1)
    if name in {"asin", "acos", "atanh", "erfinv"}:
        return bool(abs(first) < 1)
    if name == "acosh":
        return bool(first > 1)
    if name in {"/", "mod"}:
        return bool(values[1] != 0)
    if name == "cbrt":
        return bool(first != 0)
    if name == "^":
        return bool(first > 0 and abs(values[1]) < 1e6)
    if name == "bce_logits":
        return bool(0 <= values[1] <= 1)
    if name == "atan2":
        return bool(abs(first) + abs(values[1]) > 0)
    if name == "hypot":
        return any(values)
    if name in {"exp", "expm1", "sinh", "cosh"}:
        return bool(abs(first) < 300)
    if name in {"erf", "erfc", "tanh", "sigmoid"}:
        return bool(abs(first) < 12)
    if name in {"sin", "cos", "tan", "sinc"}:
        return bool(abs(first) < 1e6)
    if name in {"gamma", "lgamma", "digamma"}:
        return bool(1e-3 < first < 150)
    if name in _ORDERS:
        return bool(1e-3 < values[1] < 150)
    return True


def apply(name: str, operands: Sequence[Dual], noise: Callable[[], mpf]) -> Dual:
    """The operation on duals, by the rules of the reference."""
    values = [operand.value for operand in operands]
    if not _in_domain(name, values):
        raise UnusableError
    _check_ties(name, operands)
    value_of, partials_of = REFERENCE[name]
    exact = name in _EXACT and all(operand.exact for operand in operands)
    value = _checked(value_of(*values))
    partials = partials_of(*values)
    slopes: dict[str, mpf] = {}
    for operand, partial in zip(operands, partials, strict=True):
        if partial is None:
            continue
        for variable, slope in operand.slopes.items():
            moved = _checked(slope * partial) * (1 + noise())
            slopes[variable] = _checked(slopes.get(variable, mpf(0)) + moved)
    if name not in _EXACT:
        value *= 1 + noise()
    return Dual(value, slopes, exact=exact)


def _no_noise() -> mpf:
    return mpf(0)


def reference(
    formula: Formula, point: dict[str, float]
) -> tuple[mpf, dict[str, mpf], mpf, dict[str, mpf]]:
    """Value and gradient, and how far each may be off; raises UnusableError."""
    variables = {
        name: Dual(mpf(x), {name: mpf(1)}, exact=True) for name, x in point.items()
    }
    with mp.workdps(DIGITS):
        result = formula.evaluate(variables, _no_noise)
        spread = mpf(0)
        spreads = {name: mpf(0) for name in point}
        for seed in range(6):
            generator = random.Random(seed)

            def noise(generator: random.Random = generator) -> mpf:
                return NOISE * generator.choice((-1, 1))

            moved = formula.evaluate(variables, noise)
            spread = max(spread, abs(moved.value - result.value))
            for name in point:
                apart = abs(
                    moved.slopes.get(name, mpf(0)) - result.slopes.get(name, mpf(0))
                )
                spreads[name] = max(spreads[name], apart)
    slopes = {name: result.slopes.get(name, mpf(0)) for name in point}
    return result.value, slopes, spread, spreads


# --- The strategy ---------------------------------------------------------------------

COMPARISON, SUM, PRODUCT, SIGNED, POWER, PRIMARY = range(6)
_INFIX = {
    "+": (SUM, SUM, PRODUCT),
    "-": (SUM, SUM, PRODUCT),
    "*": (PRODUCT, PRODUCT, SIGNED),
    "/": (PRODUCT, PRODUCT, SIGNED),
    "^": (POWER, PRIMARY, SIGNED),
    **dict.fromkeys(("<", "<=", ">", ">=", "==", "!="), (COMPARISON, SUM, SUM)),
}
UNARY = [
    name
    for name in REFERENCE
    if name not in _INFIX
    and name
    not in {
        *("neg", "where", "clip", "mod", "atan2", "bce_logits"),
        *("sum", "prod", "max", "min", "hypot", "logsumexp", "cross_entropy_logits"),
        *("logaddexp", *_ORDERS),
    }
]


def _wrapped(formula: Formula, tier: int) -> str:
    return formula.text if formula.tier >= tier else f"({formula.text})"


def _infix(name: str, left: Formula, right: Formula, blank: str) -> Formula:
    tier, needs_left, needs_right = _INFIX[name]
    spelt = "**" if name == "^" and blank else name
    return Formula(
        f"{_wrapped(left, needs_left)}{blank}{spelt}{blank}"
        f"{_wrapped(right, needs_right)}",
        tier,
        lambda v, n: apply(name, [left.evaluate(v, n), right.evaluate(v, n)], n),
    )


def _negated(operand: Formula) -> Formula:
    return Formula(
        f"-{_wrapped(operand, SIGNED)}",
        SIGNED,
        lambda v, n: apply("neg", [operand.evaluate(v, n)], n),
    )


def _call(name: str, operands: Sequence[Formula], spelling: str = "{}") -> Formula:
    inside = spelling.format(", ".join(operand.text for operand in operands))
    return Formula(
        f"{name}({inside})",
        PRIMARY,
        lambda v, n: apply(name, [operand.evaluate(v, n) for operand in operands], n),
    )


def _where(condition: Formula, yes: Formula, no: Formula) -> Formula:
    def evaluate(variables: dict[str, Dual], noise: Callable[[], mpf]) -> Dual:
        chosen = condition.evaluate(variables, noise)
        _check_ties("where", [chosen])
        # What is not selected may be outside of its domain: it is not even looked at.
        return (yes if chosen.value != 0 else no).evaluate(variables, noise)

    text = f"where({condition.text}, {yes.text}, {no.text})"
    return Formula(text, PRIMARY, evaluate)


def _variable(name: str) -> Formula:
    return Formula(name, PRIMARY, lambda v, n: v[name])


def _literal(text: str) -> Formula:
    dual = Dual(mpf(float(text)), {}, exact=True)
    return Formula(text, PRIMARY, lambda v, n: dual)


def leaves() -> st.SearchStrategy[Formula]:
    """A variable, or a number in one of its notations."""
    numbers = ["0.5", "2", "3", "1", ".25", "1e-3", "1.5e2", "1_0", "0.1", "7."]
    return st.one_of(
        st.sampled_from(VARIABLES).map(_variable),
        st.sampled_from(numbers).map(_literal),
        st.floats(0.001, 1000).map(lambda x: _literal(repr(x))),
    )


def _grown(inner: st.SearchStrategy[Formula]) -> st.SearchStrategy[Formula]:
    blanks = st.sampled_from(["", " "])
    comparison = st.builds(
        _infix,
        st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
        inner,
        inner,
        blanks,
    )
    rows = st.lists(inner, min_size=2, max_size=4)
    return st.one_of(
        st.builds(_infix, st.sampled_from("+-*/^"), inner, inner, blanks),
        st.builds(_infix, st.sampled_from("+-*/"), inner, inner, blanks),
        st.builds(_negated, inner),
        st.builds(_call, st.sampled_from(UNARY), st.tuples(inner)),
        st.builds(_call, st.sampled_from(UNARY), st.tuples(inner)),
        st.builds(
            _call,
            st.sampled_from(["mod", "atan2", "bce_logits", "logaddexp"]),
            st.tuples(inner, inner),
        ),
        st.builds(
            _call,
            st.sampled_from(sorted(_ORDERS)),
            st.tuples(st.sampled_from("0123").map(_literal), inner),
        ),
        st.builds(
            _call,
            st.sampled_from(["sum", "prod", "max", "min", "hypot", "logsumexp"]),
            rows,
            st.sampled_from(["{}", "[{}]"]),
        ),
        st.builds(_call, st.just("clip"), st.tuples(inner, inner, inner)),
        st.builds(_where, st.one_of(comparison, inner), inner, inner),
        comparison,
    )


def formulas(*, max_leaves: int = 12) -> st.SearchStrategy[Formula]:
    """Formulas over all operations in x, y and z."""
    return st.recursive(leaves(), _grown, max_leaves=max_leaves)


def used(formula: Formula, point: dict[str, float]) -> dict[str, float]:
    """The point without the names that the formula does not use."""
    names = read_program(formula.text).variables()
    return {name: point[name] for name in VARIABLES if name in names}


def points() -> st.SearchStrategy[dict[str, float]]:
    """A number for each variable: ordinary ones, and now and then a special one."""
    numbers = st.one_of(
        st.integers(-3000, 3000).map(lambda k: k / 1000),
        st.sampled_from([0.5, 1.0, 2.0, -1.0, 0.1, 20.0, -20.0, 1e-5]),
    )
    return st.fixed_dictionaries(dict.fromkeys(VARIABLES, numbers))
