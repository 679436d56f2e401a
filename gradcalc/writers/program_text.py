"""A graph as a program in gradcalc's own notation, with labels for shared parts.

Either every operation that is used more than once has a label, so that the text makes
the same graph again; or only where the text is shorter with one, and it stays in
proportion to the graph.
"""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping

from gradcalc.graph import Graph
from gradcalc.operations import CALLABLE, CONSTANT_NAMES, LITERAL, VARIABLE
from gradcalc.shapes import Structure, flatten
from gradcalc.writers.definitions import NeededDefinitions
from gradcalc.writers.infix import InfixWriter
from gradcalc.writers.spelling import PRIMARY, FormulaWriter, structure_text
from gradcalc.writers.statements import (
    Policy,
    short_constants,
    statements,
    written,
)

# What gradcalc and Python read as infinity whatever is called inf.
_OVERFLOW = "1e999"


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
    definitions = NeededDefinitions(graph, roots, reserved, precision)
    roots = definitions.with_labels(roots)
    writer = InfixWriter(graph, precision=precision, functions=definitions.names)
    writer.names.update(shadowed_constants(writer, [*roots, *reserved]))
    taken = {*reserved, *CONSTANT_NAMES, *CALLABLE}
    policy, unlabelled = None, short_constants(graph)
    if short:
        policy = _where_shorter(writer, {*reserved, *roots}, unlabelled)
        # The policy may give the labels that the graph has.
        taken.update(graph.labels.values())
    *lines, last = statements(
        graph,
        roots,
        taken=taken,
        kept=definitions.labels,
        unlabelled=unlabelled,
        policy=policy,
    )
    labels: set[str | None] = set()
    before: list[str] = []
    for label, text in written(lines, writer):
        before += definitions.above(labels)
        before.append(f"{label} = {text}")
        labels.add(label)
    before += definitions.above(labels)
    return before, [writer.text(node) for node in flatten(last.structure)]


def _where_shorter(
    writer: InfixWriter, taken: Collection[str | None], unlabelled: Collection[int]
) -> Policy:
    """Labels for what is used again: the user's, or where the text is shorter so.

    No label of the user's is given to another node that is `taken`; the nodes in
    `unlabelled` have none.
    """
    graph = writer.graph
    lengths = [0] * len(graph)
    given = set(taken)

    def label(node: int, uses: int, fresh: Iterator[str]) -> str | None:
        operation, inputs = graph.operations[node], graph.inputs[node]
        if operation in (VARIABLE, LITERAL):
            lengths[node] = len(writer.text(node))
            return None
        alone, _ = writer.operation(operation, [("", PRIMARY)] * len(inputs))
        length = len(alone) + sum(lengths[operand] for operand in inputs)
        own, name = graph.labels.get(node), None
        if uses > 1 and node not in unlabelled:
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


def shadowed_constants(
    writer: FormulaWriter, labels: Iterable[str | None]
) -> dict[int, str]:
    """Constants as their numbers where a variable or label has their name.

    Infinity, by name or not, is a number that is too large then. `labels` are those
    beside the graph's own.
    """
    graph, shadowing = writer.graph, {*labels, *writer.graph.labels.values()}
    shadowing.update(name.partition("[")[0] for name in graph.variable_names().values())
    texts = {
        node: writer.number(graph.literals[node], writer.precision)[0]
        for node, name in graph.names.items()
        if graph.operations[node] is LITERAL and name in shadowing
    }
    if not shadowing.isdisjoint((writer.infinity, writer.nan)):
        for node, value in graph.literals.items():
            if value != value:
                texts[node] = f"({_OVERFLOW} - {_OVERFLOW})"
            elif math.isinf(value):
                texts[node] = _OVERFLOW if value > 0 else f"(-{_OVERFLOW})"
    return texts
