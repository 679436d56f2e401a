"""The formula as markup in which each part knows its node."""

import re
from collections.abc import Iterator

from gradcalc.graph import Graph
from gradcalc.language.identifiers import NAME, normal
from gradcalc.shapes import flatten
from gradcalc.webpage.document import escaped

# A comment or a number, whose e5 is no name; what begins the definition of a function;
# a name that is called, and one that is not.
_TOKEN = re.compile(
    r"(#.*|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    rf"|({NAME}\s*\([^()]*\)\s*=(?!=))|({NAME}'*\s*\()|({NAME})"
)

# Of a longer text the parts are not marked: its markup would be many times as long.
_LONGEST = 200_000


def formula_markup(graph: Graph) -> str:
    """The text of the formula; around the text of each node a span with its number.

    Nodes of the same text, as the elements of a list, share one. The numbers are those
    of `data-node`, with blanks between them.
    """
    source = graph.source
    if len(source) > _LONGEST:
        return escaped(source)
    nodes: dict[tuple[int, int], list[int]] = {}
    for node, (start, end) in enumerate(zip(graph.starts, graph.ends, strict=True)):
        body = graph.bodies.get(node)
        typed = body is None or (body.library is None and body.text == source)
        if typed and start < end <= len(source) and node not in graph.composed:
            nodes.setdefault((start, end), []).append(node)
    for span, named in _uses(graph):
        nodes.setdefault(span, named)
    return "".join(_pieces(source, nodes))


def _uses(graph: Graph) -> Iterator[tuple[tuple[int, int], list[int]]]:
    """Where names of variables and labels stand, each with its nodes."""
    names = {name: flatten(each) for name, each in graph.variables.items()}
    for node, label in graph.labels.items():
        names.setdefault(label.partition("[")[0], []).append(node)
    source, at = graph.source, 0
    while found := _TOKEN.search(source, at):
        at = found.end()
        _, definition, call, name = found.groups()
        if definition:
            # The names of its parameters are others.
            at = _end_of_statement(source, at)
        elif call:
            at = found.start() + len(call.rstrip("( \t"))
        elif name and (nodes := names.get(normal(name))):
            yield found.span(), nodes


def _end_of_statement(source: str, at: int) -> int:
    depth = 0
    while at < len(source) and (depth > 0 or source[at] not in ";\n"):
        if source[at] == "#":
            # What a comment opens nothing closes.
            end = source.find("\n", at)
            at = len(source) if end < 0 else end
            continue
        depth += (source[at] in "([") - (source[at] in ")]")
        at += 1
    return at


def _pieces(source: str, nodes: dict[tuple[int, int], list[int]]) -> Iterator[str]:
    at = 0
    ends: list[int] = []
    # Of two that begin together the longer one is outside.
    for start, end in sorted(nodes, key=lambda span: (span[0], -span[1])):
        while ends and ends[-1] <= start:
            yield escaped(source[at : ends[-1]]) + "</span>"
            at = ends.pop()
        if ends and end > ends[-1]:
            # Spans that overlap are none of the language; nothing is marked twice.
            continue
        yield escaped(source[at:start])
        at = start
        numbers = " ".join(map(str, nodes[start, end]))
        yield f'<span data-node="{numbers}">'
        ends.append(end)
    while ends:
        yield escaped(source[at : ends[-1]]) + "</span>"
        at = ends.pop()
    yield escaped(source[at:])
