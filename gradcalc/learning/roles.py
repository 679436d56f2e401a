"""Which names of a formula are inputs, and which are parameters to be learned."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from gradcalc.errors import BindingError, FormulaNameError, Span, UsageError
from gradcalc.language.parser import parse
from gradcalc.language.program import free_names
from gradcalc.shapes import Shape, shape_of
from gradcalc.wording import near_miss


class Roles:
    """The free variables of a formula, told apart.

    inputs      the shape of each that is a column of the data, in order of first use
    parameters  the shape of each of the others
    started     the values that some parameters start from
    fixed       the values of those that are held
    """

    __slots__ = ("fixed", "inputs", "parameters", "started")

    def __init__(
        self,
        inputs: dict[str, Shape],
        parameters: dict[str, Shape],
        started: dict[str, Any],
        fixed: dict[str, Any],
    ) -> None:
        self.inputs = inputs
        self.parameters = parameters
        self.started = started
        self.fixed = fixed

    @property
    def learned(self) -> list[str]:
        """The names of the parameters that are not held."""
        return [name for name in self.parameters if name not in self.fixed]

    @property
    def shapes(self) -> dict[str, Shape]:
        """The shape of every variable."""
        return {**self.inputs, **self.parameters}


def assign_roles(
    formula: str,
    columns: Mapping[str, Shape],
    target: Sequence[str],
    *,
    started: Mapping[str, Any],
    defaults: Mapping[str, Any],
    fixed: Mapping[str, Any],
    shapes: Mapping[str, Shape],
) -> Roles:
    """The roles of the formula's free variables.

    What is a column is an input. `started`, `fixed` and `shapes` are about parameters
    and must all be; `defaults` are values to start from that may hold other names.

    Raises GradcalcError for names that have no such role, and if the formula uses its
    target or has nothing to learn.
    """
    given = {**started, **fixed, **shapes}
    names = free_names(parse(formula), {*columns, *given, *defaults})
    used = [name for name in target if name in names]
    if used:
        raise FormulaNameError(
            f"the formula uses {', '.join(used)}, which it is to predict",
            source=formula,
            span=names[used[0]],
        )
    parameters: dict[str, Shape] = {}
    for name in names:
        if name in columns:
            continue
        value = fixed.get(name, started.get(name, defaults.get(name)))
        parameters[name] = shapes.get(name, () if value is None else shape_of(value))
    _check_given(given, names, columns, parameters)
    both = [name for name in started if name in fixed]
    if both:
        raise UsageError(
            f"{', '.join(both)} {'is' if len(both) == 1 else 'are'} both started and"
            " fixed",
            hint="--fix alone gives the value",
        )
    if len(fixed) == len(parameters):
        raise UsageError(
            "there is nothing to learn: "
            + ("all parameters are fixed" if fixed else "every name is a column"),
            source=formula,
            span=(0, len(formula)),
            hint=None if fixed else "a name that is no column is a parameter",
        )
    if len(parameters) == len(names):
        raise _no_input(formula, names, columns, target)
    starts = {name: value for name, value in defaults.items() if name in parameters}
    return Roles(
        {name: columns[name] for name in names if name in columns},
        parameters,
        {name: v for name, v in {**starts, **started}.items() if name not in fixed},
        dict(fixed),
    )


def _no_input(
    formula: str,
    names: Mapping[str, Span],
    columns: Mapping[str, Shape],
    target: Sequence[str],
) -> FormulaNameError:
    """The error for a formula with no column among its names."""
    others = [column for column in columns if column not in target]
    near = [
        f"{name} may be meant for {match}"
        for name in names
        if (match := near_miss(name, others))
    ]
    unusable = [column for column in others if not column.isidentifier()]
    return FormulaNameError(
        f"no column of the data is in the formula: its names are {_some(names)},"
        f" the columns {_some(columns)}",
        source=formula,
        span=(0, len(formula)),
        hint=", ".join(near[:4])
        or (
            f"a formula cannot hold the name {unusable[0]!r}: rename the column"
            if unusable
            else "a name that is a column is an input, the others are learned"
        ),
    )


def _some(names: Collection[str]) -> str:
    """The names for a sentence, the first of very many."""
    return ", ".join(list(names)[:12]) + (", ..." if len(names) > 12 else "")


def _check_given(
    given: Collection[str],
    names: Mapping[str, Span],
    columns: Mapping[str, Shape],
    parameters: Mapping[str, Shape],
) -> None:
    inputs = [name for name in given if name in columns and name in names]
    if inputs:
        verb = "is a column" if len(inputs) == 1 else "are columns"
        raise BindingError(
            f"{', '.join(inputs)} {verb} of the data, so its values come from there"
            if len(inputs) == 1
            else f"{', '.join(inputs)} {verb} of the data, so their values come from"
            " there"
        )
    unknown = [name for name in given if name not in parameters]
    if unknown:
        verb = "is not a parameter" if len(unknown) == 1 else "are not parameters"
        near = [
            f"{name} may be meant for {match}"
            for name in unknown
            if (match := near_miss(name, parameters))
        ]
        raise BindingError(
            f"{', '.join(unknown)} {verb} of the formula",
            hint=", ".join(near)
            or (
                f"its parameters are {', '.join(parameters)}"
                if parameters
                else "it has none"
            ),
        )
