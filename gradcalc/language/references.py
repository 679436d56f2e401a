"""What a name that is asked for stands for: a variable, a label, or an element of one.

Whoever names a node from outside the formula, as `x`, `n` or `h[0]`, finds it here.
"""

import re
from collections.abc import Collection, Mapping, Sequence

from gradcalc.errors import BindingError, FormulaNameError, ShapeError, UsageError
from gradcalc.graph import Graph
from gradcalc.language.identifiers import NAME, checked_names, normal
from gradcalc.language.program import Program
from gradcalc.operations import VARIABLE
from gradcalc.shapes import INDICES, Structure, described, flatten, indexed, shape_of
from gradcalc.wording import did_you_mean, plural, represented, some

_REFERENCE = re.compile(rf"({NAME})?({INDICES})")


def wanted_nodes(
    program: Program, wrt: Sequence[str] | None = None
) -> dict[str, Structure]:
    """The node, or list of nodes, of each name to differentiate with respect to.

    All variables if `wrt` is None. The last element of h, a list of 2, is h[1], also if
    it is asked for as h[-1]. Raises BindingError for names that stand for nothing.
    """
    variables = program.graph.variables
    if wrt is None:
        return dict(variables)
    labels = [label for label in program.scope if label not in variables]
    known = {**program.scope, **variables}
    names = dict.fromkeys(checked_names(wrt))
    found = {name: _referred(known, name) for name in names}
    unknown = [name for name, structure in found.items() if structure is None]
    if unknown:
        base = unknown[0].partition("[")[0]
        if base in known:
            hint: str | None = f"{base} is {described(shape_of(known[base]))}"
        else:
            hint = did_you_mean(base, known, listed(variables, labels))
        raise BindingError(_not_known(unknown, labels), hint=hint)
    return {
        _counted_from_the_start(known, name): structure
        for name, structure in found.items()
    }


def _counted_from_the_start(known: Mapping[str, Structure], reference: str) -> str:
    """The reference with no negative index."""
    if "[-" not in reference:
        return reference
    name, *indices = reference.replace("]", "").split("[")
    shape = shape_of(known[name])
    places = [int(index) % size for index, size in zip(indices, shape, strict=False)]
    return "".join([name, *(f"[{place}]" for place in places)])


def check_twice(
    graph: Graph, output: Structure, wanted: Mapping[str, Structure]
) -> None:
    """Raise GradcalcError if an output has no second derivatives for what is wanted.

    ShapeError if it is a list, UsageError if something depends on another.
    """
    if isinstance(output, list):
        raise ShapeError(
            "the result is a list, which has no Hessian",
            hint="choose one element of it, such as y[0]",
        )
    _check_independent(graph, wanted, "there are no second derivatives for both")


def check_independent(
    program: Program, wanted: Mapping[str, Structure], consequence: str
) -> None:
    """Raise UsageError if something wanted is computed from, or part of, another.

    `consequence` is what follows, as the end of the sentence.
    """
    _check_independent(program.graph, wanted, consequence)


def _check_independent(
    graph: Graph, wanted: Mapping[str, Structure], consequence: str
) -> None:
    owners: dict[int, str] = {}
    for name, structure in wanted.items():
        for node in flatten(structure):
            owners.setdefault(node, name)
    for name, structure in wanted.items():
        nodes = flatten(structure)
        others = {owners[node] for node in nodes}
        if any(graph.operations[node] is not VARIABLE for node in nodes):
            needed = graph.ancestors(nodes)
            others.update(owner for node, owner in owners.items() if needed[node])
        for other in others - {name}:
            raise UsageError(
                f"{name} depends on {other}, so {consequence}",
                hint=f"ask for one of them: --wrt {name}",
            )


def not_variables(names: Collection[str]) -> str:
    """The sentence about names that are no variables of the formula."""
    verb = plural(names, "is not a variable", "are not variables")
    return f"{', '.join(names)} {verb} of the formula"


def _not_known(names: Collection[str], labels: Collection[str]) -> str:
    """The sentence about names that stand for nothing, in a formula with the labels."""
    if not labels:
        return not_variables(names)
    verb = plural(
        names, "is neither a variable nor a label", "are neither variables nor labels"
    )
    return f"{', '.join(names)} {verb} of the formula"


def listed(variables: Collection[str], labels: Collection[str] = ()) -> str:
    """The hint that lists what can be named."""
    hints = [f"its variables are {some(variables)}"] if variables else []
    if labels:
        hints.append(f"its labels are {some(labels)}")
    return "; ".join(hints) or "it has none"


def _referred(known: Mapping[str, Structure], reference: str) -> Structure | None:
    """What the reference stands for among the known structures; None for nothing."""
    match = _REFERENCE.fullmatch(reference)
    return match and indexed(known.get(match[1] or ""), match[2])


def labelled(program: Program, output: str) -> Structure:
    """The structure of a label, or of an element of it such as y[0].

    "[0]" is an element of the result. Raises FormulaNameError if there is none.
    """
    if not isinstance(output, str):
        raise UsageError(f"a label is text, not {represented(output)}")
    output = normal(output)
    name = output.partition("[")[0]
    known = {**program.scope, "": program.result}
    structure = _referred(known, output)
    if structure is not None:
        return structure
    if name in known:
        whole = f"the label {name}" if name else "the result"
        raise FormulaNameError(f"{whole} has no element {output}")
    otherwise = "a label is given by a line such as y = x^2"
    if program.scope:
        otherwise = f"its labels are {some(program.scope)}"
    hint = did_you_mean(name, program.scope, otherwise)
    raise FormulaNameError(f"the formula has no label {name}", hint=hint)
