"""The gradient as formulas: as a program that parses again, and as JSON."""

from collections.abc import Iterable
from typing import Any

from gradcalc.algebra.gradients import GradientFormulas, Partial
from gradcalc.shapes import Structure, flatten
from gradcalc.strict_json import SCHEMA, json_value
from gradcalc.writers import latex
from gradcalc.writers.latex_names import latex_element, latex_name
from gradcalc.writers.program_text import program_text, structure_text, written_program


def program_lines(gradient: GradientFormulas, precision: int | None) -> list[str]:
    """The derivatives as the lines of one program.

    A single derivative is the program's result; several are labels d_x, d_w, so that
    `eval --output d_x` finds them.
    """
    graph, formulas = gradient.graph, gradient.formulas
    roots = [root for formula in formulas for root in flatten(formula.structure)]
    labels = _labels(gradient, graph.names.values())
    lines, leaves = written_program(
        graph, {None: roots}, precision=precision, short=True, reserved=labels
    )
    texts = iter(leaves)
    for formula, label in zip(formulas, labels, strict=True):
        text = structure_text(formula.structure, texts)
        lines.append(text if len(formulas) == 1 else f"{label} = {text}")
    return lines


def _labels(gradient: GradientFormulas, names: Iterable[str]) -> list[str]:
    """A label for each derivative: d_x, d_x_w, d0_x for element 0.

    Underscores follow one that is among the names.
    """
    taken = {name.partition("[")[0] for name in names}
    labels = []
    for formula in gradient.formulas:
        element = formula.element.strip("[]").replace("][", "_")
        label = "_".join([f"d{element}", *formula.variables])
        while label in taken:
            label += "_"
        taken.add(label)
        labels.append(label)
    return labels


def latex_text(gradient: GradientFormulas, precision: int | None) -> str:
    """The derivatives in LaTeX: one formula, or an `aligned` of several."""
    graph, formulas = gradient.graph, gradient.formulas
    needed = graph.ancestors(
        [node for formula in formulas for node in flatten(formula.structure)]
    )
    # The user's labels first: the formulas are written with them.
    roots: dict[str | None, Structure] = {
        label: node
        for node, label in graph.labels.items()
        if needed[node] and label.isidentifier()
    }
    labels = _labels(gradient, [*graph.names.values(), *graph.labels.values()])
    headings = {}
    for label, formula in zip(labels, formulas, strict=True):
        roots[label] = formula.structure
        headings[label] = _fraction(gradient, formula)
    return latex.latex_text(graph, roots, precision=precision, headings=headings)


def _fraction(gradient: GradientFormulas, formula: Partial) -> str:
    """The derivative in Leibniz's notation."""
    function = latex_name(gradient.result or "f")
    if formula.element:
        function = latex_element(function, formula.element)
    names = [latex_name(name) for name in formula.variables]
    below = r" \, ".join(
        rf"\partial {name}" + ("^2" if names.count(name) > 1 else "")
        for name in dict.fromkeys(names)
    )
    order = "^2" if len(names) > 1 else ""
    return rf"\frac{{\partial{order} {function}}}{{{below}}}"


def gradient_to_dict(gradient: GradientFormulas) -> dict[str, Any]:
    """The derivatives as the object that `diff --json` prints.

    Each formula stands alone: its labels come before it, separated by ";".
    """
    graph = gradient.graph

    def text(structure: Structure) -> Any:
        if isinstance(structure, list):
            return [text(item) for item in structure]
        return program_text(graph, {None: structure}, short=True, separator="; ")

    nested: dict[str, Any] = {}
    name = "hessian" if gradient.order == 2 else "gradient"
    for formula in gradient.formulas:
        place = nested
        *outer, last = formula.variables
        for variable in outer:
            place = place.setdefault(variable, {})
        if formula.element:
            name = "jacobian"
            place.setdefault(last, []).append(text(formula.structure))
        else:
            place[last] = text(formula.structure)
    return {
        "schema": SCHEMA,
        "expression": gradient.source,
        "variables": json_value(gradient.filled),
        name: nested,
        "program": "\n".join(program_lines(gradient, None)),
    }
