"""NumPy that computes outputs of a graph and their gradients over arrays of numbers.

The terms are those of the straight-line code for numbers; each becomes one statement
over a block of rows that fits the cache. Its result goes into an array that is used
again as soon as nothing needs what is in it. What one side of a `where` alone needs is
left out for a block of which no row is on that side.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gradcalc.engine.extended_range import LARGEST, LEAST
from gradcalc.engine.graph_gradients import graph_gradients
from gradcalc.engine.guards import NUMPY, Guards
from gradcalc.engine.vector_spelling import QUICK, statement
from gradcalc.engine.vector_terms import VectorTerms
from gradcalc.graph import Graph
from gradcalc.operations import (
    ABOVE,
    COMPARISONS,
    EQUAL,
    LITERAL,
    MAX,
    PLUS,
    TIMES,
    VARIABLE,
    WHERE,
)
from gradcalc.writers.branches import Branch, innermost_branches

# No deeper do the conditions nest: Python's parser gives up at 100 levels.
_DEEPEST = 20
# To look whether they are needed costs as much as so many additions.
_FEWEST = 4

# Of a term there is the number and, if that is asked for, the truth: whether it is not
# 0. Each of the two is a part, known by a number of its own.
Part = int


@dataclass(eq=False, repr=False, slots=True)
class Step:
    """The statement that computes a part."""

    # With places for the operands and for {out}, the array of the result.
    template: str
    operands: tuple[Part, ...]
    # Whether the array of the result may be that of an operand.
    over: bool
    is_truth: bool
    is_quick: bool
    # Whether the second and third operand are the sides of a choice by the first.
    chooses: bool = False


@dataclass(eq=False, repr=False, slots=True)
class Check:
    """A look at a gradient: whether it is in range, or rightly 0 or NaN."""

    # What is looked at, all that is needed for it, and the condition.
    gradient: Part
    operands: tuple[Part, ...]
    condition: str


@dataclass(eq=False, repr=False, slots=True)
class Side:
    """What one side of a choice alone needs, computed if a row is on that side."""

    condition: Part
    side: int
    items: "list[Item]"


Item = Part | Check | Side


class Steps:
    """The statements that compute roots, number by number, and what these look like.

    graph  the terms
    """

    def __init__(self, graph: Graph, roots: Sequence[int], guards: Guards) -> None:
        self.graph = graph
        self._truth_like = self._conditions()
        # By its number each part that is computed.
        self.made: dict[Part, Step] = {}
        self.roots = [self.number(root) for root in roots]
        pending = [*self.roots, *map(self.number, guards.guarded)]
        while pending:
            part = pending.pop()
            if part not in self.made and not self.is_leaf(part):
                step = self.made[part] = self._step(part)
                pending += step.operands
        self.checks = {
            check.gradient: check
            for node in guards.guarded
            for check in [self._check(guards, node)]
        }

    def number(self, node: int) -> Part:
        """The part that is the number of a term."""
        return 2 * node + (self.graph.operations[node] in COMPARISONS)

    def truth(self, node: int) -> Part:
        """The part that is the truth of a term."""
        return 2 * node + (self.graph.operations[node] not in COMPARISONS)

    def is_leaf(self, part: Part) -> bool:
        """Whether the part is a number that is given or known."""
        node = part // 2
        return part == self.number(node) and not self.graph.inputs[node]

    def _conditions(self) -> list[bool]:
        """For each term whether its truth is made of the truths of its operands."""
        found: list[bool] = []
        for operation, inputs in zip(
            self.graph.operations, self.graph.inputs, strict=True
        ):
            of_truths = bool(inputs) and all(found[operand] for operand in inputs)
            joins = of_truths and operation in _OF_TRUTHS
            found.append(operation in COMPARISONS or joins)
        return found

    def _step(self, part: Part) -> Step:
        node = part // 2
        operation, inputs = self.graph.operations[node], self.graph.inputs[node]
        numbers = tuple(map(self.number, inputs))
        if part == self.truth(node):
            if not self._truth_like[node]:
                template = "np.not_equal({0}, 0.0, out={out})"
                return Step(template, (self.number(node),), False, True, True)
            if operation in COMPARISONS and not self._of_truth(node):
                template, _ = statement(operation, 2)
                return Step(template, numbers, False, True, True)
            template = _OF_TRUTHS[operation]
            taken = inputs[:1] if operation in COMPARISONS else inputs
            truths = tuple([self.truth(operand) for operand in taken])
            return Step(template, truths, True, True, True)
        if operation in COMPARISONS:
            template = "np.copyto({out}, {0})"
            return Step(template, (self.truth(node),), False, False, True)
        template, over = statement(operation, len(inputs))
        if operation is WHERE:
            numbers = (self.truth(inputs[0]), *numbers[1:])
        is_quick = operation in QUICK
        return Step(template, numbers, over, False, is_quick, operation is WHERE)

    def _of_truth(self, node: int) -> bool:
        """Whether the comparison is p == 0 or p > 0 of a condition p."""
        graph = self.graph
        first, second = graph.inputs[node]
        is_one = graph.operations[node] in _OF_TRUTHS
        return is_one and graph.literals.get(second) == 0 and self._truth_like[first]

    def _check(self, guards: Guards, node: int) -> Check:
        parts: list[Part] = []

        def place(part: Part) -> str:
            parts.append(part)
            return f"{{{len(parts) - 1}}}"

        condition = guards.condition(
            node,
            lambda node: place(self.number(node)),
            lambda node: place(self.truth(node)),
            NUMPY,
        )
        return Check(self.number(node), tuple(parts), condition)


# Of conditions; the comparisons are those with 0.
_OF_TRUTHS = {
    TIMES: "np.logical_and({0}, {1}, out={out})",
    PLUS: "np.logical_or({0}, {1}, out={out})",
    MAX: "np.logical_or({0}, {1}, out={out})",
    EQUAL: "np.logical_not({0}, out={out})",
    ABOVE: "np.copyto({out}, {0})",
}


class VectorCode:
    """The lines that compute a block of rows.

    once     the lines for what the numbers that all rows share suffice for
    lines    those for a block
    values   how many results are values
    results  how many there are: values, and then derivatives
    floats   how many arrays of numbers the lines work in
    truths   how many arrays of conditions
    """

    def __init__(
        self,
        graph: Graph,
        outputs: Sequence[int],
        wanted: Sequence[int],
        given: Mapping[int, str | float],
        shared: Collection[str] = (),
    ) -> None:
        """Writes the lines for the outputs and the gradients of each for the wanted.

        `given` has the name of the array, or the number, of each variable node; of the
        arrays that are `shared` all rows have the one number.
        """
        gradients = graph_gradients(graph, outputs, wanted)
        roots = gradients.roots
        terms = VectorTerms()
        places = terms.place(
            gradients.graph,
            [*roots, *gradients.passed_on, *gradients.received],
            terms.leaves(given),
        )
        self._graph = terms.graph
        guards = gradients.guards(terms.graph, places)
        self._steps = Steps(terms.graph, [places[root] for root in roots], guards)
        self.values, self.results = len(outputs), len(roots)
        self._write(shared)

    def _write(self, shared: Collection[str]) -> None:
        steps = self._steps
        self._shared = _made_of(steps, shared)
        # The array that holds each part, and the names of those that are free.
        self._names: dict[Part, str] = {}
        self._free: dict[str, list[str]] = {"r": [], "c": []}
        self._taken = {"r": 0, "c": 0}
        self._result_of: dict[Part, int] = {}
        for place, root in enumerate(steps.roots):
            self._result_of.setdefault(root, place)
        self.once: list[str] = []
        items: list[Part] = []
        for part in sorted(steps.made):
            if part in self._shared:
                self.once.append(self._once(part))
            else:
                items.append(part)
        schedule = _schedule(steps, items)
        self._last = {
            part: moment
            for moment, item in enumerate(_flat(schedule))
            for part in self._operands(item)
        }
        self._moment = 0
        self.lines = list(self._lines(schedule))
        for place, root in enumerate(steps.roots):
            if self._names.get(root) != f"o{place}":
                self.lines.append(f"np.copyto(o{place}, {self._text(root)})")
        self.floats, self.truths = self._taken["r"], self._taken["c"]

    def _operands(self, item: Item) -> Sequence[Part]:
        if isinstance(item, Check):
            return item.operands
        if isinstance(item, Side):
            return (item.condition,)
        return self._steps.made[item].operands

    def _lines(self, items: Sequence[Item]) -> Iterator[str]:
        for item in items:
            if isinstance(item, Side):
                test = "if {}.any():" if item.side == 1 else "if not {}.all():"
                yield test.format(self._text(item.condition))
                self._end(item)
                for line in self._lines(item.items):
                    yield f"    {line}"
            elif isinstance(item, Check):
                yield from self._checked(item)
                self._end(item)
            else:
                yield self._computed(item)

    def _once(self, part: Part) -> str:
        """The statement of a part that is one number for all rows."""
        step = self._steps.made[part]
        texts = [self._text(operand) for operand in step.operands]
        name = self._names[part] = f"s{len(self.once)}"
        kind = "bool" if step.is_truth else "float"
        return step.template.format(*texts, out=f"({name} := np.empty(1, {kind}))")

    def _computed(self, part: Part) -> str:
        step = self._steps.made[part]
        texts = [self._text(operand) for operand in step.operands]
        kind = "c" if step.is_truth else "r"
        if step.over:
            self._end(part)
        if part in self._result_of:
            name = f"o{self._result_of[part]}"
        else:
            name = self._take(kind)
        self._names[part] = name
        if not step.over:
            self._end(part)
        return step.template.format(*texts, out=name)

    def _checked(self, check: Check) -> Iterator[str]:
        gradient = self._text(check.gradient)
        texts = [self._text(operand) for operand in check.operands]
        size = self._take("r")
        yield f"np.absolute({gradient}, out={size})"
        yield f"if not ({size}.min() > {LEAST} and {size}.max() < {LARGEST}):"
        yield f"    doubtful |= ~{check.condition.format(*texts)}"
        self._free["r"].append(size)

    def _end(self, item: Item) -> None:
        """Free the arrays that are needed no more."""
        for part in dict.fromkeys(self._operands(item)):
            if self._last[part] == self._moment:
                name = self._names.get(part, "")
                if name[:1] in self._free:
                    self._free[name[0]].append(name)
        self._moment += 1

    def _take(self, kind: str) -> str:
        if self._free[kind]:
            return self._free[kind].pop()
        self._taken[kind] += 1
        return f"{kind}{self._taken[kind] - 1}"

    def _text(self, part: Part) -> str:
        graph, node = self._graph, part // 2
        if part in self._names:
            return self._names[part]
        if graph.operations[node] is LITERAL:
            return _literal(graph.literals[node])
        assert graph.operations[node] is VARIABLE
        return graph.names[node]


def _literal(value: float) -> str:
    if value != value:
        return "np.nan"
    text = repr(value)
    return text.replace("inf", "np.inf")


def _made_of(steps: Steps, shared: Collection[str]) -> set[Part]:
    """The parts that are made of numbers and shared variables alone."""
    graph = steps.graph
    alike = set()
    for part in sorted(steps.made):
        for operand in steps.made[part].operands:
            if steps.is_leaf(operand):
                name = graph.names.get(operand // 2)
                if name is not None and name not in shared:
                    break
            elif operand not in alike:
                break
        else:
            alike.add(part)
    return alike


def _flat(items: Sequence[Item]) -> Iterator[Item]:
    """The items in the order of their lines."""
    for item in items:
        yield item
        if isinstance(item, Side):
            yield from _flat(item.items)


def _schedule(steps: Steps, parts: Sequence[Part]) -> list[Item]:
    """The parts in order, those of one side of a choice apart."""
    places = innermost_branches(
        [*steps.roots, *steps.checks],
        reversed(parts),
        lambda part: steps.made[part].operands,
        lambda part: steps.made[part].chooses,
        _DEEPEST,
    )
    lists: dict[Branch | None, list[Item]] = {None: []}
    for part in parts:
        step = steps.made[part]
        here = lists.setdefault(places[part], [])
        for side in (1, 2) if step.chooses else ():
            items = lists.pop((part, side), [])
            if _pays(steps, items):
                here.append(Side(step.operands[0], side, items))
            else:
                here += items
        here.append(part)
        if part in steps.checks:
            here.append(steps.checks[part])
    return lists[None]


def _pays(steps: Steps, items: Sequence[Item]) -> bool:
    """Whether the items cost more than to look whether they are needed."""
    if len(items) >= _FEWEST:
        return True
    return any(not isinstance(i, int) or not steps.made[i].is_quick for i in items)
