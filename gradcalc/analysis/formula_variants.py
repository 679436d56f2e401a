"""The formulas that a local derivative may have, by how the conditions in it come out.

An explanation has the one that holds at its point; a page whose variables can be moved
has them all, each with what must hold for it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, product

from gradcalc.analysis.local_formulas import (
    Formula,
    decided,
    formulas_of,
    shown_rules,
)
from gradcalc.analysis.naming import Naming
from gradcalc.graph import Graph
from gradcalc.operations import COMPARISONS

# All ways are looked at in which so many conditions may come out.
_MOST_CONDITIONS = 5
# Of more conditions: up to so many operands of a maximum may be equal.
_MOST_EQUAL = 4

# The values of nodes of a rule, by their numbers.
Decisions = dict[int, float]


@dataclass(frozen=True, slots=True)
class Variant:
    """A local derivative as a formula, where conditions come out in one way."""

    # The number of the rule among those shown.
    rule: int
    # What the nodes of the rule that decide must be for it to hold.
    when: Decisions
    formula: Formula


def formula_variants(
    graph: Graph,
    node: int,
    positions: Collection[int],
    values: Sequence[float],
    naming: Naming,
) -> dict[int, list[Variant]]:
    """The formulas of a node's local derivatives, by the operand's position.

    Of many conditions those ways alone are looked at in which at most one comes out
    otherwise than at these values, or the first few hold.
    """
    explained = (*graph.inputs[node], node)
    moving = [
        place for place, each in enumerate(explained) if each not in graph.literals
    ]
    found: dict[int, list[Variant]] = {position: [] for position in positions}
    rules = shown_rules(graph.operations[node], len(explained) - 1)
    for number, rule in enumerate(rules):
        if rule is None:
            break
        inner = rule.graph
        roots = {
            position: partial
            for position in positions
            if (partial := rule.partials[position]) is not None
        }
        places = decided(rule)
        deciding = {
            position: _deciding(inner, root, places) for position, root in roots.items()
        }
        needed = inner.ancestors(list(chain(*deciding.values())))
        moves = inner.dependents(moving)
        free = [
            place
            for place in places
            if inner.operations[place] in COMPARISONS and needed[place] and moves[place]
        ]
        at_point = inner.forward([values[each] for each in explained])
        met: set[str] = set()
        for chosen in _outcomes([at_point[place] for place in free]):
            known = _known(
                inner, places, at_point, dict(zip(free, chosen, strict=True))
            )
            new = {}
            for position, nodes in deciding.items():
                when = {place: known[place] for place in nodes}
                if (text := f"{position} {when}") not in met:
                    met.add(text)
                    new[position] = when
            if new:
                formulas = formulas_of(rule, roots, known, graph, node, naming)
                for position, when in new.items():
                    found[position].append(Variant(number, when, formulas[position]))
    return found


def _deciding(graph: Graph, root: int, places: Collection[int]) -> list[int]:
    """The nodes among the places that the formula of the root meets first."""
    found, pending, seen = [], [root], {root}
    while pending:
        node = pending.pop()
        if node in places:
            found.append(node)
            continue
        new = [operand for operand in graph.inputs[node] if operand not in seen]
        pending += new
        seen.update(new)
    return sorted(found)


def _outcomes(present: Sequence[float]) -> Iterator[tuple[float, ...]]:
    """How conditions may come out, first as they do at present."""
    yield tuple(present)
    if len(present) <= _MOST_CONDITIONS:
        yield from product((1.0, 0.0), repeat=len(present))
        return
    for place, value in enumerate(present):
        yield (*present[:place], 1.0 - value, *present[place + 1 :])
    for count in range(_MOST_EQUAL + 1):
        yield (*[1.0] * count, *[0.0] * (len(present) - count))


def _known(
    graph: Graph,
    places: Iterable[int],
    at_point: Sequence[float],
    chosen: Mapping[int, float],
) -> Decisions:
    """The values of what decides, if conditions come out as chosen."""
    known: Decisions = {}
    for place in places:
        operation = graph.operations[place]
        if operation in COMPARISONS:
            known[place] = chosen.get(place, at_point[place])
        else:
            operands = [known[operand] for operand in graph.inputs[place]]
            known[place] = operation.evaluate(*operands)
    return known
