"""The code generator: straight-line code that computes a graph as the table does.

Formulas grow in a graph whose laws hold to the bit; what is needed is written, each
part that is used more than once as a statement of its own. A side of a `where` that
needs statements is computed only if it is selected, where the language has a choice.
"""

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial, reduce
from itertools import count
from types import MappingProxyType

from gradcalc.graph import Graph
from gradcalc.language.exact_laws import EXACT
from gradcalc.language.terms import Terms
from gradcalc.operations import (
    COMPARISONS,
    EQUAL,
    LITERAL,
    MAX,
    PLUS,
    TIMES,
    UNEQUAL,
    VARIABLE,
    WHERE,
    Operation,
)
from gradcalc.writers.branches import Branch, innermost_branches
from gradcalc.writers.code_spelling import (
    ATOM,
    CONDITIONAL,
    SUM,
    Language,
    Piece,
    Spelling,
    bare,
    joined,
    words_of,
)

# The comparisons that are the opposite of each other for all numbers, NaN included.
_OPPOSITES = {EQUAL: UNEQUAL, UNEQUAL: EQUAL}


class Code:
    """Nodes of a graph as statements of a language, and the texts that refer to them.

    The methods that begin with an underscore are for the code of a gradient.
    """

    def __init__(
        self,
        graph: Graph,
        roots: Sequence[int],
        given: Mapping[int, str | float] | None = None,
        *,
        language: Language,
        beside: Sequence[int] = (),
        labels: Mapping[str, str] = MappingProxyType({}),
        taken: Collection[str] = (),
        precision: int | None = None,
    ) -> None:
        """Writes the statements that compute the roots.

        `given` has the name in the code, or the number, of variable nodes; the others
        go by their own names. The nodes `beside` the roots become terms too, for what
        is written besides. What has one of the `labels` in the graph is a statement of
        that name; no other gets a name that is `taken`. `precision` rounds numbers to
        so many significant digits.
        """
        # The statements, in order, and the words that they use beside names.
        self.lines: list[str] = []
        self.words: set[str] = set()
        self.language = language
        self._labels = labels
        self._fresh = (name for k in count(1) if (name := f"t{k}") not in taken)
        self._precision = precision
        terms = Terms(EXACT)
        self._places = terms.place(graph, [*roots, *beside], terms.leaves(given or {}))
        self._graph = terms.graph
        # What a term looks like where it is used: its text and how tightly that binds;
        # and the text of its being other than 0, if that is simpler.
        self._texts: dict[int, Piece] = {}
        self._truths: dict[int, str] = {}
        # Where a language tells conditions from numbers: those of the terms that are 1
        # or 0, and that they do not hold.
        self._conditions: dict[int, str] = {}
        self._opposites: dict[int, str] = {}
        # The names of terms that are written once, beside labels.
        self._used_once: set[str] = set()
        self._write([self._places[root] for root in roots])

    def text(self, node: int, binding: int = CONDITIONAL) -> str:
        """What a root is called, in parentheses if that binds less tightly than asked.

        Raises KeyError for what is no root, nor part of one.
        """
        return self._text(self._places[node], binding)

    def truth(self, node: int) -> str:
        """The condition that a root is not 0, as an operand of and and or."""
        return self._truth(self._places[node])

    def name(self, function: Callable[..., object], name: str) -> str:
        """What the function is called in the code."""
        return name

    def _write(self, roots: Sequence[int]) -> None:
        graph, language = self._graph, self.language
        deepest, longest = language.deepest, language.longest
        depths: dict[int, int] = {}
        counted = self._uses(roots)
        ends = frozenset(roots)
        places = innermost_branches(
            roots,
            (node for node in reversed(range(len(graph))) if counted[node]),
            graph.inputs.__getitem__,
            lambda node: graph.operations[node] is WHERE,
            language.choice.deepest if language.choice else 0,
        )
        lines: dict[Branch | None, list[str]] = {None: self.lines}
        for node, uses in enumerate(counted):
            if not uses:
                continue
            operation = graph.operations[node]
            depth = 0
            if operation is LITERAL:
                text = self._number(graph.literals[node])
            elif operation is VARIABLE:
                text = (graph.names[node], ATOM)
            else:
                text = self._decision(node) or self._operation(node)
                depth = 1 + max(
                    depths.get(operand, 0) for operand in graph.inputs[node]
                )
                branches = [lines.pop((node, side), []) for side in (1, 2)]
                label = self._labels.get(graph.labels.get(node, ""))
                is_part = node not in ends
                is_short = len(self._truths.get(node) or " " * 99) <= language.repeated
                if (
                    (uses > 1 and not is_short)
                    or label is not None
                    or depth >= deepest
                    or (is_part and longest is not None and len(text[0]) > longest)
                    or any(branches)
                ):
                    name = label or next(self._fresh)
                    if uses == 1 and label is None:
                        self._used_once.add(name)
                    here = lines.setdefault(places[node], [])
                    condition = self._conditions.pop(node, None)
                    self._truths.pop(node, None)
                    self._opposites.pop(node, None)
                    if any(branches):
                        here += self._chosen(node, name, branches)
                    elif condition is not None and label is None:
                        here.append(language.decided.format(name, bare(condition)))
                        self._decide(node, name)
                    else:
                        here.append(language.assignment.format(name, text[0]))
                    text, depth = (name, ATOM), 0
                    if node in self._conditions:
                        text = self._texts[node]
            self._texts[node] = text
            depths[node] = depth

    def _chosen(
        self, node: int, name: str, branches: Sequence[Sequence[str]]
    ) -> Iterator[str]:
        """The lines of a `where` of which a side needs lines of its own."""
        language, choice = self.language, self.language.choice
        assert choice is not None
        condition, *sides = self._graph.inputs[node]
        if language.declared:
            yield language.declared.format(name)
        starts = choice.start.format(self._bare_truth(condition)), choice.otherwise
        for start, side, lines in zip(starts, sides, branches, strict=True):
            text = self._text(side)
            # What was named for its length alone needs no other name.
            given, end = language.assignment.format(text, "\n").split("\n")
            if lines and lines[-1].startswith(given) and text in self._used_once:
                *lines, last = lines
                text = last.removeprefix(given).removesuffix(end)
            yield start
            yield from (f"    {line}" for line in lines)
            yield "    " + language.chosen.format(name, text)
        if choice.end:
            yield choice.end

    def _uses(self, roots: Sequence[int]) -> list[int]:
        """How often each term is written; 0 for what the roots do not need."""
        inputs = self._graph.inputs
        uses = [0] * len(inputs)
        for root in roots:
            uses[root] += 1
        for node in range(len(uses) - 1, -1, -1):
            if uses[node] and inputs[node]:
                times = self._spelling(node).uses(len(inputs[node]))
                for operand, number in zip(inputs[node], times, strict=True):
                    uses[operand] += number
        return uses

    def _spelling(self, node: int) -> Spelling:
        literals = self._graph.literals
        return self.language.spelling(
            self._graph.operations[node],
            tuple([literals.get(operand) for operand in self._graph.inputs[node]]),
        )

    def _text(self, node: int, binding: int = CONDITIONAL) -> str:
        text, own = self._texts[node]
        return text if own >= binding else f"({text})"

    def _truth(self, node: int) -> str:
        found = self._truths.get(node)
        return found or self.language.nonzero.format(self._text(node, SUM))

    def _decision(self, node: int) -> Piece | None:
        """The number that a condition is, or None for what is none."""
        if self.language.yes is None:
            return None
        condition = self._condition(node)
        if condition is None:
            return None
        self._decide(node, condition)
        return self._texts[node]

    def _decide(self, node: int, condition: str) -> None:
        """The term is 1 where the condition holds, else 0."""
        language = self.language
        assert language.yes is not None
        self._conditions[node] = self._truths[node] = condition
        self._opposites.setdefault(node, language.neither.format(condition))
        self._texts[node] = language.yes.format(bare(condition)), ATOM

    def _condition(self, node: int) -> str | None:
        """The condition that a term of 1 or 0 is 1; None for what is no such term."""
        graph, language, found = self._graph, self.language, self._conditions
        operation, inputs = graph.operations[node], graph.inputs[node]
        if operation in COMPARISONS:
            if (
                operation is EQUAL
                and inputs[0] in found
                and graph.literals.get(inputs[1]) == 0
            ):
                self._opposites[node] = found[inputs[0]]
                return self._opposites[inputs[0]]
            sides = [self._text(operand, SUM) for operand in inputs]
            opposite = _OPPOSITES.get(operation)
            if opposite is not None:
                self._opposites[node] = self._compared(opposite, sides)
            return self._compared(operation, sides)
        if operation in (TIMES, MAX) and all(operand in found for operand in inputs):
            words = language.both if operation is TIMES else language.either
            return reduce(partial(joined, words), [found[i] for i in inputs])
        if operation is WHERE:
            return self._chosen_condition(*inputs)
        return None

    def _chosen_condition(self, choice: int, yes: int, no: int) -> str | None:
        """The condition that a `where` is of which one side is one, the other 0 or 1.

        Beyond its domain, for example, an operation passes all that comes in.
        """
        found, literals = self._conditions, self._graph.literals
        both, either = self.language.both, self.language.either
        truth = self._truth(choice)
        against = self._opposites.get(choice) or self.language.neither.format(truth)
        for side, other, here, there in (
            (yes, no, truth, against),
            (no, yes, against, truth),
        ):
            if side in found and literals.get(other) == 0:
                return joined(both, here, found[side])
            if side in found and literals.get(other) == 1:
                return joined(either, there, found[side])
        return None

    def _compared(self, operation: Operation, sides: Sequence[str]) -> str:
        truth = self.language.spelling(operation, (None, None)).truth
        assert truth is not None
        return truth.format(*sides)

    def _bare_truth(self, node: int) -> str:
        """The condition where nothing stands beside it."""
        found = self._truths.get(node)
        return bare(found) if found else self._truth(node)

    def _number(self, value: float) -> Piece:
        if self._precision is not None:
            value = float(f"{value:.{self._precision}g}")
        text, binding = self.language.number(value)
        if not math.isfinite(value):
            self.words |= words_of(text)
        return text, binding

    def _operation(self, node: int) -> Piece:
        operation, inputs = self._graph.operations[node], self._graph.inputs[node]
        spelling = self._spelling(node)
        self.words |= spelling.words
        names = {
            name: self.name(function, name)
            for name, function in spelling.functions.items()
        }
        if spelling.takes_all:
            all_operands = ", ".join(map(self._text, inputs))
            text = spelling.template.format(
                operands=all_operands, count=len(inputs), **names
            )
            return text, spelling.binding
        operands = [
            ""  # such as the exponent of x*x
            if operand not in self._texts
            else self._bare_truth(operand)
            if position in spelling.truths
            else self._text(operand, binding)
            for position, (operand, binding) in enumerate(
                zip(inputs, spelling.slots, strict=True)
            )
        ]
        text = spelling.template.format(*operands, scratch="t_", **names)
        if spelling.truth is not None:
            self._truths[node] = spelling.truth.format(*operands)
        elif operation is PLUS or operation is TIMES:
            # Of conditions, which are 0 or 1, the product is "and", the sum "or".
            truths = [self._truths.get(operand) for operand in inputs]
            if None not in truths:
                language = self.language
                words = language.either if operation is PLUS else language.both
                self._truths[node] = words.format(*truths)
        return text, spelling.binding
