"""The order in which a graph is written down: labels for shared parts, then results.

Every operation that is used more than once is a statement of its own, under the user's
label or a fresh one, so that what is read from the text is the same graph; or a policy
says what is worth a label. Any notation can write the statements: each needs only the
names of the ones before it.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from gradcalc.graph import Graph
from gradcalc.operations import LITERAL, VARIABLE
from gradcalc.shapes import Structure, element_names, flatten, shape_of

# A node, how often it is used and names that are free: its label, or None for none.
Policy = Callable[[int, int, Iterator[str]], "str | None"]

# An operation on so few names and numbers is as short as a label.
_FEW = 2


@dataclass(frozen=True, slots=True)
class Statement:
    """A line of the text."""

    # None for the last line of a program without one.
    label: str | None
    # The node, or list of nodes, that it gives.
    structure: Structure
    # What later statements call its nodes.
    names: dict[int, str]


def statements(
    graph: Graph,
    roots: Mapping[str | None, Structure],
    *,
    taken: Collection[str] = (),
    unused: Collection[str] = (),
    exact: bool = True,
    deepest: int | None = None,
    policy: Policy | None = None,
) -> list[Statement]:
    """The statements that give the roots, in order, and the parts that these share.

    `roots` maps labels (None: without one) to structures, those that others depend on
    first. `taken` holds names that no new label may have, `unused` labels that no other
    statement may refer to. Unless `exact`, what is as short as its label would be, such
    as a - b, is repeated instead. No statement nests deeper than `deepest`. A `policy`
    chooses the labels instead: it is asked about each node that has none yet, in order.
    """
    plan = _Plan(graph, roots, unused=unused, exact=exact, deepest=deepest)
    return list(plan.run(fresh_names(taken), policy or plan.label))


def fresh_names(taken: Collection[str]) -> Iterator[str]:
    """Names that are not taken: t1, t2, ..."""
    return (name for number in count(1) if (name := f"t{number}") not in taken)


class _Plan:
    def __init__(
        self,
        graph: Graph,
        roots: Mapping[str | None, Structure],
        *,
        unused: Collection[str],
        exact: bool,
        deepest: int | None,
    ) -> None:
        self.graph = graph
        self.roots = roots
        self.unused = {None, *unused}
        self.exact = exact
        self.named: set[int] = set()
        leaves = [node for structure in roots.values() for node in flatten(structure)]
        self.uses = graph.uses(leaves)
        self.cut = set() if deepest is None else self._too_deep(deepest)

    def _too_deep(self, deepest: int) -> set[int]:
        """Nodes to be labelled so that no formula nests deeper than that."""
        depths = [0] * len(self.graph)
        cut = set()
        for node, operands in enumerate(self.graph.inputs):
            if self.uses[node] and operands:
                depths[node] = 1 + max(depths[operand] for operand in operands)
                if depths[node] >= deepest:
                    cut.add(node)
                    depths[node] = 0
        return cut

    def run(self, fresh: Iterator[str], policy: Policy) -> Iterator[Statement]:
        last = len(self.roots) - 1
        for position, (label, structure) in enumerate(self.roots.items()):
            leaves = flatten(structure)
            gives_names = label not in self.unused
            if gives_names and position < last and self.named.issuperset(leaves):
                # Another name for what has one already.
                continue
            within, outer = self._uses_within(leaves), set(leaves)
            for node in sorted(within):
                alone = within[node] == 1 and gives_names and node in outer
                name = None if alone else policy(node, self.uses[node], fresh)
                if name is not None:
                    yield self._statement(name, node)
            yield self._statement(label, structure)

    def label(self, node: int, uses: int, fresh: Iterator[str]) -> str | None:
        """A fresh label for what is used again or would nest too deep."""
        operands = self.graph.inputs[node]
        if node in self.cut:
            return next(fresh)
        if uses < 2 or not operands:
            return None
        is_short = len(operands) <= _FEW and all(
            operand in self.named or not self.graph.inputs[operand]
            for operand in operands
        )
        return next(fresh) if self.exact or not is_short else None

    def _uses_within(self, leaves: Sequence[int]) -> dict[int, int]:
        """How often each node that has no name yet is used in a new statement."""
        uses: dict[int, int] = {}
        pending = list(leaves)
        while pending:
            node = pending.pop()
            if node in self.named:
                continue
            uses[node] = uses.get(node, 0) + 1
            if uses[node] == 1:
                pending.extend(self.graph.inputs[node])
        return uses

    def _statement(self, label: str | None, structure: Structure) -> Statement:
        names: dict[int, str] = {}
        if label is not None and label not in self.unused:
            elements = element_names(label, shape_of(structure))
            for node, name in zip(flatten(structure), elements, strict=True):
                if node not in self.named and self._can_be_named(node):
                    names.setdefault(node, name)
            self.named.update(names)
        return Statement(label, structure, names)

    def _can_be_named(self, node: int) -> bool:
        operation = self.graph.operations[node]
        if operation is LITERAL:
            # A constant such as pi is known by its own name.
            return node not in self.graph.names
        return operation is not VARIABLE
