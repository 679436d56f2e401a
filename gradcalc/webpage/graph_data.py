"""A formula's graph as data that a page computes with: values and gradients.

What a browser does with it is what the engine does: the assets named in ARITHMETIC go
forward over the list of nodes and backward over it again, with the contributions of
each operation as small graphs, so that no derivative rule is written a second time.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from gradcalc.analysis.known_nodes import KnownNodes
from gradcalc.graph import Graph
from gradcalc.language.contributions import contributions_of
from gradcalc.language.references import wanted_nodes
from gradcalc.language.rules import FunctionOperation
from gradcalc.operations import LITERAL, VARIABLE, Operation
from gradcalc.shapes import all_leaves
from gradcalc.strict_json import Object, json_value
from gradcalc.webpage.note_data import note_data, operation_notes
from gradcalc.webpage.operation_functions import operation_functions

# The scripts that compute with the data, in the order in which a page has them, after
# the functions of the operations.
ARITHMETIC = (
    *("numbers.js", "wide_numbers.js", "backpropagation.js", "extended_range.js"),
    "notes.js",
)


def graph_data(
    known: KnownNodes,
    wrt: Sequence[str] | None = None,
    graphs: Iterable[tuple[Graph, int]] = (),
) -> Object:
    """The graph with what is given, for JSON.

    `graphs` are others that a page computes, each with the number of its first nodes,
    which will be given.

    operations  what the nodes refer to: 0 is the literal and 1 the variable
    nodes       for each node its operation's number and those of its inputs; of a
                literal 0 and the number, of a variable 1 and its name
    given       by variable node its value, null where that is not known
    variables   pairs of a name and its node, or lists of nodes
    fixed       the variables that are indices: the graph holds for their values alone
    active      for each node whether it depends on what is differentiated by
    output      the node of the result, or lists of nodes
    graphs      the nodes of the other graphs, without those that will be given

    With it come the entries of `note_data`.
    """
    bound = known.bound
    graph = bound.program.graph
    evaluation = known.evaluation
    if evaluation is not None:
        active: Sequence[int] = evaluation.active
    else:
        wanted = wanted_nodes(bound.program, wrt).values()
        active = graph.dependents(all_leaves(wanted))
    operations = _Operations()
    listed = list(operations.listed(graph, active))
    others = [operations.inner(*each) for each in graphs]
    operations.finish()
    return {
        "operations": operations.rows,
        "nodes": listed,
        "given": {
            node: json_value(bound.given.get(node)) for node in graph.variable_names()
        },
        "variables": [[name, place] for name, place in graph.variables.items()],
        "fixed": sorted(bound.program.indices),
        "active": list(active),
        "output": bound.output,
        "graphs": others,
        **note_data(graph),
    }


def functions_of(data: Object) -> str:
    """The script that stands before those of ARITHMETIC: the operations' functions."""
    operations = data["operations"][2:]
    return operation_functions(row["name"] for row in operations if "body" not in row)


@dataclass(eq=False)
class _Operations:
    """The operations that graphs refer to, each with all that a page has to know.

    An operation of the formula has its contributions; one that only rules need has its
    value alone.
    """

    rows: list[Object] = field(
        default_factory=lambda: [{"name": LITERAL.name}, {"name": VARIABLE.name}]
    )
    _numbers: dict[tuple[Operation, int | None], int] = field(default_factory=dict)
    # What passes gradients on: the operation, on how many operands, and its row.
    _passing: list[tuple[Operation, int, Object]] = field(default_factory=list)

    def listed(self, graph: Graph, active: Sequence[int]) -> Iterator[list[Any]]:
        """The nodes of the formula."""
        for node, (operation, inputs) in enumerate(
            zip(graph.operations, graph.inputs, strict=True)
        ):
            if operation is LITERAL:
                yield [0, json_value(graph.literals[node])]
            elif operation is VARIABLE:
                yield [1, graph.names[node]]
            else:
                count = len(inputs) if active[node] else None
                yield [self._number(operation, count), *inputs]

    def finish(self) -> None:
        """Fill in the contributions of the operations that pass gradients on."""
        for operation, count, row in self._passing:
            if operation.is_sum:
                # A sum of a million operands: the formulas would be as many.
                row["sum"] = True
                continue
            formulas = contributions_of(operation, count)
            row.update(operation_notes(operation, count, self.inner))
            row["contributions"] = {
                "nodes": self.inner(formulas.graph, count + 2),
                "products": formulas.products,
                "gates": formulas.gates,
            }

    def _number(self, operation: Operation, count: int | None) -> int:
        key = operation, count
        number = self._numbers.get(key)
        if number is None:
            row: Object = {"name": operation.name}
            if operation.lists:
                row["list"] = True
            if isinstance(operation, FunctionOperation):
                operands = len(operation.rule.partials)
                row["body"] = {
                    "nodes": self.inner(operation.body, operands),
                    "result": operation.result,
                    "operands": operands,
                }
            number = self._numbers[key] = len(self.rows)
            self.rows.append(row)
            if count is not None:
                self._passing.append((operation, count, row))
        return number

    def inner(self, graph: Graph, first: int) -> list[list[Any]]:
        """The nodes of a graph from `first` on; those before it are given."""
        return [
            [0, json_value(graph.literals[node])]
            if graph.operations[node] is LITERAL
            else [self._number(graph.operations[node], None), *graph.inputs[node]]
            for node in range(first, len(graph))
        ]
