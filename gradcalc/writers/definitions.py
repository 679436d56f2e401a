"""The definitions of functions that a formula's text needs, to mean the same again.

A function with a derivative rule of its own is called by its name, so its definition
comes with the text, and those of the functions that it calls. They stand there as they
were typed, but for names: a function has another one where it would hide an operation
that the text calls, and so has a label where the name stands for something else. What
is a number in the text is one in the definition, too.
"""

import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gradcalc.errors import Span
from gradcalc.graph import Graph
from gradcalc.language import identifiers
from gradcalc.language.functions import Definitions, Function
from gradcalc.language.library import known_functions
from gradcalc.language.rules import FunctionOperation
from gradcalc.language.syntax import CALLS, NAME, Syntax, differentiated_by, span_of
from gradcalc.operations import CONSTANT_NAMES
from gradcalc.shapes import (
    Structure,
    all_leaves,
    arrange,
    element_names,
    flatten,
    shape_of,
)
from gradcalc.writers.infix import InfixWriter, is_primary
from gradcalc.writers.statements import fresh_names

Roots = Mapping[str | None, Structure]

# What is made of more nodes than these has a label, though it is a number.
_MOST_NODES = 20


@dataclass(eq=False, slots=True)
class _Definition:
    """A function as the text defines it."""

    function: Function
    # Where it finds the functions that it calls.
    known: Definitions
    # What the names stand for that it takes from where it is defined.
    taken: dict[str, Structure]
    # What it is called in the text.
    name: str = ""


@dataclass(eq=False, slots=True)
class _Use:
    """What one or more nodes of the graph use."""

    operation: FunctionOperation
    # The nodes of each name that it captured.
    taken: dict[str, Structure]


class NeededDefinitions:
    """The definitions that the text of the roots needs.

    names   what functions with own rules are called, by node, if not as they were typed
    labels  the nodes that functions take from where they are defined, by label
    """

    def __init__(
        self,
        graph: Graph,
        roots: Roots,
        reserved: Collection[str],
        precision: int | None,
    ) -> None:
        self._graph = graph
        self._precision = precision
        names = graph.variable_names().values()
        self._variables = {name.partition("[")[0] for name in names}
        # The labels that the text may have.
        self._labels = {*roots, *reserved, *graph.labels.values()}
        self._definitions: dict[tuple[Any, ...], _Definition] = {}
        # Of the names that definitions take: what all of them take, if it is the same.
        self._shared: dict[str, Structure] = {}
        self.names: dict[int, str] = {}
        self.labels: dict[str, Structure] = {}
        # By name and nodes: what stands in definitions in the place of the name.
        self._texts: dict[tuple[str, tuple[int, ...]], str] = {}
        # Most graphs have none of these.
        if any(isinstance(each, FunctionOperation) for each in set(graph.operations)):
            needed = graph.ancestors(all_leaves(roots.values()))
            nodes = [node for node, flag in enumerate(needed) if flag]
            ruled = self._ruled(nodes)
            called = {graph.operations[n].name for n in nodes if n not in ruled}
            self._find(ruled.values(), called.difference(InfixWriter.spellings))
            for node, use in ruled.items():
                name = self._definition(use.operation.function, use.taken).name
                if name != use.operation.name:
                    self.names[node] = name
            self._choose_texts(roots, reserved)
        self._waiting = list(self._definitions.values())

    def with_labels(self, roots: Roots) -> dict[str | None, Structure]:
        """The roots and the labels that definitions need, each before its use."""
        waiting = sorted(self.labels.items(), key=lambda item: max(flatten(item[1])))
        merged: dict[str | None, Structure] = {}
        for label, structure in roots.items():
            last = max(flatten(structure), default=-1)
            while waiting and max(flatten(waiting[0][1])) < last:
                name, taken = waiting.pop(0)
                merged.setdefault(name, taken)
            merged[label] = structure
        return merged

    def above(self, labels: Collection[str | None]) -> Iterator[str]:
        """The definitions not given yet for which these labels are enough."""
        for definition in list(self._waiting):
            texts = {
                self._texts.get(_meaning(name, structure))
                for name, structure in definition.taken.items()
            }
            if texts.intersection(self.labels).issubset(labels):
                self._waiting.remove(definition)
                yield self._text(definition)

    # --- what is needed

    def _ruled(self, nodes: Iterable[int]) -> dict[int, _Use]:
        """The nodes of functions with own rules, and what is used there."""
        graph = self._graph
        uses: dict[tuple[Any, ...], _Use] = {}
        found = {}
        for node in nodes:
            operation = graph.operations[node]
            if isinstance(operation, FunctionOperation):
                operands = graph.inputs[node][operation.arity :]
                use = uses.get((operation, operands))
                if use is None:
                    leaves = iter(operands)
                    shapes = operation.captured.items()
                    taken = {name: arrange(leaves, shape) for name, shape in shapes}
                    use = uses[operation, operands] = _Use(operation, taken)
                found[node] = use
        meanings: dict[str, list[Structure]] = {}
        for use in uses.values():
            for name, structure in use.taken.items():
                if structure not in meanings.setdefault(name, []):
                    meanings[name].append(structure)
        self._shared = {
            name: structures[0]
            for name, structures in meanings.items()
            if len(structures) == 1
        }
        return found

    def _key(
        self, function: Function, taken: Mapping[str, Structure]
    ) -> tuple[Any, ...]:
        """What tells a definition from another: the function, and what it takes."""
        different = function.names.keys() & taken.keys() - self._shared.keys()
        return function, *(_meaning(name, taken[name]) for name in sorted(different))

    def _definition(
        self, function: Function, taken: Mapping[str, Structure]
    ) -> _Definition:
        return self._definitions[self._key(function, taken)]

    def _find(self, uses: Iterable[_Use], called: set[str]) -> None:
        """Find the definitions, and names for them.

        `called` has the names of the operations that the text calls; those that the
        definitions call are added.
        """
        found: dict[tuple[Any, ...], _Definition] = {}
        for use in dict.fromkeys(uses):
            known = use.operation.definitions
            taken = {**self._shared, **use.taken}
            pending = [use.operation.function]
            while pending:
                function = pending.pop()
                key = self._key(function, taken)
                if key in found:
                    continue
                names = [name for name in function.names if name in taken]
                own = {name: taken[name] for name in names}
                found[key] = _Definition(function, known, own)
                for name in function.called:
                    callee = known.find(name, function)
                    if isinstance(callee, Function) and not callee.library:
                        pending.append(callee)
                    else:
                        called.add(name)
        ordered = sorted(found.items(), key=lambda item: item[1].function.order)
        self._definitions = dict(ordered)
        taken_names = {*known_functions(), *(key[0].name for key in found)}
        for definition in self._definitions.values():
            name = definition.function.name
            if name in called:
                while name in taken_names:
                    name += "_"
                taken_names.add(name)
            called.add(name)
            definition.name = name

    # --- what names stand for

    def _choose_texts(self, roots: Roots, reserved: Collection[str]) -> None:
        """Choose what stands for the names that the definitions take."""
        graph = self._graph
        depends = graph.dependents(list(graph.variable_names()))
        used = self._used_outside_rules(roots)
        parameters = {
            name
            for definition in self._definitions.values()
            for name in definition.function.parameters
        }
        taken = {*self._variables, *reserved}
        fresh = fresh_names({*taken, *parameters, *self._shared, *self._labels})
        for definition in self._definitions.values():
            statement = definition.function.statement
            calls = [*statement.calls, *statement.rule_calls]
            # Nothing is differentiated by a number.
            named = {leaf[3] for leaf in differentiated_by(calls)}
            for name, structure in definition.taken.items():
                meaning = _meaning(name, structure)
                leaves = flatten(structure)
                names = element_names(name, shape_of(structure))
                own = [graph.names.get(n) if depends[n] else None for n in leaves]
                if meaning in self._texts or (names == own and name in used):
                    continue
                number = None
                labelled = roots.get(name) == structure
                constant = not any(depends[node] for node in leaves)
                if constant and not labelled and name not in named:
                    number = self._number(structure)
                if number is not None:
                    self._texts[meaning] = number
                    continue
                label = name
                if name in taken or roots.get(name, structure) != structure:
                    label = next(fresh)
                taken.add(label)
                self._texts[meaning] = label
                self.labels[label] = structure

    def _used_outside_rules(self, roots: Roots) -> set[str]:
        """The names of variables in the text but for derivative rules.

        A rule may use these alone: a name that stands nowhere else is no variable.
        """
        graph = self._graph
        pending = list(all_leaves(roots.values()))
        found = set(pending)
        while pending:
            node = pending.pop()
            operation, operands = graph.operations[node], graph.inputs[node]
            if isinstance(operation, FunctionOperation):
                operands = operands[: operation.arity]
            pending += set(operands) - found
            found.update(operands)
        names = graph.variable_names()
        used = {names[node].partition("[")[0] for node in found if node in names}
        for definition in self._definitions.values():
            function = definition.function
            parts = [function.statement.code]
            if self._has_known_defaults(definition):
                parts += function.statement.defaults.values()
            used.update(node[3] for part in parts for node in part if node[0] == NAME)
        return used

    def _number(self, structure: Structure) -> str | None:
        """The text of numbers that need no label; None if it would be long."""
        graph = self._graph
        needed = graph.ancestors(flatten(structure))
        nodes = [node for node, flag in enumerate(needed) if flag]
        numbers = {n: graph.literals[n] for n in nodes if n in graph.literals}
        if len(nodes) > _MOST_NODES or not all(map(math.isfinite, numbers.values())):
            return None
        writer = InfixWriter(graph, precision=self._precision, functions=self.names)
        # Not by the names of constants, which parameters may have.
        writer.names = {
            node: writer.number(value, self._precision)[0]
            for node, value in numbers.items()
            if node in graph.names
        }
        text = writer.structure(structure)
        return text if is_primary(text) else f"({text})"

    def _text(self, definition: _Definition) -> str:
        """The definition with the names of the text."""
        function = definition.function
        statement, text = function.statement, function.text
        parameters = set(function.parameters)
        codes = [(statement.code, parameters)]
        codes += [(code, {*parameters, "out"}) for code in statement.rule]
        left = statement.left
        changed: dict[Span, str] = {}
        if self._has_known_defaults(definition):
            codes += [(code, parameters) for code in statement.defaults.values()]
            changed[_typed_name(text, left)] = definition.name
        else:
            called = f"{definition.name}({', '.join(function.parameters)})"
            changed[span_of(left)] = called
        for code, own in codes:
            for node in code:
                new = self._new_name(node, definition, own)
                if new is not None:
                    changed[_typed_name(text, node)] = new
        parts, position = [], statement.start
        for (start, end), new in sorted(changed.items()):
            parts += [text[position:start], new]
            position = end
        return "".join([*parts, text[position : statement.end]])

    def _new_name(
        self, node: Syntax, definition: _Definition, own: Collection[str]
    ) -> str | None:
        """What stands for a name in the function's code, if another."""
        kind, name = node[0], node[3]
        if kind == NAME and name in definition.taken and name not in own:
            return self._texts.get(_meaning(name, definition.taken[name]))
        if kind in CALLS:
            callee = definition.known.find(name, definition.function)
            if isinstance(callee, Function) and not callee.library:
                return self._definition(callee, definition.taken).name
        return None

    def _has_known_defaults(self, definition: _Definition) -> bool:
        """Whether all names in its defaults stand for the same in the text."""
        function = definition.function
        constants = CONSTANT_NAMES.keys() - self._labels
        known = {*definition.taken, *self._variables, *constants}
        return known.issuperset(function.names.keys() - function.captured.keys())


def _meaning(name: str, structure: Structure) -> tuple[str, tuple[int, ...]]:
    """The name together with the nodes that it stands for."""
    return name, tuple(flatten(structure))


def _typed_name(text: str, node: Syntax) -> Span:
    """Where the name stands that the node is, or begins with, in its typed form."""
    match = re.compile(identifiers.NAME).match(text, node[1])
    return match.span() if match else span_of(node)
