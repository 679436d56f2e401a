"""The rules of the table as formulas at a point: with what is known there put in."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from gradcalc.algebra.simplify import simplified
from gradcalc.graph import Graph
from gradcalc.language.rules import rule_of
from gradcalc.operations import COMPARISONS, VARIABLE

# A rule over more operands has a formula too long to read: its number stands alone.
_LONGEST_RULE = 300


@dataclass(frozen=True, slots=True)
class Formula:
    """A local derivative as a formula."""

    # Its variables are named after the nodes explained: "x#3" is node 3.
    graph: Graph
    root: int

    def leaf(self, node: int) -> int | None:
        """The node explained that a variable of the formula stands for."""
        if self.graph.operations[node] is VARIABLE:
            return int(self.graph.names[node].rpartition("#")[2])
        return None

    def is_number(self) -> bool:
        """Whether the formula is a number as it stands."""
        return self.root in self.graph.literals and self.root not in self.graph.names


def local_formulas(
    graph: Graph,
    values: Sequence[float],
    node: int,
    passing: Collection[int],
    name: Callable[[int], str],
) -> dict[int, Formula]:
    """The local derivatives of a node as formulas, by the operand's position.

    Literals are put in, conditions are decided by the values, and the laws simplify
    what is left: `where(b == 0, 0, b*a^(b - 1))` at b = 2 is `2*a`. Only the
    positions in `passing` have one. Products are written in the order of the operands'
    names.
    """
    operands = graph.inputs[node]
    rule = rule_of(graph.operations[node], len(operands))
    roots = {
        position: partial
        for position, partial in enumerate(rule.partials)
        if partial is not None and position in passing
    }
    if not roots or len(rule.graph) > _LONGEST_RULE:
        return {}
    explained = (*operands, node)
    at_point = rule.graph.forward([values[origin] for origin in explained])
    if rule.domain is not None and at_point[rule.domain] == 0:
        return {}
    copy = Graph()
    # Which side a condition takes, and what follows from that alone.
    known: set[int] = set()

    def make(place: int, inputs: tuple[int, ...]) -> int:
        if place < len(explained):
            origin = explained[place]
            if origin in graph.literals:
                return copy.add_like(graph, origin, ())
            return copy.add_variable(f"{name(origin)}#{origin}")
        operation, inner = rule.graph.operations[place], rule.graph.inputs[place]
        if operation in COMPARISONS or (inner and known.issuperset(inner)):
            known.add(place)
            return copy.add_literal(at_point[place])
        return copy.add_like(rule.graph, place, inputs)

    made = rule.graph.translated(list(roots.values()), make)
    simple, places = simplified(copy, [made[root] for root in roots.values()])
    return {
        position: Formula(simple, place)
        for position, place in zip(roots, places, strict=True)
    }
