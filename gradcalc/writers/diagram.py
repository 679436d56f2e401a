"""A graph as it is drawn: boxes, and the steps that make boxes of boxes.

What a called function does inside is one step, as in eval's table, and each list of a
graph with many boxes is one box, unless everything is drawn. The writers spell a
diagram as a tree, as DOT or as Mermaid.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from gradcalc.graph import Graph
from gradcalc.operations import NEG
from gradcalc.shapes import Structure, flatten
from gradcalc.wording import printable
from gradcalc.writers.node_text import program_line

# With more boxes than this, a picture is hard to read: lists become boxes.
MOST_BOXES = 30


@dataclass(frozen=True, kw_only=True)
class Box:
    """What is written about a node, or about a list of them."""

    node: int
    # "variable", "literal" or "operation".
    kind: str
    label: str | None
    expression: str
    # Of a list, in words; "" for a number.
    shape: str = ""
    # As texts; None where they are not known.
    value: str | None = None
    gradient: str | None = None
    # Whether it is the result, or part of it.
    output: bool = False

    @property
    def name(self) -> str:
        return self.label or self.expression

    @property
    def style(self) -> str:
        return "output" if self.output else self.kind

    def fields(self, longest: int) -> list[str]:
        """Its name, cut to `longest` characters, and what is known of its numbers."""
        known = (("value", self.value), ("gradient", self.gradient))
        numbers = [f"{what} {text}" for what, text in known if text is not None]
        shape = [self.shape] if self.shape else []
        return [one_line(self.name, longest), *shape, *numbers]


@dataclass(eq=False, slots=True)
class Step:
    """An operation or a call, with the nodes it takes and the nodes it makes."""

    symbol: str
    inputs: list[int]
    outputs: list[int] = field(default_factory=list)


# The box of a node, or of the nodes of a list, its numbers rounded to so many digits;
# None leaves them as they are.
Description = Callable[[Sequence[int], int | None], Box]


@dataclass(frozen=True)
class Diagram:
    """The part of a graph that the output depends on, as it is drawn."""

    # The formula, or the name of its file.
    title: str
    # The nodes that have a box, in order; of a list that has one, its first node.
    nodes: list[int]
    # What makes each of them that is not a variable or a number.
    steps: dict[int, Step]
    # The nodes of the result.
    outputs: list[int]
    # The nodes of each list that has a box.
    lists: dict[int, list[int]]
    # What is written in a box; of a large graph not every box is ever drawn.
    describe: Description

    def box(self, node: int, digits: int | None = None) -> Box:
        """The box of the node, its numbers rounded to so many digits if any."""
        return self.describe(self.lists.get(node, [node]), digits)

    def lines(
        self, box: Callable[[Box], str], step: Callable[[int, str], str], edge: str
    ) -> list[str]:
        """The lines of the boxes, then of each step and its edges.

        `step` gets the number of a step and its symbol, `edge` has {} for each end.
        Boxes are called n and steps s, with the number of the first node behind it.
        """
        lines = [box(self.box(node)) for node in self.nodes]
        numbers: dict[Step, int] = {}
        for node in self.nodes:
            if node in self.steps:
                numbers.setdefault(self.steps[node], node)
        for drawn, number in numbers.items():
            lines.append(step(number, drawn.symbol))
            lines += [edge.format(f"n{node}", f"s{number}") for node in drawn.inputs]
            lines += [edge.format(f"s{number}", f"n{node}") for node in drawn.outputs]
        return lines


def graph_diagram(
    graph: Graph,
    output: Structure,
    describe: Description,
    *,
    expand: bool = False,
    fold: bool = True,
    title: str | None = None,
) -> Diagram:
    """The diagram of what the output depends on; `expand` draws inside calls too.

    Unless it does, or `fold` is false, lists have one box each where there would be
    more than MOST_BOXES.
    """
    outputs = list(dict.fromkeys(flatten(output)))
    hidden: Collection[int] = ()
    if not expand:
        hidden = (graph.bodies.keys() | graph.composed).difference(outputs)
    needed = graph.ancestors(outputs)
    drawn = [node for node, flag in enumerate(needed) if flag and node not in hidden]
    firsts: Mapping[int, int] = {}
    if fold and not expand and len(drawn) > MOST_BOXES:
        firsts = _first_elements(graph, drawn)
    steps = _steps(graph, drawn, firsts, expand=expand)
    outputs = _boxes(outputs, firsts)
    # A number inside a call that is one step is not drawn.
    used = {*outputs, *(i for step in steps.values() for i in step.inputs)}
    nodes = [node for node in _boxes(drawn, firsts) if node in used]
    lists: dict[int, list[int]] = {}
    for node, first in firsts.items():
        lists.setdefault(first, []).append(node)
    title = title or program_line(graph.source)
    return Diagram(title, nodes, steps, outputs, lists, describe)


def _first_elements(graph: Graph, drawn: Iterable[int]) -> dict[int, int]:
    """For each drawn element of a list, the first one; none for a list of one."""
    variables = {
        node: name
        for name, structure in graph.variables.items()
        if isinstance(structure, list)
        for node in flatten(structure)
    }
    lists: dict[object, list[int]] = {}
    for node in drawn:
        if node in variables:
            lists.setdefault(variables[node], []).append(node)
        elif node in graph.elements:
            # The elements of a list that an operation or a call makes stand for the
            # same text.
            lists.setdefault((graph.starts[node], graph.ends[node]), []).append(node)
    return {
        node: nodes[0] for nodes in lists.values() if len(nodes) > 1 for node in nodes
    }


def _boxes(nodes: Iterable[int], firsts: Mapping[int, int]) -> list[int]:
    """The nodes with boxes in the place of these, each once."""
    return list(dict.fromkeys(firsts.get(node, node) for node in nodes))


def _steps(
    graph: Graph, drawn: list[int], firsts: Mapping[int, int], *, expand: bool
) -> dict[int, Step]:
    """The step that makes each box.

    The elements of one call's list share theirs if they depend on the same.
    """
    visible = set(drawn)
    steps: dict[int, Step] = {}
    # Of a list with a box: its nodes' inputs, and the nodes that were met inside.
    lists: dict[int, tuple[dict[int, None], set[int]]] = {}
    # By the place of a call and what it takes.
    calls: dict[tuple[int, int, frozenset[int]], Step] = {}
    for node in drawn:
        inputs = graph.inputs[node]
        if not inputs:
            continue
        operation = graph.operations[node]
        symbol = sign = "-" if operation is NEG else operation.name
        if not expand and node not in graph.bodies:
            symbol = graph.calls.get(node, sign)
        is_typed = visible.issuperset(inputs)
        first = firsts.get(node)
        known, reached = lists.setdefault(node if first is None else first, ({}, set()))
        found = list(inputs)
        if first is not None or not is_typed:
            found = _visible_inputs(graph, node, visible, reached)
        taken = _boxes(found, firsts)
        if first is None and not is_typed:
            key = graph.starts[node], graph.ends[node], frozenset(found)
            steps[node] = calls.setdefault(key, Step(symbol, taken))
            steps[node].outputs.append(node)
            continue
        # A function takes its argument once, however often it uses it.
        if is_typed and symbol == sign and not (firsts and operation.lists):
            taken = [firsts.get(operand, operand) for operand in inputs]
        box = node if first is None else first
        if box not in steps:
            steps[box] = Step(symbol, taken, [box])
        else:
            steps[box].inputs += [i for i in taken if i not in known and i != box]
        known.update(dict.fromkeys(taken))
    return steps


def _visible_inputs(
    graph: Graph, node: int, visible: Collection[int], reached: set[int]
) -> list[int]:
    """The nodes with a box that the node depends on through nodes without one.

    `reached` are nodes that were met before. Another element of the same call is met
    as if it had no box: the call is one step.
    """
    place = graph.starts[node], graph.ends[node]
    found = []
    pending = list(reversed(graph.inputs[node]))
    while pending:
        operand = pending.pop()
        if operand not in reached:
            reached.add(operand)
            inside = (graph.starts[operand], graph.ends[operand]) == place
            if operand in visible and not (inside and operand in graph.elements):
                found.append(operand)
            else:
                pending.extend(reversed(graph.inputs[operand]))
    return found


def one_line(text: str, longest: int) -> str:
    """The text on one line, its middle replaced by an ellipsis if it is longer."""
    line = printable(" ".join(text.split()))
    if len(line) <= longest:
        return line
    tail = (longest - 3) // 3
    return f"{line[: longest - 3 - tail]}...{line[-tail:]}"
