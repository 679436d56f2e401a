"""The text that a node stands for, as it was typed."""

from gradcalc.graph import Graph
from gradcalc.operations import LITERAL, VARIABLE
from gradcalc.wording import cut_middle

# The texts of nested nodes together grow with the square of the formula's length.
LONGEST = 400

# Nodes that nobody typed may stand on one another.
_DEEPEST = 4


def expression(graph: Graph, node: int) -> str:
    """The node's expression as typed; for a node that nobody typed, as it would be.

    One that is longer than LONGEST characters is shortened in its middle.
    """
    if graph.operations[node] is VARIABLE:
        return graph.names[node]
    if node in graph.composed:
        return shortened(_composed(graph, node, 0)[0])
    text = typed_text(graph, node)
    element = graph.elements.get(node, "")
    if element and len(text) < LONGEST:
        from gradcalc.writers.infix import is_primary

        return f"{text}{element}" if is_primary(text) else f"({text}){element}"
    return text + element


def _composed(graph: Graph, node: int, depth: int) -> tuple[str, int]:
    """What somebody would type for the node, and how tightly that binds."""
    # Imported here, as above: most nodes were typed.
    from gradcalc.writers.infix import InfixWriter, typed

    if node not in graph.composed:
        return typed(expression(graph, node))
    if depth == _DEEPEST:
        return typed("…")
    if graph.operations[node] is LITERAL:
        name = graph.names.get(node)
        return typed(name) if name else InfixWriter.number(graph.literals[node])
    operands = [_composed(graph, each, depth + 1) for each in graph.inputs[node]]
    return InfixWriter.operation(graph.operations[node], operands)


def typed_text(graph: Graph, node: int) -> str:
    """What was typed for the node, or for the list that it is an element of."""
    body = graph.bodies.get(node)
    source = graph.source if body is None else body.text
    return cut_middle(source, LONGEST, graph.starts[node], graph.ends[node])


def program_line(text: str) -> str:
    """The program on one line that means the same: without its comments."""
    lines: list[str] = []
    depth = 0
    for line in text.splitlines():
        code = line.partition("#")[0].strip().removesuffix(";")
        if not code:
            continue
        if depth > 0:
            lines[-1] += f" {code}"
        else:
            lines.append(code)
        depth += sum(map(code.count, "([")) - sum(map(code.count, ")]"))
    return "; ".join(lines)


def shortened(text: str) -> str:
    """The text, shortened in its middle if it is long."""
    return cut_middle(text, LONGEST)
