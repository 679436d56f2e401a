"""Laws that are pairs of formulas in gradcalc's own language: `x + 0 -> x`.

In such a pair a name stands for any term, the same name for the same term, and p for a
comparison, which is 0 or 1. Numbers and constants (e) stand for themselves.
"""

from functools import cached_property

from gradcalc.language.rules import formula_graph
from gradcalc.language.terms import Terms
from gradcalc.operations import COMPARISONS, LITERAL, VARIABLE

_COMPARISON = "p"


class PatternLaw:
    """A law that is a pair of formulas. Called as all laws are."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.left, self.right = text.split(" -> ")

    def __repr__(self) -> str:
        return f"<law {self.text}>"

    @cached_property
    def _pattern(self) -> "_Formula":
        return _Formula(self.left)

    @cached_property
    def _result(self) -> "_Formula":
        return _Formula(self.right)

    def __call__(self, terms: Terms, *operands: int) -> int | None:
        found: dict[str, int] = {}
        pattern = self._pattern
        if len(operands) != len(pattern.operands):
            return None
        for place, operand in zip(pattern.operands, operands, strict=True):
            if not pattern.matches(place, terms, operand, found):
                return None
        return self._result.made(self._result.root, terms, found)


class _Formula:
    """One side of a law."""

    def __init__(self, text: str) -> None:
        self.graph, self.root = formula_graph(text)
        self.operands = self.graph.inputs[self.root]
        # Constant parts, such as -1, are one number.
        variables = [n for n, op in enumerate(self.graph.operations) if op is VARIABLE]
        varies = self.graph.dependents(variables)
        values = self.graph.forward([0.0] * len(self.graph))
        self._numbers = {
            node: value
            for node, value in enumerate(values)
            if not varies[node] and node not in self.graph.names
        }

    def matches(
        self, place: int, terms: Terms, node: int, found: dict[str, int]
    ) -> bool:
        """Whether the term is as the formula is at that place.

        The terms that names stand for are added to `found`.
        """
        value = self._numbers.get(place)
        if value is not None:
            number = terms.number(node)
            # Zeros of either sign are equal, but not the same.
            return number is not None and repr(number) == repr(value)
        operation = self.graph.operations[place]
        name = self.graph.names.get(place)
        if operation is VARIABLE:
            assert name is not None
            if name == _COMPARISON and terms.graph.operations[node] not in COMPARISONS:
                return False
            return found.setdefault(name, node) == node
        if operation is LITERAL:
            return terms.graph.names.get(node) == name
        parts = terms.parts(node, operation)
        return parts is not None and all(
            self.matches(inner, terms, part, found)
            for inner, part in zip(self.graph.inputs[place], parts, strict=True)
        )

    def made(self, place: int, terms: Terms, found: dict[str, int]) -> int:
        """The term of the formula at that place, of the terms that were found."""
        value = self._numbers.get(place)
        if value is not None:
            return terms.literal(value)
        operation = self.graph.operations[place]
        if operation is VARIABLE:
            return found[self.graph.names[place]]
        inputs = self.graph.inputs[place]
        return terms.make(operation, *[self.made(i, terms, found) for i in inputs])
