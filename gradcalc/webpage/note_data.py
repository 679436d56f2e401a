"""What a page has to know to say of a result what the engine's notes say."""

import re
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from gradcalc.engine.notes import (
    is_meant,
    is_readable,
    probabilities,
    singular_nodes,
)
from gradcalc.graph import Graph
from gradcalc.language.contributions import whole_rule
from gradcalc.language.library import OF_PROBABILITIES
from gradcalc.language.rules import condition_graph
from gradcalc.operations import LITERAL, Operation
from gradcalc.strict_json import Object
from gradcalc.writers.infix import InfixWriter, is_primary
from gradcalc.writers.node_text import expression
from gradcalc.writers.spelling import COMPARISON

# The rows of a graph's nodes from the given number on.
Rows = Callable[[Graph, int], list[list[Any]]]


def note_data(graph: Graph) -> Object:
    """What notes need of a formula's graph, by node.

    texts           the expression of each node
    primary         for each node whether its text needs no parentheses
    functions       of nodes in functions of the library: the function
    singular        the nodes where a note on a convention may be due
    meant           the literals of which none is due if they are not finite
    differentiated  pairs of a node that a derivative within the formula went through,
                    and the node that is 0 where it did not, or null
    probabilities   the nodes that stand for probabilities, each with the node and the
                    function that take it for one, and the function that takes any
    """
    texts = [expression(graph, node) for node in range(len(graph))]
    functions = {
        node: function
        for node in graph.bodies
        if (function := graph.library_function(node))
    }
    return {
        "texts": texts,
        "primary": [int(is_primary(text)) for text in texts],
        "functions": functions,
        "singular": list(singular_nodes(graph)),
        "meant": [
            node
            for node, operation in enumerate(graph.operations)
            if operation is LITERAL and is_meant(graph, node)
        ],
        "differentiated": [[node, gate] for node, gate, _ in graph.differentiated],
        "probabilities": [
            [node, taker, functions[taker], OF_PROBABILITIES[functions[taker]][1]]
            for node, taker in probabilities(graph).items()
        ],
    }


def operation_notes(operation: Operation, count: int, rows: Rows) -> Object:
    """What notes need of an operation on a number of operands.

    flat      whether it passes no gradient at all
    singular  its places without a unique derivative, each with its kind, message and
              condition, a graph, and the operand that it concerns, or null
    domain    whether it has no derivative outside of a domain
    partials  for each operand the formula of its partial derivative, or null
    """
    places = []
    for place in operation.singular:
        graph, result = condition_graph(operation, place.condition, count)
        names = list(operation.parameters)
        places.append(
            {
                "kind": place.kind,
                "message": place.message,
                "condition": {"nodes": rows(graph, count + 1), "result": result},
                "of": None if place.of is None else names.index(place.of),
            }
        )
    rule = whole_rule(operation, count)
    partials: list[Any] = [None] * count
    if is_readable(rule):
        writer = _TemplateWriter(rule.graph, given=_slot(count))
        partials = [
            None if node is None else list(_template(writer.text(node)))
            for node in rule.partials
        ]
    return {
        "flat": operation.is_flat,
        "singular": places,
        "domain": rule.domain is not None,
        "partials": partials,
    }


class _TemplateWriter(InfixWriter):
    """Writes formulas in which operands that need parentheses are marked."""

    truth: ClassVar[tuple[str, str]] = "\ue000", "\ue001"


def _slot(count: int) -> Callable[[int], tuple[str, int] | None]:
    """The pieces of the operands and the operation's value, as loose as can be."""
    return lambda node: (f"\ue002{node}\ue003", COMPARISON) if node <= count else None


def _template(text: str) -> Iterator[str | int | list[int]]:
    """The text in parts: the number of an operand, in a list if it is in parentheses.

    These are not needed around a text that binds most tightly.
    """
    for part in re.split("(\ue000\ue002\\d+\ue003\ue001|\ue002\\d+\ue003)", text):
        slot = re.fullmatch("(\ue000?)\ue002(\\d+)\ue003\ue001?", part)
        if slot:
            yield [int(slot[2])] if slot[1] else int(slot[2])
        elif part:
            yield part.replace("\ue000", "(").replace("\ue001", ")")
