"""The boxes of a picture, one within the other: calls and lists hold what they are of.

A box is a node, a call with the nodes of its body, or a list with its elements. What
others take of it are its results. Each level is laid out on its own, so that a box can
be folded and unfolded in its place.
"""

from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from itertools import chain

from gradcalc.graph import Graph
from gradcalc.operations import NEG, VARIABLE
from gradcalc.writers.layers import Layout, layered

# Calls within calls are boxes within boxes so far down.
_DEEPEST = 12
# A call has an entrance for each node that it takes; if these are more, for each list.
_MOST_PORTS = 24


@dataclass(eq=False)
class Nested:
    """A node, or a call or a list with the boxes inside it."""

    symbol: str
    # The nodes that others take: one, or the elements of a list.
    results: list[int]
    # What is inside, in the order of evaluation; nothing in a node.
    parts: list["Nested"] = field(default_factory=list)
    # Whether it is a list of nodes that do not depend on each other.
    is_list: bool = False

    @cached_property
    def nodes(self) -> frozenset[int]:
        """All nodes inside it, and its own."""
        return frozenset(chain(self.results, *(part.nodes for part in self.parts)))


@dataclass(frozen=True)
class Level:
    """What is inside a box, or the whole picture, with its layout.

    The layout counts the ports first, then the boxes.
    """

    boxes: Sequence[Nested]
    # Where what is taken from outside comes in: the nodes of each entrance.
    ports: list[list[int]]
    layout: Layout


def nested_boxes(graph: Graph, outputs: Sequence[int]) -> list[Nested]:
    """The boxes of what the outputs depend on, those inside calls within these."""
    needed = [node for node, flag in enumerate(graph.ancestors(outputs)) if flag]
    hidden = (graph.bodies.keys() | graph.composed).difference(outputs)
    nesting = _Nesting(graph, graph.uses(outputs))
    heads = [node for node in needed if node not in hidden]
    return nesting.level(needed, heads, lambda _, node: node in hidden, _DEEPEST)


def level_of(graph: Graph, boxes: Sequence[Nested], *, ports: bool) -> Level:
    """The level of the boxes; with `ports` where there are what they take enters."""
    place = {node: k for k, part in enumerate(boxes) for node in part.nodes}
    # What each box takes of others: a node in the order of its operands.
    pairs = []
    for k, part in enumerate(boxes):
        operands = chain(*(graph.inputs[node] for node in part.nodes))
        in_order = sorted(set(operands)) if part.parts else operands
        pairs += [(operand, k) for operand in in_order if place.get(operand) != k]
    outside = dict.fromkeys(operand for operand, _ in pairs if operand not in place)
    entrances = _ports(graph, list(outside)) if ports else []
    first = len(entrances)
    ends = {node: k for k, port in enumerate(entrances) for node in port}
    ends |= {node: first + k for node, k in place.items()}
    edges = [(ends[node], first + k) for node, k in pairs if node in ends]
    variables = [
        first + k
        for k, part in enumerate(boxes)
        if graph.operations[part.results[0]] is VARIABLE
    ]
    layout = layered(first + len(boxes), edges, left=variables, ports=first)
    return Level(boxes, entrances, layout)


def _ports(graph: Graph, taken: Sequence[int]) -> list[list[int]]:
    ports: dict[Hashable, list[int]] = {}
    many = len(taken) > _MOST_PORTS
    for node in taken:
        key = _list_of(graph, node) if many else None
        ports.setdefault(node if key is None else key, []).append(node)
    return list(ports.values())


def _list_of(graph: Graph, node: int) -> Hashable:
    """What all elements of one list have in common; None of what is no element."""
    if graph.operations[node] is VARIABLE:
        name, bracket, _ = graph.names[node].partition("[")
        return name if bracket else None
    if node not in graph.elements:
        return None
    body = graph.bodies.get(node)
    return graph.starts[node], graph.ends[node], None if body is None else id(body.text)


@dataclass(eq=False)
class _Nesting:
    graph: Graph
    # How often each node is taken, or a result.
    uses: list[int]

    def level(
        self,
        nodes: Sequence[int],
        heads: Sequence[int],
        inside: Callable[[int, int], bool],
        deepest: int,
        alone: Collection[int] = (),
    ) -> list[Nested]:
        """The boxes of the nodes, which are in order.

        The heads are the nodes that may be the result of a call; `inside` says of a
        head and a node that leads to it whether that is in its body. Nodes that stand
        alone are in no box with others.
        """
        groups = self._groups(nodes, heads, inside, alone)
        while circle := self._circle(nodes, groups):
            # As where a derivative takes what is inside a call: that is not one box.
            for key in circle:
                groups.update({node: [node] for node in groups.pop(key)})
        boxes = [self._box(group, deepest) for group in groups.values()]
        return sorted(boxes, key=lambda box: box.results[0])

    def _groups(
        self,
        nodes: Sequence[int],
        heads: Sequence[int],
        inside: Callable[[int, int], bool],
        alone: Collection[int],
    ) -> dict[Hashable, list[int]]:
        """The nodes that share a box, in order, each group by a key of its own."""
        graph = self.graph
        free = set(nodes).difference(alone)
        groups: dict[Hashable, list[int]] = {node: [node] for node in alone}
        for head in heads:
            if head not in free:
                # It is another element's operand.
                continue
            key = _list_of(graph, head)
            group = groups.setdefault(head if key is None else key, [])
            free.discard(head)
            pending = [head]
            while pending:
                node = pending.pop()
                group.append(node)
                for operand in graph.inputs[node]:
                    if operand in free and inside(head, operand):
                        free.discard(operand)
                        pending.append(operand)
        lists: dict[Hashable, list[int]] = {}
        for node in sorted(free):
            key = _list_of(graph, node)
            lists.setdefault(node if key is None else key, []).append(node)
        for key, group in lists.items():
            taken = {operand for node in group for operand in graph.inputs[node]}
            if key not in groups and taken.isdisjoint(group):
                groups[key] = group
            else:
                groups.update({node: [node] for node in group})
        return {key: sorted(group) for key, group in groups.items()}

    def _circle(
        self, nodes: Sequence[int], groups: dict[Hashable, list[int]]
    ) -> list[Hashable]:
        """The keys of groups of several nodes that depend on each other in a circle."""
        owner = {node: key for key, group in groups.items() for node in group}
        taken: dict[Hashable, set[Hashable]] = {key: set() for key in groups}
        for node in nodes:
            key = owner[node]
            taken[key].update(owner[i] for i in self.graph.inputs[node] if i in owner)
            taken[key].discard(key)
        try:
            TopologicalSorter(taken).prepare()
        except CycleError as error:
            return [key for key in dict.fromkeys(error.args[1]) if len(groups[key]) > 1]
        return []

    def _box(self, group: list[int], deepest: int) -> Nested:
        graph, uses = self.graph, self.uses
        if len(group) == 1:
            return Nested(self._symbol(group[0]), group)
        used_inside: dict[int, int] = {}
        for node in group:
            for operand in graph.inputs[node]:
                used_inside[operand] = used_inside.get(operand, 0) + 1
        results = [n for n in group if uses[n] > used_inside.get(n, 0)]
        symbol = self._symbol(results[0])
        if used_inside.keys().isdisjoint(group):
            parts = [Nested(self._symbol(node), [node]) for node in group]
            return Nested(symbol, group, parts, is_list=True)
        # A call in the body is a box again; its own results stand there as they are.
        ends = set(results)
        heads = [n for n in group if n in graph.calls and n not in ends]
        if deepest:
            parts = self.level(group, heads, self._is_body, deepest - 1, results)
        else:
            parts = [Nested(self._symbol(node), [node]) for node in group]
        for part in parts:
            if part.results[0] in ends:
                part.symbol = self._symbol(part.results[0], own=True)
        return Nested(symbol, results, parts)

    def _is_body(self, head: int, node: int) -> bool:
        """Whether the node is in the body of the call, not in one of its arguments."""
        graph = self.graph
        if node in graph.composed:
            return True
        one, other = graph.bodies.get(head), graph.bodies.get(node)
        typed_together = (one and one.text) == (other and other.text)
        within = graph.starts[head] <= graph.starts[node] and (
            graph.ends[node] <= graph.ends[head]
        )
        return not (typed_together and within)

    def _symbol(self, node: int, *, own: bool = False) -> str:
        """What makes the node: the call, or its own operation."""
        operation = self.graph.operations[node]
        sign = "-" if operation is NEG else operation.name
        return sign if own else self.graph.calls.get(node, sign)
