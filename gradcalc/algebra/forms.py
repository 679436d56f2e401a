"""Formulas in normal form: sums of products of powers, each kept once.

A sum maps products to their coefficients, and a product maps bases to their exponents,
which are sums again. Coefficients are exact fractions. Two formulas that differ in the
order of their terms and factors, in signs or in like terms are one form, and forms are
equal if they are the same object. What a formula is made of is kept in the order in
which it was met first, which is that of the source.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import inf, isinf
from typing import Any, TypeAlias

from gradcalc.operations import LITERAL, VARIABLE, Operation

# Whole numbers are ints, which are faster.
Rational: TypeAlias = int | Fraction

# Longer sums and products that are used several times stay whole, so that what they
# share stays shared.
MOST_SHARED = 8


@dataclass(eq=False, slots=True)
class Leaf:
    """A variable, a constant such as pi, or a number that is not finite."""

    place: int
    operation: Operation
    # "" of a number.
    name: str
    # Of what is no variable.
    value: float


@dataclass(eq=False, slots=True)
class Call:
    """An operation that is not one of arithmetic."""

    place: int
    operation: Operation
    operands: "tuple[Sum, ...]"


@dataclass(eq=False, slots=True)
class Product:
    """Powers, multiplied; none of them is 1."""

    place: int
    powers: "dict[Base, Sum]"


@dataclass(eq=False, slots=True)
class Sum:
    """Products with their coefficients, none of which is 0, added up."""

    place: int
    terms: dict[Product, Rational]
    # Its value if it is a number.
    number: Rational | None

    def only(self) -> tuple[Product, Rational] | None:
        """The product and its coefficient if there is but one."""
        if len(self.terms) == 1:
            return next(iter(self.terms.items()))
        return None


Base: TypeAlias = "Leaf | Call | Sum"
Powers: TypeAlias = dict[Base, Sum]


class Forms:
    """All forms of some formulas, numbered: each follows what it is made of."""

    def __init__(self) -> None:
        self._kept: dict[Any, Any] = {}
        self.unit = self.product({})
        self.zero = self.number(0)
        self.one = self.number(1)
        self.minus_one = self.number(-1)
        self.half = self.number(Fraction(1, 2))
        # Whether a number was typed with a decimal point, so that others may have one.
        self.decimal = False
        # What is known of sums: by the sum and how it is factored.
        self.factorings: dict[tuple[Sum, bool, bool], tuple[Rational, Powers, Sum]] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def _keep(self, key: Any, make: Callable[[int], Any]) -> Any:
        form = self._kept.get(key)
        if form is None:
            form = self._kept[key] = make(len(self._kept))
        return form

    def variable(self, name: str) -> Sum:
        """A variable, or an element of one."""
        return self._leaf(VARIABLE, name, 0.0)

    def constant(self, name: str, value: float) -> Sum:
        """A constant that keeps its name, or a number that is not finite."""
        return self._leaf(LITERAL, name, value)

    def double(self, value: float) -> Sum:
        """A number that may be infinite, or no number."""
        if value != value:
            return self.constant("", value)
        if isinf(value):
            form = self.constant("inf", inf)
            return form if value > 0 else self.sum(dict.fromkeys(form.terms, -1))
        return self.number(Fraction(value))

    def _leaf(self, operation: Operation, name: str, value: float) -> Sum:
        key = operation, name, repr(value)
        leaf = self._keep(key, lambda place: Leaf(place, operation, name, value))
        return self.power(leaf, self.one)

    def call(self, operation: Operation, operands: Iterable[Sum]) -> Sum:
        """The operation as it stands."""
        return self.power(self.base(operation, operands), self.one)

    def base(self, operation: Operation, operands: Iterable[Sum]) -> Call:
        """The same as a base of powers."""
        key = operation, tuple(operands)
        return self._keep(key, lambda place: Call(place, *key))  # type: ignore[no-any-return]

    def number(self, value: Rational) -> Sum:
        return self.sum({self.unit: value})

    def product(self, powers: Mapping[Base, Sum]) -> Product:
        """The product of the powers."""
        key = "product", frozenset(powers.items())
        return self._keep(key, lambda place: Product(place, dict(powers)))  # type: ignore[no-any-return]

    def power(self, base: Base, exponent: Sum) -> Sum:
        """The power as it stands."""
        return self.sum({self.product({base: exponent}): 1})

    def sum(self, terms: Mapping[Product, Rational]) -> Sum:
        """The sum of the products with these coefficients."""
        terms = {
            product: factor if factor.__class__ is int else exact(factor)
            for product, factor in terms.items()
            if factor
        }
        key = "sum", frozenset(terms.items())
        return self._keep(key, lambda place: Sum(place, terms, self._value(terms)))  # type: ignore[no-any-return]

    def _value(self, terms: Mapping[Product, Rational]) -> Rational | None:
        if not terms:
            return 0
        return terms.get(self.unit) if len(terms) == 1 else None

    def known(self, terms: Mapping[Product, Rational]) -> Sum | None:
        """The sum of these terms if it was met before."""
        return self._kept.get(("sum", frozenset(terms.items())))


def exact(number: Rational) -> Rational:
    """The number as it is kept: as an int if it is whole."""
    return number.numerator if number.denominator == 1 else number


def magnitude(number: Rational) -> Rational:
    return -number if number < 0 else number


def ratio(first: Rational, second: Rational) -> Rational:
    """The first number divided by the second."""
    return exact(Fraction(first, second))


def whole(product: Product) -> Sum | None:
    """The sum that is the product's only factor, or None."""
    if len(product.powers) == 1:
        ((base, exponent),) = product.powers.items()
        if isinstance(base, Sum) and exponent.number == 1:
            return base
    return None
