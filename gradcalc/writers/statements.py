"""The order in which a graph is written down: labels for shared parts, then results.

Every operation that is used more than once is a statement of its own, under the user's
label or a fresh one, so that what is read from the text is the same graph; or a policy
says what is worth a label. Any notation can write the statements: each needs only the
names of the ones before it.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from gradcalc.graph import Graph
from gradcalc.operations import LITERAL, Operation
from gradcalc.shapes import Structure, all_leaves, element_names, flatten, shape_of
from gradcalc.writers.spelling import FormulaWriter

# A node, how often it is used and names that are free: its label, or None for none.
Policy = Callable[[int, int, Iterator[str]], "str | None"]

# An operation on so few names and numbers is as short as a label.
_FEW = 2

# What is made of so few numbers can be written wherever it stands.
_FEW_NUMBERS = 200


@dataclass(frozen=True, slots=True)
class Statement:
    """A line of the text."""

    # None for the last line of a program without one.
    label: str | None
    # The node, or list of nodes, that it gives.
    structure: Structure
    # The nodes that later statements call by the label, with the index behind it.
    indices: dict[int, str]


def statements(
    graph: Graph,
    roots: Mapping[str | None, Structure],
    *,
    taken: Collection[str] = (),
    unused: Collection[str] = (),
    kept: Collection[str] = (),
    exact: bool = True,
    twice: Collection[Operation] = (),
    unlabelled: Collection[int] = (),
    policy: Policy | None = None,
) -> list[Statement]:
    """The statements that give the roots, in order, and the parts that these share.

    `roots` maps labels (None: without one) to structures, those that others depend on
    first. `taken` holds more names that no new label may have, `unused` labels that no
    other statement may refer to, `kept` labels that stand there though the nodes have
    another name already. Unless `exact`, what is as short as its label would be, such
    as a - b, is repeated instead, and so are the nodes in `unlabelled`. The
    operations in `twice` are spelt with each operand written two times. A `policy`
    chooses the labels instead: it is asked about each node that has none yet, in order.
    """
    uses = graph.uses(all_leaves(roots.values()))
    for node, operation in enumerate(graph.operations) if twice else ():
        if uses[node] and operation in twice:
            for operand in graph.inputs[node]:
                uses[operand] += 1
    named: set[int] = set()

    def shared(node: int, uses: int, fresh: Iterator[str]) -> str | None:
        """A fresh label for what is used again."""
        operands = graph.inputs[node]
        if uses < 2 or not operands or node in unlabelled:
            return None
        is_short = len(operands) <= _FEW and all(
            operand in named or not graph.inputs[operand] for operand in operands
        )
        return next(fresh) if exact or not is_short else None

    label_of = policy or shared
    variables = (name.partition("[")[0] for name in graph.names.values())
    fresh = fresh_names({*taken, *roots, *variables})
    found = []
    last = len(roots) - 1
    for position, (label, structure) in enumerate(roots.items()):
        leaves = flatten(structure)
        is_name = label is not None and label not in unused
        another = is_name and label not in kept and position < last
        if another and named.issuperset(leaves):
            # Another name for what has one already.
            continue
        within, outer = _uses_within(graph, leaves, named), set(leaves)
        for node in sorted(within):
            alone = within[node] == 1 and is_name and node in outer
            name = None if alone else label_of(node, uses[node], fresh)
            if name is not None:
                named.add(node)
                found.append(Statement(name, node, {node: ""}))
        indices: dict[int, str] = {}
        elements = zip(leaves, element_names("", shape_of(structure)), strict=True)
        for node, index in elements if is_name else ():
            # Variables and constants such as pi are known by their own names.
            if node not in named and node not in graph.names:
                indices.setdefault(node, index)
        named.update(indices)
        found.append(Statement(label, structure, indices))
    return found


def fresh_names(taken: Collection[str | None]) -> Iterator[str]:
    """Names that are not taken: t1, t2, ..."""
    return (name for number in count(1) if (name := f"t{number}") not in taken)


def short_constants(graph: Graph) -> set[int]:
    """The operations on numbers alone that are short as they stand.

    A program reads a label for one as a variable with that value.
    """
    # How many numbers each of the others is made of.
    sizes: dict[int, int] = {}
    found = set()
    for node, (operation, operands) in enumerate(
        zip(graph.operations, graph.inputs, strict=True)
    ):
        if operation is LITERAL:
            sizes[node] = 1
        elif operands and all(operand in sizes for operand in operands):
            size = sum(sizes[operand] for operand in operands)
            if size <= _FEW_NUMBERS:
                sizes[node] = size
                found.add(node)
    return found


def _uses_within(
    graph: Graph, leaves: Sequence[int], named: Collection[int]
) -> dict[int, int]:
    """How often each node that has no name yet is used in a new statement."""
    uses: dict[int, int] = {}
    pending = list(leaves)
    while pending:
        node = pending.pop()
        if node not in named:
            uses[node] = uses.get(node, 0) + 1
            if uses[node] == 1:
                pending.extend(graph.inputs[node])
    return uses


def written(
    lines: Iterable[Statement],
    writer: FormulaWriter,
    shown: Mapping[str, str] | None = None,
) -> Iterator[tuple[str | None, str]]:
    """The label of each statement, as it is shown, and what it gives.

    The writer calls by their labels what earlier statements give.
    """
    for line in lines:
        label = shown[line.label] if shown and line.label else line.label
        yield label, writer.structure(line.structure)
        for node, index in line.indices.items():
            writer.names[node] = writer.element(label or "", index)
