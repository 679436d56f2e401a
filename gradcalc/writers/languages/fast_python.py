"""Python that is fast and means exactly the same: what formulas are compiled to.

A call of the table's own function always does; what stands here is faster. Python's
functions raise where IEEE arithmetic gives an infinity or NaN, so they are called
where they are known not to, and the table's function elsewhere.
"""

import math
from collections.abc import Sequence
from functools import lru_cache

from gradcalc.operations import COMPARISONS, OPERATIONS, OVER, POWER, Operation
from gradcalc.writers.code_spelling import (
    ATOM,
    CONDITIONAL,
    PRODUCT,
    PYTHON_WHERE,
    SIGN,
    SUM,
    Choice,
    Language,
    Piece,
    Spelling,
)

SPELLINGS: dict[str, Spelling] = {
    "+": Spelling("{0} + {1}", SUM, (SUM, PRODUCT)),
    "-": Spelling("{0} - {1}", SUM, (SUM, PRODUCT)),
    "*": Spelling("{0} * {1}", PRODUCT, (PRODUCT, SIGN)),
    "neg": Spelling("-{0}", SIGN, (SIGN,)),
    "where": PYTHON_WHERE,
    "relu": Spelling("{0} if {0} > 0.0 or {0} != {0} else 0.0", CONDITIONAL, (ATOM,)),
    "max": Spelling(
        "{1} if {1} > {0} else {0} if {1} == {1} else {1}", CONDITIONAL, (ATOM, ATOM)
    ),
    "min": Spelling(
        "{1} if {1} < {0} else {0} if {1} == {1} else {1}", CONDITIONAL, (ATOM, ATOM)
    ),
    # No exponential overflows: it is that of a negative number.
    "sigmoid": Spelling(
        "1.0 / (1.0 + {math_exp}(-{0})) if {0} >= 0.0"
        " else ({scratch} := {math_exp}({0})) / (1.0 + {scratch})",
        CONDITIONAL,
        (ATOM,),
        functions={"math_exp": math.exp},
    ),
    "softplus": Spelling(
        "({0} if {0} > 0.0 else 0.0) + {math_log1p}({math_exp}(-abs({0})))",
        SUM,
        (ATOM,),
        functions={"math_log1p": math.log1p, "math_exp": math.exp},
    ),
    **{
        operation.name: Spelling(
            f"1.0 if {{0}} {operation.name} {{1}} else 0.0",
            CONDITIONAL,
            (SUM, SUM),
            truth=f"{{0}} {operation.name} {{1}}",
        )
        for operation in COMPARISONS
    },
}

# Where Python's function of the name does not raise and has the table's value.
SAFE: dict[str, str] = {
    "exp": "{0} < 709.0",
    "expm1": "{0} < 709.0",
    "log": "{0} > 0.0",
    "log2": "{0} > 0.0",
    "log10": "{0} > 0.0",
    "log1p": "{0} > -1.0",
    "sqrt": "{0} >= 0.0",
    "sin": "-1e308 < {0} < 1e308",
    "cos": "-1e308 < {0} < 1e308",
    "tan": "-1e308 < {0} < 1e308",
    "asin": "-1.0 <= {0} <= 1.0",
    "acos": "-1.0 <= {0} <= 1.0",
    "acosh": "{0} >= 1.0",
    "sinh": "-709.0 < {0} < 709.0",
    "cosh": "-709.0 < {0} < 709.0",
    "atanh": "-1.0 < {0} < 1.0",
}


def _spelling(operation: Operation, numbers: Sequence[float | None]) -> Spelling:
    if operation is OVER:
        return _division(bool(numbers[1]))
    if operation is POWER:
        return _power(numbers[1])
    return _plain(operation, len(numbers))


@lru_cache(maxsize=1024)
def _plain(operation: Operation, count: int) -> Spelling:
    name = operation.name
    # A function with a rule of its own may have the name of an operation.
    if OPERATIONS.get(name) is not operation:
        return _call(operation)
    if name in SAFE:
        return Spelling(
            f"{{math_{name}}}({{0}}) if {SAFE[name]} else {{{name}}}({{0}})",
            CONDITIONAL,
            (ATOM,),
            functions={f"math_{name}": getattr(math, name), name: operation.evaluate},
        )
    spelling = SPELLINGS.get(name)
    if spelling is None or len(spelling.slots) != count:
        return _call(operation)
    return spelling


def _call(operation: Operation) -> Spelling:
    """A call of the table's own function."""
    name = operation.name
    return Spelling(f"{{{name}}}({{operands}})", functions={name: operation.evaluate})


@lru_cache(maxsize=2)
def _division(safe: bool) -> Spelling:
    if safe:
        return Spelling("{0} / {1}", PRODUCT, (PRODUCT, SIGN))
    return Spelling(
        "{0} / {1} if {1} else {divide}({0}, {1})",
        CONDITIONAL,
        (ATOM, ATOM),
        functions={"divide": OVER.evaluate},
    )


@lru_cache(maxsize=256)
def _power(exponent: float | None) -> Spelling:
    if exponent == 2:
        return Spelling("{0} * {0}", PRODUCT, (ATOM, ATOM))
    if exponent is None or not 0 < exponent < 300:
        return _call(POWER)
    # Up to this base the power stays below 1e300.
    most = repr(10.0 ** min(300.0, 300 / exponent))
    least = f"-{most}" if exponent.is_integer() else "0.0"
    return Spelling(
        f"{{math_pow}}({{0}}, {{1}}) if {least} < {{0}} < {most}"
        " else {power}({0}, {1})",
        CONDITIONAL,
        (ATOM, ATOM),
        functions={"math_pow": math.pow, "power": POWER.evaluate},
    )


def _number(value: float) -> Piece:
    # Infinity and NaN are names in the code.
    text = repr(value)
    return text, SIGN if text.startswith("-") else ATOM


FAST_PYTHON = Language(spelling=_spelling, number=_number, choice=Choice(deepest=20))
