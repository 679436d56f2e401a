"""C: a function of doubles that needs math.h alone.

A list is an array of the size that the function names. Derivatives, and a result that
is a list, are written to where pointers lead.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from gradcalc.shapes import Shape, Structure, element_names, shape_of
from gradcalc.writers.code_spelling import (
    ATOM,
    C_WHERE,
    SIGN,
    Piece,
    Row,
    Spelling,
    arithmetic,
    called,
    in_table,
    power_or_square,
    words_of,
)
from gradcalc.writers.function_text import (
    BracedLanguage,
    Parts,
    ascii_identifier,
    comment,
    identifier,
    leaves,
    wrapped,
)
from gradcalc.writers.source_definitions import SourceDefinitions

# Keywords up to C23 and macros, also those of headers that go beyond the standard.
_RESERVED = """
    auto break case char const continue default do double else enum extern float for
    goto if inline int long register restrict return short signed sizeof static struct
    switch typedef union unsigned void volatile while _Alignas _Alignof _Atomic _Bool
    _Complex _Generic _Imaginary _Noreturn _Static_assert _Thread_local INFINITY NAN
    errno math_errhandling isnan isinf isfinite isnormal signbit fpclassify NULL main
    alignas alignof bool constexpr false nullptr static_assert thread_local true typeof
    typeof_unqual asm linux unix i386 mips sparc sun MAXFLOAT DOMAIN SING OVERFLOW
    UNDERFLOW PLOSS TLOSS X_TLOSS
"""
# The constants of math.h, which later standards and other compilers have more of.
_CONSTANT = re.compile(
    "(FP|MATH)_[A-Z0-9_]*[A-Z0-9]|(HUGE|SNAN)(_?[A-Z][A-Z0-9_]*)?"
    "|M_(E|LOG(2|10)E|LN(2|10)|PI|PI_[24]|[12]_PI|2_SQRTPI|SQRT(2|1_2))(l|f[0-9]*x?)?"
)

_IN_MATH_H = """
    floor ceil exp expm1 log log2 log10 log1p sqrt cbrt sin cos tan asin acos atan atan2
    sinh cosh tanh asinh acosh atanh erf erfc
"""


def _on_list(name: str, of_one: str = "{0}", of_two: str | None = None) -> Row:
    """The spelling of an operation on a row of operands."""

    def spelling(numbers: Sequence[float | None]) -> Spelling:
        if len(numbers) == 1:
            return Spelling(of_one, ATOM, (ATOM,))
        if len(numbers) == 2 and of_two is not None:
            return called(of_two)
        return Spelling(f"{name}({{count}}, (const double[]){{{{{{operands}}}}}})")

    return spelling


# The number that a condition is.
_YES = "({0} ? 1.0 : 0.0)"

_TABLE: dict[str, Row] = {
    **arithmetic(_YES, power=power_or_square("pow"), where=C_WHERE),
    "prod": _on_list("product"),
    "max": _on_list("largest", of_two="larger"),
    "min": _on_list("smallest", of_two="smaller"),
    "hypot": _on_list("length", "fabs({0})", "hypot"),
    "logsumexp": _on_list("logsumexp"),
    "logaddexp": _on_list("logsumexp"),
    # Older headers have a gamma of their own, and C's are off by several units in the
    # last place.
    "gamma": called("gamma_function"),
    "lgamma": called("log_gamma"),
    "cross_entropy_logits": _on_list("cross_entropy_logits"),
    "abs": called("fabs"),
    # To the nearest even number, unless the program rounds otherwise.
    "round": called("rint"),
    **{name: called(name) for name in _IN_MATH_H.split()},
}


def _number(value: float) -> Piece:
    text = repr(value)
    if value != value:
        text = "NAN"
    text = text.replace("inf", "INFINITY")
    return text, SIGN if text.startswith("-") else ATOM


def _identifier(name: str) -> str:
    text = ascii_identifier(name)
    if re.match("_[_A-Z]", text):
        # Such names are the compiler's.
        text = identifier(text.lstrip("_"))
    return f"{text}_" if _CONSTANT.fullmatch(text) else text


def _declared(name: str, shape: Shape, *, const: bool = False) -> str:
    """The declaration of a parameter."""
    sizes = "".join(f"[{size}]" for size in shape)
    # C does not make a matrix of numbers one of constants.
    kind = "const double" if const and len(shape) == 1 else "double"
    return f"{kind} {name}{sizes}"


def _assigned(name: str, texts: Structure) -> Iterator[str]:
    """The statements that write to where a pointer leads."""
    places = (
        element_names(name, shape_of(texts))
        if isinstance(texts, list)
        else [f"*{name}"]
    )
    for place, text in zip(places, leaves(texts), strict=True):
        yield f"{place} = {text};"


def _laid_out(parts: Parts) -> str:
    outputs: Mapping[str, Structure] = parts.gradient or {}
    body = list(parts.lines)
    is_list = isinstance(parts.result, list)
    result = "out"
    while result in {*parts.parameters, *outputs, *words_of("\n".join(body))}:
        result += "_"
    if is_list:
        body += _assigned(result, parts.result)
    for name, texts in outputs.items():
        body += _assigned(name, texts)
    if not is_list:
        body.append(f"return {parts.result};")
    said = f"Writes the elements to {result}" if is_list else "Returns the value"
    if outputs:
        verb = "" if is_list else "writes "
        said += f" and {verb}the derivatives to {', '.join(outputs)}"
    about = comment(parts, f"{said}." if outputs or is_list else "")
    declared = [
        *(
            _declared(name, shape, const=True)
            for name, shape in parts.parameters.items()
        ),
        *([_declared(result, shape_of(parts.result))] if is_list else []),
        *(
            _declared(name, shape_of(texts))
            if isinstance(texts, list)
            else f"double *{name}"
            for name, texts in outputs.items()
        ),
    ]
    returned = "void" if is_list else "double"
    head = f"{returned} {parts.name}({', '.join(declared) or 'void'})"
    used = words_of("\n".join(body))
    unused = [f"(void){name};" for name in parts.parameters if name not in used]
    lines = [f"/* {about[0]}", *(f" * {line}".rstrip() for line in about[1:])]
    lines = [f"{lines[0]} */"] if len(lines) == 1 else [*lines, " */"]
    function = [head, "{", *(f"    {line}" for line in [*unused, *body]), "}"]
    lines += [line for long in function for line in wrapped(long)]
    return "\n\n".join(["#include <math.h>", *parts.definitions, "\n".join(lines)])


C = BracedLanguage(
    spelling=in_table(_TABLE),
    number=_number,
    nonzero="{0} != 0.0",
    yes=_YES,
    assignment="const double {0} = {1};",
    decided="const int {0} = {1};",
    declared="double {0};",
    reserved=frozenset(_RESERVED.split()),
    definitions=SourceDefinitions("c.c"),
    layout=_laid_out,
    identifier=_identifier,
    names_derivatives=False,
)
