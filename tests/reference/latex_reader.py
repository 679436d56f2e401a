"""LaTeX read as people read it on paper, to a number: what the writer must not blur.

A minus sign belongs to the whole product behind it, a fraction bar and a radical group
what they cover, and a power takes the one thing before it. On the precedence of `mod`
people do not agree, so beside it everything must stand alone or in brackets.
"""

import math
import re

from gradcalc.operations import OPERATIONS
from gradcalc.writers.latex import FUNCTIONS, upright

_TOKEN = re.compile(
    r"\\left\\lfloor|\\right\\rfloor|\\left\\lceil|\\right\\rceil|\\left.|\\right."
    r"|\\operatorname\{[\w\\]+\}|\\mathrm\{\w+\}|\\begin\{cases\}|\\end\{cases\}"
    r"|\\text\{[\w ]+\}|\\\\|\\[A-Za-z]+|\d+(?:\.\d+)?|\S"
)
_BINARY = {"+": "+", "-": "-", "\\cdot": "*", "\\times": "*"}
_COMPARISONS = {"<": "<", ">": ">", "\\le": "<=", "\\ge": ">=", "=": "==", "\\ne": "!="}
_CALLED = {
    FUNCTIONS.get(name, rf"\operatorname{{{upright(name)}}}"): operation
    for name, operation in OPERATIONS.items()
}
# The functions of which a derivative of an order is written behind them.
_ORDERS = {r"\psi": "polygamma", r"\operatorname{sinc}": "sinc_derivative"}
# What encloses a formula: the bracket behind it, and what the whole means.
_ENCLOSED = {
    r"\left(": (r"\right)", lambda x: x),
    r"\left|": (r"\right|", abs),
    r"\left\lfloor": (r"\right\rfloor", OPERATIONS["floor"].evaluate),
    r"\left\lceil": (r"\right\rceil", OPERATIONS["ceil"].evaluate),
}


def latex_value(text, values):
    """The value of the formula, whose variables are letters; ValueError if unclear."""
    reader = _Reader(_TOKEN.findall(text), values)
    found = reader.truth() if reader.compares() else reader.formula()
    reader.take("")
    return found


def _apply(name, *operands):
    return OPERATIONS[name].evaluate(*operands)


class _Reader:
    def __init__(self, tokens, values):
        self.tokens = [*tokens, ""]
        self.values = values
        self.place = 0

    @property
    def next(self):
        return self.tokens[self.place]

    def take(self, expected=None):
        token = self.next
        if expected is not None and token != expected:
            raise ValueError(
                f"{expected!r} is expected, not {self.tokens[self.place :]}"
            )
        self.place += 1
        return token

    def compares(self):
        """Whether a comparison stands here outside all brackets."""
        depth = 0
        for token in self.tokens[self.place :]:
            depth += token.startswith(("\\left", "\\begin")) or token == "{"
            depth -= token.startswith(("\\right", "\\end")) or token == "}"
            if depth < 0 or (depth == 0 and token in ("&", "\\\\", ",")):
                return False
            if depth == 0 and token in _COMPARISONS:
                return True
        return False

    def truth(self):
        left = self.formula()
        return _apply(_COMPARISONS[self.take()], left, self.formula())

    def formula(self):
        """A remainder of two things, each alone; or a sum."""
        start = self.place
        if self.next != "-":
            found = self.power()
            if self.next == "\\bmod":
                self.take()
                found = _apply("mod", found, self.power())
                if self.next in (*_BINARY, "\\bmod"):
                    raise ValueError("mod stands beside something")
                return found
        self.place = start
        found = self.product()
        while self.next in ("+", "-"):
            found = _apply(self.take(), found, self.product(signed=False))
        if self.next == "\\bmod":
            raise ValueError("mod stands beside something")
        return found

    def product(self, *, signed=True):
        if signed and self.next == "-":
            self.take()
            return -self.product(signed=False)
        found = self.power()
        while self.next in ("\\cdot", "\\times"):
            found = _apply(_BINARY[self.take()], found, self.power())
        return found

    def power(self):
        found, alone = self.primary()
        if self.next == "^":
            if not alone:
                raise ValueError("a power of what does not stand alone")
            self.take()
            found = _apply("^", found, self.group())
            if self.next == "^":
                raise ValueError("two powers")
        return found

    def group(self):
        self.take("{")
        found = self.formula()
        self.take("}")
        return found

    def primary(self):
        """A value, and whether it may have a power behind it."""
        token = self.take()
        if token[:1].isdigit():
            return float(token), True
        if token in self.values:
            return self.values[token], True
        if token in _ENCLOSED:
            closing, meaning = _ENCLOSED[token]
            found = meaning(self.formula())
            self.take(closing)
            return found, True
        if token == r"\left[":
            found = self.truth()
            self.take(r"\right]")
            return found, True
        if token == r"\mathrm{e}":
            return math.e, True
        if token == r"\frac":
            return _apply("/", self.group(), self.group()), False
        if token == r"\sqrt" and self.next == "[":
            for expected in "[3]":
                self.take(expected)
            return _apply("cbrt", self.group()), True
        if token == r"\sqrt":
            return _apply("sqrt", self.group()), True
        if token == r"\begin{cases}":
            return self.cases(), False
        return self.call(token), True

    def cases(self):
        first = self.formula()
        self.take("&")
        self.take(r"\text{if }")
        condition = self.truth()
        self.take("\\\\")
        second = self.formula()
        self.take("&")
        self.take(r"\text{otherwise}")
        self.take(r"\end{cases}")
        return first if condition else second

    def call(self, token):
        if token in (r"\ln", r"\log"):
            function = OPERATIONS["log"]
            if self.next == "_":
                self.take()
                function = OPERATIONS[f"log{self.group():g}"]
            elif self.next == r"\left|":
                return function.evaluate(self.primary()[0])
        elif token == r"\operatorname{erf}" and self.next == "^":
            for expected in "^{-1}":
                self.take(expected)
            function = OPERATIONS["erfinv"]
        elif token in _ORDERS and self.next == "^":
            self.take()
            order = self.group()
            self.take(r"\left(")
            found = _apply(_ORDERS[token], order, self.formula())
            self.take(r"\right)")
            return found
        else:
            function = _CALLED[token]
        self.take(r"\left(")
        arguments = [self.argument()]
        while self.next == ",":
            self.take()
            arguments.append(self.argument())
        self.take(r"\right)")
        lists = [item for each in arguments if isinstance(each, list) for item in each]
        return function.evaluate(*(lists or arguments))

    def argument(self):
        """A formula, or a list of them in brackets."""
        if self.next != r"\left[" or self.is_iverson():
            return self.formula()
        self.take()
        items = [self.formula()]
        while self.next == ",":
            self.take()
            items.append(self.formula())
        self.take(r"\right]")
        return items

    def is_iverson(self):
        self.place += 1
        found = self.compares()
        self.place -= 1
        return found
