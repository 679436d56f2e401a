"""The order in which a graph is written down: labels for shared parts, then results.

Every operation that is used more than once is a statement of its own, under the user's
label or a fresh one, so that what is read from the text is the same graph. Any notation
can write the statements: each needs only the names of the ones before it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

from gradcalc.graph import Graph, Structure, element_names, flatten, shape_of
from gradcalc.operations import LITERAL, VARIABLE

# An operation on so few names and numbers is as short as a label.
_FEW = 2

# What leaves a single operand as it is.
_IDENTITIES = frozenset(("sum", "prod", "max", "min", "stop_gradient"))


class Statement:
    """A line of the text.

    label      its label, or None for the last line of a program without one
    structure  the node, or list of nodes, that it gives
    names      what later statements call its nodes
    fresh      whether the label is ours and not the user's
    """

    __slots__ = ("fresh", "label", "names", "structure")

    def __init__(
        self, label: str | None, structure: Structure, *, fresh: bool = False
    ) -> None:
        self.label = label
        self.structure = structure
        self.fresh = fresh
        self.names: dict[int, str] = {}


def statements(
    graph: Graph,
    roots: Mapping[str | None, Structure],
    *,
    taken: Collection[str] = (),
    exact: bool = True,
    deepest: int | None = None,
) -> list[Statement]:
    """The statements that give the roots, in order, and the parts that these share.

    `roots` maps labels (None: without one) to structures, those that others depend on
    first. `taken` holds names that no new label may have. Unless `exact`, what is as
    short as its label would be, such as a - b, is repeated instead. No statement nests
    deeper than `deepest`.
    """
    return list(_Plan(graph, roots, taken, exact=exact, deepest=deepest).run())


def passes_through(graph: Graph, node: int) -> bool:
    """Whether the value of the node is that of its only operand."""
    return len(graph.inputs[node]) == 1 and graph.operations[node].name in _IDENTITIES


def fresh_names(taken: Collection[str]) -> Iterator[str]:
    """Names that are not taken: t1, t2, ..."""
    number = 0
    while True:
        number += 1
        if f"t{number}" not in taken:
            yield f"t{number}"


class _Plan:
    def __init__(
        self,
        graph: Graph,
        roots: Mapping[str | None, Structure],
        taken: Collection[str],
        *,
        exact: bool,
        deepest: int | None,
    ) -> None:
        self.graph = graph
        self.roots = roots
        self.exact = exact
        self.fresh = fresh_names(taken)
        self.named: set[int] = set()
        leaves = [node for structure in roots.values() for node in flatten(structure)]
        needed = graph.ancestors(leaves)
        self.uses = [0] * len(graph)
        for node in leaves:
            self.uses[node] += 1
        for node, operands in enumerate(graph.inputs):
            if needed[node]:
                for operand in operands:
                    self.uses[operand] += 1

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

    def run(self) -> Iterator[Statement]:
        last = len(self.roots) - 1
        for position, (label, structure) in enumerate(self.roots.items()):
            leaves = flatten(structure)
            if position < last and self.named.issuperset(leaves):
                # Another name for what has one already.
                continue
            within, outer = self._uses_within(leaves), set(leaves)
            for node in sorted(within):
                alone = within[node] == 1 and label is not None and node in outer
                if self._is_shared(node) and not alone:
                    yield self._statement(next(self.fresh), node, fresh=True)
            yield self._statement(label, structure)

    def _is_shared(self, node: int) -> bool:
        operands = self.graph.inputs[node]
        if node in self.cut:
            return True
        if self.uses[node] < 2 or not operands:
            return False
        return self.exact or not (
            len(operands) <= _FEW
            and all(
                operand in self.named or not self.graph.inputs[operand]
                for operand in operands
            )
        )

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

    def _statement(
        self, label: str | None, structure: Structure, *, fresh: bool = False
    ) -> Statement:
        statement = Statement(label, structure, fresh=fresh)
        if label is not None:
            names = element_names(label, shape_of(structure))
            for node, name in zip(flatten(structure), names, strict=True):
                if node not in self.named and self._can_be_named(node):
                    statement.names.setdefault(node, name)
            self.named.update(statement.names)
        return statement

    def _can_be_named(self, node: int) -> bool:
        operation = self.graph.operations[node]
        if operation is LITERAL:
            # A constant such as pi is known by its own name.
            return node not in self.graph.names
        return operation is not VARIABLE
