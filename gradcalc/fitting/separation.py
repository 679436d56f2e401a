"""Which parameters enter a model linearly: their derivatives say so.

A model is linear in some parameters together if no derivative by one of them contains
any of them. With the others held, these are found by linear least squares (variable
projection: Golub and Pereyra, SIAM Journal on Numerical Analysis 10, 1973).
"""

from collections.abc import Collection, Sequence
from typing import TypeAlias

from gradcalc.engine.graph_gradients import graph_gradients
from gradcalc.graph import Graph
from gradcalc.language.exact_laws import EXACT
from gradcalc.language.terms import Terms

# For each parameter the places of those that its derivative contains.
Contents: TypeAlias = list[set[int]]


def derivative_contents(
    graph: Graph, outputs: Sequence[int], free: Sequence[int]
) -> Contents:
    """For each of the variable nodes `free` which of them its derivatives contain."""
    gradients = graph_gradients(graph, outputs, free)
    terms = Terms(EXACT)
    roots = [node for row in gradients.rows for node in row]
    places = terms.place(gradients.graph, roots)
    bits = {graph.names[node]: 1 << place for place, node in enumerate(free)}
    masks: list[int] = []
    for node, inputs in enumerate(terms.graph.inputs):
        mask = 0 if inputs else bits.get(terms.graph.names.get(node, ""), 0)
        for operand in inputs:
            mask |= masks[operand]
        masks.append(mask)
    found = []
    for column in range(len(free)):
        mask = 0
        for row in gradients.rows:
            mask |= masks[places[row[column]]]
        found.append({place for place in range(len(free)) if mask >> place & 1})
    return found


def linear_together(contents: Contents, among: Collection[int]) -> list[int]:
    """As many of the places `among` as are found in which the model is linear.

    Those that conflict with the fewest others are taken first.
    """
    conflicts = {
        place: {
            other
            for other in among
            if other in contents[place] or place in contents[other]
        }
        for place in among
        if place not in contents[place]
    }
    for place in conflicts:
        conflicts[place] &= conflicts.keys()
    taken = []
    while conflicts:
        place = min(conflicts, key=lambda place: (len(conflicts[place]), place))
        taken.append(place)
        lost = {place, *conflicts[place]}
        conflicts = {
            other: others - lost
            for other, others in conflicts.items()
            if other not in lost
        }
    return sorted(taken)
