"""A diagram as a tree for the terminal, from the result down to the variables.

A node that is used twice is drawn once and referred to after. A branch that goes too
deep goes on at the margin, so a page is never wider than it need be.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
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
    signs = _ASCII if ascii_only else _UNICODE
    lines = list(islice(_Tree(diagram, signs, longest).lines(), most + 1))
    if len(lines) > most:
        lines[-1] = f"... only the first {most} lines are shown; --limit shows more"
    return "\n".join(lines)


@dataclass(eq=False)
class _Tree:
    diagram: Diagram
    # Before the inputs of a node, before the last of them, and beside what is below.
    signs: tuple[str, str, str]
    longest: int
    seen: set[int] = field(default_factory=set)
    # The first node of each step whose inputs are drawn.
    steps: dict[Step, int] = field(default_factory=dict)
    # Nodes at which a branch was cut off, in order; each is a tree of its own.
    waiting: dict[int, None] = field(default_factory=dict)

    def lines(self) -> Iterator[str]:
        for output in self.diagram.outputs:
            yield from self._tree(output)
        while self.waiting:
            yield from self._tree(next(iter(self.waiting)))

    def _tree(self, root: int) -> Iterator[str]:
        """The lines of the tree below a node."""
        branch, last, bar = self.signs
        # The node, indentation and sign of every line to come, and how deep it is.
        pending: list[tuple[int, str, str, int]] = [(root, "", "", 0)]
        while pending:
            node, indentation, sign, depth = pending.pop()
            text, step = self._line(node, depth)
            yield f"{indentation}{sign}{text}"
            if step is None:
                continue
            inner = indentation
            if sign:
                inner += _BLANK if sign == last else bar
            if step in self.steps:
                name = self._name(self.steps[step])
                yield f"{inner}{last}the same inputs as {name}"
                continue
            self.steps[step] = node
            sign = last
            for operand in reversed(step.inputs):
                pending.append((operand, inner, sign, depth + 1))
                sign = branch

    def _line(self, node: int, depth: int) -> tuple[str, Step | None]:
        """What is written about the node, and the step whose inputs come below it."""
        step = self.diagram.steps.get(node)
        if node in self.waiting and depth == 0:
            del self.waiting[node]
        elif node in self.seen or (step is not None and depth == DEEPEST):
            if node not in self.seen:
                self.seen.add(node)
                self.waiting[node] = None
            place = "below" if node in self.waiting else "above"
            return f"{self._name(node)} (drawn {place})", None
        self.seen.add(node)
        box = self.diagram.box(node)
        name, *numbers = box.fields(self.longest)
        if step is not None:
            if box.label and box.label != box.expression:
                name += f" = {one_line(box.expression, self.longest)}"
            name = f"({step.symbol}) {name}"
        return " | ".join([name, *numbers, *(["output"] if box.output else [])]), step

    def _name(self, node: int) -> str:
        return self.diagram.box(node).fields(self.longest)[0]
