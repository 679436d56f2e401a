"""How each operation is spelt in NumPy, with the values of the table.

Most are functions of NumPy, which work array by array; some are formulas of others, in
gradcalc's own language; a few are definitions that travel with the code. What is in no
table is computed number by number, by the source of the table's own function. NumPy's
exp, log, tanh and the like are not those of Python's math to the bit, but within two
units in the last place.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from functools import cache

from gradcalc.graph import Graph
from gradcalc.language.rules import FunctionOperation, formula_graph
from gradcalc.language.terms import Terms
from gradcalc.operations import (
    ABS,
    COMPARISONS,
    EQUAL,
    EXP,
    LESS,
    LOG1P,
    MAX,
    MINUS,
    OPERATIONS,
    PLUS,
    TIMES,
    WHERE,
    Operation,
)
from gradcalc.writers.languages.arrays import NUMPY_NAMES
from gradcalc.writers.languages.python import definitions as table_definitions
from gradcalc.writers.languages.python import of_table

# NumPy's own functions; of these DEFINITIONS has some that are closer.
UFUNCS: dict[str, str] = {
    **NUMPY_NAMES,
    "+": "add",
    "-": "subtract",
    "*": "multiply",
    "/": "divide",
    "^": "power",
    "neg": "negative",
    "<": "less",
    "<=": "less_equal",
    ">": "greater",
    ">=": "greater_equal",
    "==": "equal",
    "!=": "not_equal",
}

# These take as long as an addition, all others several times that.
QUICK = (
    frozenset(
        OPERATIONS[name]
        for name in ("+", "-", "*", "/", "neg", "abs", "sign", "floor", "ceil", "round")
    )
    | COMPARISONS
)

# Formulas with the same value, in operations that NumPy has.
FORMULAS: dict[str, str] = {
    "stop_gradient": "x",
    "clip": "min(max(x, lo), hi)",
    "softplus": "relu(x) + log1p(exp(-abs(x)))",
    "logsigmoid": "-softplus(-x)",
    "softsign": "where(abs(x) == inf, sign(x), x/(1 + abs(x)))",
    "xlogx": "where(x == 0, 0, x*log(x))",
    "bce_logits": (
        "0 + where(t == 1, 0, (1 - t)*softplus(z)) + where(t == 0, 0, t*softplus(-z))"
    ),
}

# Definitions in NumPy, of the operations and of what these use. Each gets an array for
# its result, which is none of its operands.
DEFINITIONS: dict[str, str] = {
    "relu": """\
def each_relu(x, out):
    np.maximum(x, 0.0, out=out)
    np.add(out, 0.0, out=out)  # of -0.0 it is 0.0
""",
    "where": """\
def each_where(c, a, b, out):
    if c.all():
        np.copyto(out, a)
    elif c.any():
        np.copyto(out, np.where(c, a, b))
    else:
        np.copyto(out, b)
""",
    # Of 0.0 and -0.0 it is the first.
    "max": """\
def each_max(a, b, out):
    np.maximum(a, b, out=out)
    tied = np.equal(a, b)
    if tied.any():
        np.copyto(out, a, where=tied)
""",
    "min": """\
def each_min(a, b, out):
    np.minimum(a, b, out=out)
    tied = np.equal(a, b)
    if tied.any():
        np.copyto(out, a, where=tied)
""",
    # Where NumPy's and C's lie three units in the last place apart, one closer to both:
    # Cephes, tanh.c.
    "tanh": """\
def each_tanh(x, out):
    np.tanh(x, out=out)
    size = np.absolute(x)
    apart = np.flatnonzero((size > 0.5) & (size < 0.56))
    if apart.size:
        x = x[apart]
        z = x*x
        p = (-0.964399179425052239*z - 99.2877231001918587)*z - 1614.68768441708448
        q = ((z + 112.811678491632931)*z + 2235.48839060100449)*z + 4844.06305325125486
        out[apart] = x + x*(z*(p/q))
""",
    # From left to right; what leaves the range of doubles on its way is done again
    # with the exponents apart.
    "prod": """\
def each_prod(*v, out):
    np.copyto(out, v[0])
    safe = np.True_
    for x in v[1:]:
        np.multiply(out, x, out=out)
        size = np.absolute(out)
        safe = safe & (size > 1e-290) & (size < 1e290)
    again = np.flatnonzero(~safe)
    if again.size:
        mantissa, exponent = 1.0, 0
        for x in v:
            fraction, power = np.frexp(np.broadcast_to(x, out.shape)[again])
            mantissa, more = np.frexp(mantissa*fraction)
            exponent = exponent + power + more
        out[again] = np.ldexp(mantissa, exponent)
""",
    # The squares and their rounding errors are added up, after scaling by a power of 2.
    "hypot": """\
def each_hypot(*v, out):
    v = [np.absolute(np.broadcast_to(x, out.shape)) for x in v]
    largest = np.fmax.reduce(v)
    exponent = np.where(np.isfinite(largest), np.frexp(largest)[1], 0)
    total, errors = np.zeros(out.shape), np.zeros(out.shape)
    for x in v:
        x = np.ldexp(x, -exponent)
        high = x*134217729.0
        high = high - (high - x)
        low = x - high
        square = x*x
        errors += (high*high - square) + 2.0*high*low + low*low
        first, total = total, total + square
        part = total - first
        errors += (first - (total - part)) + (square - part)
    root = np.sqrt(total + errors)
    high = root*134217729.0
    high = high - (high - root)
    low = root - high
    square = root*root
    error = (high*high - square) + 2.0*high*low + low*low
    rest = ((total - square) - error) + errors
    np.copyto(out, root + np.where(root > 0.0, rest/(2.0*root), 0.0))
    np.ldexp(out, exponent, out=out)
    endless = np.isinf(largest)
    if endless.any():
        out[endless] = np.inf
""",
}


def statement(operation: Operation, count: int) -> tuple[str, bool]:
    """The statement that computes the operation on `count` operands, as a template.

    It has places for the operands, {0}, {1}, ..., and for {out}, the array of the
    result. The second says whether that may be the array of an operand.
    """
    name = operation.name
    places = ", ".join([f"{{{place}}}" for place in range(count)])
    if name == "hypot" and count == 2:
        return f"np.hypot({places}, out={{out}})", True
    if name in UFUNCS and name not in DEFINITIONS:
        return f"np.{UFUNCS[name]}({places}, out={{out}})", True
    return f"each_{name}({places}, out={{out}})", name == "where"


def definitions(code: Iterable[str]) -> list[str]:
    """The definitions that the lines of code refer to."""
    found: dict[str, str] = {}
    functions: set[str] = set()
    for line in code:
        name = line.strip().partition("(")[0].removeprefix("each_")
        if name in OPERATIONS and name not in found:
            found[name] = DEFINITIONS.get(name) or _number_by_number(name)
            if name not in DEFINITIONS:
                functions |= of_table(OPERATIONS[name]).words
    return [*table_definitions(functions), *found.values()]


def _number_by_number(name: str) -> str:
    """The definition that calls the table's own function for each number."""
    called = of_table(OPERATIONS[name]).template.partition("(")[0]
    return f"""\
def each_{name}(*v, out):
    v = [np.broadcast_to(x, out.shape).tolist() for x in v]
    out[...] = np.fromiter(map({called}, *v), float, len(out))
"""


# --- formulas over terms --------------------------------------------------------------


def lowered(terms: Terms, operation: Operation, operands: Sequence[int]) -> int | None:
    """The term of the formula that stands for the operation; None if none does."""
    if isinstance(operation, FunctionOperation):
        body, result = operation.body, operation.result
        return terms.place(body, [result], dict(enumerate(operands)))[result]
    if OPERATIONS.get(operation.name) is not operation:
        return None
    if operation.name in FORMULAS:
        graph, root = _formula(operation.name)
        given = {
            node: operand
            for name, operand in zip(operation.parameters, operands, strict=True)
            for node in [graph.variables[name]]
        }
        return terms.place(graph, [root], given)[root]
    make = _OVER_LISTS.get(operation.name)
    return make(terms, operation, operands) if make else None


@cache
def _formula(name: str) -> tuple[Graph, int]:
    return formula_graph(FORMULAS[name])


def _chain(terms: Terms, operation: Operation, operands: Sequence[int]) -> int | None:
    if len(operands) == 2:
        return None
    found = operands[0]
    for operand in operands[1:]:
        found = terms.make(operation, found, operand)
    return found


def _alone(_terms: Terms, _operation: Operation, operands: Sequence[int]) -> int | None:
    return operands[0] if len(operands) == 1 else None


def _length(terms: Terms, _operation: Operation, operands: Sequence[int]) -> int | None:
    return terms.make(ABS, operands[0]) if len(operands) == 1 else None


def _excess(terms: Terms, operands: Sequence[int]) -> tuple[int, int]:
    """The largest operand m, and log(sum(exp(operand - m))) as `ieee` adds it up."""
    make, zero = terms.make, terms.literal(0.0)
    peak = make(MAX, *operands)
    # Whether the first operand that is the largest, of which the term is 1, came.
    came: int | None = None
    rest = zero
    for position, operand in enumerate(operands):
        is_peak = first = make(EQUAL, operand, peak)
        if came is not None:
            first = make(TIMES, is_peak, make(EQUAL, came, zero))
            is_peak = make(MAX, came, is_peak)
        came = is_peak
        power = make(EXP, make(MINUS, operand, peak))
        term = make(WHERE, first, zero, power)
        rest = make(PLUS, rest, term) if position else term
    return peak, make(LOG1P, rest)


def _logsumexp(terms: Terms, _operation: Operation, operands: Sequence[int]) -> int:
    make = terms.make
    peak, rest = _excess(terms, operands)
    is_finite = make(LESS, make(ABS, peak), terms.literal(math.inf))
    return make(WHERE, is_finite, make(PLUS, peak, rest), peak)


def _cross_entropy(terms: Terms, _operation: Operation, operands: Sequence[int]) -> int:
    make, zero = terms.make, terms.literal(0.0)
    half = len(operands) // 2
    peak, rest = _excess(terms, operands[:half])
    is_finite = make(LESS, make(ABS, peak), terms.literal(math.inf))
    rest = make(WHERE, is_finite, rest, zero)
    loss = zero
    for z, t in zip(operands[:half], operands[half:], strict=True):
        part = make(TIMES, t, make(PLUS, make(MINUS, peak, z), rest))
        nothing = make(EQUAL, t, zero)
        loss = make(WHERE, nothing, loss, make(PLUS, loss, part))
    return loss


_OVER_LISTS: dict[str, Callable[[Terms, Operation, Sequence[int]], int | None]] = {
    "max": _chain,
    "min": _chain,
    "prod": _alone,
    "hypot": _length,
    "logsumexp": _logsumexp,
    "cross_entropy_logits": _cross_entropy,
}
