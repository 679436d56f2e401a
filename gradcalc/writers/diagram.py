"""A graph as it is drawn: boxes, and the steps that make boxes of boxes.

What a called function does inside is one step, as in eval's table, unless everything is
drawn. The writers spell a diagram as a tree, as DOT or as Mermaid.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from gradcalc.graph import Graph
from gradcalc.operations import OPERATIONS
from gradcalc.shapes import Structure, flatten
from gradcalc.writers.node_text import program_line

_NEGATION = OPERATIONS["neg"]


@dataclass(frozen=True, kw_only=True)
class Box:
    """What is written about a node."""

    node: int
    # "variable", "literal" or "operation".
    kind: str
    label: str | None
    expression: str
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
        return [one_line(self.name, longest), *numbers]


@dataclass(eq=False, slots=True)
class Step:
    """An operation or a call, with the nodes it takes and the nodes it makes."""

    symbol: str
    inputs: list[int]
    outputs: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Diagram:
    """The part of a graph that the output depends on, as it is drawn."""

    # The formula, or the name of its file.
    title: str
    # The nodes that have a box, in order.
    nodes: list[int]
    # What makes each of them that is not a variable or a number.
    steps: dict[int, Step]
    # The nodes of the result.
    outputs: list[int]
    # What is written about a node; of a large graph not every node is ever drawn.
    box: Callable[[int], Box]

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
    box: Callable[[int], Box],
    *,
    expand: bool = False,
    title: str | None = None,
) -> Diagram:
    """The diagram of what the output depends on; `expand` draws inside calls too."""
    outputs = list(dict.fromkeys(flatten(output)))
    hidden: Collection[int] = ()
    if not expand:
        hidden = (graph.bodies.keys() | graph.composed).difference(outputs)
    needed = graph.ancestors(outputs)
    drawn = [node for node, flag in enumerate(needed) if flag and node not in hidden]
    steps = _steps(graph, drawn, expand=expand)
    # A number inside a call that is one step is not drawn.
    used = {*outputs, *(i for step in steps.values() for i in step.inputs)}
    nodes = [node for node in drawn if node in used]
    return Diagram(title or program_line(graph.source), nodes, steps, outputs, box)


def _steps(graph: Graph, drawn: list[int], *, expand: bool) -> dict[int, Step]:
    """The step that makes each node; elements of one call's list share their step."""
    visible = set(drawn)
    steps: dict[int, Step] = {}
    # By the place of a call: its step, and the nodes that were met inside.
    calls: dict[tuple[int, int], tuple[Step, set[int]]] = {}
    for node in drawn:
        inputs = graph.inputs[node]
        if not inputs:
            continue
        operation = graph.operations[node]
        symbol = sign = "-" if operation is _NEGATION else operation.name
        if not expand and node not in graph.bodies:
            symbol = graph.calls.get(node, sign)
        if visible.issuperset(inputs):
            # A function takes its argument once, however often it uses it.
            step = Step(
                symbol, list(inputs if symbol == sign else dict.fromkeys(inputs))
            )
        else:
            span = graph.starts[node], graph.ends[node]
            step, reached = calls.setdefault(span, (Step(symbol, []), set()))
            found = _visible_inputs(graph, node, visible, reached)
            step.inputs += [
                operand for operand in found if steps.get(operand) is not step
            ]
        step.outputs.append(node)
        steps[node] = step
    return steps


def _visible_inputs(
    graph: Graph, node: int, visible: Collection[int], reached: set[int]
) -> list[int]:
    """The nodes with a box that the node depends on through nodes without one.

    `reached` are the nodes that the same call has met before.
    """
    found = []
    pending = list(reversed(graph.inputs[node]))
    while pending:
        operand = pending.pop()
        if operand not in reached:
            reached.add(operand)
            if operand in visible:
                found.append(operand)
            else:
                pending.extend(reversed(graph.inputs[operand]))
    return found


def one_line(text: str, longest: int) -> str:
    """The text on one line, its middle replaced by an ellipsis if it is longer."""
    line = " ".join(text.split())
    line = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)
    if len(line) <= longest:
        return line
    tail = (longest - 3) // 3
    return f"{line[: longest - 3 - tail]}...{line[-tail:]}"
