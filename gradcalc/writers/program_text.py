"""A graph as a program in gradcalc's own notation, with labels for shared parts.

Either every operation that is used more than once has a label, so that the text makes
the same graph again; or only where the text is shorter with one, and it stays in
proportion to the graph.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from gradcalc.graph import Graph
from gradcalc.language.functions import Function
from gradcalc.language.rules import FunctionOperation
from gradcalc.operations import CALLABLE, CONSTANTS, LITERAL, VARIABLE
from gradcalc.shapes import Structure, flatten, unflatten
from gradcalc.writers.infix import InfixWriter, literal
from gradcalc.writers.spelling import PRIMARY, bracketed, joined
from gradcalc.writers.statements import Policy, statements


def program_text(
    graph: Graph,
    roots: Mapping[str | None, Structure],
    *,
    precision: int | None = None,
    short: bool = False,
    separator: str = "\n",
) -> str:
    """The roots as statements, the last of `roots` last.

    `roots` maps labels (None: without one) to structures. Numbers are written so that
    they are read as the same doubles, unless `precision` rounds them. If `short`, only
    what makes the text shorter has a label.
    """
    before, texts = written_program(graph, roots, precision=precision, short=short)
    *_, (label, structure) = roots.items()
    text = structure_text(structure, iter(texts))
    return separator.join([*before, text if label is None else f"{label} = {text}"])


def written_program(
    graph: Graph,
    roots: Mapping[str | None, Structure],
    *,
    precision: int | None = None,
    short: bool = False,
    reserved: Collection[str] = (),
) -> tuple[list[str], list[str]]:
    """The statements before the last root, and the text of each of its leaves.

    `reserved` holds names that no label may take.
    """
    labels = [*(label for label in roots if label is not None), *reserved]
    names = shadowed_constants(graph, precision=precision, taken=labels)
    writer = InfixWriter(graph, names, precision=precision)
    # The policy may give the labels that the graph has.
    taken = [*labels, *(graph.labels.values() if short else ())]
    *lines, last = statements(
        graph,
        roots,
        taken=_taken_names(graph, taken),
        policy=_where_shorter(graph, writer) if short else None,
    )
    leaves = [node for structure in roots.values() for node in flatten(structure)]
    before = _definitions(graph, graph.ancestors(leaves))
    for line in lines:
        texts = map(writer.text, flatten(line.structure))
        before.append(f"{line.label} = {structure_text(line.structure, texts)}")
        names.update(line.names)
    return before, [*map(writer.text, flatten(last.structure))]


def _where_shorter(graph: Graph, writer: InfixWriter) -> Policy:
    """Labels for what is used again: the user's, or where the text is shorter so."""
    lengths = [0] * len(graph)
    given: set[str] = set()

    def label(node: int, uses: int, fresh: Iterator[str]) -> str | None:
        operation, inputs = graph.operations[node], graph.inputs[node]
        if operation in (VARIABLE, LITERAL):
            lengths[node] = len(writer.text(node))
            return None
        alone, _ = writer.operation(operation, [("", PRIMARY)] * len(inputs))
        length = len(alone) + sum(lengths[operand] for operand in inputs)
        own, name = graph.labels.get(node), None
        if uses > 1:
            if own is not None and own.isidentifier() and own not in given:
                name = own
            # Each use of a label costs two characters, its line about five more.
            elif uses * length > length + 2 * uses + 9:
                name = next(fresh)
        if name is not None:
            given.add(name)
        lengths[node] = length if name is None else len(name)
        return name

    return label


def structure_text(structure: Structure, texts: Iterator[str]) -> str:
    """The texts of the leaves in the brackets of the structure."""
    return joined(bracketed(unflatten(structure, texts)))


def _taken_names(graph: Graph, labels: Iterable[str]) -> set[str]:
    """The names that no fresh label may take beside these labels."""
    taken = {name.partition("[")[0] for name in graph.names.values()}
    return taken.union(labels, CONSTANTS, CALLABLE)


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


def _definitions(graph: Graph, needed: Sequence[int]) -> list[str]:
    """The definitions of the user's own operations, and of what those call.

    `needed` is a flag for each node: whether it is written.
    """
    found: dict[str, Function] = {}
    operations = {graph.operations[node] for node, flag in enumerate(needed) if flag}
    for operation in operations:
        if not isinstance(operation, FunctionOperation):
            continue
        pending = [operation.name]
        while pending:
            function = operation.definitions.functions.get(pending.pop())
            if function is not None and function.name not in found:
                found[function.name] = function
                pending += function.called
    return [
        function.definition
        for function in sorted(found.values(), key=lambda function: function.order)
    ]
