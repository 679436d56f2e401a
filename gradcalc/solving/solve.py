"""A formula solved for its unknowns: which these are, and the roots that are found."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from gradcalc.errors import UsageError
from gradcalc.language.bindings import BoundProgram, Value
from gradcalc.language.references import wanted_nodes
from gradcalc.learning.moving_formula import MovingFormula
from gradcalc.shapes import flatten, unflatten
from gradcalc.solving.brackets import roots_between
from gradcalc.solving.equations import equations
from gradcalc.solving.newton_roots import root_from
from gradcalc.solving.roots import Equations, Found, Place
from gradcalc.wording import counted, plural, some


@dataclass(frozen=True)
class Solution:
    """What was found of the roots of a formula."""

    bound: BoundProgram
    # The equations, as functions of the unknowns.
    equations: Equations
    # In order, and what was found that is none.
    roots: Sequence[Found]
    others: Sequence[Found]
    # Whether they were looked for between numbers, and not from a start.
    bracketed: bool

    @property
    def solved(self) -> bool:
        """Whether there is a root."""
        return bool(self.roots)

    @property
    def best(self) -> Found:
        """The first root, else what was found in its place."""
        return (*self.roots, *self.others)[0]

    def variables(self, place: Place) -> dict[str, Any]:
        """The values of all variables at a place, by name."""
        formula = self.equations.formula
        return {**self.bound.variables, **formula.named(place.values)}

    def unknowns(self, numbers: Sequence[float]) -> dict[str, Any]:
        """Numbers for the unknowns, by name."""
        return self.equations.formula.named(numbers)

    def residual(self, place: Place) -> Any:
        """What is to be 0, shaped like the result."""
        return unflatten(self.bound.output, iter(place.residuals))


def solve(
    bound: BoundProgram,
    *,
    equals: Value | None = None,
    wrt: Sequence[str] | None = None,
    between: Sequence[float] | None = None,
    steps: int = 100,
) -> Solution:
    """The roots of the formula, or of the formula minus `equals`, and what else is met.

    Unknown is what `wrt` names, else every variable that was given a value, else every
    one that the formula carries a value for; their values are where the search starts.
    `between` are numbers in order between which all roots for the only unknown are
    looked for.

    Raises UsageError where the equations cannot determine the unknowns.
    """
    zero = equations(bound, equals)
    names = _unknown(bound) if wrt is None else list(wrt)
    if not names:
        raise UsageError("the formula has no variable to solve for")
    moving = wanted_nodes(zero.program, names)
    nodes = flatten(zero.output)
    # A list of one equation is no system.
    single = replace(zero, output=nodes[0]) if len(nodes) == 1 else zero
    formula = MovingFormula(single, moving, {})
    whole = Equations(formula)
    _check(whole)
    if between is None:
        found = root_from(whole, steps)
        roots, others = ([found], []) if found.solves else ([], [found])
    else:
        roots, others = roots_between(whole, between)
    return Solution(zero, whole, roots, others, between is not None)


def _unknown(bound: BoundProgram) -> list[str]:
    """The variables to solve for where none are named."""
    names = [name for name in bound.variables if name not in bound.program.indices]
    return [name for name in names if name not in bound.own] or names


def _check(whole: Equations) -> None:
    """Raise UsageError for unknowns that are in no equation, or too many."""
    graph = whole.formula.bound.program.graph
    needed = graph.ancestors(whole.outputs)
    leaves = zip(whole.names, whole.formula.leaves, strict=True)
    free = [name for name, node in leaves if not needed[node]]
    if free:
        are, them = plural(free, "is", "are"), plural(free, "it", "them")
        raise UsageError(
            f"{some(free)} {are} not in the equation, which cannot tell {them}",
            hint="--wrt names the variables to solve for",
        )
    count = len(whole.outputs)
    if whole.size > count:
        does = plural(count, "does", "do")
        raise UsageError(
            f"{counted(count, 'equation')} {does} not determine"
            f" {whole.size} unknowns: {some(whole.names)}",
            hint=f"--wrt {','.join(whole.names[:count])} solves for"
            f" {some(whole.names[:count])}, with the others held",
        )
