"""What `explain` says of every step, with slots in the place of the numbers.

The same code writes them that writes the explanation. A page fills the slots at its
present point and chooses among the formulas of a local derivative the one that holds
there (assets/sentences.js).
"""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from gradcalc.analysis.explanation import MOST_REASONS, Explanation
from gradcalc.analysis.formula_variants import formula_variants
from gradcalc.analysis.local_formulas import (
    Formula,
    shown_rules,
    textbook_formula,
)
from gradcalc.graph import Graph
from gradcalc.language.bindings import BoundProgram
from gradcalc.operations import LITERAL, Operation
from gradcalc.reports.explanation_mathematics import Mathematics
from gradcalc.reports.explanation_page import DIGITS
from gradcalc.reports.explanation_sentences import (
    LONGEST_FORMULA,
    MOST_TERMS,
    SENTENCES,
    Block,
    Writer,
)
from gradcalc.shapes import flatten
from gradcalc.strict_json import Object, json_value
from gradcalc.writers.infix import InfixWriter
from gradcalc.writers.spelling import PRIMARY, SUM, Parts, PartsPiece, Piece

# Texts, and in between them nodes whose values stand there: [node] where a negative one
# is in parentheses.
Template = list[Any]

# A formula of more nodes is not explained; of a list as many elements as have together
# no more, but no more than these.
_MOST_NODES = 5_000
_MOST_ELEMENTS = 16

_SLOT = re.compile("\x01(.*?)\x02")
_MATH = re.compile("\x03(.*?)\x04")

# What only a page says, whose steps stay where they are when its variables are moved.
_MORE_SENTENCES = {
    "not reached": "Nothing arrives at {node} here, so it passes nothing on.",
    # Of a formula that is too large to be explained.
    "value": "{node} is {value}.",
    "gradient": "The gradient of {node} is {gradient}.",
}


@dataclass(eq=False)
class StepSentences:
    """The sentences of all steps, for JSON, and the graphs that these refer to."""

    # "sentences", "limits", "rules" and "explanations".
    data: Object
    # Each with the number of its nodes that are given: operands and `out`.
    graphs: list[tuple[Graph, int]] = field(default_factory=list)


def step_sentences(
    bound: BoundProgram, wrt: Sequence[str] | None = None
) -> StepSentences:
    """The sentences for each element of the result, or the first of many.

    sentences     the sentences about numbers, with named fields
    limits        how much of a formula, a list and a number is shown
    rules         derivative rules, which tell a variant's conditions: a graph among
                  `graphs`, its partial derivatives and its domain
    explanations  by element what `_Explained` tells; none of a large formula
    """
    found = StepSentences(
        {
            "sentences": {**SENTENCES, **_MORE_SENTENCES},
            "limits": {
                "formula": LONGEST_FORMULA,
                "terms": MOST_TERMS,
                "reasons": MOST_REASONS,
                "digits": DIGITS,
            },
            "rules": [],
            "explanations": [],
        }
    )
    graph = bound.program.graph
    outputs = flatten(bound.output)
    most = min(_MOST_ELEMENTS, _MOST_NODES // max(len(graph), 1))
    # A variable without a value has a slot like the others.
    given = {node: bound.given.get(node, math.nan) for node in graph.variable_names()}
    rules = _Rules(found)
    for output in outputs[:most]:
        element = replace(bound, output=output, given=given)
        explained = _Explained(Explanation(element, wrt), rules)
        found.data["explanations"].append(explained.data())
    return found


@dataclass(eq=False)
class _Rules:
    """The rules that formulas were made of, each listed once."""

    found: StepSentences
    _numbers: dict[tuple[Operation, int], list[int | None]] = field(
        default_factory=dict
    )

    def numbers(self, operation: Operation, count: int) -> list[int | None]:
        """The numbers of the rules that are shown of the operation."""
        key = operation, count
        if key not in self._numbers:
            self._numbers[key] = []
            for rule in shown_rules(operation, count):
                if rule is None:
                    self._numbers[key].append(None)
                    break
                rules, graphs = self.found.data["rules"], self.found.graphs
                self._numbers[key].append(len(rules))
                rules.append(
                    {
                        "graph": len(graphs),
                        "given": count + 1,
                        "partials": rule.partials,
                        "domain": rule.domain,
                    }
                )
                graphs.append((rule.graph, count + 1))
        return self._numbers[key]


class _SlotWriter(InfixWriter):
    """Writes slots, of which a negative value may need parentheses."""

    @classmethod
    def wrap(cls, piece: PartsPiece, needed: int) -> Parts:
        text, _ = piece
        if isinstance(text, str) and text.startswith("\x01"):
            return text if needed <= SUM else text.replace("\x01", "\x01(")
        return super().wrap(piece, needed)


class _SlottedMathematics(Mathematics):
    """The language's notation with slots in the place of numbers."""

    writer = _SlotWriter

    def operand(self, node: int, numbers: bool) -> Piece:
        return (f"\x01{node}\x02", PRIMARY) if numbers else super().operand(node, False)

    def math(self, text: str) -> str:
        return f"\x03{text}\x04"


class _Explained:
    """The explanation of one number, for JSON."""

    def __init__(self, explanation: Explanation, rules: _Rules) -> None:
        self.explanation = explanation
        self.graph = explanation.graph
        self.rules = rules
        self.notation = _SlottedMathematics(explanation)
        self.writer = Writer(explanation, self.notation)

    def data(self) -> Object:
        """All of it.

        output    the node that is explained
        names     what each node is called that a sentence is about
        opening   lines that hold at every point
        steps     forward `sides`, the sides of the equation but its value; backward
                  what is on the way of the gradient
        meanings  the node of each variable with the derivative's name, and whether the
                  result depends on it
        closing   lines where there are no steps, or no variables
        """
        explanation = self.explanation
        opening = self.writer.legend()
        closing = []
        if not explanation.passing:
            closing.append(self.writer.no_steps())
        if not explanation.variables:
            closing.append(Block("sentence", [SENTENCES["no variable"]]))
        backward = [self._backward(node) for node in explanation.passing]
        variables = explanation.variables.values()
        named = {explanation.output, *variables}
        for step in backward:
            named |= {step["node"], *(each["node"] for each in step["operands"])}
            # What a local derivative of 0 is.
            formulas = (each["formulas"] for each in step["operands"])
            named.update(
                each["leaf"] for each in chain.from_iterable(formulas) if "leaf" in each
            )
        return {
            "output": explanation.output,
            "names": {node: self.notation.name(node) for node in sorted(named)},
            "opening": [_pieces(block) for block in opening],
            "steps": [*self._forward(), *backward],
            "meanings": [
                {
                    "node": node,
                    "partial": self.notation.partial(explanation.output, node),
                    "matters": bool(explanation.path[node]),
                }
                for node in variables
            ],
            "closing": [_pieces(block) for block in closing],
        }

    def _forward(self) -> Iterator[Object]:
        explanation, notation = self.explanation, self.notation
        constant = {
            node
            for node in explanation.forward
            if all(
                self.graph.operations[operand] is LITERAL
                for operand in self.graph.inputs[node]
            )
        }
        for node in explanation.forward:
            name = notation.name(node)
            sides: list[Template] = [[name]]
            if self.graph.inputs[node]:
                if (
                    node in constant
                    and notation.number(explanation.values[node]) == name
                ):
                    # A constant such as -1 is its own name.
                    continue
                if node not in explanation.given:
                    written = (
                        notation.operation(node, numbers=n) for n in (False, True)
                    )
                    sides += _distinct([name], written)
            yield {"phase": "forward", "node": node, "sides": sides}

    def _backward(self, node: int) -> Object:
        explanation, notation = self.explanation, self.notation
        operands = explanation.operands(node)
        whole = explanation.wholes.calls.get(node)
        on_path = [p for p, operand in enumerate(operands) if explanation.path[operand]]
        heading = dict.fromkeys([notation.name(node), notation.operation(node)])
        step: Object = {
            "phase": "backward",
            "node": node,
            "heading": " = ".join(_short(heading)),
            "partial": notation.partial(explanation.output, node),
            "phrase": f"{self.writer.phrase(node)}.",
        }
        formulas: dict[int, list[Object]] = {}
        if whole is not None:
            step["stops"] = list(whole.arguments)
            for position in on_path:
                formula = textbook_formula(whole, node, position, explanation.naming)
                formulas[position] = [self._formula(formula)]
        else:
            step["rules"] = self.rules.numbers(
                self.graph.operations[node], len(operands)
            )
            variants = formula_variants(
                self.graph, node, on_path, explanation.values, explanation.naming
            )
            for position, found in variants.items():
                formulas[position] = [
                    {
                        "rule": each.rule,
                        **_when(each.when),
                        **self._formula(each.formula),
                    }
                    for each in found
                ]
        passed = [operands[position] for position in on_path]
        step["operands"] = [
            {
                "node": operands[position],
                "position": position,
                "partial": notation.partial(node, operands[position]),
                "nothing": self.writer.kind_of_nothing(node, position),
                "formulas": formulas.get(position, []),
                **_twice(passed.count(operands[position])),
            }
            for position in on_path
        ]
        return step

    def _formula(self, formula: Formula) -> Object:
        """A local derivative: its sides, and what the reasons of a 0 ask of it."""
        written = (self.notation.formula(formula, numbers=n) for n in (False, True))
        found: Object = {"sides": _distinct([], written)}
        if formula.is_number():
            found["number"] = True
        if (leaf := formula.leaf(formula.root)) is not None:
            found["leaf"] = leaf
        return found


def _twice(count: int) -> Object:
    return {"receives": "once more"} if count > 1 else {}


def _when(values: dict[int, float]) -> Object:
    when = [[place, json_value(value)] for place, value in values.items()]
    return {"when": when} if when else {}


def _short(texts: Iterable[str]) -> list[str]:
    return [text for text in texts if len(text) <= LONGEST_FORMULA]


def _distinct(known: Sequence[str], texts: Iterable[str]) -> list[Template]:
    """The templates of the texts that differ and can be short enough to be shown."""
    different = [text for text in dict.fromkeys(texts) if text not in known]
    return [
        _template(t) for t in different if len(_SLOT.sub("0", t)) <= LONGEST_FORMULA
    ]


def _template(text: str) -> Template:
    pieces: Template = []
    for place, piece in enumerate(_SLOT.split(text)):
        if place % 2:
            is_grouped, node = piece.startswith("("), int(piece.removeprefix("("))
            pieces.append([node] if is_grouped else node)
        elif piece:
            pieces.append(piece)
    return pieces


def _pieces(block: Block) -> list[Object]:
    """A sentence in pieces of text and of mathematics."""
    (text,) = block.sides
    pieces = enumerate(_MATH.split(text))
    return [{("text", "math")[n % 2]: piece} for n, piece in pieces if piece]
