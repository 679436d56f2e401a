"""A graph as a program in gradcalc's own notation: labels for shared parts.

A node that several others use is written once, under a label, where that is shorter.
So the text stays in proportion to the graph.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

from gradcalc.graph import Graph, Structure, flatten
from gradcalc.language.functions import Function
from gradcalc.operations import CALLABLE, CONSTANTS, LITERAL, VARIABLE
from gradcalc.writers.infix import InfixWriter, literal, spell


class WrittenProgram:
    """Nodes of a graph, written out.

    definitions  the functions with a derivative rule of their own that they call
    labels       (label, formula) for each shared part, in order
    texts        the formula of each root
    """

    __slots__ = ("definitions", "labels", "texts")

    def __init__(
        self, definitions: list[str], labels: list[tuple[str, str]], texts: list[str]
    ) -> None:
        self.definitions = definitions
        self.labels = labels
        self.texts = texts

    def preamble(self) -> list[str]:
        """The statements that stand before the formulas."""
        return [
            *self.definitions,
            *(f"{label} = {formula}" for label, formula in self.labels),
        ]


def write_program(
    graph: Graph,
    roots: Sequence[int],
    *,
    names: Mapping[int, str] | None = None,
    precision: int | None = None,
    reserved: Sequence[str] = (),
    shared: bool = True,
) -> WrittenProgram:
    """The roots as formulas, with labels for what they share.

    `names` gives a text to stand for some nodes, `precision` the significant digits of
    numbers (all that are needed if None), `reserved` names that no label may take.
    With `shared` false there are no labels but the user's own.
    """
    known = dict(names or {})
    known.update(shadowed_constants(graph, precision=precision))
    uses = _uses(graph, roots, known)
    taken = {name.partition("[")[0] for name in graph.names.values()}
    taken.update(reserved, CONSTANTS, CALLABLE, graph.labels.values())
    fresh = _fresh_labels(taken)
    writer = InfixWriter(graph, known, precision=precision)
    lengths = [0] * len(graph)
    labels: list[tuple[str, str]] = []
    written: set[str] = set()
    for node, count in enumerate(uses):
        if count == 0:
            continue
        if node in known or graph.operations[node] in (VARIABLE, LITERAL):
            lengths[node] = len(writer.text(node))
            continue
        operands = [("x" * min(lengths[i], 99), 9) for i in graph.inputs[node]]
        extra = len(spell(graph.operations[node], operands)[0])
        length = extra + sum(max(0, lengths[i] - 99) for i in graph.inputs[node])
        label = graph.labels.get(node)
        own = label is not None and label.isidentifier() and label not in written
        # Each use of a label costs two characters, its line about five more.
        worth = shared and count * length > length + 2 * count + 9
        if count > 1 and (own or worth):
            name = label if own and label is not None else next(fresh)
            labels.append((name, writer.text(node)))
            written.add(name)
            known[node] = name
            writer.names = known
            length = len(name)
        lengths[node] = length
    texts = [writer.text(root) for root in roots]
    return WrittenProgram(definitions(graph, uses), labels, texts)


def program_text(
    graph: Graph,
    result: Structure,
    *,
    names: Mapping[int, str] | None = None,
    precision: int | None = None,
    separator: str = "\n",
) -> str:
    """The structure as a program that parses again: labels first, the result last."""
    program = write_program(graph, flatten(result), names=names, precision=precision)
    lines = [*program.preamble(), structure_text(result, iter(program.texts))]
    return separator.join(lines)


def structure_text(structure: Structure, texts: Iterator[str]) -> str:
    """The texts of the leaves in the brackets of the structure."""
    if not isinstance(structure, list):
        return next(texts)
    return f"[{', '.join(structure_text(item, texts) for item in structure)}]"


def _uses(graph: Graph, roots: Sequence[int], known: Mapping[int, str]) -> list[int]:
    """How often each node is written; 0 for one that is not needed."""
    uses = [0] * len(graph)
    for root in roots:
        uses[root] += 1
    for node in range(len(graph) - 1, -1, -1):
        if uses[node] and node not in known:
            for operand in graph.inputs[node]:
                uses[operand] += 1
    return uses


def shadowed_constants(
    graph: Graph, *, precision: int | None = None, taken: Collection[str] = ()
) -> dict[int, str]:
    """Constants as their numbers where a variable or label has their name.

    `taken` holds more such names.
    """
    shadowing = {*taken, *graph.labels.values()}
    shadowing.update(
        name.partition("[")[0]
        for node, name in graph.names.items()
        if graph.operations[node] is VARIABLE
    )
    return {
        node: literal(graph.literals[node], precision=precision)[0]
        for node, name in graph.names.items()
        if graph.operations[node] is LITERAL and name in shadowing
    }


def _fresh_labels(taken: set[str]) -> Iterator[str]:
    number = 0
    while True:
        number += 1
        if f"t{number}" not in taken:
            yield f"t{number}"


def definitions(graph: Graph, uses: Sequence[int]) -> list[str]:
    """The definitions of the user's own operations, and of what those call.

    `uses` is not 0 for the nodes that are written.
    """
    needed: dict[str, Function] = {}
    operations = {graph.operations[node] for node, count in enumerate(uses) if count}
    for operation in operations:
        if operation.definition is None:
            continue
        pending = [operation.name]
        while pending:
            function = operation.scope.get(pending.pop())
            if function is not None and function.name not in needed:
                needed[function.name] = function
                pending += function.called
    return [
        function.text[slice(*function.span)]
        for function in sorted(needed.values(), key=lambda function: function.order)
    ]
