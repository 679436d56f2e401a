"""The laws that hold to the last bit, for every double: EXACT.

They serve whatever is computed: the code that is generated and the derivatives that a
program asks for. A law is a pair of formulas, or a function where it counts.
"""

from collections.abc import Mapping, Sequence

from gradcalc.language.patterns import PatternLaw
from gradcalc.language.terms import Law, Laws, Terms
from gradcalc.operations import OPERATIONS, PLUS, Operation

# The laws of each operation, by its name.
Table = Mapping[str, Sequence[str | Law]]


def laws(*tables: Table) -> dict[Operation, list[Law]]:
    """The laws of each operation, those of the earlier tables first."""
    found: dict[Operation, list[Law]] = {}
    for table in tables:
        for name, listed in table.items():
            found.setdefault(OPERATIONS[name], []).extend(
                PatternLaw(law) if isinstance(law, str) else law for law in listed
            )
    return found


def folded(terms: Terms, operation: Operation, operands: Sequence[int]) -> float | None:
    """The value of an operation on numbers."""
    literals = terms.graph.literals
    for operand in operands:
        if operand not in literals:
            return None
    return operation.evaluate(*[literals[operand] for operand in operands])


def _where_known(terms: Terms, c: int, a: int, b: int) -> int | None:
    # where(1, a, b) -> a, where(0, a, b) -> b
    condition = terms.number(c)
    if condition is None:
        return None
    return a if condition != 0 else b


def _sum_chained(terms: Terms, first: int, *others: int) -> int:
    # sum(a, b, c) -> a + b + c
    for operand in others:
        first = terms.make(PLUS, first, operand)
    return first


TO_THE_BIT: Table = {
    "*": (
        "x*1 -> x",
        "1*x -> x",
        "x*-1 -> -x",
        "-1*x -> -x",
        "0*p -> 0",
        "p*0 -> 0",
        "p*p -> p",
    ),
    "/": ("x/1 -> x",),
    "^": ("x^1 -> x", "x^0 -> 1"),
    "!=": ("p != 0 -> p",),
    "where": (_where_known, "where(c, a, a) -> a"),
}

_FOR_CODE: Table = {
    "sum": (_sum_chained,),
    "where": (
        "where(p, x, p/p) -> where(p, x, inf - inf)",
        "where(p, x, y*(p/p)) -> where(p, x, y*(inf - inf))",
    ),
}

# What is passed in the domain of an operation alone, and there to what it selected.
# Outside it is NaN, which inside is not even computed: the quotient is 1 there.
_FOR_NODES: Table = {
    "where": (
        "where(p, x, inf - inf) -> where(p, x, p/p)",
        "where(p, x, y*(inf - inf)) -> where(p, x, y*(p/p))",
        "where(where(p, c, 1), where(p, a, b), 0) -> where(p, where(c, a, 0), b)",
        "where(where(p, c, 1), where(p, a, b), -0) -> where(p, where(c, a, -0), b)",
        "where(p, 1, 0) -> p",
    ),
    # A graph that has no infinity in it is finite if its numbers are.
    "<": ("abs(x) < inf -> x - x == 0",),
    "==": ("abs(x) == inf -> (x == x) > (x - x == 0)",),
}

# For derivatives that stand in the graph of a formula: constants keep their names.
FOR_NODES = Laws(laws(TO_THE_BIT, _FOR_NODES), fold=folded, named_constants=True)

EXACT = Laws(laws(TO_THE_BIT, _FOR_CODE), fold=folded, named_constants=False)
