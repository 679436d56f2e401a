"""A formula as a complete function of a programming language, for people to take along.

The code generator writes the statements; here the names that the language allows are
found, the definitions that they need, and what surrounds them is the language's own.
"""

import re
import textwrap
import unicodedata
from bisect import bisect
from collections.abc import (
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass
from typing import Any

from gradcalc.graph import Graph
from gradcalc.shapes import Shape, Structure, element_names, shape_of, unflatten
from gradcalc.wording import counted
from gradcalc.writers.code import Code
from gradcalc.writers.code_spelling import Choice, Language, words_of

# What no line of text is longer than, if it can be broken.
_WIDTH = 88


# The label of a result without one, and what begins that of a derivative.
VALUE, DERIVATIVE = "=", "∂"


@dataclass(frozen=True, kw_only=True)
class Function:
    """What is to be written."""

    name: str
    # The formula, and the values that were put into it, for the comment.
    formula: str
    # Its labels become names; `∂x` is the gradient that arrives at x.
    graph: Graph
    # The variable nodes of the parameters, in order.
    parameters: Mapping[str, Structure]
    result: Structure
    # For each name the derivatives of the result, or of each of its elements; None for
    # the value alone.
    gradient: Mapping[str, Structure] | None = None


@dataclass(frozen=True, kw_only=True)
class Parts:
    """A function as texts of the language."""

    name: str
    # The lines of the comment.
    about: Sequence[str]
    # By their names in the code, in order.
    parameters: Mapping[str, Shape]
    definitions: Sequence[str]
    lines: Sequence[str]
    # The value, and the derivatives by name; None for the value alone.
    result: Structure
    gradient: Mapping[str, Structure] | None


def identifier(name: str) -> str:
    """The name in letters, digits and underscores of any script, as Python reads it."""
    text = unicodedata.normalize("NFKC", name)
    text = "".join([_allowed(character) for character in text])
    return text if text.isidentifier() else f"x{text}"


def ascii_identifier(name: str) -> str:
    """The name in ASCII: theta for θ, nothing for a mark above a letter."""
    text = unicodedata.normalize("NFKD", name)
    return identifier("".join([_ascii(character) for character in text]))


@dataclass(frozen=True, kw_only=True)
class FunctionLanguage(Language):
    """A programming language that functions are written in."""

    longest: int | None = 60
    repeated: int = 30
    # Names that mean something already.
    reserved: Collection[str]
    # The definitions that the words of a text need, those first that others need.
    definitions: Callable[[Iterable[str]], Iterable[str]]
    layout: Callable[[Parts], str]
    # The function that makes an array of elements, where a list is none.
    array: str = ""
    # The name that comes closest to one of gradcalc's, of those that it allows.
    identifier: Callable[[str], str] = identifier
    # Whether derivatives have names of their own in the code.
    names_derivatives: bool = True


_BRACES = Choice(start="if ({0}) {{", otherwise="} else {", end="}")


@dataclass(frozen=True, kw_only=True)
class BracedLanguage(FunctionLanguage):
    """A language that has C's conditions, and blocks in braces."""

    both: str = "({0} && {1})"
    either: str = "({0} || {1})"
    neither: str = "!({0})"
    chosen: str = "{0} = {1};"
    choice: Choice | None = _BRACES


def function_text(
    language: FunctionLanguage, function: Function, precision: int | None = None
) -> str:
    """The function in the language; numbers are rounded to `precision` digits."""
    graph, gradient = function.graph, function.gradient
    roots = list(leaves([function.result, *(gradient or {}).values()]))
    derivatives = {name: DERIVATIVE + name for name in gradient or {}}
    labels = dict.fromkeys(graph.labels.values())
    wanted = [*function.parameters, *derivatives.values(), *labels]
    if not language.names_derivatives:
        for label in derivatives.values():
            labels.pop(label, None)
    reserved = {*language.reserved, language.array, function.name}

    def coded(names: Mapping[str, str]) -> Code:
        return Code(
            graph,
            roots,
            {
                node: element
                for name, structure in function.parameters.items()
                for node, element in zip(
                    leaves(structure),
                    element_names(names[name], shape_of(structure)),
                    strict=True,
                )
            },
            language=language,
            labels={label: names[label] for label in labels},
            taken={*reserved, *names.values()},
            precision=precision,
        )

    names = _identifiers(wanted, reserved, language)
    code = coded(names)
    if not code.words.isdisjoint(names.values()):
        # What is called in the code keeps its name.
        names = _identifiers(wanted, reserved | code.words, language)
        code = coded(names)

    def texts(structure: Structure) -> Structure:
        return unflatten(structure, map(code.text, leaves(structure)))

    used = code.words & words_of("\n".join([*code.lines, *map(code.text, roots)]))
    if any(
        isinstance(each, list) for each in [function.result, *(gradient or {}).values()]
    ):
        used |= {language.array}

    return language.layout(
        Parts(
            name=function.name,
            about=textwrap.wrap(function.formula, _WIDTH - 8, break_on_hyphens=False),
            parameters={
                names[name]: shape_of(structure)
                for name, structure in function.parameters.items()
            },
            definitions=list(language.definitions(used)),
            lines=code.lines,
            result=texts(function.result),
            gradient=gradient
            and {
                names[derivatives[name]]: texts(structure)
                for name, structure in gradient.items()
            },
        )
    )


def leaves(structure: Structure) -> Iterator[Any]:
    """The leaves of a nested list, row by row."""
    if not isinstance(structure, list):
        yield structure
        return
    for item in structure:
        yield from leaves(item)


def comment(parts: Parts, *said: str) -> list[str]:
    """The lines of the comment: the formula, and what is said besides."""
    lines = textwrap.wrap(" ".join(filter(None, said)), _WIDTH - 8)
    return [*parts.about, "", *lines] if lines else list(parts.about)


def sizes(parts: Parts) -> str:
    """The sentence that names the sizes of the parameters that are lists, or ""."""
    found = [
        f"{name} is {' x '.join(map(str, shape))}"
        if shape[1:]
        else f"{name} has {counted(shape[0], 'element')}"
        for name, shape in parts.parameters.items()
        if shape
    ]
    return f"{', '.join(found)}." if found else ""


def derivatives_returned(
    gradient: Mapping[str, Structure],
    assignment: str,
    text: Callable[[Structure], str],
) -> tuple[list[str], list[str]]:
    """The statements that name the derivatives that are lists, and a text for each."""
    lines = [
        assignment.format(name, text(structure))
        for name, structure in gradient.items()
        if isinstance(structure, list)
    ]
    texts = [
        name if isinstance(structure, list) else text(structure)
        for name, structure in gradient.items()
    ]
    return lines, texts


# What is said of the gradient of a formula that has nothing to differentiate by.
NO_DERIVATIVES = "the formula has no variable to differentiate by"


def wrapped(line: str, opening: str = "", closing: str = "") -> list[str]:
    """The line, broken between operands into several if it is long.

    The lines after the first are indented. `opening` and `closing` are brackets to put
    around an expression that is broken, if the language wants them.
    """
    if len(line) <= _WIDTH:
        return [line]
    rest = line.lstrip()
    indent = line[: len(line) - len(rest)]
    inner = f"{indent}    "
    found = re.match(r"(if |return |[\w, ]+ = )(.*?)(:?)$", rest) if opening else None
    if found is None:
        first, *others = _broken(rest, _WIDTH - len(inner))
        return [indent + first, *(inner + other for other in others)]
    start, rest, end = found.groups()
    lines = [inner + part for part in _broken(rest, _WIDTH - len(inner))]
    return [indent + start + opening, *lines, indent + closing + end]


# A space before an operator of two operands, or after a comma.
_BREAK = re.compile(r" (?=([-+<>?:&|=!]+|and|or|if|else) )|(?<=,) ")


def _broken(text: str, width: int) -> list[str]:
    """The parts of a line, broken outside of as many brackets as can be."""
    places: list[int] = []
    depths: list[int] = []
    depth = done = 0
    for found in _BREAK.finditer(text):
        if found[1] != "=":
            between = text[done : found.start()]
            depth += sum(map(between.count, "([{")) - sum(map(between.count, ")]}"))
            depths.append(depth)
            done = found.start()
            places.append(done)
    parts: list[str] = []
    start = first = 0
    while len(text) - start > width and first < len(places):
        last = max(bisect(places, start + width), first + 1)
        # No part is shorter than a third of the width, if there is another.
        long = min(bisect(places, start + width // 3), last - 1)
        chosen = min(range(max(first, long), last), key=lambda k: (depths[k], -k))
        parts.append(text[start : places[chosen]])
        start, first = places[chosen] + 1, chosen + 1
    return [*parts, text[start:]]


def _identifiers(
    names: Iterable[str], taken: Collection[str], language: FunctionLanguage
) -> dict[str, str]:
    """The name in the code for each name: none that is taken, no two alike."""
    used = set(taken)
    found: dict[str, str] = {}
    for name in dict.fromkeys(names):
        text = "value" if name == VALUE else name.replace(DERIVATIVE, "d_")
        # Of an element such as y[0].
        text = language.identifier(text.replace("[", "_").replace("]", ""))
        while text in used:
            text += "_"
        used.add(text)
        found[name] = text
    return found


def _allowed(character: str) -> str:
    return character if f"x{character}".isidentifier() else f"u{ord(character):x}"


def _ascii(character: str) -> str:
    if character.isascii() or unicodedata.combining(character):
        return character if character.isascii() else ""
    # GREEK SMALL LETTER THETA, MICRO SIGN
    words = unicodedata.name(character, "").split()
    word = words[3] if words[2:3] == ["LETTER"] and len(words) > 3 else ""
    return word.lower() if word.isalpha() else f"u{ord(character):x}"
