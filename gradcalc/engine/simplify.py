"""Simplifying a graph by laws, each a function that states it.

A law never changes the value beyond rounding, nor where the formula is defined: 0*x is
not 0, because x may be infinite. Equal nodes become one.
"""

from collections.abc import Callable, Sequence

from gradcalc.graph import Graph
from gradcalc.operations import LITERAL, OPERATIONS, VARIABLE, Operation

_TIMES = OPERATIONS["*"]
_PLUS = OPERATIONS["+"]
_MINUS = OPERATIONS["-"]
_OVER = OPERATIONS["/"]
_POWER = OPERATIONS["^"]
_NEG = OPERATIONS["neg"]
_WHERE = OPERATIONS["where"]
_COMPARISONS = [OPERATIONS[name] for name in ("<", "<=", ">", ">=", "==", "!=")]

# Longer products stay as they are, so that what they share stays shared.
MOST_FACTORS = 8

# A law: the node that its operands amount to, or None where it does not apply.
Law = Callable[..., "int | None"]


class Terms:
    """A graph in which equal terms are one node and every node is simple already."""

    def __init__(self) -> None:
        self.graph = Graph()
        self._known: dict[tuple[Operation, tuple[int, ...]], int] = {}
        self._literals: dict[str, int] = {}
        self._variables: dict[str, int] = {}

    def literal(self, value: float, name: str | None = None) -> int:
        """The node of a number; of a constant that keeps its name, such as pi."""
        key = name or repr(value)
        if key not in self._literals:
            node = self.graph.add_literal(value)
            if name is not None:
                self.graph.names[node] = name
            self._literals[key] = node
        return self._literals[key]

    def variable(self, name: str) -> int:
        """The node of a variable, or of an element of one."""
        if name not in self._variables:
            self._variables[name] = self.graph.add_variable(name)
        return self._variables[name]

    def make(self, operation: Operation, *operands: int) -> int:
        """The node of the operation on its operands, simplified."""
        folded = self._folded(operation, operands)
        if folded is not None:
            return folded
        for law in LAWS.get(operation, ()):
            node = law(self, *operands)
            if node is not None:
                return node
        return self.node(operation, operands)

    def node(self, operation: Operation, operands: tuple[int, ...]) -> int:
        """The one node of the operation on these operands, as they are."""
        key = (operation, operands)
        if key not in self._known:
            self._known[key] = self.graph.add(operation, operands, 0, 0)
        return self._known[key]

    def _folded(self, operation: Operation, operands: Sequence[int]) -> int | None:
        """The value of an operation on numbers, if it is as short as a typed one."""
        if operation.written == "call" and operation is not _WHERE:
            return None
        values = []
        for operand in operands:
            value = self.number(operand)
            if value is None and operation in _COMPARISONS:
                # A constant keeps its name, but what it compares to is known.
                value = self.graph.literals.get(operand)
            if value is None:
                return None
            values.append(value)
        value = operation.evaluate(*values)
        return self.literal(value) if _short(value) else None

    # --- what a node is

    def number(self, node: int) -> float | None:
        """The value of a literal that has no name."""
        if self.graph.operations[node] is LITERAL and node not in self.graph.names:
            return self.graph.literals[node]
        return None

    def parts(self, node: int, operation: Operation) -> tuple[int, ...] | None:
        """The operands of the node if it is of that operation."""
        if self.graph.operations[node] is operation:
            return self.graph.inputs[node]
        return None

    def factors(self, node: int) -> list[int]:
        """The factors of a product, from left to right; the node alone if too many.

        What the user gave a label stays whole.
        """
        found: list[int] = []
        first = node
        while len(found) < MOST_FACTORS:
            product = self.parts(first, _TIMES)
            if product is None or first in self.graph.labels:
                return [first, *reversed(found)]
            first, last = product
            found.append(last)
        return [node]

    def split(self, node: int) -> tuple[float, int | None]:
        """The node as a number times a term; None for the term 1."""
        first, *rest = self.factors(node)
        value = self.number(first)
        if value is None:
            return 1.0, node
        if not rest:
            return value, None
        term = rest[0]
        for factor in rest[1:]:
            term = self.node(_TIMES, (term, factor))
        return value, term

    def rank(self, node: int) -> tuple[int, str]:
        """Where a factor stands in a product: names by the alphabet, then the rest."""
        operation = self.graph.operations[node]
        if operation is VARIABLE or (operation is LITERAL and node in self.graph.names):
            return 0, self.graph.names[node]
        return 2 if operation in (_PLUS, _MINUS) else 1, ""

    def power(self, node: int) -> tuple[int, float]:
        """The node as a base to a positive whole power."""
        parts = self.parts(node, _POWER)
        if parts is not None:
            exponent = self.number(parts[1])
            if exponent is not None and exponent > 0 and exponent.is_integer():
                return parts[0], exponent
        return node, 1.0

    def scaled(self, factor: float, term: int | None) -> int:
        """The number times the term."""
        if term is None:
            return self.literal(factor)
        return self.make(_TIMES, self.literal(factor), term)


def _short(value: float) -> bool:
    """Whether a number is as short as one that somebody types."""
    return value == value and abs(value) < 1e15 and len(repr(value)) <= 8


# --- sums


def _plus_zero(terms: Terms, a: int, b: int) -> int | None:
    # x + 0 -> x, 0 + x -> x
    if terms.number(b) == 0:
        return a
    return b if terms.number(a) == 0 else None


def _plus_negative(terms: Terms, a: int, b: int) -> int | None:
    # a + -b -> a - b, -a + b -> b - a
    negative = terms.parts(b, _NEG)
    if negative is not None:
        return terms.make(_MINUS, a, negative[0])
    negative = terms.parts(a, _NEG)
    if negative is not None:
        return terms.make(_MINUS, b, negative[0])
    return None


def _plus_negative_number(terms: Terms, a: int, b: int) -> int | None:
    # a + (-2)*b -> a - 2*b, (-2)*a + b -> b - 2*a
    for first, second in ((a, b), (b, a)):
        factor, term = terms.split(second)
        if factor < 0:
            return terms.make(_MINUS, first, terms.scaled(-factor, term))
    return None


def _plus_like(terms: Terms, a: int, b: int) -> int | None:
    # 2*x + 3*x -> 5*x
    (m, x), (n, y) = terms.split(a), terms.split(b)
    if x == y and x is not None and _short(m + n) and m + n != 0:
        return terms.scaled(m + n, x)
    return None


def _minus_like(terms: Terms, a: int, b: int) -> int | None:
    # 3*x - 2*x -> x, (a - 3*x) - 2*x -> a - 5*x
    (m, x), (n, y) = terms.split(a), terms.split(b)
    if x == y and x is not None and _short(m - n) and m != n:
        return terms.scaled(m - n, x)
    difference = terms.parts(a, _MINUS)
    if difference is not None and y is not None:
        m, x = terms.split(difference[1])
        if x == y and _short(m + n):
            return terms.make(_MINUS, difference[0], terms.scaled(m + n, x))
    return None


def _minus_zero(terms: Terms, a: int, b: int) -> int | None:
    # x - 0 -> x, 0 - x -> -x
    if terms.number(b) == 0:
        return a
    return terms.make(_NEG, b) if terms.number(a) == 0 else None


def _minus_negative(terms: Terms, a: int, b: int) -> int | None:
    # a - -b -> a + b
    negative = terms.parts(b, _NEG)
    return terms.make(_PLUS, a, negative[0]) if negative is not None else None


# --- products


def _times_one(terms: Terms, a: int, b: int) -> int | None:
    # 1*x -> x, x*1 -> x
    if terms.number(a) == 1:
        return b
    return a if terms.number(b) == 1 else None


def _times_minus_one(terms: Terms, a: int, b: int) -> int | None:
    # -1*x -> -x, x*-1 -> -x
    if terms.number(a) == -1:
        return terms.make(_NEG, b)
    return terms.make(_NEG, a) if terms.number(b) == -1 else None


def _times_negative(terms: Terms, a: int, b: int) -> int | None:
    # -a*b -> -(a*b), a*-b -> -(a*b)
    negative = terms.parts(a, _NEG)
    if negative is not None:
        return terms.make(_NEG, terms.make(_TIMES, negative[0], b))
    negative = terms.parts(b, _NEG)
    if negative is not None:
        return terms.make(_NEG, terms.make(_TIMES, a, negative[0]))
    return None


def _times_quotient(terms: Terms, a: int, b: int) -> int | None:
    # a*(b/c) -> (a*b)/c, (a/b)*c -> (a*c)/b
    for factor, quotient in ((a, b), (b, a)):
        parts = terms.parts(quotient, _OVER)
        if parts is not None:
            return terms.make(_OVER, terms.make(_TIMES, factor, parts[0]), parts[1])
    return None


def _times_zero_condition(terms: Terms, a: int, b: int) -> int | None:
    # 0*(x > y) -> 0, a comparison being always finite
    for zero, condition in ((a, b), (b, a)):
        if (
            terms.number(zero) == 0
            and terms.graph.operations[condition] in _COMPARISONS
        ):
            return zero
    return None


def _times_factors(terms: Terms, a: int, b: int) -> int | None:
    # x*2 -> 2*x, 2*(3*x) -> 6*x, (-2)*x -> -(2*x), f(x)*w -> w*f(x)
    # x*x -> x^2, x^2*x -> x^3
    factors = terms.factors(a) + terms.factors(b)
    if len(factors) > MOST_FACTORS:
        return None
    coefficient = 1.0
    numbers: list[int] = []
    exponents: dict[int, float] = {}
    for factor in factors:
        value = terms.number(factor)
        if value is None:
            base, exponent = terms.power(factor)
            exponents[base] = exponents.get(base, 0.0) + exponent
        elif _short(coefficient * value):
            coefficient *= value
        else:
            numbers.append(factor)
    negative = coefficient < 0
    if abs(coefficient) != 1:
        numbers.insert(0, terms.literal(abs(coefficient)))
    ordered = numbers + [
        terms.make(_POWER, base, terms.literal(exponents[base]))
        for base in sorted(exponents, key=terms.rank)
    ]
    product = ordered[0]
    for factor in ordered[1:]:
        product = terms.node(_TIMES, (product, factor))
    return terms.make(_NEG, product) if negative else product


# --- quotients, powers and the rest


def _over_one(terms: Terms, a: int, b: int) -> int | None:
    # x/1 -> x
    return a if terms.number(b) == 1 else None


def _over_negative(terms: Terms, a: int, b: int) -> int | None:
    # -a/b -> -(a/b), a/-b -> -(a/b)
    negative = terms.parts(a, _NEG)
    if negative is not None:
        return terms.make(_NEG, terms.make(_OVER, negative[0], b))
    negative = terms.parts(b, _NEG)
    if negative is not None:
        return terms.make(_NEG, terms.make(_OVER, a, negative[0]))
    return None


def _over_twice(terms: Terms, a: int, b: int) -> int | None:
    # (x/y)/y -> x/y^2
    quotient = terms.parts(a, _OVER)
    if quotient is not None and quotient[1] == b and terms.number(b) is None:
        square = terms.make(_POWER, b, terms.literal(2.0))
        return terms.make(_OVER, quotient[0], square)
    return None


def _power_one(terms: Terms, a: int, b: int) -> int | None:
    # x^1 -> x
    return a if terms.number(b) == 1 else None


def _power_zero(terms: Terms, _a: int, b: int) -> int | None:
    # x^0 -> 1, also where x is 0 or not finite
    return terms.literal(1.0) if terms.number(b) == 0 else None


def _power_power(terms: Terms, a: int, b: int) -> int | None:
    # (x^2)^3 -> x^6
    base, inner = terms.power(a)
    exponent = terms.number(b)
    if inner == 1 or exponent is None:
        return None
    if exponent > 0 and exponent.is_integer():
        return terms.make(_POWER, base, terms.literal(inner * exponent))
    return None


def _power_even(terms: Terms, a: int, b: int) -> int | None:
    # (-x)^2 -> x^2
    negative = terms.parts(a, _NEG)
    exponent = terms.number(b)
    if negative is not None and exponent is not None and exponent % 2 == 0:
        return terms.make(_POWER, negative[0], b)
    return None


def _neg_neg(terms: Terms, a: int) -> int | None:
    # --x -> x
    negative = terms.parts(a, _NEG)
    return negative[0] if negative is not None else None


def _neg_difference(terms: Terms, a: int) -> int | None:
    # -(a - b) -> b - a
    difference = terms.parts(a, _MINUS)
    if difference is not None:
        return terms.make(_MINUS, difference[1], difference[0])
    return None


def _where_known(terms: Terms, c: int, a: int, b: int) -> int | None:
    # where(1, a, b) -> a, where(0, a, b) -> b
    condition = terms.number(c)
    if condition is not None:
        return a if condition != 0 else b
    return None


def _where_same(_terms: Terms, _c: int, a: int, b: int) -> int | None:
    # where(c, a, a) -> a
    return a if a == b else None


def _log_e(terms: Terms, x: int) -> int | None:
    # log(e) -> 1
    return terms.literal(1.0) if terms.graph.names.get(x) == "e" else None


def _sum_two(terms: Terms, *operands: int) -> int | None:
    # sum(a, b) -> a + b
    return terms.make(_PLUS, *operands) if len(operands) == 2 else None


def _unequal_zero(terms: Terms, a: int, b: int) -> int | None:
    # (x > y) != 0 -> x > y
    if terms.number(b) == 0 and terms.graph.operations[a] in _COMPARISONS:
        return a
    return None


LAWS: dict[Operation, tuple[Law, ...]] = {
    _PLUS: (_plus_zero, _plus_negative, _plus_negative_number, _plus_like),
    _MINUS: (_minus_zero, _minus_negative, _minus_like),
    _TIMES: (
        _times_one,
        _times_minus_one,
        _times_negative,
        _times_zero_condition,
        _times_quotient,
        _times_factors,
    ),
    _OVER: (_over_one, _over_negative, _over_twice),
    _POWER: (_power_zero, _power_one, _power_power, _power_even),
    _NEG: (_neg_neg, _neg_difference),
    _WHERE: (_where_known, _where_same),
    OPERATIONS["!="]: (_unequal_zero,),
    OPERATIONS["log"]: (_log_e,),
    OPERATIONS["sum"]: (_sum_two,),
}


def simplified(graph: Graph, roots: Sequence[int]) -> tuple[Graph, list[int]]:
    """What the roots depend on, simplified, in a graph of its own, and its roots there.

    Labels are kept on the nodes that still compute them.
    """
    terms = Terms()
    needed = graph.ancestors(roots)
    made: dict[int, int] = {}
    for node, operation in enumerate(graph.operations):
        if not needed[node]:
            continue
        if operation is LITERAL:
            made[node] = terms.literal(graph.literals[node], graph.names.get(node))
        elif operation is VARIABLE:
            made[node] = terms.variable(graph.names[node])
        else:
            operands = [made[operand] for operand in graph.inputs[node]]
            made[node] = terms.make(operation, *operands)
            label = graph.labels.get(node)
            if label is not None and terms.number(made[node]) is None:
                terms.graph.labels.setdefault(made[node], label)
    return _signs_seated(terms.graph, [made[root] for root in roots])


def _signs_seated(graph: Graph, roots: Sequence[int]) -> tuple[Graph, list[int]]:
    """The graph with the sign of a product on its first factor: -(a*b) -> -a*b."""
    terms = Terms()
    needed = graph.ancestors(roots)
    made: dict[int, int] = {}
    for node, operation in enumerate(graph.operations):
        if not needed[node]:
            continue
        operands = tuple([made[operand] for operand in graph.inputs[node]])
        if operation is LITERAL:
            made[node] = terms.literal(graph.literals[node], graph.names.get(node))
        elif operation is VARIABLE:
            made[node] = terms.variable(graph.names[node])
        elif operation is _NEG:
            made[node] = _negated(terms, operands[0])
        else:
            made[node] = terms.node(operation, operands)
        if node in graph.labels:
            terms.graph.labels.setdefault(made[node], graph.labels[node])
    return terms.graph, [made[root] for root in roots]


def _negated(terms: Terms, node: int) -> int:
    """The node with a minus sign, seated on the first factor of a product."""
    spine: list[tuple[Operation, int]] = []
    first = node
    while len(spine) < MOST_FACTORS:
        operation = terms.graph.operations[first]
        if operation is not _TIMES and operation is not _OVER:
            break
        first, last = terms.graph.inputs[first]
        spine.append((operation, last))
    value = terms.number(first)
    signed = terms.literal(-value) if value is not None else terms.node(_NEG, (first,))
    for operation, last in reversed(spine):
        signed = terms.node(operation, (signed, last))
    return signed
