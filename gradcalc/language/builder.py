"""Syntax to graph: labels, functions and lists unrolled into scalar nodes.

A statement is a list of syntax nodes in the order of evaluation, run on a stack of
structures (a node's number, or a list of them). A call of a function written in the
language runs its body the same way, in a frame of its own, with its parameters bound
to the arguments' nodes. Nothing here recurses, whatever the depth of the formula.
"""

from gradcalc.graph import Graph
from gradcalc.language import lists
from gradcalc.language.calls import Calls
from gradcalc.language.functions import Function
from gradcalc.language.scope import Frame
from gradcalc.language.syntax import (
    APPLY,
    BIND,
    CALL,
    DERIVE,
    DIFF,
    INDEX,
    LIST,
    MARK,
    NAME,
    NUMBER,
    OPEN,
    OPERATION,
    PRIMED,
    Statement,
    Syntax,
    span_of,
)
from gradcalc.operations import OPERATIONS, VARIABLE
from gradcalc.shapes import Structure, flatten, index_of, shape_of


class Builder(Calls):
    """Builds a graph, formula by formula."""

    # --- statements

    def statement(self, statement: Statement) -> Structure | None:
        """The structure that the statement evaluates to; None for a definition."""
        if statement.is_definition:
            self.definitions.define(statement)
            return None
        structure = self.run(statement.code)
        label = statement.label
        if label:
            self.scope[label] = structure
            self.refer([structure], span_of(statement.left))
            graph, shape = self.graph, shape_of(structure)
            for position, node in enumerate(flatten(structure)):
                if node not in graph.labels and graph.operations[node] is not VARIABLE:
                    graph.labels[node] = label + index_of(position, shape)
        return structure

    def carry(self, statement: Statement, value: Structure | None) -> Structure:
        """The variable, in its shape, that a label with a constant formula is.

        With its value it may be an index.
        """
        name = statement.left[3]
        structure = self.add_variable(name, self.shapes[name], *span_of(statement.left))
        self.scope[name] = structure
        if value is not None:
            self.known.update(zip(flatten(structure), flatten(value), strict=True))
        return structure

    # --- formulas

    def run(
        self,
        code: list[Syntax],
        local: dict[str, Structure] | None = None,
        function: Function | None = None,
    ) -> Structure:
        """The structure that the code evaluates to.

        Code that belongs to a function knows its `local` names and what is defined
        above the function.
        """
        stack: list[Structure] = []
        own = self.scope if local is None else local
        frames = [Frame(iter(code), own, function)]
        while True:
            frame = frames[-1]
            called = self._advance(frame, stack)
            if called is not None:
                frames.append(called)
                continue
            frames.pop()
            if not frames:
                return stack.pop()
            self.leave(frame, frames[-1], stack[-1])

    def _advance(self, frame: Frame, stack: list[Structure]) -> Frame | None:
        """Run the frame's code to its end, or to the call of a function.

        The result is the frame of that function, which is to be run first.
        """
        graph, local = self.graph, frame.local
        add = graph.add
        push, pop = stack.append, stack.pop
        called = None
        first = len(graph)
        for node in frame.code:
            kind, start, end, detail = node[:4]
            if kind == OPERATION:
                if len(node) == 5:
                    operand = pop()
                    if operand.__class__ is int:
                        push(add(OPERATIONS[detail], (operand,), start, end))
                    else:
                        push(self._unrolled(frame, node, operand))
                else:
                    right, left = pop(), pop()
                    if left.__class__ is right.__class__ is int and detail != "@":
                        push(add(OPERATIONS[detail], (left, right), start, end))
                    else:
                        push(self._unrolled(frame, node, left, right))
            elif kind == NAME:
                structure = local.get(detail)
                push(self.name(frame, node) if structure is None else structure)
            elif kind == NUMBER:
                push(graph.add_literal(float(detail), start, end))
            elif kind in (CALL, LIST):
                base = len(stack) - (len(node) - 4)
                items = stack[base:]
                del stack[base:]
                if kind == LIST:
                    push(self.listed(frame, node, lists.make_list, items))
                    continue
                if detail == DIFF:
                    _mark_body(graph, frame, first)
                result = self.call(frame, node, items)
                if result.__class__ is Frame:
                    called = result
                    break
                push(result)
                first = min(first, len(graph))
            elif kind == MARK:
                push(len(graph))
            elif kind == INDEX:
                index, mark, base = pop(), pop(), pop()
                push(self._element(frame, node, base, mark, index))
                first = min(first, len(graph))
            elif kind == BIND:
                local[detail] = pop()
            elif kind == APPLY:
                push(self.apply_function(frame, node, detail, local))
            elif kind == OPEN:
                self.open(frame, detail)
            elif kind == PRIMED:
                count = len(node) - 5
                items = stack[-count:] if count else []
                del stack[len(stack) - count :]
                result = self.open_call(frame, node, items)
                if result.__class__ is Frame:
                    called = result
                    break
                push(result)
            elif kind == DERIVE:
                _mark_body(graph, frame, first)
                push(self.close_call(frame, detail, pop()))
                first = len(graph)
        _mark_body(graph, frame, first)
        return called

    def _unrolled(self, frame: Frame, node: Syntax, *operands: Structure) -> Structure:
        """The operation on operands with a list among them."""
        if node[3] == "@":
            return self.listed(frame, node, lists.matrix_product, *operands)
        operation = OPERATIONS[node[3]]
        return self.listed(frame, node, lists.elementwise, operation, list(operands))

    def _element(
        self, frame: Frame, node: Syntax, base: Structure, mark: int, index: Structure
    ) -> Structure:
        """The element of the list; `mark` is the first node of the index's formula."""
        position = self.whole_number(frame, node[5], index, mark, "an index")
        base = self.listed(frame, node, lists.indexable, base)
        return self.listed(frame, node[5], lists.element, base, position)


def _mark_body(graph: Graph, frame: Frame, first: int) -> None:
    """Say of the nodes from `first` on that they are inside the frame's function."""
    if frame.function is not None:
        body = frame.function.body
        for number in range(first, len(graph)):
            if graph.operations[number] is not VARIABLE:
                graph.bodies[number] = body
