"""How the mathematics of an explanation is written: names, numbers, derivatives."""

import re
from collections.abc import Sequence

from gradcalc.analysis.explanation import Explanation
from gradcalc.analysis.local_formulas import Formula
from gradcalc.analysis.naming import Naming
from gradcalc.operations import LITERAL
from gradcalc.reports.numbers import format_number
from gradcalc.writers import latex
from gradcalc.writers.infix import InfixWriter
from gradcalc.writers.latex import distinct_names, latex_name, upright
from gradcalc.writers.spelling import COMPARISON, PRIMARY, SUM, FormulaWriter, Piece


class Mathematics:
    """The language's own notation, with ∂ for a partial derivative."""

    times = "*"
    writer: type[FormulaWriter] = InfixWriter

    def __init__(
        self,
        explanation: Explanation,
        *,
        precision: int | None = None,
        ascii_only: bool = False,
    ) -> None:
        self.graph = explanation.graph
        self.wholes = explanation.wholes
        self.values = explanation.values
        # The names of the nodes that are not named by their own formulas.
        names = self._names(explanation.naming)
        self.atoms = {node: (name, PRIMARY) for node, name in names.items()}
        self._pieces: dict[int, Piece] = {}
        self.precision = precision
        self.d = "d" if ascii_only else "∂"

    def _names(self, naming: Naming) -> dict[int, str]:
        return naming.atoms

    # --- what stands for a node

    def name(self, node: int) -> str:
        """What the node is called."""
        return self._piece(node)[0]

    def _piece(self, node: int) -> Piece:
        # Every name stands on the page many times.
        if node not in self._pieces:
            writer = self.writer(self.graph, given=self.atoms.get)
            self._pieces[node] = writer.piece(node)
        return self._pieces[node]

    def _grouped(self, node: int) -> Piece:
        """The name as an operand: a sum is kept together by parentheses."""
        text, tier = self._piece(node)
        return text, COMPARISON if tier <= SUM else tier

    def _numbered(self, value: float) -> Piece:
        """The number as an operand: a negative one in parentheses, unless it begins."""
        # Rounding 12345 to 1.234e4 would make it no easier to read.
        whole = abs(value) < 1e6 and value.is_integer()
        # A zero's sign is of no interest here.
        text, tier = self._spelt(value or 0.0, None if whole else self.precision)
        return text, SUM if text.startswith("-") else tier

    def _spelt(self, value: float, precision: int | None) -> Piece:
        return format_number(value, precision), PRIMARY

    def number(self, value: float) -> str:
        """The number, rounded; a whole one of a few digits as it is."""
        return self._numbered(value)[0]

    # --- formulas

    def operation(self, node: int, *, numbers: bool = False) -> str:
        """The node's operation on the names, or the values, of its operands."""
        operations = self.graph.operations
        whole = self.wholes.calls.get(node)
        operands = [
            self.operand(operand, numbers and operations[operand] is not LITERAL)
            for operand in (whole.arguments if whole else self.graph.inputs[node])
        ]
        if whole is not None:
            texts = [text for text, _ in operands]
            return self.call(whole.name, texts, whole.results.index(node))
        return self.writer.operation(operations[node], operands)[0]

    def call(self, name: str, arguments: Sequence[str], index: int) -> str:
        """An element of the result of a function of a list."""
        return f"{name}([{', '.join(arguments)}])[{index}]"

    def formula(self, formula: Formula, *, numbers: bool = False) -> str:
        """A local derivative, in names or in numbers."""

        def given(node: int) -> Piece | None:
            explained = formula.leaf(node)
            return None if explained is None else self.operand(explained, numbers)

        return self.writer(formula.graph, given=given).text(formula.root)

    def operand(self, node: int, numbers: bool) -> Piece:
        """The node's name or its value in a formula."""
        return self._numbered(self.values[node]) if numbers else self._grouped(node)

    # --- derivatives, sums and products

    def partial(self, node: int, operand: int) -> str:
        """The partial derivative of a node with respect to another."""
        return f"{self.d}{self._tight(node)}/{self.d}{self._tight(operand)}"

    def _tight(self, node: int) -> str:
        text, tier = self._piece(node)
        return text if tier == PRIMARY else f"({text})"

    def product(self, *factors: float) -> str:
        """The factors multiplied."""
        texts = [self.number(factor) for factor in factors]
        texts[1:] = [f"({t})" if t.startswith("-") else t for t in texts[1:]]
        return self.times.join(texts)

    def sum(self, terms: Sequence[float]) -> str:
        """The terms added."""
        texts = [self.number(term) for term in terms]
        signed = [f"- {t[1:]}" if t.startswith("-") else f"+ {t}" for t in texts[1:]]
        return " ".join([texts[0], *signed])

    # --- sentences

    def typed(self, text: str) -> str:
        """Part of the formula as mathematics."""
        return text

    def plain(self, text: str) -> str:
        """Words as they stand."""
        return text

    def math(self, text: str) -> str:
        """Mathematics within a sentence."""
        return text


class MarkdownMathematics(Mathematics):
    """The same as code within Markdown."""

    def plain(self, text: str) -> str:
        # What Markdown would take for emphasis, a link or a tag.
        return re.sub(r"[\\`*_\[\]<>]", r"\\\g<0>", text)

    def math(self, text: str) -> str:
        return f"`{text}`"


class _StepWriter(latex.LatexWriter):
    """Writes every step, also one that leaves its operand as it is."""

    identities = True


class LatexMathematics(Mathematics):
    """LaTeX, for amsmath's math mode."""

    times = r" \cdot "
    writer = _StepWriter

    def _names(self, naming: Naming) -> dict[int, str]:
        names = [text for text in naming.atoms.values() if "(" not in text]
        shown = distinct_names(names, ())
        return {
            node: shown[text] if text in shown else self._called(naming, node, text)
            for node, text in naming.atoms.items()
        }

    def _called(self, naming: Naming, node: int, text: str) -> str:
        """The text of a call; with ∂ if it is a derivative."""
        found = naming.derivative(node)
        if found is None or not found.by:
            return _typed(text)
        order = f"^{{{found.order}}}" if found.order > 1 else ""
        by = f"{_typed(found.by)}{order}"
        fraction = rf"\frac{{\partial{order}}}{{\partial {by}}}"
        place = ", ".join(re.findall(r"\d+", found.element))
        bracketed = rf"\left({_typed(found.of)}\right)"
        return rf"{fraction}{bracketed}" + (f"_{{{place}}}" if place else "")

    def typed(self, text: str) -> str:
        return _typed(text)

    def _spelt(self, value: float, precision: int | None) -> Piece:
        return latex.LatexWriter.number(value, precision)

    def _grouped(self, node: int) -> Piece:
        # Sums in sums are told apart by the equations around them.
        return self._piece(node)

    def partial(self, node: int, operand: int) -> str:
        above, below = self._tight(node), self._tight(operand)
        return rf"\frac{{\partial {above}}}{{\partial {below}}}"

    def call(self, name: str, arguments: Sequence[str], index: int) -> str:
        function = rf"\operatorname{{{upright(name)}}}"
        listed = ", ".join(arguments)
        return rf"{function}\left({listed}\right)_{{{index}}}"

    def plain(self, text: str) -> str:
        for character, escape in _ESCAPES.items():
            text = text.replace(character, escape)
        return "".join(c if c.isascii() else _unicode(c) for c in text)

    def math(self, text: str) -> str:
        return f"${text}$"


# The backslash first: the others are written with it.
_ESCAPES = {
    "\\": "\\textbackslash ",
    **{character: f"\\{character}" for character in "&%$#_{}"},
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "--": "-{}-",
}

_NAME = re.compile(r"[^\W\d]\w*")
_EXPONENT = re.compile(r"(?:\^|\*\*)(\w+)")


def _unicode(character: str) -> str:
    """A character of a sentence: TeX has Greek letters in mathematics only."""
    name = latex_name(character) if character.isidentifier() else character
    return f"${name}$" if name.startswith("\\") else name


def _typed(text: str) -> str:
    """The text of a call, nearly as it was typed, for LaTeX's math mode."""
    text = _EXPONENT.sub(r"^{\1}", text)
    return _NAME.sub(lambda match: latex_name(match[0]), text)
