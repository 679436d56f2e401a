"""The definitions of functions that a formula's text needs, to mean the same again.

A function with a derivative rule of its own is called by its name, so its definition
comes with the text, and those of the functions that it calls. They stand there as they
were typed, but for names: a function has another one where it would hide an operation
that the text calls, and a label where the name stands for something else.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import compress

from gradcalc.errors import Span
from gradcalc.graph import Graph
from gradcalc.language import identifiers
from gradcalc.language.functions import Definitions, Function
from gradcalc.language.library import known_functions
from gradcalc.language.rules import FunctionOperation
from gradcalc.language.syntax import CALL, NAME, Syntax, span_of
from gradcalc.operations import CONSTANTS, VARIABLE, Operation
from gradcalc.shapes import (
    Structure,
    all_leaves,
    arrange,
    element_names,
    flatten,
    shape_of,
)
from gradcalc.writers.infix import InfixWriter
from gradcalc.writers.statements import fresh_names

Roots = Mapping[str | None, Structure]


class NeededDefinitions:
    """The definitions that the text of the roots needs.

    names   what each operation is called whose function has another name there
    labels  the nodes that functions take from where they are defined, by label
    """

    def __init__(self, graph: Graph, roots: Roots, reserved: Collection[str]) -> None:
        self._graph = graph
        self._known: dict[Function, Definitions] = {}
        # The names of operations and library functions that are called.
        self._called: set[str] = set()
        self._captured: dict[str, Structure] = {}
        names = graph.variable_names().values()
        self._variables = {name.partition("[")[0] for name in names}
        # The labels that the text may have.
        self._labels = {*roots, *reserved, *graph.labels.values()}
        ruled = self._collect(roots)
        self._functions = sorted(self._known, key=lambda function: function.order)
        self._new_names = self._renamed_functions() if ruled else {}
        self.names: dict[Operation, str] = {
            operation: self._new_names[operation.function]
            for operation in ruled
            if operation.function in self._new_names
        }
        self._label_of: dict[str, str] = {}
        self.labels: dict[str, Structure] = {}
        if self._captured:
            self._choose_labels(roots, reserved)

    def with_labels(self, roots: Roots) -> dict[str | None, Structure]:
        """The roots with the labels that the definitions need, each before its use."""
        waiting = sorted(self.labels.items(), key=lambda item: max(flatten(item[1])))
        merged: dict[str | None, Structure] = {}
        for label, structure in roots.items():
            last = max(flatten(structure), default=-1)
            while waiting and max(flatten(waiting[0][1])) < last:
                name, captured = waiting.pop(0)
                merged.setdefault(name, captured)
            merged[label] = structure
        return merged

    def above(self, labels: Collection[str | None]) -> Iterator[str]:
        """The definitions not given yet that need no more than these labels."""
        for function in list(self._functions):
            if self._needed(function).issubset(labels):
                self._functions.remove(function)
                yield self._text(function)

    def _collect(self, roots: Roots) -> list[FunctionOperation]:
        """The operations with rules of their own; what they need is noted."""
        graph = self._graph
        needed = graph.ancestors(all_leaves(roots.values()))
        operations = set(compress(graph.operations, needed))
        ruled = [each for each in operations if isinstance(each, FunctionOperation)]
        if not ruled:
            return ruled
        self._called = {
            operation.name
            for operation in operations.difference(ruled)
            if operation.name not in InfixWriter.spellings
        }
        for node, operation in enumerate(graph.operations):
            if needed[node] and isinstance(operation, FunctionOperation):
                leaves = iter(graph.inputs[node][operation.arity :])
                for name, shape in operation.captured.items():
                    self._captured.setdefault(name, arrange(leaves, shape))
        for operation in ruled:
            pending = [operation.function]
            while pending:
                function = pending.pop()
                if function in self._known:
                    continue
                self._known[function] = operation.definitions
                for name in function.called:
                    callee = operation.definitions.find(name, function)
                    if isinstance(callee, Function) and not callee.library:
                        pending.append(callee)
                    else:
                        self._called.add(name)
        return ruled

    def _renamed_functions(self) -> dict[Function, str]:
        """New names for functions that would hide what the text calls."""
        taken = {*known_functions(), *(function.name for function in self._functions)}
        renamed: dict[Function, str] = {}
        seen = set(self._called)
        for function in self._functions:
            if function.name in seen:
                name = function.name
                while name in taken:
                    name += "_"
                taken.add(name)
                renamed[function] = name
            seen.add(function.name)
        return renamed

    def _choose_labels(self, roots: Roots, reserved: Collection[str]) -> None:
        graph = self._graph
        parameters = {name for f in self._functions for name in f.parameters}
        elsewhere = {*self._variables, *reserved}
        fresh = fresh_names({*elsewhere, *parameters, *self._captured, *self._labels})
        for name, structure in self._captured.items():
            leaves = flatten(structure)
            names = element_names(name, shape_of(structure))
            if names == [graph.names.get(node) for node in leaves] and all(
                graph.operations[node] is VARIABLE for node in leaves
            ):
                continue
            taken = name in elsewhere or roots.get(name, structure) != structure
            label = next(fresh) if taken else name
            self._label_of[name] = label
            self.labels[label] = structure

    def _needed(self, function: Function) -> set[str]:
        """The labels that must stand above the function's definition."""
        names = function.needs.names
        return {label for name, label in self._label_of.items() if name in names}

    def _text(self, function: Function) -> str:
        """The definition of the function, with the names of the text."""
        statement, text = function.statement, function.text
        left, parameters = statement.left, set(function.parameters)
        changed: dict[Span, str] = {}
        codes = [(statement.code, parameters)]
        codes += [(code, {*parameters, "out"}) for code in statement.rule]
        name = self._new_names.get(function, function.name)
        if self._has_known_defaults(function):
            codes += [(code, parameters) for code in statement.defaults.values()]
            changed[_typed_name(text, left)] = name
        else:
            changed[span_of(left)] = f"{name}({', '.join(function.parameters)})"
        for code, own in codes:
            for node in code:
                new = self._new_name(node, function, own)
                if new is not None:
                    changed[_typed_name(text, node)] = new
        parts, position = [], statement.start
        for (start, end), new in sorted(changed.items()):
            parts += [text[position:start], new]
            position = end
        return "".join([*parts, text[position : statement.end]])

    def _new_name(
        self, node: Syntax, function: Function, own: Collection[str]
    ) -> str | None:
        """The name in the place of the one in the function's code, if another."""
        kind, name = node[0], node[3]
        if kind == NAME and name not in own:
            return self._label_of.get(name)
        if kind == CALL:
            callee = self._known[function].find(name, function)
            if isinstance(callee, Function):
                return self._new_names.get(callee)
        return None

    def _has_known_defaults(self, function: Function) -> bool:
        """Whether all names in its defaults stand for the same in the text."""
        needs = function.needs
        constants = CONSTANTS.keys() - self._labels
        known = {*self._captured, *self._variables, *constants}
        return known.issuperset(needs.names.keys() - needs.captured.keys())


def _typed_name(text: str, node: Syntax) -> Span:
    """Where the name stands that the node is, or begins with, in its typed form."""
    match = re.compile(identifiers.NAME).match(text, node[1])
    return match.span() if match else span_of(node)
