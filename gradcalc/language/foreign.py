"""What other languages and calculators write, and how it is written here.

Each hint is the user's own formula in gradcalc's words, to be taken as it is.
"""

from collections.abc import Collection, Iterable
from itertools import chain

from gradcalc.language.syntax import (
    NAME,
    OPERATION,
    Syntax,
    arguments,
    postorder,
    span_of,
)
from gradcalc.operations import CALLABLE, CONSTANT_NAMES

# By the name of a function that there is not, what to write in place of the call: {0}
# and {1} are its arguments as they stand, {a} and {b} the same as operands.
FUNCTIONS = {
    **dict.fromkeys(("multiply", "times", "mul"), "{a}*{b}"),
    **dict.fromkeys(("add", "plus"), "{a} + {b}"),
    **dict.fromkeys(("subtract", "minus", "sub"), "{a} - {b}"),
    **dict.fromkeys(("divide", "div"), "{a}/{b}"),
    **dict.fromkeys(("negative", "negate", "neg"), "-{a}"),
    **dict.fromkeys(("reciprocal", "inv"), "1/{a}"),
    **dict.fromkeys(("matmul", "mm", "mv"), "{a} @ {b}"),
    "power": "{a}^{b}",
    **dict.fromkeys(("square", "sqr"), "{a}^2"),
    "cube": "{a}^3",
    **dict.fromkeys(("root", "nthroot"), "{a}^(1/{b})"),
    **dict.fromkeys(("exp2", "pow2"), "2^{a}"),
    **dict.fromkeys(("exp10", "pow10"), "10^{a}"),
    "cosec": "csc({0})",
    **dict.fromkeys(("cotan", "ctg"), "cot({0})"),
    "sech": "1/cosh({0})",
    "csch": "1/sinh({0})",
    "coth": "1/tanh({0})",
    "tg": "tan({0})",
    "arcsec": "acos(1/{a})",
    "arccsc": "asin(1/{a})",
    "arccot": "atan(1/{a})",
    "psi": "digamma({0})",
    "trigamma": "polygamma(1, {0})",
    "tgamma": "gamma({0})",
    "lngamma": "lgamma({0})",
    **dict.fromkeys(("fact", "fac"), "factorial({0})"),
    **dict.fromkeys(
        ("binomial", "binom", "comb", "choose", "nCr"),
        "factorial({0})/(factorial({1})*factorial({a} - {b}))",
    ),
    "lg": "log10({0})",
    **dict.fromkeys(("lb", "ld"), "log2({0})"),
    **dict.fromkeys(("deg", "degrees", "rad2deg"), "{a}*180/pi"),
    **dict.fromkeys(("rad", "radians", "deg2rad"), "{a}*pi/180"),
    **dict.fromkeys(("sgn", "signum"), "sign({0})"),
    "fabs": "abs({0})",
    **dict.fromkeys(("trunc", "int", "fix"), "sign({0})*floor(abs({0}))"),
    **dict.fromkeys(("fmod", "rem"), "mod({0}, {1})"),
    **dict.fromkeys(("avg", "average"), "mean({0})"),
    **dict.fromkeys(("len", "size"), "length({0})"),
    "clamp": "clip({0}, {1}, {2})",
    **dict.fromkeys(("heaviside", "step"), "{a} > 0"),
}

# Likewise, where the second argument is what to differentiate by.
DERIVATIVES = {
    **dict.fromkeys(("derivative", "deriv", "derive", "D"), "diff({0}, {1})"),
    **dict.fromkeys(("grad", "gradient", "jacobian"), "diff({0}, {1})"),
    "hessian": "diff(diff({0}, {1}), {1})",
}

# Likewise for a function that is there and takes another number of arguments.
WITH_TWO = {
    **dict.fromkeys(("log", "ln"), "log({0})/log({1})"),
    **dict.fromkeys(("atan", "arctan"), "atan2({0}, {1})"),
    "sqrt": "{a}^(1/{b})",
}

# Units behind a number, and what they stand for.
ANGLES = {
    **dict.fromkeys(("deg", "degree", "degrees"), "*pi/180"),
    **dict.fromkeys(("grad", "gon"), "*pi/200"),
    **dict.fromkeys(("rad", "radian", "radians"), ""),
}
PREFIXES = {"k": ("e3", "thousand"), "M": ("e6", "million"), "G": ("e9", "billion")}

# How constants are called elsewhere, without regard to capitals.
_CONSTANTS = {"pi": "pi", "inf": "inf", "infinity": "inf", "infty": "inf"}


def written_here(text: str, call: Syntax) -> str | None:
    """How a call in the text, of a function that there is not, is written here."""
    given = arguments(call)
    template = FUNCTIONS.get(call[3]) or DERIVATIVES.get(call[3])
    if template is None and len(given) == 2:
        template = WITH_TWO.get(call[3])
    if template is None:
        return None
    bare = [text[slice(*span_of(argument))] for argument in given]
    wrapped = [
        f"({each})" if argument[0] == OPERATION else each
        for each, argument in zip(bare, given, strict=True)
    ]
    try:
        return template.format(*bare, **dict(zip("abc", wrapped, strict=False)))
    except (IndexError, KeyError):
        # Not as many arguments as it takes there.
        return template.format(*"abc", a="a", b="b")


def first_name(formulas: Iterable[Syntax]) -> str | None:
    """The first name in the formulas that may be a variable; None if there is none."""
    for node in chain.from_iterable(map(postorder, formulas)):
        if node[0] == NAME and node[3] not in CONSTANT_NAMES:
            name: str = node[3]
            return name
    return None


def name_here(name: str, known: Collection[str]) -> str | None:
    """What a name that nothing is called by stands for, or None.

    It is a constant in other letters, or a function and its argument written as one
    word: a number, or one of the `known` names.
    """
    if name not in CONSTANT_NAMES and name.casefold() in _CONSTANTS:
        return _CONSTANTS[name.casefold()]
    for length in range(len(name) - 1, 1, -1):
        function, argument = name[:length], name[length:]
        operation = CALLABLE.get(function)
        one = operation is not None and len(operation.parameters) == 1
        if one and (argument in known or (argument.isascii() and argument.isdigit())):
            return f"{function}({argument})"
    return None


def factorial(text: str, position: int) -> str | None:
    """The hint at the factorial whose exclamation mark stands there, if it is one."""
    end = start = len(text[:position].rstrip())
    depth = 0
    while start > 0:
        before = text[start - 1]
        depth += (before in ")]") - (before in "([")
        inside = depth > 0 or before in "(["
        if depth < 0 or not (inside or before.isalnum() or before in "._"):
            break
        start -= 1
    operand = text[start:end]
    bare = operand[1:-1] if operand.startswith("(") else operand
    return f"write factorial({bare.strip()}) for {operand}!" if bare.strip() else None
