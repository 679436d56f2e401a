"""Local derivatives as formulas: those of the table, and what a book has for a call.

What is known at the point (which side a condition takes, what a literal is) is put in.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from gradcalc.algebra.simplify import simplified
from gradcalc.analysis.naming import Naming
from gradcalc.analysis.wholes import textbook_derivative
from gradcalc.engine.passes import Passes
from gradcalc.graph import Graph, Whole
from gradcalc.language.contributions import whole_rule
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


def textbook_formula(whole: Whole, node: int, position: int, naming: Naming) -> Formula:
    """The local derivative of a call that is one step, as a book has it."""
    own = whole.results.index(node)
    rule, root, named = textbook_derivative(whole, own, position)
    copy = Graph()

    def make(place: int, inputs: tuple[int, ...]) -> int:
        if rule.operations[place] is not VARIABLE:
            return copy.add_like(rule, place, inputs)
        return _variable(copy, naming, named[rule.names[place]])

    return Formula(copy, rule.translated([root], make)[root])


def _variable(copy: Graph, naming: Naming, node: int) -> int:
    """A variable that stands for the node explained."""
    return copy.add_variable(f"{naming.text(node)}#{node}")


def local_formulas(
    passes: Passes, node: int, passing: Mapping[int, float], naming: Naming
) -> dict[int, Formula]:
    """The local derivatives of a node as formulas, by the operand's position.

    Literals are put in, conditions are decided by the values, and the laws simplify
    what is left. Only the positions in `passing`, which has the numbers, have one.
    Products are written in the order of the operands' names. Where a book's rule is no
    number although the derivative is one, it is the rule that is computed:
    `where(out == 0, 0, v/out)` for hypot's v/out.
    """
    graph, values = passes.graph, passes.values
    operands = graph.inputs[node]
    explained = (*operands, node)
    for textbook in (True, False):
        rule = whole_rule(graph.operations[node], len(operands), textbook=textbook)
        roots = {
            position: partial
            for position, partial in enumerate(rule.partials)
            if partial is not None and position in passing
        }
        if not roots or len(rule.graph) > _LONGEST_RULE:
            return {}
        at_point = rule.graph.forward([values[origin] for origin in explained])
        if all(
            at_point[root] == at_point[root] or passing[place] != passing[place]
            for place, root in roots.items()
        ):
            break
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
            return _variable(copy, naming, origin)
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
