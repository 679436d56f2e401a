"""An explanation in words and formulas, as blocks that every format lays out.

The sentences stand here once; how mathematics is written in them is the notation's.
"""

from collections.abc import Iterator, Sequence

from gradcalc.analysis.explanation import (
    Contribution,
    Explanation,
    Meaning,
    Reason,
    Step,
)
from gradcalc.analysis.local_formulas import Formula
from gradcalc.analysis.naming import call_text
from gradcalc.operations import VARIABLE, Operation
from gradcalc.reports.notation import Notation
from gradcalc.wording import listing

# Longer sums are shown as their result alone.
_MOST_TERMS = 12
_LONGEST_FORMULA = 120


class Block:
    """A piece of the page.

    kind    "section", "node" (a heading that is an equation), "equation" or
            "sentence"
    sides   the sides of the equation, or the one text
    result  for an equation: what follows from it, as (words, sides), or None
    """

    __slots__ = ("kind", "result", "sides")

    def __init__(
        self,
        kind: str,
        sides: Sequence[str],
        result: tuple[str, Sequence[str]] | None = None,
    ) -> None:
        self.kind = kind
        self.sides = list(dict.fromkeys(sides))
        self.result = result


class Writer:
    """Writes the blocks of an explanation in a notation."""

    def __init__(self, explanation: Explanation, notation: Notation) -> None:
        self.explanation = explanation
        self.notation = notation
        self.output = notation.name(explanation.output)

    def blocks(self) -> Iterator[Block]:
        """The whole page."""
        yield from self._opening()
        yield Block("section", ["Forward: the value of every node"])
        for node in self.explanation.forward:
            sides = list(dict.fromkeys(self.value_sides(node)))
            # A constant such as -1 is its own name.
            if len(sides) > 1:
                yield Block("equation", sides)
        yield from self._made_up_names()
        yield Block("section", ["Backward: the gradient of every node"])
        if not self.explanation.steps:
            yield Block("sentence", [f"{self._no_steps()}."])
        for step in self.explanation.steps:
            yield from self._step(step)
        yield Block("section", ["What it means"])
        for meaning in self.explanation.meanings:
            sides = self.gradient_sides(meaning.node)
            yield Block("equation", sides, (self.meaning(meaning), []))
        if not self.explanation.meanings:
            yield Block("sentence", ["There is no variable."])
        for note in self.explanation.other_notes():
            yield Block("sentence", [f"Note: {self.notation.plain(note.message)}."])

    def _no_steps(self) -> str:
        output = self.notation.math(self.output)
        if self.explanation.graph.operations[self.explanation.output] is VARIABLE:
            return f"{output} is a variable, which passes nothing on"
        if self.explanation.meanings:
            return f"{output} depends on no variable that is asked for"
        return f"{output} depends on no variable"

    def _opening(self) -> Iterator[Block]:
        digits = self.notation.precision
        if digits is not None:
            noun = "digit" if digits == 1 else "digits"
            more = self.notation.plain("--precision 17 shows all of them.")
            yield Block(
                "sentence", [f"Numbers have {digits} significant {noun} here; {more}"]
            )
        if self.explanation.element:
            yield Block(
                "sentence",
                [
                    "The result is a list; its element"
                    f" {self.notation.plain(self.explanation.element)} is explained."
                    f" {self.notation.plain('--output [1]')} explains another."
                ],
            )

    def _made_up_names(self) -> Iterator[Block]:
        naming, math = self.explanation.naming, self.notation.math
        shown = set(self.explanation.forward)
        parts = [node for node in naming.parts if node in shown]
        names = [math(self.notation.name(node)) for node in parts]
        if len(names) > 1:
            between = "and" if len(names) == 2 else "to"
            text = f"{names[0]} {between} {names[-1]} name parts without a label."
            yield Block("sentence", [text])
        elif names:
            yield Block("sentence", [f"{names[0]} names a part without a label."])
        if naming.result is not None:
            call = call_text(self.explanation.graph, self.explanation.output)
            what = f", {self.notation.plain(call)}" if call else ""
            yield Block("sentence", [f"{math(self.output)} names the result{what}."])

    # --- forward

    def value_sides(self, node: int) -> list[str]:
        """`n = x*w + b = -6 + 6.881 = 0.8814`"""
        notation = self.notation
        sides = [notation.name(node)]
        if self.explanation.graph.inputs[node]:
            sides += self._short(
                notation.operation(node), notation.operation(node, numbers=True)
            )
        return [*sides, notation.number(self.explanation.values[node])]

    def _short(self, *formulas: str) -> list[str]:
        return [text for text in formulas if len(text) <= _LONGEST_FORMULA]

    # --- backward

    def _step(self, step: Step) -> Iterator[Block]:
        notation, graph = self.notation, self.explanation.graph
        heading = [notation.name(step.node), notation.operation(step.node)]
        yield Block("node", self._short(*heading))
        yield Block("equation", self.gradient_sides(step.node), self._sources(step))
        yield Block("sentence", [self.phrase(graph.operations[step.node]) + "."])
        for contribution in step.contributions:
            if contribution.product is None:
                yield Block("sentence", [self.nothing(contribution) + "."])
            else:
                yield Block(
                    "equation",
                    self.local_sides(contribution),
                    self._received(step, contribution),
                )
        for note in step.notes:
            yield Block("sentence", [f"Note: {notation.plain(note.message)}."])

    def gradient_sides(self, node: int) -> list[str]:
        """`∂o/∂x = 3 + 3 = 6`, the terms being what arrived"""
        notation = self.notation
        sides = [notation.partial(self.explanation.output, node)]
        terms = [
            contribution.product
            for contribution in self.explanation.arrived.get(node, ())
            if contribution.product is not None
        ]
        if 1 < len(terms) <= _MOST_TERMS:
            sides.append(notation.sum(terms))
        return [*sides, notation.number(self.explanation.gradient(node))]

    def _sources(self, step: Step) -> tuple[str, Sequence[str]] | None:
        """Where the terms of a sum come from."""
        arrived = self.explanation.arrived.get(step.node, ())
        if not 1 < len(arrived) <= _MOST_TERMS:
            return None
        names = dict.fromkeys(
            self.notation.name(contribution.node) for contribution in arrived
        )
        math = self.notation.math
        return f"from {listing([math(name) for name in names])}", []

    def phrase(self, operation: Operation) -> str:
        """What the operation does to a gradient."""
        is_word = operation.meaning.isalpha() and operation.written != "call"
        subject = f"The {operation.meaning}" if is_word else operation.name
        passes = operation.passes or "has a derivative rule of its own"
        return self.notation.plain(f"{subject} {passes}")

    def local_sides(self, contribution: Contribution) -> list[str]:
        """`∂o/∂n = 1 - o^2 = 1 - 0.7071^2 = 0.5`"""
        notation = self.notation
        assert contribution.local is not None
        sides = [notation.partial(contribution.node, contribution.operand)]
        if contribution.formula is not None:
            sides += self.formula_sides(contribution.formula)
            if contribution.formula.is_number():
                return sides
        return [*sides, notation.number(contribution.local)]

    def formula_sides(self, formula: Formula) -> list[str]:
        """The local derivative with names and with numbers."""
        notation = self.notation
        return self._short(
            notation.formula(formula), notation.formula(formula, numbers=True)
        )

    def _received(
        self, step: Step, contribution: Contribution
    ) -> tuple[str, Sequence[str]]:
        """`so n receives 1*0.5 = 0.5`"""
        notation = self.notation
        assert contribution.local is not None
        assert contribution.product is not None
        twice = (
            sum(other.operand == contribution.operand for other in step.contributions)
            > 1
        )
        place = f", as operand {contribution.position + 1}," if twice else ""
        words = f"{notation.math(notation.name(contribution.operand))} receives{place}"
        return words, [
            notation.product(step.gradient, contribution.local),
            notation.number(contribution.product),
        ]

    def nothing(self, contribution: Contribution) -> str:
        """Why an operand receives nothing at all."""
        notation = self.notation
        name = notation.math(notation.name(contribution.operand))
        if contribution.selects and self._is_alone(contribution):
            value = notation.number(self.explanation.values[contribution.operand])
            return f"{name} receives nothing, because it is {notation.math(value)}"
        if contribution.selects:
            return f"{name} receives nothing: it was not selected"
        return f"{name} receives nothing: no gradient passes to it"

    def _is_alone(self, contribution: Contribution) -> bool:
        return len(self.explanation.graph.inputs[contribution.node]) == 1

    # --- what it means

    def meaning(self, meaning: Meaning) -> str:
        """What the gradient says of the variable."""
        math = self.notation.math
        name = math(self.notation.name(meaning.node))
        output = math(self.output)
        slope = meaning.gradient
        if slope != slope:
            return f"there is no answer for {name}: its gradient is NaN"
        if slope == 0:
            reasons = [self.reason(reason, meaning) for reason in meaning.reasons]
            because = listing(list(dict.fromkeys(reasons)))
            return f"{name} does not matter here: {because}"
        if meaning.node == self.explanation.output:
            return f"{output} is {name} itself"
        verb = "rises" if slope > 0 else "falls"
        number = self.notation.number(abs(slope))
        times = "just" if number == "1" else f"{math(number)} times"
        if abs(slope) == float("inf"):
            times = "infinitely"
        return f"raise {name} by a little and {output} {verb} {times} as much"

    def reason(self, reason: Reason, meaning: Meaning) -> str:
        """Why nothing arrives at the variable."""
        notation, math = self.notation, self.notation.math
        contribution = reason.contribution
        if reason.kind == "cancel":
            sides = self.gradient_sides(meaning.node)[1:]
            return f"what arrives cancels, {math(' = '.join(sides))}"
        if contribution is None:
            return f"{math(self.output)} does not depend on it"
        consumer = math(notation.name(contribution.node))
        operand = math(notation.name(contribution.operand))
        if reason.kind == "unselected" and self._is_alone(contribution):
            value = math(notation.number(self.explanation.values[contribution.operand]))
            return f"{consumer} passes nothing on where {operand} is {value}"
        if reason.kind == "unselected":
            return f"{consumer} does not select {operand}"
        if reason.kind == "flat":
            return f"{consumer} passes no gradient to {operand}"
        if reason.kind == "small":
            return f"what {consumer} passes to {operand} is below the smallest double"
        partial = notation.partial(contribution.node, contribution.operand)
        if (
            contribution.formula is None
            or notation.formula(contribution.formula) == "0"
        ):
            return f"{math(partial)} is 0"
        factor = contribution.formula.leaf(contribution.formula.root)
        if factor is not None:
            return f"{math(notation.name(factor))} is 0"
        return f"{math(f'{partial} = {notation.formula(contribution.formula)}')} is 0"
