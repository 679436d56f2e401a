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
from gradcalc.language.rules import Rule
from gradcalc.operations import COMPARISONS, VARIABLE, Operation

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


def shown_rules(operation: Operation, count: int) -> list[Rule | None]:
    """The rules whose formulas are shown: a book's, and the computed where that fails.

    None stands for one that is too long to read; the computed one is left out where it
    is the book's.
    """
    rules = [whole_rule(operation, count, textbook=each) for each in (True, False)]
    if _is_same(*rules):
        del rules[1]
    return [rule if len(rule.graph) <= _LONGEST_RULE else None for rule in rules]


def _is_same(one: Rule, other: Rule) -> bool:
    columns = (
        (rule.graph.operations, rule.graph.inputs, rule.graph.literals, rule.partials)
        for rule in (one, other)
    )
    return one is other or all(a == b for a, b in zip(*columns, strict=True))


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
    rules = shown_rules(graph.operations[node], len(operands))
    for rule in rules:
        if rule is None:
            return {}
        roots = {
            position: partial
            for position, partial in enumerate(rule.partials)
            if partial is not None and position in passing
        }
        at_point = rule.graph.forward([values[each] for each in (*operands, node)])
        if rule is rules[-1] or all(
            at_point[root] == at_point[root] or passing[place] != passing[place]
            for place, root in roots.items()
        ):
            break
    else:
        return {}
    if not roots or (rule.domain is not None and at_point[rule.domain] == 0):
        return {}
    known = {place: at_point[place] for place in decided(rule)}
    return formulas_of(rule, roots, known, graph, node, naming)


def decided(rule: Rule) -> list[int]:
    """The nodes of the rule that say which side a condition takes.

    They are the comparisons, and what follows from these alone.
    """
    found: dict[int, None] = {}
    for place, operation in enumerate(rule.graph.operations):
        inner = rule.graph.inputs[place]
        if operation in COMPARISONS or (inner and found.keys() >= set(inner)):
            found[place] = None
    return list(found)


def formulas_of(
    rule: Rule,
    roots: Mapping[int, int],
    known: Mapping[int, float],
    graph: Graph,
    node: int,
    naming: Naming,
) -> dict[int, Formula]:
    """The rule's formulas for a node, by position, with the values that are `known`.

    `roots` has the rule's node for each position.
    """
    explained = (*graph.inputs[node], node)
    copy = Graph()

    def make(place: int, inputs: tuple[int, ...]) -> int:
        if place in known:
            return copy.add_literal(known[place])
        if place >= len(explained):
            return copy.add_like(rule.graph, place, inputs)
        origin = explained[place]
        if origin in graph.literals:
            return copy.add_like(graph, origin, ())
        return _variable(copy, naming, origin)

    made = rule.graph.translated(list(roots.values()), make)
    simple, places = simplified(copy, [made[root] for root in roots.values()])
    return {
        position: Formula(simple, place)
        for position, place in zip(roots, places, strict=True)
    }
