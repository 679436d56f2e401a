"""An explanation in words and formulas, as blocks that every format lays out.

The sentences are the same in all formats; `Mathematics` writes the formulas in them.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gradcalc.analysis.explanation import (
    Contribution,
    Explanation,
    Meaning,
    Reason,
    Step,
)
from gradcalc.analysis.naming import call_text
from gradcalc.engine.notes import Note
from gradcalc.operations import VARIABLE
from gradcalc.reports.explanation_mathematics import Mathematics
from gradcalc.reports.pages import one_line
from gradcalc.wording import counted, listing, plural
from gradcalc.writers.infix import is_primary

# Longer sums are shown as their result alone.
MOST_TERMS = 12
LONGEST_FORMULA = 120
# Of more names the first are listed.
_MOST_NAMES = 8

# What is said of numbers, which also a page says whose variables can be moved.
SENTENCES = {
    # Of a sum, where its terms come from.
    "from": "from {sources}",
    # What an operand receives; "once more" if the node takes it twice.
    "receives": "{operand} receives",
    "once more": "{operand} receives, as operand {position},",
    # Why it receives nothing.
    "not selected": "{operand} receives nothing: it was not selected",
    "never": "{operand} receives nothing: no gradient passes to it",
    "where it is": "{operand} receives nothing, because it is {value}",
    "note": "Note: {note}",
    # What the gradient of a variable means.
    "no variable": "There is no variable.",
    "NaN": "there is no answer for {name}: its gradient is NaN",
    "zero": "{name} does not matter here: {reasons}",
    "itself": "{output} is {name} itself",
    "slope": "raise {name} by a little and {output} {verb} {times} as much",
    "rises": "rises",
    "falls": "falls",
    "just": "just",
    "times": "{number} times",
    "infinitely": "infinitely",
    # Why it is 0, by the kind of reason.
    "cancel": "what arrives cancels, {sum}",
    "unused": "{output} does not depend on it",
    "alone": "{consumer} passes nothing on where {operand} is {value}",
    "unselected": "{consumer} does not select {operand}",
    "flat": "{consumer} passes no gradient to {operand}",
    "small": "what {consumer} passes to {operand} is below the smallest double",
    "factor": "{factor} is 0",
    "derivative": "{derivative} is 0",
}

_ORDINALS = {1: "", 2: "second ", 3: "third "}


@dataclass(frozen=True)
class Block:
    """A piece of the page."""

    # "section", "node" (a heading that is an equation), "equation" or "sentence".
    kind: str
    # The sides of the equation, or the one text.
    sides: Sequence[str]
    # What follows from an equation: words, and another equation.
    words: str = ""
    result: str = ""


def _sentence(text: str) -> Block:
    return Block("sentence", [text])


def _equation(sides: Iterable[str], words: str = "", result: str = "") -> Block:
    return Block("equation", list(dict.fromkeys(sides)), words, result)


class Writer:
    """Writes the blocks of an explanation in a notation."""

    def __init__(self, explanation: Explanation, notation: Mathematics) -> None:
        self.explanation = explanation
        self.notation = notation
        self.output = self._name(explanation.output)

    def _name(self, node: int) -> str:
        """What the node is called in a sentence."""
        return self.notation.math(self.notation.name(node))

    def blocks(self) -> Iterator[Block]:
        """The whole page."""
        explanation = self.explanation
        yield from self._opening()
        yield Block("section", ["Forward: the value of every node"])
        for node in explanation.forward:
            equation = _equation(self._value_sides(node))
            # A constant such as -1 is its own name.
            if len(equation.sides) > 1:
                yield equation
        yield from self.legend()
        yield Block("section", ["Backward: the gradient of every node"])
        if not explanation.steps:
            yield self.no_steps()
        yield from self._left_out(
            explanation.passed_by,
            "Left out: what {} {receives}, for {no_path} to {wanted}.",
        )
        for step in explanation.steps:
            yield from self._step(step)
        yield Block("section", ["What it means"])
        for meaning in explanation.meanings:
            sides = self._gradient_sides(meaning.node)
            yield _equation(sides, self.meaning(meaning))
        if not explanation.meanings:
            yield _sentence(SENTENCES["no variable"])
        for note in explanation.other_notes():
            yield self._note(note)

    def legend(self) -> Iterator[Block]:
        """What the names on the page stand for, and what it leaves out."""
        yield from self._left_out(
            self.explanation.left_out,
            "Left out: {}, which {verb} not depend on {wanted}.",
        )
        yield from self._made_up_names()
        yield from self._derivatives()

    def no_steps(self) -> Block:
        """Why no node passes a gradient on."""
        if self.explanation.graph.operations[self.explanation.output] is VARIABLE:
            return _sentence(f"{self.output} is a variable, which passes nothing on.")
        asked = " that is asked for" if self.explanation.variables else ""
        return _sentence(f"{self.output} depends on no variable{asked}.")

    def _opening(self) -> Iterator[Block]:
        digits, plain = self.notation.precision, self.notation.plain
        if digits is not None:
            noun = plural(digits, "digit", "digits")
            more = plain("--precision 17 shows all of them.")
            yield _sentence(f"Numbers have {digits} significant {noun} here; {more}")
        if self.explanation.element:
            yield _sentence(
                f"The result is a list; its element {plain(self.explanation.element)}"
                f" is explained. {plain('--output [1]')} explains another."
            )

    def _left_out(self, nodes: Sequence[int], sentence: str) -> Iterator[Block]:
        """The sentence about nodes that the explanation does not show, if any."""
        if not nodes:
            return
        # A made-up name that is not defined here would say nothing.
        made_up = self.explanation.naming.parts.keys() - set(self.explanation.forward)
        names = [self._name(node) for node in nodes if node not in made_up]
        names = names[:_MOST_NAMES]
        if more := len(nodes) - len(names):
            names.append(f"{more} more" if names else counted(more, "step"))
        wanted = map(
            self.notation.math, map(self.notation.plain, self.explanation.wanted)
        )
        yield _sentence(
            sentence.format(
                listing(names),
                verb=plural(nodes, "does", "do"),
                receives=plural(nodes, "receives", "receive"),
                no_path=plural(nodes, "it is on no path", "they are on no path"),
                wanted=listing(wanted, "or"),
            )
        )

    def _made_up_names(self) -> Iterator[Block]:
        explanation, naming = self.explanation, self.explanation.naming
        shown = set(explanation.forward)
        names = [self._name(node) for node in naming.parts if node in shown]
        if len(names) == 1:
            yield _sentence(f"{names[0]} names a part without a label.")
        elif names:
            all_ = f" {'and' if len(names) == 2 else 'to'} ".join([names[0], names[-1]])
            yield _sentence(f"{all_} name parts without a label.")
        if naming.result is not None:
            call = call_text(explanation.graph, explanation.output)
            what = f", {self.notation.plain(call)}" if call else ""
            yield _sentence(f"{self.output} names the result{what}.")

    def _derivatives(self) -> Iterator[Block]:
        """What the calls of derivatives among the nodes stand for."""
        for node in self.explanation.forward:
            found = self.explanation.naming.derivative(node)
            if found is not None:
                which = _ORDINALS.get(found.order, f"{found.order}th ")
                of = self.notation.math(self.notation.typed(found.of))
                what = f"the {which}derivative of {of}"
                if found.by:
                    what += f" by {self.notation.math(self.notation.typed(found.by))}"
                if found.element:
                    what = f"element {self.notation.plain(found.element)} of {what}"
                yield _sentence(f"{self._name(node)} is {what}.")

    # --- forward

    def _value_sides(self, node: int) -> list[str]:
        """`n = x*w + b = -6 + 6.881 = 0.8814`"""
        notation = self.notation
        sides = [notation.name(node)]
        if self.explanation.graph.inputs[node] and node not in self.explanation.given:
            sides += _short(notation.operation(node, numbers=n) for n in (False, True))
        return [*sides, notation.number(self.explanation.values[node])]

    # --- backward

    def _step(self, step: Step) -> Iterator[Block]:
        notation = self.notation
        heading = [notation.name(step.node), notation.operation(step.node)]
        yield Block("node", list(dict.fromkeys(_short(heading))))
        yield _equation(self._gradient_sides(step.node), self._sources(step.node))
        yield _sentence(self.phrase(step.node) + ".")
        for contribution in step.contributions:
            if contribution.product is None:
                yield _sentence(self._nothing(contribution) + ".")
            else:
                yield self._received(step, contribution)
        for note in step.notes:
            yield self._note(note)

    def _note(self, note: Note) -> Block:
        text = self.notation.plain(one_line(note.sentence))
        return _sentence(_say("note", note=text) + ".")

    def _gradient_sides(self, node: int) -> list[str]:
        """`∂o/∂x = 3 + 3 = 6`, the terms being what arrived"""
        notation = self.notation
        sides = [notation.partial(self.explanation.output, node)]
        terms = [
            contribution.product
            for contribution in self.explanation.arrived.get(node, ())
            if contribution.product is not None
        ]
        if 1 < len(terms) <= MOST_TERMS:
            sides.append(notation.sum(terms))
        return [*sides, notation.number(self.explanation.gradient(node))]

    def _sources(self, node: int) -> str:
        """Where the terms of a sum come from; "" where there is no sum."""
        arrived = self.explanation.arrived.get(node, ())
        if not 1 < len(arrived) <= MOST_TERMS:
            return ""
        names = dict.fromkeys(self._name(contribution.node) for contribution in arrived)
        return _say("from", sources=listing(names))

    def phrase(self, node: int) -> str:
        """What the operation does to a gradient."""
        name, passes = self.explanation.operation(node)
        operation = self.explanation.graph.operations[node]
        is_word = operation.meaning.isalpha() and operation.written != "call"
        subject = name
        if is_word and operation.name == name:
            subject = f"The {operation.meaning}"
        passes = passes or "has a derivative rule of its own"
        # A rule calls its operation's value so.
        text = self.explanation.naming.text(node)
        out = text if is_primary(text) else f"({text})"
        passes = re.sub(r"\bout\b", lambda _: out, passes)
        return self.notation.plain(f"{subject} {passes}")

    def _received(self, step: Step, contribution: Contribution) -> Block:
        """`∂o/∂n = 1 - o^2 = 1 - 0.7071^2 = 0.5`, `so n receives 1*0.5 = 0.5`"""
        notation = self.notation
        formula, local = contribution.formula, contribution.local
        product, operand = contribution.product, contribution.operand
        assert local is not None
        assert product is not None
        sides = [notation.partial(contribution.node, operand)]
        if formula is not None:
            sides += _short(notation.formula(formula, numbers=n) for n in (False, True))
        if formula is None or not formula.is_number():
            sides.append(notation.number(local))
        twice = sum(other.operand == operand for other in step.contributions) > 1
        result = [notation.product(step.gradient, local), notation.number(product)]
        position = contribution.position + 1
        kind = "once more" if twice else "receives"
        words = _say(kind, operand=self._name(operand), position=position)
        return _equation(sides, words, " = ".join(result))

    def _nothing(self, contribution: Contribution) -> str:
        """Why an operand receives nothing at all."""
        kind = self.kind_of_nothing(contribution.node, contribution.position)
        operand, value = self._name(contribution.operand), self._value(contribution)
        return _say(kind, operand=operand, value=value)

    def kind_of_nothing(self, node: int, position: int) -> str:
        """The sentence about an operand that receives nothing from the node."""
        if not self.explanation.can_pass(node, position):
            return "never"
        is_alone = len(self.explanation.operands(node)) == 1
        return "where it is" if is_alone else "not selected"

    def _value(self, contribution: Contribution) -> str:
        """The operand's value in a sentence."""
        value = self.explanation.values[contribution.operand]
        return self.notation.math(self.notation.number(value))

    # --- what it means

    def meaning(self, meaning: Meaning) -> str:
        """What the gradient says of the variable."""
        name, slope = self._name(meaning.node), meaning.gradient
        if slope != slope:
            return _say("NaN", name=name)
        if slope == 0:
            reasons = [self.reason(reason, meaning) for reason in meaning.reasons]
            return _say("zero", name=name, reasons=listing(dict.fromkeys(reasons)))
        if meaning.node == self.explanation.output:
            return _say("itself", output=self.output, name=name)
        number = self.notation.number(abs(slope))
        times = _say("times", number=self.notation.math(number))
        if abs(slope) == float("inf"):
            times = _say("infinitely")
        elif number == "1":
            times = _say("just")
        verb = _say("rises" if slope > 0 else "falls")
        return _say("slope", name=name, output=self.output, verb=verb, times=times)

    def reason(self, reason: Reason, meaning: Meaning) -> str:
        """Why nothing arrives at the variable."""
        math, contribution = self.notation.math, reason.contribution
        if reason.kind == "cancel":
            sides = self._gradient_sides(meaning.node)[1:]
            return _say("cancel", sum=math(" = ".join(sides)))
        if contribution is None:
            return _say("unused", output=self.output)
        if reason.kind == "factor":
            return self._factor(contribution)
        node, position = contribution.node, contribution.position
        is_alone = self.kind_of_nothing(node, position) == "where it is"
        return _say(
            "alone" if is_alone and reason.kind == "unselected" else reason.kind,
            consumer=self._name(node),
            operand=self._name(contribution.operand),
            value=self._value(contribution),
        )

    def _factor(self, contribution: Contribution) -> str:
        """That the local derivative is 0, or what it is made of."""
        notation, formula = self.notation, contribution.formula
        zero = notation.partial(contribution.node, contribution.operand)
        if formula is not None and notation.formula(formula) != "0":
            factor = formula.leaf(formula.root)
            if factor is not None:
                return _say("factor", factor=self._name(factor))
            zero += f" = {notation.formula(formula)}"
        return _say("derivative", derivative=notation.math(zero))


def _say(kind: str, **fields: object) -> str:
    return SENTENCES[kind].format(**fields)


def _short(formulas: Iterable[str]) -> list[str]:
    return [text for text in formulas if len(text) <= LONGEST_FORMULA]
