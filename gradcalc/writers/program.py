"""A graph as a program in gradcalc's own notation: labels for shared parts.

A node that several others use is written once, under a label, where that is shorter.
So the text stays in proportion to the graph.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence

from gradcalc.graph import Graph
from gradcalc.language.functions import Function
from gradcalc.language.rules import FunctionOperation
from gradcalc.operations import CALLABLE, CONSTANTS, LITERAL, VARIABLE
from gradcalc.shapes import Structure, flatten, unflatten
from gradcalc.writers.infix import InfixWriter, literal, spell
from gradcalc.writers.spelling import bracketed
from gradcalc.writers.statements import statements


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
    precision: int | None = None,
    reserved: Collection[str] = (),
) -> WrittenProgram:
    """The roots as formulas, with labels for what they share.

    `precision` gives the significant digits of numbers (all that are needed if None),
    `reserved` names that no label may take.
    """
    known = shadowed_constants(graph, precision=precision)
    writer = InfixWriter(graph, precision=precision)
    writer.names = known
    lines = statements(
        graph,
        {None: list(roots)},
        taken=taken_names(graph, [*reserved, *graph.labels.values()]),
        policy=_ShorterWithLabel(graph, writer).label,
    )
    labels: list[tuple[str, str]] = []
    for line in lines:
        if line.label is not None:
            labels.append((line.label, writer.text(line.structure)))
            known.update(line.names)
    texts = [writer.text(root) for root in roots]
    return WrittenProgram(definitions(graph, graph.uses(roots)), labels, texts)


class _ShorterWithLabel:
    """Labels for what is used again: the user's, or where the text is shorter so."""

    def __init__(self, graph: Graph, writer: InfixWriter) -> None:
        self.graph = graph
        self.writer = writer
        self.lengths = [0] * len(graph)
        self.given: set[str] = set()

    def label(self, node: int, uses: int, fresh: Iterator[str]) -> str | None:
        """The label of a node that is used so often, or None."""
        graph, lengths = self.graph, self.lengths
        if graph.operations[node] in (VARIABLE, LITERAL):
            lengths[node] = len(self.writer.text(node))
            return None
        operands = [("x" * min(lengths[i], 99), 9) for i in graph.inputs[node]]
        extra = len(spell(graph.operations[node], operands)[0])
        length = extra + sum(max(0, lengths[i] - 99) for i in graph.inputs[node])
        name = None
        if uses > 1:
            own = graph.labels.get(node)
            if own is not None and own.isidentifier() and own not in self.given:
                name = own
            # Each use of a label costs two characters, its line about five more.
            elif uses * length > length + 2 * uses + 9:
                name = next(fresh)
        if name is not None:
            self.given.add(name)
        lengths[node] = length if name is None else len(name)
        return name


def program_text(
    graph: Graph,
    result: Structure,
    *,
    precision: int | None = None,
    separator: str = "\n",
) -> str:
    """The structure as a program that parses again: labels first, the result last."""
    program = write_program(graph, flatten(result), precision=precision)
    lines = [*program.preamble(), structure_text(result, iter(program.texts))]
    return separator.join(lines)


def structure_text(structure: Structure, texts: Iterator[str]) -> str:
    """The texts of the leaves in the brackets of the structure."""
    return bracketed(unflatten(structure, texts))


def taken_names(graph: Graph, labels: Iterable[str]) -> set[str]:
    """The names that no fresh label may take beside these labels."""
    taken = {name.partition("[")[0] for name in graph.names.values()}
    taken.update(labels, CONSTANTS, CALLABLE)
    return taken


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


def definitions(graph: Graph, uses: Sequence[int]) -> list[str]:
    """The definitions of the user's own operations, and of what those call.

    `uses` is not 0 for the nodes that are written.
    """
    needed: dict[str, Function] = {}
    operations = {graph.operations[node] for node, count in enumerate(uses) if count}
    for operation in operations:
        if not isinstance(operation, FunctionOperation):
            continue
        pending = [operation.name]
        while pending:
            function = operation.definitions.functions.get(pending.pop())
            if function is not None and function.name not in needed:
                needed[function.name] = function
                pending += function.called
    return [
        function.definition
        for function in sorted(needed.values(), key=lambda function: function.order)
    ]
