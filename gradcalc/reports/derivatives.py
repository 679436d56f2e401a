"""The gradient as formulas: as a program that parses again, and in LaTeX."""

from collections.abc import Iterable

from gradcalc.algebra.gradients import GradientFormulas, Partial
from gradcalc.algebra.substitution import substituted
from gradcalc.shapes import Structure, flatten
from gradcalc.writers import latex
from gradcalc.writers.latex import latex_name
from gradcalc.writers.program_text import written_program
from gradcalc.writers.spelling import structure_text


def program_lines(gradient: GradientFormulas, precision: int | None) -> list[str]:
    """The derivatives as the lines of one program.

    A single derivative is the program's result; several are labels d_x, d_w, so that
    `eval --output d_x` finds them. Lists that are names in them stand before them, with
    the values that the program gave them: without these they would not be lists.
    """
    graph, formulas = gradient.graph, gradient.formulas
    roots = [root for formula in formulas for root in flatten(formula.structure)]
    labels = _labels(gradient, graph.names.values())
    lines, leaves = written_program(
        graph, {None: roots}, precision=precision, short=True, reserved=labels
    )
    lines = [*gradient.list_lines(roots), *lines]
    texts = iter(leaves)
    for formula, label in zip(formulas, labels, strict=True):
        text = structure_text(formula.structure, texts)
        lines.append(text if len(formulas) == 1 else f"{label} = {text}")
    return lines


def _labels(gradient: GradientFormulas, given: Iterable[str]) -> list[str]:
    """A label for each derivative: d_x, d_x_w, d0_x for element 0.

    Underscores follow one that is among the given names.
    """
    taken = {name.partition("[")[0] for name in given}
    labels = []
    for formula in gradient.formulas:
        element = formula.element.strip("[]").replace("][", "_")
        # What is asked for may be an element: d_h_0.
        names = [_unbracketed(name) for name in formula.variables]
        label = "_".join([f"d{element}", *names])
        while label in taken:
            label += "_"
        taken.add(label)
        labels.append(label)
    return labels


def _unbracketed(name: str) -> str:
    """The name of an element, h[0], as a part of another name: h_0."""
    return name.replace("[", "_").replace("]", "")


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
        # The derivative of a constant is for no variable.
        roots[label if formula.variables else None] = formula.structure
        if formula.variables:
            headings[label] = _fraction(gradient, formula)
    # There is no place for definitions: what such functions compute is written.
    graph, roots = substituted(graph, roots, {}, plain=True)
    return latex.latex_text(graph, roots, precision=precision, headings=headings)


def _fraction(gradient: GradientFormulas, formula: Partial) -> str:
    """The derivative in Leibniz's notation."""
    function = latex_name(gradient.result or "f")
    if formula.element:
        function = latex.LatexWriter.element(function, formula.element)
    names = [_latex_reference(name) for name in formula.variables]
    below = r" \, ".join(
        rf"\partial {name}" + ("^2" if names.count(name) > 1 else "")
        for name in dict.fromkeys(names)
    )
    order = "^2" if len(names) > 1 else ""
    return rf"\frac{{\partial{order} {function}}}{{{below}}}"


def _latex_reference(name: str) -> str:
    base, bracket, index = name.partition("[")
    return latex.LatexWriter.element(latex_name(base), bracket + index)
