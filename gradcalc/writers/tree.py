"""A diagram as a tree for the terminal, from the result down to the variables.

A node that is used twice is drawn once and referred to after. A branch that goes too
deep goes on at the margin, so a page is never wider than it need be. Where there is too
little room, numbers are rounded, then formulas are cut, then what does not fit beside a
formula stands below it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from textwrap import wrap

from gradcalc.writers.diagram import Diagram, Step, one_line

# Where a branch is cut off and goes on at the margin: at half the width at most.
DEEPEST = 16

_UNICODE = ("├── ", "└── ", "│   ")
_ASCII = ("|-- ", "`-- ", "|   ")
_BLANK = "    "
_BETWEEN = " | "

# To how many digits numbers are rounded until everything fits, then to how many
# characters expressions are cut.
_DIGITS = (None, *range(16, 3, -1))
_LONGEST = (48, 32, 24)
_BRIEFEST = 8

_ROUNDED = "Numbers are rounded to {} digits to fit in here; --json has them in full."
_FOLDED = "Lists are drawn as one; --expand draws each of their elements."


def tree_text(
    diagram: Diagram,
    *,
    most: int,
    ascii_only: bool = False,
    width: int | None = None,
) -> str:
    """The tree, with at most `most` lines and then one that says so.

    It fits `width` columns if that is given: else its numbers are as they are.
    """
    signs = _ASCII if ascii_only else _UNICODE
    deepest = DEEPEST if width is None else max(1, min(DEEPEST, width // 8))
    tree = _Tree(diagram, signs, deepest)
    rows, notes = list(islice(tree.rows(), most + 1)), list[str]()
    if len(rows) > most:
        rows.pop()
        notes.append(f"... only the first {most} lines are shown; --limit shows more")
    digits, longest = _fitting(tree, rows, width)
    if digits is not None:
        notes.append(_ROUNDED.format(digits))
    if diagram.lists:
        notes.append(_FOLDED)
    lines = [line for row in rows for line in tree.lines(row, digits, longest, width)]
    if width is not None:
        notes = [line for note in notes for line in wrap(note, width)]
    return "\n".join([*lines, *notes])


def _fitting(
    tree: "_Tree", rows: Sequence["_Row"], width: int | None
) -> tuple[int | None, int]:
    """The digits and the length of expressions with which each row is one line."""
    tried = [(digits, _LONGEST[0]) for digits in _DIGITS]
    tried += [(_DIGITS[-1], longest) for longest in _LONGEST[1:]]
    for digits, longest in tried:
        if all(len(tree.lines(row, digits, longest, width)) == 1 for row in rows):
            break
    return digits, longest


@dataclass(frozen=True, slots=True)
class _Row:
    """A node in its place in the tree."""

    node: int
    # What stands before its line, and before the further lines that it may need.
    before: str
    below: str
    # "(drawn above)", or what it has in common with the node.
    reference: str = ""


@dataclass(eq=False)
class _Tree:
    diagram: Diagram
    # Before the inputs of a node, before the last of them, and beside what is below.
    signs: tuple[str, str, str]
    deepest: int
    seen: set[int] = field(default_factory=set)
    # The first node of each step whose inputs are drawn.
    steps: dict[Step, int] = field(default_factory=dict)
    # Nodes at which a branch was cut off, in order; each is a tree of its own.
    waiting: dict[int, None] = field(default_factory=dict)

    def rows(self) -> Iterator[_Row]:
        for output in self.diagram.outputs:
            yield from self._below(output)
        while self.waiting:
            yield from self._below(next(iter(self.waiting)))

    def _below(self, root: int) -> Iterator[_Row]:
        """The rows of the tree below a node."""
        branch, last, bar = self.signs
        # The node, indentation and sign of every row to come, and how deep it is.
        pending: list[tuple[int, str, str, int]] = [(root, "", "", 0)]
        while pending:
            node, indentation, sign, depth = pending.pop()
            reference, step = self._met(node, depth)
            inner = indentation
            if sign:
                inner += _BLANK if sign == last else bar
            below = inner + (_BLANK if step is None else bar)
            yield _Row(node, indentation + sign, below, reference)
            if step is None:
                continue
            if step in self.steps:
                same = "the same inputs as {}"
                yield _Row(self.steps[step], inner + last, inner + _BLANK, same)
                continue
            self.steps[step] = node
            sign = last
            for operand in reversed(step.inputs):
                pending.append((operand, inner, sign, depth + 1))
                sign = branch

    def _met(self, node: int, depth: int) -> tuple[str, Step | None]:
        """Where else the node is drawn, or the step whose inputs come below it."""
        step = self.diagram.steps.get(node)
        if node in self.waiting and depth == 0:
            del self.waiting[node]
        elif node in self.seen or (step is not None and depth == self.deepest):
            if node not in self.seen:
                self.seen.add(node)
                self.waiting[node] = None
            place = "below" if node in self.waiting else "above"
            return f"{{}} (drawn {place})", None
        self.seen.add(node)
        return "", step

    def lines(
        self, row: _Row, digits: int | None, longest: int, width: int | None
    ) -> list[str]:
        """The row in lines that fit the width: one, if there is room for it."""
        first, *others = self._texts(row, digits, longest)
        if width is not None:
            # What is left of the width, but no less than says something.
            first = one_line(first, max(_BRIEFEST, width - len(row.before)))
        lines = [row.before + first]
        for text in others:
            if width is None or len(lines[-1] + _BETWEEN + text) <= width:
                lines[-1] += _BETWEEN + text
            else:
                room = max(_BRIEFEST, width - len(row.below))
                lines += [row.below + piece for piece in wrap(text, room)]
        return lines

    def _texts(self, row: _Row, digits: int | None, longest: int) -> list[str]:
        """What is written about the node: its name, then its numbers."""
        box = self.diagram.box(row.node, digits)
        name, *others = box.fields(longest)
        if row.reference:
            return [row.reference.format(name)]
        step = self.diagram.steps.get(row.node)
        if step is not None:
            if box.label and box.label != box.expression:
                name += f" = {one_line(box.expression, longest)}"
            name = f"({step.symbol}) {name}"
        return [name, *others, *(["output"] if box.output else [])]
