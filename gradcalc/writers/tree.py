"""A diagram as a tree for the terminal, from the result down to the variables.

A node that is used twice is drawn once and referred to after. A branch that goes too
deep goes on at the margin, so a page is never wider than it need be.
"""

from collections.abc import Iterator
from itertools import islice

from gradcalc.writers.diagram import Diagram, Step, one_line

# Where a branch is cut off and goes on at the margin.
DEEPEST = 16

_UNICODE = ("├── ", "└── ", "│   ")
_ASCII = ("|-- ", "`-- ", "|   ")
_BLANK = "    "


def tree_text(
    diagram: Diagram, *, most: int, ascii_only: bool = False, longest: int = 48
) -> str:
    """The tree, with at most `most` lines and then one that says so.

    Expressions are cut to `longest` characters.
    """
    tree = _Tree(diagram, _ASCII if ascii_only else _UNICODE, longest)
    lines = list(islice(tree.lines(), most + 1))
    if len(lines) > most:
        lines[-1] = f"... only the first {most} lines are shown; --limit shows more"
    return "\n".join(lines)


class _Tree:
    def __init__(
        self, diagram: Diagram, signs: tuple[str, str, str], longest: int
    ) -> None:
        self.diagram = diagram
        self.branch, self.last, self.bar = signs
        self.longest = longest
        self.seen: set[int] = set()
        self.steps: dict[Step, int] = {}
        # Nodes at which a branch was cut off, in order; each is a tree of its own.
        self.waiting: dict[int, None] = {}

    def lines(self) -> Iterator[str]:
        for output in self.diagram.outputs:
            yield from self._tree(output)
        while self.waiting:
            yield from self._tree(next(iter(self.waiting)))

    def _tree(self, root: int) -> Iterator[str]:
        """The tree below a node: (node, indentation, sign) for every line to come."""
        pending: list[tuple[int, str, str, int]] = [(root, "", "", 0)]
        while pending:
            node, indentation, sign, depth = pending.pop()
            text, opened = self._line(node, depth)
            yield f"{indentation}{sign}{text}"
            if not opened:
                continue
            inner = indentation
            if sign:
                inner += _BLANK if sign == self.last else self.bar
            step = self.diagram.steps[node]
            if step in self.steps:
                name = self._name(self.steps[step])
                yield f"{inner}{self.last}the same inputs as {name}"
                continue
            self.steps[step] = node
            inputs = step.inputs
            for position in range(len(inputs) - 1, -1, -1):
                is_last = position == len(inputs) - 1
                sign = self.last if is_last else self.branch
                pending.append((inputs[position], inner, sign, depth + 1))

    def _line(self, node: int, depth: int) -> tuple[str, bool]:
        """What is written about the node, and whether its inputs come below it."""
        step = self.diagram.steps.get(node)
        if node in self.waiting:
            if depth > 0:
                return f"{self._name(node)} (drawn below)", False
            del self.waiting[node]
            return self._text(node), step is not None
        if node in self.seen:
            return f"{self._name(node)} (drawn above)", False
        self.seen.add(node)
        if step is not None and depth == DEEPEST:
            self.waiting[node] = None
            return f"{self._name(node)} (drawn below)", False
        return self._text(node), step is not None

    def _name(self, node: int) -> str:
        box = self.diagram.box(node)
        return one_line(box.name, self.longest)

    def _text(self, node: int) -> str:
        box = self.diagram.box(node)
        step = self.diagram.steps.get(node)
        name = self._name(node)
        if step is not None:
            if box.label and box.label != box.expression:
                name += f" = {one_line(box.expression, self.longest)}"
            name = f"({step.symbol}) {name}"
        parts = [name, *box.numbers()]
        if box.output:
            parts.append("output")
        return " | ".join(parts)
