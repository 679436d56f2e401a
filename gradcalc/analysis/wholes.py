"""Calls that are explained as one step, as a book does: softmax.

What they compute inside, and how, is left out. Their local derivatives as numbers are
those of the backward pass through what is inside; as formulas, those of the book.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from gradcalc.engine.passes import gradients
from gradcalc.graph import Graph, Whole
from gradcalc.language.bindings import bind
from gradcalc.language.library import library_documentation


@dataclass(frozen=True)
class Wholes:
    """The calls of a graph that are explained as one step."""

    # The call that each element of a result is of.
    calls: dict[int, Whole] = field(default_factory=dict)
    # The nodes inside them.
    hidden: set[int] = field(default_factory=set)


def find_wholes(graph: Graph, needed: Sequence[int]) -> Wholes:
    """The outermost of these calls among the needed nodes."""
    found = Wholes()
    for node in sorted(graph.wholes, reverse=True):
        whole = graph.wholes[node]
        if node in found.calls or node in found.hidden or not needed[node]:
            continue
        if len({*whole.arguments, *whole.results}) == 2 * len(whole.arguments):
            found.calls.update(dict.fromkeys(whole.results, whole))
            found.hidden.update(_inside(graph, whole))
    return found


def _inside(graph: Graph, whole: Whole) -> set[int]:
    """The nodes between the arguments and the results."""
    inside = {*whole.arguments, *whole.results}
    pending = list(whole.results)
    while pending:
        for operand in graph.inputs[pending.pop()]:
            if operand not in inside:
                inside.add(operand)
                pending.append(operand)
    return inside.difference(whole.arguments, whole.results)


def local_derivatives(
    graph: Graph, values: Sequence[float], whole: Whole, result: int
) -> list[float | None]:
    """The derivatives of one result by each argument; None where nothing is passed."""
    inside = Graph()
    given = {node: inside.add_variable(str(node)) for node in whole.arguments}
    made = dict(given)
    for node in sorted(_inside(graph, whole) | {result}):
        inputs = tuple([made[operand] for operand in graph.inputs[node]])
        made[node] = inside.add_like(graph, node, inputs)
    point = inside.forward([values[node] for node in whole.arguments])
    active = inside.dependents(list(given.values()))
    found = gradients(inside, point, made[result], active)
    return [found[given[node]] for node in whole.arguments]


def textbook_derivative(
    whole: Whole, position: int, argument: int
) -> tuple[Graph, int, dict[str, int]]:
    """The book's derivative of one result by an argument, both by their places.

    It is a graph, its root, and the node that each of its variables stands for.
    """
    textbook = library_documentation()[whole.name].textbook
    assert textbook is not None
    bound = bind(textbook[position != argument], {}, complete=False)
    named = {"out": whole.results[position], "other": whole.results[argument]}
    return bound.program.graph, bound.output, named
