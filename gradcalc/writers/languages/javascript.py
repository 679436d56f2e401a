"""JavaScript: a function of numbers, for browsers and Node alike."""

import math
from collections.abc import Iterator, Sequence

from gradcalc.shapes import Structure
from gradcalc.writers.code_spelling import (
    ATOM,
    C_WHERE,
    SIGN,
    Piece,
    Row,
    Spelling,
    arithmetic,
    called,
    compared,
    in_table,
    power_or_square,
)
from gradcalc.writers.function_text import (
    NO_DERIVATIVES,
    BracedLanguage,
    Parts,
    comment,
    derivatives_returned,
    sizes,
    wrapped,
)
from gradcalc.writers.languages.python import whole_number
from gradcalc.writers.source_definitions import SourceDefinitions

_RESERVED = """
    arguments async await break case catch class const continue debugger default delete
    do else enum eval export extends false finally for function if implements import in
    instanceof interface let new null package private protected public return static
    super switch this throw true try typeof var void while with yield undefined NaN
    Infinity Math Number Object of
"""

_IN_MATH = """
    abs floor ceil exp expm1 log log2 log10 log1p sqrt cbrt hypot sin cos tan asin acos
    atan atan2 sinh cosh tanh asinh acosh atanh
"""


# The number that a condition is.
_YES = "({0} ? 1 : 0)"

_TABLE: dict[str, Row] = {
    **arithmetic(_YES, power=power_or_square("power"), where=C_WHERE),
    "==": compared("===", _YES),
    "!=": compared("!==", _YES),
    "sum": Spelling("total([{operands}])"),
    "prod": Spelling("product([{operands}])"),
    "max": Spelling("largest([{operands}])"),
    "min": Spelling("smallest([{operands}])"),
    "logaddexp": Spelling("logsumexp([{operands}])"),
    "logsumexp": Spelling("logsumexp([{operands}])"),
    "cross_entropy_logits": Spelling("cross_entropy_logits([{operands}])"),
    **{name: called(f"Math.{name}") for name in _IN_MATH.split()},
}


def _number(value: float) -> Piece:
    if math.isfinite(value):
        text = whole_number(value)
    else:
        text = "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
    return text, SIGN if text.startswith("-") else ATOM


def _listed(texts: Structure) -> str:
    if not isinstance(texts, list):
        return str(texts)
    return f"[{', '.join(map(_listed, texts))}]"


def _laid_out(parts: Parts) -> str:
    body = list(parts.lines)
    said = ""
    returned = _listed(parts.result)
    if parts.gradient is not None:
        lines, texts = derivatives_returned(parts.gradient, "const {0} = {1};", _listed)
        body += lines
        returned = f"[{returned}, [{', '.join(texts)}]]"
        why = "" if parts.gradient else f": {NO_DERIVATIVES}"
        said = f"Returns [value, [{', '.join(parts.gradient)}]]{why}."
    function = [
        f"function {parts.name}({', '.join(parts.parameters)}) {{",
        *(f"  {line}" for line in _indented([*body, f"return {returned};"])),
        "}",
    ]
    lines = [f"// {line}".rstrip() for line in comment(parts, sizes(parts), said)]
    lines += [line for long in function for line in wrapped(long)]
    return "\n\n".join([*parts.definitions, "\n".join(lines)])


def _indented(lines: Sequence[str]) -> Iterator[str]:
    """The lines with two spaces in the place of four."""
    for line in lines:
        text = line.lstrip()
        yield " " * ((len(line) - len(text)) // 2) + text


JAVASCRIPT = BracedLanguage(
    spelling=in_table(_TABLE),
    number=_number,
    nonzero="{0} !== 0",
    yes=_YES,
    assignment="const {0} = {1};",
    decided="const {0} = {1};",
    declared="let {0};",
    reserved=frozenset(_RESERVED.split()),
    definitions=SourceDefinitions("javascript.js"),
    layout=_laid_out,
)
