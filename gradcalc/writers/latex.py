"""A graph as LaTeX, for amsmath's math mode.

A comparison that is used as a number stands in brackets, as Iverson wrote it.
"""

import math
from collections.abc import Callable, Sequence

from gradcalc.language.rules import FunctionOperation
from gradcalc.operations import LITERAL, VARIABLE, Operation
from gradcalc.writers.infix import literal
from gradcalc.writers.latex_names import latex_name, upright
from gradcalc.writers.spelling import FormulaWriter, Piece, bracketed, written
from gradcalc.writers.statements import passes_through

# How tightly each way of writing binds.
COMPARISON, SUM, SIGNED, PRODUCT, POWER, PRIMARY = range(6)

# name: (how it is spelt, how tightly it binds, what its operands must at least bind)
_SPELLING: dict[str, tuple[str, int, tuple[int, ...]]] = {
    "<": ("{} < {}", COMPARISON, (SUM, SUM)),
    "<=": (r"{} \le {}", COMPARISON, (SUM, SUM)),
    ">": ("{} > {}", COMPARISON, (SUM, SUM)),
    ">=": (r"{} \ge {}", COMPARISON, (SUM, SUM)),
    "==": ("{} = {}", COMPARISON, (SUM, SUM)),
    "!=": (r"{} \ne {}", COMPARISON, (SUM, SUM)),
    "+": ("{} + {}", SUM, (SUM, PRODUCT)),
    "-": ("{} - {}", SUM, (SUM, PRODUCT)),
    "*": (r"{} \cdot {}", PRODUCT, (SIGNED, POWER)),
    "/": (r"\frac{{{}}}{{{}}}", POWER, (SUM, SUM)),
    "^": ("{}^{{{}}}", POWER, (PRIMARY, SUM)),
    "neg": ("-{}", SIGNED, (PRODUCT,)),
    "abs": (r"\left|{}\right|", PRIMARY, (SUM,)),
    "floor": (r"\left\lfloor {} \right\rfloor", PRIMARY, (SUM,)),
    "ceil": (r"\left\lceil {} \right\rceil", PRIMARY, (SUM,)),
    "exp": (r"\mathrm{{e}}^{{{}}}", POWER, (SUM,)),
    "expm1": (r"\mathrm{{e}}^{{{}}} - 1", SUM, (SUM,)),
    "log": (r"\ln\left({}\right)", PRIMARY, (SUM,)),
    "log2": (r"\log_{{2}}\left({}\right)", PRIMARY, (SUM,)),
    "log10": (r"\log_{{10}}\left({}\right)", PRIMARY, (SUM,)),
    "log1p": (r"\ln\left(1 + {}\right)", PRIMARY, (PRODUCT,)),
    "sqrt": (r"\sqrt{{{}}}", PRIMARY, (SUM,)),
    "cbrt": (r"\sqrt[3]{{{}}}", PRIMARY, (SUM,)),
    "stop_gradient": ("{}", SUM, (SUM,)),
    "mod": (r"{} \bmod {}", PRODUCT, (POWER, POWER)),
}

# Functions with a command of their own, or with another name on paper.
_FUNCTIONS: dict[str, str] = {
    **{
        name: rf"\{name}"
        for name in ("max", "min", "sin", "cos", "tan", "sinh", "cosh", "tanh")
    },
    "asin": r"\arcsin",
    "acos": r"\arccos",
    "atan": r"\arctan",
    "asinh": r"\operatorname{arsinh}",
    "acosh": r"\operatorname{arcosh}",
    "atanh": r"\operatorname{artanh}",
    "sign": r"\operatorname{sgn}",
}

CONSTANTS = {"pi": r"\pi", "tau": r"\tau", "e": r"\mathrm{e}", "inf": r"\infty"}


def _wrapped(piece: Piece, needed: int) -> str:
    text, tier = piece
    if tier >= needed:
        return text
    if tier == COMPARISON:
        return rf"\left[{text}\right]"
    return rf"\left({text}\right)"


def _where(pieces: Sequence[Piece]) -> Piece:
    condition, first, second = pieces
    text, tier = condition
    if tier != COMPARISON:
        text = rf"{text} \ne 0"
    first_text, second_text = _wrapped(first, SUM), _wrapped(second, SUM)
    return (
        rf"\begin{{cases}}{first_text} & \text{{if }} {text} \\"
        rf" {second_text} & \text{{otherwise}}\end{{cases}}",
        PRODUCT,
    )


def _joined(operator: str, tier: int, right: int) -> Callable[[Sequence[Piece]], Piece]:
    """A list operation as a chain of its operator."""

    def chain(pieces: Sequence[Piece]) -> Piece:
        texts = [_wrapped(pieces[0], tier), *(_wrapped(p, right) for p in pieces[1:])]
        return operator.join(texts), tier

    return chain


def _hypot(pieces: Sequence[Piece]) -> Piece:
    squares = [_wrapped(piece, PRIMARY) + "^{2}" for piece in pieces]
    return rf"\sqrt{{{' + '.join(squares)}}}", PRIMARY


def _logsumexp(pieces: Sequence[Piece]) -> Piece:
    terms = [rf"\mathrm{{e}}^{{{_wrapped(piece, SUM)}}}" for piece in pieces]
    return rf"\ln\left({' + '.join(terms)}\right)", PRIMARY


def _xlogx(pieces: Sequence[Piece]) -> Piece:
    (piece,) = pieces
    factor = _wrapped(piece, POWER)
    return rf"{factor} \cdot \ln\left({_wrapped(piece, SUM)}\right)", PRODUCT


_SPECIAL: dict[str, Callable[[Sequence[Piece]], Piece]] = {
    "where": _where,
    "sum": _joined(" + ", SUM, PRODUCT),
    "prod": _joined(r" \cdot ", PRODUCT, POWER),
    "hypot": _hypot,
    "logsumexp": _logsumexp,
    "xlogx": _xlogx,
}


def spell(operation: Operation, pieces: Sequence[Piece]) -> Piece:
    """The operation on operands that are written already, and how tightly it binds."""
    name = operation.name
    own_rule = isinstance(operation, FunctionOperation)
    if not own_rule:
        if name in _SPECIAL:
            return _SPECIAL[name](pieces)
        if name in _SPELLING:
            template, tier, needed = _SPELLING[name]
            wrapped = map(_wrapped, pieces, needed)
            return template.format(*wrapped), tier
    arguments = operation.grouped([_wrapped(piece, SUM) for piece in pieces])
    texts = [bracketed(each, r"\left[", r"\right]") for each in arguments]
    function = None if own_rule else _FUNCTIONS.get(name)
    # What has no spelling of its own is called by its name, as in the table.
    function = function or rf"\operatorname{{{upright(name)}}}"
    return rf"{function}\left({', '.join(texts)}\right)", PRIMARY


def number(value: float, *, precision: int | None = None) -> Piece:
    """A number in LaTeX, its exponent as a power of ten."""
    if value != value:
        return r"\mathrm{NaN}", PRIMARY
    if math.isinf(value):
        return (r"\infty", PRIMARY) if value > 0 else (r"-\infty", SIGNED)
    text, _ = literal(value, precision=precision)
    tier = SIGNED if text.startswith("-") else PRIMARY
    mantissa, e, exponent = text.partition("e")
    if not e:
        return text, tier
    return rf"{mantissa} \times 10^{{{exponent}}}", min(tier, POWER)


class LatexWriter(FormulaWriter):
    """Writes nodes of a graph; `names` gives LaTeX to stand for some of them.

    Such a text must bind as tightly as a name.
    """

    def piece(self, root: int) -> Piece:
        """The node's text and how tightly it binds."""
        return written(
            self.graph,
            root,
            spell,
            self._leaf,
            through=lambda node: passes_through(self.graph, node),
        )

    def _leaf(self, node: int) -> Piece | None:
        if node in self.names:
            return self.names[node], PRIMARY
        graph = self.graph
        operation = graph.operations[node]
        if operation is VARIABLE:
            return latex_name(graph.names[node]), PRIMARY
        if operation is not LITERAL:
            return None
        if node in graph.names:
            return CONSTANTS[graph.names[node]], PRIMARY
        return number(graph.literals[node], precision=self.precision)
