"""Formulas in normal form: sums of products of powers, each kept once.

A sum maps products to their coefficients, and a product maps bases to their exponents,
which are sums again. Coefficients are exact fractions. Two formulas that differ in the
order of their terms and factors, in signs or in like terms are one form, and forms are
equal if they are the same object. What a formula is made of is kept in the order in
which it was met first, which is that of the source.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import starmap
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
    # The sum that is its only factor, or None.
    whole: "Sum | None"


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
        # By what they are made of: leaves and calls, products, terms and longer sums.
        self._bases: dict[Any, Any] = {}
        self._products: dict[Any, Product] = {}
        self._terms: dict[tuple[Product, Rational], Sum] = {}
        self._sums: dict[frozenset[tuple[Product, Rational]], Sum] = {}
        self._count = 0
        self.unit = self.product({})
        self.zero = self.number(0)
        self.one = self.number(1)
        self.minus_one = self.number(-1)
        self.half = self.number(Fraction(1, 2))
        # Whether a number was typed with a decimal point, so that others may have one.
        self.decimal = False
        # What is known of sums: by the sum and how it is factored.
        self.factorings: dict[tuple[Sum, bool, bool], tuple[Rational, Powers, Sum]] = {}
        # Sums as they are multiplied out; None for those that would be too long.
        self.expansions: dict[Sum, Sum | None] = {}

    def _place(self) -> int:
        self._count += 1
        return self._count

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
        leaf = self._bases.get(key)
        if leaf is None:
            leaf = self._bases[key] = Leaf(self._place(), operation, name, value)
        return self.power(leaf, self.one)

    def call(self, operation: Operation, operands: Iterable[Sum]) -> Sum:
        """The operation as it stands."""
        return self.power(self.base(operation, operands), self.one)

    def base(self, operation: Operation, operands: Iterable[Sum]) -> Call:
        """The same as a base of powers."""
        key = operation, tuple(operands)
        call: Call | None = self._bases.get(key)
        if call is None:
            call = self._bases[key] = Call(self._place(), *key)
        return call

    def number(self, value: Rational) -> Sum:
        return self.term(self.unit, value)

    def product(self, powers: Mapping[Base, Sum]) -> Product:
        """The product of the powers."""
        key = frozenset(powers.items())
        product = self._products.get(key)
        if product is None:
            product = Product(self._place(), dict(powers), _whole(powers))
            self._products[key] = product
        return product

    def power(self, base: Base, exponent: Sum) -> Sum:
        """The power as it stands."""
        return self.term(self.product({base: exponent}), 1)

    def term(self, product: Product, factor: Rational) -> Sum:
        """The product with this coefficient."""
        key = product, factor
        form = self._terms.get(key)
        if form is None:
            if not factor and product.powers:
                return self.zero
            factor = exact(factor)
            terms = {product: factor} if factor else {}
            number = None if product.powers else factor
            form = self._terms[key] = Sum(self._place(), terms, number)
        return form

    def sum(self, terms: Mapping[Product, Rational]) -> Sum:
        """The sum of the products with these coefficients."""
        if not all(terms.values()):
            terms = {product: factor for product, factor in terms.items() if factor}
        if len(terms) < 2:
            return next(starmap(self.term, terms.items()), self.zero)
        key = frozenset(terms.items())
        form = self._sums.get(key)
        if form is None:
            terms = {product: exact(factor) for product, factor in terms.items()}
            form = self._sums[key] = Sum(self._place(), terms, None)
        return form

    def known(self, terms: Mapping[Product, Rational]) -> Sum | None:
        """The sum of these terms if it was met before."""
        if len(terms) > 1:
            return self._sums.get(frozenset(terms.items()))
        return next(map(self._terms.get, terms.items()), self.zero)


def exact(number: Rational) -> Rational:
    """The number as it is kept: as an int if it is whole."""
    if number.__class__ is int or number.denominator != 1:
        return number
    return number.numerator


def magnitude(number: Rational) -> Rational:
    return -number if number < 0 else number


def ratio(first: Rational, second: Rational) -> Rational:
    """The first number divided by the second."""
    if second == 1:
        return first
    return exact(Fraction(first, second))


def _whole(powers: Mapping[Base, Sum]) -> Sum | None:
    if len(powers) == 1:
        ((base, exponent),) = powers.items()
        if isinstance(base, Sum) and exponent.number == 1:
            return base
    return None


def is_e(base: Base) -> bool:
    """Whether it is the constant e, whose powers are exponentials."""
    return isinstance(base, Leaf) and base.name == "e" and base.operation is LITERAL
